import type { Enqueue, Log, SequencedEvent } from "../core/ports.js";
import { relayJob, type Notifications } from "../features/notifications/index.js";
import type { Listener } from "./fanout.js";

/** Events come in crowds: one hint tells of all that came within this time. */
const gatherMs = 200;

/**
 * Has new events read soon, for workspaces with somebody who is told of them. A lost hint is found by the sweep.
 */
export function noticeListener(
  notifications: Pick<Notifications, "wants">,
  enqueue: Enqueue,
  log: Log,
): Listener & { close(): void } {
  const gathering = new Map<string, NodeJS.Timeout>();

  async function hint(workspaceId: string): Promise<void> {
    if (await notifications.wants(workspaceId)) await enqueue.add([relayJob(workspaceId)]);
  }
  function soon(workspaceId: string): void {
    if (gathering.has(workspaceId)) return;
    const timer = setTimeout(() => {
      gathering.delete(workspaceId);
      hint(workspaceId).catch((error: unknown) => log.info("notice_hint_lost", { error: error as Error }));
    }, gatherMs);
    timer.unref();
    gathering.set(workspaceId, timer);
  }
  return {
    appended(events: readonly SequencedEvent[]) {
      for (const { workspaceId } of events) soon(workspaceId);
    },
    close() {
      for (const timer of gathering.values()) clearTimeout(timer);
      gathering.clear();
    },
  };
}
