import { useEffect, useState } from "react";
import { useLocation } from "react-router";

const attention = "switchboard.attention";

const isActive = () => document.visibilityState === "visible" && document.hasFocus();
/** The conversation that an address shows. */
export const conversationIn = (pathname: string) => /\/inbox\/[^/]+\/([^/?]+)/.exec(pathname)?.[1];

/** Holds a lock of this browser that any number of tabs may hold. Returns how to let go of it. */
function hold(name: string): () => void {
  const stop = new AbortController();
  navigator.locks
    .request(name, { mode: "shared", signal: stop.signal }, () => {
      return new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
    })
    .catch(() => undefined);
  return () => stop.abort();
}

/** Lets all tabs of this browser know whether somebody looks at this one, and at which conversation. */
export function useAttention(): void {
  const { pathname } = useLocation();
  const [active, setActive] = useState(isActive);
  const open = conversationIn(pathname);
  useEffect(() => {
    const look = () => setActive(isActive());
    const events = ["focus", "blur", "visibilitychange"];
    for (const event of events) addEventListener(event, look);
    return () => {
      for (const event of events) removeEventListener(event, look);
    };
  }, []);
  useEffect(() => {
    if (!active || !("locks" in navigator)) return;
    return hold(attention);
  }, [active]);
  useEffect(() => {
    if (!active || open === undefined || !("locks" in navigator)) return;
    return hold(`${attention}/${open}`);
  }, [active, open]);
}

/** What somebody looks at in any tab of this browser. */
export interface Attention {
  active: boolean;
  at: (conversationId: string) => boolean;
}

/** Asks all tabs; a browser without locks knows of this one only. */
export async function attentionNow(): Promise<Attention> {
  const here = isActive() ? conversationIn(location.pathname) : undefined;
  const held = "locks" in navigator ? ((await navigator.locks.query()).held ?? []) : [];
  const names = new Set(held.map(({ name }) => name));
  return {
    active: isActive() || names.has(attention),
    at: (id) => id === here || names.has(`${attention}/${id}`),
  };
}
