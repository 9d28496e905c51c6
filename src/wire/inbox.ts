import { z } from "zod";
import { contentDto, sendableContent } from "./content.js";

const time = z.iso.datetime().describe("RFC 3339, UTC");

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
]);

export const authorDto = z.object({
  kind: z.enum(["contact", "agent", "api", "bot", "business"]),
  id: z.string().nullable(),
  name: z.string().nullable().describe("Of the writer, in a chat of many"),
});

export const messageDto = z.object({
  id: z.string(),
  conversation_id: z.string(),
  direction: z.enum(["in", "out"]),
  author: authorDto,
  content: contentDto,
  status: messageStatus,
  failure: z
    .object({ reason: z.string(), detail: z.string().nullable(), provider_code: z.string().nullable() })
    .nullable(),
  provider_id: z.string().nullable().describe("The provider's id, once it has one"),
  reply_to: z.object({ message_id: z.string().nullable(), quote: z.string().nullable() }).nullable(),
  at: time,
  created_at: time,
});

export const conversationStatus = z.enum(["open", "pending", "snoozed", "resolved"]);

export const conversationDto = z.object({
  id: z.string(),
  channel: z.string(),
  channel_account_id: z.string(),
  contact: z.object({ id: z.string(), name: z.string().nullable() }),
  status: conversationStatus,
  unread: z.int(),
  waiting_since: time.nullable(),
  last_message: z
    .object({ direction: z.enum(["in", "out"]), kind: z.string(), preview: z.string(), at: time })
    .nullable(),
  created_at: time,
});

export const channelAccountDto = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  provider_ref: z.string().nullable(),
  enabled: z.boolean(),
  webhook_url: z.string().describe("Where the provider delivers"),
  health: z.object({ state: z.string(), cause: z.string().nullable(), since: time }),
  created_at: time,
});

export const newChannelAccount = z.strictObject({
  kind: z.string().min(1).max(40),
  name: z.string().min(1).max(100).optional(),
  settings: z.record(z.string(), z.unknown()).optional().describe("Credentials, as the channel kind's manifest asks"),
});

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

export const conversationListQuery = listQuery.extend({ status: conversationStatus.optional() });

export const newMessage = z.strictObject({
  content: sendableContent,
  reply_to: z.string().max(100).optional().describe("Id of a message of the same conversation"),
});

export type MessageDto = z.infer<typeof messageDto>;
export type ConversationDto = z.infer<typeof conversationDto>;
export type ChannelAccountDto = z.infer<typeof channelAccountDto>;
