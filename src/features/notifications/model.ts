import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";
import type { NotificationEvent } from "../../wire/identity.js";
import type { Way } from "./rule.js";

/** What one member is to be told of one conversation in one way. Ids only: names are looked up when it is told. */
export interface NoticeRow {
  /** Way, member and conversation. */
  _id: string;
  workspaceId: string;
  memberId: string;
  conversationId: string;
  way: Way;
  /** What happened since it was last told. */
  kinds: NotificationEvent[];
  /** The last event that is in it: the same event makes it due once. */
  seq: number;
  /** When that event happened. */
  at: Date;
  /** Absent: there is nothing to tell. */
  dueAt?: Date;
  /** Who tells it just now. */
  claim: string | null;
  tries: number;
  /** Browsers that have not been told yet, after a try that reached only some; empty: all of them. */
  left: string[];
  /** When browsers were rung last, from the beginning of it: what is written soon after waits. */
  toldAt: Date | null;
  /** MongoDB removes it some time after. */
  touchedAt: Date;
}

/** Whose digest is being sent, and from when on the next one may be. */
export interface TurnRow {
  /** The member's id. */
  _id: string;
  until: Date;
  tries: number;
  touchedAt: Date;
}

/** How far the event log of a workspace was read. */
export interface PositionRow {
  _id: string;
  seq: number;
}

/** A browser that somebody wants to be told in, for as long as they are signed in with it. */
export interface SubscriptionRow {
  /** The session's id. */
  _id: string;
  userId: string;
  /** Blind key of the push service's address: a browser has one, whoever is signed in. */
  endpointKey: string;
  /** JSON of address and keys. */
  subscription: SealedValue;
  createdAt: Date;
  expiresAt: Date;
}

/** The keys by which push services know this installation. */
export interface InstallationKeyRow {
  _id: string;
  publicKey: string;
  privateKey: SealedValue;
  createdAt: Date;
}

export interface NotificationModels {
  notices: Model<NoticeRow>;
  turns: Model<TurnRow>;
  positions: Model<PositionRow>;
  subscriptions: Model<SubscriptionRow>;
  keys: Model<InstallationKeyRow>;
}

const keptSeconds = 2 * 24 * 3_600;

/** The tables of what is told outside of the page. */
export function notificationModels(connection: Connection): NotificationModels {
  const notice = new Schema<NoticeRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      memberId: { type: String, required: true },
      conversationId: { type: String, required: true },
      way: { type: String, required: true },
      kinds: { type: [String], required: true },
      seq: { type: Number, required: true },
      at: { type: Date, required: true },
      dueAt: { type: Date },
      claim: { type: String, default: null },
      tries: { type: Number, default: 0 },
      left: { type: [String], default: [] },
      toldAt: { type: Date, default: null },
      touchedAt: { type: Date, required: true },
    },
    { collection: "notices", versionKey: false },
  );
  // Few are due at a time: only those stand in these.
  const due = { partialFilterExpression: { dueAt: { $type: "date" } } };
  notice.index({ way: 1, dueAt: 1 }, due);
  notice.index({ memberId: 1, way: 1, dueAt: 1 }, due);
  notice.index({ workspaceId: 1, way: 1, dueAt: 1 }, due);
  notice.index({ touchedAt: 1 }, { expireAfterSeconds: keptSeconds });
  const turn = new Schema<TurnRow>(
    {
      _id: { type: String, required: true },
      until: { type: Date, required: true },
      tries: { type: Number, default: 0 },
      touchedAt: { type: Date, required: true },
    },
    { collection: "notice_turns", versionKey: false },
  );
  turn.index({ touchedAt: 1 }, { expireAfterSeconds: keptSeconds });
  const position = new Schema<PositionRow>(
    { _id: { type: String, required: true }, seq: { type: Number, required: true } },
    { collection: "notice_positions", versionKey: false },
  );
  const subscription = new Schema<SubscriptionRow>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      endpointKey: { type: String, required: true },
      subscription: sealed("subscription"),
      createdAt: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection: "push_subscriptions", versionKey: false },
  );
  subscription.index({ userId: 1 });
  subscription.index({ endpointKey: 1 });
  subscription.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const key = new Schema<InstallationKeyRow>(
    {
      _id: { type: String, required: true },
      publicKey: { type: String, required: true },
      privateKey: sealed("privateKey"),
      createdAt: { type: Date, required: true },
    },
    { collection: "installation_keys", versionKey: false },
  );
  return {
    notices: connection.model<NoticeRow>("Notice", notice),
    turns: connection.model<TurnRow>("NoticeTurn", turn),
    positions: connection.model<PositionRow>("NoticePosition", position),
    subscriptions: connection.model<SubscriptionRow>("PushSubscription", subscription),
    keys: connection.model<InstallationKeyRow>("InstallationKey", key),
  };
}
