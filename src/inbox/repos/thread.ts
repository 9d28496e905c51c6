import type { Model } from "mongoose";
import type { Author } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import { writerOf } from "./conversationFigures.js";

/** Where a message stands in its thread. */
export interface Standing {
  id: string;
  conversationId: string;
  at: Date;
  sequence: number;
}

/** Looks along the thread of a conversation, all of them bounded and along its index. */
export interface Thread {
  /** The newest message, of those that are not still to be sent later. */
  newest(workspaceId: string, conversationId: string): Promise<Standing | undefined>;
  /** The message in front of this one. */
  before(workspaceId: string, message: Standing): Promise<Standing | undefined>;
  /** How many messages of the customer come after this one (and itself, when `inclusive`), counted up to `most`. */
  inboundFrom(workspaceId: string, message: Standing, inclusive: boolean, most: number): Promise<number>;
  /** The customer's message with this place from the end: 1 is the last one. The oldest one when there are fewer. */
  inboundFromEnd(workspaceId: string, conversationId: string, place: number): Promise<Standing | undefined>;
  /** The latest message to the customer that somebody but `author` wrote after this one. */
  writtenAfter(workspaceId: string, message: Standing, author: Author): Promise<string | undefined>;
}

const place = { conversationId: 1, at: 1, sequence: 1 } as const;
const newestFirst = { at: -1, sequence: -1, _id: -1 } as const;
/** Messages behind one that was seen that are looked at for somebody else's answer. */
const lookedAtMost = 200;
/** Nobody shows this much at once; and no look walks a whole chat. */
const walkMost = 5_000;
const said = { direction: "in", partOf: null, history: { $ne: true } } as const;

const standingOf = (row: Pick<MessageRow, "_id" | keyof typeof place>): Standing => ({
  id: row._id,
  conversationId: row.conversationId,
  at: row.at,
  sequence: row.sequence,
});

export function threadRepo(model: Model<MessageRow>): Thread {
  const beyond = ({ at, sequence, id }: Standing, inclusive: boolean) => ({
    at: { $gte: at },
    $or: [
      { at: { $gt: at } },
      { sequence: { $gt: sequence } },
      { sequence, _id: inclusive ? { $gte: id } : { $gt: id } },
    ],
  });

  return {
    async newest(workspaceId, conversationId) {
      const row = await model
        .findOne({ conversationId, workspaceId, partOf: null, scheduled: null } as never, place)
        .sort(newestFirst)
        .lean();
      return row ? standingOf(row) : undefined;
    },

    async before(workspaceId, { conversationId, at, sequence, id }) {
      const row = await model
        .findOne(
          {
            conversationId,
            workspaceId,
            partOf: null,
            at: { $lte: at },
            $or: [{ at: { $lt: at } }, { sequence: { $lt: sequence } }, { sequence, _id: { $lt: id } }],
          } as never,
          place,
        )
        .sort(newestFirst)
        .lean();
      return row ? standingOf(row) : undefined;
    },

    async inboundFrom(workspaceId, message, inclusive, most) {
      const rows = await model
        .find(
          { conversationId: message.conversationId, workspaceId, ...said, ...beyond(message, inclusive) } as never,
          { _id: 1 },
        )
        .sort(newestFirst)
        .limit(most)
        .lean();
      return rows.length;
    },

    async inboundFromEnd(workspaceId, conversationId, wanted) {
      const rows = await model
        .find({ conversationId, workspaceId, ...said } as never, place)
        .sort(newestFirst)
        .limit(Math.min(wanted, walkMost))
        .lean();
      const row = rows.at(-1);
      return row ? standingOf(row) : undefined;
    },

    async writtenAfter(workspaceId, message, author) {
      const rows = await model
        .find({ conversationId: message.conversationId, workspaceId, ...beyond(message, false) } as never, {
          direction: 1,
          author: 1,
          status: 1,
        })
        .sort(newestFirst)
        .limit(lookedAtMost)
        .lean();
      const me = writerOf(author);
      return rows.find(
        (row) =>
          row.direction === "out" &&
          writerOf(row.author) !== me &&
          !["scheduled", "cancelled", "failed"].includes(row.status),
      )?._id;
    },
  };
}
