import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import type { Content } from "../../core/message.js";
import type { Attempt, MessageRow } from "../models/message.js";
import type { Told } from "../models/told.js";
import { messagePlace as place } from "./messageRow.js";
import type { Seals } from "./seals.js";

/** A message that this worker alone may send now. */
export interface Claim {
  id: string;
  workspaceId: string;
  conversationId: string;
  accountId: string;
  content: Content;
  byHuman: boolean;
  /** Which attempt this is, from 1. */
  attempt: number;
  /** Provider ids of what an earlier attempt sent before it failed half way. */
  sentParts: string[];
  /** The provider's id of the message this one answers. */
  replyTo: string | null;
  traceId: string | null;
  createdAt: Date;
  /** Hold this to finish the claim: a claim that ran out cannot change the message any more. */
  until: Date;
}

/** What a look at a lane gave. */
export type Turn =
  | { kind: "claimed"; claim: Claim }
  /** Nothing to do, or somebody else is at it. */
  | { kind: "idle" }
  /** The first message may not be tried before this. */
  | { kind: "wait"; until: Date }
  /** A worker died while sending this one; it is now `unknown`. */
  | { kind: "lost"; told: Telling };

/** A row whose change is written and has to be told. */
export interface Telling {
  _id: string;
  workspaceId: string;
  tell: Told[];
}

/** What the provider calls a message of ours. */
export interface ProviderIds {
  externalIds: readonly string[];
  /** Their blind forms, in the same order. */
  keys: readonly string[];
}

/** How long a worker may be silent about a message before it is taken for dead. It says that it is alive three times as often. */
const claimMs = 30_000;
export const holdEveryMs = claimMs / 3;

export interface LaneRepo {
  /** Claims the oldest unsent message of the conversation, never a later one. */
  next(conversationId: string, now: Date): Promise<Turn>;
  /** These end a claim and say what there is to tell; undefined when the claim had run out. */
  sent(
    claim: Claim,
    attempt: Attempt,
    ids: ProviderIds,
    when: { at: Date; sequence: number },
  ): Promise<Telling | undefined>;
  failed(claim: Claim, attempt: Attempt, failure: NonNullable<MessageRow["failure"]>): Promise<Telling | undefined>;
  unknown(claim: Claim, attempt: Attempt): Promise<Telling | undefined>;
  /** The worker is still at it. Changes `claim.until`; nothing may end the claim meanwhile. */
  hold(claim: Claim, now: Date): Promise<void>;
  retry(claim: Claim, attempt: Attempt, dueAt: Date, sentParts: readonly string[]): Promise<boolean>;
  /** Gives the message back untried. */
  putBack(claim: Claim, dueAt: Date): Promise<boolean>;
  /** Takes a message that nobody is sending out of the lane. */
  cancel(workspaceId: string, id: string, now: Date): Promise<Telling | undefined>;
  /** Puts a message whose sending ended without success into the lane again. */
  again(workspaceId: string, id: string, now: Date): Promise<Telling | undefined>;
  /** Changes what a message that still waits will say. False when it does not wait any more. */
  rewrite(workspaceId: string, id: string, content: Content, words: readonly string[]): Promise<boolean>;
  /** Conversations with a message overdue since before `before`: their job was lost. */
  overdue(before: Date, limit: number): Promise<{ workspaceId: string; conversationId: string }[]>;
}

/** The event of a status that a message reached. */
export function statusTold(
  message: { id: string; conversationId: string },
  status: string,
  cause: string | number,
  at: Date,
  more: Record<string, unknown> = {},
): Told {
  return {
    id: `${message.id.replace(/^msg_/, "evt_")}_${cause}${status}`,
    type: "message.status.updated",
    at,
    conversationId: message.conversationId,
    data: { message_id: message.id, status, ...more },
  };
}

