import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import type { MessageRow } from "../models/message.js";
import type { ThreadQuery } from "./messages.js";

type Row = Omit<MessageRow, "words">;
type Place = readonly [at: Date, sequence: number, id: string];

const newestFirst = { at: -1, sequence: -1, _id: -1 } as const;
const oldestFirst = { at: 1, sequence: 1, _id: 1 } as const;
const parts = ["date", "number", "string"] as const;
const cursorOf = (row: Row | undefined) => (row ? encodeCursor([row.at, row.sequence, row._id]) : null);

/** Rows of a thread, newest first, along its index; pictures of an album are within their album. */
export async function threadPage(
  model: Model<MessageRow>,
  workspaceId: string,
  conversationId: string,
  { limit, cursor, newer, around }: ThreadQuery,
): Promise<{ rows: Row[]; next: string | null; previous: string | null }> {
  const thread = { conversationId, workspaceId, partOf: null };
  const find = (filter: object, order: typeof newestFirst | typeof oldestFirst, most: number) =>
    model
      .find({ ...thread, ...filter } as never, { words: 0 })
      .sort(order)
      .limit(most)
      .lean() as Promise<Row[]>;

  async function backwards(from: Place | undefined, most: number, inclusive: boolean) {
    const found = await find(from ? before(from, inclusive) : {}, newestFirst, most + 1);
    const rows = found.slice(0, most);
    return { rows, next: found.length > most ? cursorOf(rows.at(-1)) : null };
  }
  async function forwards(from: Place, most: number) {
    const found = await find(after(from), oldestFirst, most + 1);
    const rows = found.slice(0, most).reverse();
    return { rows, previous: found.length > most ? cursorOf(rows[0]) : null };
  }

  if (around !== undefined) {
    const asked = await model.findOne({ _id: around, workspaceId, conversationId }, { partOf: 1 }).lean();
    const row = asked && (await model.findOne({ _id: asked.partOf ?? asked._id, workspaceId }, { words: 0 }).lean());
    if (!row)
      throw new AppError("not_found", "There is no such message in this conversation.", { reason: "message_unknown" });
    const place: Place = [row.at, row.sequence, row._id];
    const later = Math.floor(limit / 2);
    const [newest, rest] = await Promise.all([forwards(place, later), backwards(place, limit - later, true)]);
    return { rows: [...newest.rows, ...rest.rows], next: rest.next, previous: newest.previous };
  }
  const from = decodeCursor(newer ?? cursor, parts);
  if (newer === undefined) return { ...(await backwards(from, limit, false)), previous: null };
  return { ...(await forwards(from!, limit)), next: null };
}

const before = ([at, sequence, id]: Place, inclusive: boolean) => ({
  at: { $lte: at },
  $or: [
    { at: { $lt: at } },
    { sequence: { $lt: sequence } },
    { sequence, _id: inclusive ? { $lte: id } : { $lt: id } },
  ],
});

const after = ([at, sequence, id]: Place) => ({
  at: { $gte: at },
  $or: [{ at: { $gt: at } }, { sequence: { $gt: sequence } }, { sequence, _id: { $gt: id } }],
});
