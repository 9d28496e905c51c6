import type { Model } from "mongoose";
import { coalesce } from "../../core/coalesce.js";
import type { DomainEvent, Publish } from "../../core/ports.js";
import type { Telling, Told } from "../models/told.js";

type Row = Telling & { _id: string; workspaceId: string };

export interface Outbox {
  /** Publishes what rows have to tell and marks it as told. Calls at the same time share the round trips. */
  tell(rows: readonly Pick<Row, "_id" | "workspaceId" | "tell">[]): Promise<void>;
  /** Publishes what was left over by a process that died before it could. Returns how many rows there were. */
  sweep(before: Date, limit: number): Promise<number>;
}

/** Events in an update by pipeline: added to what the row has to tell. */
export function alsoTell(told: Told | readonly Told[], now: Date): Record<string, unknown> {
  const all = Array.isArray(told) ? (told as readonly Told[]) : [told];
  return {
    tell: { $concatArrays: [{ $ifNull: ["$tell", []] }, { $literal: all }] },
    tellAt: { $ifNull: ["$tellAt", now] },
  };
}

/** The outbox of one collection: no event is lost between a change and its publication, and none is told twice. */
export function outboxOf(model: Model<never>, publish: Publish): Outbox {
  const collection = () => model.collection;

  async function forget(ids: readonly string[], eventIds: readonly string[]): Promise<void> {
    await collection().updateMany({ _id: { $in: [...ids] } } as never, [
      {
        $set: {
          tell: {
            $filter: {
              input: { $ifNull: ["$tell", []] },
              as: "told",
              cond: { $not: [{ $in: ["$$told.id", [...eventIds]] }] },
            },
          },
        },
      },
      {
        $set: {
          tell: { $cond: [{ $eq: ["$tell", []] }, "$$REMOVE", "$tell"] },
          tellAt: { $cond: [{ $eq: ["$tell", []] }, "$$REMOVE", "$tellAt"] },
        },
      },
    ]);
  }

  const tellTogether = coalesce<readonly Pick<Row, "_id" | "workspaceId" | "tell">[], undefined>(
    async (calls) => {
      const rows = calls.flat().filter((row) => (row.tell?.length ?? 0) > 0);
      if (rows.length > 0) {
        const events = rows.flatMap((row) => (row.tell ?? []).map((told) => eventOf(row.workspaceId, told)));
        await publish(events);
        await forget(
          rows.map((row) => row._id),
          events.map((event) => event.id),
        );
      }
      return calls.map(() => undefined);
    },
    { maxBatch: 200, weigh: (rows) => rows.length },
  );

  return {
    async tell(rows) {
      if (rows.length > 0) await tellTogether(rows);
    },
    async sweep(before, limit) {
      const rows = (await (model as unknown as Model<Row>)
        .find({ tellAt: { $lt: before, $type: "date" } } as never, { workspaceId: 1, tell: 1 })
        .sort({ tellAt: 1 })
        .limit(limit)
        .lean()) as unknown as Row[];
      await this.tell(rows);
      return rows.length;
    },
  };
}

const eventOf = (workspaceId: string, { conversationId, ...told }: Told): DomainEvent => ({
  ...told,
  workspaceId,
  ...(conversationId === null ? {} : { conversationId }),
});
