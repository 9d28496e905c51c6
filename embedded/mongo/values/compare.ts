/** BSON types, their order, equality and canonical keys. */
import type { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Long, ObjectId, Timestamp } from "bson";
import type { Collator, Doc, Value } from "../types.js";
import { fieldNames } from "./fieldOrder.js";
import {
  compareDecimals,
  type Decimal,
  decimalToDouble,
  exactDouble,
  fromDecimal128,
  fromLong,
  normalizedDecimal,
} from "./decimal.js";

/** MongoDB's names of the BSON types, as $type reports them. */
export type TypeAlias =
  | "missing"
  | "double"
  | "string"
  | "object"
  | "array"
  | "binData"
  | "objectId"
  | "bool"
  | "date"
  | "null"
  | "regex"
  | "javascript"
  | "symbol"
  | "javascriptWithScope"
  | "int"
  | "timestamp"
  | "long"
  | "decimal"
  | "minKey"
  | "maxKey";

const tagged: Record<string, TypeAlias> = {
  ObjectId: "objectId",
  Long: "long",
  Double: "double",
  Decimal128: "decimal",
  Int32: "int",
  Binary: "binData",
  Timestamp: "timestamp",
  BSONRegExp: "regex",
  BSONSymbol: "symbol",
  MinKey: "minKey",
  MaxKey: "maxKey",
};

/** The type's name as $type reports it ("int", "long", "objectId" …); "missing" for undefined. */
export function typeAlias(value: Value): TypeAlias {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return (value | 0) === value && !Object.is(value, -0) ? "int" : "double";
    case "boolean":
      return "bool";
    case "undefined":
      return "missing";
    case "object":
      return objectAlias(value);
    default:
      throw new TypeError(`not a BSON value: ${typeof value}`);
  }
}

function objectAlias(value: object | null): TypeAlias {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return "object";
  const tag = (value as { _bsontype?: unknown })._bsontype;
  if (typeof tag === "string") {
    if (tag === "Code") return (value as Code).scope ? "javascriptWithScope" : "javascript";
    return tagged[tag] ?? "object";
  }
  const name = Object.prototype.toString.call(value);
  return name === "[object Date]" ? "date" : name === "[object RegExp]" ? "regex" : "object";
}

/** True for plain documents: not for arrays, dates, ObjectIds and the like. */
export function isDoc(value: Value): value is Doc {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || objectAlias(value) === "object";
}

const orders: Record<TypeAlias, number> = {
  minKey: -1,
  missing: 0,
  null: 5,
  int: 10,
  long: 10,
  double: 10,
  decimal: 10,
  symbol: 15,
  string: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  javascript: 60,
  javascriptWithScope: 65,
  maxKey: 127,
};

/** Place of a value's type in the BSON order; types with the same place compare with each other. Missing is 0. */
export function typeOrder(value: Value): number {
  if (typeof value === "number") return 10;
  return typeof value === "string" ? 15 : orders[typeAlias(value)];
}

/** True for int32, int64, double and Decimal128. */
export function isNumber(value: Value): boolean {
  return typeof value === "number" || (typeof value === "object" && typeOrder(value) === 10);
}

/** Order of strings by their UTF-8 bytes. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, which sort after U+E000–U+FFFF. */
function utf8Rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x10000 : unit;
}

function sign(value: number): number {
  return value < 0 ? -1 : value > 0 ? 1 : 0;
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
}

/** The double that a number is, when it is an int32 or a double. */
function asDouble(value: Value): number | undefined {
  if (typeof value === "number") return value;
  const tag = (value as Double)._bsontype as string;
  return tag === "Double" || tag === "Int32" ? (value as Double).value : undefined;
}

/** The exact value of any number. */
export function exactNumber(value: Value): Decimal {
  const double = asDouble(value);
  if (double !== undefined) return exactDouble(double);
  return (value as Long)._bsontype === "Long" ? fromLong(value as Long) : fromDecimal128(value as Decimal128);
}

function compareNumbers(a: Value, b: Value): number {
  const left = asDouble(a);
  const right = asDouble(b);
  if (left !== undefined && right !== undefined) return compareDoubles(left, right);
  const bothLong = (a as Long)._bsontype === "Long" && (b as Long)._bsontype === "Long";
  if (bothLong) return (a as Long).compare(b as Long);
  return compareDecimals(exactNumber(a), exactNumber(b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function text(value: Value): string {
  return typeof value === "string" ? value : (value as BSONSymbol).value;
}

function compareArrays(a: Value[], b: Value[], collator?: Collator): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const order = compareValues(a[at], b[at], collator);
    if (order !== 0) return order;
  }
  return sign(a.length - b.length);
}

function compareDocs(a: Doc, b: Doc, collator?: Collator): number {
  const namesA = fieldNames(a);
  const namesB = fieldNames(b);
  const length = Math.min(namesA.length, namesB.length);
  for (let at = 0; at < length; at += 1) {
    const nameA = namesA[at] as string;
    const nameB = namesB[at] as string;
    const valueA = a[nameA];
    const valueB = b[nameB];
    const order =
      sign(typeOrder(valueA) - typeOrder(valueB)) ||
      compareStrings(nameA, nameB) ||
      compareValues(valueA, valueB, collator);
    if (order !== 0) return sign(order);
  }
  return sign(namesA.length - namesB.length);
}

/** The source and sorted flags of a regular expression in either class. */
export function regexParts(value: Value): { pattern: string; options: string } {
  const regex = value as BSONRegExp | RegExp;
  return "pattern" in regex
    ? { pattern: regex.pattern, options: regex.options }
    : { pattern: regex.source, options: regex.flags };
}

function compareCode(a: Value, b: Value): number {
  const left = a as Code;
  const right = b as Code;
  return compareStrings(left.code, right.code) || compareDocs(left.scope ?? {}, right.scope ?? {});
}

function compareBinary(a: Binary, b: Binary): number {
  return a.position - b.position || a.sub_type - b.sub_type || compareBytes(a.value(), b.value());
}

function compareRegex(a: Value, b: Value): number {
  const left = regexParts(a);
  const right = regexParts(b);
  return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options);
}

