import type { Model } from "mongoose";
import type { InboundEvent } from "../../core/events.js";
import type { ParkedRow } from "../models/parked.js";
import type { Seals } from "./seals.js";

/** An event that waits for its message. */
export interface Waiting {
  id: string;
  workspaceId: string;
  accountId: string;
  targetKey: string;
  event: InboundEvent;
}

export interface ParkedRepo {
  /** Keeps events until their message comes, a week at most. Idempotent. */
  park(events: readonly Waiting[], now: Date): Promise<void>;
  /** What waits for these messages, in the order it came. */
  waitingFor(targetKeys: readonly string[]): Promise<Waiting[]>;
  release(ids: readonly string[]): Promise<void>;
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

    async release(ids) {
      if (ids.length > 0) await model.deleteMany({ _id: { $in: [...ids] } });
    },
  };
}
