import { z } from "zod";
import { contentDto, sendableContent } from "./content.js";
import { time } from "./time.js";

const id = z.string().min(1).max(100);

export const messageStatus = z.enum([
  "received",
  "scheduled",
  "queued",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "cancelled",
  "noted",
]);

export const authorDto = z
  .object({
    kind: z.enum(["contact", "agent", "api", "bot", "business"]),
    id: z.string().nullable(),
    name: z.string().nullable().describe("Of the writer, in a chat of many"),
  })
  .meta({ id: "Author" });

/** What brought the customer. */
export const referralDto = z
  .object({
    source: z
      .string()
      .nullable()
      .describe("`ad`, `post`, `product`, `shortlink` or whatever else the provider calls it, in lower case"),
    source_id: z.string().nullable().describe("The provider's id of that advertisement, post or product"),
    url: z.string().nullable(),
    title: z.string().nullable(),
    text: z.string().nullable(),
    media_url: z.string().nullable().describe("The picture or film that was shown, with the provider"),
    click_id: z.string().nullable().describe("Of this one click, for the provider's counting of conversions"),
  })
  .meta({ id: "Referral" });

export const messageDto = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    channel_account_id: z.string(),
    direction: z.enum(["in", "out", "note"]).describe("`note`: private, never sent"),
    author: authorDto,
    content: contentDto,
    status: messageStatus,
    failure: z
      .object({ reason: z.string(), detail: z.string().nullable(), provider_code: z.string().nullable() })
      .nullable(),
    provider_id: z.string().nullable().describe("The provider's id, once it has one"),
    reply_to: z.object({ message_id: z.string().nullable(), quote: z.string().nullable() }).nullable(),
    forwarded_from: z.string().nullable(),
    referral: z.string().nullable().describe("The parameter of the deep link that brought the customer"),
    referral_details: referralDto.nullable().describe("What is known of the advertisement, post or link beside that"),
    reactions: z.array(
      z.object({ author: z.object({ kind: z.string(), id: z.string().nullable() }), emoji: z.string(), at: time }),
    ),
    mentions: z.array(z.string()).describe("Members a note speaks to"),
    edited_at: time.nullable(),
    removed_at: time.nullable(),
    standby: z.boolean().describe("Another application had the conversation when it came"),
    pricing: z
      .object({ billable: z.boolean().nullable(), model: z.string().nullable(), category: z.string().nullable() })
      .nullable()
      .describe("What the provider charges for it, in its own words"),
    sent_at: time.nullable(),
    delivered_at: time.nullable(),
    read_at: time.nullable(),
    trace_id: z.string().nullable(),
    scheduled_at: time.nullable().describe("When it leaves, or was to leave, if it was written for later"),
    at: time.describe("By the provider's clock; of what waits to be sent later, the time it is for"),
    created_at: time,
  })
  .meta({ id: "Message" });

/** A page of a thread, newest first. */
export const threadPageDto = z.object({
  data: z.array(messageDto),
  next_cursor: z.string().nullable().describe("Position of the page before it in time; null at the beginning"),
  has_more: z.boolean(),
  previous_cursor: z
    .string()
    .nullable()
    .describe(
      "Position of the page after it in time, for `newer`; null when nothing newer was there, or a newer page was read",
    ),
});

/** With what only a look at one message needs. */
export const messageDetailDto = messageDto
  .extend({
    attempts: z.array(
      z.object({
        id: z.string(),
        number: z.int(),
        at: time,
        outcome: z.enum(["sent", "retry", "failed", "unknown"]),
        reason: z.string().nullable(),
        provider_code: z.string().nullable(),
      }),
    ),
    revisions: z.array(z.object({ content: contentDto, at: time })).describe("What it said before it was edited"),
  })
  .meta({ id: "MessageDetail" });

export const conversationStatus = z.enum(["open", "pending", "snoozed", "resolved"]);
export const priority = z.enum(["none", "low", "medium", "high", "urgent"]);

export const conversationDto = z
  .object({
    id: z.string(),
    channel: z.string(),
    channel_account_id: z.string(),
    contact: z.object({ id: z.string(), name: z.string().nullable() }),
    status: conversationStatus.describe("`pending`: a bot has it"),
    snoozed_until: time.nullable(),
    assignee_id: z.string().nullable(),
    team_id: z.string().nullable(),
    labels: z.array(z.string()),
    priority,
    blocked: z.boolean().describe("The customer blocked the account; nothing can be sent"),
    blocked_by_us: z.boolean().describe("The customer was blocked here; nothing is sent until they are unblocked"),
    unread: z.int().describe("Messages of the customer since anybody answered or looked"),
    unread_for_me: z.int().nullable().describe("Those the member who asks has not read; null for API keys"),
    participants: z.array(z.string()).describe("Members who wrote in it or were given it"),
    waiting_since: time.nullable(),
    last_inbound_at: time.nullable(),
    last_message: z
      .object({ direction: z.enum(["in", "out", "note"]), kind: z.string(), preview: z.string(), at: time })
      .nullable(),
    created_at: time,
  })
  .meta({ id: "Conversation" });

