import type { KeyboardEvent, RefObject } from "react";
import { toggled, type Format } from "./markup.js";

const keys: Readonly<Record<string, Format>> = { KeyB: "bold", KeyI: "italic" };

/** Formatting of what is selected, by button and by key; `undefined` text: nothing can be formatted here. */
export function useFormat(
  box: RefObject<HTMLTextAreaElement | null>,
  text: string | undefined,
  setText: (text: string) => void,
  select: (start: number, end: number) => void,
) {
  const format = (kind: Format): void => {
    const field = box.current;
    if (!field || text === undefined) return;
    const next = toggled(text, field.selectionStart, field.selectionEnd, kind);
    setText(next.text);
    select(next.start, next.end);
    requestAnimationFrame(() => field.focus());
  };
  /** True when the key was one of these. */
  const onKey = (event: KeyboardEvent): boolean => {
    const mod = event.ctrlKey || event.metaKey;
    const wanted = mod && !event.shiftKey && !event.altKey ? keys[event.code] : undefined;
    if (!wanted || text === undefined) return false;
    event.preventDefault();
    format(wanted);
    return true;
  };
  return { format, onKey };
}
