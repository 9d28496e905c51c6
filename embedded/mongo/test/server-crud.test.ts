/** CRUD through the official driver, in the style of the CRUD specification: given, done, answered, left behind. */
import { describe, expect, it } from "@jest/globals";
import {
  Decimal128,
  Double,
  Int32,
  Long,
  MongoBulkWriteError,
  ObjectId,
  type Collection,
  type Document,
} from "mongodb";
import { failure, useStore } from "./serverHarness.js";

const test = useStore();

type Numbered = Document & { _id: number };
const given: Numbered[] = [
  { _id: 1, x: 11 },
  { _id: 2, x: 22 },
  { _id: 3, x: 33 },
];

interface Case {
  title: string;
  given?: Numbered[];
  run: (a: Collection<Numbered>) => Promise<unknown>;
  answer?: unknown;
  left?: Document[];
}

const cases: Case[] = [
  {
    title: "insertOne",
    run: (a) => a.insertOne({ _id: 4, x: 44 }),
    answer: { acknowledged: true, insertedId: 4 },
    left: [...given, { _id: 4, x: 44 }],
  },
  {
    title: "insertMany",
    run: (a) => a.insertMany([{ _id: 4 }, { _id: 5 }]),
    answer: { acknowledged: true, insertedCount: 2, insertedIds: { 0: 4, 1: 5 } },
    left: [...given, { _id: 4 }, { _id: 5 }],
  },
  {
    title: "updateOne changes the first match",
    run: (a) => a.updateOne({ _id: { $gt: 1 } }, { $inc: { x: 1 } }),
    answer: { acknowledged: true, matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null },
    left: [given[0]!, { _id: 2, x: 23 }, given[2]!],
  },
  {
    title: "updateOne that changes nothing",
    run: (a) => a.updateOne({ _id: 1 }, { $set: { x: 11 } }),
    answer: { acknowledged: true, matchedCount: 1, modifiedCount: 0, upsertedCount: 0, upsertedId: null },
    left: given,
  },
  {
    title: "updateMany",
    run: (a) => a.updateMany({ _id: { $gt: 1 } }, { $inc: { x: 1 } }),
    answer: { acknowledged: true, matchedCount: 2, modifiedCount: 2, upsertedCount: 0, upsertedId: null },
    left: [given[0]!, { _id: 2, x: 23 }, { _id: 3, x: 34 }],
  },
  {
    title: "updateOne with upsert of a new document",
    run: (a) => a.updateOne({ _id: 4 }, { $inc: { x: 1 }, $setOnInsert: { y: 1 } }, { upsert: true }),
    answer: { acknowledged: true, matchedCount: 0, modifiedCount: 0, upsertedCount: 1, upsertedId: 4 },
    left: [...given, { _id: 4, x: 1, y: 1 }],
  },
  {
    title: "replaceOne keeps _id",
    run: (a) => a.replaceOne({ _id: 2 }, { y: 1 }),
    answer: { acknowledged: true, matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null },
    left: [given[0]!, { _id: 2, y: 1 }, given[2]!],
  },
  {
    title: "update by a pipeline",
    run: (a) => a.updateOne({ _id: 1 }, [{ $set: { y: { $add: ["$x", 1] } } }, { $unset: "x" }]),
    left: [{ _id: 1, y: 12 }, given[1]!, given[2]!],
  },
  {
    title: "update with arrayFilters",
    given: [{ _id: 1, list: [{ n: 1 }, { n: 5 }, { n: 9 }] }],
    run: (a) => a.updateOne({}, { $set: { "list.$[big].hit": true } }, { arrayFilters: [{ "big.n": { $gt: 4 } }] }),
    left: [{ _id: 1, list: [{ n: 1 }, { n: 5, hit: true }, { n: 9, hit: true }] }],
  },
  {
    title: "update of the matched array element",
    given: [{ _id: 1, list: [1, 5, 9] }],
    run: (a) => a.updateOne({ list: 5 }, { $set: { "list.$": 6 } }),
    left: [{ _id: 1, list: [1, 6, 9] }],
  },
  {
    title: "deleteOne",
    run: (a) => a.deleteOne({ _id: { $gt: 1 } }),
    answer: { acknowledged: true, deletedCount: 1 },
    left: [given[0]!, given[2]!],
  },
  {
    title: "deleteMany",
    run: (a) => a.deleteMany({ _id: { $gt: 1 } }),
    answer: { acknowledged: true, deletedCount: 2 },
    left: [given[0]!],
  },
  {
    title: "deleteMany with a collation",
    given: [
      { _id: 1, x: "ping" },
      { _id: 2, x: "PING" },
    ],
    run: (a) => a.deleteMany({ x: "Ping" }, { collation: { locale: "en_US", strength: 2 } }),
    answer: { acknowledged: true, deletedCount: 2 },
    left: [],
  },
  {
    title: "findOneAndUpdate answers with the document before",
    run: (a) =>
      a.findOneAndUpdate({ _id: { $gt: 1 } }, { $inc: { x: 1 } }, { sort: { x: -1 }, projection: { _id: 0 } }),
    answer: { x: 33 },
    left: [given[0]!, given[1]!, { _id: 3, x: 34 }],
  },
  {
    title: "findOneAndUpdate answers with the document after",
    run: (a) => a.findOneAndUpdate({ _id: 2 }, { $inc: { x: 1 } }, { returnDocument: "after" }),
    answer: { _id: 2, x: 23 },
  },
  {
    title: "findOneAndUpdate without a match",
    run: (a) => a.findOneAndUpdate({ _id: 9 }, { $inc: { x: 1 } }),
    answer: null,
    left: given,
  },
  {
    title: "findOneAndUpdate with upsert, after",
    run: (a) => a.findOneAndUpdate({ _id: 9 }, { $inc: { x: 1 } }, { upsert: true, returnDocument: "after" }),
    answer: { _id: 9, x: 1 },
  },
  {
    title: "findOneAndUpdate with upsert, before",
    run: (a) => a.findOneAndUpdate({ _id: 9 }, { $inc: { x: 1 } }, { upsert: true, includeResultMetadata: true }),
    answer: { lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 }, value: null, ok: 1 },
  },
  {
    title: "findOneAndReplace",
    run: (a) => a.findOneAndReplace({ _id: 1 }, { z: 1 }, { returnDocument: "after" }),
    answer: { _id: 1, z: 1 },
  },
  {
    title: "findOneAndDelete",
    run: (a) => a.findOneAndDelete({ x: { $gt: 11 } }, { sort: { x: 1 }, includeResultMetadata: true }),
    answer: { lastErrorObject: { n: 1 }, value: { _id: 2, x: 22 }, ok: 1 },
    left: [given[0]!, given[2]!],
  },
  {
    title: "find with sort, skip and limit",
    run: (a) => a.find({}).sort({ x: -1 }).skip(1).limit(1).toArray(),
    answer: [given[1]],
  },
  {
    title: "find with an inclusive projection",
    run: (a) => a.find({ _id: 1 }, { projection: { x: 1, _id: 0 } }).toArray(),
    answer: [{ x: 11 }],
  },
  {
    title: "find with an exclusive projection",
    run: (a) => a.find({ _id: 1 }, { projection: { x: 0 } }).toArray(),
    answer: [{ _id: 1 }],
  },
  {
    title: "find with a positional projection",
    given: [{ _id: 1, list: [{ n: 1 }, { n: 5 }] }],
    run: (a) => a.find({ "list.n": 5 }, { projection: { "list.$": 1 } }).toArray(),
    answer: [{ _id: 1, list: [{ n: 5 }] }],
  },
  {
    title: "find with let",
    run: (a) => a.find({ $expr: { $eq: ["$x", "$$wanted"] } }, { let: { wanted: 22 } } as never).toArray(),
    answer: [given[1]],
  },
  {
    title: "let is evaluated, and literal where it says so",
    run: (a) =>
      a
        .aggregate([{ $match: { _id: 1 } }, { $project: { sum: "$$sum", text: "$$text" } }], {
          let: { sum: { $add: [1, 2] }, text: { $literal: "$x" } },
        })
        .toArray(),
    answer: [{ _id: 1, sum: 3, text: "$x" }],
  },
  {
    title: "update with let",
    run: (a) =>
      a.updateOne({ $expr: { $eq: ["$x", "$$old"] } }, [{ $set: { x: "$$now" } }], { let: { old: 22, now: 7 } }),
    left: [given[0]!, { _id: 2, x: 7 }, given[2]!],
  },
  { title: "countDocuments", run: (a) => a.countDocuments({ x: { $gt: 11 } }), answer: 2 },
  { title: "countDocuments with skip and limit", run: (a) => a.countDocuments({}, { skip: 1, limit: 1 }), answer: 1 },
  { title: "estimatedDocumentCount", run: (a) => a.estimatedDocumentCount(), answer: 3 },
  { title: "distinct", run: (a) => a.distinct("x", { _id: { $lt: 3 } }), answer: [11, 22] },
  {
    title: "distinct over arrays",
    given: [
      { _id: 1, tags: ["a", "b"] },
      { _id: 2, tags: ["b", "c"] },
      { _id: 3, tags: "d" },
    ],
    run: async (a) => (await a.distinct("tags")).sort(),
    answer: ["a", "b", "c", "d"],
  },
  {
    title: "bulkWrite, ordered",
    run: async (a) => {
      const result = await a.bulkWrite([
        { insertOne: { document: { _id: 4, x: 44 } } },
        { updateOne: { filter: { _id: 2 }, update: { $set: { x: 1 } } } },
        { updateMany: { filter: { _id: { $gt: 2 } }, update: { $inc: { x: 1 } } } },
        { replaceOne: { filter: { _id: 7 }, replacement: { x: 7 }, upsert: true } },
        { deleteOne: { filter: { _id: 1 } } },
      ]);
      const { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds } = result;
      return { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds };
    },
    answer: {
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      deletedCount: 1,
      upsertedCount: 1,
      upsertedIds: { 3: 7 },
    },
    left: [
      { _id: 2, x: 1 },
      { _id: 3, x: 34 },
      { _id: 4, x: 45 },
      { _id: 7, x: 7 },
    ],
  },
];

