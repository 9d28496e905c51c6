import { z } from "zod";
import { time } from "./time.js";

const healthState = z.enum(["draft", "ok", "degraded", "needs_reauth", "suspended", "off"]);

/** Beside a sentence in English: which one it is, for translations. */
export const reasonFields = {
  reason: z.string().nullable().describe("Stable name of the sentence; null when it is a provider's own words"),
  parameters: z.record(z.string(), z.string()).describe("What stands in the sentence's places"),
};

const health = z.object({ state: healthState, cause: z.string().nullable(), ...reasonFields, since: time });

export const channelAccountDto = z
  .object({
    id: z.string(),
    kind: z.string(),
    name: z.string(),
    provider_ref: z.string().nullable(),
    enabled: z.boolean(),
    connected: z.boolean().describe("Credentials were put in; they are never shown"),
    simulated: z.boolean().describe("Its provider is played by the built-in simulator"),
    webhook_url: z
      .string()
      .nullable()
      .describe("Where the provider delivers; null for callers without the scope channels:manage"),
    health,
    last_event_at: time.nullable().describe("The same as `last_inbound_at`"),
    last_inbound_at: time.nullable().describe("When the provider last told something, to the minute"),
    last_outbound_at: time.nullable().describe("When something last went out, to the minute"),
    address_changed: z
      .boolean()
      .describe("The provider was told of another address than the one that messages should come to now"),
    errors_24h: z.int().describe("Entries of its log in the last 24 hours that went wrong; at most 1000"),
    created_at: time,
  })
  .meta({ id: "ChannelAccount" });

export const channelAccountDetailDto = channelAccountDto
  .extend({
    verify_token: z
      .string()
      .nullable()
      .describe("For providers that ask for a token when the address is entered by hand; null for others"),
    callback: z
      .object({
        url: z.string(),
        verify_token: z.string().nullable(),
        registered: z.boolean().describe("The provider was told of the address, or has shaken hands at it"),
        handshake: z
          .boolean()
          .describe("The provider checks the address before it takes it; others have to be believed"),
        set_by: z
          .enum(["none", "us", "hand"])
          .describe("Who tells the provider: nobody (it needs no address), this server, or a person"),
      })
      .describe("What belongs into the provider's own settings where the address is entered by hand"),
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

const key = z.string().describe("Stable name of the text, for translations: channels:<kind>.<name>");

const channelTile = z
  .object({
    key,
    summary: z.string(),
    minutes: z.int().describe("About how long connecting takes"),
    official: z.boolean(),
    needs_public_url: z.boolean(),
    cost: z.string().describe("What the provider charges, in a few words"),
  })
  .meta({ id: "ChannelTile" });

const channelField = z
  .object({
    name: z.string().describe("Key of it in `settings`"),
    key: key.describe("Texts are <key>.title, <key>.help and <key>.expects"),
    title: z.string(),
    help: z.string().describe("Where to find it"),
    link: z.string().nullable().describe("A page of the provider where it is found"),
    input: z.enum(["text", "secret", "choice", "consent"]),
    secret: z.boolean(),
    required: z.boolean(),
    generated: z.boolean().describe("Made by this server when left out: not shown in the form"),
    advanced: z.boolean().describe("Rarely needed: may be folded away"),
    pattern: z.string().nullable().describe("Regular expression the whole value must match"),
    expects: z.string().nullable().describe("What the pattern asks for, as a sentence"),
    options: z.array(z.object({ value: z.string(), key, label: z.string() })).nullable(),
    default: z.string().nullable().describe("What to propose"),
    default_reason: z
      .enum(["no_https"])
      .nullable()
      .describe("no_https: proposed because PUBLIC_URL is no https address, which the usual choice needs"),
  })
  .meta({ id: "ChannelField" });

const channelStep = z
  .object({
    n: z.int(),
    key,
    text: z.string(),
    link: z.string().nullable(),
    shows: z
      .enum(["callback_url", "verify_token"])
      .nullable()
      .describe("What of the account's `callback` is to be copied in this step"),
  })
  .meta({ id: "ChannelStep" });

export const channelKindDto = z
  .object({
    kind: z.string(),
    label: z.string(),
    official: z.boolean().describe("false: works against the provider's terms"),
    warning: z.string().nullable().describe("Why to think twice before connecting it"),
    needs_public_url: z.boolean(),
    tile: channelTile,
    fields: z.array(channelField).describe("The credentials and options in the order of the form"),
    steps: z.array(channelStep).describe("What is to be done at the provider by hand, in order; empty when nothing is"),
    simulated: z.boolean().describe("The built-in simulator can play its provider"),
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
    problems: z
      .array(
        z.object({
          pointer: z.string(),
          message: z.string(),
          code: z.string().optional().describe("Stable, for texts in other languages"),
          params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        }),
      )
      .describe("Empty: it can be sent"),
  })
  .meta({ id: "TemplatePreview" });

/** A probe of credentials: of an account, or of some that nobody saved. */
export const channelTestDto = z
  .object({
    ok: z.boolean(),
    state: z.enum(["ok", "degraded", "needs_reauth", "suspended"]),
    sentence: z.string().describe("What was found, and what to do when it is not well"),
    ...reasonFields,
    words: z.string().nullable().describe("What the provider itself said, when it refused"),
    display_name: z.string().nullable().describe("What the provider calls the account"),
    problems: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .describe("Fields that are not as they should be"),
  })
  .meta({ id: "ChannelTest" });

export const channelRemoval = z.strictObject({
  with_conversations: z
    .enum(["true", "false"])
    .default("false")
    .describe("true: its conversations, messages, files and the contacts only it knew are erased for good"),
});

export type ChannelKindDto = z.infer<typeof channelKindDto>;
export type ChannelTestDto = z.infer<typeof channelTestDto>;
export type ChannelAccountDto = z.infer<typeof channelAccountDto>;
export type ChannelAccountDetailDto = z.infer<typeof channelAccountDetailDto>;

export type { Capabilities } from "../core/capabilities.js";
