/** Documents. */
import { MongoError } from "../../errors.js";
import { fieldOf } from "../../query/path.js";
import type { Doc, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { fieldNames } from "../../values/fieldOrder.js";
import { type Evaluator, isNullish, type OperatorCompiler, type OperatorTable, unary, variadic } from "../evaluator.js";

function arrayToObject(list: Value): Value {
  if (isNullish(list)) return null;
  if (!Array.isArray(list)) {
    throw new MongoError(40386, `$arrayToObject requires an array input, found: ${typeAlias(list)}`);
  }
  const doc: Doc = {};
  const pairs = Array.isArray(list[0]);
  for (const entry of list as Value[]) {
    const [name, value] = pairs ? readPair(entry) : readEntry(entry);
    if (name.includes("\0")) throw new MongoError(4940400, "Key field cannot contain an embedded null byte");
    setField(doc, name, value);
  }
  return doc;
}

function readPair(entry: Value): [string, Value] {
  if (!Array.isArray(entry)) {
    throw new MongoError(
      40396,
      `$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects. Array was detected, now found: ${typeAlias(entry)}`,
    );
  }
  if (entry.length !== 2) {
    throw new MongoError(
      40397,
      `$arrayToObject requires an array of size 2 arrays,found array of size: ${entry.length}`,
    );
  }
  const [name, value] = entry as [Value, Value];
  if (typeof name !== "string") {
    throw new MongoError(
      40395,
      `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${typeAlias(name)}`,
    );
  }
  return [name, value];
}

function readEntry(entry: Value): [string, Value] {
  if (Array.isArray(entry)) {
    throw new MongoError(
      40391,
      "$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects. Object was detected, now found: array",
    );
  }
  if (!isDoc(entry)) {
    throw new MongoError(40398, `Unrecognised input type format for $arrayToObject: ${typeAlias(entry)}`);
  }
  const size = Object.keys(entry).length;
  if (size !== 2) {
    throw new MongoError(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${size}`,
    );
  }
  if (!("k" in entry) || !("v" in entry)) {
    throw new MongoError(40393, "$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys");
  }
  if (typeof entry.k !== "string") {
    throw new MongoError(
      40394,
      `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${typeAlias(entry.k)}`,
    );
  }
  return [entry.k, entry.v];
}

/** Merges documents, later ones over earlier ones; null and missing are passed over. */
export function mergeObjects(values: Iterable<Value>): Doc {
  const merged: Doc = {};
  for (const value of values) {
    if (isNullish(value)) continue;
    if (!isDoc(value)) {
      throw new MongoError(
        40400,
        `$mergeObjects requires object inputs, but input ${JSON.stringify(value)} is of type ${typeAlias(value)}`,
      );
    }
    for (const name of Object.keys(value)) setField(merged, name, value[name]);
  }
  return merged;
}

/** The `field` of $getField and the like: an expression that must be a constant string. */
function constantField(name: string, evaluate: Evaluator): string {
  const field = evaluate.literal?.value;
  if (typeof field !== "string") {
    throw new MongoError(
      name === "$setField" || name === "$unsetField" ? 4161108 : 5654602,
      `${name} requires 'field' to evaluate to a constant string`,
    );
  }
  return field;
}

const getField: OperatorCompiler = (operand, compiler, name) => {
  const named = isDoc(operand) && ("field" in operand || "input" in operand);
  if (named) {
    for (const key of Object.keys(operand)) {
      if (key !== "field" && key !== "input")
        throw new MongoError(3041701, `${name} found an unknown argument: ${key}`);
    }
    if (!("field" in operand)) throw new MongoError(3041702, `${name} requires 'field' to be specified`);
    if (!("input" in operand)) throw new MongoError(3041703, `${name} requires 'input' to be specified`);
  }
  const field = compiler.compile(named ? operand.field : operand);
  if (typeof (named ? operand.field : operand) === "string" && !field.literal) {
    throw new MongoError(
      5654600,
      `A field path reference which is not allowed in this context. Did you mean {$literal: '${String(named ? operand.field : operand)}'}?`,
    );
  }
  const input = named ? compiler.compile(operand.input) : compiler.compile("$$CURRENT");
  return (scope) => {
    const fieldName = field(scope);
    if (typeof fieldName !== "string") {
      throw new MongoError(
        3041704,
        `${name} requires 'field' to evaluate to type String, but got ${typeAlias(fieldName)}`,
      );
    }
    const doc = input(scope);
    if (isNullish(doc)) return doc;
    return isDoc(doc) ? fieldOf(doc, fieldName) : undefined;
  };
};

const setFieldExpression: OperatorCompiler = (operand, compiler, name) => {
  const needed = name === "$setField" ? ["field", "input", "value"] : ["field", "input"];
  if (!isDoc(operand)) throw new MongoError(4161100, `${name} only supports an object as its argument`);
  for (const key of Object.keys(operand)) {
    if (!needed.includes(key)) throw new MongoError(4161101, `${name} found an unknown argument: ${key}`);
  }
  for (const [at, key] of needed.entries()) {
    if (!(key in operand))
      throw new MongoError([4161102, 4161109, 4161103][at] ?? 4161102, `${name} requires '${key}' to be specified`);
  }
  const field = constantField(name, compiler.compile(operand.field));
  const input = compiler.compile(operand.input);
  const value = name === "$setField" ? compiler.compile(operand.value) : undefined;
  return (scope) => {
    const doc = input(scope);
    if (isNullish(doc)) return null;
    if (!isDoc(doc)) throw new MongoError(4161105, `${name} requires 'input' to evaluate to type Object`);
    const next = value?.(scope);
    const changed: Doc = { ...doc };
    if (next === undefined) Reflect.deleteProperty(changed, field);
    else setField(changed, field, next);
    return changed;
  };
};

/** There are no scores, for there are no text indexes. */
const meta: OperatorCompiler = (operand) => {
  if (operand === "textScore" || operand === "searchScore") {
    throw new MongoError(
      40218,
      `query requires ${operand === "textScore" ? "text" : "search"} score metadata, but it is not available`,
    );
  }
  throw new MongoError(17308, `Unsupported argument to $meta: ${String(operand)}`);
};

export const objectOperators: OperatorTable = {
  $meta: meta,
  $mergeObjects: variadic(0, Number.MAX_SAFE_INTEGER, (values) => {
    const [only] = values;
    return mergeObjects(values.length === 1 && Array.isArray(only) ? (only as Value[]) : values);
  }),
  $objectToArray: unary((value) => {
    if (isNullish(value)) return null;
    if (!isDoc(value)) {
      throw new MongoError(40390, `$objectToArray requires a document input, found: ${typeAlias(value)}`);
    }
    return fieldNames(value).map((k) => ({ k, v: value[k] }));
  }),
  $arrayToObject: unary(arrayToObject),
  $getField: getField,
  $setField: setFieldExpression,
  $unsetField: setFieldExpression,
};
