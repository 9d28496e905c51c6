/** $derivative, $integral, $expMovingAvg and the covariances. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { isNumber, typeAlias } from "../../values/compare.js";
import { calculateLoosely, divide, inType, isZero, numberType, toDouble, wholeNumber } from "../../values/numbers.js";
import { type Evaluator, isNullish } from "../evaluator.js";
import { compileEvaluator } from "../expression.js";
import { day, hour, minute, second } from "../operators/dateArguments.js";
import { compileBounds, type Window, type WindowBounds } from "./bounds.js";
import {
  type Given,
  parseError,
  type Partition,
  readArguments,
  refuseWindow,
  scopeOf,
  type WindowFunction,
} from "./partition.js";

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

export function derivative(given: Given): WindowFunction {
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

export function integral(given: Given): WindowFunction {
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

export function movingAverage(given: Given): WindowFunction {
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

/** Covariance of [x, y]: pairs with anything but two numbers are passed over. */
export function covariance(sample: boolean): (given: Given) => WindowFunction {
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
