import { useLayoutEffect } from "react";

/** Stands in for a window whose code is still on its way, and keeps what is typed until it is there. */
export function Opening({ onTyped, onCancel }: { onTyped: (text: string) => void; onCancel: () => void }) {
  // Before the next key, however busy the page is.
  useLayoutEffect(() => {
    let typed = "";
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.isComposing) return;
      if (event.key === "Escape") onCancel();
      else if (event.key === "Backspace") typed = typed.slice(0, -1);
      else if (event.key.length === 1) typed += event.key;
      else return;
      event.preventDefault();
      event.stopPropagation();
      onTyped(typed);
    };
    addEventListener("keydown", listen, { capture: true });
    return () => removeEventListener("keydown", listen, { capture: true });
  }, [onTyped, onCancel]);
  return null;
}
