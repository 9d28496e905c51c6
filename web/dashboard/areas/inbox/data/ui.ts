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
  /** What is being opened and not on the screen yet, null when all is being closed: keys that follow are meant for that. */
  heading: string | null | undefined;
  picker: { kind: PickerKind; ids: readonly string[] } | null;
  /** The message whose details are open. */
  details: string | null;
  search: boolean;
  /** The list of what is to be sent later is open. */
  scheduled: boolean;
  /** Asked of the composer of a conversation, which takes it up as soon as it is there, with what was typed until then. */
  compose: { conversationId: string; mode: "reply" | "note"; typed: { current: string } } | null;
  command: { name: "attach" | "record"; n: number } | null;
}

/** What is open and ticked in the inbox. */
export const ui = createStore<InboxUi>({
  selected: new Set(),
  anchor: null,
  cursor: null,
  restored: new Set(),
  heading: undefined,
  picker: null,
  details: null,
  search: false,
  scheduled: false,
  compose: null,
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

/** Begins a reply or a note in a conversation. */
export const beginWriting = (conversationId: string, mode: "reply" | "note"): void =>
  ui.set({ compose: { conversationId, mode, typed: { current: "" } } });

/** Keeps what is typed while the composer that was asked for is still on its way. */
export function keepTyped(text: string): void {
  const asked = ui.get().compose;
  if (asked) asked.typed.current = text;
}

/** What was asked of a composer is not wanted any more. */
export function stopWriting(): void {
  if (ui.get().compose !== null) ui.set({ compose: null });
}
