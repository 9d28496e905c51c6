import { io, type Socket } from "socket.io-client";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { call } from "../api/client.js";

/** Something that happened in the workspace; `data` holds ids and states. */
export interface RealtimeEvent {
  seq: number;
  id: string;
  type: string;
  at: string;
  conversation_id: string | null;
  data: Record<string, unknown>;
}
/** Something that is not kept, such as that somebody types. */
export interface Ephemeral {
  type: string;
  data: Record<string, unknown>;
}
export type ConnectionState = "online" | "connecting" | "offline";

type EventHandler = (event: RealtimeEvent) => void;
type EphemeralHandler = (hint: Ephemeral) => void;

const handlers = new Set<{ prefix: string; run: EventHandler }>();
const ephemeralHandlers = new Set<{ prefix: string; run: EphemeralHandler }>();
const stateListeners = new Set<() => void>();

const resyncs = new Set<() => void>();

let state: ConnectionState = "connecting";
interface Link {
  workspaceId: string;
  socket: Socket;
  last: number | undefined;
  filling: boolean;
  waiting: RealtimeEvent[];
}
let link: Link | undefined;

const entryOf = (workspaceId: string) => `switchboard.seq.${workspaceId}`;

function setState(next: ConnectionState): void {
  if (state === next) return;
  state = next;
  for (const listener of stateListeners) listener();
}

/** "message." takes every type that begins so; "" takes all; a whole name takes that one. */
const matches = (prefix: string, type: string) =>
  prefix === "" || type === prefix || (prefix.endsWith(".") && type.startsWith(prefix));

function deliver(event: RealtimeEvent): void {
  if (!link) return;
  link.last = event.seq;
  try {
    sessionStorage.setItem(entryOf(link.workspaceId), String(event.seq));
  } catch {
    // Without storage a reload starts anew, with fresh data.
  }
  for (const handler of handlers) {
    if (!matches(handler.prefix, event.type)) continue;
    try {
      handler.run(event);
    } catch (error) {
      reportError(error);
    }
  }
}

function take(event: RealtimeEvent): void {
  if (!link) return;
  if (link.last !== undefined && event.seq <= link.last) return;
  if (link.filling || (link.last !== undefined && event.seq > link.last + 1)) {
    link.waiting.push(event);
    void fill();
    return;
  }
  deliver(event);
}

/** Fetches what is missing between the last event and the ones that wait, then goes on in order. */
async function fill(): Promise<void> {
  const mine = link;
  if (!mine || mine.filling || mine.last === undefined) return;
  mine.filling = true;
  const last = () => mine.last ?? 0;
  try {
    while (link === mine && mine.waiting.some(({ seq }) => seq > last() + 1)) {
      const page = await call<{ data: RealtimeEvent[] }>("/events", {
        workspaceId: mine.workspaceId,
        query: { after: last(), limit: 200 },
      });
      if (page.data.length === 0) break;
      for (const event of page.data) if (link === mine && event.seq > last()) deliver(event);
    }
  } catch {
    // The next event, or the next connection, tries again.
  }
  mine.filling = false;
  if (link !== mine) return;
  const waiting = mine.waiting.splice(0).sort((a, b) => a.seq - b.seq);
  for (const event of waiting) {
    if (event.seq === last() + 1) deliver(event);
    else if (event.seq > last()) mine.waiting.push(event);
  }
}

/** Where a tab begins that has seen nothing yet: before what its page is about to fetch, so that nothing falls in between. */
async function beginAt(mine: Link): Promise<void> {
  if (mine.last !== undefined) return;
  try {
    const { last_seq: seq } = await call<{ last_seq: number }>("/events", {
      workspaceId: mine.workspaceId,
      query: { limit: 1 },
    });
    mine.last ??= seq;
  } catch {
    // It begins with what happens from now on.
  }
}

/** Connects to the workspace's events, from the last one seen in this tab. Connecting to another leaves the one before. */
export function connect(workspaceId: string): void {
  if (link?.workspaceId === workspaceId) return;
  disconnect();
  const kept = Number(sessionStorage.getItem(entryOf(workspaceId)) ?? Number.NaN);
  const mine: Link = {
    workspaceId,
    last: Number.isFinite(kept) ? kept : undefined,
    filling: false,
    waiting: [],
    socket: io({
      path: "/realtime",
      withCredentials: true,
      transports: ["websocket", "polling"],
      reconnectionDelayMax: 5_000,
      auth: (send) =>
        void begun.then(() =>
          send({ workspace: workspaceId, ...(mine.last === undefined ? {} : { after: mine.last }) }),
        ),
    }),
  };
  link = mine;
  const begun = beginAt(mine);
  setState("connecting");
  let before = false;
  mine.socket.on("connect", () => {
    setState("online");
    // Nothing was seen before the gap, so nobody knows what is missing.
    if (before && mine.last === undefined) for (const listener of resyncs) listener();
    before = true;
  });
  mine.socket.on("disconnect", (reason) => {
    setState("offline");
    // The server let go of a slow reader or of a session that ended; asking again tells which.
    if (reason === "io server disconnect") setTimeout(() => link === mine && mine.socket.connect(), 1_000);
  });
  mine.socket.on("connect_error", (error) => {
    setState("offline");
    const code = (error as { data?: { code?: string } }).data?.code;
    // The manager tries again by itself unless the server refused; the session query finds out whether it is over.
    if (code !== undefined)
      setTimeout(() => link === mine && mine.socket.connect(), code === "unauthenticated" ? 15_000 : 5_000);
  });
  mine.socket.on("event", take);
  mine.socket.on("session.ended", (data: Record<string, unknown>) => {
    for (const handler of ephemeralHandlers)
      if (matches(handler.prefix, "session.ended")) handler.run({ type: "session.ended", data });
  });
  mine.socket.on("ephemeral", (hint: Ephemeral) => {
    for (const handler of ephemeralHandlers) if (matches(handler.prefix, hint.type)) handler.run(hint);
  });
}

export function disconnect(): void {
  link?.socket.disconnect();
  link = undefined;
}

/** Hears of events in order, each once. `type` is a whole name, a beginning such as "message.", or "" for all. */
export function subscribe(type: string, run: EventHandler): () => void {
  const handler = { prefix: type, run };
  handlers.add(handler);
  return () => void handlers.delete(handler);
}

/** Called after a gap that could not be filled: fetch everything anew. */
export function onResync(run: () => void): () => void {
  resyncs.add(run);
  return () => void resyncs.delete(run);
}

/** As subscribe, for what is not kept. */
export function subscribeEphemeral(type: string, run: EphemeralHandler): () => void {
  const handler = { prefix: type, run };
  ephemeralHandlers.add(handler);
  return () => void ephemeralHandlers.delete(handler);
}

/** Sends a hint of our own, such as that I type; dropped while offline. */
export function sendHint(type: string, data: Record<string, unknown>): void {
  if (link?.socket.connected) link.socket.volatile.emit(type, data);
}

/** Whether events arrive at present. */
export const useConnection = (): ConnectionState =>
  useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
    () => state,
  );

/** subscribe() for the life of a component; `run` may change with every render. */
export function useEvents(type: string, run: EventHandler): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => subscribe(type, (event) => latest.current(event)), [type]);
}