/** With what only a look at one conversation needs. */
export const conversationDetailDto = conversationDto
  .extend({
    first_unread_id: z
      .string()
      .nullable()
      .describe("The first message of the customer that the member who asks has not read"),
  })
  .meta({ id: "ConversationDetail" });

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("Rows per page"),
  cursor: z.string().max(500).optional().describe("`next_cursor` of the page before"),
});

export const threadQuery = listQuery.extend({
  around: id
    .optional()
    .describe("Id of a message of the conversation: those before and after it, instead of the newest"),
  newer: z.string().max(500).optional().describe("`previous_cursor` of a page: the messages after it"),
});

export const conversationSort = z.enum(["newest", "oldest", "waiting", "priority"]);

/** What a view of the inbox is made of; the same names in the query of a list and in a saved view. */
export const conversationFilters = z.strictObject({
  status: conversationStatus.optional(),
  assignee_id: id.optional().describe("A member, `me` or `none`"),
  team_id: id.optional(),
  label: id.optional().describe("Id of a label"),
  channel: id.optional().describe("A kind of channel, such as `telegram`"),
  channel_account_id: id.optional(),
  contact_id: id.optional(),
  mentioned: id.optional().describe("A member who is mentioned in a note, or `me`"),
  participating: id.optional().describe("A member who wrote in it or was given it, or `me`"),
  priority: priority.optional(),
});

export const conversationListQuery = listQuery.extend({
  ...conversationFilters.shape,
  unattended: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional()
    .describe("`true`: the customer waits, and it is not resolved"),
  sort: conversationSort
    .optional()
    .describe("`waiting`: who has waited longest comes first, and nobody else is in it; `newest` when left out"),
});

const changes = {
  status: conversationStatus.optional(),
  snoozed_until: z.iso.datetime({ offset: true }).nullable().optional(),
  assignee_id: id.nullable().optional(),
  team_id: id.nullable().optional(),
  labels: z.array(id).max(50).optional().describe("All of them; to change single ones, add and remove"),
  add_labels: z.array(id).max(50).optional(),
  remove_labels: z.array(id).max(50).optional(),
  priority: priority.optional(),
};
export const conversationChange = z.strictObject(changes).meta({ id: "ConversationChange" });

export const bulkRequest = z
  .strictObject({
    ids: z.array(id).min(1).max(200),
    change: conversationChange.optional(),
    read: z.literal(true).optional().describe("Mark them as read, for whoever asks"),
  })
  .meta({ id: "BulkRequest" });

