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
  .extend({
    verify_token: z
      .string()
      .nullable()
      .describe("For providers that ask for a token when the address is entered by hand; null for others"),
    health_history: z.array(health).describe("Newest last"),
  })
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
    warning: z.string().nullable().describe("Why to think twice before connecting it"),
    needs_public_url: z.boolean(),
    capabilities: z.unknown(),
    settings: z.unknown().describe("JSON Schema of the credentials; secrets are marked with `secret`"),
  })
  .meta({ id: "ChannelKind" });

export const templateDto = z
  .object({
    id: z.string(),
    name: z.string(),
    language: z.string(),
    status: z.string().describe("The provider's word: approved, pending, rejected, paused, disabled …"),
    category: z.string().nullable(),
    quality: z.string().nullable(),
    reason: z.string().nullable().describe("Why it was rejected"),
    parts: z
      .array(
        z.object({
          in: z.enum(["header", "body", "footer", "button"]),
          format: z.string().optional(),
          text: z.string().optional().describe("With places such as {{1}} or {{name}}"),
          index: z.int().optional(),
          type: z.string().optional(),
          label: z.string().optional(),
          url: z.string().optional(),
        }),
      )
      .nullable()
      .describe("null until they were brought here"),
    updated_at: time,
  })
  .meta({ id: "Template" });

export const templatePreviewDto = z
  .object({
    header: z.string().nullable(),
    body: z.string(),
    footer: z.string().nullable(),
    buttons: z.array(z.object({ label: z.string(), url: z.string().nullable() })),
    problems: z.array(z.object({ pointer: z.string(), message: z.string() })).describe("Empty: it can be sent"),
  })
  .meta({ id: "TemplatePreview" });

export type ChannelAccountDto = z.infer<typeof channelAccountDto>;
export type ChannelAccountDetailDto = z.infer<typeof channelAccountDetailDto>;
