/** Update operators on arrays: $push, $addToSet, $pop, $pull and $pullAll. */
import { sliceOf } from "../aggregate/operators/array.js";
import { MongoError } from "../errors.js";
import { compileNode } from "../query/filter.js";
import { isWholeFilter } from "../query/operators.js";
import { literalTest } from "../query/predicates.js";
import { compileSort } from "../query/sort.js";
import type { Collator, Doc, EvalContext, Value } from "../types.js";
import { canonicalKey, compareValues, isDoc, isNumber, typeAlias, valuesEqual } from "../values/compare.js";
import { describe } from "../values/describe.js";
import { toDouble, wholeNumber } from "../values/numbers.js";
import { idOf, settle } from "./fields.js";
import type { ModifierCompiler } from "./modifier.js";

interface Push {
  each: Value[];
  position: number | undefined;
  slice: number | undefined;
  order: ((a: Value, b: Value) => number) | undefined;
}

function readPush(operand: Value, context: EvalContext): Push {
  if (!isDoc(operand) || !("$each" in operand)) {
    return { each: [operand], position: undefined, slice: undefined, order: undefined };
  }
  const push: Push = { each: [], position: undefined, slice: undefined, order: undefined };
  for (const [name, value] of Object.entries(operand)) {
    if (name === "$each") push.each = readEach("$push", value);
    else if (name === "$slice") push.slice = readWhole("$slice", value);
    else if (name === "$position") push.position = readWhole("$position", value);
    else if (name === "$sort") push.order = readOrder(value, context.collator);
    else throw new MongoError("BadValue", `Unrecognized clause in $push: ${name}`);
  }
  return push;
}

function readEach(operator: string, value: Value): Value[] {
  if (Array.isArray(value)) return value as Value[];
  throw new MongoError(
    "BadValue",
    `The argument to $each in ${operator} must be an array but it was of type: ${typeAlias(value)}`,
  );
}

function readWhole(name: string, value: Value): number {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  if (whole !== undefined) return whole;
  const what = isNumber(value) ? "value" : "type";
  throw new MongoError(
    "BadValue",
    `The value for ${name} must be an integer value${name === "$slice" ? " but was given" : ", not of"} ${what}: ${isNumber(value) ? toDouble(value) : typeAlias(value)}`,
  );
}

function readOrder(value: Value, collator: Collator | undefined): Push["order"] {
  if (isNumber(value)) {
    const direction = toDouble(value);
    if (direction !== 1 && direction !== -1) {
      throw new MongoError("BadValue", "The $sort element value must be either 1 or -1");
    }
    return (a, b) => compareValues(a, b, collator) * direction;
  }
  if (!isDoc(value)) {
    throw new MongoError(
      "BadValue",
      "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields",
    );
  }
  if (Object.keys(value).length === 0) {
    throw new MongoError("BadValue", "The $sort pattern is empty when it should be a set of fields.");
  }
  for (const [path, direction] of Object.entries(value)) {
    if (path === "") throw new MongoError("BadValue", "The $sort field cannot be empty");
    const number = isNumber(direction) ? toDouble(direction) : 0;
    if (number !== 1 && number !== -1)
      throw new MongoError("BadValue", "The $sort element value must be either 1 or -1");
    if (path.split(".").includes("")) {
      throw new MongoError("BadValue", `The $sort field is a dotted field but has an empty part: ${path}`);
    }
  }
  const order = compileSort(value, collator);
  return (a, b) => order(asDoc(a), asDoc(b));
}

const noFields: Doc = {};

function asDoc(value: Value): Doc {
  return isDoc(value) ? value : noFields;
}

const push: ModifierCompiler = (operand, _path, context) => {
  const { each, position, slice, order } = readPush(operand, context);
  return (current, target) => {
    const list = current ?? [];
    if (!Array.isArray(list)) {
      throw new MongoError(
        "BadValue",
        `The field '${target.path}' must be an array but is of type ${typeAlias(list)} in document ${idOf(target)}`,
      );
    }
    let next = [...(list as Value[])];
    next.splice(position ?? next.length, 0, ...each);
    if (order) next = next.sort(order);
    if (slice !== undefined) next = sliceOf(next, slice);
    return settle(current, next);
  };
};

const addToSet: ModifierCompiler = (operand, _path, context) => {
  const { collator } = context;
  const isEach = isDoc(operand) && Object.keys(operand)[0] === "$each";
  if (isEach) {
    const other = Object.keys(operand).find((name) => name !== "$each");
    if (other !== undefined) {
      throw new MongoError("BadValue", `Found unexpected fields after $each in $addToSet: ${describe(operand)}`);
    }
  }
  const values = isEach ? readEach("$addToSet", operand.$each) : [operand];
  return (current, target) => {
    const list = current ?? [];
    if (!Array.isArray(list)) {
      throw new MongoError(
        "BadValue",
        `Cannot apply $addToSet to non-array field. Field named '${target.path}' has non-array type ${typeAlias(list)}`,
      );
    }
    const known = new Set(list.map((element: Value) => canonicalKey(element, collator)));
    const added: Value[] = [];
    for (const value of values) {
      const key = canonicalKey(value, collator);
      if (known.has(key)) continue;
      known.add(key);
      added.push(value);
    }
    return added.length === 0 && current !== undefined ? current : [...(list as Value[]), ...added];
  };
};

const pop: ModifierCompiler = (operand, path) => {
  if (!isNumber(operand)) throw new MongoError("FailedToParse", `Expected a number in: ${path}: ${describe(operand)}`);
  const end = toDouble(operand);
  if (end !== 1 && end !== -1) throw new MongoError("FailedToParse", `$pop expects 1 or -1, found: ${end}`);
  return (current, target) => {
    if (current === undefined) return undefined;
    if (!Array.isArray(current)) {
      throw new MongoError(
        "TypeMismatch",
        `Path '${target.path}' contains an element of non-array type '${typeAlias(current)}'`,
      );
    }
    if (current.length === 0) return current as Value;
    const list = current as Value[];
    return end === 1 ? list.slice(0, -1) : list.slice(1);
  };
};

function remove(current: Value, drops: (element: Value) => boolean): Value {
  if (current === undefined) return undefined;
  if (!Array.isArray(current)) throw new MongoError("BadValue", "Cannot apply $pull to a non-array value");
  const kept = current.filter((element: Value) => !drops(element));
  return kept.length === current.length ? current : kept;
}

/** Elements are tested as the value of this field: it has no name. */
const unnamed = "";

function pullTest(operand: Value, context: EvalContext): (element: Value) => boolean {
  if (isDoc(operand) && !isWholeFilter(operand)) {
    const node = compileNode({ [unnamed]: operand }, context);
    return (element) => node({ [unnamed]: element });
  }
  if (isDoc(operand)) {
    const node = compileNode(operand, context);
    return (element) => isDoc(element) && node(element);
  }
  return literalTest(operand, context.collator);
}

const pull: ModifierCompiler = (operand, _path, context) => {
  const drops = pullTest(operand, context);
  return (current) => remove(current, drops);
};

const pullAll: ModifierCompiler = (operand, _path, context) => {
  if (!Array.isArray(operand)) {
    throw new MongoError("BadValue", `$pullAll requires an array argument but was given a ${typeAlias(operand)}`);
  }
  const drops = (element: Value): boolean =>
    operand.some((value: Value) => valuesEqual(value, element, context.collator));
  return (current) => remove(current, drops);
};

export const arrayModifiers: Readonly<Record<string, ModifierCompiler>> = {
  $push: push,
  $addToSet: addToSet,
  $pop: pop,
  $pull: pull,
  $pullAll: pullAll,
};
