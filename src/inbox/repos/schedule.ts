import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import type { Author, Content } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import type { Told } from "../models/told.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import type { SealedValue } from "../../platform/sealed.js";
import type { Page } from "../types.js";
import { statusTold, type Telling } from "./lane.js";
import { messagePlace } from "./messageRow.js";
import type { Fresh } from "./messages.js";
import type { Seals } from "./seals.js";

/** A message whose time has come. */
export interface DueMessage {
  id: string;
  workspaceId: string;
  conversationId: string;
  author: Author;
  content: Content;
  /** Hold these to act on it: whoever changed or took it meanwhile has others. */
  sealed: SealedValue;
  sendAt: Date;
}

/**
 * What was written for later. A message leaves this state once, by an update that asks for it as it was read: sending it now,
 * its own time, an edit and a cancelling at the same moment end in one of them.
 */
export interface Schedule {
  /** Messages whose time has come, oldest first; of the whole store. */
  due(now: Date, limit: number): Promise<DueMessage[]>;
  /** Ids of what a workspace has written for later, what leaves first at the top. */
  listed(workspaceId: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<string>>;
  /** How much of a conversation is to be sent later, counted up to `most`. */
  waiting(workspaceId: string, conversationId: string, most: number): Promise<number>;
  /** One of them, if it is still to be sent later. */
  find(workspaceId: string, id: string): Promise<DueMessage | undefined>;
  /** Puts it into its conversation's lane. undefined when it was changed or taken meanwhile. */
  release(message: DueMessage, now: Date): Promise<Fresh | undefined>;
  /** It cannot be sent. */
  refuse(message: DueMessage, failure: NonNullable<MessageRow["failure"]>, now: Date): Promise<Telling | undefined>;
  /** Changes what it says, when it leaves, or both. undefined when it is not to be sent later any more. */
  change(
    workspaceId: string,
    id: string,
    change: { content?: Content | undefined; words?: readonly string[] | undefined; sendAt?: Date | undefined },
    now: Date,
  ): Promise<Telling | undefined>;
  /** Takes it back. */
  cancel(workspaceId: string, id: string, now: Date): Promise<Telling | undefined>;
  /** Has something that was taken back or refused before it ever left tried at once. */
  again(workspaceId: string, id: string, now: Date): Promise<boolean>;
}

/** The event of a message that is to be sent later. */
export const scheduledTold = (
  message: { id: string; conversationId: string },
  sendAt: Date,
  now: Date,
  id = newId("event"),
): Told => ({
  id,
  type: "message.scheduled",
  at: now,
  conversationId: message.conversationId,
  data: { message_id: message.id, scheduled_at: sendAt.toISOString() },
});

export function scheduleRepo(model: Model<MessageRow>, seals: Seals): Schedule {
  const dueOf = async (row: MessageRow): Promise<DueMessage> => ({
    id: row._id,
    workspaceId: row.workspaceId,
    conversationId: row.conversationId,
    author: row.author,
    content: (await seals.openJson(messagePlace(row.workspaceId, "content"), row.content)) as Content,
    sealed: row.content,
    sendAt: row.sendAt!,
  });
  const asRead = ({ id, sealed, sendAt }: DueMessage) => ({ _id: id, scheduled: true, content: sealed, sendAt });

  return {
    async due(now, limit) {
      const rows = await model
        .find({ scheduled: true, sendAt: { $lte: now } })
        .sort({ sendAt: 1 })
        .limit(limit)
        .lean();
      return Promise.all(rows.map(dueOf));
    },

    async listed(workspaceId, { limit, cursor }) {
      const after = decodeCursor(cursor, ["date", "string"] as const);
      const rows = await model
        .find(
          {
            workspaceId,
            scheduled: true,
            ...(after
              ? { sendAt: { $gte: after[0] }, $or: [{ sendAt: { $gt: after[0] } }, { _id: { $gt: after[1] } }] }
              : {}),
          } as never,
          { sendAt: 1 },
        )
        .sort({ sendAt: 1, _id: 1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return {
        items: page.map((row) => row._id),
        next: rows.length > limit && tail ? encodeCursor([tail.sendAt!, tail._id]) : null,
      };
    },

    async waiting(workspaceId, conversationId, most) {
      const rows = await model.find({ conversationId, workspaceId, scheduled: true }, { _id: 1 }).limit(most).lean();
      return rows.length;
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId, scheduled: true }).lean();
      return row ? dueOf(row) : undefined;
    },

    async release(message, now) {
      const row = await model
        .findOneAndUpdate(
          asRead(message),
          {
            $set: { status: "queued", lane: true, dueAt: now, at: now, unsettled: true },
            $unset: { scheduled: 1 },
          },
          { returnDocument: "after" },
        )
        .lean();
      if (!row) return undefined;
      return {
        id: row._id,
        workspaceId: row.workspaceId,
        accountId: row.accountId,
        conversationId: row.conversationId,
        direction: "out",
        author: row.author,
        content: message.content,
        mentions: [],
        partOf: null,
        history: false,
        at: row.at,
      };
    },

    async refuse(message, failure, now) {
      const told = statusTold(message, "failed", `scheduled_${now.getTime()}_`, now, { reason: failure.reason });
      const { modifiedCount } = await model.updateOne(asRead(message), {
        $set: { status: "failed", failure, at: now, tellAt: now },
        $push: { tell: told },
        $unset: { scheduled: 1 },
      });
      return modifiedCount === 1 ? { _id: message.id, workspaceId: message.workspaceId, tell: [told] } : undefined;
    },

    async change(workspaceId, id, { content, words, sendAt }, now) {
      const row = await model.findOne({ _id: id, workspaceId, scheduled: true }).lean();
      if (!row) return undefined;
      const told: Told = sendAt
        ? scheduledTold({ id, conversationId: row.conversationId }, sendAt, now)
        : {
            id: newId("event"),
            type: "message.updated",
            at: now,
            conversationId: row.conversationId,
            data: { message_id: id },
          };
      const sealed = content && (await seals.sealJson(messagePlace(workspaceId, "content"), content));
      const { modifiedCount } = await model.updateOne(
        { _id: id, scheduled: true, content: row.content, sendAt: row.sendAt! },
        {
          $set: {
            ...(sealed ? { content: sealed, kind: content.kind, words: [...(words ?? [])] } : {}),
            ...(sendAt ? { sendAt, at: sendAt } : {}),
            tellAt: now,
          },
          $push: { tell: told },
        },
      );
      return modifiedCount === 1 ? { _id: id, workspaceId, tell: [told] } : undefined;
    },

    async cancel(workspaceId, id, now) {
      const row = await model.findOne({ _id: id, workspaceId, scheduled: true }, { conversationId: 1 }).lean();
      if (!row) return undefined;
      const told = statusTold(
        { id, conversationId: row.conversationId },
        "cancelled",
        `scheduled_${now.getTime()}_`,
        now,
      );
      const { modifiedCount } = await model.updateOne(
        { _id: id, scheduled: true },
        { $set: { status: "cancelled", at: now, tellAt: now }, $push: { tell: told }, $unset: { scheduled: 1 } },
      );
      return modifiedCount === 1 ? { _id: id, workspaceId, tell: [told] } : undefined;
    },

    async again(workspaceId, id, now) {
      const { modifiedCount } = await model.updateOne(
        {
          _id: id,
          workspaceId,
          sendAt: { $type: "date" },
          attempts: { $size: 0 },
          lane: null,
          unsettled: null,
          status: { $in: ["failed", "cancelled"] },
        } as never,
        { $set: { status: "scheduled", scheduled: true, sendAt: now, failure: null } },
      );
      return modifiedCount === 1;
    },
  };
}
