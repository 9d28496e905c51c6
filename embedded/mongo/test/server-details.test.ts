import { describe, expect, it } from "@jest/globals";
import { Binary, type Document, Double, Long, MinKey, ObjectId, Timestamp, UUID } from "mongodb";
import { failure, useStore } from "./serverHarness.js";

const store = useStore();

/** A collection with these documents. */
async function collectionOf(docs: Document[], name = "c") {
  const collection = store.db().collection(name);
  if (docs.length > 0) await collection.insertMany(docs);
  return collection;
}

/** What one update makes of `{_id: 1, ...doc}`. */
async function updated(doc: Document, update: Document, options: Document = {}): Promise<Document> {
  const collection = await collectionOf([{ _id: 1, ...doc }]);
  await collection.updateOne({ _id: 1 as never }, update, options);
  const { _id, ...rest } = (await collection.findOne({ _id: 1 as never }))!;
  return rest;
}

describe("fields whose names begin with a dollar sign", () => {
  it.each<[string, Document, Document, Document]>([
    ["$set at the top", { a: 1 }, { $set: { $price: 5 } }, { a: 1, $price: 5 }],
    ["$set below a field", { p: { $each: 1 } }, { $set: { "p.$each": 2 } }, { p: { $each: 2 } }],
    ["$inc", { p: { $n: 1 } }, { $inc: { "p.$n": 2 } }, { p: { $n: 3 } }],
    ["$unset", { p: { $n: 1 } }, { $unset: { "p.$n": 1 } }, { p: {} }],
  ])("can be changed: %s", async (_name, doc, update, after) => {
    expect(await updated(doc, update)).toEqual(after);
  });

  it("can be upserted, but not be put in by a replacement", async () => {
    const collection = await collectionOf([]);
    await collection.updateOne({ _id: 7 as never }, { $set: { $price: 5 } }, { upsert: true });
    expect(await collection.findOne({})).toEqual({ _id: 7, $price: 5 });
    const command = { update: "c", updates: [{ q: { _id: 7 }, u: { a: 1, $b: 2 } }] };
    const { writeErrors } = await store.client.db(collection.dbName).command(command);
    expect(writeErrors).toMatchObject([{ index: 0, code: 52 }]);
  });
});

describe("$pull", () => {
  it.each<[string, Document[], Document, Document[]]>([
    ["$or", [{ n: 1 }, { n: 2 }, { n: 3 }], { $or: [{ n: 1 }, { n: 3 }] }, [{ n: 2 }]],
    ["$and", [{ n: 1, m: 1 }, { n: 1 }], { $and: [{ n: 1 }, { m: 1 }] }, [{ n: 1 }]],
    ["$nor", [{ n: 1 }, { n: 2 }], { $nor: [{ n: 1 }] }, [{ n: 1 }]],
    ["$expr", [{ n: 1 }, { n: 5 }], { $expr: { $gt: ["$n", 2] } }, [{ n: 1 }]],
    ["an empty condition", [{ n: 1 }], {}, []],
  ])("takes what a whole filter finds: %s", async (_name, list, condition, left) => {
    expect(await updated({ list }, { $pull: { list: condition } })).toEqual({ list: left });
  });

  it("knows no operator that is neither for values nor for documents", async () => {
    const error = await failure(updated({ list: [1] }, { $pull: { list: { $foo: 1 } } }));
    expect(error.code).toBe(2);
    expect(error.message).toContain("$foo");
  });
});

describe("references", () => {
  const id = new ObjectId();

  it.each<[string, Document, number]>([
    ["by a field inside an array", { refs: { $elemMatch: { $id: id } } }, 1],
    ["by two of them", { refs: { $elemMatch: { $ref: "people", $id: id } } }, 1],
    ["by another collection", { refs: { $elemMatch: { $ref: "places", $id: id } } }, 0],
    ["as a value", { one: { $ref: "people", $id: id } }, 1],
    ["by path", { "one.$id": id }, 1],
    ["in a list", { one: { $in: [{ $ref: "people", $id: id }] } }, 1],
  ])("are found %s", async (_name, filter, count) => {
    const reference = { $ref: "people", $id: id };
    const collection = await collectionOf([{ refs: [reference], one: reference }]);
    expect(await collection.countDocuments(filter)).toBe(count);
  });
});

