/** Pipeline stages, by the examples and rules of MongoDB's manual. */
import { Decimal128, Double, Long } from "bson";
import { describe, expect, it } from "@jest/globals";
import { compilePipeline } from "../aggregate/pipeline.js";
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import type { Doc, EvalContext, PipelineHost } from "../types.js";

const now = new Date("2026-01-02T03:04:05Z");

/** Collections in memory; what $out and $merge write can be read from `written`. */
function memoryHost(collections: Record<string, Doc[]>): PipelineHost & { written: Doc[] } {
  const written: Doc[] = [];
  return {
    written,
    // eslint-disable-next-line @typescript-eslint/require-await -- an async face
    async *find(_db, collection, filter, context) {
      const compiled = compileFilter(filter, context);
      for (const doc of collections[collection] ?? []) if (compiled.matches(doc)) yield doc;
    },
    replaceCollection(db, collection, docs) {
      written.push({ db, collection, docs });
      return Promise.resolve();
    },
    merge(db, collection, docs, options) {
      written.push({ db, collection, docs, options });
      return Promise.resolve();
    },
    diagnostics: (_db, collection, stage) => Promise.resolve([{ stage, collection }]),
  };
}

/** Runs all stages, the leading ones too, over `docs`. */
async function run(
  docs: Doc[],
  stages: Doc[],
  options: { collections?: Record<string, Doc[]>; context?: Partial<EvalContext>; host?: PipelineHost } = {},
): Promise<Doc[]> {
  const context = { now, ...options.context };
  const host = options.host ?? memoryHost(options.collections ?? {});
  const where = { db: "test", collection: "main" };
  // A stage in front that keeps everything, so that no stage is left to the engine.
  const pipeline = compilePipeline([{ $unset: "__none" }, ...stages], where, context);
  const results: Doc[] = [];
  const input = memoryHost({ main: docs }).find("test", "main", {}, context);
  for await (const doc of pipeline.run(input, host)) results.push(doc);
  return results;
}

const sales: Doc[] = [
  { _id: 1, item: "abc", price: Decimal128.fromString("10"), quantity: 2, at: new Date("2014-03-01") },
  { _id: 2, item: "jkl", price: Decimal128.fromString("20"), quantity: 1, at: new Date("2014-03-01") },
  { _id: 3, item: "xyz", price: Decimal128.fromString("5"), quantity: 10, at: new Date("2014-03-15") },
  { _id: 4, item: "abc", price: Decimal128.fromString("10"), quantity: 10, at: new Date("2014-04-04") },
];

