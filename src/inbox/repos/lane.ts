import type { Model } from "mongoose";
import type { Content } from "../../core/message.js";
import type { Attempt, MessageRow } from "../models/message.js";
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
  | { kind: "lost"; messageId: string; workspaceId: string };

/** How long a worker may hold a message before it is taken for dead. Longer than any provider time-out. */
const claimMs = 90_000;

export interface LaneRepo {
  /** Claims the oldest unsent message of the conversation, never a later one. */
  next(conversationId: string, now: Date): Promise<Turn>;
  sent(
    claim: Claim,
    attempt: Attempt,
    ids: { externalId: string; externalKey: string; partKeys: string[] },
    when: { at: Date; sequence: number },
  ): Promise<boolean>;
  retry(claim: Claim, attempt: Attempt, dueAt: Date, sentParts: readonly string[]): Promise<boolean>;
  /** Gives the message back untried. */
  putBack(claim: Claim, dueAt: Date): Promise<boolean>;
  failed(claim: Claim, attempt: Attempt, failure: NonNullable<MessageRow["failure"]>): Promise<boolean>;
  unknown(claim: Claim, attempt: Attempt): Promise<boolean>;
  /** Conversations with a message overdue since before `before`: their job was lost. */
  overdue(before: Date, limit: number): Promise<string[]>;
}

/** The outbound lane of each conversation: one message at a time, oldest first, whatever the number of workers. */
export function laneRepo(model: Model<MessageRow>, seals: Seals): LaneRepo {
  const place = (workspaceId: string, field: string) => ({ workspaceId, collection: "messages", field });

  /** Ends a claim, provided it is still ours. */
  async function end(
    claim: Claim,
    attempt: Attempt | null,
    set: Record<string, unknown>,
    leave: boolean,
  ): Promise<boolean> {
    const { modifiedCount } = await model.updateOne(
      { _id: claim.id, lane: true, status: "sending", dueAt: claim.until },
      {
        $set: set,
        ...(attempt ? { $push: { attempts: attempt } } : {}),
        ...(leave ? { $unset: { lane: 1, dueAt: 1 } } : {}),
      },
    );
    return modifiedCount === 1;
  }

  async function claimOf(row: MessageRow, until: Date): Promise<Claim> {
    const answered = row.replyTo
      ? await model
          .findOne({ externalKey: row.replyTo.key, workspaceId: row.workspaceId }, { externalId: 1, workspaceId: 1 })
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
        const attempt: Attempt = {
          n: first.attempts.length + 1,
          at: now,
          outcome: "unknown",
          reason: "worker_lost",
          providerCode: null,
        };
        const { modifiedCount } = await model.updateOne(
          { _id: first._id, lane: true, status: "sending", dueAt: due },
          { $set: { status: "unknown" }, $push: { attempts: attempt }, $unset: { lane: 1, dueAt: 1 } },
        );
        return modifiedCount === 1
          ? { kind: "lost", messageId: first._id, workspaceId: first.workspaceId }
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

    async sent(claim, attempt, ids, when) {
      const externalId = await seals.seal(place(claim.workspaceId, "externalId"), ids.externalId);
      const set = { status: "sent", externalId, externalKey: ids.externalKey, partKeys: ids.partKeys, ...when };
      return end(claim, attempt, set, true);
    },
    async retry(claim, attempt, dueAt, sentParts) {
      const parts =
        sentParts.length > 0
          ? { sentParts: await seals.sealJson(place(claim.workspaceId, "sentParts"), sentParts) }
          : {};
      return end(claim, attempt, { status: "queued", dueAt, ...parts }, false);
    },
    putBack: (claim, dueAt) => end(claim, null, { status: "queued", dueAt }, false),
    failed: (claim, attempt, failure) => end(claim, attempt, { status: "failed", failure }, true),
    unknown: (claim, attempt) => end(claim, attempt, { status: "unknown" }, true),

    async overdue(before, limit) {
      const rows = await model
        .find({ lane: true, dueAt: { $lt: before } }, { conversationId: 1 })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      return [...new Set(rows.map((row) => row.conversationId))];
    },
  };
}