describe("errors say where they happened", () => {
  it.each<[string, (of: Awaited<ReturnType<typeof collectionOf>>) => Promise<unknown>, number, RegExp]>([
    [
      "findAndModify",
      (of) => of.findOneAndUpdate({ _id: 1 as never }, { $set: { u: 2 } }),
      11000,
      /^Plan executor error during findAndModify :: caused by :: E11000 duplicate key error collection: \S+ index: u_1 dup key: \{ u: 2 \}$/,
    ],
    [
      "aggregate",
      (of) => of.aggregate([{ $project: { x: { $divide: ["$u", 0] } } }]).toArray(),
      2,
      /^PlanExecutor error during aggregation :: caused by :: can't \$divide by zero$/,
    ],
    [
      "find",
      (of) => of.find({ $expr: { $eq: [{ $divide: ["$u", 0] }, 1] } }).toArray(),
      2,
      /^Executor error during find command: \S+ :: caused by :: can't \$divide by zero$/,
    ],
    [
      "getMore",
      (of) => of.find({ $expr: { $gt: [{ $divide: [1, { $subtract: ["$u", 2] }] }, -9] } }, { batchSize: 1 }).toArray(),
      2,
      /^Executor error during getMore :: caused by :: can't \$divide by zero$/,
    ],
    [
      "$merge",
      (of) => of.aggregate([{ $merge: { into: of.collectionName, whenMatched: "fail" } }]).toArray(),
      11000,
      /\$merge with whenMatched: fail found an existing document with the same values for the 'on' fields :: caused by :: E11000/,
    ],
    [
      "createIndexes",
      (of) => of.createIndexes([{ key: { same: 1 }, unique: true }]),
      11000,
      /^Index build failed: [0-9a-f-]{36}: Collection \S+ \( [0-9a-f-]{36} \) :: caused by :: E11000 duplicate key error/,
    ],
  ])("%s", async (_name, run, code, message) => {
    const collection = await collectionOf([
      { _id: 1, u: 1, same: 0 },
      { _id: 2, u: 2, same: 0 },
    ]);
    await collection.createIndexes([{ key: { u: 1 }, unique: true }]);
    const error = await failure(run(collection));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    if (code === 11000) expect(error.keyPattern).toBeDefined();
  });

  it.each<[unknown, string]>([
    [new Double(1), "1.0"],
    [1.5, "1.5"],
    [Long.fromNumber(5), "5"],
    ["s", '"s"'],
    [null, "null"],
    [[], "undefined"],
    [/a/i, "/a/i"],
    [new MinKey(), "MinKey"],
    [new Timestamp({ t: 1, i: 2 }), "Timestamp(1, 2)"],
    [new Binary(Buffer.from("ab")), "BinData(0, 6162)"],
    [new UUID("00000000-0000-4000-8000-000000000000"), 'UUID("00000000-0000-4000-8000-000000000000")'],
    [{ x: 1 }, "{ x: 1 }"],
  ])("a duplicate of %p is shown as %s", async (value, shown) => {
    const collection = await collectionOf([{ u: value }]);
    await collection.createIndexes([{ key: { u: 1 }, unique: true }]);
    const error = await failure(collection.insertOne({ u: value }));
    expect(error.message.split("dup key: ")[1]).toBe(`{ u: ${shown} }`);
  });

  it.each<[string, Document, Document, string]>([
    [
      "$inc",
      { a: Long.MAX_VALUE },
      { $inc: { a: 1 } },
      "Failed to apply $inc operations to current value ((NumberLong)9223372036854775807) for document {_id: 1}",
    ],
    [
      "$bit",
      { a: 1.5 },
      { $bit: { a: { and: 1 } } },
      "Cannot apply $bit to a value of non-integral type._id: 1 has the field a of non-integer type double",
    ],
    [
      "$rename",
      { a: [{ b: 1 }] },
      { $rename: { "a.0.b": "c" } },
      "The source field cannot be an array element, 'a.0.b' in doc with _id: 1 has an array field called 'a'",
    ],
  ])("%s names value and document", async (_name, doc, update, message) => {
    expect((await failure(updated(doc, update))).message).toBe(message);
  });
});

