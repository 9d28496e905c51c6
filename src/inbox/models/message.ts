import { Schema, type Connection, type Model } from "mongoose";
import type { Author, ContentKind, MessageStatus } from "../../core/message.js";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** One try to send. */
export interface Attempt {
  n: number;
  at: Date;
  outcome: "sent" | "retry" | "failed" | "unknown";
  reason: string | null;
  providerCode: string | null;
}

export interface MessageRow {
  _id: string;
  workspaceId: string;
  conversationId: string;
  accountId: string;
  direction: "in" | "out";
  author: Author;
  senderName: SealedValue | null;
  kind: ContentKind;
  /** core Content as JSON. */
  content: SealedValue;
  /** Blind search tokens of the text. */
  words: string[];
  status: MessageStatus;
  /** The provider's id, and its blind form that finds the message for receipts, edits and duplicates. */
  externalId: SealedValue | null;
  externalKey: string | null;
  /** Further provider ids, when one message went out in parts. */
  partKeys: string[];
  replyTo: { key: string; messageId: string | null; quote: SealedValue | null } | null;
  /** Provider time, then the provider's own number, then the id decide the order shown. */
  at: Date;
  sequence: number;
  createdAt: Date;
  /** Set while what follows from an inbound message (its conversation's figures, its events) is not done yet. */
  unsettled?: boolean;
  /** Outbound: set while the message waits in its conversation's lane. */
  lane?: boolean;
  /** Outbound, in the lane: when to try (queued), or when a claim runs out (sending). */
  dueAt?: Date;
  /** Outbound: provider ids of the parts that went out before an attempt failed half way, as JSON. */
  sentParts?: SealedValue | null;
  attempts: Attempt[];
  failure: { reason: string; detail: string | null; providerCode: string | null } | null;
  /** The caller's Idempotency-Key with its scope, hashed. */
  requestKey?: string;
  /** Hash of what that request asked for: the same key with another body is refused. */
  requestHash?: string;
}

export function messageModel(connection: Connection): Model<MessageRow> {
  const attempt = new Schema<Attempt>(
    {
      n: { type: Number, required: true },
      at: { type: Date, required: true },
      outcome: { type: String, required: true },
      reason: { type: String, default: null },
      providerCode: { type: String, default: null },
    },
    { _id: false },
  );
  const replyTo = new Schema(
    { key: { type: String, required: true }, messageId: { type: String, default: null }, quote: sealed("quote") },
    { _id: false },
  );
  const failure = new Schema(
    {
      reason: { type: String, required: true },
      detail: { type: String, default: null },
      providerCode: { type: String, default: null },
    },
    { _id: false },
  );
  const schema = new Schema<MessageRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      conversationId: { type: String, required: true },
      accountId: { type: String, required: true },
      direction: { type: String, required: true },
      author: new Schema({ kind: { type: String, required: true }, id: { type: String } }, { _id: false }),
      senderName: sealed("senderName"),
      kind: { type: String, required: true },
      content: sealed("content"),
      words: { type: [String], required: true },
      status: { type: String, required: true },
      externalId: sealed("externalId"),
      externalKey: { type: String, default: null },
      partKeys: { type: [String], default: [] },
      replyTo: { type: replyTo, default: null },
      at: { type: Date, required: true },
      sequence: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      unsettled: { type: Boolean },
      lane: { type: Boolean },
      dueAt: { type: Date },
      sentParts: sealed("sentParts"),
      attempts: { type: [attempt], default: [] },
      failure: { type: failure, default: null },
      requestKey: { type: String },
      requestHash: { type: String },
    },
    { collection: "messages", versionKey: false },
  );
  // Exactly once: the same provider message is stored once, whoever tells of it and how often.
  schema.index({ externalKey: 1 }, { unique: true, partialFilterExpression: { externalKey: { $type: "string" } } });
  // The thread, newest first.
  schema.index({ conversationId: 1, at: -1, sequence: -1, _id: -1 });
  // The lane of a conversation, oldest first; and what the sweeper must revive.
  schema.index({ conversationId: 1, _id: 1 }, { partialFilterExpression: { lane: true } });
  schema.index({ dueAt: 1 }, { partialFilterExpression: { lane: true } });
  // One request, one message.
  schema.index({ requestKey: 1 }, { unique: true, partialFilterExpression: { requestKey: { $type: "string" } } });
  return connection.model<MessageRow>("Message", schema);
}
