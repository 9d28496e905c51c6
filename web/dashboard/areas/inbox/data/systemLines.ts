import { useSyncExternalStore } from "react";
import type { RealtimeEvent } from "../../../realtime/connection.js";

/** Something that happened to a conversation while it was watched. */
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

/** Remembers what an event says about a conversation, for as long as the page is open. */
export function addSystemLine(event: RealtimeEvent): void {
  const { conversation_id: id, data } = event;
  const changes = Array.isArray(data.changes)
    ? data.changes.filter((one): one is string => typeof one === "string")
    : [];
  const shown = changes.filter((one) => ["status", "assignee_id", "team_id", "labels", "priority"].includes(one));
  if (id === null || shown.length === 0) return;
  const before = lines.get(id) ?? none;
  if (before.some((line) => line.id === event.id)) return;
  lines.set(id, [...before, { id: event.id, at: event.at, changes: shown, data }].slice(-most));
  for (const listener of listeners) listener();
}

/** What happened to a conversation since the page was opened. */
export const useSystemLines = (conversationId: string): readonly SystemLine[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => lines.get(conversationId) ?? none,
  );
