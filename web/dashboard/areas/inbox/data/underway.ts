import type { Query } from "@tanstack/react-query";
import { queryClient } from "../../../api/queryClient.js";

type Change = (data: unknown) => unknown;

/** What changed while an answer was on its way: the answer tells how things were when it was asked for. */
const missed = new Map<string, Change[]>();

const make = (query: Query, changes: readonly Change[]) =>
  queryClient.setQueryData(query.queryKey, (data: unknown) =>
    changes.reduce((before, change) => (before === undefined ? before : change(before)), data),
  );

/** Changes what is kept under these keys, and once more when an answer that was on its way has come. */
export function applyTo<T>(queryKey: readonly unknown[], change: (data: T) => T, exact = false): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey, exact })) {
    make(query, [change as Change]);
    if (query.state.fetchStatus !== "fetching") continue;
    missed.set(query.queryHash, [...(missed.get(query.queryHash) ?? []), change as Change]);
  }
}

/** Whether something of this is here, or will be. */
export function isWanted(queryKey: readonly unknown[]): boolean {
  const state = queryClient.getQueryState(queryKey);
  return state !== undefined && (state.data !== undefined || state.fetchStatus === "fetching");
}

/** Sees to it that no answer takes back what was changed while it was on its way. Returns how to stop. */
export function startCatchingUp(): () => void {
  return queryClient.getQueryCache().subscribe((event) => {
    if (event.type === "removed") missed.delete(event.query.queryHash);
    if (event.type !== "updated") return;
    const { action, query } = event;
    // A fetch that is broken off brings back what was there before it.
    const answered = (action.type === "success" && action.manual !== true) || action.type === "setState";
    if (!answered && action.type !== "error") return;
    const changes = missed.get(query.queryHash);
    if (!changes) return;
    missed.delete(query.queryHash);
    if (answered) make(query as Query, changes);
  });
}
