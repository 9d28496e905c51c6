import { randomUUID } from "node:crypto";
import { statfs } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import type { Redis } from "ioredis";
import type { Connection } from "mongoose";
import type { Histogram } from "prom-client";
import type { Config } from "../../config/load.js";
import { settingsShown } from "../../config/describe.js";
import type { Clock } from "../core/ports.js";
import type { Inbox } from "../inbox/index.js";
import { pingMongo } from "../platform/mongo.js";
import type { DeadLetters } from "../queue/deadLetters.js";
import type { Queues } from "../queue/queues.js";
import type { OperationsHealthDto } from "../wire/operations.js";

interface Deps {
  config: Config;
  version: string;
  mongo: Connection;
  redis: Redis;
  queues: Queues;
  dead: DeadLetters;
  inbox: Inbox;
  lag: Histogram<"stage" | "channel">;
  clock: Clock;
}

/** How the server is doing, for operators. */
export interface OperationsHealth {
  of(workspaceId: string): Promise<OperationsHealthDto>;
  /** Tells the other processes what this one has measured, from now on. */
  start(): void;
  close(): void;
}

/** Counts per upper bound of one channel and stage: [seconds, messages up to there]. */
type Buckets = Record<string, [number, number][]>;

const toldEveryMs = 10_000;
/** Of a process that ended nothing is told any more after this. */
const trustedMs = 60_000;
const pingMost = 2_000;

export function createOperationsHealth(deps: Deps): OperationsHealth {
  const { config, redis, clock } = deps;
  const lagKey = `${config.REDIS_PREFIX}:lag`;
  const processId = randomUUID();
  let timer: NodeJS.Timeout | undefined;

  async function store(name: "mongodb" | "redis", ping: () => Promise<unknown>, version: () => Promise<string | null>) {
    const began = performance.now();
    try {
      await inTime(ping());
      const ms = Math.round((performance.now() - began) * 10) / 10;
      return { name, ok: true, ms, version: await inTime(version()).catch(() => null) };
    } catch {
      return { name, ok: false, ms: null, version: null };
    }
  }

  async function measured(): Promise<Buckets> {
    const buckets: Buckets = {};
    for (const { metricName, labels, value } of (await deps.lag.get()).values) {
      const { le } = labels as { le?: string | number };
      if (!metricName?.endsWith("_bucket") || le === undefined) continue;
      const key = `${labels.channel}\n${labels.stage}`;
      (buckets[key] ??= []).push([le === "+Inf" ? Infinity : Number(le), value]);
    }
    return buckets;
  }

  async function tell(): Promise<void> {
    const told = JSON.stringify({ at: clock.now().getTime(), buckets: await measured() });
    await redis.hset(lagKey, processId, told);
  }

  /** What all processes have measured; the own figures are those of now. */
  async function lag(): Promise<OperationsHealthDto["lag"]> {
    const told = await redis.hgetall(lagKey).catch(() => ({}));
    const all = [await measured()];
    for (const [id, text] of Object.entries(told)) {
      const { at, buckets } = JSON.parse(text) as { at: number; buckets: Buckets };
      if (clock.now().getTime() - at > trustedMs) await redis.hdel(lagKey, id).catch(() => 0);
      // JSON has no infinity.
      else if (id !== processId) all.push(withInfinity(buckets));
    }
    const keys = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
    return keys.map((key) => {
      const [channel = "", stage = ""] = key.split("\n");
      const sums = new Map<number, number>();
      for (const one of all) for (const [le, count] of one[key] ?? []) sums.set(le, (sums.get(le) ?? 0) + count);
      const rows = [...sums].sort(([a], [b]) => a - b);
      const count = rows.at(-1)?.[1] ?? 0;
      return { channel, stage: stage as "sent", p50: quantile(rows, 0.5), p95: quantile(rows, 0.95), count };
    });
  }

  async function queues(): Promise<OperationsHealthDto["queues"]> {
    const now = clock.now().getTime();
    return Promise.all(
      [...deps.queues.byName].map(async ([name, queue]) => {
        const counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
        const [oldest] = await queue.getJobs(["waiting"], 0, 0, true);
        const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
        const oldest_seconds = oldest ? Math.max(0, (now - oldest.timestamp) / 1000) : 0;
        return { name, waiting, active, delayed, failed, oldest_seconds };
      }),
    );
  }

  return {
    async of(workspaceId) {
      const { mongo } = deps;
      const [stores, queueRows, lagRows, disk, quarantine, dead] = await Promise.all([
        Promise.all([
          store(
            "mongodb",
            () => pingMongo(mongo),
            async () => {
              const { version } = (await mongo.db!.admin().buildInfo()) as { version?: string };
              return version ?? null;
            },
          ),
          store(
            "redis",
            () => redis.ping(),
            async () => /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? null,
          ),
        ]),
        inTime(queues()).catch(() => []),
        inTime(lag()).catch(() => []),
        statfs(config.DATA_DIR).catch(() => undefined),
        deps.inbox.quarantine.count(workspaceId),
        inTime(deps.dead.count(workspaceId)).catch(() => 0),
      ]);
      return {
        stores,
        queues: queueRows,
        lag: lagRows,
        disk: disk ? { free_bytes: disk.bavail * disk.bsize, total_bytes: disk.blocks * disk.bsize } : null,
        process: {
          version: deps.version,
          node: process.version,
          uptime_s: Math.round(process.uptime()),
          roles: [...config.ROLES],
        },
        quarantine,
        dead,
        settings: settingsShown(config),
      };
    },
    start() {
      timer = setInterval(() => void tell().catch(() => undefined), toldEveryMs);
      timer.unref();
    },
    close() {
      clearInterval(timer);
    },
  };
}

const withInfinity = (buckets: Buckets): Buckets =>
  Object.fromEntries(
    Object.entries(buckets).map(([key, rows]) => [
      key,
      rows.map(([le, count]): [number, number] => [le ?? Infinity, count]),
    ]),
  );

/** The value below which this share lies, straight within its bucket. */
function quantile(rows: readonly (readonly [number, number])[], share: number): number {
  const total = rows.at(-1)?.[1] ?? 0;
  if (total === 0) return 0;
  const wanted = total * share;
  let [below, counted] = [0, 0];
  for (const [le, count] of rows) {
    if (count >= wanted) {
      if (!Number.isFinite(le) || count === counted) return below;
      return Math.round((below + ((le - below) * (wanted - counted)) / (count - counted)) * 1000) / 1000;
    }
    [below, counted] = [le, count];
  }
  return below;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), pingMost);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
