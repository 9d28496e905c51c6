/** $let, $map, $filter and $reduce: expressions that bind variables. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { isTruthy, wholeNumber } from "../../values/numbers.js";
import { bind, isNullish, type OperatorCompiler, type OperatorTable } from "../evaluator.js";
import { checkVariableName } from "../variables.js";

function readArguments(
  name: string,
  operand: Value,
  allowed: readonly string[],
  codes: { shape: number; unknown: number },
): Doc {
  if (!isDoc(operand)) throw new MongoError(codes.shape, `${name} only supports an object as its argument`);
  for (const key of Object.keys(operand)) {
    if (!allowed.includes(key)) throw new MongoError(codes.unknown, `Unrecognized parameter to ${name}: ${key}`);
  }
  return operand;
}

function required(name: string, spec: Doc, key: string, code: number): Value {
  if (!(key in spec)) throw new MongoError(code, `Missing '${key}' parameter to ${name}`);
  return spec[key];
}

function variableName(spec: Doc): string {
  if (spec.as === undefined) return "this";
  if (typeof spec.as !== "string") throw new MongoError("TypeMismatch", "'as' must be a string");
  checkVariableName(spec.as);
  return spec.as;
}

const letExpression: OperatorCompiler = (operand, compiler, name) => {
  const spec = readArguments(name, operand, ["vars", "in"], { shape: 16874, unknown: 16875 });
  const vars = required(name, spec, "vars", 16876);
  const inside = required(name, spec, "in", 16877);
  if (!isDoc(vars)) throw new MongoError("TypeMismatch", "invalid parameter: expected an object (vars)");
  const names = Object.keys(vars);
  for (const one of names) checkVariableName(one);
  const values = names.map((one) => [one, compiler.compile(vars[one])] as const);
  const body = compiler.withVariables(names).compile(inside);
  return (scope) => {
    let inner = scope;
    for (const [one, evaluate] of values) inner = bind(inner, one, evaluate(scope));
    return body(inner);
  };
};

const map: OperatorCompiler = (operand, compiler, name) => {
  const spec = readArguments(name, operand, ["input", "as", "in"], { shape: 16878, unknown: 16879 });
  const input = compiler.compile(required(name, spec, "input", 16880));
  const variable = variableName(spec);
  const body = compiler.withVariables([variable]).compile(required(name, spec, "in", 16882));
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    if (!Array.isArray(list)) throw new MongoError(16883, `input to $map must be an array not ${typeAlias(list)}`);
    return list.map((element: Value) => body(bind(scope, variable, element)) ?? null);
  };
};

const filter: OperatorCompiler = (operand, compiler, name) => {
  const spec = readArguments(name, operand, ["input", "as", "cond", "limit"], { shape: 28646, unknown: 28647 });
  const input = compiler.compile(required(name, spec, "input", 28648));
  const variable = variableName(spec);
  const test = compiler.withVariables([variable]).compile(required(name, spec, "cond", 28650));
  const limit = "limit" in spec ? compiler.compile(spec.limit) : undefined;
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    if (!Array.isArray(list)) throw new MongoError(28651, `input to $filter must be an array not ${typeAlias(list)}`);
    const most = limit ? readLimit(limit(scope)) : Infinity;
    const kept: Value[] = [];
    for (const element of list) {
      if (kept.length >= most) break;
      if (isTruthy(test(bind(scope, variable, element)))) kept.push(element);
    }
    return kept;
  };
};

function readLimit(value: Value): number {
  if (isNullish(value)) return Infinity;
  const limit = isNumber(value) ? wholeNumber(value) : undefined;
  if (limit === undefined) {
    throw new MongoError(327391, "$filter: limit must be represented as a 32-bit integral value");
  }
  if (limit < 1) throw new MongoError(327392, `$filter: limit must be greater than 0: ${limit}`);
  return limit;
}

const reduce: OperatorCompiler = (operand, compiler, name) => {
  if (!isDoc(operand))
    throw new MongoError(40075, `${name} requires an object as an argument, found: ${typeAlias(operand)}`);
  for (const key of Object.keys(operand)) {
    if (!["input", "initialValue", "in"].includes(key)) {
      throw new MongoError(40076, `${name} found an unknown argument: ${key}`);
    }
  }
  const part = (key: string, code: number): Value => {
    if (!(key in operand)) throw new MongoError(code, `${name} requires '${key}' to be specified`);
    return operand[key];
  };
  const input = compiler.compile(part("input", 40077));
  const start = compiler.compile(part("initialValue", 40078));
  const body = compiler.withVariables(["this", "value"]).compile(part("in", 40079));
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    if (!Array.isArray(list)) {
      throw new MongoError(40080, `${name} requires that 'input' be an array, found: ${typeAlias(list)}`);
    }
    let value = start(scope);
    for (const element of list) value = body(bind(bind(scope, "this", element), "value", value));
    return value;
  };
};

export const iterationOperators: OperatorTable = {
  $let: letExpression,
  $map: map,
  $filter: filter,
  $reduce: reduce,
};
