import { z } from "zod";
import { contactDto } from "./contacts.js";
import { conversationDto, listQuery, messageDto } from "./inbox.js";
import { time } from "./time.js";

/** Version of the payload below. Fields may be added within a version; none changes its meaning or goes. */
export const schemaVersion = 1;

const base = z.object({
  id: z.string().describe("Id of the event; the same in the header webhook-id"),
  timestamp: time.describe("When it happened"),
  schema_version: z.literal(schemaVersion),
  workspace_id: z.string(),
  sequence: z.int().describe("Place in the workspace's sequence of events: 1, 2, 3 … without gaps"),
});
const payload = <D extends z.ZodType>(type: string, data: D) => base.extend({ type: z.literal(type), data });

const aboutMessage = z.object({ message: messageDto, conversation: conversationDto });
const aboutConversation = z.object({
  conversation: conversationDto,
  changes: z
    .array(z.string())
    .optional()
    .describe("Names of what changed; what it is now stands beside it, such as `assignee_id`, and in `conversation`"),
  cause: z.string().optional(),
});
const aboutContact = z.object({
  contact: contactDto,
  changes: z.array(z.string()).optional(),
  merged_contact_id: z.string().optional(),
});

/** Every event that is sent to integrators. */
export const webhookEvents = [
  { name: "message.received", summary: "A customer wrote", payload: payload("message.received", aboutMessage) },
  { name: "message.created", summary: "A reply was written", payload: payload("message.created", aboutMessage) },
  {
    name: "message.sent",
    summary: "The business wrote from its own phone or the provider's inbox",
    payload: payload("message.sent", aboutMessage),
  },
  {
    name: "message.updated",
    summary: "A message was edited, removed, or its file is here",
    payload: payload("message.updated", aboutMessage),
  },
  {
    name: "message.scheduled",
    summary: "A reply was written for later, or its time was changed",
    payload: payload("message.scheduled", aboutMessage.extend({ scheduled_at: time })),
  },
  {
    name: "message.change.waiting",
    summary: "An edit, removal, reaction or status came for a message that is not here, or not yet",
    payload: payload(
      "message.change.waiting",
      z.object({
        waiting_id: z.string(),
        channel_account_id: z.string(),
        change: z.enum(["edit", "removal", "reaction", "receipt"]),
        status: z.string().nullable(),
      }),
    ),
  },
  { name: "message.reaction", summary: "Somebody reacted", payload: payload("message.reaction", aboutMessage) },
  {
    name: "message.status.updated",
    summary: "A reply was sent, delivered, read, or failed",
    payload: payload("message.status.updated", aboutMessage.extend({ status: z.string() })),
  },
  { name: "note.created", summary: "A private note was written", payload: payload("note.created", aboutMessage) },
  {
    name: "conversation.created",
    summary: "A conversation was opened",
    payload: payload("conversation.created", aboutConversation),
  },
  {
    name: "conversation.updated",
    summary: "Its state changed",
    payload: payload("conversation.updated", aboutConversation),
  },
  {
    name: "conversation.assigned",
    summary: "It was given to a member or a team",
    payload: payload("conversation.assigned", aboutConversation),
  },
  {
    name: "conversation.resolved",
    summary: "It was resolved",
    payload: payload("conversation.resolved", aboutConversation),
  },
  { name: "contact.created", summary: "A contact was added", payload: payload("contact.created", aboutContact) },
  { name: "contact.updated", summary: "A contact changed", payload: payload("contact.updated", aboutContact) },
  { name: "contact.merged", summary: "Two contacts are one", payload: payload("contact.merged", aboutContact) },
  { name: "contact.unmerged", summary: "A merge was taken back", payload: payload("contact.unmerged", aboutContact) },
  {
    name: "channel.status.updated",
    summary: "The health of a channel account changed",
    payload: payload(
      "channel.status.updated",
      z.object({ channel_account_id: z.string(), state: z.string(), cause: z.string().nullable() }),
    ),
  },
  {
    name: "channel.notice",
    summary: "The provider says something about a channel account",
    payload: payload("channel.notice", z.object({ channel_account_id: z.string(), summary: z.string() })),
  },
  {
    name: "template.updated",
    summary: "A message template was approved, rejected, paused, rated or moved to another category",
    payload: payload(
      "template.updated",
      z.object({
        channel_account_id: z.string(),
        name: z.string(),
        language: z.string(),
        status: z.string().nullable(),
        quality: z.string().nullable(),
        category: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  },
  {
    name: "webhook.endpoint.disabled",
    summary: "A webhook endpoint was switched off",
    payload: payload("webhook.endpoint.disabled", z.object({ endpoint_id: z.string(), cause: z.string() })),
  },
  {
    name: "test.ping",
    summary: "A test",
    payload: payload("test.ping", z.object({ message: z.string() })),
  },
] as const;

const eventFilter = z
  .string()
  .regex(/^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/, "an event name, `message.*` or `*`")
  .max(100);
const headers = z
  .record(z.string().max(100), z.string().max(2_000))
  .refine((value) => Object.keys(value).length <= 20, "at most 20 headers");

const changeable = {
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  description: z.string().max(200).nullable(),
  events: z.array(eventFilter).min(1).max(50).describe("Names, `message.*` for a group, `*` for all"),
  headers: headers.describe("Sent with every delivery"),
  rate_per_second: z.number().min(0.1).max(1_000).nullable().describe("At most so many deliveries; null: no limit"),
  concurrency: z.int().min(1).max(50).describe("Deliveries under way at once"),
  ordered_by: z.enum(["conversation_id"]).nullable().describe("Deliveries with the same value go one after the other"),
};

export const newEndpoint = z
  .strictObject({
    url: changeable.url,
    description: changeable.description.optional(),
    events: changeable.events.optional(),
    headers: changeable.headers.optional(),
    rate_per_second: changeable.rate_per_second.optional(),
    concurrency: changeable.concurrency.optional(),
    ordered_by: changeable.ordered_by.optional(),
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "whsec_ and 24 to 64 bytes in base64")
      .optional()
      .describe("Your own secret; one is made when you have none"),
  })
  .meta({ id: "NewWebhookEndpoint" });

export const endpointChange = z
  .strictObject({
    url: changeable.url.optional(),
    description: changeable.description.optional(),
    events: changeable.events.optional(),
    headers: changeable.headers.optional(),
    rate_per_second: changeable.rate_per_second.optional(),
    concurrency: changeable.concurrency.optional(),
    ordered_by: changeable.ordered_by.optional(),
    enabled: z.boolean().optional(),
    skip_missed: z
      .boolean()
      .optional()
      .describe("When switching on: leave out what happened meanwhile, which is delivered otherwise"),
  })
  .meta({ id: "WebhookEndpointChange" });

export const endpointDto = z
  .object({
    id: z.string(),
    ...changeable,
    url: z.string(),
    header_names: z.array(z.string()).describe("Values are not shown"),
    enabled: z.boolean(),
    disabled_cause: z.string().nullable(),
    disabled_reason: z
      .enum(["gone", "failing", "by_hand"])
      .nullable()
      .describe("gone: it answered 410; failing: every delivery failed for days; by_hand: somebody switched it off"),
    failing_since: time.nullable(),
    last_success_at: time.nullable(),
    created_at: time,
  })
  .omit({ headers: true })
  .meta({ id: "WebhookEndpoint" });

export const createdEndpointDto = endpointDto
  .extend({ secret: z.string().describe("Signs deliveries (whsec_…)") })
  .meta({ id: "CreatedWebhookEndpoint" });

export const secretDto = z.object({
  secrets: z.array(z.object({ secret: z.string(), valid_until: time.nullable() })).describe("Newest first"),
});
export const rotateRequest = z.strictObject({
  overlap_hours: z.number().min(0).max(168).default(24).describe("How long the old secret signs as well"),
});

const errorCode = z
  .enum(["refused_address", "unreachable", "timeout", "tls", "invalid_url", "gone"])
  .nullable()
  .describe("Why there was no answer; gone: what it was about is not there any more");

const attempt = z.object({
  number: z.int(),
  at: time,
  ms: z.int(),
  status: z.int().nullable().describe("Of the answer; null when there was none"),
  error: z.string().nullable(),
  error_code: errorCode,
});

export const deliveryDto = z
  .object({
    id: z.string(),
    endpoint_id: z.string(),
    event_id: z.string(),
    event_type: z.string(),
    sequence: z.int(),
    state: z.enum(["waiting", "sending", "delivered", "failed"]),
    attempts: z.array(attempt),
    next_attempt_at: time.nullable(),
    created_at: time,
  })
  .meta({ id: "WebhookDelivery" });

export const deliveryDetailDto = deliveryDto
  .extend({
    request: z.object({ headers: z.record(z.string(), z.string()), body: z.string() }).nullable(),
    response_excerpt: z.string().nullable().describe("The beginning of the last answer"),
  })
  .meta({ id: "WebhookDeliveryDetail" });

export const deliveryQuery = listQuery.extend({
  state: z.enum(["waiting", "delivered", "failed"]).optional(),
  event_type: z.string().min(1).max(100).optional().describe("Deliveries of this event only"),
});

export const replayHooksRequest = z.strictObject({
  after_sequence: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  until_sequence: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export const recoverRequest = z.strictObject({ since: z.iso.datetime({ offset: true }) });
export const countDto = z.object({ deliveries: z.int().describe("So many were put on their way") });
export const pingDto = z.object({
  delivered: z.boolean(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  error_code: errorCode,
});

export const binDto = z
  .object({ id: z.string(), url: z.string(), secret: z.string(), created_at: time, expires_at: time })
  .meta({ id: "RequestBin" });
export const binRequestDto = z
  .object({
    id: z.string(),
    at: time,
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    signature_valid: z.boolean().describe("By the bin's own secret"),
  })
  .meta({ id: "RequestBinRequest" });
