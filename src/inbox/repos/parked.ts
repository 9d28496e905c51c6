import type { Model } from "mongoose";
import type { InboundEvent } from "../../core/events.js";
import type { ParkedRow } from "../models/parked.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import type { Page } from "../types.js";
import type { Seals } from "./seals.js";

/** An event that waits for its message. */
export interface Waiting {
  id: string;
  workspaceId: string;
  accountId: string;
  targetKey: string;
  event: InboundEvent;
}

/** As operators and integrators see it. */
export interface WaitingChange {
  id: string;
  accountId: string;
  event: InboundEvent;
  receivedAt: Date;
  /** Until then it waits. */
  expiresAt: Date;
}

export interface ParkedRepo {
  /** Keeps events until their message comes, a week at most. Idempotent. */
  park(events: readonly Waiting[], now: Date): Promise<void>;
  /** What waits for these messages, in the order it came. */
  waitingFor(targetKeys: readonly string[]): Promise<Waiting[]>;
  release(ids: readonly string[]): Promise<void>;
  /** Which of these still wait. */
  still(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Newest first. */
  list(workspaceId: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<WaitingChange>>;
}

const keptMs = 7 * 86_400_000;
const place = (workspaceId: string) => ({ workspaceId, collection: "parked", field: "event" });

export function parkedRepo(model: Model<ParkedRow>, seals: Seals): ParkedRepo {
  return {
    async park(events, now) {
      const operations = await Promise.all(
        events.map(async ({ id, event, ...rest }) => ({
          updateOne: {
            filter: { _id: id },
            update: {
              $setOnInsert: {
                ...rest,
                event: await seals.sealJson(place(rest.workspaceId), event),
                at: now,
                expiresAt: new Date(now.getTime() + keptMs),
              },
            },
            upsert: true,
          },
        })),
      );
      await model.bulkWrite(operations, { ordered: false });
    },

    async waitingFor(targetKeys) {
      if (targetKeys.length === 0) return [];
      const rows = await model
        .find({ targetKey: { $in: [...targetKeys] } })
        .sort({ at: 1, _id: 1 })
        .lean();
      return Promise.all(
        rows.map(async ({ _id, workspaceId, accountId, targetKey, event }) => ({
          id: _id,
          workspaceId,
          accountId,
          targetKey,
          event: (await seals.openJson(place(workspaceId), event)) as InboundEvent,
        })),
      );
    },

    async still(ids) {
      if (ids.length === 0) return new Set();
      const rows = await model.find({ _id: { $in: [...ids] } }, { _id: 1 }).lean();
      return new Set(rows.map((row) => row._id));
    },

    async list(workspaceId, { limit, cursor }) {
      const after = decodeCursor(cursor, ["date", "string"] as const);
      // The range bounds the index; the alternative only breaks ties of the same instant.
      const behind = after && { at: { $lte: after[0] }, $or: [{ at: { $lt: after[0] } }, { _id: { $lt: after[1] } }] };
      const rows = await model
        .find({ workspaceId, ...behind })
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      const items = await Promise.all(
        page.map(async ({ _id, accountId, event, at, expiresAt }) => ({
          id: _id,
          accountId,
          event: (await seals.openJson(place(workspaceId), event)) as InboundEvent,
          receivedAt: at,
          expiresAt,
        })),
      );
      return { items, next: rows.length > limit && tail ? encodeCursor([tail.at, tail._id]) : null };
    },

    async release(ids) {
      if (ids.length > 0) await model.deleteMany({ _id: { $in: [...ids] } });
    },
  };
}
