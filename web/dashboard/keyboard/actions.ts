import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { preferences } from "../app/preferences.js";
import { matchStep, isSingle } from "./keys.js";

/** Something that can be done by key and from the command palette. */
export interface Action {
  /** Stable: people's own keys are kept under it. */
  id: string;
  /** Key of a text, with its namespace: "common:nav.inbox". */
  label: string;
  /** Key of the text of its group. */
  group: string;
  /** Each entry is one way: "KeyE", "Shift+KeyE", "Mod+KeyK", "?", or steps "KeyG KeyI". By physical key, so that any layout works. */
  keys: readonly string[];
  run: () => void;
  /** Also while typing. Only for combinations with Mod. */
  inText?: boolean;
  /** Not in the palette, such as "next conversation". */
  hidden?: boolean;
}

const registered = new Map<string, Action[]>();
let snapshot: readonly Action[] = [];
const listeners = new Set<() => void>();

/** What is known of an action although its page is not open: enough to show and change its keys. */
export type KnownAction = Pick<Action, "id" | "label" | "group" | "keys">;

const knownEntry = "switchboard.actions";
const knownActions = new Map<string, KnownAction>();
try {
  for (const one of JSON.parse(localStorage.getItem(knownEntry) ?? "[]") as KnownAction[])
    knownActions.set(one.id, one);
} catch {
  // They are learnt again.
}

function learn(actions: readonly Action[]): void {
  const before = knownActions.size;
  for (const { id, label, group, keys } of actions) knownActions.set(id, { id, label, group, keys });
  if (knownActions.size === before) return;
  try {
    localStorage.setItem(knownEntry, JSON.stringify([...knownActions.values()]));
  } catch {
    // Then they are known until the page is left.
  }
}

/** Every action that was ever there, of all pages. */
export const allKnownActions = (): readonly KnownAction[] => [...knownActions.values()];

function changed(): void {
  // Of several with one id the last one counts: the page on top has the word.
  snapshot = [...registered.values()].map((stack) => stack.at(-1)!);
  for (const listener of listeners) listener();
}

/** The keys of an action: a person's own, else its default ones. */
export const keysOf = (action: Pick<Action, "id" | "keys">): readonly string[] =>
  preferences.get().keys[action.id] ?? action.keys;

/** Registers actions for the life of a component. `run` may change with every render. */
export function useActions(actions: readonly Action[]): void {
  const latest = useRef(actions);
  // Before anything is painted: a key pressed at what is seen acts on what is seen.
  useLayoutEffect(() => {
    latest.current = actions;
  });
  const ids = actions.map(({ id, keys, label }) => `${id}|${keys.join(",")}|${label}`).join("\n");
  useEffect(() => {
    const mine = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find(({ id }) => id === action.id)?.run(),
    }));
    for (const action of mine) registered.set(action.id, [...(registered.get(action.id) ?? []), action]);
    learn(mine);
    changed();
    return () => {
      for (const action of mine) {
        const rest = (registered.get(action.id) ?? []).filter((one) => one !== action);
        if (rest.length > 0) registered.set(action.id, rest);
        else registered.delete(action.id);
      }
      changed();
    };
  }, [ids]);
}

/** Everything that can be done at present. */
export const useAllActions = (): readonly Action[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => snapshot,
  );

const stepMs = 1_200;
let steps: { action: Action; rest: string[] }[] = [];
let stepsUntil = 0;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"));

/** A menu, list or dialog has the keys while it is open; only Mod combinations pass. */
const covered = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("[role=menu],[role=listbox],[role=dialog],[role=alertdialog]") !== null;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.key === "Shift" || event.key === "Alt") return;
  const inText = typing(event.target);
  const { singleKeys } = preferences.get();
  const usable = (step: string, action: Action) => {
    if (inText && !action.inText) return false;
    if (!isSingle(step)) return true;
    if (covered(event.target)) return false;
    return singleKeys || event.altKey;
  };
  const pending = Date.now() < stepsUntil ? steps : [];
  steps = [];
  for (const { action, rest } of pending) {
    if (matchStep(rest[0]!, event) && usable(rest[0]!, action)) {
      if (rest.length === 1) return act(event, action);
      steps.push({ action, rest: rest.slice(1) });
    }
  }
  if (steps.length === 0) {
    // What was registered last has the word.
    for (const action of [...snapshot].reverse()) {
      for (const keys of keysOf(action)) {
        const [first, ...rest] = keys.split(" ");
        if (first === undefined || first === "" || !matchStep(first, event) || !usable(first, action)) continue;
        if (rest.length === 0) return act(event, action);
        steps.push({ action, rest });
      }
    }
  }
  stepsUntil = Date.now() + stepMs;
}

function act(event: KeyboardEvent, action: Action): void {
  event.preventDefault();
  action.run();
}

/** Starts listening; once. */
export function listenToKeys(): void {
  addEventListener("keydown", onKeyDown);
}
