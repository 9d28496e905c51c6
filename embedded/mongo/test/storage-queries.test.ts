/** Whatever indexes there are, answers are those of reading the whole collection. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Decimal128, Double, Long } from "bson";
import fc from "fast-check";
import { compileSort } from "../query/sort.js";
import { compileCollation } from "../collation.js";
import { compileFilter } from "../query/filter.js";
import type { Collection, Doc, FindRequest, IndexSpec, Value } from "../types.js";
import { index, insert, temporaryEngine, update } from "./storageHarness.js";

let test: Awaited<ReturnType<typeof temporaryEngine>>;
beforeAll(async () => {
  test = await temporaryEngine();
});
afterAll(() => test.remove());

function request(filter: Doc, { collation, ...how }: Partial<FindRequest> & { collation?: Doc } = {}): FindRequest {
  const context = { now: new Date(0), collator: collation && compileCollation(collation) };
  return { filter: compileFilter(filter, context), context, ...how };
}

async function find(collection: Collection, filter: Doc, how: Parameters<typeof request>[1] = {}): Promise<Doc[]> {
  const docs: Doc[] = [];
  for await (const found of collection.find(request(filter, how))) docs.push(found.doc());
  return docs;
}

const values: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.constantFrom<Value>("a", "ab", "b", "B", "", "é") },
  fc.constantFrom<Value>(null, true, 1.5, NaN, new Double(2), Long.fromNumber(3), Decimal128.fromString("2.0")),
  fc.constantFrom<Value>(new Date(0), new Date(5), { b: 1 }, { b: null }, {}),
);
const arrays = fc.array(values, { maxLength: 3 });
const nested: fc.Arbitrary<Value> = fc.record({ b: fc.oneof(values, arrays), c: values }, { requiredKeys: [] });
const fieldsOf = (key: fc.Arbitrary<Value>) =>
  fc.record(
    { a: key, b: fc.oneof(values, arrays), n: fc.oneof(nested, fc.array(nested, { maxLength: 3 }), values) },
    { requiredKeys: [] },
  );
/** Collections without and with arrays on the paths. */
const documents: fc.Arbitrary<Doc[]> = fc.oneof(
  fc.array(fc.record({ a: values, b: values, n: nested }, { requiredKeys: [] }), { minLength: 1, maxLength: 14 }),
  fc.array(fieldsOf(fc.oneof(values, arrays)), { minLength: 1, maxLength: 14 }),
);

const plainPaths = fc.constantFrom("a", "b", "n.b", "n.c");
const operators: fc.Arbitrary<Doc> = fc.oneof(
  ...["$eq", "$gt", "$gte", "$lt", "$lte", "$ne"].map((name) => values.map((value) => ({ [name]: value }))),
  fc.tuple(values, values).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.array(values, { maxLength: 3 }).map((list) => ({ $in: list })),
  fc.array(values, { maxLength: 2 }).map((list) => ({ $nin: list })),
  fc.boolean().map((there) => ({ $exists: there })),
  fc.constantFrom("number", "string", "null", "array", "object").map((type) => ({ $type: type })),
  fc.constantFrom("^a", "^ab?", "b$", "^(a|b)", "^a|b").map((pattern) => ({ $regex: pattern })),
  fc.tuple(values, values).map(([low, high]) => ({ $elemMatch: { $gte: low, $lte: high } })),
  fc.array(values, { minLength: 1, maxLength: 2 }).map((list) => ({ $all: list })),
  values.map((value) => ({ $not: { $gt: value } })),
  fc.constant({ $size: 2 }),
);
const conditions: fc.Arbitrary<Doc> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(plainPaths, fc.oneof(values, operators)).map(([path, value]) => ({ [path]: value })),
  },
  fc.tuple(values, values).map(([b, c]) => ({ n: { $elemMatch: { b, c } } })),
  fc.tuple(values, operators).map(([b, c]) => ({ n: { $elemMatch: { b: { $gte: b }, c } } })),
  arrays.map((list) => ({ a: list })),
);
const filters: fc.Arbitrary<Doc> = fc.oneof(
  { weight: 4, arbitrary: conditions },
  { weight: 4, arbitrary: fc.array(conditions, { minLength: 2, maxLength: 3 }).map((all) => ({ $and: all })) },
  fc.array(conditions, { minLength: 1, maxLength: 3 }).map((some) => ({ $or: some })),
  fc
    .tuple(conditions, fc.array(conditions, { minLength: 2, maxLength: 2 }))
    .map(([one, some]) => ({ $and: [one], $or: some })),
  fc.constant({}),
);

const ways = fc.constantFrom<1 | -1>(1, -1);
const patterns: fc.Arbitrary<Record<string, 1 | -1>> = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "n.b", "n.c", "_id"), ways), {
    minLength: 1,
    maxLength: 3,
    selector: ([path]) => path,
  })
  .map((fields) => Object.fromEntries(fields));
