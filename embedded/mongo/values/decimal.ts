/** Decimal128 arithmetic: 34 significant digits, rounding half to even, exponents from -6176 to 6111. */
import type { Long } from "bson";
import { Decimal128 } from "bson";

/** coefficient × 10^exponent, or one of the special values. */
export type Decimal =
  | { kind: "finite"; negative: boolean; coefficient: bigint; exponent: number }
  | { kind: "infinite"; negative: boolean }
  | { kind: "nan" };

const maxDigits = 34;
const minExponent = -6176;
const maxExponent = 6111;
const nan: Decimal = { kind: "nan" };

function finite(negative: boolean, coefficient: bigint, exponent: number): Decimal {
  return { kind: "finite", negative, coefficient, exponent };
}

/** Reads "-1.5E+3", "Infinity", "NaN"; undefined for anything else. Digits beyond 34 are kept. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) {
    const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(text);
    if (!special) return undefined;
    return special[2] ? { kind: "infinite", negative: special[1] === "-" } : nan;
  }
  const whole = match[2] ?? "";
  const fraction = match[3] ?? match[4] ?? "";
  const exponent = Number(match[5] ?? 0) - fraction.length;
  return finite(match[1] === "-", BigInt(whole + fraction), exponent);
}

export function fromDecimal128(value: Decimal128): Decimal {
  return parseDecimal(value.toString()) ?? nan;
}

/** Rounds to what Decimal128 can hold. */
export function toDecimal128(value: Decimal): Decimal128 {
  return Decimal128.fromString(formatDecimal(fit(value)));
}

/** The exact value of a whole number. */
export function fromBigInt(value: bigint): Decimal {
  return value < 0n ? finite(true, -value, 0) : finite(false, value, 0);
}

const scratch = new DataView(new ArrayBuffer(8));

/** The exact value of a double (all its binary digits, up to some 770 decimal ones). */
export function exactDouble(value: number): Decimal {
  if (Number.isNaN(value)) return nan;
  if (!Number.isFinite(value)) return { kind: "infinite", negative: value < 0 };
  const negative = value < 0 || Object.is(value, -0);
  if (Number.isInteger(value)) return finite(negative, BigInt(Math.abs(value)), 0);
  scratch.setFloat64(0, Math.abs(value));
  const bits = scratch.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const mantissa = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const shift = 1075 - Math.max(biased, 1);
  return finite(negative, mantissa * 5n ** BigInt(shift), -shift);
}

/** A double as decimal arithmetic takes it: rounded to 15 significant digits, as MongoDB converts it. */
export function roundedDouble(value: number): Decimal {
  if (!Number.isFinite(value)) return exactDouble(value);
  return parseDecimal(value.toExponential(14)) ?? nan;
}

/** The nearest double. */
export function decimalToDouble(value: Decimal): number {
  if (value.kind === "nan") return Number.NaN;
  if (value.kind === "infinite") return value.negative ? -Infinity : Infinity;
  return Number(`${value.negative ? "-" : ""}${value.coefficient}e${value.exponent}`);
}

/** The whole part, rounded towards zero. Undefined for NaN and infinities. */
export function decimalToBigInt(value: Decimal): bigint | undefined {
  if (value.kind !== "finite") return undefined;
  const size =
    value.exponent >= 0
      ? value.coefficient * 10n ** BigInt(value.exponent)
      : value.coefficient / 10n ** BigInt(-value.exponent);
  return value.negative ? -size : size;
}

function digits(value: bigint): number {
  return value === 0n ? 1 : value.toString().length;
}

