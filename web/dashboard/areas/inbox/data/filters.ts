import type { ConversationDto, ListQuery, Sort, ViewFilters } from "./types.js";

/** The views everybody has, in the order they are shown. */
export const builtInViews = [
  "mine",
  "unassigned",
  "all",
  "mentions",
  "participating",
  "unattended",
  "waiting",
  "drafts",
] as const;
export type BuiltInView = (typeof builtInViews)[number];

export const isBuiltIn = (view: string): view is BuiltInView => (builtInViews as readonly string[]).includes(view);

const bases: Record<BuiltInView, ListQuery> = {
  mine: { status: "open", assignee_id: "me" },
  unassigned: { status: "open", assignee_id: "none" },
  all: { status: "open" },
  mentions: { status: "open", mentioned: "me" },
  participating: { status: "open", participating: "me" },
  unattended: { unattended: true, sort: "newest" },
  waiting: { status: "open", sort: "waiting" },
  drafts: {},
};

/** What the address may say about a list, besides its view. */
export const filterNames = [
  "status",
  "label",
  "channel",
  "channel_account_id",
  "team_id",
  "assignee_id",
  "priority",
] as const;
export type FilterName = (typeof filterNames)[number];
const sorts: readonly Sort[] = ["newest", "oldest", "waiting", "priority"];

/** The list a view and the address ask for. `any` takes away what the view says of itself. */
export function queryOf(base: ListQuery, search: URLSearchParams): ListQuery {
  const query: Record<string, unknown> = { ...base };
  for (const name of filterNames) {
    const value = search.get(name);
    if (value === "any") Reflect.deleteProperty(query, name);
    else if (value) query[name] = value;
  }
  const sort = search.get("sort") as Sort | null;
  if (sort && sorts.includes(sort)) query.sort = sort;
  return query;
}

/** What a view asks for by itself. */
export const baseOf = (view: BuiltInView): ListQuery => bases[view];

/** What a saved view asks for. */
export const savedBase = (view: { filters: ViewFilters; sort: Sort }): ListQuery => ({
  ...view.filters,
  sort: view.sort,
});

/** The list without its order, as a saved view keeps it. */
export function filtersOf(query: ListQuery): ViewFilters {
  const filters = { ...query };
  delete filters.sort;
  return filters;
}

/** Whether a conversation belongs into the list; undefined where the row does not tell. */
export function matches(query: ListQuery, row: ConversationDto, me: string): boolean | undefined {
  const person = (id: string) => (id === "me" ? me : id);
  const { status, assignee_id, team_id, label, channel, channel_account_id, contact_id, priority } = query;
  if (status && row.status !== status) return false;
  if (assignee_id && row.assignee_id !== (assignee_id === "none" ? null : person(assignee_id))) return false;
  if (team_id && row.team_id !== team_id) return false;
  if (label && !row.labels.includes(label)) return false;
  if (channel && row.channel !== channel) return false;
  if (channel_account_id && row.channel_account_id !== channel_account_id) return false;
  if (contact_id && row.contact.id !== contact_id) return false;
  if (priority && row.priority !== priority) return false;
  if (query.participating && !row.participants.includes(person(query.participating))) return false;
  if (query.unattended && (row.waiting_since === null || row.status === "resolved")) return false;
  if (query.sort === "waiting" && row.waiting_since === null) return false;
  return query.mentioned ? undefined : true;
}

const activity = (row: ConversationDto) => Date.parse(row.last_message?.at ?? row.created_at);
const ranks = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 } as const;

/** The order of a list: below zero when `a` stands before `b`. */
export function compare(sort: Sort | undefined, a: ConversationDto, b: ConversationDto): number {
  const tie = a.id < b.id ? 1 : -1;
  if (sort === "waiting") return Date.parse(a.waiting_since ?? "9999") - Date.parse(b.waiting_since ?? "9999") || tie;
  const newer = activity(b) - activity(a);
  if (sort === "oldest") return -newer || -tie;
  if (sort === "priority") return ranks[b.priority] - ranks[a.priority] || newer || tie;
  return newer || tie;
}
