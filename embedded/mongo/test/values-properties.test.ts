import { describe, expect, it } from "@jest/globals";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  deserialize,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from "bson";
import fc from "fast-check";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import { canonicalKey, compareValues, typeAlias, valuesEqual, valuesIdentical } from "../values/compare.js";

/** Values of all types as the store holds them, with many that are near or equal to each other. */
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer(),
  fc.double().map((value) => ((value | 0) === value ? new Double(value) : value)),
  fc.constantFrom<Value>(
    new Double(1),
    new Double(-0),
    new Double(2),
    NaN,
    Infinity,
    -Infinity,
    0.1,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
  ),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.constantFrom<Value>(
    Long.fromNumber(1),
    Long.ZERO,
    Long.fromString("9007199254740993"),
    Long.MAX_VALUE,
    Long.MIN_VALUE,
  ),
  fc
    .constantFrom(
      "0",
      "-0",
      "1",
      "1.00",
      "0.1",
      "1E3",
      "1000",
      "NaN",
      "Infinity",
      "-Infinity",
      "9007199254740993",
      "9223372036854775807.5",
      "1E-6176",
    )
    .map((text) => Decimal128.fromString(text)),
);
const scalars = fc.oneof(
  numbers,
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom<Value>("", "a", "A", "\u{1f600}", "\uffee"),
  fc.boolean(),
  fc.constantFrom<Value>(null, new MinKey(), new MaxKey(), new Date(0), new Date(-1), new Date(1)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => new Binary(bytes, bytes.length % 2 === 0 ? 0 : 5)),
  fc.constantFrom<Value>(new Timestamp({ t: 1, i: 2 }), new Timestamp({ t: 4294967295, i: 0 })),
  fc.constantFrom<Value>(
    new BSONRegExp("a", ""),
    new BSONRegExp("a", "i"),
    new BSONSymbol("a"),
    new Code("f"),
    new Code("f", { a: 1 }),
  ),
);
const names = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "1", "0", "a.b", "$x", "");
const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value; doc: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("doc"),
  ),
  doc: fc.array(fc.tuple(names, tie("value")), { maxLength: 3 }).map((fields) => makeDoc(fields)),
})).value;

