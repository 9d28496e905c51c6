/** What the order of sending depends on. */
export interface Waiting {
  id: string;
  conversationId: string;
  createdAt: number;
  state: "waiting" | "sending" | "failed" | "overtaken";
}

/**
 * What may be sent now: of each conversation the oldest that is not given up. One that failed lets the next ones pass; one
 * that waits, is under way or needs an answer holds them back.
 */
export function nextToSend<T extends Waiting>(entries: readonly T[]): T[] {
  const taken = new Set<string>();
  return [...entries]
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    .filter((entry) => {
      if (entry.state === "failed" || taken.has(entry.conversationId)) return false;
      taken.add(entry.conversationId);
      return entry.state === "waiting";
    });
}

/** How long to wait before the next try, in milliseconds. */
export const waitAfter = (tries: number): number => Math.min(2_000 * 2 ** Math.max(0, tries - 1), 30_000);
