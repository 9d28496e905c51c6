import type { Model } from "mongoose";
import type { MessageRow } from "../models/message.js";
import type { Page } from "../types.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";

/** A message that carries the tokens of a question; whether it holds the words is yet to be seen. */
export interface Candidate {
  id: string;
  /** The album it is a picture of, or itself. */
  shownAs: string;
  at: Date;
}

export interface SearchRepo {
  /** Newest first. */
  candidates(
    workspaceId: string,
    tokens: readonly string[],
    within: {
      accountId?: string | undefined;
      since?: Date | undefined;
      until?: Date | undefined;
      before?: Date | undefined;
      from?: string | undefined;
      limit: number;
      cursor?: string | undefined;
    },
  ): Promise<Page<Candidate>>;
  /** The position behind a candidate. */
  cursorAfter(candidate: Candidate): string;
}

function writtenBy(from: string | undefined): Record<string, unknown> {
  if (from === undefined) return {};
  if (from === "contact") return { direction: "in" };
  return from === "agent" ? { direction: { $in: ["out", "note"] } } : { "author.id": from };
}

export function searchRepo(model: Model<MessageRow>): SearchRepo {
  const cursorAfter = ({ at, id }: Candidate) => encodeCursor([at, id]);
  return {
    cursorAfter,
    async candidates(workspaceId, tokens, { accountId, since, until, before, from, limit, cursor }) {
      const after = decodeCursor(cursor, ["date", "string"] as const);
      const latest = [until, before, after?.[0]].filter((date) => date !== undefined).sort((a, b) => +a - +b)[0];
      const range = { ...(since ? { $gte: since } : {}), ...(latest ? { $lte: latest } : {}) };
      const rows = await model
        .find(
          {
            workspaceId,
            words: { $all: [...tokens] },
            ...(accountId === undefined ? {} : { accountId }),
            ...writtenBy(from),
            ...(Object.keys(range).length > 0 ? { at: range } : {}),
            ...(after ? { $or: [{ at: { $lt: after[0] } }, { _id: { $lt: after[1] } }] } : {}),
          },
          { at: 1, partOf: 1 },
        )
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const items = rows.slice(0, limit).map((row) => ({ id: row._id, shownAs: row.partOf ?? row._id, at: row.at }));
      const tail = items.at(-1);
      return { items, next: rows.length > limit && tail ? cursorAfter(tail) : null };
    },
  };
}
