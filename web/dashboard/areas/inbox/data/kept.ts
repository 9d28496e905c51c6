import { useCallback, useState } from "react";

const kept = new Map<string, string>();

/** A text that is written and not saved yet: who leaves and comes back finds it again, and only there. */
export function useKept(key: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => kept.get(key) ?? "");
  const change = useCallback(
    (next: string) => {
      if (next === "") kept.delete(key);
      else kept.set(key, next);
      setText(next);
    },
    [key],
  );
  return [text, change];
}