describe("CRUD", () => {
  it.each(cases)("$title", async ({ given: documents, run, answer, left }) => {
    const a = test.db().collection<Numbered>("a");
    await a.insertMany(documents ?? given);
    const result = await run(a);
    if (answer !== undefined) expect(result).toEqual(answer);
    if (left) expect(await a.find({}).sort({ _id: 1 }).toArray()).toEqual(left);
  });

  it("keeps every BSON type apart", async () => {
    const a = test.db().collection("types");
    const document = {
      _id: new ObjectId(),
      int: new Int32(5),
      double: new Double(5),
      long: Long.fromNumber(5),
      big: Long.fromString("9007199254740993"),
      decimal: Decimal128.fromString("1.10"),
      date: new Date(5),
      text: "\u0000é😀",
      nothing: null,
      list: [1, "a", { b: true }],
    };
    await a.insertOne(document);
    const [stored] = await a.find({}, { promoteValues: false, promoteLongs: false }).toArray();
    expect(stored).toMatchObject({ int: new Int32(5), double: new Double(5), long: Long.fromNumber(5) });
    expect(String(stored!.big)).toBe("9007199254740993");
    expect(String(stored!.decimal)).toBe("1.10");
    expect(Object.keys(stored!)).toEqual(Object.keys(document));
    await a.updateOne({}, { $inc: { int: 1, double: 1, long: 1 } });
    const [after] = await a.find({}, { promoteValues: false, promoteLongs: false }).toArray();
    expect([after!.int._bsontype, after!.double._bsontype, after!.long._bsontype]).toEqual(["Int32", "Double", "Long"]);
    expect(await a.countDocuments({ double: 6, long: { $type: "long" } })).toBe(1);
  });
});

