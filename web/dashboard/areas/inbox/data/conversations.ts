import { useInfiniteQuery, useQuery, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { useWorkspace } from "../../../api/session.js";
import { keys } from "./keys.js";
import { rowsOf } from "./listCache.js";
import { messagesOf } from "./threadCache.js";
import type {
  ContactDto,
  ConversationDetailDto,
  ConversationDto,
  ListQuery,
  MessageDto,
  PageOf,
  ReplyPolicy,
} from "./types.js";

type Page<T> = InfiniteData<PageOf<T>, string | null>;

/** A list of conversations, page by page. */
export function useConversationList(query: ListQuery, enabled = true) {
  const { id } = useWorkspace();
  const result = useInfiniteQuery<
    PageOf<ConversationDto>,
    Error,
    Page<ConversationDto>,
    readonly unknown[],
    string | null
  >({
    queryKey: keys.list(id, query),
    queryFn: ({ pageParam, signal }) =>
      call("/conversations", { workspaceId: id, query: { ...query, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
  const rows = useMemo(() => rowsOf(result.data), [result.data]);
  return { ...result, rows };
}

/** A row out of any list that is here, to show something at once. */
export function knownRow(workspaceId: string, id: string): ConversationDto | undefined {
  for (const [, data] of queryClient.getQueriesData<Page<ConversationDto>>({ queryKey: keys.lists(workspaceId) })) {
    for (const page of data?.pages ?? []) {
      const row = page.data.find((one) => one.id === id);
      if (row) return row;
    }
  }
  return undefined;
}

export const fetchConversation = (workspaceId: string, id: string, signal?: AbortSignal) =>
  call<ConversationDetailDto>(`/conversations/${id}`, { workspaceId, signal });

/** One conversation; what the list knows of it is shown until it is here. */
export function useConversation(id: string | undefined) {
  const { id: workspaceId } = useWorkspace();
  return useQuery<ConversationDetailDto>({
    queryKey: keys.conversation(workspaceId, id ?? ""),
    queryFn: ({ signal }) => fetchConversation(workspaceId, id!, signal),
    enabled: id !== undefined,
    placeholderData: (): ConversationDetailDto | undefined => {
      const row = id === undefined ? undefined : knownRow(workspaceId, id);
      return row && { ...row, first_unread_id: null };
    },
  });
}

interface ThreadPage extends PageOf<MessageDto> {
  previous_cursor: string | null;
}
type ThreadPlace = { cursor?: string; newer?: string; around?: string };

/**
 * What was said in a conversation, the newest page first; older ones by fetchNextPage. With `around` it begins at a message
 * further back, and fetchPreviousPage leads towards now.
 */
export function useThread(id: string, around: string | null = null) {
  const { id: workspaceId } = useWorkspace();
  const result = useInfiniteQuery<
    ThreadPage,
    Error,
    InfiniteData<ThreadPage, ThreadPlace>,
    readonly unknown[],
    ThreadPlace
  >({
    queryKey: around === null ? keys.thread(workspaceId, id) : keys.threadAround(workspaceId, id, around),
    queryFn: ({ pageParam, signal }) =>
      call(`/conversations/${id}/messages`, { workspaceId, query: { limit: 50, ...pageParam }, signal }),
    initialPageParam: around === null ? {} : { around },
    getNextPageParam: (page) => (page.next_cursor === null ? null : { cursor: page.next_cursor }),
    getPreviousPageParam: (page) => (page.previous_cursor === null ? null : { newer: page.previous_cursor }),
    staleTime: Infinity,
  });
  const messages = useMemo(() => messagesOf(result.data), [result.data]);
  return { ...result, messages };
}

/** What may be sent, and until when. */
export function usePolicy(id: string) {
  const { id: workspaceId } = useWorkspace();
  return useQuery({
    queryKey: keys.policy(workspaceId, id),
    queryFn: ({ signal }) => call<ReplyPolicy>(`/conversations/${id}/reply-policy`, { workspaceId, signal }),
    staleTime: 60_000,
  });
}

export function useContact(id: string | undefined) {
  const { id: workspaceId } = useWorkspace();
  return useQuery({
    queryKey: keys.contact(workspaceId, id ?? ""),
    queryFn: ({ signal }) => call<ContactDto>(`/contacts/${id!}`, { workspaceId, signal }),
    enabled: id !== undefined,
  });
}
