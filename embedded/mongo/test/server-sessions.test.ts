/** Sessions without transactions, the driver's monitoring, and many clients at once. */
import { describe, expect, it } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { failure, useStore } from "./serverHarness.js";

const test = useStore();

describe("sessions", () => {
  it("runs commands in a session, and ends it", async () => {
    const a = test.db().collection("a");
    await test.client.withSession(async (session) => {
      await a.insertOne({ x: 1 }, { session });
      expect(await a.find({}, { session }).toArray()).toHaveLength(1);
    });
    const started = await test.client.db("admin").command({ startSession: 1 });
    expect(started).toMatchObject({ timeoutMinutes: 30, ok: 1 });
    expect(await test.client.db("admin").command({ refreshSessions: [started.id] })).toMatchObject({ ok: 1 });
    expect(await test.client.db("admin").command({ endSessions: [started.id] })).toMatchObject({ ok: 1 });
  });

  it("answers a transaction as a standalone does, and changes nothing", async () => {
    const a = test.db().collection("a");
    await a.insertOne({ x: 1 });
    const session = test.client.startSession();
    session.startTransaction();
    const error = await failure(a.insertOne({ x: 2 }, { session }));
    // The driver puts its own words around code 20.
    expect(error.errorResponse.originalError).toMatchObject({
      code: 20,
      codeName: "IllegalOperation",
      errmsg: "Transaction numbers are only allowed on a replica set member or mongos",
    });
    await session.abortTransaction().catch(() => undefined);
    await session.endSession();
    expect(await a.countDocuments({})).toBe(1);
  });

  it("answers a change stream as a standalone does", async () => {
    const stream = test.db().collection("a").watch();
    expect((await failure(stream.next())).code).toBe(40573);
    await stream.close();
  });

  it("works with retryable writes left on", async () => {
    const client = await test.connect({ retryWrites: true, retryReads: true });
    const a = client.db("retry").collection("a");
    await a.insertOne({ x: 1 });
    await a.updateOne({ x: 1 }, { $set: { x: 2 } });
    expect(await a.countDocuments({ x: 2 })).toBe(1);
  });

  it("takes write and read concerns that a standalone takes", async () => {
    const client = await test.connect({ writeConcern: { w: "majority", journal: true }, readConcernLevel: "majority" });
    const a = client.db("concerns").collection("a");
    await a.insertOne({ x: 1 });
    await a.createIndex({ x: 1 }, {}, {});
    expect(await a.find({ x: 1 }).toArray()).toHaveLength(1);
    await a.insertOne({ x: 2 }, { writeConcern: { w: 1, journal: false } });
    expect(await a.countDocuments({})).toBe(2);
  });

  it("takes the declared API version", async () => {
    const client = await test.connect({ serverApi: { version: "1", strict: true, deprecationErrors: true } });
    const a = client.db("api").collection("a");
    await a.insertOne({ x: 1 });
    expect(await a.find({}).toArray()).toHaveLength(1);
    expect((await failure(a.distinct("x"))).code).toBe(323);
  });
});

describe("monitoring", () => {
  it("is seen as a standalone by a driver that watches it", async () => {
    const client = await test.connect({ heartbeatFrequencyMS: 500 });
    const types = new Set<string>();
    const failures: unknown[] = [];
    let beats = 0;
    client.on("serverDescriptionChanged", (event) => types.add(event.newDescription.type));
    client.on("serverHeartbeatSucceeded", () => (beats += 1));
    client.on("serverHeartbeatFailed", (event) => failures.push(event.failure));
    const before = client.listenerCount("serverHeartbeatSucceeded");
    expect(before).toBe(1);
    await client.db("admin").command({ ping: 1 });
    for (let tries = 0; tries < 100 && beats < 2; tries += 1) await sleep(50);
    expect(beats).toBeGreaterThanOrEqual(2);
    expect(failures).toEqual([]);
    expect([...types].filter((type) => type !== "Standalone")).toEqual([]);
  });

  it("serves many connections at once", async () => {
    const client = await test.connect({ maxPoolSize: 50 });
    const a = client.db("many").collection("a");
    await Promise.all(Array.from({ length: 500 }, (_, i) => a.insertOne({ _id: i as never, i })));
    const found = await Promise.all(Array.from({ length: 500 }, (_, i) => a.findOne({ _id: i as never })));
    expect(found.map((doc) => doc!.i as number)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });
});
