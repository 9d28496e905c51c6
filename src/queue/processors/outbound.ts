import type { Clock, Enqueue } from "../../core/ports.js";
import type { Inbox } from "../../inbox/index.js";
import type { OutboundDrain } from "../jobs.js";

/** A lane that has stood still for this long lost its job. Longer than a job normally waits in a busy queue. */
const overdueMs = 15_000;
const revivedAtOnce = 500;

/** Sends what waits in one conversation; comes back when the first message must wait. */
export const outboundDrain = (inbox: Inbox, enqueue: Enqueue, clock: Clock) => async (job: OutboundDrain) => {
  const { againAt } = await inbox.drainLane(job.conversationId);
  if (!againAt) return;
  const delayMs = Math.max(againAt.getTime() - clock.now().getTime(), 50);
  // However many jobs look at a waiting lane, one comes back.
  const key = `${job.conversationId}/${againAt.getTime()}`;
  await enqueue.add([{ name: "outbound.drain", payload: job, delayMs, key }]);
};

/** Gives lanes whose job was lost (an emptied Redis, a crash between two steps) a new one. */
export const outboundSweep = (inbox: Inbox, enqueue: Enqueue, clock: Clock) => async () => {
  const before = new Date(clock.now().getTime() - overdueMs);
  const lanes = await inbox.overdueLanes(before, revivedAtOnce);
  const jobs = lanes.map((lane) => ({ name: "outbound.drain", payload: { v: 1, ...lane } }));
  if (jobs.length > 0) await enqueue.add(jobs);
};