describe("errors of writes", () => {
  it("refuses a duplicate key, naming key and value", async () => {
    const a = test.db().collection<Numbered>("a");
    await a.createIndex({ x: 1 }, { unique: true }, {});
    await a.insertOne({ _id: 1, x: 1 });
    const inserted = await failure(a.insertOne({ _id: 2, x: 1 }));
    expect(inserted).toMatchObject({ code: 11000, keyPattern: { x: 1 }, keyValue: { x: 1 } });
    expect(inserted.message).toBe(`E11000 duplicate key error collection: ${a.namespace} index: x_1 dup key: { x: 1 }`);
    expect(await failure(a.insertOne({ _id: 1 }))).toMatchObject({ code: 11000, keyPattern: { _id: 1 } });
    await a.insertOne({ _id: 3, x: 3 });
    expect(await failure(a.updateOne({ _id: 3 }, { $set: { x: 1 } }))).toMatchObject({ code: 11000 });
    expect(await failure(a.findOneAndUpdate({ _id: 3 }, { $set: { x: 1 } }))).toMatchObject({ code: 11000 });
    expect(await a.find({}).sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, x: 1 },
      { _id: 3, x: 3 },
    ]);
  });

  it.each([
    { ordered: true, inserted: 1, indexes: [1], left: [1, 2] },
    { ordered: false, inserted: 2, indexes: [1, 3], left: [1, 2, 3] },
  ])("insertMany with ordered: $ordered", async ({ ordered, indexes, left }) => {
    const a = test.db().collection<Numbered>("a");
    await a.insertOne({ _id: 1 });
    const error = await a
      .insertMany([{ _id: 2 }, { _id: 1 }, { _id: 3 }, { _id: 1 }], { ordered })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MongoBulkWriteError);
    const { writeErrors, insertedCount } = error as MongoBulkWriteError;
    expect([writeErrors].flat().map((one) => [one.index, one.code])).toEqual(indexes.map((index) => [index, 11000]));
    expect(insertedCount).toBe(left.length - 1);
    expect((await a.find({}).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual(left);
  });

  it.each([
    { ordered: true, failed: [3], n: [1, 1, 1, 0, 0, 0] },
    { ordered: false, failed: [3, 6], n: [1, 1, 1, 0, 1, 1] },
  ])("a batch of updates with ordered: $ordered ends or goes on after an error", async ({ ordered, failed, n }) => {
    const a = test.db().collection<Numbered>("a");
    await a.insertMany([1, 2, 3, 4, 5, 6].map((_id) => ({ _id, n: 0 })));
    const ids = [1, 2, 3, 4, 5, 6].map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { n: 1 } } } }));
    ids[3] = { updateOne: { filter: { _id: 4 }, update: { $set: { _id: 9 } } } } as never;
    const broken = { updateOne: { filter: { _id: 1 }, update: { $inc: { n: "x" } } } } as never;
    const error = await a.bulkWrite([...ids, broken], { ordered }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MongoBulkWriteError);
    expect([(error as MongoBulkWriteError).writeErrors].flat().map(({ index }) => index)).toEqual(failed);
    expect((await a.find({}).sort({ _id: 1 }).toArray()).map((doc) => doc.n as number)).toEqual(n);
  });

  it.each([
    { title: "$set of _id", update: { $set: { _id: 5 } }, code: 66 },
    { title: "conflicting paths", update: { $set: { a: 1 }, $inc: { a: 1 } }, code: 40 },
    { title: "an unknown operator", update: { $foo: { a: 1 } }, code: 9 },
    { title: "$inc of a string", update: { $inc: { text: 1 } }, code: 14 },
    { title: "$push to a number", update: { $push: { x: 1 } }, code: 2 },
    { title: "a path through a number", update: { $set: { "x.y": 1 } }, code: 28 },
  ])("update with $title: $code", async ({ update, code }) => {
    const a = test.db().collection<Numbered>("a");
    await a.insertOne({ _id: 1, x: 1, text: "t" });
    expect((await failure(a.updateOne({ _id: 1 }, update as never))).code).toBe(code);
    expect(await a.findOne({})).toEqual({ _id: 1, x: 1, text: "t" });
  });

  it.each([
    { title: "an array as _id", doc: { _id: [1] }, code: 2 },
    { title: "a regular expression as _id", doc: { _id: /x/ }, code: 2 },
    { title: "an operator inside _id", doc: { _id: { $a: 1 } }, code: 52 },
  ])("insert of $title: $code", async ({ doc, code }) => {
    expect(
      (
        await failure(
          test
            .db()
            .collection("a")
            .insertOne(doc as never),
        )
      ).code,
    ).toBe(code);
  });

  it("refuses documents above 16 MB, and takes one just below", async () => {
    const a = test.db().collection("a");
    const error = await failure(a.insertOne({ text: "x".repeat(16_900_000) }));
    expect(error.code).toBe(10334);
    await a.insertOne({ text: "x".repeat(16 * 1024 * 1024 - 100) });
    await expect(a.updateOne({}, { $set: { more: "x".repeat(200) } })).rejects.toMatchObject({ code: 17419 });
  });

  it("refuses a hint that names no index", async () => {
    const a = test.db().collection("a");
    await a.insertOne({ x: 1 });
    expect((await failure(a.find({}, { hint: "none" }).toArray())).code).toBe(2);
  });

  it("stops a command whose time is over", async () => {
    const a = test.db().collection("a");
    for (let i = 0; i < 5; i += 1) {
      await a.insertMany(Array.from({ length: 4000 }, (_, n) => ({ n, text: `text ${n}` })));
    }
    const slow = a.aggregate(
      [
        { $lookup: { from: "a", pipeline: [{ $match: { text: /9.*9$/ } }], as: "others" } },
        { $group: { _id: "$others" } },
      ],
      { maxTimeMS: 20 },
    );
    expect((await failure(slow.toArray())).code).toBe(50);
  });

  it("writes without an answer when asked to", async () => {
    const a = test.db().collection<Numbered>("a");
    const result = await a.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    expect(result.acknowledged).toBe(false);
    for (let tries = 0; tries < 100 && (await a.countDocuments({})) === 0; tries += 1);
    expect(await a.countDocuments({})).toBe(1);
  });

  it("never loses an update of many that change one document at once", async () => {
    const a = test.db().collection<Numbered>("a");
    await a.insertOne({ _id: 1, n: 0 });
    const seen = await Promise.all(
      Array.from({ length: 200 }, () =>
        a.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: "after" }),
      ),
    );
    expect(new Set(seen.map((doc) => doc!.n)).size).toBe(200);
    expect(await a.findOne({})).toEqual({ _id: 1, n: 200 });
  });

  it("makes one document of many upserts of the same key", async () => {
    const a = test.db().collection("a");
    await a.createIndex({ k: 1 }, { unique: true }, {});
    await Promise.allSettled(
      Array.from({ length: 50 }, () => a.updateOne({ k: 1 }, { $inc: { n: 1 } }, { upsert: true })),
    );
    expect(await a.countDocuments({})).toBe(1);
  });
});

