import type { Clock, Keyring } from "../../core/ports.js";
import { systemKeys } from "../../identity/index.js";
import { asSealed } from "../../platform/sealed.js";
import type { NotificationModels, SubscriptionRow } from "./model.js";

/** Where a browser is told, and with which keys it opens what it is told. */
export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** A browser that somebody wants to be told in. */
export interface SubscribedBrowser {
  sessionId: string;
  userId: string;
  subscription: Subscription;
}

export interface Subscriptions {
  /** Who of these has any browser that is told. */
  having(userIds: readonly string[]): Promise<Set<string>>;
  of(userIds: readonly string[]): Promise<SubscribedBrowser[]>;
  find(sessionId: string): Promise<SubscribedBrowser | undefined>;
  /** From now on this session's browser is told what concerns this person, and nobody else. */
  put(browser: SubscribedBrowser): Promise<void>;
  remove(sessionIds: readonly string[]): Promise<void>;
}

/** No session is longer. */
const keptMs = 31 * 24 * 3_600_000;

export function createSubscriptions(
  { subscriptions: model }: NotificationModels,
  keyring: Keyring,
  clock: Clock,
): Subscriptions {
  const place = { workspaceId: systemKeys, collection: "push_subscriptions", field: "subscription" };
  const opened = async ({ _id, userId, subscription }: SubscriptionRow): Promise<SubscribedBrowser> => ({
    sessionId: _id,
    userId,
    subscription: JSON.parse(await keyring.open(place, subscription)) as Subscription,
  });

  return {
    async having(userIds) {
      if (userIds.length === 0) return new Set();
      const rows = await model.find({ userId: { $in: [...userIds] } }, { userId: 1 }).lean();
      return new Set(rows.map(({ userId }) => userId));
    },
    async of(userIds) {
      if (userIds.length === 0) return [];
      return Promise.all((await model.find({ userId: { $in: [...userIds] } }).lean()).map(opened));
    },
    async find(sessionId) {
      const row = await model.findOne({ _id: sessionId }).lean();
      return row ? opened(row) : undefined;
    },
    async put({ sessionId, userId, subscription }) {
      const endpointKey = await keyring.blind(systemKeys, "push endpoint", subscription.endpoint);
      const now = clock.now();
      const text = JSON.stringify(subscription);
      const row = {
        userId,
        endpointKey,
        subscription: asSealed(await keyring.seal(place, text)),
        expiresAt: new Date(now.getTime() + keptMs),
      };
      await model.deleteMany({ endpointKey, _id: { $ne: sessionId } });
      await model.updateOne({ _id: sessionId }, { $set: row, $setOnInsert: { createdAt: now } }, { upsert: true });
    },
    async remove(sessionIds) {
      if (sessionIds.length > 0) await model.deleteMany({ _id: { $in: [...sessionIds] } });
    },
  };
}
