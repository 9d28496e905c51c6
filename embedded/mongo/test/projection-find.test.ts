/** Projections and sorts of find. */
import { describe, expect, it } from "@jest/globals";
import { MongoError } from "../errors.js";
import { compileCollation } from "../collation.js";
import { compileFilter } from "../query/filter.js";
import { compileProjection } from "../query/projection.js";
import { compileSort } from "../query/sort.js";
import type { Doc } from "../types.js";

const context = { now: new Date("2026-01-02T03:04:05Z") };

function project(spec: Doc, doc: Doc, query: Doc = {}): Doc {
  const filter = compileFilter(query, context);
  return compileProjection(spec, context, filter).apply(doc, { positional: filter.positionalIndex(doc) });
}

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof MongoError) return error.code;
    throw error;
  }
  return undefined;
}

const student: Doc = {
  _id: 1,
  zip: "63109",
  students: [
    { name: "john", school: 102, age: 10 },
    { name: "jess", school: 102, age: 11 },
    { name: "jeff", school: 108, age: 15 },
  ],
};

describe("projections", () => {
  it.each<[string, Doc, Doc, Doc, Doc?]>([
    ["inclusion", { a: 1, "b.c": 1 }, { _id: 1, z: 0, a: 1, b: { c: 2, d: 3 } }, { _id: 1, a: 1, b: { c: 2 } }],
    ["inclusion without _id", { a: true, _id: 0 }, { _id: 1, a: 1 }, { a: 1 }],
    ["exclusion", { a: 0 }, { _id: 1, a: 1, b: 2 }, { _id: 1, b: 2 }],
    ["_id alone excluded", { _id: 0 }, { _id: 1, a: 1 }, { a: 1 }],
    ["_id alone included", { _id: 1 }, { _id: 1, a: 1 }, { _id: 1 }],
    ["nested specification", { b: { c: 1 } }, { _id: 1, b: { c: 2, d: 3 } }, { _id: 1, b: { c: 2 } }],
    ["through arrays", { "a.b": 1 }, { a: [{ b: 1, c: 2 }, 5, [{ b: 3 }]] }, { a: [{ b: 1 }, [{ b: 3 }]] }],
    ["computed", { n: { $size: "$a" }, a: 1 }, { _id: 1, a: [1, 2], b: 0 }, { _id: 1, a: [1, 2], n: 2 }],
    ["field path", { x: "$a.b" }, { _id: 1, a: { b: 5 } }, { _id: 1, x: 5 }],
    ["$slice alone keeps the rest", { a: { $slice: 1 } }, { _id: 1, a: [1, 2], b: 1 }, { _id: 1, a: [1], b: 1 }],
    ["$slice from the end", { a: { $slice: -1 } }, { a: [1, 2] }, { a: [2] }],
    ["$slice with skip", { a: { $slice: [1, 1] } }, { a: [1, 2, 3] }, { a: [2] }],
    ["$slice beyond", { a: { $slice: [-5, 2] } }, { a: [1, 2, 3] }, { a: [1, 2] }],
    ["$slice with inclusion", { b: 1, a: { $slice: 1 } }, { a: [1, 2], b: 1, c: 1 }, { a: [1], b: 1 }],
    ["$slice with exclusion", { b: 0, a: { $slice: 1 } }, { a: [1, 2], b: 1, c: 1 }, { a: [1], c: 1 }],
    [
      "$elemMatch",
      { students: { $elemMatch: { school: 102 } } },
      student,
      { _id: 1, students: [{ name: "john", school: 102, age: 10 }] },
    ],
    [
      "$elemMatch comes after the fields that are kept",
      { a: { $elemMatch: { $gt: 1 } }, b: 1, c: 1 },
      { a: [1, 2], b: 1, c: 2 },
      { b: 1, c: 2, a: [2] },
    ],
    [
      "$elemMatch in an exclusion",
      { a: { $elemMatch: { $gt: 1 } }, b: 0 },
      { a: [1, 2], b: 1, c: 2 },
      { a: [2], c: 2 },
    ],
    [
      "$elemMatch and $slice",
      { a: { $elemMatch: { $gt: 1 } }, b: { $slice: 1 } },
      { a: [1, 2], b: [1, 2], c: 2 },
      { b: [1], a: [2] },
    ],
    ["$elemMatch of values", { a: { $elemMatch: { $gt: 1 } } }, { a: [1, 2, 3] }, { a: [2] }],
    ["$elemMatch without match", { students: { $elemMatch: { school: 1 } } }, student, { _id: 1 }],
    [
      "positional",
      { "students.$": 1 },
      student,
      { _id: 1, students: [{ name: "jeff", school: 108, age: 15 }] },
      { "students.age": { $gt: 11 } },
    ],
    ["positional value", { "a.$": 1, _id: 0 }, { _id: 1, a: [1, 5, 9], b: 1 }, { a: [5] }, { a: { $gte: 5 } }],
  ])("%s", (_name, spec, doc, expected, ...query) => {
    const result = project(spec, doc, query[0]);
    expect(result).toEqual(expected);
    expect(Object.keys(result)).toEqual(Object.keys(expected));
  });

  it.each<[number, Doc, Doc?]>([
    [31254, { a: 1, b: 0 }],
    [31253, { a: 0, b: 1 }],
    [31249, { a: 1, "a.b": 1 }],
    [31250, { "a.b": 1, a: { b: 1 } }],
    [31276, { "a.$": 1, "b.$": 1 }],
    [31394, { "a.$.b": 1 }],
    [51246, { "a.$": 1 }, { x: 1 }],
    [40218, { s: { $meta: "textScore" } }],
    [31325, { a: { $nope: 1 } }],
    [31252, { a: 0, b: { $add: [1, 1] } }],
  ])("refuses with %i: %j", (code, spec, ...query) => {
    expect(codeOf(() => project(spec, { a: [1], b: [1], x: 1 }, query[0]))).toBe(code);
  });

  it("tells which stored fields suffice", () => {
    const fieldsOf = (spec: Doc): readonly string[] | undefined => compileProjection(spec, context).inclusiveFields;
    expect(fieldsOf({ a: 1, "b.c": 1, _id: 0 })).toEqual(["a", "b.c"]);
    expect(fieldsOf({ a: 1 })).toEqual(["_id", "a"]);
    expect(fieldsOf({ a: 0 })).toBeUndefined();
    expect(fieldsOf({ a: { $add: [1, 1] } })).toBeUndefined();
  });
});

