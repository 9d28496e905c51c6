import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { call } from "../../../api/client.js";
import { useWorkspace } from "../../../api/session.js";
import type { RealtimeEvent } from "../../../realtime/connection.js";
import { keys } from "./keys.js";
import type { ActivityDto, PageOf } from "./types.js";

/** Something that happened to a conversation. */
export interface SystemLine {
  id: string;
  at: string;
  changes: readonly string[];
  data: Readonly<Record<string, unknown>>;
}

const most = 100;
const lines = new Map<string, readonly SystemLine[]>();
const listeners = new Set<() => void>();
const none: readonly SystemLine[] = [];
const worthTelling = new Set(["status", "assignee_id", "team_id", "labels", "priority", "blocked_by_us"]);

function lineOf({ id, at, changes, data }: SystemLine): SystemLine[] {
  const shown = changes.filter((one) => worthTelling.has(one));
  return shown.length === 0 ? [] : [{ id, at, changes: shown, data }];
}

/** Remembers what an event says about a conversation, for as long as the page is open. */
export function addSystemLine(event: RealtimeEvent): void {
  const { conversation_id: conversationId, data, id, at } = event;
  const changes = Array.isArray(data.changes)
    ? data.changes.filter((one): one is string => typeof one === "string")
    : [];
  const [line] = lineOf({ id, at, changes, data });
  if (conversationId === null || !line) return;
  const before = lines.get(conversationId) ?? none;
  if (before.some((one) => one.id === id)) return;
  lines.set(conversationId, [...before, line].slice(-most));
  for (const listener of listeners) listener();
}

const useLiveLines = (conversationId: string): readonly SystemLine[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => lines.get(conversationId) ?? none,
  );

/** What happened to a conversation, oldest first, at least as far back as `from`: the first message that is shown. */
export function useSystemLines(conversationId: string, from: string | undefined): readonly SystemLine[] {
  const { id: workspaceId } = useWorkspace();
  const live = useLiveLines(conversationId);
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery({
    queryKey: keys.activity(workspaceId, conversationId),
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      call<PageOf<ActivityDto>>(`/conversations/${conversationId}/activity`, {
        workspaceId,
        query: { limit: most, cursor: pageParam },
        signal,
      }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
  });
  const oldest = data?.pages.at(-1)?.data.at(-1)?.at;
  useEffect(() => {
    const farEnough = from === undefined || oldest === undefined || Date.parse(oldest) < Date.parse(from);
    if (hasNextPage && !isFetching && !isError && !farEnough) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, from, oldest, fetchNextPage]);
  return useMemo(() => {
    const all = new Map(
      [...(data?.pages ?? []).flatMap((page) => page.data.flatMap(lineOf)), ...live].map((line) => [line.id, line]),
    );
    return [...all.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }, [data, live]);
}
