import type { Model } from "mongoose";
import type { ConversationRow, ConversationStatus, Priority } from "../models/conversation.js";
import type { Told } from "../models/told.js";
import { alsoTell } from "./outbox.js";

/** What a person or a rule changes about a conversation. */
export interface ConversationChange {
  status?: ConversationStatus | undefined;
  /** Goes with `snoozed` only. */
  snoozedUntil?: Date | null | undefined;
  assigneeId?: string | null | undefined;
  teamId?: string | null | undefined;
  priority?: Priority | undefined;
  /** All of them. */
  labels?: readonly string[] | undefined;
  /** Single ones: two who change labels at once lose nothing. */
  addLabels?: readonly string[] | undefined;
  removeLabels?: readonly string[] | undefined;
}

/** What a conversation was before it was changed. */
export type ConversationBefore = Pick<
  ConversationRow,
  "_id" | "workspaceId" | "status" | "snoozedUntil" | "assigneeId" | "teamId" | "labels" | "priority"
>;

export interface ConversationState {
  /** Changes state and remembers what there is to tell. Gives what was before; undefined when there is no such conversation. */
  change(
    workspaceId: string,
    id: string,
    change: ConversationChange,
    told: readonly Told[],
    now: Date,
  ): Promise<ConversationBefore | undefined>;
  /** Wakes up what was snoozed until now. Returns the rows, with what they have to tell. */
  wake(now: Date, limit: number): Promise<Pick<ConversationRow, "_id" | "workspaceId" | "tell">[]>;
  /** The customer keeps the account from writing, or lets it again. Returns the rows it changed, with what they have to tell. */
  setBlocked(
    chatKey: string,
    blocked: boolean,
    now: Date,
  ): Promise<Pick<ConversationRow, "_id" | "workspaceId" | "tell">[]>;
  /** We keep the customer from writing, or let them again; told of with the change. False when it was so already. */
  setBlockedByUs(workspaceId: string, id: string, blocked: boolean, told: Told, now: Date): Promise<boolean>;
  /**
   * Takes the turn to write to the customer for `by`. False when somebody else of us took it, or wrote, after `since`. Of two
   * who take it at once, one gets it.
   */
  takeTurn(workspaceId: string, id: string, by: string, since: Date, now: Date): Promise<boolean>;
}

/** Members of one conversation that are remembered. */
export const participantsMost = 100;
const labelsMost = 50;
/** Who takes a resolving back within this time finds the customer waiting as before. */
const undoMs = 10 * 60_000;

/** One more participant, as an expression over the row. */
export const withParticipant = (memberId: string) => ({
  $cond: [
    { $in: [memberId, { $ifNull: ["$participants", []] }] },
    "$participants",
    { $slice: [{ $concatArrays: [{ $ifNull: ["$participants", []] }, [memberId]] }, -participantsMost] },
  ],
});

/** What people and rules decide about conversations. */
export function conversationState(model: Model<ConversationRow>): ConversationState {
  const collection = () => model.collection;
  return {
    async change(workspaceId, id, change, told, now) {
      const set = setOf(change, now);
      const telling = told.length > 0 ? { tell: tellAll(told), tellAt: { $ifNull: ["$tellAt", now] } } : {};
      const changes = { ...set, ...telling };
      const filter = { _id: id, workspaceId } as never;
      const projection = {
        workspaceId: 1,
        status: 1,
        snoozedUntil: 1,
        assigneeId: 1,
        teamId: 1,
        labels: 1,
        priority: 1,
      };
      const row =
        Object.keys(changes).length > 0
          ? await collection().findOneAndUpdate(filter, [{ $set: changes }], { returnDocument: "before", projection })
          : await collection().findOne(filter, { projection });
      return (row as ConversationBefore | null) ?? undefined;
    },

    async wake(now, limit) {
      const due = await model
        .find({ snoozedUntil: { $lte: now, $type: "date" } } as never, { _id: 1, snoozedUntil: 1 })
        .sort({ snoozedUntil: 1 })
        .limit(limit)
        .lean();
      for (const { _id, snoozedUntil } of due) {
        const told: Told = {
          id: `${_id.replace(/^cnv_/, "evt_")}_woke_${snoozedUntil!.getTime()}`,
          type: "conversation.updated",
          at: now,
          conversationId: _id,
          data: { changes: ["status"], status: "open", snoozed_until: null, cause: "snooze_over" },
        };
        await collection().updateOne({ _id, snoozedUntil } as never, [
          { $set: { status: "open", snoozedUntil: null, ...alsoTell(told, now) } },
        ]);
      }
      if (due.length === 0) return [];
      return model.find({ _id: { $in: due.map((row) => row._id) } }, { workspaceId: 1, tell: 1 }).lean();
    },

    async setBlocked(chatKey, blocked, now) {
      const rows = await model.find({ chatKey, open: true, blocked: !blocked }, { _id: 1 }).lean();
      for (const { _id } of rows) {
        const told: Told = {
          id: `${_id.replace(/^cnv_/, "evt_")}_${blocked ? "blocked" : "unblocked"}_${now.getTime()}`,
          type: "conversation.updated",
          at: now,
          conversationId: _id,
          data: { changes: ["blocked"], blocked },
        };
        await collection().updateOne({ _id, blocked: !blocked } as never, [
          { $set: { blocked, ...alsoTell(told, now) } },
        ]);
      }
      if (rows.length === 0) return [];
      return model.find({ _id: { $in: rows.map((row) => row._id) } }, { workspaceId: 1, tell: 1 }).lean();
    },

    async setBlockedByUs(workspaceId, id, blocked, told, now) {
      const { modifiedCount } = await collection().updateOne(
        { _id: id, workspaceId, blockedByUs: blocked ? { $ne: true } : true } as never,
        [{ $set: { blockedByUs: blocked, ...alsoTell(told, now) } }],
      );
      return modifiedCount === 1;
    },

    async takeTurn(workspaceId, id, by, since, now) {
      const { matchedCount } = await model.updateOne(
        {
          _id: id,
          workspaceId,
          $or: [{ lastOut: null }, { "lastOut.by": by }, { "lastOut.at": { $lte: since } }],
        },
        { $set: { lastOut: { by, at: now } } },
      );
      return matchedCount === 1;
    },
  };
}

