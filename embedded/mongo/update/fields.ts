/** Update operators on single values: $set, $inc, $min, $currentDate and so on. */
import { Long, Timestamp } from "bson";
import { MongoError } from "../errors.js";
import type { Value } from "../types.js";
import { compareValues, isDoc, isNumber, typeAlias, valuesIdentical } from "../values/compare.js";
import { describe } from "../values/describe.js";
import { calculate, inType, numberType, toBigInt } from "../values/numbers.js";
import type { Modifier, ModifierCompiler, Target } from "./modifier.js";

/** Keeps the old value when the new one is the same to the last bit, so that nothing counts as modified. */
export function settle(current: Value, next: Value): Value {
  return current !== undefined && valuesIdentical(current, next) ? current : next;
}

const set: ModifierCompiler = (operand) => (current) => settle(current, operand);

const setOnInsert: ModifierCompiler = (operand) => (current, target) => (target.insert ? operand : current);

const unset: ModifierCompiler = () => () => undefined;

/** The document's `_id` as some messages quote it. */
export function bareIdOf(target: Target): string {
  return `_id: ${describe(target.root._id)}`;
}

/** The document's `_id` as most messages quote it. */
export function idOf(target: Target): string {
  return `{${bareIdOf(target)}}`;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** A number together with its type, as the shell writes it. */
function typed(value: Value): string {
  const names: Record<string, string> = { int: "NumberInt", long: "NumberLong", decimal: "NumberDecimal" };
  return `(${names[numberType(value) ?? ""] ?? "NumberDouble"})${describe(value)}`;
}

function arithmetic(operator: "$inc" | "$mul"): ModifierCompiler {
  const verb = operator === "$inc" ? "increment" : "multiply";
  const name = operator === "$inc" ? "add" : "multiply";
  return (operand, path) => {
    if (!isNumber(operand)) {
      throw new MongoError("TypeMismatch", `Cannot ${verb} with non-numeric argument: {${path}: ${describe(operand)}}`);
    }
    return (current, target) => {
      if (current === undefined) return operator === "$inc" ? operand : inType(0, numberType(operand) ?? "int");
      if (!isNumber(current)) {
        throw new MongoError(
          "TypeMismatch",
          `Cannot apply ${operator} to a value of non-numeric type. ${idOf(target)} has the field '${lastPart(target.path)}' of non-numeric type ${typeAlias(current)}`,
        );
      }
      const result = calculate(name, current, operand);
      if (result === undefined) {
        throw new MongoError(
          "BadValue",
          `Failed to apply ${operator} operations to current value (${typed(current)}) for document ${idOf(target)}`,
        );
      }
      return settle(current, result);
    };
  };
}

function extreme(direction: 1 | -1): ModifierCompiler {
  return (operand, _path, context) => (current) => {
    if (current === undefined) return operand;
    return compareValues(operand, current, context.collator) * direction > 0 ? operand : current;
  };
}

/** Timestamps made in the same second differ in their counter. */
let lastSecond = 0;
let counter = 0;

function nextTimestamp(now: Date): Timestamp {
  const second = Math.floor(now.getTime() / 1000);
  counter = second === lastSecond ? counter + 1 : 1;
  lastSecond = second;
  return new Timestamp({ t: second, i: counter });
}

const currentDate: ModifierCompiler = (operand) => {
  const now: Modifier = (_current, target) => new Date(target.context.now.getTime());
  if (typeof operand === "boolean") return now;
  if (!isDoc(operand)) {
    throw new MongoError(
      "BadValue",
      `${typeAlias(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  for (const key of Object.keys(operand)) {
    if (key !== "$type") throw new MongoError("BadValue", `Unrecognized $currentDate option: ${key}`);
  }
  if (operand.$type === "date") return now;
  if (operand.$type === "timestamp") return (_current, target) => nextTimestamp(target.context.now);
  throw new MongoError(
    "BadValue",
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
};

const bitOperations: Record<string, (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

function isInteger(value: Value): boolean {
  const type = numberType(value);
  return type === "int" || type === "long";
}

const bit: ModifierCompiler = (operand) => {
  if (!isDoc(operand)) {
    throw new MongoError(
      "BadValue",
      `The $bit modifier is not compatible with a ${typeAlias(operand)}. It must be an embedded document of the form {<field>:{<and|or|xor>: ...}}`,
    );
  }
  const steps = Object.entries(operand).map(([name, mask]) => {
    const apply = Object.hasOwn(bitOperations, name) ? bitOperations[name] : undefined;
    if (!apply) {
      throw new MongoError(
        "BadValue",
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${describe(mask)}}`,
      );
    }
    if (!isInteger(mask)) {
      throw new MongoError(
        "BadValue",
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeAlias(mask)}' is not supported here: {${name}: ${describe(mask)}}`,
      );
    }
    return { apply, mask };
  });
  if (steps.length === 0) {
    throw new MongoError(
      "BadValue",
      "You must pass in at least one bitwise operation. The syntax is {$bit: {<field>: {<and|or|xor>: ...}}}",
    );
  }
  return (current, target) => {
    let value: Value = current ?? 0;
    if (!isInteger(value)) {
      throw new MongoError(
        "BadValue",
        `Cannot apply $bit to a value of non-integral type.${bareIdOf(target)} has the field ${lastPart(target.path)} of non-integer type ${typeAlias(value)}`,
      );
    }
    for (const { apply, mask } of steps) {
      const result = apply(toBigInt(value) ?? 0n, toBigInt(mask) ?? 0n);
      const long = numberType(value) === "long" || numberType(mask) === "long";
      value = long ? Long.fromBigInt(BigInt.asIntN(64, result)) : Number(BigInt.asIntN(32, result));
    }
    return settle(current, value);
  };
};

export const fieldModifiers: Readonly<Record<string, ModifierCompiler>> = {
  $set: set,
  $setOnInsert: setOnInsert,
  $unset: unset,
  $inc: arithmetic("$inc"),
  $mul: arithmetic("$mul"),
  $min: extreme(-1),
  $max: extreme(1),
  $currentDate: currentDate,
  $bit: bit,
};
