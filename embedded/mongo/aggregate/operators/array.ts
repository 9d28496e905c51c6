/** Arrays. */
import { MongoError } from "../../errors.js";
import { compileSort } from "../../query/sort.js";
import type { Doc, Value } from "../../types.js";
import { compareValues, isDoc, isNumber, typeAlias, valuesEqual } from "../../values/compare.js";
import { integerValue, toDouble, wholeNumber } from "../../values/numbers.js";
import {
  binary,
  type Compiler,
  type Evaluator,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
  unary,
  variadic,
} from "../evaluator.js";

const any = Number.MAX_SAFE_INTEGER;

function elementAt(list: Value, position: Value, name: string): Value {
  if (isNullish(list) || isNullish(position)) return null;
  if (!Array.isArray(list)) {
    throw new MongoError(28689, `${name}'s first argument must be an array, but is ${typeAlias(list)}`);
  }
  if (!isNumber(position)) {
    throw new MongoError(28690, `${name}'s second argument must be a numeric value, but is ${typeAlias(position)}`);
  }
  const index = wholeNumber(position);
  if (index === undefined) {
    throw new MongoError(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${toDouble(position)}`,
    );
  }
  return list.at(index) as Value;
}

function edge(index: 0 | -1): OperatorCompiler {
  return unary((list, name) => {
    if (isNullish(list)) return null;
    if (!Array.isArray(list))
      throw new MongoError(28689, `${name}'s argument must be an array, but is ${typeAlias(list)}`);
    return list.at(index) as Value;
  });
}

function wholeArgument(value: Value, code: number, message: string): number {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) throw new MongoError(code, message);
  return whole;
}

/** The part of a list that $slice means; `count` alone counts from an end. */
export function sliceOf(list: Value[], first: number, count?: number): Value[] {
  if (count === undefined) return first >= 0 ? list.slice(0, first) : list.slice(Math.max(0, list.length + first));
  const start = first >= 0 ? first : Math.max(0, list.length + first);
  return list.slice(start, start + count);
}

function slice(values: Value[]): Value {
  const [list, first, count] = values;
  if (isNullish(list) || isNullish(first) || (values.length === 3 && isNullish(count))) return null;
  if (!Array.isArray(list)) {
    throw new MongoError(28724, `First argument to $slice must be an array, but is of type: ${typeAlias(list)}`);
  }
  if (!isNumber(first)) {
    throw new MongoError(
      28725,
      `Second argument to $slice must be a numeric value, but is of type: ${typeAlias(first)}`,
    );
  }
  const start = wholeArgument(
    first,
    28726,
    `Second argument to $slice can't be represented as a 32-bit integer: ${toDouble(first)}`,
  );
  if (count === undefined) return sliceOf(list, start);
  if (!isNumber(count)) {
    throw new MongoError(28727, `Third argument to $slice must be numeric, but is of type: ${typeAlias(count)}`);
  }
  const length = wholeArgument(
    count,
    28728,
    `Third argument to $slice can't be represented as a 32-bit integer: ${toDouble(count)}`,
  );
  if (length <= 0) throw new MongoError(28729, `Third argument to $slice must be positive: ${length}`);
  return sliceOf(list, start, length);
}

function concat(values: Value[]): Value {
  const joined: Value[] = [];
  for (const value of values) {
    if (isNullish(value)) return null;
    if (!Array.isArray(value))
      throw new MongoError(28664, `$concatArrays only supports arrays, not ${typeAlias(value)}`);
    joined.push(...(value as Value[]));
  }
  return joined;
}

function indexOf(values: Value[], _name: string, compiler: Compiler): Value {
  const [list, wanted, from, to] = values;
  if (isNullish(list)) return null;
  if (!Array.isArray(list)) {
    throw new MongoError(40090, `$indexOfArray requires an array as a first argument, found: ${typeAlias(list)}`);
  }
  const start = values.length > 2 ? indexBound(from, "starting") : 0;
  const end = values.length > 3 ? Math.min(indexBound(to, "ending"), list.length) : list.length;
  for (let at = start; at < end; at += 1) if (valuesEqual(list[at], wanted, compiler.context.collator)) return at;
  return -1;
}

