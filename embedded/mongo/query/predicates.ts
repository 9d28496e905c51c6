/** The operators that look at one value: comparisons, $in, $regex, $type, $mod, $size and the like. */
import { ObjectId } from "bson";
import { MongoError } from "../errors.js";
import type { Collator, Doc, Value } from "../types.js";
import {
  canonicalKey,
  compareValues,
  isDoc,
  isNumber,
  regexParts,
  typeAlias,
  typeOrder,
  valuesEqual,
} from "../values/compare.js";
import { toBigInt, toDouble, wholeNumber } from "../values/numbers.js";
import { compileRegex } from "./regex.js";

/** Whether one value (undefined = missing) satisfies an operator. */
export type ValueTest = (value: Value) => boolean;

export type Comparison = "$eq" | "$gt" | "$gte" | "$lt" | "$lte";

const holds: Record<Comparison, (order: number) => boolean> = {
  $eq: (order) => order === 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

/** Compares within the operand's type bracket only; null stands for missing too. */
export function comparison(operator: Comparison, operand: Value, collator?: Collator): ValueTest {
  const test = holds[operator];
  const bracket = typeOrder(operand);
  if (bracket === 5) {
    const inclusive = test(0);
    return (value) => inclusive && (value === null || value === undefined);
  }
  if (bracket === -1 || bracket === 127) return (value) => test(compareValues(value ?? null, operand));
  if (operator === "$eq") return equality(operand, bracket, collator);
  if (bracket === 10 && Number.isNaN(toDouble(operand))) {
    const inclusive = test(0);
    return (value) => inclusive && isNumber(value) && Number.isNaN(toDouble(value));
  }
  return (value) => {
    if (typeOrder(value) !== bracket) return false;
    if (bracket === 10 && Number.isNaN(toDouble(value))) return false;
    return test(compareValues(value, operand, collator));
  };
}

function equality(operand: Value, bracket: number, collator?: Collator): ValueTest {
  if (typeof operand === "string" && !collator) {
    return (value) =>
      value === operand ||
      (typeof value === "object" && typeAlias(value) === "symbol" && compareValues(value, operand) === 0);
  }
  if (operand instanceof ObjectId) return (value) => value instanceof ObjectId && value.equals(operand);
  return (value) =>
    value === operand || (typeOrder(value) === bracket && compareValues(value, operand, collator) === 0);
}

/** Strings that match, and stored regular expressions that are the same. */
export function regexTest(pattern: string, options: string): ValueTest {
  const regex = compileRegex(pattern, options);
  const sorted = Array.from(options).sort().join("");
  return (value) => {
    if (typeof value === "string") return regex.test(value);
    const alias = typeAlias(value);
    if (alias === "symbol") return regex.test((value as { value: string }).value);
    if (alias !== "regex") return false;
    const parts = regexParts(value);
    return parts.pattern === pattern && Array.from(parts.options).sort().join("") === sorted;
  };
}

/** A bare value in a filter: equality, or matching for a regular expression. */
export function literalTest(operand: Value, collator?: Collator): ValueTest {
  if (typeAlias(operand) !== "regex") return comparison("$eq", operand, collator);
  const { pattern, options } = regexParts(operand);
  return regexTest(pattern, options);
}

/** Above this many values a set of keys beats comparing one by one. */
const linearLimit = 6;

export function inTest(operator: "$in" | "$nin", list: Value, collator?: Collator): ValueTest {
  if (!Array.isArray(list)) throw new MongoError("BadValue", `${operator} needs an array`);
  const regexes: ValueTest[] = [];
  const values: Value[] = [];
  for (const element of list) {
    if (isDoc(element) && Object.keys(element)[0]?.startsWith("$") && !isReference(element)) {
      throw new MongoError("BadValue", `cannot nest $ under ${operator}`);
    }
    if (typeAlias(element) === "regex") regexes.push(literalTest(element));
    else values.push(element);
  }
  const some = values.length > linearLimit ? keyTest(values, collator) : listTest(values, collator);
  if (regexes.length === 0) return some;
  return (value) => some(value) || regexes.some((test) => test(value)) || equalsRegex(list, value);
}

function equalsRegex(list: Value[], value: Value): boolean {
  return typeAlias(value) === "regex" && list.some((element) => valuesEqual(element, value));
}

function listTest(values: Value[], collator?: Collator): ValueTest {
  const tests = values.map((value) => comparison("$eq", value, collator));
  return (value) => {
    for (const test of tests) if (test(value)) return true;
    return false;
  };
}

function keyTest(values: Value[], collator?: Collator): ValueTest {
  const keys = new Set(values.map((value) => canonicalKey(value, collator)));
  return (value) => keys.has(canonicalKey(value === undefined ? null : value, collator));
}

/** {$ref, $id, $db}: a value, although its names begin with "$". */
export function isReference(doc: Doc): boolean {
  return "$ref" in doc && "$id" in doc;
}

/** A field of a reference, which a filter may ask for like any other. */
export function isReferenceField(name: string): boolean {
  return name === "$ref" || name === "$id" || name === "$db";
}

export function modTest(operand: Value): ValueTest {
  if (!Array.isArray(operand)) throw new MongoError("BadValue", "malformed mod, needs to be an array");
  if (operand.length < 2) throw new MongoError("BadValue", "malformed mod, not enough elements");
  if (operand.length > 2) throw new MongoError("BadValue", "malformed mod, too many elements");
  const [divisor, remainder] = operand.map((value: Value, at) => {
    const name = at === 0 ? "divisor" : "remainder";
    if (!isNumber(value)) throw new MongoError("BadValue", `malformed mod, ${name} not a number`);
    const whole = toBigInt(value);
    if (whole === undefined) {
      throw new MongoError(
        "BadValue",
        `malformed mod, ${name} value is invalid :: caused by :: Unable to coerce NaN/Inf to integral type`,
      );
    }
    return whole;
  }) as [bigint, bigint];
  if (divisor === 0n) throw new MongoError("BadValue", "divisor cannot be 0");
  return (value) => {
    if (!isNumber(value)) return false;
    const whole = toBigInt(value);
    return whole !== undefined && whole % divisor === remainder;
  };
}

export function sizeTest(operand: Value): ValueTest {
  const fail = (what: string): MongoError =>
    new MongoError(
      "BadValue",
      `Failed to parse $size. ${what}: $size: ${isNumber(operand) ? toDouble(operand) : JSON.stringify(operand)}`,
    );
  if (!isNumber(operand)) throw fail("Expected a number in");
  const size = wholeNumber(operand);
  if (size === undefined) throw fail("Expected an integer");
  if (size < 0) throw fail("Expected a non-negative number in");
  return (value) => Array.isArray(value) && value.length === size;
}
