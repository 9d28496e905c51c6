/** Cursors: batches, their limits, killing and idling. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { Long, type Collection, type Document } from "mongodb";
import { failure, useStore } from "./serverHarness.js";

const test = useStore({ cursorIdleMs: 12_000 });
let many: Collection;

beforeAll(async () => {
  many = test.db().collection("many");
  await many.insertMany(Array.from({ length: 250 }, (_, i) => ({ _id: i as never, n: i })));
});

const run = (command: Document): Promise<Document> => test.client.db(many.dbName).command(command);
const idOf = (reply: Document): Long => Long.fromValue(reply.cursor.id as Long | number);

describe("batches", () => {
  it("sends 101 documents first and the rest on getMore", async () => {
    const first = await run({ find: "many" });
    expect(first.cursor.firstBatch).toHaveLength(101);
    expect(first.cursor.ns).toBe(`${many.dbName}.many`);
    const next = await run({ getMore: idOf(first), collection: "many" });
    expect(next.cursor.nextBatch).toHaveLength(149);
    expect(idOf(next).isZero()).toBe(true);
    expect((await failure(run({ getMore: idOf(first), collection: "many" }))).code).toBe(43);
  });

  it.each([
    { title: "batchSize", find: { batchSize: 10 }, sizes: [10, 10] },
    { title: "batchSize 0", find: { batchSize: 0 }, sizes: [0, 10] },
    { title: "projection", find: { batchSize: 7, projection: { n: 1 } }, sizes: [7, 10] },
    { title: "sort", find: { batchSize: 7, sort: { n: -1 } }, sizes: [7, 10] },
    { title: "limit within the second batch", find: { batchSize: 7, limit: 12 }, sizes: [7, 5] },
  ])("$title", async ({ find, sizes }) => {
    const first = await run({ find: "many", ...find });
    const next = await run({ getMore: idOf(first), collection: "many", batchSize: 10 });
    expect([first.cursor.firstBatch.length, next.cursor.nextBatch.length]).toEqual(sizes);
  });

  it("closes at once what a limit, one batch or an end closes", async () => {
    expect(idOf(await run({ find: "many", limit: 5 })).isZero()).toBe(true);
    expect(idOf(await run({ find: "many", batchSize: 5, singleBatch: true })).isZero()).toBe(true);
    expect(idOf(await run({ find: "many", filter: { n: 1 } })).isZero()).toBe(true);
    expect(idOf(await run({ find: "missing" })).isZero()).toBe(true);
  });

  it("never sends more than 16 MB in a batch, whatever the batch size", async () => {
    const large = test.db().collection("large");
    const text = "x".repeat(3 * 1024 * 1024);
    for (let i = 0; i < 12; i += 1) await large.insertOne({ _id: i as never, text });
    for (const projection of [undefined, { text: 1 }]) {
      const first = await test.client
        .db(large.dbName)
        .command({ find: "large", batchSize: 100, ...(projection && { projection }) });
      expect(first.cursor.firstBatch).toHaveLength(5);
      const seen = await large.find({}, { batchSize: 100, ...(projection && { projection }) }).toArray();
      expect(seen.map((doc) => doc._id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
  });

  it("shows every document once to a reader that goes on while others insert and delete", async () => {
    const busy = test.db().collection<{ _id: number }>("busy");
    await busy.insertMany(Array.from({ length: 200 }, (_, i) => ({ _id: i * 2 })));
    const seen: number[] = [];
    for await (const { _id } of busy.find({}, { batchSize: 10 })) {
      seen.push(_id);
      if (_id % 20 === 0 && _id < 398) await busy.insertOne({ _id: _id + 1 });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => id % 2 === 0)).toHaveLength(200);
  });

  it("reads an aggregate in batches too", async () => {
    const seen = await many
      .aggregate([{ $match: { n: { $gte: 100 } } }, { $project: { n: 1 } }], { batchSize: 20 })
      .toArray();
    expect(seen).toHaveLength(150);
    const stored = await many.aggregate([{ $match: { n: { $gte: 100 } } }], { batchSize: 20 }).toArray();
    expect(stored).toHaveLength(150);
  });
});

describe("killing", () => {
  it("kills open cursors and tells which were not there", async () => {
    const first = await run({ find: "many", batchSize: 2 });
    const missing = Long.fromNumber(12345);
    const reply = await run({ killCursors: "many", cursors: [idOf(first), missing] });
    expect(reply.cursorsKilled.map(String)).toEqual([idOf(first).toString()]);
    expect(reply.cursorsNotFound.map(String)).toEqual(["12345"]);
    expect((await failure(run({ getMore: idOf(first), collection: "many" }))).code).toBe(43);
  });

  it("refuses a getMore for another collection", async () => {
    const first = await run({ find: "many", batchSize: 2 });
    expect((await failure(run({ getMore: idOf(first), collection: "other" }))).code).toBe(13);
    expect((await run({ getMore: idOf(first), collection: "many" })).cursor.nextBatch).toHaveLength(248);
  });

  it("closes cursors whose collection was dropped", async () => {
    const gone = test.db().collection("gone");
    await gone.insertMany(Array.from({ length: 10 }, () => ({})));
    const db = test.client.db(gone.dbName);
    const first = await db.command({ find: "gone", batchSize: 2 });
    await gone.drop();
    expect([43, 175, 237]).toContain((await failure(db.command({ getMore: idOf(first), collection: "gone" }))).code);
  });

  it("closes the cursors of a session that is killed", async () => {
    const session = test.client.startSession();
    const cursor = many.find({}, { session, batchSize: 2 });
    await cursor.next();
    await run({ killSessions: [session.id] });
    await expect(cursor.toArray()).rejects.toMatchObject({ code: 43 });
    await session.endSession();
  });

  it("closes idle cursors after a while, but none with noCursorTimeout", async () => {
    const idle = await run({ find: "many", batchSize: 2 });
    const kept = await run({ find: "many", batchSize: 2, noCursorTimeout: true });
    await sleep(27_000);
    expect((await failure(run({ getMore: idOf(idle), collection: "many" }))).code).toBe(43);
    expect((await run({ getMore: idOf(kept), collection: "many" })).cursor.nextBatch).toHaveLength(248);
  }, 90_000);
});
