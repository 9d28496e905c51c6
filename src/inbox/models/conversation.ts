import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";
import { tellingFields, tellingIndex, type Telling } from "./told.js";

export const conversationStatuses = ["open", "pending", "snoozed", "resolved"] as const;
/** `pending`: a bot has it. */
export type ConversationStatus = (typeof conversationStatuses)[number];

/** From calm to urgent; 0 is none. */
export const priorities = ["none", "low", "medium", "high", "urgent"] as const;
export type Priority = (typeof priorities)[number];

export interface LastMessage {
  id: string;
  direction: "in" | "out" | "note";
  kind: string;
  preview: SealedValue;
  at: Date;
}

export interface ConversationRow extends Telling {
  _id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  contactId: string;
  identityId: string;
  /** Blind form of account and chat. */
  chatKey: string;
  /** Keyed hash of who the chat was when it last wrote: a change of name or alias shows in it. */
  peerKey: string;
  /** The conversation new messages of that chat go to. At most one per chat; an archived one has false. */
  open: boolean;
  status: ConversationStatus;
  snoozedUntil: Date | null;
  assigneeId: string | null;
  teamId: string | null;
  labels: string[];
  /** null: none. */
  priority: Exclude<Priority, "none"> | null;
  /** Members who were mentioned in notes. */
  mentioned: string[];
  /** Members who wrote in it or were given it. */
  participants: string[];
  /** The customer blocked us: nothing can be sent. */
  blocked: boolean;
  /** We blocked the customer: nobody writes to them until it is taken back. */
  blockedByUs: boolean;
  /** Inbound messages since somebody last answered or looked. */
  unread: number;
  /** How many messages the customer wrote, ever: readers remember how many of them they have read. */
  inbound: number;
  /** Whoever it is assigned to has not read all of it. */
  unseen: boolean;
  /** Who of us wrote to the customer last, as kind and id, and when; a reply that must not overtake takes it first. */
  lastOut: { by: string; at: Date } | null;
  /** What resolving put away, for whoever takes it back soon. */
  resolvedFrom: { unread: number; waitingSince: Date | null; at: Date } | null;
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
      peerKey: { type: String, default: "" },
      open: { type: Boolean, required: true },
      status: { type: String, required: true },
      snoozedUntil: { type: Date, default: null },
      assigneeId: { type: String, default: null },
      teamId: { type: String, default: null },
      labels: { type: [String], required: true },
      priority: { type: String, default: null },
      mentioned: { type: [String], required: true },
      participants: { type: [String], default: [] },
      blocked: { type: Boolean, required: true },
      blockedByUs: { type: Boolean, default: false },
      unread: { type: Number, required: true },
      inbound: { type: Number, default: 0 },
      unseen: { type: Boolean, default: false },
      lastOut: {
        type: new Schema({ by: { type: String, required: true }, at: { type: Date, required: true } }, { _id: false }),
        default: null,
      },
      resolvedFrom: {
        type: new Schema(
          { unread: { type: Number }, waitingSince: { type: Date, default: null }, at: { type: Date, required: true } },
          { _id: false },
        ),
        default: null,
      },
      waitingSince: { type: Date, default: null },
      lastInboundAt: { type: Date, default: null },
      lastMessageAt: { type: Date, required: true },
      lastMessage: { type: last, default: null },
      counted: { type: [String], required: true },
      createdAt: { type: Date, required: true },
      ...tellingFields,
    },
    { collection: "conversations", versionKey: false },
  );
  // At most one open conversation per chat: two first messages at once end in one.
  schema.index({ chatKey: 1 }, { unique: true, partialFilterExpression: { open: true } });
  // List views, newest first with the id as tie-breaker of the cursor: all; by status; and by one thing within a status.
  schema.index({ workspaceId: 1, lastMessageAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, status: 1, lastMessageAt: -1, _id: -1 });
  for (const field of ["assigneeId", "accountId"]) {
    schema.index({ workspaceId: 1, [field]: 1, status: 1, lastMessageAt: -1, _id: -1 });
  }
  // Every new message moves a conversation in each of these: those that have nothing to be found by are left out.
  for (const field of ["teamId", "labels", "mentioned", "participants", "priority"]) {
    schema.index(
      { workspaceId: 1, [field]: 1, status: 1, lastMessageAt: -1, _id: -1 },
      { partialFilterExpression: { [field]: { $type: "string" } } },
    );
  }
  // A contact has few conversations: their order is not worth an index.
  schema.index({ workspaceId: 1, contactId: 1 });
  schema.index({ workspaceId: 1, identityId: 1 });
  // Who has been waiting longest.
  schema.index(
    { workspaceId: 1, waitingSince: 1, _id: 1 },
    { partialFilterExpression: { waitingSince: { $type: "date" } } },
  );
  // The same people, newest first. Few wait at a time; the last field only tells this index from the one of all.
  schema.index(
    { workspaceId: 1, lastMessageAt: -1, _id: -1, waitingSince: 1 },
    { partialFilterExpression: { waitingSince: { $type: "date" } } },
  );
  // How much somebody has not read: only what is unread stands in it.
  schema.index({ workspaceId: 1, assigneeId: 1, status: 1 }, { partialFilterExpression: { unseen: true } });
  // What must wake up.
  schema.index({ snoozedUntil: 1 }, { partialFilterExpression: { snoozedUntil: { $type: "date" } } });
  schema.index(...tellingIndex);
  return connection.model<ConversationRow>("Conversation", schema);
}
