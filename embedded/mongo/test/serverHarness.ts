/** A store of its own for each test file, with the official driver connected to it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { MongoClient, MongoServerError, type Db, type MongoClientOptions } from "mongodb";
import { startStore, type RunningStore, type StoreOptions } from "../index.js";

export interface TestStore {
  store: RunningStore;
  client: MongoClient;
  dir: string;
  /** A database nobody else uses. */
  db(): Db;
  /** Another client; closed with the store. */
  connect(options?: MongoClientOptions): Promise<MongoClient>;
}

let databases = 0;

/** Starts a store before the tests of a file and removes it after them. */
export function useStore(options: Partial<StoreOptions> = {}): TestStore {
  const clients: MongoClient[] = [];
  const test = {
    db: () => test.client.db(`test_${(databases += 1)}`),
    connect: async (how: MongoClientOptions = {}) => {
      const client = await new MongoClient(test.store.uri, how).connect();
      clients.push(client);
      return client;
    },
  } as TestStore;
  beforeAll(async () => {
    test.dir = await mkdtemp(join(tmpdir(), "store-"));
    test.store = await startStore({ dir: test.dir, ...options });
    test.client = await test.connect();
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await test.store.close();
    await rm(test.dir, { recursive: true, force: true });
  });
  return test;
}

/** The server's error of a promise that has to be rejected. */
export async function failure(work: Promise<unknown>): Promise<MongoServerError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error("expected the server to answer with an error");
}
