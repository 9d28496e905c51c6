/** The functions of $setWindowFields: accumulators over windows, ranks, neighbours, slopes, areas and filled gaps. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { compareValues, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import {
  calculateLoosely,
  divide,
  inType,
  integerValue,
  isZero,
  numberType,
  toDouble,
  wholeNumber,
} from "../../values/numbers.js";
import { compileAccumulator } from "../accumulators.js";
import { type Evaluator, isNullish, type Scope } from "../evaluator.js";
import { compileEvaluator } from "../expression.js";
import { day, hour, minute, second } from "../operators/dateArguments.js";
import { compileBounds, type Ordered, type SortShape, type Window, type WindowBounds } from "./bounds.js";

/** The documents of one partition, in order. */
export interface Partition extends Ordered {
  readonly docs: readonly Doc[];
}

/** Computes one field: asked once for each partition, then for each document in ascending order. */
export type WindowFunction = (partition: Partition) => (index: number) => Value;

function scopeOf(doc: Doc): Scope {
  return { root: doc, current: doc, bindings: undefined };
}

function parseError(message: string): MongoError {
  return new MongoError("FailedToParse", message);
}

/** Compiles {$function: argument, window: {…}}. */
export function compileWindowFunction(spec: Doc, sort: SortShape, context: EvalContext): WindowFunction {
  const names = Object.keys(spec).filter((name) => name !== "window");
  const [name] = names;
  if (name === undefined) throw parseError("Expected a $-prefixed window function, found none");
  if (names.length > 1) {
    throw parseError(`Window function spec must have exactly one function, found: ${names.join(", ")}`);
  }
  if (!name.startsWith("$")) throw parseError(`Expected a $-prefixed window function, ${name}`);
  const given: Given = { name, operand: spec[name], window: spec.window, sort, context };
  const own = Object.hasOwn(ownFunctions, name) ? ownFunctions[name] : undefined;
  return own ? own(given) : accumulate(given);
}

interface Given {
  name: string;
  operand: Value;
  window: Value;
  sort: SortShape;
  context: EvalContext;
}

function accumulate({ name, operand, window, sort, context }: Given): WindowFunction {
  const create = compileAccumulator(name, operand, context);
  if (!create) throw parseError(`Unrecognized window function, ${name}`);
  const bounds = compileBounds(window, sort);
  return (partition) => {
    const windowAt = bounds(partition);
    let accumulator = create();
    let from = 0;
    let to = 0;
    return (index) => {
      const [start, end] = windowAt(index);
      // A window that only grew goes on where it was; any other begins anew.
      if (start !== from || end < to) {
        accumulator = create();
        from = start;
        to = start;
      }
      for (; to < end; to += 1) accumulator.add(scopeOf(partition.docs[to] as Doc));
      return accumulator.value();
    };
  };
}

function refuseWindow({ name, window }: Given): void {
  if (window !== undefined) throw parseError(`'window' field is not allowed in ${name}`);
}

function ranking(next: (same: boolean, rank: number, index: number) => number): (given: Given) => WindowFunction {
  return (given) => {
    const { name, operand, sort, context } = given;
    if (!isDoc(operand) || Object.keys(operand).length > 0) {
      throw new MongoError(5371603, `${name} must be specified with '{}' as the value`);
    }
    refuseWindow(given);
    if (name === "$documentNumber" ? sort.fields === 0 : sort.fields !== 1) {
      throw new MongoError(
        5371602,
        `${name} must be specified with a top level sortBy expression with exactly one element`,
      );
    }
    return (partition) => {
      let rank = 0;
      return (index) => {
        const same =
          index > 0 &&
          compareValues(partition.sortValue(index), partition.sortValue(index - 1), context.collator) === 0;
        rank = next(same, rank, index);
        return integerValue(rank);
      };
    };
  };
}

function readArguments(given: Given, allowed: readonly string[], needed: readonly string[]): Doc {
  const { name, operand } = given;
  if (!isDoc(operand)) throw parseError(`Argument to ${name} must be an object`);
  for (const key of Object.keys(operand)) {
    if (!allowed.includes(key)) throw parseError(`${name} got unexpected argument: ${key}`);
  }
  for (const key of needed) if (!(key in operand)) throw parseError(`${name} requires an '${key}' expression`);
  return operand;
}

