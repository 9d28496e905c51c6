import { z } from "zod";
import { time } from "./time.js";

const healthState = z.enum(["draft", "ok", "degraded", "needs_reauth", "suspended", "off"]);
const health = z.object({ state: healthState, cause: z.string().nullable(), since: time });

export const channelAccountDto = z
  .object({
    id: z.string(),
    kind: z.string(),
    name: z.string(),
    provider_ref: z.string().nullable(),
    enabled: z.boolean(),
    connected: z.boolean().describe("Credentials were put in; they are never shown"),
    webhook_url: z.string().describe("Where the provider delivers"),
    health,
    last_event_at: time.nullable().describe("When the provider last told something, to the minute"),
    created_at: time,
  })
  .meta({ id: "ChannelAccount" });

export const channelAccountDetailDto = channelAccountDto
  .extend({ health_history: z.array(health).describe("Newest last") })
  .meta({ id: "ChannelAccountDetail" });

const settings = z.record(z.string(), z.unknown()).describe("Credentials, as the kind's `settings` schema asks");

export const newChannelAccount = z
  .strictObject({
    kind: z.string().min(1).max(40),
    name: z.string().trim().min(1).max(100).optional(),
    settings: settings.optional().describe("Left out: a draft is made, and credentials come later"),
  })
  .meta({ id: "NewChannelAccount" });

export const channelAccountChange = z.strictObject({
  name: z.string().trim().min(1).max(100).optional(),
  enabled: z.boolean().optional(),
});

export const channelSettings = z.strictObject({ settings });

export const channelKindDto = z
  .object({
    kind: z.string(),
    label: z.string(),
    official: z.boolean().describe("false: works against the provider's terms"),
    needs_public_url: z.boolean(),
    capabilities: z.unknown(),
    settings: z.unknown().describe("JSON Schema of the credentials; secrets are marked with `secret`"),
  })
  .meta({ id: "ChannelKind" });

export type ChannelAccountDto = z.infer<typeof channelAccountDto>;
export type ChannelAccountDetailDto = z.infer<typeof channelAccountDetailDto>;
