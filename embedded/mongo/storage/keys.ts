/** BSON values as bytes whose memcmp order is MongoDB's order of values: what index entries are sorted by. */
import { createHash } from "node:crypto";
import type { Binary, BSONSymbol, Code, Decimal128, Long, ObjectId, Timestamp } from "bson";
import type { Collator, Doc, Value } from "../types.js";
import { isNumber, regexParts, typeAlias, typeOrder } from "../values/compare.js";
import {
  addDecimals,
  type Decimal,
  decimalToDouble,
  exactDouble,
  fromDecimal128,
  fromLong,
  negateDecimal,
} from "../values/decimal.js";

/** LMDB keys end at 1,978 bytes; index number and record number take their part. */
const longest = 1_900;
/** What is kept of a longer key: whoever asks with more than this must look at the document as well. */
export const keptOfLong = 1_800;

/** Stands for an array without elements, which MongoDB indexes as undefined. */
export const emptyArray = Symbol("empty array");

/** First byte of every value of that place in the type order. */
export const tagOf = (value: Value): number =>
  value === emptyArray ? 2 : value === undefined ? 7 : typeOrder(value) + 2;

function cstring(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  if (!bytes.includes(0)) return Buffer.concat([bytes, Buffer.of(0, 0)]);
  const escaped: number[] = [];
  for (const byte of bytes) {
    escaped.push(byte);
    if (byte === 0) escaped.push(0xff);
  }
  return Buffer.from([...escaped, 0, 0]);
}

/** Doubles in order: positive ones with the sign bit set, negative ones inverted; NaN below everything. */
function writeDouble(into: Buffer, at: number, value: number): void {
  if (Number.isNaN(value)) {
    into.fill(0, at, at + 8);
    return;
  }
  into.writeDoubleBE(value === 0 ? 0 : value, at);
  if (into[at]! & 0x80) for (let byte = at; byte < at + 8; byte++) into[byte] = ~into[byte]! & 0xff;
  else into[at]! |= 0x80;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeDouble(bytes, 0, value);
  return bytes;
}

const nothingLeft = Buffer.of(0x80);

/** What is left of an exact number beyond its nearest double, in order. */
function remainder(exact: Decimal, nearest: number): Buffer {
  if (exact.kind !== "finite" || !Number.isFinite(nearest)) return nothingLeft;
  const left = addExact(exact, exactDouble(-nearest));
  if (left.kind !== "finite" || left.coefficient === 0n) return nothingLeft;
  const digits = left.coefficient.toString().replace(/0+$/, "");
  const magnitude = left.coefficient.toString().length + left.exponent;
  const body = Buffer.concat([Buffer.alloc(4), Buffer.from(digits, "latin1"), Buffer.of(0)]);
  body.writeUInt32BE(magnitude + 0x40000000);
  if (!left.negative) return Buffer.concat([Buffer.of(0x81), body]);
  return Buffer.concat([Buffer.of(0x7f), body.map((byte) => ~byte & 0xff)]);
}

/** Sum without rounding: both are brought to the smaller exponent. */
function addExact(a: Decimal & { kind: "finite" }, b: Decimal): Decimal {
  if (b.kind !== "finite") return addDecimals(a, negateDecimal(negateDecimal(b)));
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (one: Decimal & { kind: "finite" }) =>
    one.coefficient * 10n ** BigInt(one.exponent - exponent) * (one.negative ? -1n : 1n);
  const sum = scaled(a) + scaled(b);
  return { kind: "finite", negative: sum < 0n, coefficient: sum < 0n ? -sum : sum, exponent };
}

