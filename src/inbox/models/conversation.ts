import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

export type ConversationStatus = "open" | "pending" | "snoozed" | "resolved";

export interface LastMessage {
  id: string;
  direction: "in" | "out";
  kind: string;
  preview: SealedValue;
  at: Date;
}

export interface ConversationRow {
  _id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  contactId: string;
  identityId: string;
  /** Blind form of account and chat. */
  chatKey: string;
  /** The conversation new messages of that chat go to. At most one per chat; an archived one has false. */
  open: boolean;
  status: ConversationStatus;
  /** Inbound messages since somebody last answered or looked. */
  unread: number;
  /** When the customer's oldest unanswered message came; null when nobody waits. */
  waitingSince: Date | null;
  lastInboundAt: Date | null;
  lastMessageAt: Date;
  lastMessage: LastMessage | null;
  /** Ids of the messages that were counted last: a message that is recorded twice counts once. */
  counted: string[];
  createdAt: Date;
}

export function conversationModel(connection: Connection): Model<ConversationRow> {
  const last = new Schema<LastMessage>(
    {
      id: { type: String, required: true },
      direction: { type: String, required: true },
      kind: { type: String, required: true },
      preview: sealed("preview"),
      at: { type: Date, required: true },
    },
    { _id: false },
  );
  const schema = new Schema<ConversationRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      channel: { type: String, required: true },
      contactId: { type: String, required: true },
      identityId: { type: String, required: true },
      chatKey: { type: String, required: true },
      open: { type: Boolean, required: true },
      status: { type: String, required: true },
      unread: { type: Number, required: true },
      waitingSince: { type: Date, default: null },
      lastInboundAt: { type: Date, default: null },
      lastMessageAt: { type: Date, required: true },
      lastMessage: { type: last, default: null },
      counted: { type: [String], required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "conversations", versionKey: false },
  );
  // At most one open conversation per chat: two first messages at once end in one.
  schema.index({ chatKey: 1 }, { unique: true, partialFilterExpression: { open: true } });
  // List views: all, and by status; newest first with the id as tie-breaker of the cursor.
  schema.index({ workspaceId: 1, lastMessageAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, status: 1, lastMessageAt: -1, _id: -1 });
  return connection.model<ConversationRow>("Conversation", schema);
}