describe("explain", () => {
  it("shows IXSCAN with an index and COLLSCAN without", async () => {
    const a = test.db().collection("a");
    await a.insertMany(Array.from({ length: 100 }, (_, x) => ({ x, y: x })));
    await a.createIndex({ x: 1 }, {}, {});
    const stages = (plan: Document): string[] => [
      plan.stage as string,
      ...(plan.inputStage ? stages(plan.inputStage as Document) : []),
    ];
    const indexed = await a.find({ x: { $gt: 90 } }).explain("executionStats");
    expect(stages(indexed.queryPlanner.winningPlan as Document)).toEqual(["FETCH", "IXSCAN"]);
    expect(indexed.executionStats).toMatchObject({ nReturned: 9, totalKeysExamined: 9, totalDocsExamined: 9 });
    const scanned = await a.find({ y: 1 }).explain("queryPlanner");
    expect(stages(scanned.queryPlanner.winningPlan as Document)).toEqual(["COLLSCAN"]);
    const counted = await test.client.db(a.dbName).command({ explain: { count: "a", query: { x: 1 } } });
    expect(stages(counted.queryPlanner.winningPlan as Document)[0]).toBe("COUNT");
    const aggregated = await a.aggregate([{ $match: { x: 5 } }, { $group: { _id: "$y" } }]).explain();
    expect(JSON.stringify(aggregated)).toContain("IXSCAN");
    const updated = await test.client.db(a.dbName).command({
      explain: { update: "a", updates: [{ q: { x: 5 }, u: { $set: { y: 0 } } }] },
      verbosity: "queryPlanner",
    });
    expect(stages(updated.queryPlanner.winningPlan as Document)).toEqual(["UPDATE", "FETCH", "IXSCAN"]);
    expect(await a.countDocuments({ y: 0 })).toBe(1);
  });
});
