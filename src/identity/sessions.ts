import type { Model } from "mongoose";
import { newId } from "../core/ids.js";
import type { Clock, Keyring } from "../core/ports.js";
import { asSealed } from "../platform/sealed.js";
import type { TokenKind, UserSessionRow, UserTokenRow } from "./models/account.js";
import { hashOf, newSecret } from "./secrets.js";
import { systemKeys } from "./users.js";

const dayMs = 24 * 3_600_000;
/** A session that nobody uses ends after this, and every one after `absoluteMs`. */
export const idleMs = 7 * dayMs;
export const absoluteMs = 30 * dayMs;
const seenEveryMs = 60_000;

/** A browser that somebody is signed in with. */
export interface UserSession {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  address: string | null;
  agent: string | null;
}

export interface SessionRepo {
  /** Signs somebody in. The token goes into a cookie and is kept nowhere. */
  start(userId: string, from: { address: string; agent: string | null }): Promise<{ token: string; id: string }>;
  /** Whose token this is; undefined when the session is over. Being asked counts as use. */
  find(token: string): Promise<{ id: string; userId: string } | undefined>;
  list(userId: string): Promise<UserSession[]>;
  /** Those of these sessions that are not over. */
  alive(ids: readonly string[]): Promise<Set<string>>;
  end(userId: string, id: string): Promise<boolean>;
  /** Ends all sessions of a person, save one if named. */
  endAll(userId: string, except?: string): Promise<void>;
}

export function sessionRepo(model: Model<UserSessionRow>, keyring: Keyring, clock: Clock): SessionRepo {
  const place = { workspaceId: systemKeys, collection: "user_sessions", field: "origin" };
  return {
    async start(userId, { address, agent }) {
      const token = newSecret();
      const now = clock.now();
      const origin = JSON.stringify({ address, agent: agent?.slice(0, 300) ?? null });
      const row: UserSessionRow = {
        _id: newId("session"),
        userId,
        hash: hashOf(token),
        origin: asSealed(await keyring.seal(place, origin)),
        createdAt: now,
        lastSeenAt: now,
        endsAt: new Date(now.getTime() + idleMs),
        absoluteEnd: new Date(now.getTime() + absoluteMs),
      };
      await model.create(row);
      return { token, id: row._id };
    },
    async find(token) {
      if (token.length > 100) return undefined;
      const row = await model.findOne({ hash: hashOf(token) }).lean();
      const now = clock.now();
      if (!row || row.endsAt <= now) return undefined;
      if (now.getTime() - row.lastSeenAt.getTime() > seenEveryMs) {
        const endsAt = new Date(Math.min(now.getTime() + idleMs, row.absoluteEnd.getTime()));
        await model.updateOne({ _id: row._id }, { $max: { lastSeenAt: now, endsAt } });
      }
      return { id: row._id, userId: row.userId };
    },
    async list(userId) {
      const rows = await model
        .find({ userId, endsAt: { $gt: clock.now() } })
        .sort({ _id: -1 })
        .limit(500)
        .lean();
      return Promise.all(
        rows.map(async (row) => {
          const origin = row.origin ? (JSON.parse(await keyring.open(place, row.origin)) as unknown) : {};
          const { address = null, agent = null } = origin as { address?: string; agent?: string | null };
          return { id: row._id, createdAt: row.createdAt, lastSeenAt: row.lastSeenAt, address, agent };
        }),
      );
    },
    async alive(ids) {
      const rows = await model.find({ _id: { $in: [...ids] } }, { endsAt: 1 }).lean();
      const now = clock.now();
      return new Set(rows.filter(({ endsAt }) => endsAt > now).map(({ _id }) => _id));
    },
    end: async (userId, id) => (await model.deleteOne({ _id: id, userId })).deletedCount === 1,
    async endAll(userId, except) {
      await model.deleteMany({ userId, ...(except === undefined ? {} : { _id: { $ne: except } }) });
    },
  };
}

/** Tokens that let their holder do one thing once. */
export interface TokenRepo {
  /** A new token; older ones of the kind stop working. */
  issue(kind: TokenKind, userId: string, validMs: number): Promise<string>;
  /** Whose token this was; it works no more. Of two callers at once one gets it. */
  take(kind: TokenKind, token: string): Promise<string | undefined>;
  /** Whose token this is, counting the try; undefined after `triesMost`. */
  attempt(kind: TokenKind, token: string, triesMost: number): Promise<string | undefined>;
  drop(userId: string): Promise<void>;
}

export function tokenRepo(model: Model<UserTokenRow>, clock: Clock): TokenRepo {
  const valid = (kind: TokenKind, token: string) => ({
    _id: hashOf(token),
    kind,
    expiresAt: { $gt: clock.now() },
  });
  return {
    async issue(kind, userId, validMs) {
      const token = newSecret();
      await model.deleteMany({ userId, kind });
      const expiresAt = new Date(clock.now().getTime() + validMs);
      await model.create({ _id: hashOf(token), kind, userId, tries: 0, expiresAt });
      return token;
    },
    take: async (kind, token) => (await model.findOneAndDelete(valid(kind, token)).lean())?.userId,
    async attempt(kind, token, triesMost) {
      const row = await model
        .findOneAndUpdate({ ...valid(kind, token), tries: { $lt: triesMost } }, { $inc: { tries: 1 } })
        .lean();
      return row?.userId;
    },
    async drop(userId) {
      await model.deleteMany({ userId });
    },
  };
}
