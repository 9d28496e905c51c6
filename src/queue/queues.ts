import { createHash } from "node:crypto";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { coalesce } from "../core/coalesce.js";
import { AppError } from "../core/errors.js";
import type { Enqueue, QueuedJob } from "../core/ports.js";
import { jobKind, queueNames, type QueueName } from "./catalog.js";

export interface Queues extends Enqueue {
  readonly byName: ReadonlyMap<QueueName, Queue>;
  close(): Promise<void>;
}

/** How long an add may take before the caller is told that it could not be done. */
const deadlineMs = 2_000;
const hourMs = 3_600_000;
/** Jobs that share a round trip, at most. */
const sharedMost = 200;

/**
 * The producing side of all queues, over one connection. Everything that is added at the same time goes to Redis in one
 * round trip per queue (one MULTI), and `add` resolves when Redis has it.
 */
export function createQueues(options: { redis: Redis; prefix: string }): Queues {
  const byName = new Map(
    queueNames.map((name) => [
      name,
      new Queue(name, {
        connection: options.redis,
        prefix: options.prefix,
        skipWaitingForReady: true,
        // checkRedis() has asked already, patiently: a queue asks once, and one late answer would make it fail for ever.
        skipVersionCheck: true,
      }),
    ]),
  );
  // A queue repeats its connection's errors; the connection's own listener has them.
  for (const queue of byName.values()) queue.on("error", () => undefined);

  const addTogether = coalesce<readonly QueuedJob[], undefined>(
    async (calls) => {
      const groups = new Map<QueueName, QueuedJob[]>();
      for (const job of calls.flat()) {
        const { queue } = jobKind(job.name)!;
        groups.set(queue, [...(groups.get(queue) ?? []), job]);
      }
      await Promise.all([...groups].map(([name, jobs]) => byName.get(name)!.addBulk(jobs.map(bullJob))));
      return calls.map(() => undefined);
    },
    { maxBatch: sharedMost, weigh: (jobs) => jobs.length },
  );

  return {
    byName,
    async add(jobs) {
      const checked = jobs.map((job) => {
        const known = jobKind(job.name);
        if (!known) throw new Error(`no job named ${job.name}`);
        return { ...job, payload: known.payload.parse(job.payload) };
      });
      await inTime(addTogether(checked));
    },
    async close() {
      await Promise.all([...byName.values()].map((queue) => queue.close()));
    },
  };
}

function bullJob(job: QueuedJob) {
  const { attempts, backoffMs } = jobKind(job.name)!;
  return {
    name: job.name,
    data: job.payload,
    opts: {
      attempts,
      backoff: { type: "exponential", delay: backoffMs, jitter: 0.2 },
      removeOnComplete: true,
      // What failed for good is a dead letter: kept, seen in the metrics, replayable.
      removeOnFail: false,
      ...(job.delayMs ? { delay: Math.min(job.delayMs, 24 * hourMs) } : {}),
      // BullMQ refuses ids with a colon or of digits only.
      ...(job.key === undefined
        ? {}
        : { jobId: `k-${createHash("sha256").update(job.key).digest("hex").slice(0, 32)}` }),
    },
  };
}

/** Neither a dead nor a frozen Redis may hold a caller. The add itself may still succeed later; whoever asked asks again. */
async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const unavailable = (cause?: unknown) =>
    new AppError("unavailable", "The queue cannot take work right now. Nothing was accepted; try again.", {
      retryAfterSeconds: 5,
      cause,
    });
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable()), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof AppError ? error : unavailable(error);
  } finally {
    clearTimeout(timer);
  }
}
