/** Aggregation expressions, compiled once into closures. */
import { MongoError } from "../errors.js";
import { fieldOf } from "../query/path.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { setField } from "../values/codec.js";
import { isDoc } from "../values/compare.js";
import {
  type Bindings,
  bind,
  type Compiler,
  constant,
  type Evaluator,
  type OperatorTable,
  type Scope,
} from "./evaluator.js";
import { arithmeticOperators } from "./operators/arithmetic.js";
import { arrayOperators } from "./operators/array.js";
import { conditionOperators } from "./operators/conditions.js";
import { convertOperators } from "./operators/convert.js";
import { dateOperators } from "./operators/date.js";
import { iterationOperators } from "./operators/iteration.js";
import { objectOperators } from "./operators/object.js";
import { percentileOperators } from "./operators/percentile.js";
import { setOperators } from "./operators/set.js";
import { stringOperators } from "./operators/string.js";
import { checkVariableName } from "./variables.js";

const operators: OperatorTable = {
  ...arithmeticOperators,
  ...arrayOperators,
  ...conditionOperators,
  ...convertOperators,
  ...dateOperators,
  ...iterationOperators,
  ...objectOperators,
  ...percentileOperators,
  ...setOperators,
  ...stringOperators,
};

/** True when an expression operator of this name ("$add") exists. */
export function isOperatorName(name: string): boolean {
  return Object.hasOwn(operators, name);
}

/** A whole expression, evaluated against one document. Gives `undefined` for missing. */
export type Expression = (doc: Value) => Value;

/**
 * Compiles an expression. Throws MongoError for what the server refuses when it parses: InvalidPipelineOperator (168) for
 * unknown operators, 17276 for unknown variables, 16020 for wrong numbers of operands. Evaluation throws MongoError too.
 */
export function compileExpression(spec: Value, context: EvalContext): Expression {
  const evaluate = compileEvaluator(spec, context);
  return (doc) => evaluate({ root: doc, current: doc, bindings: undefined });
}

/** As compileExpression, for callers that bind variables of their own, whose names they declare. */
export function compileEvaluator(spec: Value, context: EvalContext, variables: readonly string[] = []): Evaluator {
  return new ExpressionCompiler(context, new Set(variables)).compile(spec);
}

/** The values of a command's `let`: expressions without a document; each may use those before it. */
export function evaluateVariables(variables: Doc, context: EvalContext): Doc {
  const values: Doc = {};
  for (const [name, spec] of Object.entries(variables)) {
    checkVariableName(name);
    if (readsDocument(spec)) {
      throw new MongoError(
        4890500,
        "Command let Expression tried to access a field, but this is not allowed because Command let expressions run before the query examines any documents.",
      );
    }
    setField(values, name, compileExpression(spec, { ...context, variables: values })({}));
  }
  return values;
}

/** True when an expression refers to fields or to the whole document. */
function readsDocument(spec: Value): boolean {
  if (typeof spec === "string") return /^\$(?!\$)|^\$\$(?:ROOT|CURRENT)(?:\.|$)/.test(spec);
  if (Array.isArray(spec)) return spec.some(readsDocument);
  if (!isDoc(spec)) return false;
  return Object.entries(spec).some(
    ([name, operand]) => name !== "$literal" && name !== "$const" && readsDocument(operand),
  );
}

/** Checks the parts of a field path as the server does. */
export function checkFieldPath(path: string): string[] {
  if (path === "") throw new MongoError(40352, "FieldPath cannot be constructed with empty string");
  if (path.endsWith(".")) throw new MongoError(40353, "FieldPath must not end with a '.'.");
  const parts = path.split(".");
  for (const part of parts) {
    if (part === "") throw new MongoError(15998, "FieldPath field names may not be empty strings.");
    if (part.startsWith("$") && part !== "$ref" && part !== "$id" && part !== "$db") {
      throw new MongoError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    }
    if (part.includes("\0")) throw new MongoError(16411, "FieldPath field names may not contain '\\0'.");
  }
  return parts;
}

/** What a field path gives: arrays on the way are replaced by the list of what their elements give. */
export function evaluatePath(value: Value, parts: readonly string[], from = 0): Value {
  let at: Value = value;
  for (let index = from; index < parts.length; index += 1) {
    if (isDoc(at)) at = fieldOf(at, parts[index] as string);
    else if (Array.isArray(at)) return pathOverArray(at, parts, index);
    else return undefined;
  }
  return at;
}

function pathOverArray(list: Value[], parts: readonly string[], from: number): Value[] {
  const found: Value[] = [];
  for (const element of list) {
    if (!isDoc(element) && !Array.isArray(element)) continue;
    const value = evaluatePath(element, parts, from);
    if (value !== undefined) found.push(value);
  }
  return found;
}

