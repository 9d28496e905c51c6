/** Typed arithmetic: which type a result has, and what happens when it does not fit, as MongoDB defines both. */
import type { Decimal128 } from "bson";
import { type Double, Long } from "bson";
import type { Value } from "../types.js";
import { doubleValue } from "./codec.js";
import { exactNumber, typeAlias } from "./compare.js";
import {
  addDecimals,
  type Decimal,
  decimalToBigInt,
  decimalToDouble,
  divideDecimals,
  fromDecimal128,
  multiplyDecimals,
  negateDecimal,
  remainderDecimals,
  roundedDouble,
  toDecimal128,
} from "./decimal.js";

export type NumberType = "int" | "long" | "double" | "decimal";

/** The type of a number; undefined for everything else. */
export function numberType(value: Value): NumberType | undefined {
  const alias = typeAlias(value);
  return alias === "int" || alias === "long" || alias === "double" || alias === "decimal" ? alias : undefined;
}

/** The nearest double of any number; NaN for what is not a number. */
export function toDouble(value: Value): number {
  if (typeof value === "number") return value;
  const type = numberType(value);
  if (type === undefined) return Number.NaN;
  if (type === "long") return (value as Long).toNumber();
  if (type === "decimal") return decimalToDouble(fromDecimal128(value as Decimal128));
  return (value as Double).value;
}

/** The whole number a value is exactly (1, 1.0, NumberLong(1), NumberDecimal("1")); undefined otherwise. */
export function wholeNumber(value: Value): number | undefined {
  const number = toDouble(value);
  return Number.isInteger(number) ? number : undefined;
}

/** Any number truncated to a bigint; undefined for NaN and infinities. */
export function toBigInt(value: Value): bigint | undefined {
  return decimalToBigInt(exactNumber(value));
}

const minLong = -(2n ** 63n);
const maxLong = 2n ** 63n - 1n;

export function fitsLong(value: bigint): boolean {
  return value >= minLong && value <= maxLong;
}

/** A whole number as int32 when it fits, else as int64. */
export function integerValue(value: number): number | Long {
  return (value | 0) === value ? value + 0 : Long.fromNumber(value);
}

/** As decimal arithmetic takes it. */
export function toDecimal(value: Value): Decimal {
  return numberType(value) === "double" ? roundedDouble(toDouble(value)) : exactNumber(value);
}

function widest(a: NumberType, b: NumberType): NumberType {
  if (a === "decimal" || b === "decimal") return "decimal";
  if (a === "double" || b === "double") return "double";
  return a === "long" || b === "long" ? "long" : "int";
}

/** One operation in each of the three arithmetics. */
interface Operation {
  integers(a: bigint, b: bigint): bigint;
  doubles(a: number, b: number): number;
  decimals(a: Decimal, b: Decimal): Decimal;
}

const operations = {
  add: { integers: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals },
  subtract: {
    integers: (a, b) => a - b,
    doubles: (a, b) => a - b,
    decimals: (a, b) => addDecimals(a, negateDecimal(b)),
  },
  multiply: { integers: (a, b) => a * b, doubles: (a, b) => a * b, decimals: multiplyDecimals },
  remainder: { integers: (a, b) => a % b, doubles: (a, b) => a % b, decimals: remainderDecimals },
} as const satisfies Record<string, Operation>;

/**
 * The result in the widest of the operands' types; an int32 result that does not fit becomes an int64. Undefined when an
 * int64 result does not fit: updates refuse that, expressions go on in doubles.
 */
export function calculate(name: keyof typeof operations, a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number" && name !== "remainder") {
    const quick = operations[name].doubles(a, b);
    const integers = (a | 0) === a && (b | 0) === b;
    if (!integers) return doubleValue(quick);
    if (Number.isSafeInteger(quick)) return integerValue(quick);
  }
  const operation = operations[name];
  const type = widest(numberType(a) ?? "int", numberType(b) ?? "int");
  if (type === "decimal") return toDecimal128(operation.decimals(toDecimal(a), toDecimal(b)));
  if (type === "double") return doubleValue(operation.doubles(toDouble(a), toDouble(b)));
  const result = operation.integers(toBigInt(a) ?? 0n, toBigInt(b) ?? 0n);
  if (!fitsLong(result)) return undefined;
  if (type === "int" && BigInt.asIntN(32, result) === result) return Number(result);
  return Long.fromBigInt(result);
}

/** As `calculate`, with a double in place of an int64 that does not fit. */
export function calculateLoosely(name: keyof typeof operations, a: Value, b: Value): Value {
  return calculate(name, a, b) ?? doubleValue(operations[name].doubles(toDouble(a), toDouble(b)));
}

/** Division: a double, or a Decimal128 when either operand is one. */
export function divide(a: Value, b: Value): Value {
  if (numberType(a) === "decimal" || numberType(b) === "decimal") {
    return toDecimal128(divideDecimals(toDecimal(a), toDecimal(b)));
  }
  return doubleValue(toDouble(a) / toDouble(b));
}

/** True for zero of any number type. */
export function isZero(value: Value): boolean {
  return toDouble(value) === 0;
}

/** MongoDB's truth: everything but false, null, missing and the zeros. */
export function isTruthy(value: Value): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === "number") return value !== 0;
  const type = numberType(value);
  return type === undefined || !(type === "decimal" ? isZeroDecimal(value) : isZero(value));
}

function isZeroDecimal(value: Value): boolean {
  const decimal = fromDecimal128(value as Decimal128);
  return decimal.kind === "finite" && decimal.coefficient === 0n;
}

/** The number in another type. Callers make sure that it fits. */
export function inType(value: Value, type: NumberType): Value {
  switch (type) {
    case "int":
      return Number(toBigInt(value) ?? 0n);
    case "long":
      return Long.fromBigInt(toBigInt(value) ?? 0n);
    case "double":
      return doubleValue(toDouble(value));
    case "decimal":
      return toDecimal128(toDecimal(value));
  }
}
