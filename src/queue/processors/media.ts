import type { Clock, Enqueue } from "../../core/ports.js";
import type { Inbox } from "../../inbox/index.js";
import type { MediaFetch } from "../jobs.js";

/** A file that has waited this long lost its job: longer than all tries of one take. */
const overdueMs = 10 * 60_000;
const revivedAtOnce = 200;

/** Brings a customer's file here. */
export const mediaFetch = (inbox: Inbox) => (job: MediaFetch) => inbox.files.fetch(job.fileId);

/** Gives files whose job was lost a new one; one job per file, however often it is looked. */
export const mediaSweep = (inbox: Inbox, enqueue: Enqueue, clock: Clock) => async () => {
  const files = await inbox.files.overdue(new Date(clock.now().getTime() - overdueMs), revivedAtOnce);
  const jobs = files.map(({ id, workspaceId }) => ({
    name: "media.fetch",
    payload: { v: 1, workspaceId, fileId: id },
    key: `media/${id}`,
  }));
  if (jobs.length > 0) await enqueue.add(jobs);
};
