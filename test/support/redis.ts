import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** A Redis that a suite may kill, configured as the launcher configures its own. */
export interface OwnRedis {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Stops answering without going away, and the end of that. */
  freeze(): void;
  thaw(): void;
  /** Makes it write its log anew, so that what was deleted is gone from the files. */
  rewrite(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnRedis(dir: string, settings: Record<string, string> = {}): Promise<OwnRedis> {
  mkdirSync(dir, { recursive: true });
  const socket = join(dir, "r.sock");
  const all = {
    dir,
    port: "0",
    unixsocket: socket,
    appendonly: "yes",
    appendfsync: "always",
    save: "",
    "maxmemory-policy": "noeviction",
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let server: ChildProcess;
  const ask = async (work: (redis: Redis) => Promise<unknown>) => {
    const redis = new Redis({
      path: socket,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      lazyConnect: true,
      disconnectTimeout: 100,
    });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    server = spawn("redis-server", args, { stdio: "ignore" });
    for (let tries = 0; ; tries++) {
      const ready = await ask((redis) => redis.ping()).catch(() => undefined);
      if (ready === "PONG") return;
      if (tries > 100) throw new Error("redis-server did not start");
      await sleep(50);
    }
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      server.once("exit", () => resolve());
      server.kill(signal);
    });
  await start();
  return {
    url: `unix:${socket}`,
    start,
    kill: () => end("SIGKILL"),
    freeze: () => void server.kill("SIGSTOP"),
    thaw: () => void server.kill("SIGCONT"),
    stop: () => end("SIGTERM"),
    async rewrite() {
      await ask((redis) => redis.bgrewriteaof());
      await sleep(500);
    },
  };
}
