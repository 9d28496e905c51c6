import type { Author, Content, MessageStatus } from "../core/message.js";
import type { HealthEntry } from "./models/channelAccount.js";
import type { Attempt } from "./models/message.js";
import type { ConversationStatus } from "./models/conversation.js";

/** A connected account with its credentials opened: for intake and sending only, never for an answer of the API. */
export interface ChannelAccount {
  id: string;
  workspaceId: string;
  kind: string;
  name: string;
  endpointKey: string;
  accountRef: string | null;
  settings: unknown;
  enabled: boolean;
  health: HealthEntry;
  healthLog: HealthEntry[];
  cursor: string | null;
  createdAt: Date;
}

export interface Conversation {
  id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  contact: { id: string; name: string | null };
  identityId: string;
  status: ConversationStatus;
  unread: number;
  waitingSince: Date | null;
  lastInboundAt: Date | null;
  lastMessageAt: Date;
  lastMessage: { direction: "in" | "out"; kind: string; preview: string; at: Date } | null;
  createdAt: Date;
}

export interface Message {
  id: string;
  workspaceId: string;
  conversationId: string;
  accountId: string;
  direction: "in" | "out";
  author: Author;
  senderName: string | null;
  content: Content;
  status: MessageStatus;
  externalId: string | null;
  replyTo: { messageId: string | null; quote: string | null } | null;
  at: Date;
  sequence: number;
  createdAt: Date;
  attempts: Attempt[];
  failure: { reason: string; detail: string | null; providerCode: string | null } | null;
}

/** A page of a list: `next` is the position to go on from, null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}
