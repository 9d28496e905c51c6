import { Redis } from "ioredis";

/** A connection to the Redis of a run, by address or by socket. */
export const connectRedis = (url: string): Redis =>
  url.startsWith("unix:")
    ? new Redis({ path: url.slice("unix:".length), maxRetriesPerRequest: null })
    : new Redis(url, { maxRetriesPerRequest: null });

/** Removes every key a run has left under its prefix. */
export async function dropKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
  }
}