describe("indexes that differ in more than their name", () => {
  it("may share a key when one of them is unique or sparse", async () => {
    const collection = await collectionOf([{ a: 1 }]);
    await collection.createIndexes([{ key: { a: 1 } }]);
    await collection.createIndexes([{ key: { a: 1 }, name: "unique", unique: true }]);
    await collection.createIndexes([{ key: { a: 1 }, name: "sparse", sparse: true }]);
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(["_id_", "a_1", "unique", "sparse"]);
  });

  it.each<[Document, number, string]>([
    [{ key: { a: 1 }, name: "other" }, 85, "Index already exists with a different name: a_1"],
    [
      { key: { a: 1 }, name: "other", expireAfterSeconds: 5 },
      85,
      'An equivalent index already exists with a different name and options. Requested index: { v: 2, key: { a: 1 }, name: "other", expireAfterSeconds: 5 }, existing index: { v: 2, key: { a: 1 }, name: "a_1" }',
    ],
    [
      { key: { a: 1 }, name: "a_1", expireAfterSeconds: 5 },
      85,
      'An equivalent index already exists with the same name but different options. Requested index: { v: 2, key: { a: 1 }, name: "a_1", expireAfterSeconds: 5 }, existing index: { v: 2, key: { a: 1 }, name: "a_1" }',
    ],
    [
      { key: { b: 1 }, name: "a_1" },
      86,
      'An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: { v: 2, key: { b: 1 }, name: "a_1" }, existing index: { v: 2, key: { a: 1 }, name: "a_1" }',
    ],
  ])("refuses %j", async (spec, code, message) => {
    const collection = await collectionOf([{ a: 1 }]);
    const db = store.client.db(collection.dbName);
    await db.command({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1" }] });
    const error = await failure(db.command({ createIndexes: "c", indexes: [spec] }));
    expect(error).toMatchObject({ code, message });
  });

  it("tells apart what was there, and refuses what only replica sets know", async () => {
    const db = store.db();
    const indexes = [{ key: { a: 1 }, name: "a_1" }];
    const made = { numIndexesBefore: 1, numIndexesAfter: 2, createdCollectionAutomatically: true, ok: 1 };
    expect(await db.command({ createIndexes: "c", indexes })).toEqual(made);
    const again = { numIndexesBefore: 2, numIndexesAfter: 2, note: "all indexes already exist", ok: 1 };
    expect(await db.command({ createIndexes: "c", indexes })).toEqual(again);
    expect(await failure(db.command({ createIndexes: "c", indexes, commitQuorum: 1 }))).toMatchObject({ code: 2 });
  });

  it("have a size of their own", async () => {
    const collection = await collectionOf(Array.from({ length: 50 }, (_, _id) => ({ _id, t: "x".repeat(100) })));
    await collection.createIndexes([{ key: { t: 1 } }, { key: { none: 1 }, sparse: true }]);
    const sizes = async () => {
      const { indexSizes } = await store.client.db(collection.dbName).command({ collStats: "c" });
      return indexSizes as Record<string, number>;
    };
    const before = await sizes();
    expect(before.t_1! - before.none_1!).toBeGreaterThan(50 * 100);
    await collection.deleteMany({});
    const after = await sizes();
    expect(after.t_1).toBe(after.none_1);
  });
});

describe("names that look like array positions", () => {
  /** The names of the fields as the server has them. */
  async function order(collection: Awaited<ReturnType<typeof collectionOf>>, field = "$$ROOT"): Promise<string[]> {
    const pipeline = [{ $project: { fields: { $objectToArray: field } } }];
    const [row] = await collection.aggregate<{ fields: { k: string }[] }>(pipeline).toArray();
    return row!.fields.map(({ k }) => k);
  }
  const fields = (...names: string[]) => new Map<string, unknown>(names.map((name, at) => [name, at]));

  it.each<[string, Document, string[]]>([
    ["another field is set", { $set: { z: 1 } }, ["_id", "b", "10", "a", "2", "z"]],
    ["one of them is set", { $set: { "10": "x" } }, ["_id", "b", "10", "a", "2"]],
    ["one is added", { $set: { "7": "x" } }, ["_id", "b", "10", "a", "2", "7"]],
    ["one is removed", { $unset: { "10": 1 } }, ["_id", "b", "a", "2"]],
  ])("keep their place when %s", async (_name, update, names) => {
    const collection = await collectionOf([]);
    await collection.insertOne(fields("_id", "b", "10", "a", "2"));
    await collection.updateOne({}, update);
    expect(await order(collection)).toEqual(names);
  });

  it("keep their place in embedded documents, replacements and upserts", async () => {
    const collection = await collectionOf([]);
    await collection.insertOne({ m: fields("y", "1", "x") });
    await collection.updateOne({}, { $set: { "m.0": 5 } });
    expect(await order(collection, "$m")).toEqual(["y", "1", "x", "0"]);
    await collection.replaceOne({}, fields("q", "3", "p"));
    expect(await order(collection)).toEqual(["_id", "q", "3", "p"]);
    await collection.deleteMany({});
    await collection.updateOne({}, { $set: fields("q", "3") as never }, { upsert: true });
    expect((await order(collection)).sort()).toEqual(["3", "_id", "q"]);
    expect((await order(collection))[0]).toBe("_id");
  });
});

it("refuses a write concern with the explain of an aggregate", async () => {
  const command = { aggregate: "c", pipeline: [], explain: true, writeConcern: { w: 1 } };
  expect(await failure(store.db().command(command))).toMatchObject({ code: 9, codeName: "FailedToParse" });
});
