import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { MongoClient } from "mongodb";

/** A suite's own corner of the two stores. */
export interface TestStores {
  mongoUri: string;
  database: string;
  redisUrl: string;
  prefix: string;
  /** A folder of its own, for files. */
  dataDir: string;
  /** Removes everything the suite put there. */
  drop(): Promise<void>;
}

/** The stores that `npm test` provides, with a database name and a key prefix that nobody else uses. */
export function testStores(): TestStores {
  const { MONGODB_URI, REDIS_URL } = process.env;
  if (!MONGODB_URI || !REDIS_URL) throw new Error("run the suites with `npm test -- <path>`: it provides the stores");
  const name = `test_${randomBytes(6).toString("hex")}`;
  return {
    mongoUri: MONGODB_URI,
    database: name,
    redisUrl: REDIS_URL,
    prefix: name,
    dataDir: join(tmpdir(), name),
    async drop() {
      await rm(join(tmpdir(), name), { recursive: true, force: true });
      const client = await MongoClient.connect(MONGODB_URI);
      await client.db(name).dropDatabase();
      await client.close();
      const redis = connectTestRedis(REDIS_URL);
      for await (const keys of redis.scanStream({ match: `${name}*`, count: 500 })) {
        if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
      }
      redis.disconnect();
    },
  };
}

export function connectTestRedis(url: string): Redis {
  return url.startsWith("unix:") ? new Redis({ path: url.slice("unix:".length) }) : new Redis(url);
}
