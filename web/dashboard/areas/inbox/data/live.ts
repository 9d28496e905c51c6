import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { Problem } from "../../../api/problem.js";
import { onResync, subscribe, subscribeEphemeral, type RealtimeEvent } from "../../../realtime/connection.js";
import { fetchConversation, knownRow } from "./conversations.js";
import { compare, matches } from "./filters.js";
import { keys } from "./keys.js";
import { applyRow, type Pages } from "./listCache.js";
import { inFlight } from "./outbox.js";
import { addSystemLine } from "./systemLines.js";
import { applyMessage, refreshMessage as refreshInPart } from "./threadCache.js";
import { isChanging, unchanging } from "./turns.js";
import type { ConversationDetailDto, ConversationDto, ListQuery, MessageDto } from "./types.js";
import { applyTo, isWanted, startCatchingUp } from "./underway.js";

/** Puts a conversation as it is now into every list and into its own place. */
export function showConversation(workspaceId: string, me: string, row: ConversationDto): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey: keys.lists(workspaceId) })) {
    const list = query.queryKey[3] as ListQuery;
    applyTo<Pages<ConversationDto>>(
      query.queryKey,
      (data) => applyRow(data, row, matches(list, row, me), (a, b) => compare(list.sort, a, b)),
      true,
    );
  }
  applyTo<ConversationDetailDto>(keys.conversation(workspaceId, row.id), (before) => ({ ...before, ...row }), true);
}

/** Puts a message into its thread, when that is here. */
export function showMessage(workspaceId: string, message: MessageDto): void {
  const { conversation_id: id } = message;
  applyTo<Pages<MessageDto>>(keys.thread(workspaceId, id), (data) => applyMessage(data, message), true);
  const parts = keys.threadAround(workspaceId, id, "").slice(0, -1);
  applyTo<Pages<MessageDto>>(parts, (data) => refreshInPart(data, message));
}

/** One fetch at a time for each id; whatever happens meanwhile leads to exactly one more. */
function coalesced(run: (id: string) => Promise<void>): (id: string) => void {
  const running = new Map<string, boolean>();
  const go = async (id: string): Promise<void> => {
    running.set(id, false);
    try {
      await run(id);
    } catch {
      // The next event, or the next look, brings it.
    }
    const again = running.get(id);
    running.delete(id);
    if (again) await go(id);
  };
  return (id) => {
    if (running.has(id)) running.set(id, true);
    else void go(id);
  };
}

function throttled(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
}

/** Keeps lists, threads and numbers as the events say. Returns how to stop. */
export function startLive(workspaceId: string, me: string): () => void {
  const refreshRow = coalesced(async (id) => {
    for (;;) {
      await unchanging(id);
      const row = await fetchConversation(workspaceId, id);
      // Changed meanwhile: this is how it was before.
      if (isChanging(id)) continue;
      showConversation(workspaceId, me, row);
      return;
    }
  });
  const refreshMessage = coalesced(async (id) => {
    try {
      showMessage(workspaceId, await call<MessageDto>(`/messages/${id}`, { workspaceId }));
    } catch (error) {
      if (Problem.from(error).status !== 404) throw error;
    }
  });
  const refreshCounts = throttled(
    1_500,
    () => void queryClient.invalidateQueries({ queryKey: keys.counts(workspaceId) }),
  );
  const refreshMentions = throttled(1_500, () => {
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) =>
        queryKey[1] === workspaceId &&
        queryKey[2] === "conversations" &&
        (queryKey[3] as ListQuery).mentioned !== undefined,
    });
  });

  function onMessage(event: RealtimeEvent, conversationId: string): void {
    const messageId = event.data.message_id;
    if (typeof messageId !== "string") return;
    if (isWanted(keys.thread(workspaceId, conversationId))) {
      // What this page is sending right now comes back as the answer of the request: it must not stand there twice.
      const sending =
        event.type === "message.created" || event.type === "note.created" ? inFlight(conversationId) : undefined;
      void (sending ?? Promise.resolve()).then(() => refreshMessage(messageId));
    }
    void queryClient.invalidateQueries({ queryKey: keys.message(workspaceId, messageId) });
    if (["message.scheduled", "message.updated", "message.status.updated"].includes(event.type))
      void queryClient.invalidateQueries({ queryKey: keys.scheduled(workspaceId) });
    if (event.type === "message.received")
      void queryClient.invalidateQueries({ queryKey: keys.policy(workspaceId, conversationId) });
    if (Array.isArray(event.data.mentions) && event.data.mentions.length > 0) refreshMentions();
  }

  /** Who may write changed, and what is said of the person with it. */
  function onBlocked(conversationId: string): void {
    void queryClient.invalidateQueries({ queryKey: keys.policy(workspaceId, conversationId) });
    const contactId = knownRow(workspaceId, conversationId)?.contact.id;
    if (contactId) void queryClient.invalidateQueries({ queryKey: keys.contact(workspaceId, contactId) });
  }

  function onEvent(event: RealtimeEvent): void {
    const { conversation_id: id, type } = event;
    if (type.startsWith("contact.")) {
      const contactId = event.data.contact_id;
      if (typeof contactId === "string")
        void queryClient.invalidateQueries({ queryKey: keys.contact(workspaceId, contactId) });
    }
    if (type === "channel.status.updated") void queryClient.invalidateQueries({ queryKey: keys.channels(workspaceId) });
    if (id === null) return;
    if (type.startsWith("message.") || type.startsWith("note.")) onMessage(event, id);
    if (type === "conversation.updated") {
      addSystemLine(event);
      if ("blocked" in event.data || "blocked_by_us" in event.data) onBlocked(id);
    }
    if (type === "conversation.assigned" || type === "conversation.resolved") return;
    // A tick changes nothing a row shows.
    if (type !== "message.status.updated" && type !== "message.reaction") {
      refreshRow(id);
      refreshCounts();
    }
  }

  const stops = [
    startCatchingUp(),
    subscribe("", onEvent),
    subscribeEphemeral("conversation.", ({ type, data }) => {
      if (type !== "conversation.read" && type !== "conversation.unread") return;
      if (data.reader_id === me && typeof data.conversation_id === "string") {
        refreshRow(data.conversation_id);
        refreshCounts();
      }
    }),
    onResync(() => void queryClient.invalidateQueries({ queryKey: ["w", workspaceId] })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