/**
 * The BSON order of two values, below, at or above 0: first by type, then by value; numbers compare exactly across their
 * types. Strings (also inside documents and arrays) compare by `collator` when there is one. Missing is below null.
 */
export function compareValues(a: Value, b: Value, collator?: Collator): number {
  if (typeof a === "number" && typeof b === "number") return compareDoubles(a, b);
  if (typeof a === "string" && typeof b === "string") return collator ? collator.compare(a, b) : compareStrings(a, b);
  const order = typeOrder(a);
  const other = typeOrder(b);
  if (order !== other) return order < other ? -1 : 1;
  switch (order) {
    case 10:
      return compareNumbers(a, b);
    case 15:
      return collator ? collator.compare(text(a), text(b)) : compareStrings(text(a), text(b));
    case 20:
      return compareDocs(a as Doc, b as Doc, collator);
    case 25:
      return compareArrays(a as Value[], b as Value[], collator);
    case 30:
      return compareBinary(a as Binary, b as Binary);
    case 35:
      // Reading the bytes makes a copy of them each time; comparing for equality does not.
      return (a as ObjectId).equals(b as ObjectId) ? 0 : compareBytes((a as ObjectId).id, (b as ObjectId).id);
    case 40:
      return Number(a) - Number(b);
    case 45:
      return sign((a as Date).getTime() - (b as Date).getTime());
    case 47:
      return sign((a as Timestamp).compare(b as Timestamp));
    case 50:
      return compareRegex(a, b);
    case 60:
    case 65:
      return compareCode(a, b);
    default:
      return 0;
  }
}

export function valuesEqual(a: Value, b: Value, collator?: Collator): boolean {
  return a === b || compareValues(a, b, collator) === 0;
}

/** Same type, same value, same field order, down to the last bit: what makes an update a no-op. */
export function valuesIdentical(a: Value, b: Value): boolean {
  if (a === b) return true;
  const alias = typeAlias(a);
  if (alias !== typeAlias(b)) return false;
  if (alias === "array") {
    const left = a as Value[];
    const right = b as Value[];
    return left.length === right.length && left.every((value, at) => valuesIdentical(value, right[at]));
  }
  if (alias === "object") {
    const names = fieldNames(a as Doc);
    const others = fieldNames(b as Doc);
    return (
      names.length === others.length &&
      names.every((name, at) => name === others[at] && valuesIdentical((a as Doc)[name], (b as Doc)[name]))
    );
  }
  if (alias === "double") return Object.is(asDouble(a), asDouble(b));
  if (alias === "decimal") return compareBytes((a as Decimal128).bytes, (b as Decimal128).bytes) === 0;
  return compareValues(a, b) === 0;
}

function numberKey(value: Value): string {
  const double = asDouble(value);
  if (double !== undefined && Number.isSafeInteger(double)) return `n${double === 0 ? 0 : double}`;
  if (double !== undefined && !Number.isInteger(double)) return `n${double}`;
  const exact = exactNumber(value);
  if (exact.kind === "nan") return "nNaN";
  if (exact.kind === "infinite") return exact.negative ? "n-Infinity" : "nInfinity";
  const nearest = decimalToDouble(exact);
  const isDouble = compareDecimals(exactDouble(nearest), exact) === 0;
  if (isDouble && (Number.isSafeInteger(nearest) || !Number.isInteger(nearest)))
    return `n${nearest === 0 ? 0 : nearest}`;
  return `n=${normalizedDecimal(exact)}`;
}

function quoted(value: string): string {
  return `${value.length}:${value}`;
}

function docKey(doc: Doc, collator?: Collator): string {
  let key = "o{";
  for (const name of fieldNames(doc)) key += quoted(name) + canonicalKey(doc[name], collator) + ",";
  return key + "}";
}

/** A string that is equal for two values exactly when `valuesEqual` says so: for grouping, sets and distinct. */
export function canonicalKey(value: Value, collator?: Collator): string {
  switch (typeOrder(value)) {
    case -1:
      return "<";
    case 0:
      return "?";
    case 5:
      return "0";
    case 10:
      return numberKey(value);
    case 15:
      return "s" + quoted(collator ? collator.equalityKey(text(value)) : text(value));
    case 20:
      return docKey(value as Doc, collator);
    case 25:
      return `a[${(value as Value[]).map((element) => canonicalKey(element, collator)).join(",")}]`;
    case 30:
      return `b${(value as Binary).sub_type}:${Buffer.from((value as Binary).value()).toString("base64")}`;
    case 35:
      return `i${(value as ObjectId).toHexString()}`;
    case 40:
      return value === true ? "T" : "F";
    case 45:
      return `d${(value as Date).getTime()}`;
    case 47:
      return "t" + (value as Timestamp).toBigInt().toString();
    case 50: {
      const { pattern, options } = regexParts(value);
      return `r${quoted(pattern)}${quoted(options)}`;
    }
    case 60:
    case 65: {
      const { code, scope } = value as Code;
      return `c${quoted(code)}${scope ? docKey(scope) : ""}`;
    }
    default:
      return ">";
  }
}
