import type { SequencedEvent } from "../../../core/ports.js";
import type { NotificationEvent } from "../../../wire/identity.js";
import type { Listener } from "../audience.js";
import type { NotificationDeps } from "../ports.js";
import type { NewNotice } from "../repo.js";
import { isHistory, isWorth, toldOf, type Told, type Way } from "../rule.js";

/** Events looked at in one go. */
const pageSize = 200;
/** How long a mail waits for its reader to see it on the page. */
export const mailWaitMs = 3 * 60_000;
/** What happened longer ago tells nobody: there was nobody to be told, or no worker for long. */
const staleMs = 3_600_000;
/** Whoever is so far behind never listened: they begin with the latest events. */
const behindMost = 10_000;
const beginWith = 1_000;

const ways: readonly Way[] = ["mail", "push"];

/** Everybody who wants to hear of one of these, with its kind. */
function* heard(
  told: readonly Told[],
  listeners: ReadonlyMap<string, Listener>,
): Iterable<[Listener, NotificationEvent]> {
  for (const { memberId, kind } of told) {
    if (memberId === null) {
      for (const listener of listeners.values())
        if (!told.some((one) => one.memberId === listener.memberId)) yield [listener, kind];
      continue;
    }
    const listener = listeners.get(memberId);
    if (listener) yield [listener, kind];
  }
}

/**
 * Turns new events of a workspace into notices, one for each member, conversation and way. The event log is the outbox: an
 * event is never missed, and running twice, or at the same time, tells nothing twice.
 */
export function relay({
  inbox,
  audience,
  repo,
  enqueue,
  clock,
}: NotificationDeps): (workspaceId: string) => Promise<void> {
  async function noticesOf(
    workspaceId: string,
    events: readonly SequencedEvent[],
    listeners: ReadonlyMap<string, Listener>,
    now: Date,
  ): Promise<NewNotice[]> {
    const ids = [...new Set(events.flatMap(({ conversationId }) => conversationId ?? []))];
    const messageIds = events.flatMap(({ data }) => (typeof data.message_id === "string" ? [data.message_id] : []));
    const [rows, written] = await Promise.all([
      inbox.concerns.conversations(workspaceId, ids),
      inbox.concerns.writtenAt(workspaceId, messageIds),
    ]);
    const news = new Map<string, NewNotice>();
    for (const event of events) {
      const { conversationId, seq, at, data } = event;
      const row = conversationId === undefined ? undefined : rows.get(conversationId);
      if (conversationId === undefined || !row) continue;
      if (isHistory(event, typeof data.message_id === "string" ? written.get(data.message_id) : row.lastInboundAt)) {
        continue;
      }
      for (const [{ memberId, wants }, kind] of heard(toldOf(event, row), listeners)) {
        for (const way of ways.filter((one) => wants(kind, one))) {
          const name = `${way}/${memberId}/${conversationId}`;
          const kinds = [...new Set([...(news.get(name)?.kinds ?? []), kind])];
          const dueAt = way === "mail" ? new Date(at.getTime() + mailWaitMs) : now;
          news.set(name, { way, memberId, conversationId, kinds, seq, at, dueAt: news.get(name)?.dueAt ?? dueAt });
        }
      }
    }
    return [...news.values()];
  }

  async function begin(workspaceId: string, last: number): Promise<number> {
    const position = await repo.position(workspaceId);
    const first = Math.max(0, last - beginWith);
    if (position !== undefined) return last - position > behindMost ? first : position;
    return first;
  }

  return async (workspaceId) => {
    const last = await inbox.events.last(workspaceId);
    const listeners = await audience.of(workspaceId);
    if (listeners.size === 0) return repo.moveOn(workspaceId, last);
    let seq = await begin(workspaceId, last);
    let pushes = false;
    for (;;) {
      const page = await inbox.events.after(workspaceId, seq, pageSize);
      const end = page.at(-1);
      if (!end) break;
      const now = clock.now();
      const fresh = page.filter((event) => isWorth(event) && now.getTime() - event.at.getTime() < staleMs);
      const news = fresh.length === 0 ? [] : await noticesOf(workspaceId, fresh, listeners, now);
      await repo.add(workspaceId, news, now);
      pushes ||= news.some(({ way }) => way === "push");
      seq = end.seq;
      await repo.moveOn(workspaceId, seq);
      if (page.length < pageSize) break;
    }
    if (pushes) await enqueue.add([pushJob(workspaceId)]);
  };
}

/** The job that tells browsers what is due in a workspace. */
export const pushJob = (workspaceId: string) => ({ name: "notices.push", payload: { v: 1, workspaceId } });
/** The job that reads on in a workspace's log. */
export const relayJob = (workspaceId: string) => ({ name: "notices.relay", payload: { v: 1, workspaceId } });
