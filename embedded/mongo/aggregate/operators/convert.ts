/** $type, $convert and its short forms, sizes. */
import { type Binary, type BSONSymbol, calculateObjectSize, Decimal128, Long, ObjectId, type Timestamp } from "bson";
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { exactNumber, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { parseDecimal, toDecimal128 } from "../../values/decimal.js";
import {
  fitsLong,
  integerValue,
  isTruthy,
  numberType,
  toBigInt,
  toDecimal,
  toDouble,
  wholeNumber,
} from "../../values/numbers.js";
import { type Evaluator, isNullish, type OperatorCompiler, type OperatorTable, unary } from "../evaluator.js";
import { parseDate } from "./dateText.js";
import { formatDouble } from "./text.js";

function failure(message: string): MongoError {
  return new MongoError("ConversionFailure", message);
}

function unsupported(value: Value, target: string): MongoError {
  return failure(`Unsupported conversion from ${typeAlias(value)} to ${target} in $convert with no onError value`);
}

function toInteger(value: Value, target: "int" | "long"): Value {
  const least = target === "int" ? -(2n ** 31n) : -(2n ** 63n);
  const made = (whole: bigint): Value => {
    if (whole < least || whole >= -least) {
      throw failure(`Conversion would overflow target type in $convert with no onError value: ${whole}`);
    }
    return target === "int" ? Number(whole) : Long.fromBigInt(whole);
  };
  switch (typeAlias(value)) {
    case "bool":
      return made(value === true ? 1n : 0n);
    case "int":
    case "long":
    case "double":
    case "decimal": {
      const whole = toBigInt(value);
      if (whole === undefined) {
        const kind = Number.isNaN(toDouble(value)) ? "NaN" : "infinity";
        throw failure(`Attempt to convert ${kind} value to integer type in $convert with no onError value`);
      }
      return made(whole);
    }
    case "string":
      if (!/^[+-]?\d+$/.test(value as string)) throw badNumber(value);
      return made(BigInt((value as string).replace(/^\+/, "")));
    case "date":
      if (target === "long") return Long.fromNumber((value as Date).getTime());
      throw unsupported(value, target);
    default:
      throw unsupported(value, target);
  }
}

function badNumber(value: Value): MongoError {
  return failure(
    `Failed to parse number '${String(value)}' in $convert with no onError value: Did not consume whole string.`,
  );
}

function toDoubleValue(value: Value): Value {
  switch (typeAlias(value)) {
    case "bool":
      return doubleValue(value === true ? 1 : 0);
    case "string": {
      const text = value as string;
      const parsed = parseDecimal(text);
      if (!parsed || text.trim() !== text) throw badNumber(value);
      return doubleValue(parsed.kind === "finite" ? Number(text) : toDouble(toDecimal128(parsed)));
    }
    case "date":
      return doubleValue((value as Date).getTime());
    default:
      if (!isNumber(value)) throw unsupported(value, "double");
      return doubleOf(value);
  }
}

function doubleOf(value: Value): Value {
  const number = toDouble(value);
  if (!Number.isFinite(number) && numberType(value) === "decimal" && exactNumber(value).kind === "finite") {
    throw failure("Conversion would overflow target type in $convert with no onError value");
  }
  return doubleValue(number);
}

function toDecimalValue(value: Value): Value {
  switch (typeAlias(value)) {
    case "bool":
      return Decimal128.fromString(value === true ? "1" : "0");
    case "string": {
      const parsed = parseDecimal(value as string);
      if (!parsed) throw badNumber(value);
      return toDecimal128(parsed);
    }
    case "date":
      return Decimal128.fromString(String((value as Date).getTime()));
    default:
      if (!isNumber(value)) throw unsupported(value, "decimal");
      return numberType(value) === "decimal" ? value : toDecimal128(toDecimal(value));
  }
}

function toDate(value: Value): Value {
  switch (typeAlias(value)) {
    case "date":
      return value;
    case "long":
    case "double":
    case "decimal": {
      const whole = toBigInt(value);
      if (whole === undefined || !fitsLong(whole)) {
        throw failure("Conversion would overflow target type in $convert with no onError value");
      }
      return new Date(Number(whole));
    }
    case "string":
      return parseDate(value as string);
    case "objectId":
      return (value as ObjectId).getTimestamp();
    case "timestamp":
      return new Date((value as Timestamp).t * 1000);
    default:
      throw unsupported(value, "date");
  }
}

function toObjectId(value: Value): Value {
  if (value instanceof ObjectId) return value;
  if (typeof value !== "string") throw unsupported(value, "objectId");
  if (!/^[0-9a-fA-F]{24}$/.test(value)) {
    throw failure(
      `Failed to parse objectId '${value}' in $convert with no onError value: Invalid string length for parsing to OID, expected 24 but found ${value.length}`,
    );
  }
  return ObjectId.createFromHexString(value);
}

function toText(value: Value): Value {
  switch (typeAlias(value)) {
    case "string":
      return value;
    case "bool":
      return value === true ? "true" : "false";
    case "int":
    case "double":
      return formatDouble(toDouble(value));
    case "long":
      return (value as Long).toString();
    case "decimal":
      return (value as Decimal128).toString();
    case "objectId":
      return (value as ObjectId).toHexString();
    case "date":
      return (value as Date).toISOString();
    case "symbol":
      return (value as BSONSymbol).value;
    default:
      throw unsupported(value, "string");
  }
}

const conversions: Record<string, (value: Value) => Value> = {
  double: toDoubleValue,
  string: toText,
  objectId: toObjectId,
  bool: (value) => (isNumber(value) || typeof value === "boolean" ? isTruthy(value) : true),
  date: toDate,
  int: (value) => toInteger(value, "int"),
  long: (value) => toInteger(value, "long"),
  decimal: toDecimalValue,
};

const typeCodes: Record<number, string> = {
  1: "double",
  2: "string",
  7: "objectId",
  8: "bool",
  9: "date",
  16: "int",
  18: "long",
  19: "decimal",
};

function readTarget(value: Value): (value: Value) => Value {
  let name: Value = value;
  if (isNumber(value)) {
    const code = wholeNumber(value);
    if (code === undefined)
      throw new MongoError("FailedToParse", "In $convert, numeric 'to' argument is not an integer");
    name = typeCodes[code];
    if (name === undefined)
      throw new MongoError(
        "FailedToParse",
        `In $convert, numeric value for 'to' does not correspond to a BSON type: ${code}`,
      );
  }
  if (typeof name !== "string")
    throw new MongoError(
      "FailedToParse",
      "$convert's 'to' argument must be a string or number, but is " + typeAlias(value),
    );
  const convert = Object.hasOwn(conversions, name) ? conversions[name] : undefined;
  if (!convert) throw new MongoError("BadValue", `Unknown type name: ${name}`);
  return convert;
}

const convert: OperatorCompiler = (operand, compiler, name) => {
  if (!isDoc(operand)) {
    throw new MongoError(
      "FailedToParse",
      `${name} expects an object of named arguments but found: ${typeAlias(operand)}`,
    );
  }
  for (const key of Object.keys(operand)) {
    if (!["input", "to", "onError", "onNull", "format"].includes(key)) {
      throw new MongoError("FailedToParse", `${name} found an unknown argument: ${key}`);
    }
  }
  if (!("input" in operand)) throw new MongoError("FailedToParse", "Missing 'input' parameter to $convert");
  if (!("to" in operand)) throw new MongoError("FailedToParse", "Missing 'to' parameter to $convert");
  const input = compiler.compile(operand.input);
  const target = compiler.compile(operand.to);
  const onError: Evaluator | undefined = "onError" in operand ? compiler.compile(operand.onError) : undefined;
  const onNull: Evaluator | undefined = "onNull" in operand ? compiler.compile(operand.onNull) : undefined;
  return (scope) => {
    const value = input(scope);
    const to = target(scope);
    if (isNullish(value)) return onNull ? onNull(scope) : null;
    if (isNullish(to)) return null;
    const apply = readTarget(to);
    try {
      return apply(value);
    } catch (error) {
      if (onError && error instanceof MongoError && error.codeName === "ConversionFailure") return onError(scope);
      throw error;
    }
  };
};

function short(target: string): OperatorCompiler {
  const apply = conversions[target] as (value: Value) => Value;
  return unary((value) => (isNullish(value) ? null : apply(value)));
}

export const convertOperators: OperatorTable = {
  $type: unary((value) => typeAlias(value)),
  $isNumber: unary((value) => isNumber(value)),
  $convert: convert,
  $toDouble: short("double"),
  $toString: short("string"),
  $toObjectId: short("objectId"),
  $toBool: short("bool"),
  $toDate: short("date"),
  $toInt: short("int"),
  $toLong: short("long"),
  $toDecimal: short("decimal"),
  $bsonSize: unary((value) => {
    if (isNullish(value)) return null;
    if (!isDoc(value)) throw new MongoError(31393, `$bsonSize requires a document input, found: ${typeAlias(value)}`);
    return calculateObjectSize(value);
  }),
  $binarySize: unary((value) => {
    if (isNullish(value)) return null;
    const alias = typeAlias(value);
    if (alias === "string") return Buffer.byteLength(value as string);
    if (alias === "binData") return integerValue(binaryLength(value));
    throw new MongoError(51276, `$binarySize requires a string or BinData argument, found: ${alias}`);
  }),
  $tsSecond: unary((value) => timestampPart(value, "$tsSecond", 5687301)),
  $tsIncrement: unary((value) => timestampPart(value, "$tsIncrement", 5687302)),
};

function partOf(value: Value, part: "t" | "i"): number {
  return (value as Timestamp)[part];
}

function binaryLength(value: Value): number {
  return (value as Binary).length();
}

function timestampPart(value: Value, name: string, code: number): Value {
  if (isNullish(value)) return null;
  if (typeAlias(value) !== "timestamp") {
    throw new MongoError(code, ` Argument to ${name} must be a timestamp, but is ${typeAlias(value)}`);
  }
  return Long.fromNumber(partOf(value, name === "$tsSecond" ? "t" : "i"));
}
