import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { AppError } from "../../src/core/errors.js";
import { createLog } from "../../src/platform/log.js";
import { checkRedis, commandDeadlineMs, connectConsumer, connectProducer } from "../../src/platform/redis.js";
import { catalog, handlerProblems, type Handlers } from "../../src/queue/catalog.js";
import { queueMetrics } from "../../src/queue/metrics.js";
import { createQueues, type Queues } from "../../src/queue/queues.js";
import { startWorkers, type Workers } from "../../src/queue/workers.js";
import { connectTestRedis } from "../support/stores.js";
import { eventually } from "../support/gateway.js";
import { startOwnRedis, type OwnRedis } from "../support/redis.js";

const log = createLog({ level: "silent" });
const drain = (conversationId: string) => ({ name: "outbound.drain", payload: { v: 1, conversationId } });

describe("the queues", () => {
  const dir = mkdtempSync(join(tmpdir(), "sb-queues-"));
  let server: OwnRedis;
  let redis: ReturnType<typeof connectProducer>;
  let queues: Queues;

  beforeAll(async () => {
    server = await startOwnRedis(dir);
    redis = connectProducer({ url: server.url, log });
    await checkRedis(redis, log);
    queues = createQueues({ redis, prefix: "q" });
    for (const queue of queues.byName.values()) await queue.waitUntilReady();
  });
  afterAll(async () => {
    await queues.close();
    redis.disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const idle = (): Handlers =>
    Object.fromEntries(Object.keys(catalog).map((name) => [name, () => Promise.resolve()])) as unknown as Handlers;

  async function working(handlers: Handlers, work: (workers: Workers) => Promise<void>): Promise<void> {
    const consumer = connectConsumer({ url: server.url, log });
    try {
      const workers = await startWorkers({ redis: consumer, prefix: "q", queues, handlers, concurrency: 10, log });
      try {
        await work(workers);
      } finally {
        await workers.stop(2_000);
      }
    } finally {
      consumer.disconnect();
    }
  }

  it("puts the jobs of many callers into Redis in one transaction", async () => {
    const monitor = connectTestRedis(server.url);
    const calls = async () => Number(/cmdstat_exec:calls=(\d+)/.exec(await monitor.info("commandstats"))?.[1] ?? 0);
    const before = await calls();
    await Promise.all(Array.from({ length: 20 }, (_, n) => queues.add([drain(`c${n}`)])));
    expect((await calls()) - before).toBeLessThanOrEqual(2);
    expect(await queues.byName.get("outbound")!.getWaitingCount()).toBe(20);
    monitor.disconnect();
  });

  it("refuses a payload that does not fit, and a name nobody knows", async () => {
    await expect(queues.add([{ name: "outbound.drain", payload: { v: 1 } }])).rejects.toThrow();
    await expect(queues.add([{ name: "nobody.knows", payload: {} }])).rejects.toThrow("no job named");
  });

  it("takes any key, and takes it once while the job is there", async () => {
    const jobs = ["123", "a:b", "x".repeat(5_000), "🙂"].map((key) => ({ ...drain(key), key }));
    const before = await queues.byName.get("outbound")!.getWaitingCount();
    await queues.add(jobs);
    await queues.add(jobs);
    expect((await queues.byName.get("outbound")!.getWaitingCount()) - before).toBe(4);
  });

  it("runs what waits, tries again what fails, and keeps what fails for good", async () => {
    const seen: string[] = [];
    let failures = 0;
    const handlers = {
      ...idle(),
      "outbound.drain": (job: { conversationId: string }) => {
        if (job.conversationId === "flaky" && failures++ < 2) return Promise.reject(new Error("not yet"));
        seen.push(job.conversationId);
        return Promise.resolve();
      },
    };
    await working(handlers, async () => {
      await queues.add([drain("fine"), drain("flaky")]);
      await queues.byName.get("outbound")!.add("outbound.drain", { v: 99 });
      await eventually("all of it", () => (seen.includes("flaky") && seen.includes("fine") ? true : undefined), 20_000);
      await eventually("the dead letter", async () =>
        (await queues.byName.get("outbound")!.getFailedCount()) === 1 ? true : undefined,
      );
    });
    const registry = new Registry();
    queueMetrics(queues, registry, () => new Date());
    const text = await registry.metrics();
    expect(text).toContain('switchboard_queue_jobs{queue="outbound",state="failed"} 1');
    expect(text).toContain('switchboard_queue_oldest_seconds{queue="inbound"} 0');
  }, 40_000);

  it("starts only when every job has one handler", async () => {
    expect(handlerProblems({})).toHaveLength(Object.keys(catalog).length);
    expect(handlerProblems({ ...idle(), extra: () => Promise.resolve() })).toEqual([expect.stringContaining("extra")]);
    await expect(working({} as Handlers, () => Promise.resolve())).rejects.toThrow("no handler for job inbound.record");
  });

  it("leaves no worker behind when it cannot start", async () => {
    const clients = async () =>
      String(await redis.client("LIST"))
        .trim()
        .split("\n").length;
    const before = await clients();
    const consumer = connectConsumer({ url: server.url, log });
    const refusing = [...queues.byName].map(([name, queue]) => {
      const broken = new Proxy(queue, {
        get: (target, key) =>
          key === "upsertJobScheduler" ? () => Promise.reject(new Error("no")) : (Reflect.get(target, key) as unknown),
      });
      return [name, broken] as const;
    });
    const halfway = { ...queues, byName: new Map(refusing) };
    const starting = startWorkers({
      redis: consumer,
      prefix: "q",
      queues: halfway,
      handlers: idle(),
      concurrency: 10,
      log,
    });
    await expect(starting).rejects.toThrow("no");
    consumer.disconnect();
    await eventually("no connection is left", async () => ((await clients()) <= before ? true : undefined));
  }, 60_000);

  it("stops although a job hangs, and the job ends in its own time", async () => {
    let finish: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => (finish = resolve));
    let taken = false;
    let ended = false;
    const handlers: Handlers = {
      ...idle(),
      "outbound.drain": () => {
        taken = true;
        return hung.then(() => {
          ended = true;
        });
      },
    };
    const consumer = connectConsumer({ url: server.url, log });
    const workers = await startWorkers({ redis: consumer, prefix: "q", queues, handlers, concurrency: 10, log });
    await queues.add([drain("hangs")]);
    await eventually("the job is in hand", () => taken || undefined);
    await workers.stop(50);
    expect(ended).toBe(false);
    finish();
    await eventually("the job's end", () => ended || undefined);
    consumer.disconnect();
  }, 60_000);

  it("says unavailable, soon, when Redis is frozen or gone", async () => {
    const within = async (what: Promise<void>) => {
      const started = Date.now();
      const error = await what.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toBe("unavailable");
      return Date.now() - started;
    };
    server.freeze();
    const frozen = await within(queues.add([drain("frozen")]));
    server.thaw();
    expect(frozen).toBeLessThan(10_000);
    await eventually("working again", () =>
      queues.add([drain("thawed")]).then(
        () => true,
        () => undefined,
      ),
    );
    await server.kill();
    await within(queues.add([drain("gone")]));
    await server.start();
    await eventually("working again", () =>
      queues.add([drain("back")]).then(
        () => true,
        () => undefined,
      ),
    );
  }, 60_000);

  it("takes work although Redis answered late when the queues were made", async () => {
    server.freeze();
    const late = createQueues({ redis, prefix: "late" });
    // Whatever a queue asks at its beginning has gone wrong by now.
    await sleep(commandDeadlineMs + 500);
    server.thaw();
    await eventually("working", () =>
      late.add([drain("late")]).then(
        () => true,
        () => undefined,
      ),
    );
    await late.close();
  }, 60_000);

  it("starts although Redis answers late", async () => {
    server.freeze();
    const checked = checkRedis(redis, log);
    await sleep(commandDeadlineMs + 500);
    server.thaw();
    await checked;
  }, 60_000);
});

describe("a foreign Redis", () => {
  it("is refused when it would drop accepted messages", async () => {
    const dir = mkdtempSync(join(tmpdir(), "sb-evict-"));
    const server = await startOwnRedis(dir, { "maxmemory-policy": "allkeys-lru" });
    const redis = connectProducer({ url: server.url, log });
    await expect(checkRedis(redis, log)).rejects.toThrow("noeviction");
    redis.disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("is named when nobody listens there", async () => {
    const redis = connectProducer({ url: "unix:/nonexistent/redis.sock", log });
    await expect(checkRedis(redis, log)).rejects.toThrow("REDIS_URL");
    redis.disconnect();
  }, 15_000);
});