function setOf(change: ConversationChange, now: Date): Record<string, unknown> {
  const { status, snoozedUntil, assigneeId, teamId, priority, labels, addLabels, removeLabels } = change;
  return {
    ...(assigneeId === undefined ? {} : { assigneeId: { $literal: assigneeId } }),
    ...(typeof assigneeId === "string" ? { participants: withParticipant(assigneeId) } : {}),
    ...(teamId === undefined ? {} : { teamId: { $literal: teamId } }),
    ...(priority === undefined ? {} : { priority: { $literal: priority === "none" ? null : priority } }),
    ...(labels || addLabels?.length || removeLabels?.length
      ? { labels: labelsAfter(labels, addLabels ?? [], removeLabels ?? []) }
      : {}),
    ...(status === undefined ? {} : { status, snoozedUntil: { $literal: snoozedUntil ?? null } }),
    ...(status === undefined ? {} : status === "resolved" ? resolving(now) : reopening(now)),
  };
}

/** Who resolved it has seen it, and nobody waits any more. */
const resolving = (now: Date) => ({
  resolvedFrom: {
    $cond: [
      { $eq: ["$status", "resolved"] },
      "$resolvedFrom",
      { unread: "$unread", waitingSince: { $ifNull: ["$waitingSince", null] }, at: now },
    ],
  },
  unread: 0,
  waitingSince: null,
});

/** Taking it back soon brings back who waited. */
function reopening(now: Date): Record<string, unknown> {
  const soon = {
    $and: [
      { $eq: ["$status", "resolved"] },
      { $gte: [{ $ifNull: ["$resolvedFrom.at", new Date(0)] }, new Date(now.getTime() - undoMs)] },
    ],
  };
  return {
    unread: { $cond: [soon, { $ifNull: ["$resolvedFrom.unread", 0] }, "$unread"] },
    waitingSince: { $cond: [soon, { $ifNull: ["$resolvedFrom.waitingSince", null] }, "$waitingSince"] },
    resolvedFrom: null,
  };
}

/** In the order they were given; what is added comes last. */
function labelsAfter(all: readonly string[] | undefined, add: readonly string[], remove: readonly string[]) {
  const base = all ? { $literal: [...new Set(all)] } : { $ifNull: ["$labels", []] };
  const gone = [...remove, ...add];
  const kept = { $filter: { input: base, as: "label", cond: { $not: [{ $in: ["$$label", { $literal: gone }] }] } } };
  // What is there already keeps its place.
  const present = add.map((label) => ({ $cond: [{ $in: [label, base] }, [label], []] }));
  const fresh = add.map((label) => ({ $cond: [{ $in: [label, base] }, [], [label]] }));
  return { $slice: [{ $concatArrays: [kept, ...present, ...fresh] }, labelsMost] };
}

const tellAll = (told: readonly Told[]) => ({
  $concatArrays: [{ $ifNull: ["$tell", []] }, { $literal: [...told] }],
});
