import { useCallback, useLayoutEffect, useRef } from "react";

/**
 * Where one goes on writing: at the end of what stands there, and after what was put in. `select` holds for the text that is set with
 * it: the caret is there before the next key, which would go to the end otherwise.
 */
export function useCaret() {
  const box = useRef<HTMLTextAreaElement>(null);
  const wanted = useRef<readonly [number, number]>(undefined);
  const mount = useCallback((field: HTMLTextAreaElement | null) => {
    box.current = field;
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const select = useCallback((start: number, end: number) => {
    wanted.current = [start, end];
  }, []);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    box.current?.setSelectionRange(...wanted.current);
    wanted.current = undefined;
  });
  return { box, mount, select };
}
