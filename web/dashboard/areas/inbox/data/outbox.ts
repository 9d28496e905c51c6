import { useMemo, useSyncExternalStore } from "react";
import { call } from "../../../api/client.js";
import { Problem } from "../../../api/problem.js";
import { nextToSend, waitAfter, type Waiting } from "./outboxOrder.js";
import { outboxStore } from "./outboxStore.js";
import type { ContentDto, MessageDto, SendableContent } from "./types.js";

/** Something written here that the server has not confirmed. */
export interface Entry extends Waiting {
  workspaceId: string;
  memberId: string;
  kind: "message" | "note";
  /** Of a message. */
  content?: SendableContent;
  forwardOf?: string;
  replyTo?: string;
  sendAt?: string;
  seenMessageId?: string;
  force?: boolean;
  /** Of a note. */
  text?: string;
  mentions?: string[];
  /** As it is shown until it is confirmed. */
  shown: ContentDto;
  tries: number;
  problem?: { code: string; detail: string; reason?: string };
  /** What somebody else wrote to the customer meanwhile. */
  by?: MessageDto;
}
export type NewEntry = Omit<Entry, "id" | "createdAt" | "state" | "tries" | "workspaceId" | "memberId">;

let entries: readonly Entry[] = [];
let owner: { workspaceId: string; memberId: string; onSent: (message: MessageDto) => void } | undefined;
const listeners = new Set<() => void>();
const flights = new Map<string, Promise<void>>();
let timer: ReturnType<typeof setTimeout> | undefined;

function set(next: readonly Entry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}
const keep = (entry: Entry) => outboxStore.put(entry).catch(() => undefined);

async function change(id: string, what: Partial<Entry>): Promise<void> {
  const before = entries.find((entry) => entry.id === id);
  if (!before) return;
  const after = { ...before, ...what };
  set(entries.map((entry) => (entry.id === id ? after : entry)));
  await keep(after);
}

async function drop(id: string): Promise<void> {
  set(entries.filter((entry) => entry.id !== id));
  await outboxStore.remove(id).catch(() => undefined);
}

const request = (entry: Entry): Promise<MessageDto> =>
  call<MessageDto>(`/conversations/${entry.conversationId}/${entry.kind === "note" ? "notes" : "messages"}`, {
    method: "POST",
    workspaceId: entry.workspaceId,
    idempotencyKey: entry.id,
    body:
      entry.kind === "note"
        ? { text: entry.text, ...(entry.mentions?.length ? { mentions: entry.mentions } : {}) }
        : {
            ...(entry.forwardOf ? { forward_of: entry.forwardOf } : { content: entry.content }),
            ...(entry.replyTo ? { reply_to: entry.replyTo } : {}),
            ...(entry.sendAt ? { send_at: entry.sendAt } : {}),
            ...(entry.force ? { force: true } : {}),
            ...(entry.seenMessageId ? { seen_message_id: entry.seenMessageId } : {}),
          },
  });

/** Without an answer nobody knows; asking again with the same key is safe. */
const mayComeLater = ({ status }: Problem) => status === 0 || status === 429 || status === 401 || status >= 500;

async function send(entry: Entry): Promise<boolean> {
  // It is kept already, and sent again after a reload under the same key: what waits need not wait for the disk as well.
  void change(entry.id, { state: "sending" });
  try {
    const message = await request(entry);
    if (owner?.workspaceId === entry.workspaceId) owner.onSent(message);
    void drop(entry.id);
    return true;
  } catch (error) {
    const problem = Problem.from(error);
    const { code, detail, reason } = problem;
    if (mayComeLater(problem)) {
      await change(entry.id, { state: "waiting", tries: entry.tries + 1 });
      later(problem.retryAfterSeconds ? problem.retryAfterSeconds * 1_000 : waitAfter(entry.tries + 1));
      return false;
    }
    const by = problem.document.message as MessageDto | undefined;
    await change(entry.id, {
      state: code === "overtaken" ? "overtaken" : "failed",
      problem: { code, detail, ...(reason ? { reason } : {}) },
      ...(by ? { by } : {}),
    });
    return true;
  }
}

function later(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(drain, ms);
}

/** Sends one after another within each conversation, conversations side by side. */
function drain(): void {
  for (const entry of nextToSend(entries.filter(isMine))) {
    if (flights.has(entry.conversationId)) continue;
    const flight = send(entry).then((goOn) => {
      flights.delete(entry.conversationId);
      if (goOn) drain();
    });
    flights.set(entry.conversationId, flight);
  }
}
const isMine = (entry: Entry) => owner?.workspaceId === entry.workspaceId && owner.memberId === entry.memberId;

/** What is being sent in a conversation right now, if anything. */
export const inFlight = (conversationId: string): Promise<void> | undefined => flights.get(conversationId);

/** Takes up what was left by a reload, and sends. Returns how to stop. */
export function startOutbox(who: NonNullable<typeof owner>): () => void {
  owner = who;
  outboxStore.all().then(
    (kept) => {
      const known = new Set(entries.map(({ id }) => id));
      const left = kept
        .filter(({ id }) => !known.has(id))
        // Whether it reached the server is unknown; its key keeps it from being written twice.
        .map((entry) => (entry.state === "sending" ? { ...entry, state: "waiting" as const } : entry));
      set([...left, ...entries]);
      drain();
    },
    () => undefined,
  );
  addEventListener("online", drain);
  return () => {
    owner = undefined;
    clearTimeout(timer);
    removeEventListener("online", drain);
  };
}

/** Events arrive again: whatever waits may go now. */
export const drainOutbox = (): void => drain();

/** Puts something into the outbox; it is sent as soon as it can be. */
export function enqueue(entry: NewEntry): string {
  if (!owner) throw new Error("Nobody is signed in.");
  const { workspaceId, memberId } = owner;
  const id = crypto.randomUUID();
  // Later than all before it, although they may be of the same millisecond: a comment stands before what it is about.
  const createdAt = Math.max(Date.now(), ...entries.map((before) => before.createdAt + 1));
  const whole: Entry = { ...entry, id, workspaceId, memberId, createdAt, state: "waiting", tries: 0 };
  set([...entries, whole]);
  void keep(whole).then(drain);
  return id;
}

/** Tries again what was refused; `force` although somebody else answered. Under a new key: the old one has its answer. */
export async function resend(id: string, force = false): Promise<void> {
  const before = entries.find((entry) => entry.id === id);
  if (!before) return;
  const { problem: _problem, by: _by, ...rest } = before;
  const after: Entry = { ...rest, id: crypto.randomUUID(), state: "waiting", tries: 0, ...(force ? { force } : {}) };
  set(entries.map((entry) => (entry.id === id ? after : entry)));
  await keep(after);
  await outboxStore.remove(id).catch(() => undefined);
  drain();
}

/** Takes something back that has not left. */
export const discard = (id: string): Promise<void> => drop(id);

const subscribeEntries = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** What of a conversation is not confirmed, oldest first. */
export function useOutbox(conversationId: string): readonly Entry[] {
  const all = useSyncExternalStore(subscribeEntries, () => entries);
  return useMemo(
    () => all.filter((entry) => entry.conversationId === conversationId).sort((a, b) => a.createdAt - b.createdAt),
    [all, conversationId],
  );
}

/** How much waits to be sent, in all conversations. */
export const useOutboxSize = (): number => useSyncExternalStore(subscribeEntries, () => entries.length);