describe("sorts", () => {
  const order = (docs: Doc[], sort: Doc, collation?: Doc): unknown[] =>
    [...docs].sort(compileSort(sort, collation && compileCollation(collation))).map((doc) => doc._id);

  it.each<[string, Doc[], Doc, unknown[], Doc?]>([
    [
      "ascending",
      [
        { _id: 1, a: 2 },
        { _id: 2, a: 1 },
      ],
      { a: 1 },
      [2, 1],
    ],
    ["missing before numbers", [{ _id: 1, a: 2 }, { _id: 2 }], { a: 1 }, [2, 1]],
    [
      "compound",
      [
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 1, b: 2 },
      ],
      { a: 1, b: -1 },
      [2, 1],
    ],
    [
      "least of an array",
      [
        { _id: 1, a: [5, 2] },
        { _id: 2, a: 3 },
      ],
      { a: 1 },
      [1, 2],
    ],
    [
      "greatest of an array",
      [
        { _id: 1, a: [5, 2] },
        { _id: 2, a: 3 },
      ],
      { a: -1 },
      [1, 2],
    ],
    [
      "dotted through arrays",
      [
        { _id: 1, a: [{ b: 9 }, { b: 4 }] },
        { _id: 2, a: [{ b: 5 }] },
      ],
      { "a.b": 1 },
      [1, 2],
    ],
    [
      "by bytes",
      [
        { _id: 1, a: "b" },
        { _id: 2, a: "C" },
      ],
      { a: 1 },
      [2, 1],
    ],
    [
      "by collation",
      [
        { _id: 1, a: "b" },
        { _id: 2, a: "C" },
      ],
      { a: 1 },
      [1, 2],
      { locale: "en" },
    ],
    [
      "numbers in strings",
      [
        { _id: 1, a: "a10" },
        { _id: 2, a: "a9" },
      ],
      { a: 1 },
      [2, 1],
      { locale: "en", numericOrdering: true },
    ],
  ])("%s", (_name, docs, sort, expected, ...collation) => {
    expect(order(docs, sort, collation[0])).toEqual(expected);
  });

  it.each<[number, Doc]>([
    [15975, { a: 2 }],
    [15974, { a: "asc" }],
    [16410, { $a: 1 }],
    [15998, { "a..b": 1 }],
  ])("refuses with %i: %j", (code, sort) => {
    expect(codeOf(() => compileSort(sort))).toBe(code);
  });
});
