import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Redis } from "ioredis";
import type { Connection } from "mongoose";
import type { SessionPort } from "../../../src/adapters/contract.js";
import { ProviderError } from "../../../src/core/errors.js";
import { systemClock, type Keyring } from "../../../src/core/ports.js";
import { createKeyring } from "../../../src/platform/keyring/index.js";
import { connectMongo } from "../../../src/platform/mongo.js";
import { createSessionCalls, type SessionCalls } from "../../../src/sessions/calls.js";
import { captureLog } from "../captureLog.js";
import { connectTestRedis, testStores, type TestStores } from "../../support/stores.js";

const captured = captureLog();
let stores: TestStores;
let connection: Connection;
let redis: Redis;
let keyring: Keyring;
const open: SessionCalls[] = [];

/** The calls of another process. */
function process(): SessionPort {
  const connect = () => connectTestRedis(stores.redisUrl);
  const calls = createSessionCalls({ redis, connect, prefix: stores.prefix, keyring, log: captured.log });
  open.push(calls);
  return calls.port("ws", "kind");
}

beforeAll(async () => {
  stores = testStores();
  redis = connectTestRedis(stores.redisUrl);
  connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log: captured.log });
  const made = createKeyring({ connection, masterKeys: [randomBytes(32)], clock: systemClock });
  await made.ensureIndexes();
  keyring = made;
});
afterAll(async () => {
  await Promise.all(open.map((calls) => calls.close()));
  redis.disconnect();
  await connection.close();
  await stores.drop();
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof ProviderError ? error.failure : error),
  );

describe("calls to a session", () => {
  it("reach the process that holds it, and bring the answer back", async () => {
    const release = await process().hold("a", (request) => Promise.resolve({ heard: request }));
    const asking = process();
    const answers = await Promise.all([1, 2, 3].map((n) => asking.call("a", { n }, 5_000)));
    expect(answers).toEqual([{ heard: { n: 1 } }, { heard: { n: 2 } }, { heard: { n: 3 } }]);
    await release();
  });

  it("bring a refusal back as it was", async () => {
    const error = new ProviderError({ kind: "refused", why: "policy" }, "No.", "42", ["one"]);
    const release = await process().hold("b", () => Promise.reject(error));
    const got = await process()
      .call("b", {}, 5_000)
      .catch((reason: unknown) => reason);
    expect(got).toBeInstanceOf(ProviderError);
    expect(got).toMatchObject({ failure: error.failure, message: "No.", providerCode: "42", sentParts: ["one"] });
    await release();
  });

  it("say surely not sent when nobody holds it", async () => {
    expect(await failureOf(process().call("nobody", {}, 5_000))).toEqual({
      kind: "unreachable",
      mayHaveBeenSent: false,
    });
  });

  it("say surely not sent when nobody took the request, and nobody takes it later", async () => {
    await redis.set(`${stores.prefix}:session:ws:kind:gone:holder`, "a process that is no more", "PX", 60_000);
    expect(await failureOf(process().call("gone", {}, 300))).toEqual({ kind: "unreachable", mayHaveBeenSent: false });
    expect(await redis.llen(`${stores.prefix}:session:ws:kind:gone:requests:a process that is no more`)).toBe(0);
  });

  it("say perhaps sent when it was taken and not answered", async () => {
    const release = await process().hold("c", () => new Promise(() => undefined));
    expect(await failureOf(process().call("c", {}, 1_000))).toEqual({ kind: "unreachable", mayHaveBeenSent: true });
    await release();
  });

  it("go to whoever holds it last", async () => {
    const first = await process().hold("d", () => Promise.resolve("first"));
    const second = await process().hold("d", () => Promise.resolve("second"));
    expect(await process().call("d", {}, 5_000)).toBe("second");
    // The one before does not take the other's place away with it.
    await first();
    expect(await process().call("d", {}, 5_000)).toBe("second");
    await second();
  });

  it("stand sealed in Redis", async () => {
    const seen: string[] = [];
    await redis.set(`${stores.prefix}:session:ws:kind:e:holder`, "t", "PX", 60_000);
    const call = process().call("e", { text: "a very private sentence" }, 500);
    call.catch(() => undefined);
    while (seen.length === 0)
      seen.push(...(await redis.lrange(`${stores.prefix}:session:ws:kind:e:requests:t`, 0, -1)));
    expect(seen.join("")).not.toContain("private");
    await failureOf(call);
    expect(captured.text()).not.toContain("private");
  });
});
