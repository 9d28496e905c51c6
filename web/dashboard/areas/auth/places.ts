import { useEffect, useState } from "react";
import { useLocation } from "react-router";

const tokens = new Map<string, string>();
const entryOf = (path: string) => `switchboard.link.${path}`;

/** Takes the token out of the address, so that it stands neither there nor in the history, and keeps it for this tab. */
function takeToken(path: string): string | null {
  const found = location.hash.slice(1);
  if (found !== "") {
    history.replaceState(history.state, "", location.pathname + location.search);
    tokens.set(path, found);
    try {
      sessionStorage.setItem(entryOf(path), found);
    } catch {
      // Without storage a reload asks for the link again.
    }
  }
  return tokens.get(path) ?? sessionStorage.getItem(entryOf(path));
}

/** The token of the link that led here; null when the page was opened without one. */
export function useLinkToken(): string | null {
  const { pathname, hash } = useLocation();
  const [token, setToken] = useState(() => takeToken(pathname));
  useEffect(() => setToken(takeToken(pathname)), [pathname, hash]);
  return token;
}

/** The link was used: it is worth nothing any more. */
export function forgetToken(path: string): void {
  tokens.delete(path);
  sessionStorage.removeItem(entryOf(path));
}

/** Where somebody was going before they had to sign in; never another site. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  try {
    const target = new URL(next, location.origin);
    const ours = target.origin === location.origin && next.startsWith("/");
    return ours && !/^\/(sign-in|two-factor)\b/.test(target.pathname) ? target.pathname + target.search : "/";
  } catch {
    return "/";
  }
}

/** The same way on, for the address of another sign-in page. */
export const withNext = (path: string, search: string): string => {
  const next = nextOf(search);
  return next === "/" ? path : `${path}?next=${encodeURIComponent(next)}`;
};
