import { useEffect, useRef } from "react";
import { ui } from "../data/ui.js";

/** Puts the keyboard on a row, once it is drawn. */
export const focusRow = (id: string): void => {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"] a`)?.focus({ preventScroll: true }),
  );
};

/** Whatever had the focus is gone: gives it to the row the keyboard is on. */
export function refocusCursor(): void {
  const { cursor } = ui.get();
  if (cursor !== null && document.activeElement === document.body) focusRow(cursor);
}

/** The row after the one that went, else the one before it. */
function neighbour(before: readonly string[], gone: string, now: readonly string[]): string | null {
  const at = before.indexOf(gone);
  const here = new Set(now);
  const after = before.slice(at + 1).find((id) => here.has(id));
  return after ?? before.slice(0, Math.max(0, at)).findLast((id) => here.has(id)) ?? null;
}

/**
 * What the keyboard is on may leave the list: snoozed, given away, resolved by somebody else. Then it stands on the next row, so
 * that nobody is thrown back to the top.
 */
export function useCursorStays(ids: readonly string[], list: string, open: string | undefined): void {
  const seen = useRef({ list, ids });
  useEffect(() => {
    const before = seen.current;
    seen.current = { list, ids };
    if (before.list !== list || before.ids === ids) return;
    const { cursor } = ui.get();
    const standing = open !== undefined && before.ids.includes(open) ? open : cursor;
    if (standing === null || ids.includes(standing) || !before.ids.includes(standing)) return;
    ui.set({ cursor: neighbour(before.ids, standing, ids) });
    if (open === undefined) refocusCursor();
  }, [ids, list, open]);
}
