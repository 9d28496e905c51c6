/** Aggregation as a client sees it: other collections, writing stages, source stages, collation. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Db, Document } from "mongodb";
import { failure, useStore } from "./serverHarness.js";

const test = useStore();
let db: Db;

beforeEach(async () => {
  db = test.db();
  await db.collection("orders").insertMany([
    { _id: 1 as never, who: "ann", item: "a", n: 2 },
    { _id: 2 as never, who: "bob", item: "b", n: 5 },
    { _id: 3 as never, who: "ann", item: "b", n: 1 },
  ]);
  await db.collection("items").insertMany([
    { _id: "a" as never, price: 10 },
    { _id: "b" as never, price: 3 },
  ]);
});

const run = (pipeline: Document[], collection = "orders"): Promise<Document[]> =>
  db.collection(collection).aggregate(pipeline).toArray();

describe("reading", () => {
  it.each<{ title: string; pipeline: Document[]; answer: Document[] }>([
    { title: "an empty pipeline", pipeline: [{ $match: { n: 5 } }], answer: [{ _id: 2, who: "bob", item: "b", n: 5 }] },
    {
      title: "$group and $sort",
      pipeline: [{ $group: { _id: "$who", n: { $sum: "$n" } } }, { $sort: { _id: 1 } }],
      answer: [
        { _id: "ann", n: 3 },
        { _id: "bob", n: 5 },
      ],
    },
    {
      title: "$lookup by field",
      pipeline: [
        { $match: { _id: 1 } },
        { $lookup: { from: "items", localField: "item", foreignField: "_id", as: "items" } },
        { $project: { items: 1 } },
      ],
      answer: [{ _id: 1, items: [{ _id: "a", price: 10 }] }],
    },
    {
      title: "$lookup with a pipeline and let",
      pipeline: [
        { $match: { _id: 2 } },
        {
          $lookup: {
            from: "items",
            let: { wanted: "$item" },
            pipeline: [{ $match: { $expr: { $eq: ["$_id", "$$wanted"] } } }, { $project: { _id: 0 } }],
            as: "items",
          },
        },
        { $project: { items: 1 } },
      ],
      answer: [{ _id: 2, items: [{ price: 3 }] }],
    },
    {
      title: "$lookup from a missing collection",
      pipeline: [
        { $match: { _id: 2 } },
        { $lookup: { from: "missing", localField: "item", foreignField: "_id", as: "items" } },
        { $project: { items: 1 } },
      ],
      answer: [{ _id: 2, items: [] }],
    },
    {
      title: "$unionWith",
      pipeline: [
        { $match: { _id: 1 } },
        { $project: { _id: 1 } },
        { $unionWith: { coll: "items", pipeline: [{ $project: { _id: 1 } }] } },
      ],
      answer: [{ _id: 1 }, { _id: "a" }, { _id: "b" }],
    },
    {
      title: "$facet",
      pipeline: [
        {
          $facet: {
            all: [{ $count: "n" }],
            large: [{ $match: { n: { $gt: 1 } } }, { $project: { _id: 1 } }, { $sort: { _id: 1 } }],
          },
        },
      ],
      answer: [{ all: [{ n: 3 }], large: [{ _id: 1 }, { _id: 2 }] }],
    },
    {
      title: "$setWindowFields",
      pipeline: [
        {
          $setWindowFields: {
            partitionBy: "$who",
            sortBy: { _id: 1 },
            output: { sum: { $sum: "$n", window: { documents: ["unbounded", "current"] } } },
          },
        },
        { $sort: { _id: 1 } },
        { $project: { sum: 1 } },
      ],
      answer: [
        { _id: 1, sum: 2 },
        { _id: 2, sum: 5 },
        { _id: 3, sum: 3 },
      ],
    },
  ])("$title", async ({ pipeline, answer }) => {
    expect(await run(pipeline)).toEqual(answer);
  });

  it("answers for a missing collection", async () => {
    expect(await run([{ $match: {} }], "missing")).toEqual([]);
    expect(await run([{ $count: "n" }], "missing")).toEqual([]);
  });

  it("reads $documents without a collection", async () => {
    expect(await db.aggregate([{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: 2 } }]).toArray()).toEqual([
      { a: 2 },
    ]);
  });

  it("groups by the collation of the command", async () => {
    const rows = await db
      .collection("orders")
      .aggregate([{ $match: { who: "ANN" } }, { $count: "n" }], { collation: { locale: "en", strength: 2 } })
      .toArray();
    expect(rows).toEqual([{ n: 2 }]);
  });
});

describe("writing", () => {
  it("replaces a collection with $out and keeps its indexes", async () => {
    await db.collection("target").insertOne({ _id: 9 as never });
    await db.collection("target").createIndex({ n: 1 }, {}, {});
    expect(await run([{ $match: { n: { $gt: 1 } } }, { $project: { n: 1 } }, { $out: "target" }])).toEqual([]);
    expect(await run([{ $sort: { _id: 1 } }], "target")).toEqual([
      { _id: 1, n: 2 },
      { _id: 2, n: 5 },
    ]);
    expect((await db.collection("target").indexes()).map((index) => index.name)).toEqual(["_id_", "n_1"]);
    expect((await db.listCollections({}, { nameOnly: true }).toArray()).map((row) => row.name).sort()).toEqual([
      "items",
      "orders",
      "target",
    ]);
  });

  it("leaves the old collection when $out fails", async () => {
    await db.collection("target").insertOne({ _id: 9 as never });
    await db.collection("target").createIndex({ who: 1 }, { unique: true }, {});
    expect((await failure(run([{ $out: "target" }]))).code).toBe(11000);
    expect(await run([], "target")).toEqual([{ _id: 9 }]);
  });

  const merges: { title: string; stage: Document; answer: Document[] }[] = [
    {
      title: "merge",
      stage: {},
      answer: [
        { _id: 1, old: true, n: 2 },
        { _id: 2, n: 5 },
        { _id: 3, n: 1 },
      ],
    },
    {
      title: "replace",
      stage: { whenMatched: "replace" },
      answer: [
        { _id: 1, n: 2 },
        { _id: 2, n: 5 },
        { _id: 3, n: 1 },
      ],
    },
    {
      title: "keepExisting",
      stage: { whenMatched: "keepExisting" },
      answer: [
        { _id: 1, old: true },
        { _id: 2, n: 5 },
        { _id: 3, n: 1 },
      ],
    },
    {
      title: "discard",
      stage: { whenNotMatched: "discard" },
      answer: [{ _id: 1, old: true, n: 2 }],
    },
    {
      title: "pipeline",
      stage: { whenMatched: [{ $set: { sum: { $add: ["$$new.n", 100] } } }] },
      answer: [
        { _id: 1, old: true, sum: 102 },
        { _id: 2, n: 5 },
        { _id: 3, n: 1 },
      ],
    },
  ];

  it.each(merges)("$merge: $title", async ({ stage, answer }) => {
    await db.collection("target").insertOne({ _id: 1 as never, old: true });
    await run([{ $project: { n: 1 } }, { $merge: { into: "target", ...stage } }]);
    expect(await run([{ $sort: { _id: 1 } }], "target")).toEqual(answer);
  });

  it("$merge on another field needs a unique index", async () => {
    const stage = { $merge: { into: "sums", on: "who" } };
    const sums = [{ $group: { _id: "$who", n: { $sum: "$n" } } }, { $project: { _id: 0, who: "$_id", n: 1 } }, stage];
    expect((await failure(run(sums))).code).toBe(51183);
    await db.collection("sums").createIndex({ who: 1 }, { unique: true }, {});
    await db.collection("sums").insertOne({ who: "ann", n: 0, kept: 1 });
    await run(sums);
    expect(await run([{ $sort: { who: 1 } }, { $project: { _id: 0 } }], "sums")).toEqual([
      { who: "ann", n: 3, kept: 1 },
      { n: 5, who: "bob" },
    ]);
  });

  it("$merge fails as told", async () => {
    await db.collection("target").insertOne({ _id: 1 as never });
    expect((await failure(run([{ $merge: { into: "target", whenMatched: "fail" } }]))).code).toBe(11000);
    expect((await failure(run([{ $merge: { into: "other", whenNotMatched: "fail" } }]))).code).toBe(13113);
  });
});
