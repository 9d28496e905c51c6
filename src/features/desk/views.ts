import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { newId } from "../../core/ids.js";
import type { Principal } from "../../identity/index.js";
import { conversationQueryOf } from "../../inbox/index.js";
import { inboxCountsDto, newView, viewChange, viewDto, type ViewDto, type ViewFilters } from "../../wire/desk.js";
import type { ViewRow } from "./model.js";
import { memberOf, type DeskDeps } from "./ports.js";
import { sharedRows } from "./sharedRows.js";

/** Views whose counts are shown. */
const countedViewsMost = 50;
/** A number above this says nothing more to whoever reads it. */
const countMost = 1_000;

const present = (row: ViewRow): ViewDto => ({
  id: row._id,
  name: row.name,
  shared: row.shared,
  filters: row.filters,
  sort: row.sort as ViewDto["sort"],
  created_by: row.createdBy,
  created_at: row.createdAt.toISOString(),
});

/** Saved views, and the numbers beside all of them. */
export function viewEndpoints({ models: { views }, inbox, clock }: DeskDeps): Endpoint[] {
  const tag = "Views";
  const kept = sharedRows(views, {
    one: "view",
    many: "views",
    unknown: "view_unknown",
    full: "views_most",
    most: 200,
  });

  /** A view somebody cannot read now is refused when it is written, not when it is looked at. */
  const checked = (principal: Principal, filters: ViewFilters | undefined, shared: boolean) => {
    // In a shared view `me` is whoever looks at it.
    if (filters) conversationQueryOf(filters, undefined, memberOf(principal) ?? (shared ? "me" : null));
  };

  async function counted(principal: Principal, filters: ViewFilters, sort?: ViewDto["sort"]) {
    const memberId = memberOf(principal);
    const names = [filters.assignee_id, filters.mentioned, filters.participating];
    // A program has nothing of its own.
    if (memberId === null && names.includes("me")) return { count: 0, more: false };
    return inbox.count(principal.workspaceId, conversationQueryOf(filters, sort, memberId), countMost);
  }

  return [
    endpoint({
      method: "get",
      path: "/inbox/counts",
      tag,
      summary: "How much is in each view",
      description: "Counted up to a thousand; all of it in one request.",
      scope: "conversations:read",
      answer: inboxCountsDto,
      async handle({ principal }) {
        const status = "open" as const;
        const rows = (await kept.list(principal)).slice(0, countedViewsMost);
        const [unread, mine, unassigned, all, mentions, participating, unattended, waiting, ...own] = await Promise.all(
          [
            inbox.reading.unreadConversations(principal.workspaceId, memberOf(principal), countMost),
            counted(principal, { status, assignee_id: "me" }),
            counted(principal, { status, assignee_id: "none" }),
            counted(principal, { status }),
            counted(principal, { status, mentioned: "me" }),
            counted(principal, { status, participating: "me" }),
            counted(principal, { unattended: true }),
            counted(principal, { status }, "waiting"),
            ...rows.map((row) => counted(principal, row.filters as ViewFilters, row.sort as ViewDto["sort"])),
          ],
        );
        const byView = Object.fromEntries(rows.map((row, index) => [row._id, own[index]!]));
        return { unread, mine, unassigned, all, mentions, participating, unattended, waiting, views: byView };
      },
    }),
    endpoint({
      method: "get",
      path: "/views",
      tag,
      summary: "List saved views",
      scope: "conversations:read",
      answer: z.object({ data: z.array(viewDto) }),
      handle: async ({ principal }) => ({ data: (await kept.list(principal)).map(present) }),
    }),
    endpoint({
      method: "post",
      path: "/views",
      tag,
      summary: "Save a view",
      scope: "conversations:write",
      body: newView,
      status: 201,
      answer: viewDto,
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        const { workspaceId, callerId } = principal;
        checked(principal, body.filters, body.shared);
        const row: ViewRow = { _id: newId("view"), workspaceId, ...body, createdBy: callerId, createdAt: clock.now() };
        await kept.add(row);
        return present(row);
      },
    }),
    endpoint({
      method: "patch",
      path: "/views/:id",
      tag,
      summary: "Change a saved view",
      scope: "conversations:write",
      body: viewChange,
      answer: viewDto,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        checked(principal, body.filters, body.shared ?? true);
        const set = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        return present(await kept.change(principal, params.id!, set));
      },
    }),
    endpoint({
      method: "delete",
      path: "/views/:id",
      tag,
      summary: "Delete a saved view",
      scope: "conversations:write",
      answer: null,
      handle: ({ principal, params }) => kept.remove(principal, params.id!),
    }),
  ];
}
