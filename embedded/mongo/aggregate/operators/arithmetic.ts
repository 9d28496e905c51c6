/** Arithmetic on typed numbers. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { exactNumber, isNumber, typeAlias } from "../../values/compare.js";
import { exactDouble, type Rounding, roundDecimal, toDecimal128 } from "../../values/decimal.js";
import {
  calculate,
  calculateLoosely,
  divide,
  fitsLong,
  integerValue,
  isZero,
  numberType,
  toBigInt,
  toDecimal,
  toDouble,
  wholeNumber,
} from "../../values/numbers.js";
import {
  binary,
  compileOperands,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
  unary,
  variadic,
} from "../evaluator.js";
import { decimalSquareRoot } from "../../values/squareRoot.js";
import { aggregateOperators } from "./totals.js";

function requireNumber(name: string, value: Value, code = 28765): void {
  if (!isNumber(value)) throw new MongoError(code, `${name} only supports numeric types, not ${typeAlias(value)}`);
}

function dateFrom(milliseconds: number): Date {
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) {
    throw new MongoError("Overflow", "date overflow");
  }
  return new Date(milliseconds);
}

function add(values: Value[]): Value {
  let date: Date | undefined;
  let sum: Value = 0;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (typeAlias(value) === "date") {
      if (date) throw new MongoError(16612, "only one date allowed in an $add expression");
      date = value as Date;
    } else if (isNumber(value)) sum = calculateLoosely("add", sum, value);
    else {
      throw new MongoError("TypeMismatch", `$add only supports numeric or date types, not ${typeAlias(value)}`);
    }
  }
  return date ? dateFrom(date.getTime() + Math.round(toDouble(sum))) : sum;
}

function subtract(a: Value, b: Value): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (isNumber(a) && isNumber(b)) return calculateLoosely("subtract", a, b);
  if (typeAlias(a) === "date") {
    if (typeAlias(b) === "date") return Long.fromNumber((a as Date).getTime() - (b as Date).getTime());
    if (isNumber(b)) return dateFrom((a as Date).getTime() - Math.round(toDouble(b)));
  }
  throw new MongoError("TypeMismatch", `can't $subtract ${typeAlias(b)} from ${typeAlias(a)}`);
}

function multiply(values: Value[]): Value {
  let product: Value = 1;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (!isNumber(value)) {
      throw new MongoError("TypeMismatch", `$multiply only supports numeric types, not ${typeAlias(value)}`);
    }
    product = calculateLoosely("multiply", product, value);
  }
  return product;
}

function quotient(a: Value, b: Value): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new MongoError(
      "TypeMismatch",
      `$divide only supports numeric types, not ${typeAlias(a)} and ${typeAlias(b)}`,
    );
  }
  if (isZero(b)) throw new MongoError("BadValue", "can't $divide by zero");
  return divide(a, b);
}

function modulo(a: Value, b: Value): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new MongoError(16611, `$mod only supports numeric types, not ${typeAlias(a)} and ${typeAlias(b)}`);
  }
  if (isZero(b)) throw new MongoError(16610, "can't $mod by zero");
  return calculate("remainder", a, b);
}

function absolute(value: Value): Value {
  if (isNullish(value)) return null;
  requireNumber("$abs", value);
  const negative = toDouble(value) < 0;
  if (!negative) return Object.is(toDouble(value), -0) ? doubleValue(0) : value;
  const positive = calculate("subtract", 0, value);
  if (positive === undefined) throw new MongoError(28680, "can't take $abs of long long min");
  return positive;
}

/** Rounds in the value's own type. */
function rounded(value: Value, places: number, rounding: Rounding): Value {
  const type = numberType(value);
  if (type === "decimal") return toDecimal128(roundDecimal(exactNumber(value), places, rounding));
  if (type === "double") return roundedDouble(toDouble(value), places, rounding);
  if (places >= 0) return value;
  const result = roundDecimal(exactNumber(value), places, rounding);
  if (result.kind !== "finite") return value;
  const whole = (result.negative ? -1n : 1n) * result.coefficient * 10n ** BigInt(Math.max(result.exponent, 0));
  if (!fitsLong(whole))
    throw new MongoError(51080, "invalid conversion from Decimal128 result in $round resulting from arguments");
  return type === "int" ? integerValue(Number(whole)) : Long.fromBigInt(whole);
}

