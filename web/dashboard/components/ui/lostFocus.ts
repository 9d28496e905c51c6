import { useRef } from "react";

let returning = false;

/** Whether a window gives the focus back just now: that is no reason to show anything. */
export const focusReturns = (): boolean => returning;

/**
 * For windows that no trigger of their own opens: gives the focus back to what had it. When that is gone meanwhile, such as the button
 * of an empty list, the page has it instead of nothing, so that Tab goes on from there.
 */
export function useFocusBack(focusFirst: (event: Event) => void) {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus(event: Event) {
      before.current = document.activeElement;
      focusFirst(event);
    },
    onCloseAutoFocus(event: Event) {
      event.preventDefault();
      if (before.current instanceof HTMLElement && before.current.isConnected) {
        returning = true;
        before.current.focus({ preventScroll: true });
        returning = false;
      }
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
      });
    },
  };
}