/** Drops `count` digits, rounding half to even. */
function shorten(coefficient: bigint, count: number): bigint {
  const unit = 10n ** BigInt(count);
  const quotient = coefficient / unit;
  const twice = (coefficient % unit) * 2n;
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function fit(value: Decimal): Decimal {
  if (value.kind !== "finite") return value;
  let { coefficient, exponent } = value;
  const drop = Math.max(digits(coefficient) - maxDigits, minExponent - exponent, 0);
  if (drop > 0) {
    coefficient = drop > 7000 ? 0n : shorten(coefficient, drop);
    exponent += drop;
    if (digits(coefficient) > maxDigits) {
      coefficient /= 10n;
      exponent += 1;
    }
  }
  if (coefficient === 0n) exponent = Math.min(Math.max(exponent, minExponent), maxExponent);
  while (exponent > maxExponent && digits(coefficient) < maxDigits) {
    coefficient *= 10n;
    exponent -= 1;
  }
  if (exponent > maxExponent) return { kind: "infinite", negative: value.negative };
  return finite(value.negative, coefficient, exponent);
}

function formatDecimal(value: Decimal): string {
  if (value.kind === "nan") return "NaN";
  if (value.kind === "infinite") return value.negative ? "-Infinity" : "Infinity";
  return `${value.negative ? "-" : ""}${value.coefficient}E${value.exponent >= 0 ? "+" : ""}${value.exponent}`;
}

/** -1, 0 or 1; NaN is below everything and equal to itself, -0 equals 0. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.kind === "nan" || b.kind === "nan") return a.kind === b.kind ? 0 : a.kind === "nan" ? -1 : 1;
  const signA = sign(a);
  const signB = sign(b);
  if (signA !== signB) return signA < signB ? -1 : 1;
  if (signA === 0) return 0;
  if (a.kind === "infinite" || b.kind === "infinite") {
    if (a.kind === b.kind) return 0;
    return (a.kind === "infinite") === signA > 0 ? 1 : -1;
  }
  const magnitudeA = digits(a.coefficient) + a.exponent;
  const magnitudeB = digits(b.coefficient) + b.exponent;
  if (magnitudeA !== magnitudeB) return (magnitudeA < magnitudeB ? -1 : 1) * signA;
  const shared = Math.min(a.exponent, b.exponent);
  const left = a.coefficient * 10n ** BigInt(a.exponent - shared);
  const right = b.coefficient * 10n ** BigInt(b.exponent - shared);
  return left === right ? 0 : (left < right ? -1 : 1) * signA;
}

function sign(value: Decimal): number {
  if (value.kind === "nan") return 0;
  if (value.kind === "finite" && value.coefficient === 0n) return 0;
  return value.negative ? -1 : 1;
}

/** Digits and exponent without trailing zeros: equal for equal finite values. */
export function normalizedDecimal(value: Decimal & { kind: "finite" }): string {
  if (value.coefficient === 0n) return "0";
  const text = value.coefficient.toString();
  const significant = text.replace(/0+$/, "");
  return `${value.negative ? "-" : ""}${significant}E${value.exponent + text.length - significant.length}`;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === "nan" || b.kind === "nan") return nan;
  if (a.kind === "infinite") return b.kind === "infinite" && a.negative !== b.negative ? nan : a;
  if (b.kind === "infinite") return b;
  // Beyond this distance the smaller operand cannot reach the 34 digits of the result.
  const [large, small] = a.exponent >= b.exponent ? [a, b] : [b, a];
  if (large.exponent - small.exponent > 8000) return fit(large.coefficient === 0n ? small : large);
  const scaled = large.coefficient * 10n ** BigInt(large.exponent - small.exponent);
  const sum = (large.negative ? -scaled : scaled) + (small.negative ? -small.coefficient : small.coefficient);
  const negative = sum === 0n ? a.negative && b.negative : sum < 0n;
  return fit(finite(negative, sum < 0n ? -sum : sum, small.exponent));
}

export function negateDecimal(value: Decimal): Decimal {
  return value.kind === "nan" ? value : { ...value, negative: !value.negative };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === "nan" || b.kind === "nan") return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === "infinite" || b.kind === "infinite") {
    return sign(a) === 0 || sign(b) === 0 ? nan : { kind: "infinite", negative };
  }
  return fit(finite(negative, a.coefficient * b.coefficient, a.exponent + b.exponent));
}

/** Division by zero gives an infinity or NaN; callers that refuse it check before. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === "nan" || b.kind === "nan") return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === "infinite") return b.kind === "infinite" ? nan : { kind: "infinite", negative };
  if (b.kind === "infinite") return finite(negative, 0n, minExponent);
  if (b.coefficient === 0n) return a.coefficient === 0n ? nan : { kind: "infinite", negative };
  const extra = Math.max(0, maxDigits + 2 + digits(b.coefficient) - digits(a.coefficient));
  const scaled = a.coefficient * 10n ** BigInt(extra);
  let quotient = scaled / b.coefficient;
  let exponent = a.exponent - b.exponent - extra;
  if (scaled % b.coefficient !== 0n) {
    // A sticky digit keeps the later rounding right.
    quotient = quotient * 10n + 1n;
    exponent -= 1;
  } else {
    const ideal = a.exponent - b.exponent;
    while (exponent < ideal && quotient % 10n === 0n && quotient !== 0n) {
      quotient /= 10n;
      exponent += 1;
    }
  }
  return fit(finite(negative, quotient, exponent));
}

/** The remainder with the sign of `a`, as MongoDB's $mod. */
export function remainderDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind !== "finite" || b.kind === "nan") return nan;
  if (b.kind === "infinite") return a;
  if (b.coefficient === 0n) return nan;
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.coefficient * 10n ** BigInt(a.exponent - exponent);
  const right = b.coefficient * 10n ** BigInt(b.exponent - exponent);
  return fit(finite(a.negative, left % right, exponent));
}

export type Rounding = "halfEven" | "down" | "floor" | "ceil";

/** Rounds to `places` digits after the point (negative: before it). */
export function roundDecimal(value: Decimal, places: number, rounding: Rounding): Decimal {
  if (value.kind !== "finite" || value.exponent >= -places) return value;
  const drop = -places - value.exponent;
  const unit = 10n ** BigInt(drop);
  let coefficient = rounding === "halfEven" ? shorten(value.coefficient, drop) : value.coefficient / unit;
  const inexact = value.coefficient % unit !== 0n;
  if (inexact && ((rounding === "floor" && value.negative) || (rounding === "ceil" && !value.negative))) {
    coefficient += 1n;
  }
  return fit(finite(value.negative, coefficient, -places));
}

/** The exact value of an int64. */
export function fromLong(value: Long): Decimal {
  return fromBigInt(value.toBigInt());
}
