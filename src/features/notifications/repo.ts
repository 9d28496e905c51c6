import { randomUUID } from "node:crypto";
import type { NotificationEvent } from "../../wire/identity.js";
import type { NoticeRow, NotificationModels } from "./model.js";
import type { Way } from "./rule.js";

/** Something a member is to be told. */
export interface NewNotice {
  way: Way;
  memberId: string;
  conversationId: string;
  kinds: NotificationEvent[];
  seq: number;
  at: Date;
  dueAt: Date;
}

/** A notice as it was read: what came since is not in it. */
export type Notice = Pick<
  NoticeRow,
  "_id" | "workspaceId" | "memberId" | "conversationId" | "kinds" | "seq" | "at" | "tries" | "left" | "toldAt"
>;

export type NoticeRepo = ReturnType<typeof noticeRepo>;

const writtenAtOnce = 1_000;
const isDuplicate = (error: unknown) => (error as { code?: unknown }).code === 11000;

/** Notices, whose turn it is, and how far the log was read. */
export function noticeRepo({ notices, turns, positions }: NotificationModels) {
  const dueBy = (now: Date) => ({ dueAt: { $type: "date", $lte: now } }) as const;

  return {
    /** Where reading the log goes on; undefined: nobody ever read it. */
    position: async (workspaceId: string): Promise<number | undefined> =>
      (await positions.findOne({ _id: workspaceId }).lean())?.seq,

    /** The same of many; those that nobody ever read are missing. */
    async positions(workspaceIds: readonly string[]): Promise<Map<string, number>> {
      const rows = await positions.find({ _id: { $in: [...workspaceIds] } }).lean();
      return new Map(rows.map(({ _id, seq }) => [_id, seq]));
    },

    /** Moves on; never back. */
    async moveOn(workspaceId: string, seq: number): Promise<void> {
      await positions.updateOne({ _id: workspaceId }, { $max: { seq } }, { upsert: true });
    },

    /** Adds to what is to be told. The same events add nothing a second time; what waits keeps the earlier of two times. */
    async add(workspaceId: string, news: readonly NewNotice[], now: Date): Promise<void> {
      for (let start = 0; start < news.length; start += writtenAtOnce) {
        const operations = news
          .slice(start, start + writtenAtOnce)
          .map(({ way, memberId, conversationId, kinds, seq, at, dueAt }) => ({
            updateOne: {
              filter: { _id: `${way}/${memberId}/${conversationId}`, seq: { $lt: seq } },
              update: {
                $set: { seq, at, tries: 0, left: [], touchedAt: now },
                $addToSet: { kinds: { $each: kinds } },
                $min: { dueAt },
                $setOnInsert: { workspaceId, memberId, conversationId, way, claim: null, toldAt: null },
              },
              upsert: true,
            },
          }));
        try {
          await notices.bulkWrite(operations, { ordered: false });
        } catch (error) {
          // Those that have these events already are refused as duplicates; all others are in.
          if (!isDuplicate(error)) throw error;
        }
      }
    },

    /** Who has something due in a way, by workspace and member. */
    async due(way: Way, now: Date, most: number): Promise<{ workspaceId: string; memberId: string }[]> {
      const rows = await notices
        .find({ way, ...dueBy(now) }, { workspaceId: 1, memberId: 1 })
        .sort({ dueAt: 1 })
        .limit(most)
        .lean();
      return [...new Map(rows.map((row) => [row.memberId, row])).values()];
    },

    dueOf: (memberId: string, way: Way, now: Date, most: number): Promise<Notice[]> =>
      notices
        .find({ memberId, way, ...dueBy(now) })
        .sort({ dueAt: 1 })
        .limit(most)
        .lean(),

    /** Takes what is due in a workspace, for a while; of two takers at once each gets what the other has not. */
    async claim(workspaceId: string, way: Way, now: Date, leaseMs: number, most: number): Promise<Notice[]> {
      const rows = await notices
        .find({ workspaceId, way, ...dueBy(now) }, { _id: 1 })
        .sort({ dueAt: 1 })
        .limit(most)
        .lean();
      if (rows.length === 0) return [];
      const claim = randomUUID();
      const ids = rows.map(({ _id }) => _id);
      await notices.updateMany(
        { _id: { $in: ids }, ...dueBy(now) },
        { $set: { claim, dueAt: new Date(now.getTime() + leaseMs) } },
      );
      return notices.find({ _id: { $in: ids }, claim }).lean();
    },

    /** These were told, or need not be any more. What came meanwhile stays to be told. */
    async done(rows: readonly Notice[]): Promise<void> {
      if (rows.length === 0) return;
      await notices.bulkWrite(
        rows.map(({ _id, seq }) => ({
          updateOne: {
            filter: { _id, seq },
            update: {
              $unset: { dueAt: 1 },
              $set: { kinds: [], claim: null, tries: 0, left: [] },
            },
          },
        })),
        { ordered: false },
      );
    },

    /** Notes that it is told now. False when it was told since then, or is being told: what came meanwhile waits. */
    async begin({ _id }: Notice, now: Date, since: Date): Promise<boolean> {
      const notYet = { $or: [{ toldAt: null }, { toldAt: { $lt: since } }] };
      const { modifiedCount } = await notices.updateOne({ _id, ...notYet }, { $set: { toldAt: now } });
      return modifiedCount === 1;
    },

    /** Not now, but then. */
    async later(rows: readonly Pick<Notice, "_id">[], dueAt: Date): Promise<void> {
      const ids = rows.map(({ _id }) => _id);
      await notices.updateMany({ _id: { $in: ids }, dueAt: { $type: "date" } } as never, {
        $set: { dueAt, claim: null },
      });
    },

    /** Only some browsers were reached: the others again. */
    async again({ _id, seq, tries }: Notice, left: readonly string[], dueAt: Date): Promise<void> {
      await notices.updateOne({ _id, seq }, { $set: { dueAt, claim: null, left: [...left], tries: tries + 1 } });
    },

    /** The right to send a member's digest, for a while; else until when somebody has it, or nobody may. */
    async takeTurn(
      memberId: string,
      now: Date,
      leaseMs: number,
    ): Promise<{ taken: true; tries: number } | { taken: false; until: Date }> {
      try {
        const row = await turns
          .findOneAndUpdate(
            { _id: memberId, until: { $lte: now } },
            {
              $set: { until: new Date(now.getTime() + leaseMs), touchedAt: now },
              $setOnInsert: { tries: 0 },
            },
            { upsert: true, returnDocument: "after" },
          )
          .lean();
        return { taken: true, tries: row?.tries ?? 0 };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const row = await turns.findOne({ _id: memberId }).lean();
        return { taken: false, until: row?.until ?? now };
      }
    },

    /** Ends a turn: when the next may begin, and how often it went wrong. */
    async endTurn(memberId: string, until: Date, tries: number): Promise<void> {
      await turns.updateOne({ _id: memberId }, { $set: { until, tries } });
    },
  };
}