function shift(given: Given): WindowFunction {
  const spec = readArguments(given, ["output", "by", "default"], ["output", "by"]);
  refuseWindow(given);
  if (given.sort.fields === 0) throw parseError("'$shift' requires a sortBy");
  const by = isNumber(spec.by) ? wholeNumber(spec.by) : undefined;
  if (by === undefined) throw parseError(`'$shift:by' field must be an integer, but found by: ${describe(spec.by)}`);
  const output = compileEvaluator(spec.output, given.context);
  const otherwise = "default" in spec ? compileEvaluator(spec.default, given.context) : undefined;
  if (otherwise && !otherwise.literal) {
    throw parseError(`'$shift:default' expression must yield a constant value.`);
  }
  const fallback = otherwise?.literal?.value ?? null;
  return ({ docs }) =>
    (index) => {
      const doc = docs[index + by];
      return doc ? (output(scopeOf(doc)) ?? null) : fallback;
    };
}

const timeUnits: Record<string, number> = { week: 7 * day, day, hour, minute, second, millisecond: 1 };

/** Milliseconds of the `unit` that dates are measured in; undefined for sort values that are numbers. */
function readTimeUnit(name: string, unit: Value): number | undefined {
  if (unit === undefined) return undefined;
  if (typeof unit !== "string") throw parseError(`${name} requires 'unit' to be a string`);
  const length = Object.hasOwn(timeUnits, unit) ? timeUnits[unit] : undefined;
  if (length === undefined) throw new MongoError(5490704, "unit must be 'week' or smaller");
  return length;
}

/** The sort value as a number: dates in the given unit. */
function position(name: string, value: Value, unit: number | undefined): Value {
  if (unit !== undefined) {
    if (typeAlias(value) !== "date") {
      throw new MongoError(5429513, `${name} with 'unit' expects the sortBy field to be a Date`);
    }
    return doubleValue((value as Date).getTime() / unit);
  }
  if (typeAlias(value) === "date") {
    throw new MongoError(5624901, `${name} where the sortBy is a Date requires a 'unit'`);
  }
  if (!isNumber(value))
    throw new MongoError(5624902, `${name} (with no 'unit') expects the sortBy field to be numeric`);
  return value;
}

interface Curve {
  unit: number | undefined;
  input: Evaluator;
  bounds: WindowBounds;
}

function readCurve(given: Given): Curve {
  const { name, sort, context } = given;
  const spec = readArguments(given, ["input", "unit"], ["input"]);
  if (sort.fields !== 1) throw parseError(`${name} requires a sortBy with exactly one element`);
  if (name === "$derivative" && given.window === undefined)
    throw parseError("$derivative requires explicit window bounds");
  return {
    unit: readTimeUnit(name, spec.unit),
    input: compileEvaluator(spec.input, context),
    bounds: compileBounds(given.window, sort),
  };
}

/** The points of a partition, each read once. */
function pointsOf(partition: Partition, curve: Curve, name: string): (index: number) => [x: Value, y: Value] {
  const known: ([Value, Value] | undefined)[] = [];
  return (index) => {
    const there = known[index];
    if (there) return there;
    const y = curve.input(scopeOf(partition.docs[index] as Doc));
    const point: [Value, Value] = [position(name, partition.sortValue(index), curve.unit), y];
    known[index] = point;
    return point;
  };
}

function derivative(given: Given): WindowFunction {
  const curve = readCurve(given);
  return (partition) => {
    const windowAt: Window = curve.bounds(partition);
    const point = pointsOf(partition, curve, "$derivative");
    return (index) => {
      const [from, to] = windowAt(index);
      if (to - from < 2) return null;
      const [x1, y1] = point(from);
      const [x2, y2] = point(to - 1);
      if (!isNumber(y1) || !isNumber(y2)) {
        if (isNullish(y1) || isNullish(y2)) return null;
        throw new MongoError(5624903, "$derivative input must not be a type other than number");
      }
      const run = calculateLoosely("subtract", x2, x1);
      return isZero(run) ? null : divide(calculateLoosely("subtract", y2, y1), run);
    };
  };
}

