import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Collection, type Document, Long } from "mongodb";
import { useStore } from "./serverHarness.js";

const store = useStore();

interface Message {
  _id: number;
  w?: unknown;
  s?: unknown;
  at?: unknown;
}

function stages(plan: Document): string[] {
  const inputs = (plan.inputStages ?? (plan.inputStage ? [plan.inputStage] : [])) as Document[];
  return [plan.stage as string, ...inputs.slice(0, 1).flatMap(stages)];
}

const planOf = (explained: Document) => stages((explained.queryPlanner as Document).winningPlan as Document);
const statsOf = (explained: Document) => explained.executionStats as Document;

/** 200 documents, found by {w, at} and {s, at}. */
async function messages(): Promise<Collection<Message>> {
  const collection = store.db().collection<Message>("messages");
  const rows = Array.from({ length: 200 }, (_, i) => ({
    _id: i,
    w: i % 4,
    s: ["open", "closed"][i % 2]!,
    at: (i * 37) % 200,
  }));
  await collection.insertMany(rows);
  await collection.createIndexes([{ key: { w: 1, at: -1 } }]);
  await collection.createIndexes([{ key: { s: 1, at: 1 } }]);
  return collection;
}

describe("covered reads", () => {
  it("answer a projection of indexed fields without a document", async () => {
    const collection = await messages();
    const cursor = collection.find({ w: 1, at: { $lt: 20 } }, { projection: { _id: 0, w: 1, at: 1 } });
    const explained = await cursor.explain("executionStats");
    expect(planOf(explained)).toEqual(["PROJECTION_COVERED", "IXSCAN"]);
    expect(statsOf(explained)).toMatchObject({ nReturned: 5, totalKeysExamined: 5, totalDocsExamined: 0 });
    expect(await cursor.toArray()).toEqual([17, 13, 9, 5, 1].map((at) => ({ w: 1, at })));
  });

  it("answer filters that bounds cannot express, by the keys", async () => {
    const collection = await messages();
    const filter = { s: "open", at: { $mod: [50, 0] } };
    const explained = await collection.find(filter, { projection: { _id: 0, at: 1 } }).explain("executionStats");
    expect(planOf(explained)).toEqual(["PROJECTION_COVERED", "IXSCAN"]);
    expect(statsOf(explained)).toMatchObject({ totalDocsExamined: 0, nReturned: 4 });
  });

  it.each<[string, unknown]>([
    ["a 64-bit number", Long.fromNumber(5)],
    ["an array", [1, 2]],
    ["a document", { x: 1 }],
    ["no value", undefined],
  ])("read the documents once there is %s in the index", async (_what, at) => {
    const collection = await messages();
    await collection.insertOne(at === undefined ? { _id: 999, w: 1 } : { _id: 999, w: 1, at });
    const cursor = collection.find({ w: 1 }, { projection: { _id: 0, w: 1, at: 1 } });
    expect(planOf(await cursor.explain("queryPlanner"))).toEqual(["PROJECTION_SIMPLE", "FETCH", "IXSCAN"]);
    const found = await collection.find({ w: 1 }, { projection: { w: 1, at: 1 }, promoteLongs: false }).toArray();
    expect(found.find(({ _id }) => _id === 999)).toEqual({ _id: 999, w: 1, ...(at === undefined ? {} : { at }) });
  });

  it("give back every kind of value that a key holds, also in descending order", async () => {
    const collection = store.db().collection<{ _id: number; v: unknown }>("kinds");
    const values = [-1.5, 0, 7, 2 ** 40, "", "a\0b", "ü", true, false, null, new Date(-5), new Date(9), NaN];
    await collection.insertMany(values.map((v, _id) => ({ _id, v })));
    for (const way of [1, -1] as const) {
      await collection.dropIndexes();
      await collection.createIndexes([{ key: { v: way, _id: 1 } }]);
      const cursor = collection.find({}, { projection: { v: 1 } }).hint({ v: way, _id: 1 });
      expect(planOf(await cursor.explain("queryPlanner"))).toEqual(["PROJECTION_COVERED", "IXSCAN"]);
      const found = await cursor.toArray();
      expect(found.sort((a, b) => a._id - b._id).map(({ v }) => v)).toEqual(values);
    }
  });
});

