import { UnrecoverableError, Worker, type Job } from "bullmq";
import type { Redis } from "ioredis";
import type { Log } from "../core/ports.js";
import { patiently } from "../platform/redis.js";
import {
  catalog,
  handlerProblems,
  jobKind,
  queueConcurrency,
  queueNames,
  type Handlers,
  type JobName,
} from "./catalog.js";
import type { Queues } from "./queues.js";

export interface Workers {
  /** Takes no new job, and resolves when those in hand are done or `timeoutMs` is over. */
  stop(timeoutMs: number): Promise<void>;
}

interface Options {
  redis: Redis;
  prefix: string;
  queues: Queues;
  handlers: Handlers;
  /** Jobs at once, per queue. */
  concurrency: number;
  log: Log;
}

/** A worker killed with a job in hand: the job runs again after at most two of these. */
const stalledMs = 5_000;
const lockMs = 30_000;

/**
 * Starts a worker for each queue. Throws when catalog and handlers do not agree. A job may run more than once (a worker died,
 * a lock was lost): handlers are idempotent, so a stalled job is never given up.
 */
export async function startWorkers(options: Options): Promise<Workers> {
  const { redis, prefix, queues, handlers, concurrency, log } = options;
  const problems = handlerProblems(handlers);
  if (problems.length > 0) throw new Error(problems.join("; "));

  async function run(job: Job): Promise<void> {
    const known = jobKind(job.name);
    if (!known) throw new Error(`no job named ${job.name}`);
    const payload = known.payload.safeParse(job.data);
    if (!payload.success) throw new UnrecoverableError(`the payload of ${job.name} does not fit its schema`);
    await (handlers[job.name as JobName] as (payload: unknown) => Promise<void>)(payload.data);
  }

  const workers = queueNames.map((name) => {
    const worker = new Worker(name, run, {
      connection: redis,
      prefix,
      concurrency: concurrency * (queueConcurrency[name] ?? 1),
      lockDuration: lockMs,
      stalledInterval: stalledMs,
      maxStalledCount: 1_000,
    });
    worker.on("error", (error) => log.debug("worker_error", { queue: name, error }));
    worker.on("failed", (job, error) => {
      const last = !job || job.attemptsMade >= (job.opts.attempts ?? 1) || error instanceof UnrecoverableError;
      const fields = { queue: name, job: job?.name, jobId: job?.id, attempt: job?.attemptsMade, error };
      if (last) log.error("job_dead", fields);
      else log.warn("job_failed", fields);
    });
    worker.on("stalled", (jobId) => log.warn("job_stalled", { queue: name, jobId }));
    return worker;
  });

  try {
    await schedule(queues);
  } catch (error) {
    // They run already, with connections of their own: a start that failed must not leave them behind.
    await Promise.all(workers.map((worker) => worker.close(true)));
    throw error;
  }

  return {
    async stop(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(() => resolve("late"), timeoutMs);
      });
      // A worker that is being closed cannot be closed by force any more: what hangs is left, and ends itself when its job does.
      const done = Promise.all(workers.map((worker) => worker.close())).then(() => "done" as const);
      if ((await Promise.race([done, late])) === "late") log.warn("workers_not_drained", {});
      clearTimeout(timer);
    },
  };
}

/** Has the jobs of the catalog that come again and again put into their queues. */
async function schedule(queues: Queues): Promise<void> {
  for (const [name, kind] of Object.entries(catalog) as [
    JobName,
    { queue: (typeof queueNames)[number]; everyMs?: number },
  ][]) {
    if (kind.everyMs === undefined) continue;
    const { queue, everyMs } = kind;
    const job = { name, data: { v: 1 }, opts: { removeOnComplete: true, removeOnFail: 100 } };
    await patiently(() =>
      queues.byName.get(queue)!.upsertJobScheduler(name.replace(".", "-"), { every: everyMs }, job),
    );
  }
}
