/** Expressions, by the examples and rules of MongoDB's manual. */
import { Binary, BSONRegExp, Decimal128, Double, Long, ObjectId } from "bson";
import { describe, expect, it } from "@jest/globals";
import { compileExpression, evaluateVariables } from "../aggregate/expression.js";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";

const context = { now: new Date("2026-01-02T03:04:05Z"), variables: { given: 7, doc: { x: 1 } } };

function evaluate(expression: Value, doc: Doc = {}): Value {
  return compileExpression(expression, context)(doc);
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

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
const id = new ObjectId("5ab9cbfa31c2ab715d42129e");

describe("gives", () => {
  it.each<[Value, Value, Doc?]>([
    ["$a.b", 1, { a: { b: 1 } }],
    ["$a.b", [1, 2], { a: [{ b: 1 }, { c: 5 }, 7, { b: 2 }] }],
    ["$a.0", undefined, { a: { b: 1 } }],
    ["$a.0", [], { a: [1, 2] }],
    ["$missing", undefined, {}],
    ["$$ROOT", { a: 1 }, { a: 1 }],
    ["$$CURRENT.a", 1, { a: 1 }],
    ["$$given", 7],
    ["$$doc.x", 1],
    ["$$NOW", context.now],
    [["$a", "$z"], [1, null], { a: 1 }],
    [{ x: "$a", y: "$z" }, { x: 1 }, { a: 1 }],
    [{ $literal: "$a" }, "$a"],
    [{ x: { $literal: "$a" }, y: "$$REMOVE" }, { x: "$a" }],
    [
      ["$$REMOVE", { $literal: 1 }],
      [null, 1],
    ],
    // arithmetic
    [{ $add: [1, 2] }, 3],
    [{ $add: [1, 2.5] }, 3.5],
    [{ $add: [2147483647, 1] }, Long.fromNumber(2147483648)],
    [{ $add: [Long.MAX_VALUE, 1] }, 2 ** 63],
    [{ $add: [decimal("0.1"), decimal("0.2")] }, decimal("0.3")],
    [{ $add: ["$z", 1] }, null],
    [{ $add: [new Date(0), 1000] }, new Date(1000)],
    [{ $add: [] }, 0],
    [{ $subtract: [5, 7] }, -2],
    [{ $subtract: [new Date(5000), new Date(2000)] }, Long.fromNumber(3000)],
    [{ $subtract: [new Date(5000), 2000] }, new Date(3000)],
    [{ $multiply: [3, 4] }, 12],
    [{ $multiply: [65536, 65536] }, Long.fromNumber(4294967296)],
    [{ $divide: [6, 3] }, new Double(2)],
    [{ $divide: [decimal("1"), 8] }, decimal("0.125")],
    [{ $divide: [1, "$z"] }, null],
    [{ $mod: [-7, 3] }, -1],
    [{ $mod: [7.5, 2] }, 1.5],
    [{ $abs: -5 }, 5],
    [{ $abs: Long.fromNumber(-5) }, Long.fromNumber(5)],
    [{ $ceil: 7.8 }, new Double(8)],
    [{ $floor: -2.8 }, new Double(-3)],
    [{ $ceil: 7 }, 7],
    [{ $round: [2.5] }, new Double(2)],
    [{ $round: [19.25, 1] }, 19.2],
    [{ $round: [28.73, 1] }, 28.7],
    [{ $round: [-34.32, -1] }, new Double(-30)],
    [{ $round: [155, -1] }, 160],
    [{ $trunc: [19.29, 1] }, 19.2],
    [{ $trunc: [-7.9] }, new Double(-7)],
    [{ $pow: [5, 2] }, 25],
    [{ $pow: [2, 40] }, Long.fromNumber(2 ** 40)],
    [{ $pow: [2, -1] }, 0.5],
    [{ $sqrt: 25 }, new Double(5)],
    [{ $sqrt: decimal("2") }, decimal("1.414213562373095048801688724209698")],
    [{ $exp: 0 }, new Double(1)],
    [{ $ln: 1 }, new Double(0)],
    [{ $log10: 100 }, new Double(2)],
    [{ $log: [8, 2] }, new Double(3)],
    [{ $bitAnd: [6, 3] }, 2],
    [{ $bitOr: [4, 1] }, 5],
    [{ $bitXor: [6, 3] }, 5],
    [{ $bitNot: 0 }, -1],
    [{ $degreesToRadians: 180 }, Math.PI],
    // totals
    [{ $sum: [1, 2.5, "x", null] }, 3.5],
    [{ $sum: [Long.fromString("9007199254740993"), 2.5] }, 9007199254740996],
    [{ $sum: "$a" }, 6, { a: [1, 2, 3] }],
    [{ $avg: [1, 2] }, 1.5],
    [{ $avg: ["x"] }, null],
    [{ $max: ["$a", 5, null] }, 9, { a: 9 }],
    [{ $min: "$a" }, 1, { a: [3, 1, null] }],
    [{ $stdDevPop: [1, 3] }, new Double(1)],
    [{ $stdDevSamp: [1] }, null],
    // truth and comparison
    [{ $and: [1, "x", []] }, true],
    [{ $and: [] }, true],
    [{ $or: [0, null, "$z"] }, false],
    [{ $not: [0] }, true],
    [{ $eq: [1, new Double(1)] }, true],
    [{ $gt: ["a", 1] }, true],
    [{ $lt: ["$z", null] }, true],
    [{ $cmp: [1, 2] }, -1],
    [{ $cond: [{ $gte: ["$q", 250] }, 30, 20] }, 20, { q: 200 }],
    [{ $cond: { if: true, then: "a", else: "b" } }, "a"],
    [{ $ifNull: ["$z", "$y", "other"] }, "other"],
    [{ $ifNull: ["$z", "$y"] }, undefined],
    [{ $switch: { branches: [{ case: { $eq: ["$a", 1] }, then: "one" }], default: "more" } }, "more", { a: 2 }],
    // arrays
    [{ $size: "$a" }, 2, { a: [1, 2] }],
    [{ $arrayElemAt: ["$a", -1] }, 3, { a: [1, 2, 3] }],
    [{ $arrayElemAt: ["$a", 9] }, undefined, { a: [1] }],
    [{ $first: "$a" }, 1, { a: [1, 2] }],
    [{ $last: "$a" }, 2, { a: [1, 2] }],
    [{ $slice: [[1, 2, 3], 2] }, [1, 2]],
    [{ $slice: [[1, 2, 3], -2] }, [2, 3]],
    [{ $slice: [[1, 2, 3], 1, 1] }, [2]],
    [{ $slice: [[1, 2, 3], -5, 2] }, [1, 2]],
    [{ $concatArrays: [[1], ["$a"]] }, [1, 2], { a: 2 }],
    [{ $concatArrays: [[1], "$z"] }, null],
    [{ $in: [2, [1, 2]] }, true],
    [{ $indexOfArray: [["a", "b"], "b"] }, 1],
    [{ $indexOfArray: [["a", "b"], "b", 0, 1] }, -1],
    [{ $isArray: [[1]] }, true],
    [{ $isArray: "$a" }, false, { a: 1 }],
    [{ $range: [0, 10, 3] }, [0, 3, 6, 9]],
    [{ $range: [3, 0, -1] }, [3, 2, 1]],
    [{ $reverseArray: [[1, 2]] }, [2, 1]],
    [
      { $zip: { inputs: [[1, 2], ["a"]], useLongestLength: true, defaults: [0, "z"] } },
      [
        [1, "a"],
        [2, "z"],
      ],
    ],
    [{ $zip: { inputs: [[1, 2], ["a"]] } }, [[1, "a"]]],
    [{ $firstN: { n: 2, input: [1, 2, 3] } }, [1, 2]],
    [{ $lastN: { n: 2, input: [1, 2, 3] } }, [2, 3]],
    [{ $maxN: { n: 2, input: [1, 5, 3, null] } }, [5, 3]],
    [{ $sortArray: { input: [{ a: 2 }, { a: 1 }], sortBy: { a: 1 } } }, [{ a: 1 }, { a: 2 }]],
    [{ $sortArray: { input: [1, "x", 0], sortBy: -1 } }, ["x", 1, 0]],
    [{ $map: { input: "$a", as: "x", in: { $add: ["$$x", "$$given"] } } }, [8, 9], { a: [1, 2] }],
    [{ $map: { input: "$a", in: "$$this.b" } }, [1, null], { a: [{ b: 1 }, {}] }],
    [{ $map: { input: "$z", in: 1 } }, null],
    [{ $filter: { input: "$a", as: "x", cond: { $gt: ["$$x", 1] }, limit: 1 } }, [2], { a: [1, 2, 3] }],
    [{ $reduce: { input: ["a", "b"], initialValue: "", in: { $concat: ["$$value", "$$this"] } } }, "ab"],
    [{ $let: { vars: { t: { $add: ["$a", 1] } }, in: { $multiply: ["$$t", 2] } } }, 4, { a: 1 }],
    // sets
    [
      {
        $setUnion: [
          [1, 2],
          [2, 3],
        ],
      },
      [1, 2, 3],
    ],
    [
      {
        $setIntersection: [
          [1, 2],
          [2, 3],
        ],
      },
      [2],
    ],
    [
      {
        $setDifference: [
          [1, 2],
          [2, 3],
        ],
      },
      [1],
    ],
    [
      {
        $setEquals: [
          [1, 2],
          [2, 1, 1],
        ],
      },
      true,
    ],
    [{ $setIsSubset: [[1], [2, 1]] }, true],
    [{ $anyElementTrue: [[0, 1]] }, true],
    [{ $allElementsTrue: [[1, 0]] }, false],
    // documents
    [{ $mergeObjects: [{ a: 1, b: 1 }, null, { b: 2 }] }, { a: 1, b: 2 }],
    [{ $objectToArray: { a: 1 } }, [{ k: "a", v: 1 }]],
    [
      {
        $arrayToObject: [
          [
            ["a", 1],
            ["b", 2],
          ],
        ],
      },
      { a: 1, b: 2 },
    ],
    [{ $arrayToObject: "$x" }, { a: 1 }, { x: [{ k: "a", v: 1 }] }],
    [{ $getField: "a.b" }, 5, { "a.b": 5 }],
    [{ $getField: { field: { $literal: "$x" }, input: "$$ROOT" } }, 6, { $x: 6 }],
    [{ $setField: { field: "a.b", input: "$$ROOT", value: 1 } }, { c: 2, "a.b": 1 }, { c: 2 }],
    [{ $unsetField: { field: "a.b", input: "$$ROOT" } }, { c: 2 }, { c: 2, "a.b": 1 }],
    // strings
    [{ $concat: ["a", "-", "$x"] }, "a-b", { x: "b" }],
    [{ $concat: ["a", "$z"] }, null],
    [{ $toUpper: "abé" }, "ABé"],
    [{ $toLower: "$z" }, ""],
    [{ $substrBytes: ["cafétéria", 0, 5] }, "café"],
    [{ $substrCP: ["cafétéria", 3, 2] }, "ét"],
    [{ $strLenBytes: "é" }, 2],
    [{ $strLenCP: "é😀" }, 2],
    [{ $indexOfBytes: ["cafétéria", "t"] }, 5],
    [{ $indexOfCP: ["cafétéria", "t"] }, 4],
    [{ $split: ["a-b-c", "-"] }, ["a", "b", "c"]],
    [{ $trim: { input: "  x \n" } }, "x"],
    [{ $ltrim: { input: "ggggoodbyeeeee", chars: "gd" } }, "oodbyeeeee"],
    [{ $rtrim: { input: "goodbyeeeee", chars: "e" } }, "goodby"],
    [{ $strcasecmp: ["abc", "ABD"] }, -1],
    [{ $replaceOne: { input: "a.a", find: "a", replacement: { $literal: "$&" } } }, "$&.a"],
    [{ $replaceAll: { input: "a.a", find: "a", replacement: "b" } }, "b.b"],
    [{ $regexMatch: { input: "Café", regex: new BSONRegExp("caf", "i") } }, true],
    [{ $regexFind: { input: "😀ab12", regex: "([a-z])(\\d)?" } }, { match: "a", idx: 1, captures: ["a", null] }],
    [
      { $regexFindAll: { input: "a1b2", regex: "[a-z]\\d" } },
      [
        { match: "a1", idx: 0, captures: [] },
        { match: "b2", idx: 2, captures: [] },
      ],
    ],
    // conversion
    [{ $type: "$z" }, "missing"],
    [{ $type: 1 }, "int"],
    [{ $isNumber: decimal("1") }, true],
    [{ $toString: 1.5 }, "1.5"],
    [{ $toString: id }, "5ab9cbfa31c2ab715d42129e"],
    [{ $toString: new Date("2018-03-27T16:58:51.538Z") }, "2018-03-27T16:58:51.538Z"],
    [{ $toInt: "-5" }, -5],
    [{ $toInt: 5.9 }, 5],
    [{ $toLong: 5 }, Long.fromNumber(5)],
    [{ $toDouble: "1e3" }, new Double(1000)],
    [{ $toDecimal: 0.1 }, decimal("0.100000000000000")],
    [{ $toBool: "false" }, true],
    [{ $toBool: 0 }, false],
    [{ $toObjectId: "5ab9cbfa31c2ab715d42129e" }, id],
    [{ $toDate: "2018-03-20" }, new Date("2018-03-20T00:00:00Z")],
    [{ $toDate: "2018-03-20 11:00:06 +0500" }, new Date("2018-03-20T06:00:06Z")],
    [{ $toDate: new ObjectId("5ab9c3da31c2ab715d421285") }, new Date("2018-03-27T04:08:58Z")],
    [{ $toInt: "$z" }, null],
    [{ $convert: { input: "x", to: "int", onError: "bad" } }, "bad"],
    [{ $convert: { input: null, to: "int", onNull: 0 } }, 0],
    [{ $binarySize: new Binary(Buffer.from([1, 2, 3])) }, 3],
    [{ $bsonSize: { a: 1 } }, 12],
  ])("%j -> %j", (expression, expected, ...docs) => {
    const result = evaluate(expression, docs[0]);
    if (expected === undefined) expect(result).toBeUndefined();
    else expect(result).toEqual(expected);
  });
});

describe("refuses", () => {
  it.each<[number, Value, Doc?]>([
    [168, { $nope: 1 }],
    [15983, { $add: [1], $subtract: [1, 2] }],
    [16020, { $subtract: [1] }],
    [28667, { $slice: [1] }],
    [17276, "$$nope"],
    [16872, "$"],
    [15998, "$a..b"],
    [40353, "$a."],
    [16410, "$a.$b"],
    [16412, { "a.b": 1 }],
    [14, { $add: ["x", 1] }],
    [16612, { $add: [new Date(0), new Date(0)] }],
    [14, { $subtract: ["x", 1] }],
    [14, { $multiply: ["x", 1] }],
    [2, { $divide: [1, 0] }],
    [16610, { $mod: [1, 0] }],
    [28765, { $abs: "x" }],
    [28714, { $sqrt: -1 }],
    [28764, { $pow: [0, -1] }],
    [17124, { $size: "$a" }, { a: 1 }],
    [28689, { $arrayElemAt: [1, 1] }],
    [28729, { $slice: [[1], 0, 0] }],
    [28664, { $concatArrays: [1] }],
    [40081, { $in: [1, 1] }],
    [34449, { $range: [0, 1, 0] }],
    [16883, { $map: { input: 1, in: 1 } }],
    [28651, { $filter: { input: 1, cond: true } }],
    [40080, { $reduce: { input: 1, initialValue: 0, in: 1 } }],
    [40066, { $switch: { branches: [{ case: false, then: 1 }] } }],
    [17081, { $cond: { if: 1, else: 1 } }],
    [1257300, { $ifNull: ["$a"] }],
    [16702, { $concat: [1] }],
    [40085, { $split: [1, "x"] }],
    [40087, { $split: ["x", ""] }],
    [40400, { $mergeObjects: [1] }],
    [40386, { $arrayToObject: 1 }],
    [40390, { $objectToArray: 1 }],
    [17043, { $setUnion: [1] }],
    [241, { $toInt: "x" }],
    [241, { $toInt: 3e9 }],
    [241, { $toObjectId: "x" }],
    [241, { $toDate: "soon" }],
    [9, { $let: { vars: { X: 1 }, in: 1 } }],
    [51111, { $regexMatch: { input: "x", regex: "(" } }],
  ])("%i: %j", (code, expression, ...docs) => {
    expect(codeOf(() => evaluate(expression, docs[0]))).toBe(code);
  });
});

describe("$rand", () => {
  it("gives other numbers from 0 to 1 each time", () => {
    const draw = compileExpression({ $rand: {} }, context);
    const drawn = Array.from({ length: 20 }, () => draw({}) as number);
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  });
});

describe("the variables of let", () => {
  it("are evaluated in turn, without a document", () => {
    expect(evaluateVariables({ a: { $add: [1, 1] }, b: { $literal: "$x" }, c: "plain" }, { now: context.now })).toEqual(
      {
        a: 2,
        b: "$x",
        c: "plain",
      },
    );
    expect(evaluateVariables({ a: 1, b: { $add: ["$$a", 1] } }, { now: context.now })).toEqual({ a: 1, b: 2 });
  });

  it.each<[number, Doc]>([
    [4890500, { a: "$x" }],
    [4890500, { a: { $add: [1, "$$ROOT.x"] } }],
    [9, { A: 1 }],
    [9, { "a-b": 1 }],
    [17276, { a: "$$nope" }],
  ])("are refused with %i: %j", (code, variables) => {
    expect(codeOf(() => evaluateVariables(variables, { now: context.now }))).toBe(code);
  });
});
