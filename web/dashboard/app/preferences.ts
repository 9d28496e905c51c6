import { useEffect, useState, useSyncExternalStore } from "react";

/** What a person chose on this device. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  language: string | null;
  /** Single keys act (outside of text fields). Off: only with Alt. */
  singleKeys: boolean;
  /** Keys of an action that differ from its own, by its id. */
  keys: Readonly<Record<string, readonly string[]>>;
}

// public/theme.js reads the same entry before the first paint.
const entry = "switchboard.preferences";
const defaults: Preferences = { theme: "system", density: "comfortable", language: null, singleKeys: true, keys: {} };

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(entry) ?? "{}");
    return { ...defaults, ...(kept as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

let current = read();
const listeners = new Set<() => void>();
const dark = matchMedia("(prefers-color-scheme: dark)");

const resolved = (): "light" | "dark" =>
  current.theme === "system" ? (dark.matches ? "dark" : "light") : current.theme;

function apply(): void {
  document.documentElement.dataset.theme = resolved();
  document.documentElement.dataset.density = current.density;
  for (const listener of listeners) listener();
}
dark.addEventListener("change", apply);
addEventListener("storage", (event) => {
  if (event.key !== entry) return;
  current = read();
  apply();
});

/** The device's preferences; what is set holds at once, in every tab. */
export const preferences = {
  get: (): Preferences => current,
  set(change: Partial<Preferences>): void {
    current = { ...current, ...change };
    try {
      localStorage.setItem(entry, JSON.stringify(current));
    } catch {
      // Without storage it holds until the page is left.
    }
    apply();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

export const usePreferences = (): Preferences => useSyncExternalStore(preferences.subscribe, preferences.get);

/** The theme in effect. */
export const useResolvedTheme = (): "light" | "dark" => useSyncExternalStore(preferences.subscribe, resolved);

/** True while the query matches, such as `(max-width: 767px)`. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const listen = () => setMatches(list.matches);
    listen();
    list.addEventListener("change", listen);
    return () => list.removeEventListener("change", listen);
  }, [query]);
  return matches;
}

/** Narrower than 768 px: panes are stacked, navigation is at the bottom. */
export const usePhone = (): boolean => useMedia("(max-width: 767px)");
