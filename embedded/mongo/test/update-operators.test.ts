/** Update operators on documents, as MongoDB's manual describes them. */
import { Decimal128, Double, Long, ObjectId, Timestamp } from "bson";
import { describe, expect, it } from "@jest/globals";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import type { Doc } from "../types.js";
import { compileUpdate } from "../update/update.js";

const context = { now: new Date("2026-01-02T03:04:05.678Z") };

function update(doc: Doc, change: Doc | Doc[], options: { arrayFilters?: Doc[]; filter?: Doc } = {}): Doc {
  const updater = compileUpdate(change, {
    context,
    ...(options.arrayFilters && { arrayFilters: options.arrayFilters }),
  });
  const positional = options.filter ? compileFilter(options.filter, context).positionalIndex(doc) : undefined;
  return updater.apply(doc, { positional });
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

describe("field operators", () => {
  it.each<[string, Doc, Doc, Doc]>([
    ["$set keeps places and appends", { _id: 1, a: 1, b: 2 }, { $set: { c: 3, a: 9 } }, { _id: 1, a: 9, b: 2, c: 3 }],
    ["$set makes parents", { _id: 1 }, { $set: { "a.b.c": 1 } }, { _id: 1, a: { b: { c: 1 } } }],
    ["$set in an array position", { a: [1, 2] }, { $set: { "a.1": 5 } }, { a: [1, 5] }],
    ["$set beyond an array", { a: [1] }, { $set: { "a.3": 5 } }, { a: [1, null, null, 5] }],
    ["$set of a numeric name in a document", { a: {} }, { $set: { "a.0": 5 } }, { a: { "0": 5 } }],
    ["$unset", { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: "", "b.c": "", x: "" } }, { b: { d: 2 } }],
    ["$unset in an array leaves null", { a: [1, 2, 3] }, { $unset: { "a.1": "" } }, { a: [1, null, 3] }],
    ["$unset below a scalar does nothing", { a: 1 }, { $unset: { "a.b": "" } }, { a: 1 }],
    ["$inc", { a: 1 }, { $inc: { a: 2, b: -1 } }, { a: 3, b: -1 }],
    ["$inc overflows int32 to int64", { a: 2147483647 }, { $inc: { a: 1 } }, { a: Long.fromNumber(2147483648) }],
    ["$inc of a double", { a: 1 }, { $inc: { a: 0.5 } }, { a: 1.5 }],
    ["$inc int by double stays double", { a: 1 }, { $inc: { a: new Double(1) } }, { a: new Double(2) }],
    [
      "$inc of a decimal",
      { a: Decimal128.fromString("1.10") },
      { $inc: { a: 1 } },
      { a: Decimal128.fromString("2.10") },
    ],
    ["$mul", { a: 3, l: Long.fromNumber(4) }, { $mul: { a: 2, l: 2, m: 5 } }, { a: 6, l: Long.fromNumber(8), m: 0 }],
    ["$min and $max", { a: 5, b: 5 }, { $min: { a: 3, c: 1 }, $max: { b: 3, d: 1 } }, { a: 3, b: 5, c: 1, d: 1 }],
    ["$max across types", { a: 5 }, { $max: { a: "x" } }, { a: "x" }],
    ["$rename", { a: 1, b: { c: 2 } }, { $rename: { a: "x", "b.c": "y", no: "z" } }, { b: {}, x: 1, y: 2 }],
    ["$currentDate", {}, { $currentDate: { at: true } }, { at: context.now }],
    ["$bit", { a: 13, b: 1 }, { $bit: { a: { and: 10 }, b: { or: 6 }, c: { xor: 5 } } }, { a: 8, b: 7, c: 5 }],
    ["new fields come in order of their names", {}, { $set: { c: 1, a: 1, b: 1 } }, { a: 1, b: 1, c: 1 }],
  ])("%s", (_name, before, change, after) => {
    const result = update(before, change);
    expect(result).toEqual(after);
    expect(Object.keys(result)).toEqual(Object.keys(after));
  });

  it("makes timestamps", () => {
    expect(update({}, { $currentDate: { at: { $type: "timestamp" } } }).at).toBeInstanceOf(Timestamp);
  });

  it.each<[string, Doc, Doc]>([
    ["$set to the same", { a: { b: [1] } }, { $set: { a: { b: [1] } } }],
    ["$unset of nothing", { a: 1 }, { $unset: { b: "" } }],
    ["$inc by 0", { a: 1 }, { $inc: { a: 0 } }],
    ["$min above", { a: 1 }, { $min: { a: 2 } }],
    ["$addToSet of a member", { a: [1] }, { $addToSet: { a: 1 } }],
    ["$pull of nothing", { a: [1] }, { $pull: { a: 2 } }],
    ["$pop of nothing", { a: [] }, { $pop: { a: 1 } }],
    ["$push of nothing", { a: [1] }, { $push: { a: { $each: [] } } }],
    ["$setOnInsert on a match", { a: 1 }, { $setOnInsert: { a: 2 } }],
    ["a replacement by itself", { _id: 1, a: 1 }, { a: 1 }],
    ["$set of nothing", { a: 1 }, { $set: {} }],
  ])("changes nothing: %s", (_name, before, change) => {
    expect(update(before, change)).toBe(before);
  });

  it("takes another type of the same number for a change", () => {
    expect(update({ a: 1 }, { $set: { a: new Double(1) } })).toEqual({ a: new Double(1) });
  });
});

