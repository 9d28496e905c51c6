/** $percentile and $median: as expressions over arrays, and what their accumulators share. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { toDouble } from "../../values/numbers.js";
import type { Compiler, Evaluator, OperatorCompiler, OperatorTable } from "../evaluator.js";

/** A compiled {input, method, p}. */
export interface Percentile {
  input: Evaluator;
  /** The answer from all numbers there are, in any order. */
  finish: (numbers: number[]) => Value;
}

/** Reads the argument of either operator. Throws as the server does for what is missing, unknown or out of range. */
export function readPercentile(name: string, operand: Value, compiler: Pick<Compiler, "compile">): Percentile {
  const known = name === "$percentile" ? ["input", "method", "p"] : ["input", "method"];
  if (!isDoc(operand))
    throw new MongoError(7436200, `specification must be an object; found ${name}: ${typeAlias(operand)}`);
  for (const key of Object.keys(operand)) {
    if (!known.includes(key)) throw new MongoError(40415, `BSON field '${name}.${key}' is an unknown field.`);
  }
  for (const key of known) {
    if (!(key in operand)) throw new MongoError(40414, `BSON field '${name}.${key}' is missing but a required field`);
  }
  if (operand.method !== "approximate") {
    throw new MongoError("BadValue", "Currently only 'approximate' can be used as percentile 'method'.");
  }
  const input = compiler.compile(operand.input);
  if (name === "$median") return { input, finish: (numbers) => discrete(sorted(numbers), 0.5) };
  const fractions = readFractions(operand, compiler);
  return {
    input,
    finish(numbers) {
      const inOrder = sorted(numbers);
      return fractions.map((fraction) => discrete(inOrder, fraction));
    },
  };
}

function readFractions(operand: Doc, compiler: Pick<Compiler, "compile">): number[] {
  const list = compiler.compile(operand.p).literal?.value;
  if (!Array.isArray(list) || list.length === 0) {
    throw new MongoError(7750301, "The $percentile 'p' field must be an array of constant numbers");
  }
  return list.map((fraction: Value) => {
    if (!isNumber(fraction)) {
      throw new MongoError(
        7750302,
        `The $percentile 'p' field must be an array of numbers, but found: ${typeAlias(fraction)}`,
      );
    }
    const number = toDouble(fraction);
    if (!(number >= 0 && number <= 1)) {
      throw new MongoError(
        7750303,
        `The $percentile 'p' field must be an array of numbers from [0, 1] range, but found: ${number}`,
      );
    }
    return number;
  });
}

function sorted(numbers: number[]): number[] {
  return numbers.sort((a, b) => a - b);
}

/** The value that is really there at or just below which the fraction of all lies. */
function discrete(inOrder: readonly number[], fraction: number): Value {
  const value = inOrder[Math.max(0, Math.ceil(fraction * inOrder.length) - 1)];
  return value === undefined ? null : doubleValue(value);
}

/** The number of a value that counts: null, text and NaN do not. */
export function countedNumber(value: Value): number | undefined {
  if (!isNumber(value)) return undefined;
  const number = toDouble(value);
  return Number.isNaN(number) ? undefined : number;
}

const overArray: OperatorCompiler = (operand, compiler, name) => {
  const { input, finish } = readPercentile(name, operand, compiler);
  return (scope) => {
    const value = input(scope);
    const list = Array.isArray(value) ? (value as Value[]) : [value];
    return finish(list.map(countedNumber).filter((number) => number !== undefined));
  };
};

export const percentileOperators: OperatorTable = { $percentile: overArray, $median: overArray };