function roundedDouble(value: number, places: number, rounding: Rounding): Value {
  if (!Number.isFinite(value)) return doubleValue(value);
  if (places === 0 && rounding === "floor") return doubleValue(Math.floor(value));
  if (places === 0 && rounding === "ceil") return doubleValue(Math.ceil(value));
  if (places === 0 && rounding === "down") return doubleValue(Math.trunc(value));
  const result = roundDecimal(exactDouble(value), places, rounding);
  return doubleValue(toDouble(toDecimal128(result)));
}

function whole(rounding: Rounding): OperatorCompiler {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    requireNumber(name, value);
    return rounded(value, 0, rounding);
  });
}

function toPlaces(rounding: Rounding): OperatorCompiler {
  return variadic(1, 2, (values, name) => {
    const [value, place] = values;
    if (isNullish(value) || (values.length === 2 && isNullish(place))) return null;
    if (!isNumber(value)) throw new MongoError(51081, `${name} only supports numeric types, not ${typeAlias(value)}`);
    const places = place === undefined ? 0 : wholeNumber(place);
    if (places === undefined) throw new MongoError(51082, `precision argument to  ${name} must be a integral value`);
    if (places < -20 || places > 100) {
      throw new MongoError(51083, `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`);
    }
    return rounded(value, places, rounding);
  });
}

/** A function of doubles; a Decimal128 gives a Decimal128 with the precision of a double. */
export function numericFunction(
  apply: (value: number) => number,
  check?: (value: number, name: string) => void,
): OperatorCompiler {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    requireNumber(name, value);
    const number = toDouble(value);
    check?.(number, name);
    const result = doubleValue(apply(number));
    return numberType(value) === "decimal" ? toDecimal128(exactNumber(result)) : result;
  });
}

function positive(code: number): (value: number, name: string) => void {
  return (value, name) => {
    if (value <= 0) throw new MongoError(code, `${name}'s argument must be a positive number, but is ${value}`);
  };
}

function squareRoot(value: Value): Value {
  if (isNullish(value)) return null;
  requireNumber("$sqrt", value);
  if (toDouble(value) < 0) throw new MongoError(28714, "$sqrt's argument must be greater than or equal to 0");
  if (numberType(value) === "decimal") return toDecimal128(decimalSquareRoot(exactNumber(value)));
  return doubleValue(Math.sqrt(toDouble(value)));
}

function power(base: Value, exponent: Value): Value {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumber(base)) throw new MongoError(28762, `$pow's base must be numeric, not ${typeAlias(base)}`);
  if (!isNumber(exponent)) throw new MongoError(28763, `$pow's exponent must be numeric, not ${typeAlias(exponent)}`);
  if (isZero(base) && toDouble(exponent) < 0) {
    throw new MongoError(28764, "$pow cannot take a base of 0 and a negative exponent");
  }
  const types = [numberType(base), numberType(exponent)];
  const double = Math.pow(toDouble(base), toDouble(exponent));
  if (types.includes("decimal")) return powerOfDecimal(base, exponent, double);
  if (types.includes("double") || toDouble(exponent) < 0 || Math.abs(double) > 2 ** 64) return doubleValue(double);
  const result = (toBigInt(base) ?? 0n) ** (toBigInt(exponent) ?? 0n);
  if (!fitsLong(result)) return doubleValue(double);
  return types.includes("long")
    ? Long.fromBigInt(result)
    : integerValue(Number(result)) instanceof Long
      ? Long.fromBigInt(result)
      : Number(result);
}

function powerOfDecimal(base: Value, exponent: Value, double: number): Value {
  const times = wholeNumber(exponent);
  if (times === undefined || Math.abs(times) > 1000) return toDecimal128(toDecimal(doubleValue(double)));
  let product: Value = toDecimal128(toDecimal(1));
  for (let step = 0; step < Math.abs(times); step += 1) product = calculateLoosely("multiply", product, base);
  return times < 0 ? divide(toDecimal128(toDecimal(1)), product) : product;
}

function logarithm(value: Value, base: Value): Value {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumber(value)) throw new MongoError(28756, `$log's argument must be numeric, not ${typeAlias(value)}`);
  if (!isNumber(base)) throw new MongoError(28757, `$log's base must be numeric, not ${typeAlias(base)}`);
  const number = toDouble(value);
  const root = toDouble(base);
  if (number <= 0) throw new MongoError(28758, `$log's argument must be a positive number, but is ${number}`);
  if (root <= 0 || root === 1)
    throw new MongoError(28759, `$log's base must be a positive number not equal to 1, but is ${root}`);
  const result = doubleValue(Math.log(number) / Math.log(root));
  const decimal = numberType(value) === "decimal" || numberType(base) === "decimal";
  return decimal ? toDecimal128(toDecimal(result)) : result;
}

