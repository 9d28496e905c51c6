import type { Model } from "mongoose";
import {
  conversationStatuses,
  priorities,
  type ConversationRow,
  type ConversationStatus,
  type Priority,
} from "../models/conversation.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";

/** A list of conversations. Every combination is served by indexes: one thing, within statuses, in the order of the index. */
export interface ConversationQuery {
  /** undefined: all of them. */
  status?: ConversationStatus | undefined;
  /** null: nobody's. */
  assigneeId?: string | null | undefined;
  teamId?: string | undefined;
  labelId?: string | undefined;
  accountId?: string | undefined;
  /** A kind of channel. */
  channel?: string | undefined;
  contactId?: string | undefined;
  mentioned?: string | undefined;
  /** A member who wrote in it or was given it. */
  participating?: string | undefined;
  priority?: Priority | undefined;
  /** The customer waits for an answer. */
  unattended?: boolean | undefined;
  /** "waiting": who has waited longest comes first, and nobody else is in it. "priority": the most urgent, then the newest. */
  sort?: "newest" | "oldest" | "waiting" | "priority" | undefined;
  limit: number;
  cursor?: string | undefined;
}

type Filter = Record<string, unknown>;
type Keys = Record<string, 1 | -1>;

/** One walk along one index: every field before those of the order is fixed, so nothing has to be sorted. */
export interface Walk {
  filter: Filter;
  sort: Keys;
  /** The index, where the planner could choose wrongly. */
  hint?: Keys;
}

/** Accounts of one kind that are walked side by side; of more, their conversations are picked out of the whole list. */
const accountsMost = 25;
const byTime = { workspaceId: 1, lastMessageAt: -1, _id: -1 } as const;
const byStatus = { workspaceId: 1, status: 1, lastMessageAt: -1, _id: -1 } as const;
const byWaiting = { workspaceId: 1, waitingSince: 1, _id: 1 } as const;
const waitingByTime = { workspaceId: 1, lastMessageAt: -1, _id: -1, waitingSince: 1 } as const;
const waits = { waitingSince: { $type: "date" } };
/** Some indexes hold only what has something to be found by; the query says that it asks for nothing else. */
const some = (value: string) => ({ $eq: value, $type: "string" });

/**
 * The walks of a view: groups one after the other, and within a group several at once whose rows are merged by their order.
 * `accountIds` are the accounts of the kind of channel that is asked for.
 */
export function walksOf(workspaceId: string, query: ConversationQuery, accountIds: readonly string[] = []): Walk[][] {
  if (query.sort === "priority" && query.priority === undefined) {
    const after = decodeCursor(query.cursor, ["number", "date", "string"] as const);
    const ranks = [...priorities.keys()].reverse().filter((rank) => after === undefined || rank <= after[0]);
    return ranks.map((rank) =>
      groupOf(
        workspaceId,
        { ...query, priority: priorities[rank] },
        accountIds,
        rank === after?.[0] ? after : undefined,
      ),
    );
  }
  if (query.sort === "priority") {
    const after = decodeCursor(query.cursor, ["number", "date", "string"] as const);
    return [groupOf(workspaceId, query, accountIds, after)];
  }
  const after = decodeCursor(query.cursor, ["date", "string"] as const);
  return [groupOf(workspaceId, query, accountIds, after && [0, ...after])];
}

function groupOf(
  workspaceId: string,
  query: ConversationQuery,
  accountIds: readonly string[],
  after: readonly [number, Date, string] | undefined,
): Walk[] {
  const { status, priority, channel, unattended } = query;
  const { by, index } = leading(query);
  const rest: Filter = {
    workspaceId,
    ...by,
    ...(priority === "none" ? { priority: null } : {}),
    ...(unattended ? waits : {}),
  };
  const within = status ? { status } : {};

  if (query.sort === "waiting") {
    const range = after ? past("waitingSince", 1, after) : {};
    const filter = {
      ...rest,
      ...within,
      ...(channel === undefined ? {} : { channel }),
      ...range,
      waitingSince: { ...(range.waitingSince as Filter | undefined), $type: "date" },
    };
    return [{ filter, sort: { waitingSince: 1, _id: 1 }, hint: byWaiting }];
  }

  const direction = query.sort === "oldest" ? 1 : -1;
  const sort: Keys = { lastMessageAt: direction, _id: direction };
  const range = after ? past("lastMessageAt", direction, after) : {};
  // A contact has few conversations: they may be sorted.
  if (index === "contactId") {
    const filter = { ...rest, ...within, ...(channel === undefined ? {} : { channel }), ...range };
    return [{ filter, sort, hint: { workspaceId: 1, contactId: 1 } }];
  }
  const statuses = status ? [status] : conversationStatuses;
  const along = (field: string, fixed: Filter): Walk[] =>
    statuses.map((one) => ({
      filter: { ...rest, ...fixed, status: one, ...range },
      sort,
      hint: { workspaceId: 1, [field]: 1, status: 1, lastMessageAt: -1, _id: -1 },
    }));
  const picked = channel === undefined ? {} : { channel };
  if (index !== undefined && index !== "accountId") return along(index, picked);
  if (index === "accountId") return along(index, picked);
  if (unattended) return [{ filter: { ...rest, ...within, ...picked, ...range }, sort, hint: waitingByTime }];
  if (channel !== undefined && accountIds.length <= accountsMost) {
    return accountIds.flatMap((accountId) => along("accountId", { accountId }));
  }
  return status
    ? [{ filter: { ...rest, status, ...picked, ...range }, sort, hint: byStatus }]
    : [{ filter: { ...rest, ...picked, ...range }, sort, hint: byTime }];
}

