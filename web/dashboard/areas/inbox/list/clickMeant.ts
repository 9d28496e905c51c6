import { useLayoutEffect, useRef, type MouseEvent, type PointerEvent } from "react";

/** How long a hand is on its way: a click within this time was meant for what stood there before. */
const handMs = 600;

const rowUnder = ({ target }: { target: EventTarget }): string | undefined =>
  target instanceof Element ? target.closest<HTMLElement>("[data-row]")?.dataset.row : undefined;

/**
 * A list that is let go again may move under a pointer that rests on it. A click right after that opens the row that was pointed at, and
 * does nothing to the one that came in its place.
 */
export function useClickMeant(ids: readonly string[], open: (id: string) => void) {
  const pointed = useRef<{ x: number; y: number; id: string | undefined }>(undefined);
  const order = useRef(ids);
  const movedAt = useRef(Number.NEGATIVE_INFINITY);
  useLayoutEffect(() => {
    if (order.current.some((id, at) => id !== ids[at])) movedAt.current = performance.now();
    order.current = ids;
  }, [ids]);
  return {
    onPointerMove(event: PointerEvent): void {
      const { clientX: x, clientY: y } = event;
      // Browsers also tell of a move when it is the page that moved.
      if (pointed.current?.x === x && pointed.current.y === y) return;
      pointed.current = { x, y, id: rowUnder(event) };
    },
    onClickCapture(event: MouseEvent): void {
      const meant = pointed.current;
      if (meant?.id === undefined || performance.now() - movedAt.current > handMs) return;
      if (event.clientX !== meant.x || event.clientY !== meant.y || rowUnder(event) === meant.id) return;
      event.preventDefault();
      event.stopPropagation();
      const link = event.target instanceof Element && event.target.closest("a") !== null;
      const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey;
      if (link && plain && order.current.includes(meant.id)) open(meant.id);
    },
  };
}
