/** The functions of $setWindowFields by name: accumulators over windows, ranks, neighbours, curves and filled gaps. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext } from "../../types.js";
import { compareValues, isDoc, isNumber } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { integerValue, wholeNumber } from "../../values/numbers.js";
import { compileAccumulator } from "../accumulators.js";
import { compileEvaluator } from "../expression.js";
import { compileBounds, type SortShape } from "./bounds.js";
import { covariance, derivative, integral, movingAverage } from "./curves.js";
import { lastObserved, linearFill } from "./gaps.js";
import { type Given, parseError, readArguments, refuseWindow, scopeOf, type WindowFunction } from "./partition.js";

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
