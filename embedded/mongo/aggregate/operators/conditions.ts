/** Truth, comparison and choice. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { compareValues, isDoc, typeAlias } from "../../values/compare.js";
import { isTruthy } from "../../values/numbers.js";
import {
  binary,
  type Compiler,
  compileOperands,
  constant,
  type Evaluator,
  isNullish,
  operandsOf,
  type OperatorCompiler,
  type OperatorTable,
  unary,
} from "../evaluator.js";

function comparing(holds: (order: number) => boolean): OperatorCompiler {
  return binary((a, b, _name, compiler) => holds(compareValues(a, b, compiler.context.collator)));
}

const and: OperatorCompiler = (operand, compiler) => {
  const evaluators = operandsOf(operand).map((one) => compiler.compile(one));
  return (scope) => evaluators.every((evaluate) => isTruthy(evaluate(scope)));
};

const or: OperatorCompiler = (operand, compiler) => {
  const evaluators = operandsOf(operand).map((one) => compiler.compile(one));
  return (scope) => evaluators.some((evaluate) => isTruthy(evaluate(scope)));
};

function condNamed(operand: Doc, compiler: Compiler): Evaluator[] {
  for (const name of Object.keys(operand)) {
    if (name !== "if" && name !== "then" && name !== "else") {
      throw new MongoError(17083, `Unrecognized parameter to $cond: ${name}`);
    }
  }
  return ["if", "then", "else"].map((name, at) => {
    if (!(name in operand)) throw new MongoError(17080 + at, `Missing '${name}' parameter to $cond`);
    return compiler.compile(operand[name]);
  });
}

const cond: OperatorCompiler = (operand, compiler, name) => {
  const parts = isDoc(operand) ? condNamed(operand, compiler) : compileOperands(name, operand, compiler, 3);
  const [test, yes, no] = parts as [Evaluator, Evaluator, Evaluator];
  return (scope) => (isTruthy(test(scope)) ? yes(scope) : no(scope));
};

const ifNull: OperatorCompiler = (operand, compiler) => {
  const evaluators = operandsOf(operand).map((one) => compiler.compile(one));
  if (evaluators.length < 2) {
    throw new MongoError(1257300, `$ifNull needs at least two arguments, had: ${evaluators.length}`);
  }
  return (scope) => {
    let value: Value;
    for (const evaluate of evaluators) {
      value = evaluate(scope);
      if (!isNullish(value)) return value;
    }
    return value;
  };
};

interface Branch {
  test: Evaluator;
  then: Evaluator;
}

function readBranch(branch: Value, compiler: Compiler): Branch {
  if (!isDoc(branch)) {
    throw new MongoError(40062, `$switch expected each branch to be an object, found: ${typeAlias(branch)}`);
  }
  for (const name of Object.keys(branch)) {
    if (name !== "case" && name !== "then") {
      throw new MongoError(40063, `$switch found an unknown argument to a branch: ${name}`);
    }
  }
  if (!("case" in branch)) throw new MongoError(40064, "$switch requires each branch have a 'case' expression");
  if (!("then" in branch)) throw new MongoError(40065, "$switch requires each branch have a 'then' expression.");
  return { test: compiler.compile(branch.case), then: compiler.compile(branch.then) };
}

const choose: OperatorCompiler = (operand, compiler) => {
  if (!isDoc(operand)) {
    throw new MongoError(40060, `$switch requires an object as an argument, found: ${typeAlias(operand)}`);
  }
  for (const name of Object.keys(operand)) {
    if (name !== "branches" && name !== "default") {
      throw new MongoError(40067, `$switch found an unknown argument: ${name}`);
    }
  }
  const list = operand.branches ?? [];
  if (!Array.isArray(list)) {
    throw new MongoError(40061, `$switch expected an array for 'branches', found: ${typeAlias(list)}`);
  }
  if (list.length === 0) throw new MongoError(40068, "$switch requires at least one branch.");
  const branches = list.map((branch: Value) => readBranch(branch, compiler));
  const fallback = "default" in operand ? compiler.compile(operand.default) : undefined;
  return (scope) => {
    for (const { test, then } of branches) if (isTruthy(test(scope))) return then(scope);
    if (fallback) return fallback(scope);
    throw new MongoError(40066, "$switch could not find a matching branch for an input, and no default was specified.");
  };
};

export const conditionOperators: OperatorTable = {
  $eq: comparing((order) => order === 0),
  $ne: comparing((order) => order !== 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $cmp: binary((a, b, _name, compiler) => Math.sign(compareValues(a, b, compiler.context.collator)) + 0),
  $and: and,
  $or: or,
  $not: unary((value) => !isTruthy(value)),
  $cond: cond,
  $ifNull: ifNull,
  $switch: choose,
  $literal: (operand) => constant(operand),
  $const: (operand) => constant(operand),
};
