import type { SequencedEvent } from "../core/ports.js";

/** Whoever wants to hear of events right away. What must not miss any reads the event log; this only says that there is more. */
export interface Listener {
  appended(events: readonly SequencedEvent[]): void;
  /** `scope`: only for callers who hold it. */
  ephemeral?(workspaceId: string, type: string, data: Record<string, unknown>, scope?: string): void;
}

export interface Fanout extends Required<Listener> {
  listen(listener: Listener): void;
}

/** Passes events on to all listeners of this process. */
export function createFanout(): Fanout {
  const listeners: Listener[] = [];
  return {
    listen: (listener) => listeners.push(listener),
    appended(events) {
      if (events.length > 0) for (const listener of listeners) listener.appended(events);
    },
    ephemeral(workspaceId, type, data, scope) {
      for (const listener of listeners) listener.ephemeral?.(workspaceId, type, data, scope);
    },
  };
}
