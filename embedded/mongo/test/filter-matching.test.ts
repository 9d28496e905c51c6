/** Which documents a filter matches, by MongoDB's manual. */
import { Binary, BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { describe, expect, it } from "@jest/globals";
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import type { Doc } from "../types.js";

const now = new Date("2026-01-02T03:04:05Z");

function matches(filter: Doc, doc: Doc, collation?: Doc): boolean {
  const collator = collation && compileCollation(collation);
  return compileFilter(filter, { now, collator }).matches(doc);
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

const id = new ObjectId();

describe("matches", () => {
  it.each<[Doc, Doc]>([
    [{}, { a: 1 }],
    [{ a: 1 }, { a: 1 }],
    [{ a: 1 }, { a: new Double(1) }],
    [{ a: 1 }, { a: Long.fromNumber(1) }],
    [{ a: Decimal128.fromString("1.0") }, { a: 1 }],
    [{ a: 0 }, { a: new Double(-0) }],
    [{ a: Number.NaN }, { a: Decimal128.fromString("NaN") }],
    [{ a: 1 }, { a: [3, 1] }],
    [{ a: [1, 2] }, { a: [1, 2] }],
    [{ a: [1, 2] }, { a: [[1, 2], 3] }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }],
    [{ a: {} }, { a: {} }],
    [{ "a.b": 1 }, { a: { b: 1 } }],
    [{ "a.b": 1 }, { a: [{ b: 2 }, { b: 1 }] }],
    [{ "a.b": 1 }, { a: [{ b: [5, 1] }] }],
    [{ "a.0": 1 }, { a: [1, 2] }],
    [{ "a.1.b": 3 }, { a: [0, { b: 3 }] }],
    [{ "a.0.b": 3 }, { a: [{ b: 3 }] }],
    [{ "a.0": "x" }, { a: { "0": "x" } }],
    [{ "a.0": "y" }, { a: [{ "0": "y" }] }],
    [{ a: null }, { a: null }],
    [{ a: null }, {}],
    [{ a: null }, { a: [1, null] }],
    [{ "a.b": null }, { a: {} }],
    [{ "a.b": null }, { a: 5 }],
    [{ "a.b": null }, { a: [{ c: 1 }] }],
    [{ a: { $ne: null } }, { a: 1 }],
    [{ a: { $ne: 1 } }, {}],
    [{ a: { $gte: null } }, {}],
    [{ a: { $gt: 1 } }, { a: 2 }],
    [{ a: { $gt: 1, $lt: 3 } }, { a: [0, 5] }],
    [{ a: { $lt: "b" } }, { a: "a" }],
    [{ a: { $gt: new Date(0) } }, { a: new Date(1) }],
    [{ a: { $gt: { b: 1 } } }, { a: { b: 2 } }],
    [{ a: { $gte: [1, 2] } }, { a: [1, 3] }],
    [{ a: { $gt: new MinKey() } }, { a: "anything" }],
    [{ a: { $lt: new MaxKey() } }, { a: { b: 1 } }],
    [{ a: { $gt: 9007199254740992 } }, { a: Long.fromString("9007199254740993") }],
    [{ a: { $lte: false } }, { a: false }],
    [{ a: { $in: [1, 2] } }, { a: 2 }],
    [{ a: { $in: [1, 2] } }, { a: [5, 2] }],
    [{ a: { $in: [null] } }, {}],
    [{ a: { $in: [new BSONRegExp("^x"), 1] } }, { a: "xyz" }],
    [{ a: { $in: [[1, 2]] } }, { a: [1, 2] }],
    [{ a: { $in: [1, 2, 3, 4, 5, 6, 7, 8, null] } }, {}],
    [{ a: { $in: [1, 2, 3, 4, 5, 6, 7, 8] } }, { a: new Double(8) }],
    [{ a: { $nin: [1] } }, {}],
    [{ a: { $exists: true } }, { a: null }],
    [{ a: { $exists: false } }, {}],
    [{ "a.b": { $exists: false } }, { a: [1] }],
    [{ a: { $type: "number" } }, { a: Long.ONE }],
    [{ a: { $type: "array" } }, { a: [] }],
    [{ a: { $type: "string" } }, { a: [1, "x"] }],
    [{ a: { $type: [2, "int"] } }, { a: 3 }],
    [{ a: { $type: "double" } }, { a: new Double(3) }],
    [{ a: { $type: "objectId" } }, { a: id }],
    [{ a: { $type: "timestamp" } }, { a: new Timestamp({ t: 1, i: 1 }) }],
    [{ a: { $mod: [4, 0] } }, { a: 12 }],
    [{ a: { $mod: [4, 1] } }, { a: 5.9 }],
    [{ a: { $regex: "^AB", $options: "i" } }, { a: "abc" }],
    [{ a: new BSONRegExp("b$") }, { a: ["x", "ab"] }],
    [{ a: new BSONRegExp("^b", "m") }, { a: "a\nb" }],
    [{ a: { $regex: "a b # c", $options: "x" } }, { a: "ab" }],
    [{ a: { $regex: "a.b", $options: "s" } }, { a: "a\nb" }],
    [{ a: { $regex: "(?i)ABC" } }, { a: "xabc" }],
    [{ a: { $regex: "[[:alpha:]]-\\d" } }, { a: "x-1" }],
    [{ a: { $not: { $gt: 1 } } }, {}],
    [{ a: { $not: new BSONRegExp("^x") } }, { a: 1 }],
    [{ a: { $all: [1, 2] } }, { a: [2, 3, 1] }],
    [{ a: { $all: [1] } }, { a: 1 }],
    [{ a: { $all: [[1, 2]] } }, { a: [1, 2] }],
    [{ a: { $all: [{ $elemMatch: { x: 1 } }, { $elemMatch: { x: 2 } }] } }, { a: [{ x: 1 }, { x: 2 }] }],
    [{ a: { $elemMatch: { $gte: 2, $lt: 3 } } }, { a: [1, 2] }],
    [
      { a: { $elemMatch: { x: 1, y: { $gt: 1 } } } },
      {
        a: [
          { x: 1, y: 0 },
          { x: 1, y: 2 },
        ],
      },
    ],
    [{ a: { $elemMatch: { $or: [{ x: 1 }, { x: 5 }] } } }, { a: [{ x: 5 }] }],
    [{ "a.b": { $elemMatch: { $eq: 1 } } }, { a: [{ b: [1] }] }],
    [{ a: { $size: 2 } }, { a: [1, 2] }],
    [{ a: { $bitsAllSet: [1, 3] } }, { a: 10 }],
    [{ a: { $bitsAnyClear: 1 } }, { a: 2 }],
    [{ a: { $bitsAllSet: new Binary(Buffer.from([3])) } }, { a: new Binary(Buffer.from([7])) }],
    [{ a: { $bitsAllSet: [200] } }, { a: -1 }],
    [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }],
    [{ $or: [{ a: 1 }, { b: 2 }] }, { b: 2 }],
    [{ $nor: [{ a: 1 }, { b: 2 }] }, { a: 2 }],
    [{ $expr: { $gt: ["$a", "$b"] } }, { a: 2, b: 1 }],
    [{ a: 1, $comment: "why" }, { a: 1 }],
    [{ a: { $eq: new BSONRegExp("x") } }, { a: new BSONRegExp("x") }],
    [{ "a.constructor": null }, { a: {} }],
  ])("%j matches %j", (filter, doc) => {
    expect(matches(filter, doc)).toBe(true);
  });

  it.each<[Doc, Doc]>([
    [{ a: 1 }, { a: "1" }],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }],
    [{ "a.b": null }, { a: [] }],
    [{ "a.b": null }, { a: [1, 2] }],
    [{ a: null }, { a: 1 }],
    [{ a: { $ne: null } }, {}],
    [{ a: { $ne: 1 } }, { a: [1, 2] }],
    [{ a: { $gt: 1 } }, { a: "2" }],
    [{ a: { $gt: null } }, { a: 1 }],
    [{ a: { $lt: 5 } }, { a: null }],
    [{ a: { $gte: 1 } }, { a: Number.NaN }],
    [{ a: { $gt: new MinKey() } }, { a: new MinKey() }],
    [{ a: { $gt: "a" } }, { a: ["a"] }],
    [{ a: { $nin: [1, null] } }, {}],
    [{ a: { $nin: [1] } }, { a: [1, 2] }],
    [{ a: { $exists: true } }, {}],
    [{ a: { $exists: 0 } }, { a: 1 }],
    [{ a: { $type: "int" } }, { a: new Double(1) }],
    [{ a: { $type: "null" } }, {}],
    [{ a: { $size: 1 } }, { a: [[1, 2], 3] }],
    [{ a: { $size: 0 } }, {}],
    [{ a: { $all: [] } }, { a: [] }],
    [{ a: { $elemMatch: { $eq: 1 } } }, { a: 1 }],
    [{ a: { $elemMatch: { x: 1, y: 1 } } }, { a: [{ x: 1 }, { y: 1 }] }],
    [{ a: new BSONRegExp("b$") }, { a: 5 }],
    [{ a: { $mod: [4, 0] } }, { a: "12" }],
    [{ a: { $eq: new BSONRegExp("x") } }, { a: "x" }],
    [{ "a.0": 1 }, { a: [[1, 2]] }],
    [{ $nor: [{ a: 1 }] }, { a: 1 }],
    [{ a: Decimal128.fromString("0.1") }, { a: 0.1 }],
  ])("%j does not match %j", (filter, doc) => {
    expect(matches(filter, doc)).toBe(false);
  });
});