const indexSpecs: fc.Arbitrary<IndexSpec> = fc
  .tuple(
    patterns,
    fc.constantFrom<Partial<IndexSpec>>(
      {},
      {},
      {},
      { sparse: true },
      { partialFilterExpression: { a: { $gt: 1 } } },
      { partialFilterExpression: { b: { $exists: true } } },
      { partialFilterExpression: { a: "a", b: { $type: "number" } } },
      { collation: { locale: "en", strength: 2 } },
    ),
  )
  .map(([key, how]) => index(key, how));

interface Read {
  filter: Doc;
  sort: Record<string, 1 | -1> | undefined;
  skip: number;
  limit: number;
  collation: Doc | undefined;
}
const reads: fc.Arbitrary<Read> = fc.record({
  filter: filters,
  sort: fc.option(patterns, { nil: undefined }),
  skip: fc.constantFrom(0, 0, 0, 2),
  limit: fc.constantFrom(0, 0, 3),
  collation: fc.constantFrom(undefined, undefined, undefined, { locale: "en", strength: 2 }),
});

function requestOf(read: Read): Parameters<typeof request>[1] {
  const { sort, skip, limit, collation } = read;
  return { sort, skip, limit, ...(collation ? { collation } : {}) };
}

const idsOf = (docs: Doc[]): string[] => docs.map((doc) => String(doc._id));

let collections = 0;

/** Indexes that some document cannot be in, such as one over parallel arrays, are left out. */
async function withIndexes(docs: Doc[], specs: IndexSpec[]): Promise<Collection> {
  const collection = await test.engine.createCollection("test", `c${(collections += 1)}`, {});
  await insert(
    collection,
    docs.map((doc, at) => ({ _id: at, ...doc })),
  );
  for (const spec of specs) {
    try {
      await collection.createIndexes([spec]);
    } catch (error) {
      if (![85, 86, 171].includes((error as { code: number }).code)) throw error;
    }
  }
  return collection;
}

async function expectSame(collection: Collection, read: Read): Promise<void> {
  const how = requestOf(read);
  const expected = await find(collection, read.filter, { ...how, hint: { $natural: 1 } });
  const found = await find(collection, read.filter, how);
  const compiled = request(read.filter, how);
  if (read.sort) {
    const order = compileSort(read.sort, compiled.context.collator);
    expect(found).toHaveLength(expected.length);
    found.forEach((doc, at) => expect([order(doc, expected[at]!), doc]).toEqual([0, doc]));
    expect(new Set(idsOf(found)).size).toBe(found.length);
  }
  if (!read.limit && !read.skip) expect(idsOf(found).sort()).toEqual(idsOf(expected).sort());
  else expect(found).toHaveLength(expected.length);
  const count: FindRequest = { ...compiled, sort: undefined };
  expect(await collection.count(count)).toBe(expected.length);
}

describe("reads through indexes", () => {
  it("do not take a partial index of what has a field for what lacks it", async () => {
    const specs = [index({ b: 1 }, { partialFilterExpression: { b: { $exists: true } } })];
    const collection = await withIndexes([{}, { b: null }, { b: 1 }], specs);
    expect(idsOf(await find(collection, { b: { $exists: false } }))).toEqual(["0"]);
    expect(idsOf(await find(collection, { b: null })).sort()).toEqual(["0", "1"]);
    expect(idsOf(await find(collection, { b: 1 }))).toEqual(["2"]);
  });

  it("find what reading the collection finds", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.array(indexSpecs, { minLength: 1, maxLength: 4 }),
        fc.array(reads, { minLength: 8, maxLength: 12 }),
        async (docs, specs, list) => {
          const collection = await withIndexes(docs, specs);
          for (const read of list) await expectSame(collection, read);
          expect((await collection.validate()).errors).toEqual([]);
          await test.engine.dropCollection("test", collection.name);
        },
      ),
      { numRuns: Number(process.env.STORAGE_RUNS ?? 150) },
    );
  }, 120_000);

  it("still do after updates and deletes", async () => {
    const changes = fc.tuple(filters, fc.constantFrom("a", "b", "n.b"), fc.oneof(values, arrays));
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.array(indexSpecs, { maxLength: 3 }),
        fc.array(changes, { maxLength: 4 }),
        fc.array(reads, { minLength: 4, maxLength: 4 }),
        async (docs, specs, list, after) => {
          const collection = await withIndexes(docs, specs);
          for (const [filter, path, value] of list) {
            try {
              await update(collection, filter, { $set: { [path]: value } }, { multi: true });
            } catch (error) {
              // A path through a scalar, or arrays that would be parallel: as on a real server, refused.
              if (![28, 171].includes((error as { code: number }).code)) throw error;
            }
          }
          expect((await collection.validate()).errors).toEqual([]);
          for (const read of after) await expectSame(collection, read);
          await test.engine.dropCollection("test", collection.name);
        },
      ),
      { numRuns: Number(process.env.STORAGE_RUNS ?? 60) },
    );
  }, 120_000);
});