describe("countDocuments", () => {
  const count = [{ $group: { _id: 1, n: { $sum: 1 } } }];

  it.each<[string, Document[], number]>([
    ["a filter", [{ $match: { w: 1, at: { $lt: 20 } } }, ...count], 5],
    ["a filter, skip and limit", [{ $match: { w: 1 } }, { $skip: 10 }, { $limit: 7 }, ...count], 7],
    ["$count", [{ $match: { s: "open" } }, { $count: "n" }], 100],
  ])("reads no document: %s", async (_name, pipeline, n) => {
    const collection = await messages();
    const explained = await collection.aggregate(pipeline).explain("executionStats");
    const read = (explained.stages as Document[])[0]!.$cursor as Document;
    expect(statsOf(read)).toMatchObject({ totalDocsExamined: 0 });
    expect(await collection.aggregate(pipeline).toArray()).toMatchObject([{ n }]);
  });

  it("is right where keys do not tell all", async () => {
    const collection = await messages();
    await collection.insertOne({ _id: 500, w: [1, 1, 2], at: Long.fromNumber(3) });
    expect(await collection.countDocuments({ w: 1 })).toBe(51);
    expect(await collection.countDocuments({ w: { $in: [1, 2] } })).toBe(101);
  });
});

describe("order from several stretches of an index", () => {
  it("reads the lists of $in side by side instead of sorting", async () => {
    const collection = await messages();
    const cursor = collection
      .find({ w: { $in: [0, 2, 3] } })
      .sort({ at: -1 })
      .limit(5);
    const explained = await cursor.explain("executionStats");
    expect(planOf(explained)).toEqual(["LIMIT", "FETCH", "SORT_MERGE", "IXSCAN"]);
    expect(statsOf(explained).totalDocsExamined).toBeLessThanOrEqual(32);
    expect((await cursor.toArray()).map(({ at }) => at)).toEqual([199, 198, 196, 195, 194]);
  });

  it("needs no sort when the list is itself part of the order", async () => {
    const collection = await messages();
    const cursor = collection.find({ w: { $in: [3, 1] } }).sort({ w: 1, at: -1 });
    expect(planOf(await cursor.explain("queryPlanner"))).toEqual(["FETCH", "IXSCAN"]);
    const found = await cursor.toArray();
    expect(found.map(({ w }) => w)).toEqual([...Array<number>(50).fill(1), ...Array<number>(50).fill(3)]);
  });

  it("reads the alternatives of $or side by side", async () => {
    const collection = await messages();
    await collection.createIndexes([{ key: { w: 1, at: 1 } }]);
    const cursor = collection.find({ $or: [{ w: 1 }, { s: "open" }] }).sort({ at: 1 });
    expect(planOf(await cursor.explain("queryPlanner"))).toEqual(["FETCH", "SORT_MERGE", "IXSCAN"]);
    const found = (await cursor.toArray()).map(({ at }) => at as number);
    expect(found).toHaveLength(150);
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });

  it("sorts by a field that an alternative of $or fixes", async () => {
    const collection = await messages();
    const found = await collection
      .find({ $or: [{ w: 3 }, { w: 1 }] })
      .sort({ w: 1 })
      .toArray();
    expect(found.map(({ w }) => w)).toEqual([...Array<number>(50).fill(1), ...Array<number>(50).fill(3)]);
  });
});

describe("collation of an index", () => {
  it.each<[string, Document, object | undefined, string]>([
    ["the same", { s: "OPEN" }, { locale: "en", strength: 2 }, "IXSCAN"],
    ["another", { s: "OPEN" }, { locale: "en", strength: 1 }, "COLLSCAN"],
    ["none", { s: "OPEN" }, undefined, "COLLSCAN"],
    ["none, for what has no collation", { s: 5 }, undefined, "IXSCAN"],
  ])("counts for strings: %s", async (_name, filter, collation, last) => {
    const collection = store.db().collection<Message>("collated");
    await collection.insertMany([
      { _id: 1, s: "open" },
      { _id: 2, s: "Open" },
      { _id: 3, s: 5 },
    ]);
    await collection.createIndexes([{ key: { s: 1 }, collation: { locale: "en", strength: 2 } }]);
    const cursor = collection.find(filter, collation ? { collation: collation as { locale: string } } : {});
    expect(planOf(await cursor.explain("queryPlanner")).at(-1)).toBe(last);
    const unindexed = collection.find(filter, {
      ...(collation && { collation }),
      hint: { $natural: 1 },
    } as never);
    expect(await cursor.toArray()).toEqual(await unindexed.toArray());
  });
});

