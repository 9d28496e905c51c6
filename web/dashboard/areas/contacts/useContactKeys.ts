import type { RefObject } from "react";
import type { VirtualizerHandle } from "virtua";
import { useActions } from "../../keyboard/actions.js";

const linkOf = (id: string) => document.querySelector<HTMLElement>(`[data-contact="${CSS.escape(id)}"]`);

/** J and K walk through the contacts, as they do through conversations: the same actions, with the same keys of one's own. */
export function useContactKeys(
  ids: readonly string[],
  list: RefObject<VirtualizerHandle | null>,
  onAdd: (() => void) | null,
): void {
  const move = (by: number) => {
    const focused = document.activeElement?.getAttribute("data-contact") ?? "";
    const at = ids.indexOf(focused);
    const next = ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    list.current?.scrollToIndex(ids.indexOf(next), { align: "nearest" });
    // A row that was out of sight is drawn first.
    requestAnimationFrame(() => requestAnimationFrame(() => linkOf(next)?.focus({ preventScroll: true })));
  };
  const moving = { group: "inbox:keys.moving", hidden: true };
  useActions([
    { id: "inbox.next", label: "inbox:key.next", keys: ["KeyJ", "ArrowDown"], run: () => move(1), ...moving },
    { id: "inbox.previous", label: "inbox:key.previous", keys: ["KeyK", "ArrowUp"], run: () => move(-1), ...moving },
    ...(onAdd
      ? [{ id: "contacts.add", label: "contacts:add.title", group: "contacts:title", keys: [], run: onAdd }]
      : []),
  ]);
}
