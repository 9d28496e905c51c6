import { setTimeout as sleep } from "node:timers/promises";
import type { Model } from "mongoose";
import { coalesce } from "../../core/coalesce.js";
import type { DomainEvent, SequencedEvent } from "../../core/ports.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import type { EventRow } from "../models/event.js";
import type { Page } from "../types.js";

export interface EventLog {
  /** Appends events to their workspaces' sequences; those that are there already are left alone. Returns the new ones. */
  append(events: readonly DomainEvent[]): Promise<SequencedEvent[]>;
  /** Events after a sequence number, in order. */
  after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
  /** The sequence number of the workspace's last event; 0 when nothing happened yet. */
  last(workspaceId: string): Promise<number>;
  /** How a conversation was changed, newest first. */
  changesOf(
    workspaceId: string,
    conversationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<SequencedEvent>>;
}

/** Processes that meet at the same number try again this often before giving up. */
const tries = 100;
/** From this try on they step aside for a random moment. */
const politeAfter = 3;
/** Workspaces whose turns are remembered. */
const turnsMost = 10_000;

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
        if (attempt >= politeAfter && waiting.length > 0) await sleep(Math.random() * 5 * attempt);
      }
    }
    if (waiting.length > 0) throw new Error("the event sequence of a workspace is too busy");
    return written;
  }

  /** Whatever this process tells of a workspace at the same time takes one turn: only processes meet at a number. */
  const turns = new Map<string, (events: readonly DomainEvent[]) => Promise<EventRow[]>>();
  function turnOf(workspaceId: string) {
    const known = turns.get(workspaceId);
    if (known) return known;
    const turn = coalesce<readonly DomainEvent[], EventRow[]>(
      async (calls) => {
        const written = await appendTo(workspaceId, calls.flat());
        const byId = new Map(written.map((row) => [row._id, row]));
        // Each event belongs to the first call that brought it.
        return calls.map((call) =>
          call.flatMap(({ id }) => {
            const row = byId.get(id);
            byId.delete(id);
            return row ? [row] : [];
          }),
        );
      },
      { maxBatch: 500, weigh: (events) => events.length },
    );
    if (turns.size >= turnsMost) turns.clear();
    turns.set(workspaceId, turn);
    return turn;
  }

  return {
    async append(events) {
      const byWorkspace = new Map<string, DomainEvent[]>();
      for (const event of events) {
        const list = byWorkspace.get(event.workspaceId);
        if (list) list.push(event);
        else byWorkspace.set(event.workspaceId, [event]);
      }
      const rows = await Promise.all([...byWorkspace].map(([workspaceId, list]) => turnOf(workspaceId)(list)));
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
    async changesOf(workspaceId, conversationId, { limit, cursor }) {
      const before = decodeCursor(cursor, ["number"] as const);
      const rows = await model
        .find({
          conversationId,
          workspaceId,
          type: "conversation.updated",
          ...(before ? { seq: { $lt: before[0] } } : {}),
        })
        .sort({ seq: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return { items: page.map(sequenced), next: rows.length > limit && tail ? encodeCursor([tail.seq]) : null };
    },
  };
}

const sequenced = ({ _id, conversationId, ...rest }: EventRow): SequencedEvent => ({
  id: _id,
  ...rest,
  ...(conversationId === null ? {} : { conversationId }),
});
