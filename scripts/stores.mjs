/** Both stores, as the settings want them: given ones, or our own under the data directory. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { claimed, given } from "./dataDir.mjs";
import { startRedis } from "./redis.mjs";
import { step } from "./say.mjs";
import { startStore } from "./store.mjs";

const shown = (path) => relative(process.cwd(), path) || ".";

/** Starts what is not given; `strict`: a local store that refuses what no index serves. Returns the environment for the app, a description, and how to stop. */
export async function openStores(dir, { strict = false } = {}) {
  const env = {};
  const lines = [];
  const started = [];
  try {
    if (given("REDIS_URL")) lines.push("Redis: at REDIS_URL");
    else {
      const redis = await step("Starting Redis", () => startRedis(join(dir, "redis")));
      started.push({ name: "Redis", ...redis });
      env.REDIS_URL = redis.url;
      lines.push(`Redis: local, appendfsync always, ${shown(join(dir, "redis"))}`);
    }
    if (given("MONGODB_URI")) lines.push("MongoDB: at MONGODB_URI");
    else {
      const store = await step("Starting the local store", () => startStore(join(dir, "mongo"), { strict }));
      started.push({ name: "The local store", ...store });
      env.MONGODB_URI = store.uri;
      lines.push(`MongoDB: local store, ${shown(join(dir, "mongo"))}`);
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
  return {
    env,
    lines,
    /** Resolves with the name of a store that ended by itself. */
    lost: Promise.race([...started.map(({ name, exited }) => exited.then(() => name)), new Promise(() => undefined)]),
    stop: () => stopAll(started),
  };
}

async function stopAll(started) {
  for (const { stop } of started.reverse()) await stop();
}

const runFile = (dir) => join(dir, "run.json");

/** Tells commands such as `npm run connect` where the stores of this instance are. */
export function announce(dir, env) {
  writeFileSync(runFile(dir), JSON.stringify({ env }), { mode: 0o600 });
}

export function retract(dir) {
  rmSync(runFile(dir), { force: true });
}

/** The stores of an instance that is running on this directory, if one is. */
export async function running(dir) {
  if (!existsSync(runFile(dir)) || !(await claimed(dir))) return undefined;
  return JSON.parse(readFileSync(runFile(dir), "utf8")).env;
}