describe("refused filters", () => {
  it.each<[number, Doc]>([
    [2, { a: { $foo: 1 } }],
    [2, { $foo: 1 }],
    [2, { a: { $gt: 1, b: 2 } }],
    [2, { a: { $in: 1 } }],
    [2, { a: { $in: [{ $gt: 1 }] } }],
    [2, { $and: [] }],
    [2, { $or: {} }],
    [2, { $or: [1] }],
    [2, { a: { $not: 1 } }],
    [2, { a: { $not: {} } }],
    [2, { a: { $all: 1 } }],
    [2, { a: { $elemMatch: 1 } }],
    [2, { a: { $size: -1 } }],
    [2, { a: { $size: 1.5 } }],
    [2, { a: { $size: "1" } }],
    [2, { a: { $mod: [0, 1] } }],
    [2, { a: { $mod: [1] } }],
    [2, { a: { $type: "foo" } }],
    [2, { a: { $type: 100 } }],
    [9, { a: { $type: [] } }],
    [2, { a: { $regex: 1 } }],
    [2, { a: { $options: "i" } }],
    [51108, { a: { $regex: "a", $options: "q" } }],
    [51091, { a: { $regex: "(" } }],
    [2, { a: { $ne: new BSONRegExp("x") } }],
    [2, { a: { $gt: new BSONRegExp("x") } }],
    [27, { $text: { $search: "x" } }],
    [2, { $where: "true" }],
    [291, { a: { $near: [0, 0] } }],
    [17276, { $expr: { $eq: ["$$nope", 1] } }],
    [168, { $expr: { $nope: 1 } }],
    [9, { $jsonSchema: { nope: 1 } }],
  ])("%i for %j", (code, filter) => {
    expect(codeOf(() => compileFilter(filter, { now }))).toBe(code);
  });
});

