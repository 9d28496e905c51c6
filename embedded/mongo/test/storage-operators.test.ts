import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BSONRegExp } from "bson";
import type { Collection, Doc, IndexSpec } from "../types.js";
import { find, index, insert, request, temporaryEngine } from "./storageHarness.js";

const text = fc.constantFrom("", "a", "ab", "abc", "abd", "ac", "b", "éa", "ab\u0000c");
const small = fc.integer({ min: 0, max: 4 });
const scalar = fc.oneof(small, text, fc.constantFrom(null, true, new BSONRegExp("^ab"), new Date(2)));
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
const row = fc.record({ b: value, c: scalar }, { requiredKeys: [] });
const doc = fc.record(
  { a: fc.oneof(value, row, fc.array(fc.oneof(row, scalar), { maxLength: 3 })), c: value },
  { requiredKeys: [] },
);

const pattern = fc.constantFrom("^ab", "^ab*", "^a|b", "b", "^ab{0}c", "^é", "^ab$", "^", "^a.c");
const plain = fc.oneof(small, text, fc.constantFrom(null, true));
const operators = fc.oneof(
  fc.record({ $ne: fc.oneof(plain, fc.array(plain, { maxLength: 2 })) }),
  fc.record({ $nin: fc.array(value, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $type: fc.constantFrom("string", "null", "number", "array") }),
  fc.record({ $regex: pattern, $options: fc.constantFrom("", "i") }),
  fc.record({ $all: fc.array(plain, { minLength: 1, maxLength: 2 }) }),
  fc.record({ $not: fc.record({ $gt: plain }) }),
  fc.record({ $mod: fc.constant([2, 1]) }),
  fc.record({ $elemMatch: fc.record({ $gte: small, $lt: small }) }),
  fc.record({ $gt: text, $ne: text }),
  fc.record({ $regex: pattern, $gte: text }),
);
const elements = fc.record({
  $elemMatch: fc.record({ b: fc.oneof(plain, operators), c: plain }, { requiredKeys: [] }),
});
const filter = fc.dictionary(fc.constantFrom("a", "a.b", "c"), fc.oneof(operators, elements, plain), {
  minKeys: 1,
  maxKeys: 2,
});
const way = fc.constantFrom<1 | -1>(1, -1);
const spec = fc
  .tuple(fc.constantFrom(["a"], ["a.b"], ["c"], ["c", "a.b"], ["a.b", "a.c"]), way, way, fc.boolean())
  .map(([paths, first, second, sparse]) =>
    index(Object.fromEntries(paths.map((path, at) => [path, at === 0 ? first : second])), sparse ? { sparse } : {}),
  );

describe("operators that leave an index with little to say", () => {
  let home: Awaited<ReturnType<typeof temporaryEngine>>;
  let made = 0;
  const fresh = async (): Promise<Collection> => home.engine.createCollection("t", `c${++made}`, {});
  beforeAll(async () => {
    home = await temporaryEngine();
  });
  afterAll(() => home.remove());

  it("give the answers that reading everything gives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(doc, { minLength: 1, maxLength: 20 }),
        fc.uniqueArray(spec, { minLength: 1, maxLength: 3, selector: (one: IndexSpec) => one.name }),
        fc.array(filter, { minLength: 4, maxLength: 8 }),
        async (docs, specs, filters) => {
          const bare = await fresh();
          const indexed = await fresh();
          await indexed.createIndexes(specs);
          const rows = docs.map((one, _id) => ({ _id, ...one }));
          const [, refused] = [await insert(bare, rows, false), await insert(indexed, rows, false)];
          // Arrays side by side cannot be indexed together: those documents are left out of both.
          const kept = rows.filter((_, at) => refused[at] === undefined).map(({ _id }) => _id);
          for (const source of filters) {
            const ids = async (collection: Collection) =>
              (await find(collection, source)).map(({ _id }) => _id as number).sort((x, y) => x - y);
            expect(await ids(indexed)).toEqual((await ids(bare)).filter((_id) => kept.includes(_id)));
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it.each<[string, Doc, Partial<IndexSpec>, string[]]>([
    ["not equal", { a: { $ne: 5 } }, {}, ["[MinKey, 5)", "(5, MaxKey]"]],
    ["not null, sparse", { a: { $ne: null } }, { sparse: true }, ["[MinKey, null)", "(null, MaxKey]"]],
    ["there, sparse", { a: { $exists: true } }, { sparse: true }, ["[MinKey, MaxKey]"]],
    ["a beginning", { a: /^al/ }, {}, ['["al", "al\uffff")', "[/^al/, /^al/]"]],
    ["all of", { a: { $all: ["x", "y"] } }, {}, ['["x", "x"]']],
    ["within a partial range", { a: { $gt: 10 } }, { partialFilterExpression: { a: { $gte: 5 } } }, ["(10, inf.0]"]],
    ["there, partial", { a: { $gt: 1 } }, { partialFilterExpression: { a: { $exists: true } } }, ["(1, inf.0]"]],
    [
      "of the same type, partial",
      { a: { $eq: "x", $type: "string" } },
      { partialFilterExpression: { a: { $type: "string" } } },
      ['["x", "x"]'],
    ],
    ["above the empty, partial", { a: "x" }, { partialFilterExpression: { a: { $gt: "" } } }, ['["x", "x"]']],
  ])("use an index: %s", async (_, source, options, bounds) => {
    const collection = await fresh();
    await collection.createIndexes([index({ a: 1 }, options)]);
    const { winningPlan } = await collection.explain(request(source), "queryPlanner");
    expect(winningPlan).toMatchObject({ stage: "FETCH", inputStage: { stage: "IXSCAN", indexBounds: { a: bounds } } });
  });

  it("use a partial index for one branch of an $or", async () => {
    const collection = await fresh();
    await collection.createIndexes([
      index({ a: 1 }, { partialFilterExpression: { a: { $type: "string" } } }),
      index({ b: 1 }),
    ]);
    const either = (a: Doc) => request({ $or: [{ a }, { b: 1 }] });
    const typed = await collection.explain(either({ $in: ["x"], $type: "string" }), "queryPlanner");
    expect(JSON.stringify(typed)).not.toContain("COLLSCAN");
    const untyped = await collection.explain(either({ $in: ["x"] }), "queryPlanner");
    expect(JSON.stringify(untyped)).toContain("COLLSCAN");
  });

  it.each<[string, Doc, Partial<IndexSpec>]>([
    ["not equal, sparse", { a: { $ne: 5 } }, { sparse: true }],
    ["missing, sparse", { a: { $exists: false } }, { sparse: true }],
    ["a string, of a partial index on strings", { a: "x" }, { partialFilterExpression: { a: { $type: "string" } } }],
    ["beyond a partial range", { a: { $gt: 1 } }, { partialFilterExpression: { a: { $gte: 5 } } }],
  ])("do not use an index that would miss something: %s", async (_, source, options) => {
    const collection = await fresh();
    await collection.createIndexes([index({ a: 1 }, options)]);
    const { winningPlan } = await collection.explain(request(source), "queryPlanner");
    expect(winningPlan.stage).toBe("COLLSCAN");
  });

  it("walk an array of documents once for all fields of a compound index", async () => {
    const collection = await fresh();
    await collection.createIndexes([index({ "a.b": 1, "a.c": 1 }, { unique: true })]);
    const pair = (b: number, c: number) => ({ b, c });
    expect(
      await insert(
        collection,
        [
          { _id: 1, a: [pair(1, 2), pair(3, 4)] },
          { _id: 2, a: [pair(1, 4)] },
          { _id: 3, a: [pair(3, 4)] },
          { _id: 4, a: { b: [1], c: [2] } },
        ],
        false,
      ),
    ).toEqual([undefined, undefined, expect.objectContaining({ code: 11000 }), expect.objectContaining({ code: 171 })]);
    expect((await find(collection, { "a.b": 1, "a.c": 4 })).map(({ _id }) => _id)).toEqual([1, 2]);
    expect(await collection.validate()).toMatchObject({ valid: true });
  });
});
