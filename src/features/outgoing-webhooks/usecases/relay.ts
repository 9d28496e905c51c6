import type { HookDeps } from "../ports.js";
import { matches } from "../schedule.js";

/** Events looked at in one go. */
const pageSize = 200;

/**
 * Turns new events of a workspace into deliveries, for every endpoint from where it stands. The event log is the outbox: an
 * event is never missed, and running twice, or at the same time, makes no delivery twice.
 */
export function relay({ repo, events, enqueue, clock }: HookDeps): (workspaceId: string) => Promise<void> {
  return async (workspaceId) => {
    for (const endpoint of await repo.enabledOf(workspaceId)) {
      let { cursor } = endpoint;
      let some = false;
      for (;;) {
        const page = await events.after(workspaceId, cursor, pageSize);
        const last = page.at(-1);
        if (!last) break;
        const wanted = page
          .filter((event) => matches(endpoint.events, event.type))
          .map((event) => ({
            eventId: event.id,
            eventType: event.type,
            seq: event.seq,
            ...aboutMessage(event),
            orderKey: endpoint.orderedBy === null ? null : (event.conversationId ?? null),
          }));
        await repo.relay({ _id: endpoint._id, workspaceId, cursor }, wanted, last.seq, clock.now());
        cursor = last.seq;
        some ||= wanted.length > 0;
      }
      if (some) await enqueue.add([pumpJob(workspaceId, endpoint._id)]);
    }
  };
}

/** The message an event tells of. */
export const aboutMessage = ({ data }: { data: Record<string, unknown> }) =>
  typeof data.message_id === "string" ? { messageId: data.message_id } : {};

/** The job that delivers what is due at an endpoint. */
export const pumpJob = (workspaceId: string, endpointId: string) => ({
  name: "hooks.pump",
  payload: { v: 1, workspaceId, endpointId },
});
