import type { Model } from "mongoose";
import { encodeTime } from "ulid";
import type { Page } from "../../inbox/index.js";
import type { ChannelLogKind } from "../../wire/channelLog.js";
import type { LogRow } from "./model.js";

/** Entries of an account that are kept. */
export const keptMost = 1_000;
/** A row counts its errors up to here. */
const countedMost = 1_000;
const dayMs = 86_400_000;

export interface LogRepo {
  ensureIndexes(): Promise<void>;
  insert(rows: readonly LogRow[]): Promise<void>;
  /** Takes away the oldest entries beyond those that are kept. */
  trim(accountId: string): Promise<void>;
  list(
    workspaceId: string,
    accountId: string,
    query: { limit: number; cursor?: string | undefined; errors: boolean; kind?: ChannelLogKind | undefined },
  ): Promise<Page<LogRow>>;
  /** How much went wrong in the last 24 hours, by account. */
  errors(accountIds: readonly string[], now: Date): Promise<Map<string, number>>;
  forget(accountId: string): Promise<void>;
}

export function logRepo(model: Model<LogRow>): LogRepo {
  return {
    async ensureIndexes() {
      await model.createIndexes();
    },
    async insert(rows) {
      await model.insertMany(rows, { ordered: false });
    },
    async trim(accountId) {
      const [last] = await model.find({ accountId }, { _id: 1 }).sort({ _id: -1 }).skip(keptMost).limit(1).lean();
      if (last) await model.deleteMany({ accountId, _id: { $lte: last._id } });
    },
    async list(workspaceId, accountId, { limit, cursor, errors, kind }) {
      const filter: Record<string, unknown> = { accountId, workspaceId };
      if (errors) filter.ok = false;
      if (kind !== undefined) filter.kind = kind;
      if (cursor !== undefined && /^clg_[0-9A-Z]{26}$/.test(cursor)) filter._id = { $lt: cursor };
      const rows: LogRow[] = await model
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean();
      const items = rows.slice(0, limit);
      return { items, next: rows.length > limit ? (items.at(-1)?._id ?? null) : null };
    },
    async errors(accountIds, now) {
      const since = `clg_${encodeTime(now.getTime() - dayMs, 10)}`;
      const counts = await Promise.all(
        accountIds.map(async (accountId): Promise<[string, number]> => {
          const filter = { accountId, ok: false, _id: { $gte: since } };
          return [accountId, await model.countDocuments(filter, { limit: countedMost })];
        }),
      );
      return new Map(counts);
    },
    async forget(accountId) {
      await model.deleteMany({ accountId });
    },
  };
}
