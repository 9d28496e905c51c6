const apple = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Whether a step works without Mod, so that it has to keep quiet in text fields. */
export const isSingle = (step: string): boolean => !step.startsWith("Mod+");

/** Whether a key press is this step. Alt may be added to any single key. */
export function matchStep(step: string, event: KeyboardEvent): boolean {
  const parts = step.split("+");
  const key = parts.at(-1)!;
  const mod = apple ? event.metaKey : event.ctrlKey;
  const other = apple ? event.ctrlKey : event.metaKey;
  if (mod !== parts.includes("Mod") || other) return false;
  if (event.altKey && !isSingle(step)) return false;
  // A sign such as "?" lies elsewhere on every layout, so it is known by what it writes.
  if (key.length === 1) return event.key === key;
  return event.code === key && event.shiftKey === parts.includes("Shift");
}

const names: Record<string, string> = {
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Slash: "/",
  Space: "␣",
};

let layout: { get(code: string): string | undefined } | undefined;
const source = (navigator as { keyboard?: { getLayoutMap?: () => Promise<Map<string, string>> } }).keyboard;
void source?.getLayoutMap?.().then(
  (map) => (layout = map),
  () => undefined,
);

/** Keys as they are written on this keyboard, caps separated by spaces: "⌘ K", "G I". */
export function showKeys(keys: string): string {
  return keys
    .split(" ")
    .flatMap((step) =>
      step.split("+").map((part) => {
        if (part === "Mod") return apple ? "⌘" : "Ctrl";
        if (part === "Shift") return "⇧";
        const written = layout?.get(part);
        return names[part] ?? (written ?? part.replace(/^(Key|Digit)/, "")).toUpperCase();
      }),
    )
    .join(" ");
}
