import { Schema, type Connection, type Model } from "mongoose";
import type { Author, ContentKind, MessageStatus } from "../../core/message.js";
import { sealed, type SealedValue } from "../../platform/sealed.js";
import { tellingFields, tellingIndex, type Telling } from "./told.js";

/** One try to send. */
export interface Attempt {
  /** Of its own, so that every try can be told from the others. */
  id: string;
  n: number;
  at: Date;
  outcome: "sent" | "retry" | "failed" | "unknown";
  reason: string | null;
  providerCode: string | null;
}

/** What one person thinks of a message. A reaction taken back stays, without its emoji, so that an older one cannot undo it. */
export interface Reaction {
  /** Keyed hash of who: one person has one reaction. */
  by: string;
  author: Author;
  emoji: SealedValue | null;
  at: Date;
  /** The event that told of it. */
  key: string;
}

/** What a message said before it was edited. */
export interface Revision {
  content: SealedValue;
  at: Date;
  /** The event that told of the edit which replaced it. */
  key: string;
}

export interface MessageRow extends Telling {
  _id: string;
  workspaceId: string;
  conversationId: string;
  accountId: string;
  /** `note`: private, never leaves. */
  direction: "in" | "out" | "note";
  author: Author;
  senderName: SealedValue | null;
  /** Who wrote it first, when it was forwarded. */
  forwardedFrom: SealedValue | null;
  /** The parameter of the deep link or advertisement that brought the customer. */
  referral: SealedValue | null;
  /** What else is known of what brought the customer, as JSON; missing where that is nothing. */
  referralDetails?: SealedValue | null;
  kind: ContentKind;
  /** core Content as JSON. */
  content: SealedValue;
  /** Blind search tokens of the text. */
  words: string[];
  status: MessageStatus;
  /** The provider's id, and its blind form that finds the message for receipts, edits and duplicates. */
  externalId: SealedValue | null;
  externalKey: string | null;
  /** Further provider ids, when one message went out in parts: blind, and as sealed JSON. */
  partKeys?: string[];
  partIds?: SealedValue | null;
  /** The album this is one picture of; such rows are shown within their album. */
  partOf?: string;
  replyTo: { key: string; messageId: string | null; quote: SealedValue | null } | null;
  reactions: Reaction[];
  /** Earlier contents, oldest first. */
  revisions: Revision[];
  editedAt: Date | null;
  /** Taken back: the content is gone, that there was a message stays. */
  removedAt: Date | null;
  /** When each state was reached, by the provider's clock. */
  receipts: { sent?: Date; delivered?: Date; read?: Date };
  /** Members a note speaks to. */
  mentions: string[];
  /** Follows the message from its webhook or request to its delivery. */
  traceId: string | null;
  /** Provider time, then the provider's own number, then the id decide the order shown. */
  at: Date;
  sequence: number;
  createdAt: Date;
  /** Set while what follows from an inbound message (its conversation's figures, its events) is not done yet. */
  unsettled?: boolean;
  /** Outbound: set while the message waits in its conversation's lane. */
  lane?: boolean;
  /** Outbound: written for later, and still to be put into the lane. */
  scheduled?: boolean;
  /** When it is, or was, to leave, if it was written for later. */
  sendAt?: Date | null;
  /** Inbound: the request that brought it, as intake kept it, and when it was accepted. */
  acceptedId?: string | null;
  acceptedAt?: Date | null;
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
  /** From before the account was connected: nobody has to answer it. */
  history?: boolean;
  /** Another application had the conversation when it came. */
  standby?: boolean;
  /** What the provider charges, in its own words. */
  pricing?: { billable: boolean | null; model: string | null; category: string | null };
}

