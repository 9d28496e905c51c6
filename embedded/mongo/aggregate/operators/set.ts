/** Arrays as sets. */
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { canonicalKey, compareValues, typeAlias } from "../../values/compare.js";
import { isTruthy } from "../../values/numbers.js";
import { binary, type Compiler, isNullish, type OperatorTable, unary, variadic } from "../evaluator.js";

const any = Number.MAX_SAFE_INTEGER;

function keyed(list: Value[], compiler: Compiler): Map<string, Value> {
  const set = new Map<string, Value>();
  for (const value of list) {
    const key = canonicalKey(value, compiler.context.collator);
    if (!set.has(key)) set.set(key, value);
  }
  return set;
}

function requireArray(value: Value, code: number, message: string): Value[] {
  if (!Array.isArray(value)) throw new MongoError(code, `${message} type: ${typeAlias(value)}`);
  return value as Value[];
}

/** MongoDB promises no order of a set; sorting makes answers repeatable, as its own sets are. */
function sorted(values: Iterable<Value>, compiler: Compiler): Value[] {
  return [...values].sort((a, b) => compareValues(a, b, compiler.context.collator));
}

function union(values: Value[], _name: string, compiler: Compiler): Value {
  if (values.some(isNullish)) return null;
  const lists = values.map((value) =>
    requireArray(value, 17043, "All operands of $setUnion must be arrays. One argument is of"),
  );
  return sorted(keyed(lists.flat(1), compiler).values(), compiler);
}

function intersection(values: Value[], _name: string, compiler: Compiler): Value {
  if (values.some(isNullish)) return null;
  const sets = values.map((value) =>
    keyed(requireArray(value, 17047, "All operands of $setIntersection must be arrays. One argument is of"), compiler),
  );
  const [first, ...others] = sets;
  if (!first) return [];
  const common = [...first].filter(([key]) => others.every((other) => other.has(key)));
  return sorted(
    common.map(([, value]) => value),
    compiler,
  );
}

function difference(a: Value, b: Value, _name: string, compiler: Compiler): Value {
  if (isNullish(a) || isNullish(b)) return null;
  const left = keyed(
    requireArray(a, 17048, "both operands of $setDifference must be arrays. First argument is of"),
    compiler,
  );
  const right = keyed(
    requireArray(b, 17049, "both operands of $setDifference must be arrays. Second argument is of"),
    compiler,
  );
  return [...left].filter(([key]) => !right.has(key)).map(([, value]) => value);
}

function equals(values: Value[], _name: string, compiler: Compiler): Value {
  const sets = values.map((value, at) =>
    keyed(
      requireArray(value, 17044, `All operands of $setEquals must be arrays. ${at + 1}-th argument is of`),
      compiler,
    ),
  );
  const [first, ...others] = sets as [Map<string, Value>, ...Map<string, Value>[]];
  return others.every((other) => other.size === first.size && [...first.keys()].every((key) => other.has(key)));
}

function isSubset(a: Value, b: Value, _name: string, compiler: Compiler): Value {
  const left = keyed(
    requireArray(a, 17046, "both operands of $setIsSubset must be arrays. First argument is of"),
    compiler,
  );
  const right = keyed(
    requireArray(b, 17042, "both operands of $setIsSubset must be arrays. Second argument is of"),
    compiler,
  );
  return [...left.keys()].every((key) => right.has(key));
}

export const setOperators: OperatorTable = {
  $setUnion: variadic(0, any, union),
  $setIntersection: variadic(0, any, intersection),
  $setDifference: binary(difference),
  $setEquals: variadic(2, any, equals),
  $setIsSubset: binary(isSubset),
  $anyElementTrue: unary((value) =>
    requireArray(value, 17041, "$anyElementTrue's argument must be an array, but is").some(isTruthy),
  ),
  $allElementsTrue: unary((value) =>
    requireArray(value, 17040, "$allElementsTrue's argument must be an array, but is").every(isTruthy),
  ),
};