/** A bound of $indexOfArray, $indexOfBytes and $indexOfCP. */
export function indexBound(value: Value, which: string): number {
  const message = `$indexOfArray requires an integral ${which} index, found a value of type: ${typeAlias(value)}, with value: "${String(toDouble(value))}"`;
  const whole = wholeArgument(value, 40096, message);
  if (whole < 0) throw new MongoError(40097, `$indexOfArray requires a nonnegative ${which} index, found: ${whole}`);
  return whole;
}

function range(values: Value[]): Value {
  const names = ["starting value", "ending value", "step value"];
  const [start, end, step] = [values[0], values[1], values.length > 2 ? values[2] : 1].map((value, at) => {
    const code = 34443 + at * 2;
    if (!isNumber(value)) {
      throw new MongoError(
        code,
        `$range requires a numeric ${names[at] ?? ""}, found value of type:${typeAlias(value)}`,
      );
    }
    return wholeArgument(
      value,
      code + 1,
      `$range requires a ${names[at] ?? ""} that can be represented as a 32-bit integer, found value: ${toDouble(value)}`,
    );
  }) as [number, number, number];
  if (step === 0) throw new MongoError(34449, "$range requires a non-zero step value");
  const list: number[] = [];
  for (let at = start; step > 0 ? at < end : at > end; at += step) list.push(at);
  return list;
}

const zip: OperatorCompiler = (operand, compiler, name) => {
  if (!isDoc(operand)) {
    throw new MongoError(34460, `${name} only supports an object as an argument, found ${typeAlias(operand)}`);
  }
  for (const key of Object.keys(operand)) {
    if (!["inputs", "useLongestLength", "defaults"].includes(key)) {
      throw new MongoError(34464, `${name} found an unknown argument: ${key}`);
    }
  }
  if (!Array.isArray(operand.inputs)) throw new MongoError(34461, "inputs must be an array of expressions");
  if (operand.inputs.length === 0) throw new MongoError(34465, `${name} requires at least one input array`);
  const { useLongestLength: longest = false, defaults = [] } = operand;
  if (typeof longest !== "boolean") throw new MongoError(34463, "useLongestLength must be a bool");
  if (!Array.isArray(defaults)) throw new MongoError(34462, "defaults must be an array of expressions");
  if (defaults.length > 0 && !longest) {
    throw new MongoError(34466, "cannot specify defaults unless useLongestLength is true");
  }
  if (defaults.length > 0 && defaults.length !== operand.inputs.length) {
    throw new MongoError(34467, "defaults and inputs must have the same length");
  }
  const inputs = operand.inputs.map((input: Value) => compiler.compile(input));
  const fillers = defaults.map((filler: Value) => compiler.compile(filler));
  return (scope) => {
    const lists = inputs.map((input) => input(scope));
    if (lists.some(isNullish)) return null;
    for (const list of lists) {
      if (!Array.isArray(list))
        throw new MongoError(34468, `${name} found a non-array expression in input: ${typeAlias(list)}`);
    }
    const lengths = (lists as Value[][]).map((list) => list.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    const values = fillers.map((filler) => filler(scope));
    return Array.from({ length }, (_, at) =>
      (lists as Value[][]).map((list, which) => (at < list.length ? list[at] : (values[which] ?? null))),
    );
  };
};

/** {n, input} of $firstN, $lastN, $maxN and $minN. */
function someOf(pick: (list: Value[], n: number, compiler: Compiler) => Value[]): OperatorCompiler {
  return (operand, compiler, name) => {
    if (!isDoc(operand))
      throw new MongoError(5787900, `specification must be an object; found ${name}: ${typeAlias(operand)}`);
    for (const key of Object.keys(operand)) {
      if (key !== "n" && key !== "input") throw new MongoError(5787901, `Unknown argument for 'n' operator: ${key}`);
    }
    if (!("n" in operand)) throw new MongoError(5787906, "Missing value for 'n'");
    if (!("input" in operand)) throw new MongoError(5787907, "Missing value for 'input'");
    const count = compiler.compile(operand.n);
    const input = compiler.compile(operand.input);
    return (scope) => {
      const n = readCount(count(scope));
      const list = input(scope);
      if (!Array.isArray(list)) throw new MongoError(5788200, "Input must be an array");
      return pick(list as Value[], n, compiler);
    };
  };
}

/** The `n` of the accumulators and expressions that keep n values. */
export function readCount(value: Value): number {
  if (!isNumber(value)) {
    throw new MongoError(5787902, `Value for 'n' must be of integral type, but found ${typeAlias(value)}`);
  }
  const n = wholeNumber(value);
  if (n === undefined)
    throw new MongoError(5787903, `Value for 'n' must be of integral type, but found ${toDouble(value)}`);
  if (n <= 0) throw new MongoError(5787908, `'n' must be greater than 0, found ${n}`);
  return n;
}

function largest(direction: 1 | -1): OperatorCompiler {
  return someOf((list, n, compiler) =>
    list
      .filter((value) => !isNullish(value))
      .sort((a, b) => compareValues(b, a, compiler.context.collator) * direction)
      .slice(0, n),
  );
}

/** A comparator for elements: by a direction alone, or by fields of documents. */
export function elementOrder(sortBy: Value, compiler: Pick<Compiler, "context">): (a: Value, b: Value) => number {
  const { collator } = compiler.context;
  if (!isDoc(sortBy)) {
    const direction = isNumber(sortBy) ? toDouble(sortBy) : Number.NaN;
    if (direction !== 1 && direction !== -1) {
      throw new MongoError(2942507, `Invalid sortBy: The $sort element value must be either 1 or -1`);
    }
    return (a, b) => compareValues(a, b, collator) * direction;
  }
  if (Object.keys(sortBy).length === 0)
    throw new MongoError(2942505, "The $sort pattern is empty when it should be a set of fields.");
  const byFields = compileSort(sortBy, collator);
  return (a, b) => byFields(isDoc(a) ? a : noFields, isDoc(b) ? b : noFields);
}

const noFields: Doc = {};

const sortArray: OperatorCompiler = (operand, compiler, name) => {
  if (!isDoc(operand))
    throw new MongoError(2942500, `${name} requires an object as an argument, found: ${typeAlias(operand)}`);
  for (const key of Object.keys(operand)) {
    if (key !== "input" && key !== "sortBy") throw new MongoError(2942501, `${name} found an unknown argument: ${key}`);
  }
  if (!("input" in operand)) throw new MongoError(2942502, `${name} requires 'input' to be specified`);
  if (!("sortBy" in operand)) throw new MongoError(2942503, `${name} requires 'sortBy' to be specified`);
  const input: Evaluator = compiler.compile(operand.input);
  const order = elementOrder(operand.sortBy, compiler);
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    if (!Array.isArray(list)) {
      throw new MongoError(
        2942504,
        `The input argument to ${name} must be an array, but was of type: ${typeAlias(list)}`,
      );
    }
    return [...(list as Value[])].sort(order);
  };
};