describe("array operators", () => {
  it.each<[string, Doc, Doc, Doc]>([
    ["$push", { a: [1] }, { $push: { a: 2, b: 1 } }, { a: [1, 2], b: [1] }],
    ["$push of an array is one element", { a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
    ["$each", { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
    ["$position", { a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
    ["negative $position", { a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: -1 } } }, { a: [1, 2, 3, 4] }],
    ["$slice from the end", { a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
    ["$slice 0 empties", { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
    ["$sort", { a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1 } } }, { a: [1, 2, 3] }],
    [
      "$sort by field, then $slice",
      { a: [{ s: 5 }, { s: 1 }] },
      { $push: { a: { $each: [{ s: 3 }], $sort: { s: -1 }, $slice: 2 } } },
      { a: [{ s: 5 }, { s: 3 }] },
    ],
    ["$addToSet $each", { a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
    [
      "$addToSet looks at field order",
      { a: [{ x: 1, y: 2 }] },
      { $addToSet: { a: { y: 2, x: 1 } } },
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
    ],
    ["$pop last", { a: [1, 2] }, { $pop: { a: 1 } }, { a: [1] }],
    ["$pop first", { a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] }],
    ["$pull value", { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    ["$pull operator", { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    ["$pull $in", { a: ["x", "y", "z"] }, { $pull: { a: { $in: ["x", "z"] } } }, { a: ["y"] }],
    [
      "$pull condition on documents",
      { a: [{ i: "A", s: 5 }, { i: "B", s: 8 }, 3] },
      { $pull: { a: { s: 8, i: "B" } } },
      { a: [{ i: "A", s: 5 }, 3] },
    ],
    [
      "$pull with $elemMatch",
      { r: [{ q: [{ a: 1 }, { a: 5 }] }, { q: [{ a: 2 }] }] },
      { $pull: { r: { q: { $elemMatch: { a: { $gte: 5 } } } } } },
      { r: [{ q: [{ a: 2 }] }] },
    ],
    ["$pullAll", { a: [0, 2, 5, 5, 1, 0] }, { $pullAll: { a: [0, 5] } }, { a: [2, 1] }],
  ])("%s", (_name, before, change, after) => {
    expect(update(before, change)).toEqual(after);
  });

  it("$ stands for the matched position", () => {
    const grades = { _id: 1, g: [80, 85, 90] };
    expect(update(grades, { $set: { "g.$": 82 } }, { filter: { g: 85 } })).toEqual({ _id: 1, g: [80, 82, 90] });
    const docs = {
      g: [
        { n: "a", m: 1 },
        { n: "b", m: 2 },
      ],
    };
    expect(update(docs, { $inc: { "g.$.m": 5 } }, { filter: { "g.n": "b" } })).toEqual({
      g: [
        { n: "a", m: 1 },
        { n: "b", m: 7 },
      ],
    });
    const filter = { g: { $elemMatch: { n: "b", m: { $gt: 1 } } } };
    expect(update(docs, { $unset: { "g.$": 1 } }, { filter })).toEqual({ g: [{ n: "a", m: 1 }, null] });
  });

  it("$[] stands for all, $[id] for those an array filter takes", () => {
    expect(update({ a: [1, 2] }, { $inc: { "a.$[]": 10 } })).toEqual({ a: [11, 12] });
    expect(update({ a: [95, 102, 90] }, { $set: { "a.$[e]": 100 } }, { arrayFilters: [{ e: { $gte: 100 } }] })).toEqual(
      {
        a: [95, 100, 90],
      },
    );
    const nested = {
      a: [
        { t: 1, q: [1, 9] },
        { t: 2, q: [9] },
      ],
    };
    const arrayFilters = [{ "x.t": 1 }, { y: { $gt: 5 } }];
    expect(update(nested, { $set: { "a.$[x].q.$[y]": 0 } }, { arrayFilters })).toEqual({
      a: [
        { t: 1, q: [1, 0] },
        { t: 2, q: [9] },
      ],
    });
    const both = [{ x: { $lt: 2 } }, { y: { $gte: 2 } }];
    expect(update({ a: [1, 2] }, { $set: { "a.$[x]": 0 }, $inc: { "a.$[y]": 1 } }, { arrayFilters: both })).toEqual({
      a: [0, 3],
    });
  });
});

describe("refused updates", () => {
  it.each<[string, number, Doc, Doc | Doc[], { arrayFilters?: Doc[] }?]>([
    ["same path twice", 40, {}, { $set: { a: 1 }, $inc: { a: 1 } }],
    ["path below another", 40, {}, { $set: { a: 1, "a.b": 1 } }],
    ["_id to another value", 66, { _id: 1 }, { $set: { _id: 2 } }],
    ["$unset of _id", 66, { _id: 1 }, { $unset: { _id: "" } }],
    ["replacement with another _id", 66, { _id: 1 }, { _id: 2 }],
    ["pipeline with another _id", 66, { _id: 1 }, [{ $set: { _id: 2 } }]],
    ["field of a scalar", 28, { a: 1 }, { $set: { "a.b": 1 } }],
    ["field of null", 28, { a: null }, { $set: { "a.b": 1 } }],
    ["field of an array", 28, { a: [1] }, { $set: { "a.b": 1 } }],
    ["unknown modifier", 9, {}, { $foo: { a: 1 } }],
    ["operators mixed with fields", 9, {}, { $set: { a: 1 }, b: 1 }],
    ["modifier without fields", 9, {}, { $set: 1 }],
    ["empty path", 56, {}, { $set: { "": 1 } }],
    ["empty part", 56, {}, { $set: { "a..b": 1 } }],
    ["$inc of a string", 14, { a: "x" }, { $inc: { a: 1 } }],
    ["$inc by a string", 14, { a: 1 }, { $inc: { a: "1" } }],
    ["$inc beyond int64", 2, { a: Long.MAX_VALUE }, { $inc: { a: 1 } }],
    ["$push to a scalar", 2, { a: 1 }, { $push: { a: 1 } }],
    ["$addToSet to a scalar", 2, { a: 1 }, { $addToSet: { a: 1 } }],
    ["$pop of a scalar", 14, { a: 1 }, { $pop: { a: 1 } }],
    ["$pop by 2", 9, { a: [1] }, { $pop: { a: 2 } }],
    ["$pull from a scalar", 2, { a: 1 }, { $pull: { a: 1 } }],
    ["$ without a match", 2, { a: [1] }, { $set: { "a.$": 1 } }],
    ["$[x] without a filter", 2, { a: [1] }, { $set: { "a.$[x]": 1 } }],
    ["unused filter", 9, { a: [1] }, { $set: { a: 1 } }, { arrayFilters: [{ x: 1 }] }],
    ["$[] on a scalar", 2, { a: 1 }, { $set: { "a.$[]": 1 } }],
    ["$[] on nothing", 2, {}, { $set: { "a.$[]": 1 } }],
    ["stage that is not for updates", 72, {}, [{ $match: {} }]],
    ["replacement with a $ name", 52, {}, { a: 1, $b: 1 }],
    ["$rename to itself", 2, {}, { $rename: { a: "a" } }],
  ])("%s: %i", (_name, code, doc, change, ...options) => {
    expect(codeOf(() => update(doc, change, options[0]))).toBe(code);
  });
});

describe("pipeline updates", () => {
  it.each<[string, Doc, Doc[], Doc]>([
    ["$set", { _id: 1, a: 1, b: 2 }, [{ $set: { c: { $add: ["$a", "$b"] }, a: 5 } }], { _id: 1, a: 5, b: 2, c: 3 }],
    ["$literal", { _id: 1 }, [{ $set: { a: { $literal: "$b" } } }], { _id: 1, a: "$b" }],
    ["$unset", { _id: 1, a: 1, b: { c: 1 } }, [{ $unset: ["a", "b.c"] }], { _id: 1, b: {} }],
    ["$replaceWith keeps _id", { _id: 1, a: { x: 1 } }, [{ $replaceWith: "$a" }], { _id: 1, x: 1 }],
    ["$project", { _id: 1, a: 1, b: 2 }, [{ $project: { b: 1 } }], { _id: 1, b: 2 }],
    ["$$REMOVE", { _id: 1, a: 1 }, [{ $set: { a: "$$REMOVE" } }], { _id: 1 }],
    [
      "$cond",
      { _id: 1, n: 3 },
      [{ $set: { s: { $cond: [{ $gt: ["$n", 2] }, "many", "few"] } } }],
      { _id: 1, n: 3, s: "many" },
    ],
  ])("%s", (_name, before, change, after) => {
    expect(update(before, change)).toEqual(after);
  });

  it("sees the variables of let", () => {
    const updater = compileUpdate([{ $set: { a: "$$x" } }], { context: { ...context, variables: { x: 7 } } });
    expect(updater.apply({ _id: 1 }, {})).toEqual({ _id: 1, a: 7 });
  });
});

describe("upsert", () => {
  const upsert = (filter: Doc, change: Doc | Doc[]): Doc => compileUpdate(change, { context }).upsert(filter);

  it.each<[string, Doc, Doc | Doc[], Doc]>([
    [
      "equality fields",
      { _id: 1, a: 2, "b.c": 3, d: { $gt: 1 } },
      { $set: { e: 4 } },
      { _id: 1, a: 2, b: { c: 3 }, e: 4 },
    ],
    ["$eq and $and", { $and: [{ _id: 1 }, { a: { $eq: 2 } }] }, { $inc: { n: 1 } }, { _id: 1, a: 2, n: 1 }],
    ["single $in", { _id: { $in: [1] } }, { $set: { a: 1 } }, { _id: 1, a: 1 }],
    ["$setOnInsert", { _id: 1 }, { $setOnInsert: { a: 1 }, $set: { b: 2 } }, { _id: 1, a: 1, b: 2 }],
    ["replacement takes _id only", { _id: 1, a: 5 }, { b: 1 }, { _id: 1, b: 1 }],
    ["pipeline", { _id: 1, a: 5 }, [{ $set: { b: { $add: ["$a", 1] } } }], { _id: 1, a: 5, b: 6 }],
  ])("%s", (_name, filter, change, after) => {
    expect(upsert(filter, change)).toEqual(after);
  });

  it("makes an _id, first of all fields", () => {
    const made = upsert({ a: 1 }, { $set: { b: 1 } });
    expect(Object.keys(made)).toEqual(["_id", "a", "b"]);
    expect(made._id).toBeInstanceOf(ObjectId);
  });

  it("refuses two values and another _id", () => {
    expect(codeOf(() => upsert({ $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }))).toBe(54);
    expect(codeOf(() => upsert({ _id: 1 }, { $set: { _id: 2 } }))).toBe(66);
  });
});
