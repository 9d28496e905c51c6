import type { Model } from "mongoose";
import type { RawEventRow } from "../models/rawEvent.js";
import { asSealed, sealedBytes } from "../../platform/sealed.js";

/** What intake sealed, as it waits to be played again. `events` is sealed for the place of job payloads. */
export interface RawEvents {
  id: string;
  workspaceId: string;
  accountId: string;
  traceId: string;
  acceptedAt: Date;
  events: Buffer;
}

export interface RawEventRepo {
  /** Keeps what was accepted for a week. Idempotent; all of it in one round trip. */
  keep(raw: readonly RawEvents[]): Promise<void>;
  /** Keeps what came for an account that is off, for a quarter of a year. */
  hold(raw: RawEvents): Promise<void>;
  find(workspaceId: string, id: string): Promise<RawEvents | undefined>;
  /** What is held for an account, oldest first. */
  held(workspaceId: string, accountId: string, limit: number): Promise<RawEvents[]>;
  /** These are on their way into the inbox. */
  release(ids: readonly string[]): Promise<void>;
  /** Of an account and a time, oldest first. */
  between(
    workspaceId: string,
    range: { accountId: string; since: Date; until: Date },
    limit: number,
    after?: { acceptedAt: Date; id: string },
  ): Promise<RawEvents[]>;
}

const dayMs = 86_400_000;
const keptMs = 7 * dayMs;
const heldMs = 90 * dayMs;

export function rawEventRepo(model: Model<RawEventRow>): RawEventRepo {
  return {
    async keep(raw) {
      if (raw.length === 0) return;
      const operations = raw.map(({ id, events, ...rest }) => ({
        updateOne: {
          filter: { _id: id },
          update: {
            $setOnInsert: {
              ...rest,
              events: asSealed(events),
              expiresAt: new Date(rest.acceptedAt.getTime() + keptMs),
            },
          },
          upsert: true,
        },
      }));
      await model.bulkWrite(operations, { ordered: false });
    },

    async between(workspaceId, { accountId, since, until }, limit, after) {
      const rows = await model
        .find({
          workspaceId,
          accountId,
          acceptedAt: { $gte: after?.acceptedAt ?? since, $lte: until },
          ...(after ? { $or: [{ acceptedAt: { $gt: after.acceptedAt } }, { _id: { $gt: after.id } }] } : {}),
        })
        .sort({ acceptedAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return rows.map(rawOf);
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? rawOf(row) : undefined;
    },

    async hold({ id, events, ...rest }) {
      const expiresAt = new Date(rest.acceptedAt.getTime() + heldMs);
      const row = { ...rest, events: asSealed(events), expiresAt, held: true };
      await model.updateOne({ _id: id }, { $setOnInsert: row }, { upsert: true });
    },

    async held(workspaceId, accountId, limit) {
      const rows = await model.find({ accountId, held: true, workspaceId }).sort({ acceptedAt: 1 }).limit(limit).lean();
      return rows.map(rawOf);
    },

    async release(ids) {
      await model.updateMany({ _id: { $in: [...ids] } }, { $unset: { held: 1 } });
    },
  };
}

const rawOf = ({ _id, workspaceId, accountId, traceId, acceptedAt, events }: RawEventRow): RawEvents => ({
  id: _id,
  workspaceId,
  accountId,
  traceId,
  acceptedAt,
  events: Buffer.from(sealedBytes(events)),
});
