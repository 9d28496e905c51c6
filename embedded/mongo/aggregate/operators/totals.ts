/** $sum, $avg, $min, $max and the standard deviations, over lists of values: as expressions and as accumulators. */
import type { Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { compareValues, isNumber } from "../../values/compare.js";
import { calculateLoosely, divide, integerValue, numberType, toBigInt, toDouble } from "../../values/numbers.js";
import { toDecimal128 } from "../../values/decimal.js";
import { toDecimal } from "../../values/numbers.js";
import { type Compiler, isNullish, type OperatorCompiler, type OperatorTable, operandsOf } from "../evaluator.js";
import type { Collator } from "../../types.js";

/** Adds numbers in their types; doubles with compensation for lost digits. */
export class Sum {
  private exact: Value = 0;
  private double = 0;
  private lost = 0;
  private doubles = false;

  add(value: Value): void {
    if (numberType(value) !== "double") {
      if (isNumber(value)) this.exact = calculateLoosely("add", this.exact, value);
      return;
    }
    this.doubles = true;
    this.addDouble(toDouble(value));
  }

  private addDouble(number: number): void {
    const total = this.double + number;
    if (Number.isFinite(total)) {
      this.lost +=
        Math.abs(this.double) >= Math.abs(number) ? this.double - total + number : number - total + this.double;
    }
    this.double = total;
  }

  total(): Value {
    if (!this.doubles) return this.exact;
    const whole = ["int", "long"].includes(numberType(this.exact) ?? "") ? toBigInt(this.exact) : undefined;
    if (whole !== undefined) {
      // A 64-bit number may have more digits than a double holds: the rest is added by itself.
      const all = new Sum();
      all.double = this.double;
      all.lost = this.lost;
      const most = Number(whole);
      all.addDouble(most);
      all.addDouble(Number(whole - BigInt(most)));
      return doubleValue(Number.isFinite(all.double) ? all.double + all.lost : all.double);
    }
    const doubles = Number.isFinite(this.double) ? this.double + this.lost : this.double;
    if (numberType(this.exact) === "decimal") {
      return calculateLoosely("add", this.exact, toDecimal128(toDecimal(doubleValue(doubles))));
    }
    return doubleValue(toDouble(this.exact) + doubles);
  }
}

export function sum(values: Iterable<Value>): Value {
  const total = new Sum();
  for (const value of values) total.add(value);
  return total.total();
}

export function average(values: Iterable<Value>): Value {
  const total = new Sum();
  let count = 0;
  for (const value of values) {
    if (!isNumber(value)) continue;
    total.add(value);
    count += 1;
  }
  return count === 0 ? null : divide(total.total(), integerValue(count));
}

/** The greatest (direction 1) or least (-1) value; null and missing are passed over. */
export function extreme(values: Iterable<Value>, direction: 1 | -1, collator?: Collator): Value {
  let best: Value;
  for (const value of values) {
    if (isNullish(value)) continue;
    if (best === undefined || compareValues(value, best, collator) * direction > 0) best = value;
  }
  return best ?? null;
}

/** Standard deviation of the numbers among the values; null when there are too few. */
export function deviation(values: Iterable<Value>, sample: boolean): Value {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (!isNumber(value)) continue;
    const number = toDouble(value);
    count += 1;
    const delta = number - mean;
    mean += delta / count;
    squares += delta * (number - mean);
  }
  const divisor = sample ? count - 1 : count;
  return divisor <= 0 ? null : doubleValue(Math.sqrt(squares / divisor));
}

type Total = (values: Value[], compiler: Compiler) => Value;

/** One operand that gives an array stands for its elements; several stand for themselves. */
function overOperands(total: Total): OperatorCompiler {
  return (operand, compiler) => {
    const evaluators = operandsOf(operand).map((one) => compiler.compile(one));
    const [only] = evaluators;
    if (evaluators.length === 1 && only) {
      return (scope) => {
        const value = only(scope);
        return total(Array.isArray(value) ? (value as Value[]) : [value], compiler);
      };
    }
    return (scope) =>
      total(
        evaluators.map((evaluate) => evaluate(scope)),
        compiler,
      );
  };
}

export const aggregateOperators: OperatorTable = {
  $sum: overOperands(sum),
  $avg: overOperands(average),
  $max: overOperands((values, compiler) => extreme(values, 1, compiler.context.collator)),
  $min: overOperands((values, compiler) => extreme(values, -1, compiler.context.collator)),
  $stdDevPop: overOperands((values) => deviation(values, false)),
  $stdDevSamp: overOperands((values) => deviation(values, true)),
};
