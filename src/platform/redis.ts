import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { AppError } from "../core/errors.js";
import type { Log } from "../core/ports.js";

/** What a command of a producer may take before it counts as failed; a frozen server must not hang a webhook. */
export const commandDeadlineMs = 2_000;

export interface RedisTarget {
  /** redis://…, rediss://…, or the path of a unix socket. */
  url: string;
  log: Log;
}

interface Patience {
  enableOfflineQueue?: boolean;
  maxRetriesPerRequest: number | null;
  commandTimeout?: number;
}

/** A client that is told to go waits so long for its socket to close, even when it is closed already: nothing may hold a stop up. */
const disconnectMs = 200;

function connect({ url, log }: RedisTarget, patience: Patience): Redis {
  const retryStrategy = (times: number) => Math.min(50 * times, 2_000);
  const shared = { ...patience, retryStrategy, enableReadyCheck: true, disconnectTimeout: disconnectMs };
  const path = url.startsWith("/")
    ? url
    : url.startsWith("unix:")
      ? url.slice("unix:".length).replace(/^\/\//, "")
      : undefined;
  const redis = path === undefined ? new Redis(url, shared) : new Redis({ ...shared, path });
  redis.on("error", (error: Error) => log.debug("redis_error", { error }));
  return redis;
}

/** For whoever must answer soon: fails at once when the server is away, and after a deadline when it is frozen. */
export const connectProducer = (target: RedisTarget) =>
  connect(target, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandDeadlineMs });

/** For workers, which wait for work as long as it takes. */
export const connectConsumer = (target: RedisTarget) => connect(target, { maxRetriesPerRequest: null });

/** How long a start waits for a server that answers late: a busy disk is no reason to give up. */
const startMs = 20_000;
/** A refusal may come at once, and whoever asks again at once would keep the answers out. */
const againMs = 100;

/** Asks again what did not come back in time. For a start, where nobody waits for an answer, and for what may happen twice. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + startMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as Error).message !== "Command timed out" || Date.now() > until) throw error;
      await sleep(againMs);
    }
  }
}

/** Waits until the server answers, at most this long. */
const reachMs = 5_000;

/**
 * Refuses a Redis that could lose accepted messages: unreachable, older than 6.2, or one that evicts. AppError
 * `unavailable` with one sentence that may be shown.
 */
export async function checkRedis(redis: Redis, log: Log): Promise<void> {
  await reachable(redis);
  const info = await patiently(() => redis.info("server"));
  const [, version = "0"] = /(?:redis|valkey)_version:(\S+)/.exec(info) ?? [];
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new AppError("unavailable", `REDIS_URL leads to Redis ${version}; version 6.2 or newer is needed.`);
  }
  const settings = await patiently(() => redis.config("GET", "*")).then(pairs, () => undefined);
  if (!settings) {
    log.warn("redis_config_hidden", {});
    return;
  }
  const policy = settings.get("maxmemory-policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw new AppError(
      "unavailable",
      `The Redis at REDIS_URL has maxmemory-policy ${policy}, which would drop accepted messages; set it to noeviction.`,
    );
  }
  if (settings.get("appendonly") !== "yes") log.warn("redis_not_durable", { setting: "appendonly" });
  else if (settings.get("appendfsync") !== "always") log.warn("redis_not_durable", { setting: "appendfsync" });
}

async function reachable(redis: Redis): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.off("ready", ready);
      reject(new AppError("unavailable", "Redis cannot be reached at the address in REDIS_URL."));
    }, reachMs);
    const ready = () => {
      clearTimeout(timer);
      resolve();
    };
    redis.once("ready", ready);
  });
}

function pairs(answer: unknown): Map<string, string> {
  const flat = answer as string[];
  const map = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) map.set(flat[at]!, flat[at + 1]!);
  return map;
}