/** Why one of several things was refused: `code`, `reason` and what its sentence speaks of, as in a problem document. */
export const refusalDto = z
  .object({
    code: z.string(),
    reason: z.string().nullable(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .meta({ id: "Refusal" });

/** What a bulk change did to one conversation; `before` is what it was, for taking it back. */
export const bulkResultDto = z
  .object({
    id: z.string(),
    ok: z.boolean(),
    problem: z.string().nullable().describe("In plain English"),
    refusal: refusalDto.nullable(),
    before: z
      .object({
        status: conversationStatus,
        snoozed_until: time.nullable(),
        assignee_id: z.string().nullable(),
        team_id: z.string().nullable(),
        labels: z.array(z.string()),
        priority,
      })
      .nullable(),
  })
  .meta({ id: "BulkResult" });

export const unreadRequest = z.strictObject({
  from_message_id: id.optional().describe("The first message that is to be unread; the customer's last when left out"),
});

const sendAt = z.iso.datetime({ offset: true }).describe("Within a year; it is checked and sent then");

export const newMessage = z
  .strictObject({
    content: sendableContent.optional(),
    forward_of: id.optional().describe("A message of the workspace whose content is sent on, instead of `content`"),
    reply_to: id.optional().describe("Id of a message of the same conversation"),
    send_at: sendAt.optional(),
    seen_message_id: id
      .optional()
      .describe("The last message the writer saw: refused with `overtaken` when somebody else answered after it"),
    force: z.boolean().optional().describe("Send although somebody else answered meanwhile"),
  })
  .refine((one) => (one.content === undefined) !== (one.forward_of === undefined), {
    message: "Send either content or forward_of",
    path: ["content"],
  })
  .meta({ id: "NewMessage" });

export const newNote = z
  .strictObject({
    text: z.string().min(1).max(100_000),
    mentions: z.array(id).max(50).optional().describe("Members it speaks to"),
  })
  .meta({ id: "NewNote" });

export const messageEdit = z
  .strictObject({
    content: sendableContent.optional(),
    send_at: sendAt.optional().describe("Of a message that is to be sent later"),
  })
  .refine((one) => one.content !== undefined || one.send_at !== undefined, "Say what is to change");
export const reactionChange = z.strictObject({
  emoji: z.string().min(1).max(64).nullable().describe("null takes the reaction back"),
});

export const blockRequest = z.strictObject({ blocked: z.boolean() });

export const readRequest = z.strictObject({
  up_to: id.optional().describe("The last message that was read; the newest one when left out"),
  member_id: id.optional().describe("Who has read; the API key itself when left out"),
});
export const readMarkDto = z
  .object({ reader_id: z.string(), message_id: z.string(), at: time, read_at: time })
  .meta({ id: "ReadMark" });

export const replyPolicyDto = z
  .object({
    allowed: z.boolean(),
    reason: z.string().nullable(),
    sentence: z.string().nullable().describe("Why not, or what to know, in words"),
    until: time.nullable().describe("When the window closes"),
    capabilities: z.unknown(),
  })
  .meta({ id: "ReplyPolicy" });

export const waitingChangeDto = z
  .object({
    id: z.string(),
    channel: z.string(),
    channel_account_id: z.string(),
    change: z.enum(["edit", "removal", "reaction", "receipt"]),
    provider_id: z.string().nullable().describe("The provider's id of the message it is about"),
    status: messageStatus.nullable().describe("Of a receipt"),
    failure: z.object({ detail: z.string().nullable(), provider_code: z.string().nullable() }).nullable(),
    emoji: z.string().nullable().describe("Of a reaction; null also when it was taken back"),
    content: contentDto.nullable().describe("What an edit says now"),
    at: time.describe("By the provider's clock"),
    received_at: time,
    expires_at: time.describe("Until then it waits for its message"),
  })
  .meta({ id: "WaitingChange" });

export const searchQuery = listQuery.extend({
  q: z.string().trim().min(1).max(500).describe("Words; the last one counts as a beginning from three letters on"),
  contact_id: id.optional(),
  label: id.optional(),
  channel: id.optional(),
  channel_account_id: id.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  before: z.iso.datetime({ offset: true }).optional().describe("As `until`"),
  from: id.optional().describe("Who wrote it: `contact`, `agent`, `me`, or the id of a member"),
  is: conversationStatus.optional().describe("The state of its conversation"),
  in: id.optional().describe("A kind of channel, or the id of a channel account"),
});

export const searchHitDto = z.object({ message: messageDto, conversation: conversationDto }).meta({ id: "SearchHit" });

/** One change of a conversation: of its state, its people or its labels. */
export const activityDto = z
  .object({
    id: z.string().describe("Of the event that told of it"),
    at: time,
    changes: z.array(z.string()).describe("What changed, such as `status`"),
    data: z
      .record(z.string(), z.unknown())
      .describe("As in the event `conversation.updated`: what it is now, and by whom"),
  })
  .meta({ id: "Activity" });

const traceStep = z.enum([
  "provider",
  "accepted",
  "recorded",
  "scheduled",
  "queued",
  "attempt",
  "sent",
  "delivered",
  "read",
  "failed",
  "cancelled",
  "edited",
  "removed",
  "webhook",
]);

/** One station of a message's way, in order of time. */
export const traceEntryDto = z
  .object({
    at: time,
    step: traceStep,
    ok: z.boolean(),
    detail: z.string().nullable().describe("A reason, a number of the attempt, an endpoint; never what was said"),
    webhook: z
      .object({
        endpoint_id: z.string(),
        event_type: z.string(),
        attempt: z.int().nullable().describe("null: it waits for its first"),
        status: z.int().nullable().describe("null: no answer"),
      })
      .optional()
      .describe("Of the step `webhook`"),
  })
  .meta({ id: "TraceEntry" });

/** A message as the program holds it, and as the provider said it. */
export const rawMessageDto = z
  .object({
    normalized: z.unknown(),
    provider: z.unknown().describe("Kept for a week, without secrets; null when it is gone or there was none"),
  })
  .meta({ id: "RawMessage" });

export type ActivityDto = z.infer<typeof activityDto>;
export type TraceEntryDto = z.infer<typeof traceEntryDto>;
export type ConversationDetailDto = z.infer<typeof conversationDetailDto>;
export type ConversationFilters = z.infer<typeof conversationFilters>;
export type ConversationListQuery = z.infer<typeof conversationListQuery>;
export type BulkResultDto = z.infer<typeof bulkResultDto>;
export type ReferralDto = z.infer<typeof referralDto>;
export type MessageDto = z.infer<typeof messageDto>;
export type MessageDetailDto = z.infer<typeof messageDetailDto>;
export type ConversationDto = z.infer<typeof conversationDto>;