export function messageModel(connection: Connection): Model<MessageRow> {
  const attempt = new Schema<Attempt>(
    {
      id: { type: String, required: true },
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
  const author = { kind: { type: String, required: true }, id: { type: String } };
  const reaction = new Schema<Reaction>(
    {
      by: { type: String, required: true },
      author: new Schema(author, { _id: false }),
      emoji: sealed("emoji"),
      at: { type: Date, required: true },
      key: { type: String, required: true },
    },
    { _id: false },
  );
  const revision = new Schema<Revision>(
    { content: sealed("content"), at: { type: Date, required: true }, key: { type: String, required: true } },
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
      author: new Schema(author, { _id: false }),
      senderName: sealed("senderName"),
      forwardedFrom: sealed("forwardedFrom"),
      referral: sealed("referral"),
      referralDetails: sealed("referralDetails"),
      kind: { type: String, required: true },
      content: sealed("content"),
      words: { type: [String], required: true },
      status: { type: String, required: true },
      externalId: sealed("externalId"),
      externalKey: { type: String, default: null },
      partKeys: { type: [String], default: undefined },
      partIds: sealed("partIds"),
      partOf: { type: String },
      replyTo: { type: replyTo, default: null },
      reactions: { type: [reaction], default: [] },
      revisions: { type: [revision], default: [] },
      editedAt: { type: Date, default: null },
      removedAt: { type: Date, default: null },
      receipts: {
        type: new Schema({ sent: { type: Date }, delivered: { type: Date }, read: { type: Date } }, { _id: false }),
        default: {},
      },
      mentions: { type: [String], default: [] },
      traceId: { type: String, default: null },
      at: { type: Date, required: true },
      sequence: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      unsettled: { type: Boolean },
      lane: { type: Boolean },
      scheduled: { type: Boolean },
      sendAt: { type: Date },
      acceptedId: { type: String },
      acceptedAt: { type: Date },
      dueAt: { type: Date },
      sentParts: sealed("sentParts"),
      attempts: { type: [attempt], default: [] },
      failure: { type: failure, default: null },
      requestKey: { type: String },
      requestHash: { type: String },
      history: { type: Boolean },
      standby: { type: Boolean },
      pricing: {
        type: new Schema(
          {
            billable: { type: Boolean, default: null },
            model: { type: String, default: null },
            category: { type: String, default: null },
          },
          { _id: false },
        ),
      },
      ...tellingFields,
    },
    { collection: "messages", versionKey: false, minimize: false },
  );
  // Exactly once: the same provider message is stored once, whoever tells of it and how often.
  schema.index({ externalKey: 1 }, { unique: true, partialFilterExpression: { externalKey: { $type: "string" } } });
  // Receipts, reactions and removals of further parts. Most messages have none and are not in it.
  schema.index({ partKeys: 1 }, { sparse: true });
  // The thread, newest first; pictures of an album are found through the album.
  schema.index({ conversationId: 1, at: -1, sequence: -1, _id: -1 });
  schema.index({ partOf: 1, sequence: 1, _id: 1 }, { partialFilterExpression: { partOf: { $type: "string" } } });
  // Search: a word's messages, newest first.
  schema.index({ workspaceId: 1, words: 1, at: -1, _id: -1 });
  // What a process that died left half done.
  schema.index({ createdAt: 1 }, { partialFilterExpression: { unsettled: true } });
  schema.index(...tellingIndex);
  // The lane of a conversation, oldest first; and what the sweeper must revive.
  schema.index({ conversationId: 1, _id: 1 }, { partialFilterExpression: { lane: true } });
  schema.index({ dueAt: 1 }, { partialFilterExpression: { lane: true } });
  // What was written for later, by its time.
  schema.index({ sendAt: 1 }, { partialFilterExpression: { scheduled: true } });
  schema.index({ workspaceId: 1, sendAt: 1, _id: 1 }, { partialFilterExpression: { scheduled: true } });
  schema.index({ conversationId: 1, sendAt: 1 }, { partialFilterExpression: { scheduled: true } });
  // One request, one message.
  schema.index({ requestKey: 1 }, { unique: true, partialFilterExpression: { requestKey: { $type: "string" } } });
  return connection.model<MessageRow>("Message", schema);
}
