import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import type { VListHandle } from "virtua";

/** What a thread is kept at: its end, or a message. */
type Anchor = "end" | { key: string };

const nearBottom = 80;
/** By what a reader moves in a list. */
const moves = ["wheel", "touchmove", "pointerdown", "keydown"];

const isUpwards = (event: Event): boolean =>
  event instanceof WheelEvent
    ? event.deltaY < 0 && !event.ctrlKey
    : event instanceof KeyboardEvent && ["PageUp", "Home", "ArrowUp"].includes(event.key);

/** Whether something of the thread is open, such as a menu: what it belongs to must not slip away under the pointer. */
export const isHeld = (area: HTMLElement | null): boolean => area?.querySelector('[data-state="open"]') != null;

/**
 * Keeps a thread at its end, or a message of it in the middle, while what stands in it is measured and changes its
 * height; and lets go as soon as the reader moves. The list's own way to scroll somewhere insists for a while, so that
 * whoever scrolled right after a conversation was opened was taken back.
 *
 * @param keys what stands in the thread, in its order
 * @param drawn whether the list is there
 * @param atEnd whether its last entry is the end of the thread
 */
export function useAnchor(
  area: RefObject<HTMLElement | null>,
  handle: RefObject<VListHandle | null>,
  keys: readonly string[],
  drawn: boolean,
  atEnd: boolean,
) {
  const anchor = useRef<Anchor | null>(null);
  const order = useRef(keys);
  order.current = keys;
  /** Where the list stood last. */
  const stood = useRef(0);
  const [atBottom, setAtBottom] = useState(true);

  const apply = useCallback(() => {
    const list = area.current?.querySelector<HTMLElement>('[role="log"]');
    const view = handle.current;
    if (!list || !view || !anchor.current || isHeld(area.current)) return;
    if (anchor.current === "end") {
      list.scrollTop = list.scrollHeight;
    } else {
      const at = order.current.indexOf(anchor.current.key);
      if (at < 0) return;
      list.scrollTop = view.getItemOffset(at) - (view.viewportSize - view.getItemSize(at)) / 2;
    }
    stood.current = list.scrollTop;
  }, [area, handle]);

  const keepAt = useCallback(
    (wanted: Anchor) => {
      anchor.current = wanted;
      if (wanted === "end") setAtBottom(true);
      apply();
    },
    [apply],
  );

  useEffect(() => {
    const list = area.current?.querySelector<HTMLElement>('[role="log"]');
    if (!drawn || !list?.firstElementChild) return;
    // The height of all that stands in the list is a style of its only child; before the next paint it is right again.
    const heights = new MutationObserver(apply);
    heights.observe(list.firstElementChild, { attributes: true, attributeFilter: ["style"] });
    const frame = new ResizeObserver(apply);
    frame.observe(list);
    const letGo = (event: Event) => {
      // Before the list has moved: what is measured meanwhile must not take it back.
      const leaves = isUpwards(event) && list.scrollHeight > list.clientHeight;
      if (leaves || anchor.current !== "end") anchor.current = null;
    };
    for (const kind of moves) list.addEventListener(kind, letGo, { passive: true });
    apply();
    return () => {
      heights.disconnect();
      frame.disconnect();
      for (const kind of moves) list.removeEventListener(kind, letGo);
    };
  }, [area, drawn, apply]);

  /** To be told of each scroll. Returns whether the end is on the screen. */
  const scrolled = useCallback(
    (offset: number): boolean => {
      const view = handle.current;
      if (!view) return false;
      const bottom = view.scrollSize - offset - view.viewportSize < nearBottom;
      const up = offset < stood.current;
      stood.current = offset;
      if (bottom && atEnd) anchor.current ??= "end";
      // What grows moves the end away without the reader's doing: only who goes up has left it.
      else if (!bottom && up && anchor.current === "end") anchor.current = null;
      const end = bottom || anchor.current === "end";
      setAtBottom(end);
      return end;
    },
    [handle, atEnd],
  );

  return { atBottom, keepAt, scrolled, apply };
}