function within(least: number, most: number): (value: number, name: string) => void {
  return (value, name) => {
    if (value < least || value > most) {
      throw new MongoError(50989, `cannot apply ${name} to ${value}, value must be in [${least},${most}]`);
    }
  };
}

function bounded(value: number, name: string): void {
  if (Math.abs(value) === Infinity) {
    throw new MongoError(50989, `cannot apply ${name} to ${value > 0 ? "inf" : "-inf"}, value must be in (-inf,inf)`);
  }
}

function bits(apply: (a: bigint, b: bigint) => bigint, start: bigint): OperatorCompiler {
  return variadic(0, Number.MAX_SAFE_INTEGER, (values, name) => {
    let result = start;
    let long = false;
    for (const value of values) {
      if (isNullish(value)) return null;
      const type = numberType(value);
      if (type !== "int" && type !== "long") {
        throw new MongoError("TypeMismatch", `${name} only supports int and long operands.`);
      }
      long ||= type === "long";
      result = apply(result, toBigInt(value) ?? 0n);
    }
    return long ? Long.fromBigInt(BigInt.asIntN(64, result)) : Number(BigInt.asIntN(32, result));
  });
}

const random: OperatorCompiler = (operand, compiler, name) => {
  const empty = Array.isArray(operand)
    ? operand.length === 0
    : typeof operand === "object" && Object.keys(operand ?? {}).length === 0;
  if (!empty) compileOperands(name, Array.isArray(operand) ? operand : [operand], compiler, 0);
  return () => doubleValue(Math.random());
};

const any = Number.MAX_SAFE_INTEGER;
const degree = Math.PI / 180;

export const arithmeticOperators: OperatorTable = {
  ...aggregateOperators,
  $add: variadic(0, any, add),
  $subtract: binary(subtract),
  $multiply: variadic(0, any, multiply),
  $divide: binary(quotient),
  $mod: binary(modulo),
  $abs: unary(absolute),
  $ceil: whole("ceil"),
  $floor: whole("floor"),
  $round: toPlaces("halfEven"),
  $trunc: toPlaces("down"),
  $exp: numericFunction(Math.exp),
  $ln: numericFunction(Math.log, positive(28766)),
  $log10: numericFunction(Math.log10, positive(28761)),
  $log: binary(logarithm),
  $pow: binary(power),
  $sqrt: unary(squareRoot),
  $rand: random,
  $sin: numericFunction(Math.sin, bounded),
  $cos: numericFunction(Math.cos, bounded),
  $tan: numericFunction(Math.tan, bounded),
  $asin: numericFunction(Math.asin, within(-1, 1)),
  $acos: numericFunction(Math.acos, within(-1, 1)),
  $atan: numericFunction(Math.atan),
  $sinh: numericFunction(Math.sinh),
  $cosh: numericFunction(Math.cosh),
  $tanh: numericFunction(Math.tanh),
  $asinh: numericFunction(Math.asinh),
  $acosh: numericFunction(Math.acosh, within(1, Infinity)),
  $atanh: numericFunction(Math.atanh, within(-1, 1)),
  $degreesToRadians: numericFunction((value) => value * degree),
  $radiansToDegrees: numericFunction((value) => value / degree),
  $atan2: binary((a, b, name) => {
    if (isNullish(a) || isNullish(b)) return null;
    if (!isNumber(a) || !isNumber(b)) {
      throw new MongoError(51044, `${name} only supports numeric types, not ${typeAlias(a)} and ${typeAlias(b)}`);
    }
    return doubleValue(Math.atan2(toDouble(a), toDouble(b)));
  }),
  $bitAnd: bits((a, b) => a & b, -1n),
  $bitOr: bits((a, b) => a | b, 0n),
  $bitXor: bits((a, b) => a ^ b, 0n),
  $bitNot: unary((value, name) => {
    if (isNullish(value)) return null;
    const type = numberType(value);
    if (type === "int") return ~(value as number);
    if (type === "long") return Long.fromBigInt(~(toBigInt(value) ?? 0n));
    throw new MongoError("TypeMismatch", `${name} only supports int and long, not: ${typeAlias(value)}.`);
  }),
};