describe("the position that matched", () => {
  it.each<[Doc, Doc, number | undefined]>([
    [{ a: 5 }, { a: [1, 5] }, 1],
    [{ a: { $gt: 3 } }, { a: [1, 5, 6] }, 1],
    [{ "a.b": 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ "a.b": 2 }, { a: [{ b: 1 }, { b: [0, 0, 2] }] }, 1],
    [{ a: { $elemMatch: { b: 2 } } }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ a: 5 }, { a: 5 }, undefined],
    [{ a: [1, 5] }, { a: [1, 5] }, undefined],
    [{ x: 1, a: 6 }, { x: 1, a: [5, 6] }, 1],
  ])("%j on %j", (filter, doc, position) => {
    expect(compileFilter(filter, { now }).positionalIndex(doc)).toBe(position);
  });
});

describe("$jsonSchema", () => {
  const schema = {
    bsonType: "object",
    required: ["name", "age"],
    properties: {
      name: { bsonType: "string", minLength: 2, pattern: "^[A-Z]" },
      age: { bsonType: ["int", "long"], minimum: 0, maximum: 150, exclusiveMaximum: true },
      tags: { type: "array", items: { type: "string" }, uniqueItems: true, maxItems: 2 },
      kind: { enum: ["a", "b", null] },
    },
    additionalProperties: false,
  };

  it.each<[boolean, Doc]>([
    [true, { name: "Ann", age: 5 }],
    [true, { name: "Ann", age: 5, tags: ["x", "y"], kind: null }],
    [false, { name: "Ann" }],
    [false, { name: "ann", age: 5 }],
    [false, { name: "A", age: 5 }],
    [false, { name: "Ann", age: 150 }],
    [false, { name: "Ann", age: 5.5 }],
    [false, { name: "Ann", age: 5, tags: ["x", "x"] }],
    [false, { name: "Ann", age: 5, tags: [1] }],
    [false, { name: "Ann", age: 5, kind: "c" }],
    [false, { name: "Ann", age: 5, other: 1 }],
  ])("%s for %j", (expected, doc) => {
    expect(matches({ $jsonSchema: schema }, doc)).toBe(expected);
  });
});

describe("collation", () => {
  const base = { locale: "en", strength: 1 };
  const accents = { locale: "en", strength: 2 };
  it.each<[boolean, Doc, Doc, Doc]>([
    [true, { a: "cafe" }, { a: "CAFÉ" }, base],
    [false, { a: "cafe" }, { a: "café" }, accents],
    [true, { a: "CAFÉ" }, { a: "café" }, accents],
    [false, { a: "A" }, { a: "a" }, { locale: "en" }],
    [true, { a: { $in: ["X", "Y"] } }, { a: "y" }, accents],
    [true, { a: { $in: ["A", "B", "C", "D", "E", "F", "G", "H"] } }, { a: "h" }, accents],
    [true, { a: { $gt: "B" } }, { a: "c" }, accents],
    [true, { a: { b: "X" } }, { a: { b: "x" } }, accents],
    [false, { a: new BSONRegExp("X") }, { a: "x" }, accents],
    [true, { a: { $gt: "a2" } }, { a: "a10" }, { locale: "en", numericOrdering: true }],
    [true, { $expr: { $eq: ["$a", "X"] } }, { a: "x" }, accents],
  ])("%s: %j on %j by %j", (expected, filter, doc, collation) => {
    expect(matches(filter, doc, collation)).toBe(expected);
  });
});
