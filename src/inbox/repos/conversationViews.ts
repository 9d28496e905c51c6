import type { Model } from "mongoose";
import {
  conversationStatuses,
  type ConversationRow,
  type ConversationStatus,
  type Priority,
} from "../models/conversation.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";

/** A list of conversations. Every combination is served by an index: one thing, within statuses, newest first. */
export interface ConversationQuery {
  /** undefined: all of them. */
  status?: ConversationStatus | undefined;
  /** null: nobody's. */
  assigneeId?: string | null | undefined;
  teamId?: string | undefined;
  labelId?: string | undefined;
  accountId?: string | undefined;
  contactId?: string | undefined;
  mentioned?: string | undefined;
  priority?: Priority | undefined;
  /** "waiting": who has waited longest comes first, and nobody else is in it. */
  sort?: "newest" | "waiting" | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** A page of a view, without the figures nobody shows. */
export async function conversationPage(
  model: Model<ConversationRow>,
  workspaceId: string,
  query: ConversationQuery,
): Promise<{ rows: Omit<ConversationRow, "counted">[]; next: string | null }> {
  const { limit } = query;
  const { filter, sort, hint } = viewOf(workspaceId, query);
  const find = model
    .find(filter as never, { counted: 0 })
    .sort(sort)
    .limit(limit + 1);
  const rows = await (hint ? find.hint(hint) : find).lean();
  const page = rows.slice(0, limit);
  const tail = page.at(-1);
  const at = query.sort === "waiting" ? tail?.waitingSince : tail?.lastMessageAt;
  return { rows: page, next: rows.length > limit && tail && at ? encodeCursor([at, tail._id]) : null };
}

/** Filter, order and, where the planner could choose wrongly, index of a view. */
export function viewOf(
  workspaceId: string,
  query: ConversationQuery,
): { filter: Record<string, unknown>; sort: Record<string, 1 | -1>; hint?: Record<string, 1 | -1> } {
  const { status, assigneeId, teamId, labelId, accountId, contactId, mentioned, priority, cursor } = query;
  // Some indexes hold only what has something to be found by; the query says that it asks for nothing else.
  const some = (value: string) => ({ $eq: value, $type: "string" });
  const by = {
    ...(contactId === undefined ? {} : { contactId }),
    ...(labelId === undefined ? {} : { labels: some(labelId) }),
    ...(mentioned === undefined ? {} : { mentioned: some(mentioned) }),
    ...(priority === undefined || priority === "none" ? {} : { priority: some(priority) }),
    ...(teamId === undefined ? {} : { teamId: some(teamId) }),
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
  const unurgent = priority === "none" ? { priority: null } : {};
  const after = decodeCursor(cursor, ["date", "string"] as const);

  if (query.sort === "waiting") {
    return {
      filter: {
        workspaceId,
        ...by,
        ...unurgent,
        ...(status ? { status } : {}),
        // The range bounds the index; the alternative only breaks ties of the same instant.
        ...(after
          ? {
              waitingSince: { $gte: after[0], $type: "date" },
              $or: [{ waitingSince: { $gt: after[0] } }, { _id: { $gt: after[1] } }],
            }
          : { waitingSince: { $type: "date" } }),
      },
      sort: { waitingSince: 1, _id: 1 },
      hint: { workspaceId: 1, waitingSince: 1, _id: 1 },
    };
  }
  const first = Object.keys(by)[0];
  return {
    filter: {
      workspaceId,
      ...by,
      ...unurgent,
      // An index that leads to one thing has the status in it: naming all of them keeps its order usable.
      ...(status ? { status } : first === undefined ? {} : { status: { $in: [...conversationStatuses] } }),
      ...(after
        ? {
            lastMessageAt: { $lte: after[0] },
            $or: [{ lastMessageAt: { $lt: after[0] } }, { _id: { $lt: after[1] } }],
          }
        : {}),
    },
    sort: { lastMessageAt: -1, _id: -1 },
    ...(first === undefined ? {} : { hint: indexOf(first) }),
  };
}

/** The index that leads to one thing. */
function indexOf(field: string): Record<string, 1 | -1> {
  if (field === "contactId") return { workspaceId: 1, contactId: 1 };
  return { workspaceId: 1, [field]: 1, status: 1, lastMessageAt: -1, _id: -1 };
}
