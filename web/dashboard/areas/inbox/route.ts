import { useCallback, useMemo } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { baseOf, isBuiltIn, queryOf, savedBase } from "./data/filters.js";
import { useKnownViews } from "./data/lookups.js";
import type { ListQuery } from "./data/types.js";
import { ui } from "./data/ui.js";

/** What the address says: the view, its filters, and the open conversation. */
export function useInboxRoute() {
  const { view = "all", conversationId } = useParams();
  const { id: workspaceId, memberId } = useWorkspace();
  const [search, setSearch] = useSearchParams();
  const { views, known } = useKnownViews();
  const navigate = useNavigate();
  const saved = isBuiltIn(view) ? undefined : views.find(({ id }) => id === view);
  const base = useMemo<ListQuery>(
    () => (isBuiltIn(view) ? baseOf(view) : saved ? savedBase(saved) : {}),
    [view, saved],
  );
  // Reading one message or the details is no other list.
  const text = new URLSearchParams([...search].filter(([name]) => name !== "message" && name !== "details")).toString();
  const query = useMemo(() => queryOf(base, new URLSearchParams(text)), [base, text]);
  const root = `/w/${workspaceId}/inbox`;
  const tail = text ? `?${text}` : "";

  const open = useCallback(
    (id: string | null, replace = false) => {
      ui.set({ heading: id });
      void navigate(`${root}/${view}${id ? `/${id}` : ""}${tail}`, { replace });
    },
    [navigate, root, view, tail],
  );
  const goTo = useCallback((next: string) => void navigate(`${root}/${next}`), [navigate, root]);
  /** Sets a filter of the list; null or "" leaves it to the view. */
  const setFilter = useCallback(
    (name: string, value: string | null) => {
      const next = new URLSearchParams(text);
      if (value) next.set(name, value);
      else next.delete(name);
      setSearch(next);
    },
    [text, setSearch],
  );
  return {
    place: useMemo(() => ({ workspaceId, memberId }), [workspaceId, memberId]),
    view,
    saved,
    /** The view is one that is not known (yet). */
    unknown: !isBuiltIn(view) && saved === undefined,
    /** There is no such view, or not any more. */
    missing: !isBuiltIn(view) && saved === undefined && known,
    base,
    query,
    search,
    setSearch,
    filtered: text !== "",
    conversationId,
    open,
    goTo,
    setFilter,
    linkTo: (id: string) => `${root}/${view}/${id}${tail}`,
    root,
  };
}
export type InboxRoute = ReturnType<typeof useInboxRoute>;
