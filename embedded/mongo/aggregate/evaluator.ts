/** What compiled expressions are made of. */
import { MongoError } from "../errors.js";
import type { EvalContext, Value } from "../types.js";

/** A chain of variables bound by $let, $map, $filter and the like; the nearest one of a name counts. */
export interface Bindings {
  readonly name: string;
  readonly value: Value;
  readonly outer: Bindings | undefined;
}

/** What an expression is evaluated against. */
export interface Scope {
  readonly root: Value;
  readonly current: Value;
  readonly bindings: Bindings | undefined;
}

/** A compiled expression. Gives `undefined` for missing. */
export interface Evaluator {
  (scope: Scope): Value;
  /** Set when the expression is a constant. */
  literal?: { readonly value: Value };
}

/** What the compiler of one operator may use. */
export interface Compiler {
  readonly context: EvalContext;
  compile(spec: Value): Evaluator;
  /** A compiler that also knows the variables of these names. */
  withVariables(names: readonly string[]): Compiler;
}

/** Compiles the operand of one operator. `name` is the operator's own name with its "$". */
export type OperatorCompiler = (operand: Value, compiler: Compiler, name: string) => Evaluator;
export type OperatorTable = Readonly<Record<string, OperatorCompiler>>;

export function bind(scope: Scope, name: string, value: Value): Scope {
  if (name === "CURRENT") return { root: scope.root, current: value, bindings: scope.bindings };
  return { root: scope.root, current: scope.current, bindings: { name, value, outer: scope.bindings } };
}

export function constant(value: Value): Evaluator {
  const evaluator: Evaluator = () => value;
  evaluator.literal = { value };
  return evaluator;
}

/** The operands of an operator: the elements of an array, or a single one standing alone. */
export function operandsOf(operand: Value): Value[] {
  return Array.isArray(operand) ? (operand as Value[]) : [operand];
}

/** Compiles operands and checks how many there are (16020 and 28667 otherwise). */
export function compileOperands(
  name: string,
  operand: Value,
  compiler: Compiler,
  least: number,
  most = least,
): Evaluator[] {
  const operands = operandsOf(operand);
  const given = operands.length;
  if (given < least || given > most) {
    if (least === most) {
      throw new MongoError(16020, `Expression ${name} takes exactly ${least} arguments. ${given} were passed in.`);
    }
    throw new MongoError(
      28667,
      `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${given} were passed in.`,
    );
  }
  return operands.map((one) => compiler.compile(one));
}

/** An operator of one operand. */
export function unary(apply: (value: Value, name: string, compiler: Compiler) => Value): OperatorCompiler {
  return (operand, compiler, name) => {
    const [only] = compileOperands(name, operand, compiler, 1) as [Evaluator];
    return (scope) => apply(only(scope), name, compiler);
  };
}

/** An operator of exactly two operands. */
export function binary(apply: (a: Value, b: Value, name: string, compiler: Compiler) => Value): OperatorCompiler {
  return (operand, compiler, name) => {
    const [left, right] = compileOperands(name, operand, compiler, 2) as [Evaluator, Evaluator];
    return (scope) => apply(left(scope), right(scope), name, compiler);
  };
}

/** An operator of `least` to `most` operands. */
export function variadic(
  least: number,
  most: number,
  apply: (values: Value[], name: string, compiler: Compiler) => Value,
): OperatorCompiler {
  return (operand, compiler, name) => {
    const evaluators = compileOperands(name, operand, compiler, least, most);
    return (scope) =>
      apply(
        evaluators.map((evaluate) => evaluate(scope)),
        name,
        compiler,
      );
  };
}

/** True for null and missing. */
export function isNullish(value: Value): value is null | undefined {
  return value === null || value === undefined;
}
