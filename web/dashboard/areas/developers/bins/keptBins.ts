import { useSyncExternalStore } from "react";
import type { Bin } from "../queries.js";

/** The API does not list bins, so this device remembers those it made, until they expire. */
const entry = (workspaceId: string) => `switchboard.bins.${workspaceId}`;
const listeners = new Set<() => void>();
let cache: { key: string; text: string; bins: readonly Bin[] } | undefined;

function read(workspaceId: string): readonly Bin[] {
  const key = entry(workspaceId);
  const text = localStorage.getItem(key) ?? "[]";
  if (cache?.key === key && cache.text === text) return cache.bins;
  let bins: readonly Bin[] = [];
  try {
    bins = (JSON.parse(text) as Bin[]).filter(({ expires_at: until }) => Date.parse(until) > Date.now());
  } catch {
    // Unreadable: as if there were none.
  }
  cache = { key, text, bins };
  return bins;
}

function write(workspaceId: string, bins: readonly Bin[]): void {
  localStorage.setItem(entry(workspaceId), JSON.stringify(bins));
  for (const listener of listeners) listener();
}

/** The bins made on this device, newest first. */
export const useKeptBins = (workspaceId: string): readonly Bin[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => read(workspaceId),
  );

export const keepBin = (workspaceId: string, bin: Bin): void => write(workspaceId, [bin, ...read(workspaceId)]);
export const forgetBin = (workspaceId: string, id: string): void =>
  write(
    workspaceId,
    read(workspaceId).filter((bin) => bin.id !== id),
  );
