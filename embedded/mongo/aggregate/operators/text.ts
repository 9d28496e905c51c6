import type { BSONSymbol } from "bson";
import { type Code, type Long, type Timestamp } from "bson";
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { typeAlias } from "../../values/compare.js";
import { toDouble } from "../../values/numbers.js";

/** A value as the string operators take it: strings, numbers and dates; null and missing are "". Throws 16007. */
export function textOf(value: Value, name: string): string {
  switch (typeAlias(value)) {
    case "missing":
    case "null":
      return "";
    case "string":
      return value as string;
    case "symbol":
      return (value as BSONSymbol).value;
    case "javascript":
      return (value as Code).code;
    case "int":
    case "double":
      return formatDouble(toDouble(value));
    case "long":
    case "decimal":
      return (value as Long).toString();
    case "date":
      return (value as Date).toISOString();
    case "timestamp":
      return (value as Timestamp).toBigInt().toString();
    default:
      throw new MongoError(16007, `can't convert from BSON type ${typeAlias(value)} to String in ${name}`);
  }
}

/** A double as the server writes it: "1", "1.5", "1e+30", "inf", "NaN". */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Object.is(value, -0) ? "-0" : String(value);
}
