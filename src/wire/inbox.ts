import { z } from "zod";
import { contentDto, sendableContent } from "./content.js";
import { time } from "./time.js";

const id = z.string().min(1).max(100);

export const messageStatus = z.enum([
  "received",
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
    at: time.describe("By the provider's clock"),
    created_at: time,
  })
  .meta({ id: "Message" });

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
    unread: z.int(),
    waiting_since: time.nullable(),
    last_inbound_at: time.nullable(),
    last_message: z
      .object({ direction: z.enum(["in", "out", "note"]), kind: z.string(), preview: z.string(), at: time })
      .nullable(),
    created_at: time,
  })
  .meta({ id: "Conversation" });

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("Rows per page"),
  cursor: z.string().max(500).optional().describe("`next_cursor` of the page before"),
});

export const conversationListQuery = listQuery.extend({
  status: conversationStatus.optional(),
  assignee_id: id.optional().describe("A member, or `none`"),
  team_id: id.optional(),
  label: id.optional().describe("Id of a label"),
  channel_account_id: id.optional(),
  contact_id: id.optional(),
  mentioned: id.optional().describe("A member who is mentioned in a note"),
  priority: priority.optional(),
  sort: z.enum(["newest", "waiting"]).optional().describe("`waiting`: who has waited longest comes first"),
});

export const conversationChange = z
  .strictObject({
    status: conversationStatus.optional(),
    snoozed_until: z.iso.datetime({ offset: true }).nullable().optional(),
    assignee_id: id.nullable().optional(),
    team_id: id.nullable().optional(),
    labels: z.array(id).max(50).optional(),
    priority: priority.optional(),
  })
  .meta({ id: "ConversationChange" });

export const newMessage = z
  .strictObject({
    content: sendableContent,
    reply_to: id.optional().describe("Id of a message of the same conversation"),
  })
  .meta({ id: "NewMessage" });

export const newNote = z
  .strictObject({
    text: z.string().min(1).max(100_000),
    mentions: z.array(id).max(50).optional().describe("Members it speaks to"),
  })
  .meta({ id: "NewNote" });

export const messageEdit = z.strictObject({ content: sendableContent });
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

export const searchQuery = listQuery.extend({
  q: z.string().trim().min(1).max(500).describe("Words; the last one counts as a beginning from three letters on"),
  contact_id: id.optional(),
  label: id.optional(),
  channel: id.optional(),
  channel_account_id: id.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});

export const searchHitDto = z.object({ message: messageDto, conversation: conversationDto }).meta({ id: "SearchHit" });

export type MessageDto = z.infer<typeof messageDto>;
export type MessageDetailDto = z.infer<typeof messageDetailDto>;
export type ConversationDto = z.infer<typeof conversationDto>;