/** What is behind a row. The range bounds the index; the alternative only breaks ties of the same instant. */
function past(field: string, direction: 1 | -1, [, at, id]: readonly [number, Date, string]): Filter {
  const [beyond, upTo] = direction === 1 ? ["$gt", "$gte"] : ["$lt", "$lte"];
  return { [field]: { [upTo]: at }, $or: [{ [field]: { [beyond]: at } }, { _id: { [beyond]: id } }] };
}

/** The equalities of a view, and which of them leads to the fewest rows. */
function leading(query: ConversationQuery): { by: Filter; index: string | undefined } {
  const { assigneeId, teamId, labelId, accountId, contactId, mentioned, participating, priority } = query;
  const by: Filter = {
    ...(contactId === undefined ? {} : { contactId }),
    ...(labelId === undefined ? {} : { labels: some(labelId) }),
    ...(mentioned === undefined ? {} : { mentioned: some(mentioned) }),
    ...(participating === undefined ? {} : { participants: some(participating) }),
    ...(typeof assigneeId === "string" ? { assigneeId } : {}),
    ...(teamId === undefined ? {} : { teamId: some(teamId) }),
    ...(priority === undefined || priority === "none" ? {} : { priority: some(priority) }),
    ...(assigneeId === null ? { assigneeId } : {}),
    ...(accountId === undefined ? {} : { accountId }),
  };
  return { by, index: Object.keys(by)[0] };
}

type Row = Omit<ConversationRow, "counted">;

/** A page of a view, without the figures nobody shows. */
export async function conversationPage(
  model: Model<ConversationRow>,
  workspaceId: string,
  query: ConversationQuery,
  accountIds: readonly string[],
): Promise<{ rows: Row[]; next: string | null }> {
  const { limit } = query;
  const waiting = query.sort === "waiting";
  const direction = waiting || query.sort === "oldest" ? 1 : -1;
  const timeOf = (row: Row) => (waiting ? row.waitingSince : row.lastMessageAt) ?? row.lastMessageAt;
  const order = (a: Row, b: Row) =>
    direction * (timeOf(a).getTime() - timeOf(b).getTime() || (a._id < b._id ? -1 : a._id > b._id ? 1 : 0));
  const rows: Row[] = [];
  for (const walks of walksOf(workspaceId, query, accountIds)) {
    const most = limit + 1 - rows.length;
    const found = await Promise.all(
      walks.map(async ({ filter, sort, hint }) => {
        const find = model
          .find(filter as never, { counted: 0 })
          .sort(sort)
          .limit(most);
        return (hint ? find.hint(hint) : find).lean();
      }),
    );
    const merged = found.length === 1 ? found[0]! : found.flat().sort(order);
    rows.push(...merged.slice(0, most));
    if (rows.length > limit) break;
  }
  const page = rows.slice(0, limit);
  const tail = page.at(-1);
  if (rows.length <= limit || !tail) return { rows: page, next: null };
  const at = timeOf(tail);
  const rank = priorities.indexOf(tail.priority ?? "none");
  return { rows: page, next: encodeCursor(query.sort === "priority" ? [rank, at, tail._id] : [at, tail._id]) };
}

/** How many conversations a view holds, looking at no more than `most` and one of them. */
export async function conversationCount(
  model: Model<ConversationRow>,
  workspaceId: string,
  query: Omit<ConversationQuery, "limit" | "cursor">,
  accountIds: readonly string[],
  most: number,
): Promise<{ count: number; more: boolean }> {
  // Their order does not matter, and the plainest walks are the cheapest.
  const sort = query.sort === "waiting" ? "waiting" : "newest";
  let count = 0;
  for (const { filter, hint } of walksOf(workspaceId, { ...query, sort, limit: 1 }, accountIds).flat()) {
    count += await model.collection.countDocuments(filter, {
      limit: most + 1 - count,
      ...(hint ? { hint } : {}),
    });
    if (count > most) return { count: most, more: true };
  }
  return { count, more: false };
}
