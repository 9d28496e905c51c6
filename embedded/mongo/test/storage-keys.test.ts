import { describe, expect, it } from "@jest/globals";
import { Binary, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import fc from "fast-check";
import { encodeValue, inverted } from "../storage/keys.js";
import { compareValues } from "../values/compare.js";
import type { Value } from "../types.js";

const number = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: false }),
  fc.integer({ min: -50, max: 50 }).map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -40, max: 40 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
);
const scalar = fc.oneof(
  number,
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "a", "a\u0000", "a\u0000b", "aa", "b"),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => new Binary(bytes)),
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc.constantFrom(null, new MinKey(), new MaxKey()),
);
const value: fc.Arbitrary<Value> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "ab", "c"), tie("any"), { maxKeys: 3 }),
  ),
})).any;

describe("index keys", () => {
  it("sort as MongoDB sorts the values", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const byKeys = Math.sign(encodeValue(a, 1, undefined).compare(encodeValue(b, 1, undefined)));
        expect(byKeys).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 3_000 },
    );
  });

  it("sort numbers of all types in one exact order", () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const byKeys = Math.sign(encodeValue(a, 1, undefined).compare(encodeValue(b, 1, undefined)));
        expect(byKeys).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 3_000 },
    );
    const near = [
      Long.fromString("9007199254740992"),
      Long.fromString("9007199254740993"),
      Decimal128.fromString("9007199254740993.5"),
    ];
    const keys = near.map((one) => encodeValue(one, 1, undefined));
    expect(keys[0]!.compare(keys[1]!)).toBe(-1);
    expect(keys[1]!.compare(keys[2]!)).toBe(-1);
    expect(encodeValue(0.5, 1, undefined).equals(encodeValue(Decimal128.fromString("0.50"), 1, undefined))).toBe(true);
    expect(encodeValue(0.1, 1, undefined).equals(encodeValue(Decimal128.fromString("0.1"), 1, undefined))).toBe(false);
  });

  it("are never the beginning of another, and turn around when inverted", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [x, y] = [encodeValue(a, 1, undefined), encodeValue(b, 1, undefined)];
        if (!x.equals(y)) expect(y.subarray(0, x.length).equals(x)).toBe(false);
        expect(Math.sign(inverted(x).compare(inverted(y))) + Math.sign(x.compare(y))).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