class ExpressionCompiler implements Compiler {
  readonly context: EvalContext;
  private readonly names: ReadonlySet<string>;

  constructor(context: EvalContext, names: ReadonlySet<string>) {
    this.context = context;
    this.names = names;
  }

  withVariables(names: readonly string[]): Compiler {
    return new ExpressionCompiler(this.context, new Set([...this.names, ...names]));
  }

  compile(spec: Value): Evaluator {
    if (typeof spec === "string") return spec.startsWith("$") ? this.path(spec) : constant(spec);
    if (Array.isArray(spec)) return this.array(spec);
    return isDoc(spec) ? this.object(spec) : constant(spec);
  }

  private array(specs: Value[]): Evaluator {
    const elements = specs.map((spec) => this.compile(spec));
    if (elements.every((element) => element.literal))
      return constant(elements.map((element) => element.literal?.value ?? null));
    return (scope) => elements.map((element) => element(scope) ?? null);
  }

  private object(spec: Doc): Evaluator {
    const names = Object.keys(spec);
    const [first] = names;
    if (first?.startsWith("$")) {
      if (names.length > 1) {
        throw new MongoError(
          15983,
          `an expression specification must contain exactly one field, the name of the expression. Found ${names.length} fields`,
        );
      }
      return this.operator(first, spec[first]);
    }
    const fields = names.map((name) => [this.fieldName(name), this.compile(spec[name])] as const);
    const build = (valueOf: (field: Evaluator) => Value): Doc => {
      const doc: Doc = {};
      for (const [name, field] of fields) {
        const value = valueOf(field);
        if (value !== undefined) setField(doc, name, value);
      }
      return doc;
    };
    if (fields.every(([, field]) => field.literal)) return constant(build((field) => field.literal?.value));
    return (scope) => build((field) => field(scope));
  }

  private fieldName(name: string): string {
    if (name.includes(".")) {
      throw new MongoError(16412, "FieldPath field names may not contain '.'. Consider using $getField or $setField.");
    }
    if (name.startsWith("$")) {
      throw new MongoError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    }
    return name;
  }

  private operator(name: string, operand: Value): Evaluator {
    const compile = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (!compile) throw new MongoError("InvalidPipelineOperator", `Unrecognized expression '${name}'`);
    return compile(operand, this, name);
  }

  private path(spec: string): Evaluator {
    if (spec === "$") throw new MongoError(16872, "'$' by itself is not a valid FieldPath");
    if (!spec.startsWith("$$")) {
      const parts = checkFieldPath(spec.slice(1));
      const [only] = parts as [string];
      if (parts.length === 1) return (scope) => evaluateField(scope.current, only, parts);
      return (scope) => evaluatePath(scope.current, parts);
    }
    const dot = spec.indexOf(".");
    const name = dot === -1 ? spec.slice(2) : spec.slice(2, dot);
    const variable = this.variable(name);
    if (dot === -1) return variable;
    const parts = checkFieldPath(spec.slice(dot + 1));
    return (scope) => evaluatePath(variable(scope), parts);
  }

  private variable(name: string): Evaluator {
    if (this.names.has(name))
      return name === "CURRENT" ? (scope) => scope.current : (scope) => find(scope.bindings, name);
    const given = this.context.variables;
    if (given && Object.hasOwn(given, name)) return () => this.context.variables?.[name];
    switch (name) {
      case "ROOT":
        return (scope) => scope.root;
      case "CURRENT":
        return (scope) => scope.current;
      case "REMOVE":
        return constant(undefined);
      case "NOW":
        return constant(this.context.now);
      case "CLUSTER_TIME":
        throw new MongoError(51144, "system variable $$CLUSTER_TIME is not available in standalone mode");
      case "DESCEND":
      case "PRUNE":
      case "KEEP":
        return constant(name.toLowerCase());
      case "USER_ROLES":
        return constant([]);
      default:
        if (name === "" || /^[A-Z]/.test(name)) checkVariableName(name);
        throw new MongoError(17276, `Use of undefined variable: ${name}`);
    }
  }
}

function evaluateField(current: Value, name: string, parts: readonly string[]): Value {
  return isDoc(current) ? fieldOf(current, name) : evaluatePath(current, parts);
}

function find(bindings: Bindings | undefined, name: string): Value {
  for (let at = bindings; at; at = at.outer) if (at.name === name) return at.value;
  return undefined;
}

/** A scope for callers that bind variables themselves. */
export function scopeOf(doc: Value, variables: Doc = {}): Scope {
  let scope: Scope = { root: doc, current: doc, bindings: undefined };
  for (const [name, value] of Object.entries(variables)) scope = bind(scope, name, value);
  return scope;
}
