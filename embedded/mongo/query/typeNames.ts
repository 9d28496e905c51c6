/** What $type and bsonType accept: type names, type numbers, "number", and lists of them. */
import { MongoError } from "../errors.js";
import type { Value } from "../types.js";
import { isNumber, type TypeAlias, typeAlias } from "../values/compare.js";
import { toDouble, wholeNumber } from "../values/numbers.js";

const byCode: Record<number, string> = {
  1: "double",
  2: "string",
  3: "object",
  4: "array",
  5: "binData",
  6: "undefined",
  7: "objectId",
  8: "bool",
  9: "date",
  10: "null",
  11: "regex",
  12: "dbPointer",
  13: "javascript",
  14: "symbol",
  15: "javascriptWithScope",
  16: "int",
  17: "timestamp",
  18: "long",
  19: "decimal",
  127: "maxKey",
  [-1]: "minKey",
};

/** BSON type numbers by name, as $type takes them in queries. */
export const typeNames: ReadonlySet<string> = new Set(Object.values(byCode));

const numbers: readonly TypeAlias[] = ["int", "long", "double", "decimal"];

/** Adds the types that one name or number stands for. */
function addType(types: Set<string>, value: Value): void {
  if (typeof value === "string") {
    if (value === "number") for (const name of numbers) types.add(name);
    else if (typeNames.has(value)) types.add(value);
    else throw new MongoError("BadValue", `Unknown type name alias: ${value}`);
    return;
  }
  if (!isNumber(value)) throw new MongoError("TypeMismatch", "type must be represented as a number or a string");
  const name = byCode[wholeNumber(value) ?? Number.NaN];
  if (name === undefined) throw new MongoError("BadValue", `Invalid numerical type code: ${toDouble(value)}`);
  types.add(name);
}

/** A test for values of the types that `spec` names (one or an array). Missing values are of no type. */
export function compileTypeTest(spec: Value): (value: Value) => boolean {
  const types = new Set<string>();
  if (Array.isArray(spec)) {
    if (spec.length === 0) throw new MongoError("FailedToParse", "$type must match at least one type");
    for (const one of spec) addType(types, one);
  } else addType(types, spec);
  return (value) => types.has(typeAlias(value));
}