describe("stages of one document", () => {
  it.each<[string, Doc[], Doc[], Doc[]]>([
    ["$match", [{ a: 1 }, { a: 2 }], [{ $match: { a: { $gt: 1 } } }], [{ a: 2 }]],
    [
      "$project inclusion",
      [{ _id: 1, a: 1, b: 2, c: { d: 1, e: 2 } }],
      [{ $project: { b: 1, "c.d": 1 } }],
      [{ _id: 1, b: 2, c: { d: 1 } }],
    ],
    [
      "$project exclusion",
      [{ _id: 1, a: 1, b: [{ c: 1, d: 2 }] }],
      [{ $project: { a: 0, "b.c": 0 } }],
      [{ _id: 1, b: [{ d: 2 }] }],
    ],
    [
      "$project computed",
      [{ _id: 1, a: 1 }],
      [{ $project: { _id: 0, b: { $add: ["$a", 1] }, c: "x", d: ["$a", "$z"] } }],
      [{ b: 2, c: "x", d: [1, null] }],
    ],
    [
      "$project drops scalars under a path",
      [{ a: [1, { b: 2 }], c: 5 }],
      [{ $project: { "a.b": 1, "c.d": 1 } }],
      [{ a: [{ b: 2 }] }],
    ],
    [
      "$project computed below scalars",
      [{ a: [1, { c: 2 }], d: 5 }],
      [{ $project: { "a.b": "$d", "d.e": { $literal: 1 } } }],
      [{ a: [{ b: 5 }, { b: 5 }], d: { e: 1 } }],
    ],
    ["$project _id only", [{ _id: 1, a: 1 }], [{ $project: { _id: 0 } }], [{ a: 1 }]],
    [
      "$addFields",
      [{ a: { b: 1 }, c: [{ d: 1 }, 2] }],
      [{ $addFields: { "a.x": 5, "c.y": 6 } }],
      [{ a: { b: 1, x: 5 }, c: [{ d: 1, y: 6 }, { y: 6 }] }],
    ],
    ["$set of a document", [{ a: { b: 1 } }], [{ $set: { a: { c: 2 } } }], [{ a: { b: 1, c: 2 } }]],
    ["$unset", [{ a: 1, b: { c: 1, d: 2 } }], [{ $unset: ["a", "b.c"] }], [{ b: { d: 2 } }]],
    [
      "$replaceRoot",
      [{ a: { b: 1 } }],
      [{ $replaceRoot: { newRoot: { $mergeObjects: [{ z: 0 }, "$a"] } } }],
      [{ z: 0, b: 1 }],
    ],
    [
      "$unwind",
      [{ _id: 1, s: ["S", "M"] }, { _id: 2, s: [] }, { _id: 3, s: "L" }, { _id: 4 }, { _id: 5, s: null }],
      [{ $unwind: "$s" }],
      [
        { _id: 1, s: "S" },
        { _id: 1, s: "M" },
        { _id: 3, s: "L" },
      ],
    ],
    [
      "$unwind keeping",
      [{ _id: 1, s: ["S", "M"] }, { _id: 2, s: [] }, { _id: 4 }, { _id: 5, s: null }],
      [{ $unwind: { path: "$s", preserveNullAndEmptyArrays: true, includeArrayIndex: "i" } }],
      [
        { _id: 1, s: "S", i: Long.fromNumber(0) },
        { _id: 1, s: "M", i: Long.fromNumber(1) },
        { _id: 2, i: null },
        { _id: 4, i: null },
        { _id: 5, s: null, i: null },
      ],
    ],
    ["$count", [{}, {}, {}], [{ $count: "n" }], [{ n: 3 }]],
    ["$count of nothing", [], [{ $count: "n" }], []],
    ["$skip and $limit", [{ a: 1 }, { a: 2 }, { a: 3 }], [{ $skip: 1 }, { $limit: 1 }], [{ a: 2 }]],
    [
      "$sort",
      [
        { a: 2, b: 1 },
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
      [{ $sort: { a: 1, b: -1 } }],
      [
        { a: 1, b: 2 },
        { a: 1, b: 1 },
        { a: 2, b: 1 },
      ],
    ],
    [
      "$sort by arrays",
      [{ _id: 1, a: [3, 5] }, { _id: 2, a: [1, 9] }, { _id: 3 }, { _id: 4, a: [] }],
      [{ $sort: { a: 1 } }, { $project: { _id: 1 } }],
      [{ _id: 4 }, { _id: 3 }, { _id: 2 }, { _id: 1 }],
    ],
    [
      "$sort with $skip and $limit",
      Array.from({ length: 1000 }, (_, i) => ({ n: (i * 7919) % 1000 })),
      [{ $sort: { n: 1 } }, { $skip: 2 }, { $limit: 2 }],
      [{ n: 2 }, { n: 3 }],
    ],
    [
      "$redact",
      [
        {
          level: 1,
          a: { level: 5, x: 1 },
          b: [
            { level: 1, y: 2 },
            { level: 5, z: 3 },
          ],
        },
      ],
      [{ $redact: { $cond: [{ $gt: ["$level", 3] }, "$$PRUNE", "$$DESCEND"] } }],
      [{ level: 1, b: [{ level: 1, y: 2 }] }],
    ],
  ])("%s", async (_name, docs, stages, expected) => {
    expect(await run(docs, stages)).toEqual(expected);
  });

  it("keeps stored fields in their order and puts computed ones last", async () => {
    const [doc] = await run([{ _id: 1, b: 1, a: 2 }], [{ $project: { c: "$a", a: 1, b: 1 } }]);
    expect(Object.keys(doc as Doc)).toEqual(["_id", "b", "a", "c"]);
  });

  it("samples without repeating", async () => {
    const docs = Array.from({ length: 50 }, (_, _id) => ({ _id }));
    const picked = await run(docs, [{ $sample: { size: 10 } }]);
    expect(new Set(picked.map((doc) => doc._id)).size).toBe(10);
  });
});

describe("groups", () => {
  it.each<[string, Doc[], Doc[], Doc[]]>([
    [
      "sums per item",
      sales,
      [
        { $group: { _id: "$item", total: { $sum: { $multiply: ["$price", "$quantity"] } }, n: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: "abc", total: Decimal128.fromString("120"), n: 2 },
        { _id: "jkl", total: Decimal128.fromString("20"), n: 1 },
        { _id: "xyz", total: Decimal128.fromString("50"), n: 1 },
      ],
    ],
    [
      "everything",
      [{ a: 1 }, { a: 2 }],
      [{ $group: { _id: null, s: { $sum: "$a" }, m: { $avg: "$a" }, l: { $push: "$a" } } }],
      [{ _id: null, s: 3, m: 1.5, l: [1, 2] }],
    ],
    [
      "missing and null together",
      [{ a: null }, {}],
      [{ $group: { _id: "$a", n: { $sum: 1 } } }],
      [{ _id: null, n: 2 }],
    ],
    [
      "numbers across types",
      [{ a: 1 }, { a: new Double(1) }, { a: Long.ONE }],
      [{ $group: { _id: "$a", n: { $count: {} } } }],
      [{ _id: 1, n: 3 }],
    ],
    [
      "by a document",
      [
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ],
      [{ $group: { _id: { x: "$a", y: "$b" }, n: { $sum: 1 } } }],
      [{ _id: { x: 1, y: 2 }, n: 2 }],
    ],
    [
      "$addToSet",
      [{ a: 1 }, { a: new Double(1) }, { a: 2 }],
      [{ $group: { _id: null, s: { $addToSet: "$a" } } }],
      [{ _id: null, s: [1, 2] }],
    ],
    [
      "sum of int32 beyond int32",
      [{ a: 2147483647 }, { a: 1 }],
      [{ $group: { _id: null, s: { $sum: "$a" } } }],
      [{ _id: null, s: Long.fromNumber(2147483648) }],
    ],
    [
      "$sortByCount",
      [{ t: ["a", "b"] }, { t: ["b"] }],
      [{ $unwind: "$t" }, { $sortByCount: "$t" }],
      [
        { _id: "b", count: 2 },
        { _id: "a", count: 1 },
      ],
    ],
    [
      "$bucket",
      [{ y: 1850 }, { y: 1861 }, { y: 1869 }, { y: 1899 }, {}],
      [
        {
          $bucket: {
            groupBy: "$y",
            boundaries: [1840, 1860, 1870],
            default: "Other",
            output: { n: { $sum: 1 }, y: { $push: "$y" } },
          },
        },
      ],
      [
        { _id: 1840, n: 1, y: [1850] },
        { _id: 1860, n: 2, y: [1861, 1869] },
        { _id: "Other", n: 2, y: [1899] },
      ],
    ],
    [
      "$bucketAuto",
      [1, 2, 3, 4, 5, 6].map((n) => ({ n })),
      [{ $bucketAuto: { groupBy: "$n", buckets: 3 } }],
      [
        { _id: { min: 1, max: 3 }, count: 2 },
        { _id: { min: 3, max: 5 }, count: 2 },
        { _id: { min: 5, max: 6 }, count: 2 },
      ],
    ],
  ])("%s", async (_name, docs, stages, expected) => {
    expect(await run(docs, stages)).toEqual(expected);
  });

  it("groups by collation", async () => {
    const collator = compileCollation({ locale: "en", strength: 2 });
    const rows = await run([{ a: "x" }, { a: "X" }], [{ $group: { _id: "$a", n: { $sum: 1 } } }], {
      context: { collator },
    });
    expect(rows).toEqual([{ _id: "x", n: 2 }]);
  });
});

describe("other collections", () => {
  const orders: Doc[] = [{ _id: 1, item: "almonds", quantity: 2 }, { _id: 2, item: "pecans", quantity: 1 }, { _id: 3 }];
  const inventory: Doc[] = [
    { _id: 1, sku: "almonds", stock: 120 },
    { _id: 5, sku: null },
    { _id: 6 },
    { _id: 4, sku: "pecans", stock: 1 },
  ];
  const collections = { inventory };

  it("$lookup by equality, null standing for missing", async () => {
    const stages = [{ $lookup: { from: "inventory", localField: "item", foreignField: "sku", as: "docs" } }];
    expect(await run(orders, stages, { collections })).toEqual([
      { ...orders[0], docs: [inventory[0]] },
      { ...orders[1], docs: [inventory[3]] },
      { ...orders[2], docs: [inventory[1], inventory[2]] },
    ]);
  });

  it("$lookup by an array", async () => {
    const stages = [{ $lookup: { from: "inventory", localField: "items", foreignField: "sku", as: "x.docs" } }];
    const rows = await run([{ items: ["almonds", "pecans"] }, { items: [] }], stages, { collections });
    expect(rows).toEqual([
      { items: ["almonds", "pecans"], x: { docs: [inventory[0], inventory[3]] } },
      { items: [], x: { docs: [inventory[1], inventory[2]] } },
    ]);
  });

  it("$lookup with let and a pipeline", async () => {
    const stages = [
      {
        $lookup: {
          from: "inventory",
          let: { item: "$item", wanted: "$quantity" },
          pipeline: [
            { $match: { $expr: { $and: [{ $eq: ["$sku", "$$item"] }, { $gt: ["$stock", "$$wanted"] }] } } },
            { $project: { _id: 0, stock: 1, asked: "$$wanted" } },
          ],
          as: "docs",
        },
      },
    ];
    expect(await run(orders.slice(0, 2), stages, { collections })).toEqual([
      { ...orders[0], docs: [{ stock: 120, asked: 2 }] },
      { ...orders[1], docs: [] },
    ]);
  });

  it("$lookup with both, and one inside of another", async () => {
    const inner = {
      $lookup: {
        from: "inventory",
        let: { s: "$sku" },
        pipeline: [{ $match: { $expr: { $eq: ["$sku", "$$s"] } } }, { $set: { q: "$$q", s: "$$s" } }],
        as: "same",
      },
    };
    const stages = [
      {
        $lookup: {
          from: "inventory",
          localField: "item",
          foreignField: "sku",
          let: { q: "$quantity" },
          pipeline: [inner, { $project: { "same.q": 1, "same.s": 1, _id: 0 } }],
          as: "docs",
        },
      },
    ];
    expect(await run(orders.slice(0, 2), stages, { collections })).toEqual([
      { ...orders[0], docs: [{ same: [{ q: 2, s: "almonds" }] }] },
      { ...orders[1], docs: [{ same: [{ q: 1, s: "pecans" }] }] },
    ]);
  });

  it("$graphLookup with depth", async () => {
    const people = [
      { _id: 1, name: "Dev" },
      { _id: 2, name: "Eliot", boss: "Dev" },
      { _id: 3, name: "Ron", boss: "Eliot" },
    ];
    const spec = {
      from: "people",
      startWith: "$boss",
      connectFromField: "boss",
      connectToField: "name",
      as: "up",
      depthField: "d",
    };
    const [row] = await run([people[2] as Doc], [{ $graphLookup: spec }], { collections: { people } });
    expect(row?.up).toEqual([
      { _id: 2, name: "Eliot", boss: "Dev", d: Long.fromNumber(0) },
      { _id: 1, name: "Dev", d: Long.fromNumber(1) },
    ]);
    const [near] = await run([people[2] as Doc], [{ $graphLookup: { ...spec, maxDepth: 0 } }], {
      collections: { people },
    });
    expect(near?.up).toHaveLength(1);
  });

  it("$unionWith and $documents", async () => {
    const stages = [
      { $unionWith: { coll: "inventory", pipeline: [{ $match: { stock: 1 } }] } },
      { $unionWith: { pipeline: [{ $documents: [{ a: { $add: [1, 1] } }] }] } },
    ];
    expect(await run([{ z: 1 }], stages, { collections })).toEqual([{ z: 1 }, inventory[3], { a: 2 }]);
  });

  it("$facet runs each over all", async () => {
    const stages = [{ $facet: { few: [{ $limit: 1 }], n: [{ $count: "n" }] } }];
    expect(await run([{ a: 1 }, { a: 2 }], stages)).toEqual([{ few: [{ a: 1 }], n: [{ n: 2 }] }]);
  });

  it("$out and $merge write and give nothing", async () => {
    const host = memoryHost({});
    expect(await run([{ a: 1 }], [{ $out: "copy" }], { host })).toEqual([]);
    const merge = { into: { db: "other", coll: "copy" }, on: "a", whenMatched: "replace", whenNotMatched: "discard" };
    expect(await run([{ a: 1 }], [{ $merge: merge }], { host })).toEqual([]);
    expect(host.written).toEqual([
      { db: "test", collection: "copy", docs: [{ a: 1 }] },
      { db: "other", collection: "copy", docs: [{ a: 1 }], options: { ...merge, on: ["a"] } },
    ]);
  });
});

describe("planning", () => {
  const where = { db: "test", collection: "main" };
  const compile = (stages: Doc[]): ReturnType<typeof compilePipeline> => compilePipeline(stages, where, { now });

  it.each<[Doc[], Doc]>([
    [
      [{ $match: { a: 1 } }, { $sort: { b: 1 } }, { $skip: 2 }, { $limit: 3 }, { $count: "n" }],
      { filter: { a: 1 }, sort: { b: 1 }, skip: 2, limit: 3, consumed: 4 },
    ],
    [[{ $match: { a: 1 } }, { $match: { b: 1 } }], { filter: { $and: [{ a: 1 }, { b: 1 }] }, consumed: 2 }],
    [[{ $sort: { b: 1 } }, { $match: { a: 1 } }], { filter: { a: 1 }, sort: { b: 1 }, consumed: 2 }],
    [[{ $limit: 3 }, { $match: { a: 1 } }], { limit: 3, consumed: 1 }],
    [[{ $limit: 3 }, { $skip: 1 }], { limit: 3, consumed: 1 }],
    [[{ $limit: 3 }, { $sort: { a: 1 } }], { limit: 3, consumed: 1 }],
    [[{ $group: { _id: 1 } }], { consumed: 0 }],
  ])("%j is led by %j", (stages, leading) => {
    expect(compile(stages).leading).toEqual(leading);
  });

  it("names stages that bring their own documents", async () => {
    const pipeline = compile([{ $indexStats: {} }]);
    expect(pipeline.sourceStage).toBe("$indexStats");
    const rows: Doc[] = [];
    for await (const row of pipeline.run(memoryHost({}).find("test", "none", {}, { now }), memoryHost({})))
      rows.push(row);
    expect(rows).toEqual([{ stage: "$indexStats", collection: "main" }]);
  });

  it.each<[number, Doc[]]>([
    [40324, [{ $foo: 1 }]],
    [40323, [{}]],
    [40323, [{ $match: {}, $limit: 1 }]],
    [40573, [{ $changeStream: {} }]],
    [40601, [{ $out: "x" }, { $limit: 1 }]],
    [40602, [{ $limit: 1 }, { $indexStats: {} }]],
    [15958, [{ $limit: 0 }]],
    [5107201, [{ $limit: "1" }]],
    [5107200, [{ $skip: -1 }]],
    [15959, [{ $match: 1 }]],
    [15976, [{ $sort: {} }]],
    [15975, [{ $sort: { a: 2 } }]],
    [15955, [{ $group: { n: { $sum: 1 } } }]],
    [15952, [{ $group: { _id: 1, n: { $foo: 1 } } }]],
    [40234, [{ $group: { _id: 1, n: 1 } }]],
    [28818, [{ $unwind: "a" }]],
    [40156, [{ $count: "" }]],
    [51272, [{ $project: {} }]],
    [31254, [{ $project: { a: 1, b: 0 } }]],
    [31253, [{ $project: { a: 0, b: 1 } }]],
    [31249, [{ $project: { a: 1, "a.b": 1 } }]],
    [9, [{ $lookup: { from: "x", as: "y" } }]],
    [51047, [{ $lookup: { from: "x", as: "y", pipeline: [{ $out: "z" }] } }]],
    [40600, [{ $facet: { a: [{ $out: "z" }] } }]],
    [40198, [{ $bucket: { groupBy: "$a" } }]],
    [31325, [{ $project: { a: { $foo: 1 } } }]],
    [17276, [{ $project: { a: "$$foo" } }]],
  ])("refuses with %i: %j", (code, stages) => {
    let thrown: unknown;
    try {
      compile(stages);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MongoError);
    expect((thrown as MongoError).code).toBe(code);
  });
});