/** Beyond the doubles the greatest of them stands for the nearest, so that what is left still tells numbers apart. */
function nearestDouble(exact: Decimal): number {
  const nearest = decimalToDouble(exact);
  if (exact.kind !== "finite" || Number.isFinite(nearest)) return nearest;
  return nearest > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

function number(value: Value): Buffer {
  if (typeof value === "number") return Buffer.concat([double(value), nothingLeft]);
  switch (typeAlias(value)) {
    case "long": {
      const exact = value as Long;
      const nearest = exact.toNumber();
      if (Number.isSafeInteger(nearest)) return Buffer.concat([double(nearest), nothingLeft]);
      return Buffer.concat([double(nearest), remainder(fromLong(exact), nearest)]);
    }
    case "decimal": {
      const exact = fromDecimal128(value as Decimal128);
      const nearest = nearestDouble(exact);
      return Buffer.concat([double(nearest), remainder(exact, nearest)]);
    }
    default:
      return Buffer.concat([double((value as { valueOf(): number }).valueOf()), nothingLeft]);
  }
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  bytes[0]! ^= 0x80;
  return bytes;
}

function parts(value: Value, collator: Collator | undefined): Buffer[] {
  if (typeof value === "string") return [cstring(collator ? collator.equalityKey(value) : value)];
  if (isNumber(value)) return [number(value)];
  if (value === null || value === undefined || value === emptyArray) return [];
  switch (typeAlias(value)) {
    case "symbol":
      return parts((value as BSONSymbol).value, collator);
    case "object":
      return [
        ...Object.entries(value as Doc).flatMap(([name, field]) => [
          Buffer.of(tagOf(field)),
          cstring(name),
          ...parts(field, collator),
        ]),
        Buffer.of(0),
      ];
    case "array":
      return [
        ...(value as Value[]).flatMap((element) => [Buffer.of(tagOf(element)), ...parts(element, collator)]),
        Buffer.of(0),
      ];
    case "binData": {
      const binary = value as Binary;
      const head = Buffer.alloc(5);
      head.writeUInt32BE(binary.position);
      head[4] = binary.sub_type;
      return [head, Buffer.from(binary.buffer.subarray(0, binary.position))];
    }
    case "objectId":
      return [Buffer.from((value as ObjectId).id)];
    case "bool":
      return [Buffer.of(value ? 1 : 0)];
    case "date":
      // Beyond what JavaScript's dates hold, a date has no time; all of those count as one.
      return [int64(BigInt((value as Date).getTime() || 0))];
    case "timestamp": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt.asUintN(64, (value as Timestamp).toBigInt()));
      return [bytes];
    }
    case "regex": {
      const { pattern, options } = regexParts(value);
      return [cstring(pattern), cstring(options)];
    }
    case "javascript":
    case "javascriptWithScope": {
      const { code, scope } = value as Code;
      return [cstring(code), ...(scope ? parts(scope, collator) : [])];
    }
    default:
      return [];
  }
}

/** Numbers, strings, dates and ObjectIds, which most keys consist of, in one piece; undefined for anything else. */
function encodeCommon(value: Value, collator: Collator | undefined): Buffer | undefined {
  if (typeof value === "number") {
    const bytes = Buffer.allocUnsafe(10);
    bytes[0] = tagOf(value);
    writeDouble(bytes, 1, value);
    bytes[9] = nothingLeft[0]!;
    return bytes;
  }
  if (typeof value === "string") return collator || value.includes("\0") ? undefined : encodeText(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    const bytes = Buffer.allocUnsafe(9);
    bytes[0] = tagOf(value);
    bytes.writeBigInt64BE(BigInt(value.getTime()), 1);
    bytes[1]! ^= 0x80;
    return bytes;
  }
  if ((value as ObjectId)._bsontype !== "ObjectId") return undefined;
  const bytes = Buffer.allocUnsafe(13);
  bytes[0] = tagOf(value);
  bytes.set((value as ObjectId).id, 1);
  return bytes;
}

function encodeText(value: string): Buffer {
  const length = Buffer.byteLength(value);
  const bytes = Buffer.allocUnsafe(length + 3);
  bytes[0] = tagOf(value);
  bytes.write(value, 1, "utf8");
  bytes[length + 1] = 0;
  bytes[length + 2] = 0;
  return bytes;
}

/** One value, ready to stand in a key: no encoding is the beginning of another. Descending ones are inverted. */
export function encodeValue(value: Value, direction: 1 | -1, collator: Collator | undefined): Buffer {
  const bytes = encodeCommon(value, collator) ?? Buffer.concat([Buffer.of(tagOf(value)), ...parts(value, collator)]);
  return direction === 1 ? bytes : inverted(bytes);
}

export function inverted(bytes: Buffer): Buffer {
  const result = Buffer.alloc(bytes.length);
  for (let at = 0; at < bytes.length; at++) result[at] = ~bytes[at]! & 0xff;
  return result;
}

/** True for a key that is stored in part only: its place among others with the same beginning says nothing. */
export function isCut(key: Buffer): boolean {
  return key.length > longest;
}

/** A key as it is stored: one that is too long keeps its beginning and a hash of the whole. */
export function storedForm(key: Buffer): Buffer {
  if (key.length <= longest) return key;
  return Buffer.concat([key.subarray(0, keptOfLong), createHash("sha256").update(key).digest()]);
}

const beyond = Buffer.alloc(64, 0xff);

/** Where a range begins: at the keys that start with `key`, or after all of them. A cut key cannot leave any of them out. */
export function lowEnd(key: Buffer, after: boolean): Buffer {
  if (key.length > keptOfLong) return key.subarray(0, keptOfLong);
  return after ? Buffer.concat([key, beyond]) : key;
}

/** Where a range ends: before the keys that start with `key`, or after all of them. */
export function highEnd(key: Buffer, after: boolean): Buffer {
  if (key.length > keptOfLong) return Buffer.concat([key.subarray(0, keptOfLong), beyond]);
  return after ? Buffer.concat([key, beyond]) : key;
}