function makeDoc(fields: readonly (readonly [string, Value])[]): Doc {
  const doc: Doc = {};
  for (const [name, value] of fields) {
    Object.defineProperty(doc, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return doc;
}

describe("codec", () => {
  it("gives back every document to the last bit", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 4 }), (fields) => {
        const doc = makeDoc(fields);
        const bytes = encodeDocument(doc);
        const read = decodeDocument(bytes);
        expect(valuesIdentical(read, doc)).toBe(true);
        expect(Buffer.from(encodeDocument(read)).equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("reads what the driver's own library writes, and the other way round", () => {
    const doc = {
      i: new Int32(1),
      d: new Double(1),
      l: Long.fromNumber(1),
      s: "é",
      n: null,
      list: [1, "2"],
      o: { x: 1.5 },
    };
    expect(decodeDocument(serialize(doc))).toEqual({ ...doc, i: 1 });
    expect(deserialize(encodeDocument({ i: 1, d: new Double(1), half: 0.5 }), { promoteValues: false })).toEqual({
      i: new Int32(1),
      d: new Double(1),
      half: new Double(0.5),
    });
  });

  it.each<[string, Value, string]>([
    ["int32", 1, "int"],
    ["whole double", new Double(1), "double"],
    ["negative zero", new Double(-0), "double"],
    ["fraction", 1.5, "double"],
    ["large whole double", 2 ** 40, "double"],
    ["int64", Long.fromNumber(1), "long"],
    ["Decimal128", Decimal128.fromString("1"), "decimal"],
    ["reference", { $ref: "c", $id: 1 }, "object"],
    ["code with scope", new Code("f", { a: 1 }), "javascriptWithScope"],
  ])("keeps the type of a %s", (_, value, alias) => {
    expect(typeAlias(decodeDocument(encodeDocument({ value })).value)).toBe(alias);
  });

  it("lets no field reach a prototype", () => {
    const read = decodeDocument(encodeDocument(makeDoc([["__proto__", { polluted: true }]])));
    expect(Object.keys(read)).toEqual(["__proto__"]);
    expect((read as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("refuses every truncation and survives every changed byte of a document", () => {
    const whole = encodeDocument({
      a: 1,
      b: "text",
      c: [1, { d: new ObjectId() }],
      e: new Binary(Buffer.from("x")),
      f: /x/,
    });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeDocument(whole.subarray(0, length))).toThrow(MongoError);
    }
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = Buffer.from(whole);
        broken[at] = byte;
        try {
          decodeDocument(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(MongoError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("order of values", () => {
  const order = (a: Value, b: Value): number => Math.sign(compareValues(a, b));

  it("is total", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(order(a, a)).toBe(0);
        expect(order(a, b) + order(b, a)).toBe(0);
        if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
        if (order(a, b) === 0) expect(order(a, c)).toBe(order(b, c));
      }),
      { numRuns: 3000 },
    );
  });

  it("has equal keys for equal values and no others", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(canonicalKey(a) === canonicalKey(b)).toBe(valuesEqual(a, b));
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(canonicalKey(a) === canonicalKey(b)).toBe(valuesEqual(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  // From the manual's page on comparison and sort order.
  const ascending: Value[] = [
    new MinKey(),
    null,
    NaN,
    -Infinity,
    Long.MIN_VALUE,
    -1.5,
    0,
    Decimal128.fromString("0.1"),
    0.1,
    1,
    Long.fromString("9007199254740992"),
    Long.fromString("9007199254740993"),
    Decimal128.fromString("9007199254740993.5"),
    Infinity,
    "",
    "A",
    "a",
    "a\0",
    "b",
    "\uffee",
    "\u{1f600}",
    {},
    { a: 1 },
    { a: 1, b: 1 },
    { b: 0 },
    { a: "x" },
    [],
    [1],
    [1, 0],
    [2],
    new Binary(Buffer.from("b")),
    new Binary(Buffer.from("a"), 5),
    new Binary(Buffer.from("aa")),
    new ObjectId("000000000000000000000001"),
    new ObjectId("ff0000000000000000000000"),
    false,
    true,
    new Date(-5),
    new Date(5),
    new Timestamp({ t: 1, i: 1 }),
    new Timestamp({ t: 4294967295, i: 1 }),
    new BSONRegExp("a", ""),
    new BSONRegExp("a", "i"),
    new BSONRegExp("b", ""),
    new Code("a"),
    new Code("a", { x: 1 }),
    new MaxKey(),
  ];

  it("is MongoDB's across and within types", () => {
    for (let left = 0; left < ascending.length; left += 1) {
      for (let right = 0; right < ascending.length; right += 1) {
        expect([left, right, order(ascending[left], ascending[right])]).toEqual([left, right, Math.sign(left - right)]);
      }
    }
  });

  it.each<[Value, Value]>([
    [1, new Double(1)],
    [1, Long.fromNumber(1)],
    [1, Decimal128.fromString("1.000")],
    [0, new Double(-0)],
    [NaN, Decimal128.fromString("NaN")],
    [2 ** 62, Long.fromString("4611686018427387904")],
    ["a", new BSONSymbol("a")],
    [{ a: 1 }, { a: new Double(1) }],
    [[1], [Long.fromNumber(1)]],
  ])("holds %p and %p for equal", (a, b) => {
    expect(order(a, b)).toBe(0);
    expect(canonicalKey(a)).toBe(canonicalKey(b));
    if (typeAlias(a) !== typeAlias(b)) expect(valuesIdentical(a, b)).toBe(false);
  });

  it("tells documents apart by the order of their fields", () => {
    expect(valuesEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  });
});
