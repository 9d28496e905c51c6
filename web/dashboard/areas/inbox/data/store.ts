import { useSyncExternalStore } from "react";

/** A value that components share without passing it on. */
export interface Store<T> {
  get(): T;
  set(change: Partial<T>): void;
  /** Renders again only when what is picked changes. */
  use<P>(pick: (value: T) => P): P;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    get: () => value,
    set(change) {
      value = { ...value, ...change };
      for (const listener of listeners) listener();
    },
    use: (pick) => useSyncExternalStore(subscribe, () => pick(value)),
  };
}