/** The outbound lane of each conversation: one message at a time, oldest first, whatever the number of workers. */
export function laneRepo(model: Model<MessageRow>, seals: Seals): LaneRepo {
  /** Ends a claim, provided it is still ours. With `told` the message leaves the lane. */
  async function end(
    claim: Claim,
    attempt: Attempt | null,
    set: Record<string, unknown>,
    told?: Told,
  ): Promise<Telling | undefined> {
    const { modifiedCount } = await model.updateOne(
      { _id: claim.id, lane: true, status: "sending", dueAt: claim.until },
      {
        $set: { ...set, ...(told ? { tellAt: attempt?.at ?? told.at } : {}) },
        ...(attempt || told
          ? { $push: { ...(attempt ? { attempts: attempt } : {}), ...(told ? { tell: told } : {}) } }
          : {}),
        ...(told ? { $unset: { lane: 1, dueAt: 1 } } : {}),
      },
    );
    if (modifiedCount !== 1) return undefined;
    return { _id: claim.id, workspaceId: claim.workspaceId, tell: told ? [told] : [] };
  }

  /** Changes a message that is not being sent. */
  async function turn(
    filter: Record<string, unknown>,
    set: Record<string, unknown>,
    unset: Record<string, 1>,
    told: (row: MessageRow) => Told,
    now: Date,
  ): Promise<Telling | undefined> {
    const row = await model.findOne(filter as never).lean();
    if (!row) return undefined;
    const event = told(row);
    const { modifiedCount } = await model.updateOne(
      { ...filter, status: row.status },
      {
        $set: { ...set, tellAt: now },
        $push: { tell: event },
        ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
      },
    );
    return modifiedCount === 1 ? { _id: row._id, workspaceId: row.workspaceId, tell: [event] } : undefined;
  }

  async function claimOf(row: MessageRow, until: Date): Promise<Claim> {
    const answered = row.replyTo
      ? await model
          .findOne(
            { externalKey: { $eq: row.replyTo.key, $type: "string" }, workspaceId: row.workspaceId },
            { externalId: 1, workspaceId: 1 },
          )
          .lean()
      : null;
    return {
      id: row._id,
      workspaceId: row.workspaceId,
      conversationId: row.conversationId,
      accountId: row.accountId,
      content: (await seals.openJson(place(row.workspaceId, "content"), row.content)) as Content,
      byHuman: row.author.kind !== "bot",
      attempt: row.attempts.length + 1,
      sentParts: row.sentParts
        ? ((await seals.openJson(place(row.workspaceId, "sentParts"), row.sentParts)) as string[])
        : [],
      replyTo: await seals.openOptional(place(row.workspaceId, "externalId"), answered?.externalId),
      traceId: row.traceId,
      createdAt: row.createdAt,
      until,
    };
  }

  return {
    async next(conversationId, now) {
      const first = await model.findOne({ conversationId, lane: true }).sort({ _id: 1 }).lean();
      if (!first) return { kind: "idle" };
      const due = first.dueAt ?? now;

      if (first.status === "sending") {
        if (due > now) return { kind: "idle" };
        const n = first.attempts.length + 1;
        const lost = { id: newId("attempt"), n, at: now, outcome: "unknown", reason: "worker_lost" } as const;
        const told = statusTold({ id: first._id, conversationId }, "unknown", n, now, { reason: "worker_lost" });
        const { modifiedCount } = await model.updateOne(
          { _id: first._id, lane: true, status: "sending", dueAt: due },
          {
            $set: { status: "unknown", tellAt: now },
            $push: { attempts: { ...lost, providerCode: null }, tell: told },
            $unset: { lane: 1, dueAt: 1 },
          },
        );
        return modifiedCount === 1
          ? { kind: "lost", told: { _id: first._id, workspaceId: first.workspaceId, tell: [told] } }
          : { kind: "idle" };
      }

      if (due > now) return { kind: "wait", until: due };
      const until = new Date(now.getTime() + claimMs);
      const { modifiedCount } = await model.updateOne(
        { _id: first._id, lane: true, status: "queued", dueAt: due },
        { $set: { status: "sending", dueAt: until } },
      );
      return modifiedCount === 1 ? { kind: "claimed", claim: await claimOf(first, until) } : { kind: "idle" };
    },

    async sent(claim, attempt, { externalIds, keys }, when) {
      const { workspaceId } = claim;
      const [first = "", ...rest] = externalIds;
      const externalId = await seals.seal(place(workspaceId, "externalId"), first);
      const parts =
        rest.length > 0
          ? { partKeys: keys.slice(1), partIds: await seals.sealJson(place(workspaceId, "partIds"), rest) }
          : {};
      const set = {
        status: "sent",
        externalId,
        externalKey: keys[0] ?? null,
        ...parts,
        failure: null,
        "receipts.sent": attempt.at,
        ...when,
      };
      return end(claim, attempt, set, statusTold(claim, "sent", claim.attempt, attempt.at));
    },
    async hold(claim, now) {
      const until = new Date(now.getTime() + claimMs);
      const { modifiedCount } = await model.updateOne(
        { _id: claim.id, lane: true, status: "sending", dueAt: claim.until },
        { $set: { dueAt: until } },
      );
      if (modifiedCount === 1) claim.until = until;
    },
    async retry(claim, attempt, dueAt, sentParts) {
      const parts =
        sentParts.length > 0
          ? { sentParts: await seals.sealJson(place(claim.workspaceId, "sentParts"), sentParts) }
          : {};
      return (await end(claim, attempt, { status: "queued", dueAt, ...parts })) !== undefined;
    },
    putBack: async (claim, dueAt) => (await end(claim, null, { status: "queued", dueAt })) !== undefined,
    failed: (claim, attempt, failure) =>
      end(
        claim,
        attempt,
        { status: "failed", failure },
        statusTold(claim, "failed", claim.attempt, attempt.at, { reason: failure.reason }),
      ),
    unknown: (claim, attempt) =>
      end(
        claim,
        attempt,
        { status: "unknown" },
        statusTold(claim, "unknown", claim.attempt, attempt.at, { reason: attempt.reason }),
      ),

    cancel: (workspaceId, id, now) =>
      turn(
        { _id: id, workspaceId, lane: true, status: "queued" },
        { status: "cancelled" },
        { lane: 1, dueAt: 1 },
        (row) => statusTold({ id, conversationId: row.conversationId }, "cancelled", row.attempts.length + 1, now),
        now,
      ),

    again: (workspaceId, id, now) =>
      turn(
        { _id: id, workspaceId, direction: "out", status: { $in: ["failed", "unknown", "cancelled"] } },
        { status: "queued", lane: true, dueAt: now, failure: null },
        {},
        (row) => statusTold({ id, conversationId: row.conversationId }, "queued", row.attempts.length + 1, now),
        now,
      ),

    async rewrite(workspaceId, id, content, words) {
      const sealed = await seals.sealJson(place(workspaceId, "content"), content);
      const { modifiedCount } = await model.updateOne(
        { _id: id, workspaceId, lane: true, status: "queued" },
        { $set: { content: sealed, words: [...words], kind: content.kind } },
      );
      return modifiedCount === 1;
    },

    async overdue(before, limit) {
      const rows = await model
        .find({ lane: true, dueAt: { $lt: before } }, { workspaceId: 1, conversationId: 1 })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      const lanes = rows.map(({ workspaceId, conversationId }) => ({ workspaceId, conversationId }));
      return [...new Map(lanes.map((lane) => [lane.conversationId, lane])).values()];
    },
  };
}
