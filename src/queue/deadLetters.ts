import type { Job } from "bullmq";
import { queueNames, type QueueName } from "./catalog.js";
import type { Queues } from "./queues.js";

/** A job that failed for good. Its payload is as it was queued: private parts are sealed. */
export interface DeadJob {
  /** Queue and job. */
  id: string;
  queue: string;
  job: string;
  attempts: number;
  reason: string;
  failedAt: Date;
  payload: Record<string, unknown>;
}

export interface DeadLetters {
  /** Of one workspace, newest first, after `after` (an id of this list). */
  list(workspaceId: string, limit: number, after?: string): Promise<{ items: DeadJob[]; more: boolean }>;
  find(workspaceId: string, id: string): Promise<DeadJob | undefined>;
  /** Puts another payload in the place of the one it has. */
  edit(workspaceId: string, id: string, payload: Record<string, unknown>): Promise<boolean>;
  /** How many a workspace has, as far as they are looked through. */
  count(workspaceId: string): Promise<number>;
  retry(workspaceId: string, id: string): Promise<boolean>;
  discard(workspaceId: string, id: string): Promise<boolean>;
}

/** Failed jobs that are looked through: whoever has more has another problem, which the metrics show. */
const lookedAt = 5_000;

/** Jobs that failed for good stay in their queue until somebody decides about them. */
export function deadLetters(queues: Queues): DeadLetters {
  const idOf = (queue: QueueName, job: Job) => `${queue}~${job.id ?? ""}`;

  const dead = (queue: QueueName, job: Job): DeadJob => ({
    id: idOf(queue, job),
    queue,
    job: job.name,
    attempts: job.attemptsMade,
    reason: job.failedReason ?? "unknown",
    failedAt: new Date(job.finishedOn ?? job.timestamp),
    payload: job.data as Record<string, unknown>,
  });

  const of = (job: Job) => (job.data as { workspaceId?: unknown }).workspaceId;

  async function found(workspaceId: string, id: string): Promise<{ queue: QueueName; job: Job } | undefined> {
    const [name = "", jobId = ""] = id.split("~");
    const queue = queueNames.find((one) => one === name);
    const job = queue && ((await queues.byName.get(queue)!.getJob(jobId)) as Job | undefined);
    if (!queue || !job || of(job) !== workspaceId || !(await job.isFailed())) return undefined;
    return { queue, job };
  }

  return {
    async list(workspaceId, limit, after) {
      const all: DeadJob[] = [];
      for (const queue of queueNames) {
        const jobs = (await queues.byName.get(queue)!.getFailed(0, lookedAt - 1)) as Job[];
        all.push(...jobs.filter((job) => of(job) === workspaceId).map((job) => dead(queue, job)));
      }
      all.sort((a, b) => b.failedAt.getTime() - a.failedAt.getTime() || (a.id < b.id ? 1 : -1));
      const start = after === undefined ? 0 : all.findIndex((one) => one.id === after) + 1;
      return { items: all.slice(start, start + limit), more: all.length > start + limit };
    },
    async find(workspaceId, id) {
      const one = await found(workspaceId, id);
      return one && dead(one.queue, one.job);
    },
    async edit(workspaceId, id, payload) {
      const one = await found(workspaceId, id);
      await one?.job.updateData(payload);
      return one !== undefined;
    },
    async count(workspaceId) {
      let count = 0;
      for (const queue of queueNames) {
        const jobs = (await queues.byName.get(queue)!.getFailed(0, lookedAt - 1)) as Job[];
        count += jobs.filter((job) => of(job) === workspaceId).length;
      }
      return count;
    },
    async retry(workspaceId, id) {
      const one = await found(workspaceId, id);
      // With its tries given back: it starts anew.
      await one?.job.retry("failed", { resetAttemptsMade: true });
      return one !== undefined;
    },
    async discard(workspaceId, id) {
      const one = await found(workspaceId, id);
      await one?.job.remove();
      return one !== undefined;
    },
  };
}
