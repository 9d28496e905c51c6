import { describe, expect, it } from "@jest/globals";
import { Binary, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import fc from "fast-check";
import { compileFilter } from "../query/filter.js";
import type { Doc, Value } from "../types.js";
import { compareValues, isDoc, typeOrder } from "../values/compare.js";

const context = { now: new Date("2024-01-01T00:00:00Z") };

function matches(filter: Doc, doc: Doc): boolean {
  return compileFilter(filter, context).matches(doc);
}

/** Which of the documents match, by their position. */
function found(filter: Doc, docs: readonly Doc[]): number[] {
  const compiled = compileFilter(filter, context);
  return docs.flatMap((doc, at) => (compiled.matches(doc) ? [at] : []));
}

describe("null and missing", () => {
  const docs: Doc[] = [{ a: null }, {}, { a: 1 }, { a: [] }, { a: [null] }, { a: [1, null] }, { a: { b: null } }];

  it.each<[Doc, number[]]>([
    [{ a: null }, [0, 1, 4, 5]],
    [{ a: { $ne: null } }, [2, 3, 6]],
    [{ a: { $exists: true } }, [0, 2, 3, 4, 5, 6]],
    [{ a: { $exists: false } }, [1]],
    [{ a: { $type: "null" } }, [0, 4, 5]],
    [{ a: { $in: [null] } }, [0, 1, 4, 5]],
    [{ a: { $nin: [null] } }, [2, 3, 6]],
    [{ a: { $gte: null } }, [0, 1, 4, 5]],
    [{ a: { $gt: null } }, []],
    [{ a: { $not: { $exists: true } } }, [1]],
    [{ "a.b": null }, [0, 1, 2, 6]],
    [{ "a.b": { $exists: false } }, [0, 1, 2, 3, 4, 5]],
  ])("%j", (filter, expected) => {
    expect(found(filter, docs)).toEqual(expected);
  });
});

describe("comparison within type brackets", () => {
  const docs: Doc[] = [
    { a: 1 },
    { a: new Double(5) },
    { a: Long.fromNumber(9) },
    { a: Decimal128.fromString("5.0") },
    { a: "5" },
    { a: NaN },
    { a: new Date(5) },
    { a: new Timestamp({ t: 0, i: 5 }) },
    { a: true },
    { a: new MinKey() },
    { a: { x: 5 } },
  ];

  it.each<[Doc, number[]]>([
    [{ a: 5 }, [1, 3]],
    [{ a: { $gt: 1 } }, [1, 2, 3]],
    [{ a: { $lte: 5 } }, [0, 1, 3]],
    [{ a: { $lt: Infinity } }, [0, 1, 2, 3]],
    [{ a: { $gte: "" } }, [4]],
    [{ a: NaN }, [5]],
    [{ a: { $gte: NaN } }, [5]],
    [{ a: { $gt: NaN } }, []],
    [{ a: { $lte: new Date(5) } }, [6]],
    [{ a: { $gte: false } }, [8]],
    [{ a: { $gt: { x: 4 } } }, [10]],
    [{ a: new MinKey() }, [9]],
  ])("%j", (filter, expected) => {
    expect(found(filter, docs)).toEqual(expected);
  });
});

describe("arrays and dotted paths", () => {
  const docs: Doc[] = [
    { a: [1, 2, 3] },
    { a: [[1, 2], 3] },
    { a: [{ b: 1 }, { b: 2 }] },
    { a: { b: [1, 5] } },
    { a: [{ b: [3, 4] }, { c: 1 }] },
    { a: { 0: 1 } },
    { a: [] },
    { a: [[{ b: 1 }]] },
  ];

  it.each<[Doc, number[]]>([
    [{ a: 1 }, [0]],
    [{ a: [1, 2] }, [1]],
    [{ a: [1, 2, 3] }, [0]],
    [{ a: { $gt: 2, $lt: 2 } }, [0]],
    [{ a: { $elemMatch: { $gt: 2, $lt: 4 } } }, [0, 1]],
    [{ a: { $elemMatch: { $gt: 2, $lt: 3 } } }, []],
    [{ "a.b": 1 }, [2, 3]],
    [{ "a.b": { $gt: 4 } }, [3]],
    [{ "a.b": { $size: 2 } }, [3, 4]],
    [{ "a.0": 1 }, [0, 5]],
    [{ "a.0": [1, 2] }, [1]],
    [{ "a.0.b": 1 }, [2, 7]],
    [{ "a.1": { $exists: true } }, [0, 1, 2, 4]],
    [{ "a.0.0": 1 }, [1]],
    [{ a: { $elemMatch: { b: 1 } } }, [2]],
    [{ a: { $elemMatch: { b: { $gt: 3 } } } }, [4]],
    [{ a: { $elemMatch: { $elemMatch: { $eq: 1 } } } }, [1]],
    [{ a: { $size: 0 } }, [6]],
    [{ a: [] }, [6]],
    [{ a: { $all: [1, 2] } }, [0]],
    [{ a: { $all: [[1, 2]] } }, [1]],
    [{ a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }, [2]],
    [{ "a.b": { $all: [1, 2] } }, [2]],
    [{ a: { $not: { $elemMatch: { b: 1 } } } }, [0, 1, 3, 4, 5, 6, 7]],
    [{ a: { $type: "array" } }, [0, 1, 2, 4, 6, 7]],
    [{ a: { $type: ["object"] } }, [2, 3, 4, 5]],
    [{ "a.b": { $in: [2, 3] } }, [2, 4]],
    [{ "a.b": { $nin: [1, 3] } }, [0, 1, 5, 6, 7]],
  ])("%j", (filter, expected) => {
    expect(found(filter, docs)).toEqual(expected);
  });

  it("compares whole documents field by field", () => {
    expect(found({ a: { b: [1, 5] } }, docs)).toEqual([3]);
    expect(matches({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toBe(false);
    expect(matches({ a: { x: 1 } }, { a: { x: 1, y: 2 } })).toBe(false);
  });

  it("knows fields that objects inherit for missing", () => {
    expect(matches({ constructor: { $exists: true } }, {})).toBe(false);
    expect(matches({ "a.toString": { $exists: true } }, { a: {} })).toBe(false);
  });
});

describe("other operators", () => {
  it.each<[Doc, Value, boolean]>([
    [{ $mod: [4, 0] }, 8, true],
    [{ $mod: [4, 0] }, new Double(8.7), true],
    [{ $mod: [4, -1] }, -5, true],
    [{ $mod: [new Double(4.9), 1] }, 5, true],
    [{ $mod: [4, 0] }, "8", false],
    [{ $mod: [4, 0] }, Infinity, false],
    [{ $regex: "^AB", $options: "i" }, "abc", true],
    [{ $regex: "^b$", $options: "m" }, "a\nb\nc", true],
    [{ $regex: "a.c", $options: "s" }, "a\nc", true],
    [{ $regex: "a b # comment\nc", $options: "x" }, "abc", true],
    [{ $regex: "(?i)abc" }, "ABC", true],
    [{ $regex: "\\Aab\\Z" }, "ab\n", true],
    [{ $regex: "^[[:alpha:]]+$" }, "abc", true],
    [{ $regex: "\\Qa.c\\E" }, "abc", false],
    [{ $regex: "é" }, "café", true],
    [{ $regex: "^a" }, ["x", "ab"], true],
    [{ $in: [/^a/, 5] }, "abc", true],
    [{ $in: [/^a/, 5] }, 5, true],
    [{ $not: /^a/ }, "abc", false],
    [{ $not: { $regex: "^a" } }, 5, true],
    [{ $type: "number" }, Decimal128.fromString("1"), true],
    [{ $type: 16 }, 1, true],
    [{ $type: 16 }, new Double(1), false],
    [{ $type: ["string", "long"] }, Long.ONE, true],
    [{ $bitsAllSet: 6 }, 7, true],
    [{ $bitsAllSet: [1, 5] }, 54, true],
    [{ $bitsAllClear: [1, 5] }, 20, true],
    [{ $bitsAnySet: new Binary(Buffer.from([0x30])) }, 54, true],
    [{ $bitsAnyClear: 1 }, new Binary(Buffer.from([1])), false],
    [{ $bitsAllSet: 1 }, 1.5, false],
    [{ $bitsAllSet: [200] }, -1, true],
    [{ $eq: /a/ }, "a", false],
    [{ $eq: { $ref: "c", $id: 1 } }, { $ref: "c", $id: 1 }, true],
  ])("%j on %p is %p", (operators, value, expected) => {
    expect(matches({ a: operators }, { a: value })).toBe(expected);
  });

  it.each<[Doc, boolean]>([
    [{ $and: [{ a: 1 }, { b: 2 }] }, true],
    [{ $or: [{ a: 2 }, { b: 2 }] }, true],
    [{ $nor: [{ a: 2 }, { b: 2 }] }, false],
    [{ a: 1, $or: [{ b: 3 }, { b: 2 }] }, true],
    [{ $expr: { $gt: ["$b", "$a"] } }, true],
    [{ $expr: "$missing" }, false],
    [{ $comment: "why", a: 1 }, true],
    [{ a: { $eq: 1, $comment: "why" } }, true],
    [{ $alwaysTrue: 1 }, true],
    [{ $alwaysFalse: 1 }, false],
    [{ $sampleRate: 1 }, true],
    [{ $sampleRate: 0 }, false],
  ])("%j on {a: 1, b: 2} is %p", (filter, expected) => {
    expect(matches(filter, { a: 1, b: 2 })).toBe(expected);
  });

  it("sees the variables of the command in $expr", () => {
    const compiled = compileFilter({ $expr: { $eq: ["$a", "$$wanted"] } }, { ...context, variables: { wanted: 3 } });
    expect(compiled.matches({ a: 3 })).toBe(true);
    expect(compiled.matches({ a: 4 })).toBe(false);
  });
});

describe("compiled filters and a naive reading agree", () => {
  const scalars = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom<Value>(
      null,
      "a",
      "b",
      true,
      new Double(1),
      Long.fromNumber(2),
      0.5,
      new ObjectId("0".repeat(24)),
      new MaxKey(),
    ),
  );
  const elements = fc.oneof(scalars, fc.record({ b: scalars }, { requiredKeys: [] }));
  const fields = fc.oneof(
    scalars,
    fc.array(elements, { maxLength: 3 }),
    fc.record({ b: fc.oneof(scalars, fc.array(scalars, { maxLength: 2 })) }, { requiredKeys: [] }),
  );
  const docs = fc.record({ a: fields, c: fields }, { requiredKeys: [] }) as fc.Arbitrary<Doc>;
  const paths = fc.constantFrom("a", "c", "a.b");
  const operators = fc.constantFrom("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin");
  const bounds = scalars.filter((value) => typeOrder(value) !== 127);
  const clauses = fc.tuple(paths, operators, bounds);

  /** All values that a path of at most two parts reaches; undefined for missing. */
  function reached(doc: Doc, path: string): Value[] {
    const [first = "", second] = path.split(".");
    const outer = doc[first];
    const heads = second === undefined ? [outer] : Array.isArray(outer) ? (outer as Value[]).filter(isDoc) : [outer];
    const tails = second === undefined ? heads : heads.map((head) => (isDoc(head) ? head[second] : undefined));
    return tails.flatMap((tail) => (Array.isArray(tail) ? [...(tail as Value[]), tail] : [tail]));
  }

  function holds(operator: string, value: Value, bound: Value): boolean {
    const seen = value === undefined ? null : value;
    if (typeOrder(seen) !== typeOrder(bound)) return false;
    const order = compareValues(seen, bound);
    return { $eq: order === 0, $gt: order > 0, $gte: order >= 0, $lt: order < 0, $lte: order <= 0 }[operator] ?? false;
  }

  function naive(doc: Doc, path: string, operator: string, bound: Value): boolean {
    const values = reached(doc, path);
    if (operator === "$ne" || operator === "$nin") return !values.some((value) => holds("$eq", value, bound));
    return values.some((value) => holds(operator === "$in" ? "$eq" : operator, value, bound));
  }

  it("on conjunctions and disjunctions of comparisons", () => {
    fc.assert(
      fc.property(docs, fc.array(clauses, { minLength: 1, maxLength: 3 }), (doc, list) => {
        const filters = list.map(([path, operator, bound]) => ({
          [path]: { [operator]: operator.endsWith("in") ? [bound] : bound },
        }));
        const expected = list.map(([path, operator, bound]) => naive(doc, path, operator, bound));
        expect(matches({ $and: filters }, doc)).toBe(expected.every(Boolean));
        expect(matches({ $or: filters }, doc)).toBe(expected.some(Boolean));
        expect(matches({ $nor: filters }, doc)).toBe(!expected.some(Boolean));
      }),
      { numRuns: 3000 },
    );
  });
});
