import type { Model } from "mongoose";
import type { DomainEvent, SequencedEvent } from "../../core/ports.js";
import type { EventRow } from "../models/event.js";

export interface EventLog {
  /** Appends events to their workspaces' sequences; those that are there already are left alone. Returns the new ones. */
  append(events: readonly DomainEvent[]): Promise<SequencedEvent[]>;
  /** Events after a sequence number, in order. */
  after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
  /** The sequence number of the workspace's last event; 0 when nothing happened yet. */
  last(workspaceId: string): Promise<number>;
}

/** Writers that meet at the same number try again this often before giving up. */
const tries = 50;

/**
 * A gapless sequence per workspace without a counter: each writer takes the number after the last one it sees, and the
 * unique index lets only one of two writers have it.
 */
export function eventLog(model: Model<EventRow>): EventLog {
  async function appendTo(workspaceId: string, events: readonly DomainEvent[]): Promise<EventRow[]> {
    let waiting = [...new Map(events.map((event) => [event.id, event])).values()];
    const written: EventRow[] = [];
    for (let attempt = 0; attempt < tries && waiting.length > 0; attempt++) {
      const last = await model.findOne({ workspaceId }, { seq: 1 }).sort({ seq: -1 }).lean();
      const rows = waiting.map((event, index): EventRow => ({
        _id: event.id,
        workspaceId,
        seq: (last?.seq ?? 0) + 1 + index,
        type: event.type,
        at: event.at,
        conversationId: event.conversationId ?? null,
        data: event.data,
      }));
      try {
        await model.collection.insertMany(rows as never, { ordered: true });
        return [...written, ...rows];
      } catch (error) {
        const failure = error as { code?: unknown; insertedCount?: number };
        if (failure.code !== 11000) throw error;
        // Ordered: everything before the refused row is in. What is refused by its id was told before.
        const inserted = failure.insertedCount ?? 0;
        written.push(...rows.slice(0, inserted));
        const rest = waiting.slice(inserted);
        const told = await model.find({ _id: { $in: rest.map((event) => event.id) } }, { _id: 1 }).lean();
        const toldIds = new Set(told.map((row) => row._id));
        waiting = rest.filter((event) => !toldIds.has(event.id));
      }
    }
    if (waiting.length > 0) throw new Error("the event sequence of a workspace is too busy");
    return written;
  }

  return {
    async append(events) {
      const byWorkspace = new Map<string, DomainEvent[]>();
      for (const event of events) {
        const list = byWorkspace.get(event.workspaceId);
        if (list) list.push(event);
        else byWorkspace.set(event.workspaceId, [event]);
      }
      const rows = await Promise.all([...byWorkspace].map(([workspaceId, list]) => appendTo(workspaceId, list)));
      return rows.flat().map(sequenced);
    },
    async after(workspaceId, seq, limit) {
      const rows = await model
        .find({ workspaceId, seq: { $gt: seq } })
        .sort({ seq: 1 })
        .limit(limit)
        .lean();
      return rows.map(sequenced);
    },
    async last(workspaceId) {
      const row = await model.findOne({ workspaceId }, { seq: 1 }).sort({ seq: -1 }).lean();
      return row?.seq ?? 0;
    },
  };
}

const sequenced = ({ _id, conversationId, ...rest }: EventRow): SequencedEvent => ({
  id: _id,
  ...rest,
  ...(conversationId === null ? {} : { conversationId }),
});