describe("explain", () => {
  it("shows what each stage returned", async () => {
    const collection = await messages();
    const explained = await collection
      .find({ w: 1, s: "closed" }, { projection: { at: 1 } })
      .sort({ s: 1, w: 1, _id: 1 })
      .limit(3)
      .explain("executionStats");
    expect(planOf(explained)).toEqual(["PROJECTION_SIMPLE", "SORT", "FETCH", "IXSCAN"]);
    const top = statsOf(explained).executionStages as Document;
    expect(top).toMatchObject({ stage: "PROJECTION_SIMPLE", nReturned: 3, transformBy: { at: 1 } });
    expect(top.inputStage).toMatchObject({ stage: "SORT", limitAmount: 3, nReturned: 3, usedDisk: false });
    const fetch = (top.inputStage as Document).inputStage as Document;
    expect(fetch).toMatchObject({ stage: "FETCH", docsExamined: 50, nReturned: 50 });
    expect(fetch.inputStage).toMatchObject({ stage: "IXSCAN", keysExamined: 50, indexName: "w_1_at_-1" });
  });

  it.each<[string, Document, string[], Document]>([
    ["count", { count: "messages", query: { w: 1 }, skip: 1 }, ["COUNT", "COUNT_SCAN"], { nCounted: 49 }],
    [
      "update",
      { update: "messages", updates: [{ q: { w: 1 }, u: { $set: { x: 1 } } }] },
      ["UPDATE", "FETCH", "IXSCAN"],
      { nMatched: 1, nWouldModify: 1, nWouldUpsert: 0 },
    ],
    [
      "delete",
      { delete: "messages", deletes: [{ q: { at: 5 }, limit: 0 }] },
      ["DELETE", "COLLSCAN"],
      { nWouldDelete: 1 },
    ],
    [
      "findAndModify",
      { findAndModify: "messages", query: { w: 1 }, sort: { at: -1 }, remove: true },
      ["DELETE", "FETCH", "IXSCAN"],
      { nWouldDelete: 1 },
    ],
    [
      "update by _id",
      { update: "messages", updates: [{ q: { _id: 1 }, u: { $set: { x: 1 } } }] },
      ["UPDATE", "IDHACK"],
      { nMatched: 1 },
    ],
  ])("of %s changes nothing and counts", async (_name, command, shape, counted) => {
    const collection = await messages();
    const db = store.client.db(collection.dbName);
    const explained = await db.command({ explain: command, verbosity: "executionStats" });
    expect(planOf(explained)).toEqual(shape);
    expect(statsOf(explained).executionStages).toMatchObject(counted);
    expect(await collection.countDocuments({ x: { $exists: false } })).toBe(200);
  });

  it("counts what comes out of each stage of a pipeline", async () => {
    const collection = await messages();
    const explained = await collection
      .aggregate([{ $match: { w: { $gt: 1 } } }, { $group: { _id: "$w" } }])
      .explain("executionStats");
    const [cursor, group] = explained.stages as [Document, Document];
    expect(planOf(cursor.$cursor as Document)).toEqual(["FETCH", "IXSCAN"]);
    expect(cursor.nReturned).toBe(100);
    expect(group).toMatchObject({ $group: { _id: "$w" }, nReturned: 2 });
  });
});

describe("with and without indexes", () => {
  const scalar = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("a", "b", "", true, null, 1.5));
  const value = fc.oneof(
    { weight: 9, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  );
  const doc = fc.record({ w: value, s: scalar, at: scalar }, { requiredKeys: ["w"] });
  const list = fc.array(scalar, { minLength: 1, maxLength: 3 });
  const clause = fc.oneof(
    fc.record({ w: fc.record({ $in: list }) }),
    fc.record({ w: scalar, s: fc.record({ $in: list }) }),
    fc.record({ w: scalar, s: fc.record({ $gte: scalar }) }),
    fc.record({ s: scalar }),
  );
  const filter = fc.oneof(clause, fc.record({ $or: fc.array(clause, { minLength: 1, maxLength: 3 }) }));
  const way = fc.constantFrom<1 | -1>(1, -1);
  const sort = fc.oneof(fc.record({ s: way, at: way }), fc.record({ at: way }), fc.record({ w: way, at: way }));
  const projection = fc.constantFrom<Document>({ _id: 0, w: 1, s: 1, at: 1 }, { _id: 0, at: 1, s: 1 }, { s: 1 });

  it("gives the same documents in the same order", async () => {
    const db = store.db();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(doc, { minLength: 1, maxLength: 25 }),
        filter,
        sort,
        projection,
        async (docs, f, by, p) => {
          const collection = db.collection(`c${(round += 1)}`);
          await collection.insertMany(docs);
          const ask = async () => {
            const rows = await collection
              .find(f as Document, { projection: p })
              .sort(by)
              .toArray();
            const keys = await collection
              .find(f as Document, { projection: { _id: 0, ...by } })
              .sort(by)
              .toArray();
            const pages = await collection.countDocuments(f);
            const text = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
            return { text, keys: keys.map((row) => Object.keys(by).map((path) => row[path] ?? null)), pages };
          };
          const before = await ask();
          await collection.createIndexes([
            { key: { w: 1, s: 1, at: 1 } },
            { key: { s: 1, at: -1, w: 1 } },
            { key: { at: 1 } },
          ]);
          const after = await ask();
          expect({ ...after, keys: [] }).toEqual({ ...before, keys: [] });
          const plain = docs.every(({ w }) => !Array.isArray(w));
          if (plain) expect(after.keys).toEqual(before.keys);
          await collection.drop();
        },
      ),
      { numRuns: 150 },
    );
  });
});
