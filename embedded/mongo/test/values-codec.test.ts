/** The codec, the order of values and their keys: properties over random values. */
import {
  Binary,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from "bson";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import { canonicalKey, compareValues, typeAlias, valuesEqual, valuesIdentical } from "../values/compare.js";
import { calculate, divide } from "../values/numbers.js";

const scalars = fc.oneof(
  fc.constantFrom<Value>(
    null,
    true,
    false,
    0,
    new Double(0),
    new Double(-0),
    1,
    new Double(1),
    Long.ONE,
    Decimal128.fromString("1.0"),
    Decimal128.fromString("0.1"),
    0.1,
    Number.NaN,
    Infinity,
    -Infinity,
    Decimal128.fromString("NaN"),
    Decimal128.fromString("Infinity"),
    2 ** 53,
    Long.fromString("9007199254740993"),
    Decimal128.fromString("9007199254740993"),
    Long.MAX_VALUE,
    2 ** 63,
    Decimal128.fromString("1E+100"),
    1e100,
    new MinKey(),
    new MaxKey(),
    new BSONRegExp("a", "i"),
    new Timestamp({ t: 1, i: 2 }),
    new Code("f()"),
    new Code("f()", { a: 1 }),
    new Date(0),
    new Date(-1),
    new ObjectId("000000000000000000000001"),
    new ObjectId("ffffffffffffffffffffffff"),
    new Binary(Buffer.from([1, 2])),
    new Binary(Buffer.from([1, 2]), 4),
    "",
    "a",
    "B",
    "é",
    "😀",
    "\uffee",
  ),
  fc.integer(),
  fc.string({ unit: "grapheme" }),
  fc.double().map((value) => (Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? new Double(value) : value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
);

const names = fc.oneof(
  fc.constantFrom("a", "b", "_id", "$x", "a.b", "__proto__", "constructor", ""),
  fc.string().filter((name) => !name.includes("\0")),
);

const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalars,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie("value")), { maxLength: 4 }).map((fields) => {
      const doc: Doc = {};
      for (const [name, value] of fields) {
        Object.defineProperty(doc, name, { value, writable: true, enumerable: true, configurable: true });
      }
      return doc;
    }),
  ),
}));

describe("codec", () => {
  it("gives back exactly what was written", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeDocument({ value });
        const decoded = decodeDocument(bytes);
        expect(valuesIdentical(decoded.value, value)).toBe(true);
        expect(Buffer.compare(encodeDocument(decoded), bytes)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the number types apart", () => {
    const bytes = serialize({ i: 1, d: new Double(1), l: Long.ONE, e: 1.5, big: 2 ** 40, neg: new Double(-0) });
    const doc = decodeDocument(bytes);
    expect(Object.values(doc).map(typeAlias)).toEqual(["int", "double", "long", "double", "double", "double"]);
  });

  it("leaves references plain and prototypes alone", () => {
    const doc = decodeDocument(
      Buffer.from(serialize(JSON.parse('{"r":{"$ref":"c","$id":1},"__proto__":{"x":1}}') as Doc)),
    );
    expect(typeAlias(doc.r)).toBe("object");
    expect(Object.keys(doc)).toEqual(["r", "__proto__"]);
    expect((doc as { x?: unknown }).x).toBeUndefined();
  });

  it("does not share memory with its input", () => {
    const bytes = encodeDocument({ b: new Binary(Buffer.from([1])), i: new ObjectId("000000000000000000000001") });
    const doc = decodeDocument(bytes);
    bytes.fill(0xff);
    expect((doc.b as Binary).value()).toEqual(Buffer.from([1]));
    expect(String(doc.i)).toBe("000000000000000000000001");
  });

  it("refuses broken bytes and never reads beyond them", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = Buffer.from(encodeDocument({ value }));
        bytes[at % bytes.length] = byte;
        try {
          decodeDocument(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MongoError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("order of values", () => {
  it("is total", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const ab = Math.sign(compareValues(a, b));
        expect(Math.sign(compareValues(b, a)) + ab).toBe(0);
        expect(compareValues(a, a)).toBe(0);
        if (ab <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with the keys", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(canonicalKey(a) === canonicalKey(b)).toBe(valuesEqual(a, b));
      }),
      { numRuns: 5000 },
    );
  });

  it("goes by type first", () => {
    const ordered: Value[] = [
      new MinKey(),
      null,
      Number.NaN,
      -Infinity,
      Long.MIN_VALUE,
      -1.5,
      0,
      Decimal128.fromString("0.1"),
      0.1,
      1,
      Long.fromString("9007199254740993"),
      Infinity,
      "",
      "Z",
      "a",
      "\uffee",
      "😀",
      {},
      { a: 1 },
      { a: 1, b: 1 },
      { b: 0 },
      { a: "x" },
      [],
      [1],
      [1, 2],
      [2],
      new Binary(Buffer.from([2])),
      new Binary(Buffer.from([1, 1])),
      new ObjectId("000000000000000000000001"),
      false,
      true,
      new Date(0),
      new Timestamp({ t: 1, i: 1 }),
      new BSONRegExp("a"),
      new Code("a"),
      new MaxKey(),
    ];
    for (let at = 1; at < ordered.length; at += 1) {
      expect([at, Math.sign(compareValues(ordered[at - 1], ordered[at]))]).toEqual([at, -1]);
    }
  });
});

describe("arithmetic", () => {
  it.each<[string, "add" | "subtract" | "multiply" | "remainder", Value, Value, Value]>([
    ["int32", "add", 1, 2, 3],
    ["int32 to int64", "multiply", 2147483647, 2, Long.fromNumber(4294967294)],
    ["int64", "add", Long.fromString("9007199254740993"), 1, Long.fromString("9007199254740994")],
    ["int64 overflow", "add", Long.MAX_VALUE, 1, undefined],
    ["int64 and double", "add", Long.ONE, 0.5, 1.5],
    ["double", "add", new Double(1), 1, new Double(2)],
    ["decimal", "add", Decimal128.fromString("0.10"), Decimal128.fromString("0.2"), Decimal128.fromString("0.30")],
    ["decimal with int", "multiply", Decimal128.fromString("1.5"), 2, Decimal128.fromString("3.0")],
    [
      "decimal rounding half to even",
      "add",
      Decimal128.fromString("1000000000000000000000000000000000"),
      Decimal128.fromString("0.5"),
      Decimal128.fromString("1000000000000000000000000000000000"),
    ],
    ["remainder", "remainder", -7, 3, -1],
  ])("%s", (_name, operation, a, b, expected) => {
    const result = calculate(operation, a, b);
    if (expected === undefined) expect(result).toBeUndefined();
    else expect(result).toEqual(expected);
  });

  it("divides decimals to 34 digits", () => {
    const third = divide(Decimal128.fromString("1"), 3);
    expect((third as Decimal128).toString()).toBe("0.3333333333333333333333333333333333");
    expect((divide(Decimal128.fromString("10"), 4) as Decimal128).toString()).toBe("2.5");
  });
});