export const arrayOperators: OperatorTable = {
  $size: unary((list) => {
    if (!Array.isArray(list)) {
      throw new MongoError(17124, `The argument to $size must be an array, but was of type: ${typeAlias(list)}`);
    }
    return integerValue(list.length);
  }),
  $isArray: unary((value) => Array.isArray(value)),
  $arrayElemAt: binary(elementAt),
  $first: edge(0),
  $last: edge(-1),
  $slice: variadic(2, 3, slice),
  $concatArrays: variadic(0, any, concat),
  $in: binary((value, list, name, compiler) => {
    if (!Array.isArray(list)) {
      throw new MongoError(40081, `${name} requires an array as a second argument, found: ${typeAlias(list)}`);
    }
    return list.some((element: Value) => valuesEqual(element, value, compiler.context.collator));
  }),
  $indexOfArray: variadic(2, 4, indexOf),
  $range: variadic(2, 3, range),
  $reverseArray: unary((list) => {
    if (isNullish(list)) return null;
    if (!Array.isArray(list)) {
      throw new MongoError(
        34435,
        `The argument to $reverseArray must be an array, but was of type: ${typeAlias(list)}`,
      );
    }
    return [...(list as Value[])].reverse();
  }),
  $zip: zip,
  $firstN: someOf((list, n) => list.slice(0, n)),
  $lastN: someOf((list, n) => list.slice(-n)),
  $maxN: largest(1),
  $minN: largest(-1),
  $sortArray: sortArray,
};
