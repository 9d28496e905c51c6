import { createStore } from "./store.js";

export type PickerKind = "assign" | "team" | "labels" | "priority" | "snooze" | "macros";

interface InboxUi {
  /** Ticked in the list: actions go for all of them. */
  selected: ReadonlySet<string>;
  /** Where a range of ticks begins. */
  anchor: string | null;
  /** The row the keyboard is on. */
  cursor: string | null;
  /** Brought back by an undo: they return to their place in the list, whoever looks at it. */
  restored: ReadonlySet<string>;
  picker: { kind: PickerKind; ids: readonly string[] } | null;
  /** The message whose details are open. */
  details: string | null;
  search: boolean;
  /** The list of what is to be sent later is open. */
  scheduled: boolean;
  /** Told to the composer: begin a reply or a note. `n` counts, so that saying it twice works. */
  compose: { mode: "reply" | "note"; n: number };
  command: { name: "attach" | "record"; n: number } | null;
}

/** What is open and ticked in the inbox. */
export const ui = createStore<InboxUi>({
  selected: new Set(),
  anchor: null,
  cursor: null,
  restored: new Set(),
  picker: null,
  details: null,
  search: false,
  scheduled: false,
  compose: { mode: "reply", n: 0 },
  command: null,
});

export const clearSelection = (): void => ui.set({ selected: new Set(), anchor: null });

/** Ticks or unticks one row. */
export function toggleSelected(id: string): void {
  const selected = new Set(ui.get().selected);
  if (!selected.delete(id)) selected.add(id);
  ui.set({ selected, anchor: id });
}

/** Ticks everything between the last tick and this row. */
export function selectRange(id: string, order: readonly string[]): void {
  const { anchor, selected } = ui.get();
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) {
    toggleSelected(id);
    return;
  }
  ui.set({ selected: new Set([...selected, ...order.slice(Math.min(from, to), Math.max(from, to) + 1)]) });
}

/** Ticks all of these. */
export const selectAll = (order: readonly string[]): void =>
  ui.set({ selected: new Set([...ui.get().selected, ...order]), anchor: order[0] ?? null });

/** Unticks what is not in the list any more: nobody changes what they do not see. */
export function keepSelected(order: readonly string[]): void {
  const { selected } = ui.get();
  if (selected.size === 0) return;
  const here = new Set(order);
  const kept = [...selected].filter((id) => here.has(id));
  if (kept.length < selected.size) ui.set({ selected: new Set(kept) });
}

export const beginWriting = (mode: "reply" | "note"): void => ui.set({ compose: { mode, n: ui.get().compose.n + 1 } });
