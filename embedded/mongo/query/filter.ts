/** Filters, compiled once into closures. */
import { compileExpression } from "../aggregate/expression.js";
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Filter, Value } from "../types.js";
import { isDoc, isNumber } from "../values/compare.js";
import { isTruthy, toDouble } from "../values/numbers.js";
import { impliedConditions } from "./implied.js";
import { compileJsonSchema } from "./jsonSchema.js";
import type { Node } from "./node.js";
import { compileOperand } from "./operators.js";
import type { Trace } from "./path.js";
import { isReferenceField } from "./predicates.js";

/**
 * Compiles a filter. Throws MongoError for everything the server refuses: BadValue for unknown operators and malformed
 * operands, 51091 for broken regular expressions and so on.
 */
export function compileFilter(filter: Doc, context: EvalContext): Filter {
  const node = compileNode(filter, context);
  return {
    source: filter,
    implied: impliedConditions(filter, context),
    matches: (doc) => node(doc),
    positionalIndex(doc) {
      const trace: Trace = {};
      return node(doc, trace) ? trace.index : undefined;
    },
  };
}

/** As compileFilter, without the wrapping. */
export function compileNode(filter: Doc, context: EvalContext): Node {
  const nodes: Node[] = [];
  for (const [name, operand] of Object.entries(filter)) {
    const isOperator = name.startsWith("$") && !isReferenceField(name);
    const node = isOperator ? compileTopLevel(name, operand, context) : compileField(name, operand, context);
    if (node) nodes.push(node);
  }
  return every(nodes);
}

function every(nodes: readonly Node[]): Node {
  const [first, second] = nodes;
  if (!first) return () => true;
  if (!second) return first;
  if (nodes.length === 2) return (doc, trace) => first(doc, trace) && second(doc, trace);
  return (doc, trace) => {
    for (const node of nodes) if (!node(doc, trace)) return false;
    return true;
  };
}

function compileField(path: string, operand: Value, context: EvalContext): Node {
  const parts = path.split(".");
  const operator = compileOperand(operand, path, context, compileNode);
  return (doc, trace) => operator.onPath(doc, parts, trace);
}

function compileTopLevel(name: string, operand: Value, context: EvalContext): Node | undefined {
  switch (name) {
    case "$and":
      return every(readClauses(name, operand, context));
    case "$or": {
      const nodes = readClauses(name, operand, context);
      return (doc, trace) => nodes.some((node) => node(doc, trace));
    }
    case "$nor": {
      const nodes = readClauses(name, operand, context);
      return (doc) => !nodes.some((node) => node(doc));
    }
    case "$comment":
      return undefined;
    case "$expr": {
      const evaluate = compileExpression(operand, context);
      return (doc) => isTruthy(evaluate(doc));
    }
    case "$jsonSchema":
      return compileJsonSchema(operand);
    case "$sampleRate":
      return compileSampleRate(operand);
    case "$alwaysTrue":
    case "$alwaysFalse":
      if (!isNumber(operand) || toDouble(operand) !== 1) {
        throw new MongoError("FailedToParse", `${name} must be an integer value of 1`);
      }
      return () => name === "$alwaysTrue";
    default:
      throw refused(name);
  }
}

function refused(name: string): MongoError {
  if (name === "$text") return new MongoError("IndexNotFound", "text index required for $text query");
  if (name === "$where") return new MongoError("BadValue", "no globalScriptEngine in $where parsing");
  return new MongoError(
    "BadValue",
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

function readClauses(name: string, operand: Value, context: EvalContext): Node[] {
  if (!Array.isArray(operand)) throw new MongoError("BadValue", `${name} argument must be an array`);
  if (operand.length === 0) throw new MongoError("BadValue", "$and/$or/$nor must be a nonempty array");
  return operand.map((clause: Value) => {
    if (!isDoc(clause)) throw new MongoError("BadValue", "$or/$and/$nor entries need to be full objects");
    return compileNode(clause, context);
  });
}

function compileSampleRate(operand: Value): Node {
  if (!isNumber(operand)) throw new MongoError("BadValue", "argument to $sampleRate must be a numeric type");
  const rate = toDouble(operand);
  if (!(rate >= 0 && rate <= 1)) throw new MongoError("BadValue", "numeric argument to $sampleRate must be in [0, 1]");
  return () => Math.random() < rate;
}
