/** $locf and $linearFill: values in the place of null and missing. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { compareValues, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { calculateLoosely, divide } from "../../values/numbers.js";
import { type Evaluator, isNullish } from "../evaluator.js";
import { compileEvaluator } from "../expression.js";
import { type Given, type Partition, refuseWindow, scopeOf, type WindowFunction } from "./partition.js";

export function lastObserved(given: Given): WindowFunction {
  refuseWindow(given);
  const input = compileEvaluator(given.operand, given.context);
  return ({ docs }) => {
    let last: Value = null;
    return (index) => {
      const value = input(scopeOf(docs[index] as Doc));
      if (!isNullish(value)) last = value;
      return last;
    };
  };
}

export function linearFill(given: Given): WindowFunction {
  refuseWindow(given);
  if (given.sort.fields !== 1) {
    throw new MongoError(
      605001,
      "$linearFill must be specified with a top level sortBy expression with exactly one element",
    );
  }
  const input = compileEvaluator(given.operand, given.context);
  return (partition) => {
    const filled = interpolate(partition, input);
    return (index) => filled[index] ?? null;
  };
}

/** A sort value as a number on the line between two others. */
function place(value: Value): Value {
  if (isNumber(value)) return value;
  if (typeAlias(value) === "date") return doubleValue((value as Date).getTime());
  throw new MongoError("TypeMismatch", "$linearFill's sortBy must hold numbers or dates");
}

function interpolate(partition: Partition, input: Evaluator): Value[] {
  const values = partition.docs.map((doc) => input(scopeOf(doc)) ?? null);
  const places = values.map((_, index) => place(partition.sortValue(index)));
  let left = -1;
  for (let at = 0; at < values.length; at += 1) {
    if (at > 0 && compareValues(places[at], places[at - 1]) === 0) {
      throw new MongoError(6050106, "There can be no repeated values in the sort field");
    }
    const value = values[at];
    if (value === null) continue;
    if (!isNumber(value))
      throw new MongoError("TypeMismatch", `Value to be filled must be numeric or nullish: ${describe(value)}`);
    if (left >= 0) fillBetween(values, places, left, at);
    left = at;
  }
  return values;
}

function fillBetween(values: Value[], places: readonly Value[], left: number, right: number): void {
  const slope = divide(
    calculateLoosely("subtract", values[right], values[left]),
    calculateLoosely("subtract", places[right], places[left]),
  );
  for (let at = left + 1; at < right; at += 1) {
    const distance = calculateLoosely("subtract", places[at], places[left]);
    values[at] = calculateLoosely("add", values[left], calculateLoosely("multiply", slope, distance));
  }
}
