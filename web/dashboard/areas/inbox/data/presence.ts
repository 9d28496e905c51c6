import { useEffect, useSyncExternalStore } from "react";
import type { PresenceDto, PresenceSnapshotDto } from "../../../../../src/wire/presence.js";
import { sendHint, subscribeEphemeral, useConnection } from "../../../realtime/connection.js";

type Present = PresenceDto["members"];

const none: Present = [];
const present = new Map<string, Present>();
let online: readonly string[] = [];
const contactsTyping = new Map<string, number>();
const listeners = new Set<() => void>();
const told = () => {
  for (const listener of listeners) listener();
};
const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

function setPresent({ conversation_id, members }: PresenceDto): void {
  if (members.length === 0) present.delete(conversation_id);
  else present.set(conversation_id, members);
}

/** How long a customer counts as typing after the last sign of it. */
const typingMs = 6_000;

/** Keeps who looks at what, as the server says. Returns how to stop. */
export function startPresence(): () => void {
  const stops = [
    subscribeEphemeral("presence", ({ data }) => {
      setPresent(data as unknown as PresenceDto);
      told();
    }),
    subscribeEphemeral("presence.snapshot", ({ data }) => {
      const snapshot = data as unknown as PresenceSnapshotDto;
      present.clear();
      for (const one of snapshot.conversations) setPresent(one);
      online = snapshot.online;
      told();
    }),
    subscribeEphemeral("agents.online", ({ data }) => {
      online = Array.isArray(data.member_ids) ? (data.member_ids as string[]) : [];
      told();
    }),
    subscribeEphemeral("contact.typing", ({ data }) => {
      const id = data.conversation_id;
      if (typeof id !== "string") return;
      contactsTyping.set(id, Date.now() + typingMs);
      told();
      setTimeout(() => {
        if ((contactsTyping.get(id) ?? 0) > Date.now()) return;
        contactsTyping.delete(id);
        told();
      }, typingMs + 50);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Who of us is in a conversation. */
export const usePresent = (conversationId: string): Present =>
  useSyncExternalStore(listen, () => present.get(conversationId) ?? none);

/** Members that have the dashboard open. */
export const useOnline = (): readonly string[] => useSyncExternalStore(listen, () => online);

/** Whether the customer types. */
export const useContactTyping = (conversationId: string): boolean =>
  useSyncExternalStore(listen, () => contactsTyping.has(conversationId));

let shown: string | null = null;
let typing = false;
let typingTimer: ReturnType<typeof setTimeout> | undefined;
const say = () => sendHint("presence", { conversation_id: shown, state: typing ? "typing" : "viewing" });

/** Tells the others which conversation is on the screen, again and again as the server forgets. */
export function useTellPresence(conversationId: string | undefined): void {
  const connection = useConnection();
  useEffect(() => {
    const look = () => {
      const next = document.visibilityState === "visible" ? (conversationId ?? null) : null;
      if (next !== shown) typing = false;
      shown = next;
      say();
    };
    look();
    const again = setInterval(look, 15_000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(again);
      document.removeEventListener("visibilitychange", look);
      shown = null;
      typing = false;
      say();
    };
  }, [conversationId, connection]);
}

/** Tells the others that a reply is being typed; it ends by itself. */
export function tellTyping(): void {
  clearTimeout(typingTimer);
  typingTimer = setTimeout(tellTypingOver, 5_000);
  if (typing) return;
  typing = true;
  say();
}

export function tellTypingOver(): void {
  clearTimeout(typingTimer);
  if (!typing) return;
  typing = false;
  say();
}