function integral(given: Given): WindowFunction {
  const curve = readCurve(given);
  return (partition) => {
    const windowAt: Window = curve.bounds(partition);
    const point = pointsOf(partition, curve, "$integral");
    return (index) => {
      const [from, to] = windowAt(index);
      if (to - from < 1) return null;
      let area: Value = 0;
      for (let at = from + 1; at < to; at += 1) {
        const [x1, y1] = point(at - 1);
        const [x2, y2] = point(at);
        if (!isNumber(y1) || !isNumber(y2)) {
          if (isNullish(y1) || isNullish(y2)) return null;
          throw new MongoError(5423900, "The input value of $integral window function must be a number");
        }
        const run = calculateLoosely("subtract", x2, x1);
        area = calculateLoosely(
          "add",
          area,
          divide(calculateLoosely("multiply", calculateLoosely("add", y1, y2), run), 2),
        );
      }
      return area;
    };
  };
}

function movingAverage(given: Given): WindowFunction {
  const spec = readArguments(given, ["input", "N", "alpha"], ["input"]);
  refuseWindow(given);
  if (given.sort.fields === 0) throw parseError("$expMovingAvg requires an explicit 'sortBy'");
  const alpha = readAlpha(spec);
  const input = compileEvaluator(spec.input, given.context);
  const rest = calculateLoosely("subtract", 1, alpha);
  return ({ docs }) => {
    let average: Value;
    return (index) => {
      const value = input(scopeOf(docs[index] as Doc));
      if (!isNumber(value)) return null;
      average =
        average === undefined
          ? numberType(value) === "decimal"
            ? value
            : inType(value, "double")
          : calculateLoosely(
              "add",
              calculateLoosely("multiply", value, alpha),
              calculateLoosely("multiply", average, rest),
            );
      return average;
    };
  };
}

function readAlpha(spec: Doc): Value {
  const { N: count, alpha } = spec;
  if ((count === undefined) === (alpha === undefined)) {
    throw parseError("$expMovingAvg must specify exactly one of 'N' and 'alpha'");
  }
  if (count !== undefined) {
    const whole = isNumber(count) ? wholeNumber(count) : undefined;
    if (whole === undefined || whole <= 0) throw parseError("'N' field must be an integer greater than zero");
    return doubleValue(2 / (whole + 1));
  }
  if (!isNumber(alpha) || toDouble(alpha) <= 0 || toDouble(alpha) >= 1) {
    throw parseError("'alpha' must be between 0 and 1 (exclusive)");
  }
  return alpha;
}

function lastObserved(given: Given): WindowFunction {
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

function linearFill(given: Given): WindowFunction {
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

/** Covariance of [x, y]: pairs with anything but two numbers are passed over. */
function covariance(sample: boolean): (given: Given) => WindowFunction {
  return ({ operand, window, sort, context, name }) => {
    if (!Array.isArray(operand) || operand.length !== 2) {
      throw parseError(`${name} must be specified with an array of two expressions`);
    }
    const [first, other] = operand.map((one: Value) => compileEvaluator(one, context)) as [Evaluator, Evaluator];
    const bounds = compileBounds(window, sort);
    return (partition) => {
      const windowAt = bounds(partition);
      return (index) => {
        const [from, to] = windowAt(index);
        let count = 0;
        let meanX = 0;
        let meanY = 0;
        let products = 0;
        for (let at = from; at < to; at += 1) {
          const scope = scopeOf(partition.docs[at] as Doc);
          const x = first(scope);
          const y = other(scope);
          if (!isNumber(x) || !isNumber(y)) continue;
          count += 1;
          const deltaX = toDouble(x) - meanX;
          meanX += deltaX / count;
          meanY += (toDouble(y) - meanY) / count;
          products += deltaX * (toDouble(y) - meanY);
        }
        const divisor = sample ? count - 1 : count;
        return divisor <= 0 ? null : doubleValue(products / divisor);
      };
    };
  };
}

const ownFunctions: Readonly<Record<string, (given: Given) => WindowFunction>> = {
  $rank: ranking((same, rank, index) => (same ? rank : index + 1)),
  $denseRank: ranking((same, rank) => (same ? rank : rank + 1)),
  $documentNumber: ranking((_same, _rank, index) => index + 1),
  $shift: shift,
  $derivative: derivative,
  $integral: integral,
  $expMovingAvg: movingAverage,
  $locf: lastObserved,
  $linearFill: linearFill,
  $covariancePop: covariance(false),
  $covarianceSamp: covariance(true),
};
