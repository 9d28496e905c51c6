/** The operators a field can be asked for: {field: {$op: operand, …}}. */
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { isDoc, regexParts, typeAlias } from "../values/compare.js";
import { isTruthy } from "../values/numbers.js";
import { type BitsOperator, compileBitsTest } from "./bits.js";
import { type Node } from "./node.js";
import { type Trace, visitPath } from "./path.js";
import {
  type Comparison,
  comparison,
  inTest,
  isReference,
  isReferenceField,
  literalTest,
  modTest,
  regexTest,
  sizeTest,
  type ValueTest,
} from "./predicates.js";
import { compileTypeTest } from "./typeNames.js";

/** A compiled operator, for all values a path reaches or for one value as it stands. */
export interface Operator {
  onPath(doc: Doc, parts: readonly string[], trace?: Trace): boolean;
  onValue(value: Value): boolean;
}

/** Compiles whole filters; given to the operators that contain one, so that files need not import each other. */
export type CompileNode = (filter: Doc, context: EvalContext) => Node;

interface Operands {
  context: EvalContext;
  compileNode: CompileNode;
  /** All operators of the same field. */
  siblings: Doc;
  path: string;
}

/** True when `value` asks for operators ({$gt: 1}) rather than being a value to compare with. */
export function isOperatorDoc(value: Value): value is Doc {
  return isDoc(value) && (Object.keys(value)[0]?.startsWith("$") ?? false) && !isReference(value);
}

function leaf(test: ValueTest, leaves = true): Operator {
  return { onPath: (doc, parts, trace) => visitPath(doc, parts, leaves, test, trace), onValue: test };
}

function all(operators: readonly Operator[]): Operator {
  const [only] = operators;
  if (only && operators.length === 1) return only;
  return {
    onPath: (doc, parts, trace) => operators.every((operator) => operator.onPath(doc, parts, trace)),
    onValue: (value) => operators.every((operator) => operator.onValue(value)),
  };
}

function not(operator: Operator): Operator {
  return {
    onPath: (doc, parts) => !operator.onPath(doc, parts),
    onValue: (value) => !operator.onValue(value),
  };
}

const never: Operator = { onPath: () => false, onValue: () => false };

/** Compiles what stands to the right of a field name. */
export function compileOperand(operand: Value, path: string, context: EvalContext, compileNode: CompileNode): Operator {
  if (isOperatorDoc(operand)) return compileOperators(operand, path, context, compileNode);
  return leaf(literalTest(operand, context.collator));
}

/** Compiles {$op: operand, …}; all of them must hold. */
export function compileOperators(spec: Doc, path: string, context: EvalContext, compileNode: CompileNode): Operator {
  const operands: Operands = { context, compileNode, siblings: spec, path };
  const compiled: Operator[] = [];
  for (const [name, operand] of Object.entries(spec)) {
    const operator = compileOne(name, operand, operands);
    if (operator) compiled.push(operator);
  }
  return all(compiled);
}

function compileOne(name: string, operand: Value, given: Operands): Operator | undefined {
  const { collator } = given.context;
  switch (name) {
    case "$eq":
      return leaf(comparison("$eq", operand, collator));
    case "$ne":
      if (typeAlias(operand) === "regex") throw new MongoError("BadValue", "Can't have regex as arg to $ne.");
      return not(leaf(comparison("$eq", operand, collator)));
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return inequality(name, operand, given);
    case "$in":
      return leaf(inTest(name, operand, collator));
    case "$nin":
      return not(leaf(inTest(name, operand, collator)));
    case "$exists":
      return isTruthy(operand) ? leaf(isThere) : not(leaf(isThere));
    case "$type":
      return leaf(compileTypeTest(operand));
    case "$mod":
      return leaf(modTest(operand));
    case "$size":
      return leaf(sizeTest(operand), false);
    case "$bitsAllSet":
    case "$bitsAllClear":
    case "$bitsAnySet":
    case "$bitsAnyClear":
      return leaf(compileBitsTest(name satisfies BitsOperator, operand));
    default:
      return compileNested(name, operand, given);
  }
}

function isThere(value: Value): boolean {
  return value !== undefined;
}

function inequality(name: Exclude<Comparison, "$eq">, operand: Value, given: Operands): Operator {
  if (typeAlias(operand) === "regex") {
    throw new MongoError("BadValue", `Can't have RegEx as arg to predicate over field '${given.path}'.`);
  }
  return leaf(comparison(name, operand, given.context.collator));
}

function compileNested(name: string, operand: Value, given: Operands): Operator | undefined {
  switch (name) {
    case "$regex":
      return leaf(readRegex(operand, given.siblings.$options));
    case "$options":
      if (given.siblings.$regex === undefined) throw new MongoError("BadValue", "$options needs a $regex");
      return undefined;
    case "$not":
      return compileNot(operand, given);
    case "$all":
      return compileAll(operand, given);
    case "$elemMatch":
      return compileElemMatch(operand, given);
    case "$comment":
      return undefined;
    case "$near":
    case "$nearSphere":
      throw new MongoError("NoQueryExecutionPlans", "unable to find index for $geoNear query");
    case "$geoWithin":
    case "$geoIntersects":
    case "$within":
      throw new MongoError("NotImplemented", `${name} is not supported by this local store`);
    default:
      throw new MongoError("BadValue", `unknown operator: ${name}`);
  }
}

function readRegex(operand: Value, options: Value): ValueTest {
  if (options !== undefined && typeof options !== "string") {
    throw new MongoError("BadValue", "$options has to be a string");
  }
  if (typeof operand === "string") return regexTest(operand, options ?? "");
  if (typeAlias(operand) !== "regex") throw new MongoError("BadValue", "$regex has to be a string");
  const parts = regexParts(operand);
  if (options !== undefined && parts.options !== "") {
    throw new MongoError(51075, "options set in both $regex and $options");
  }
  return regexTest(parts.pattern, options ?? parts.options);
}

function compileNot(operand: Value, given: Operands): Operator {
  if (typeAlias(operand) === "regex") return not(leaf(literalTest(operand)));
  if (!isDoc(operand)) throw new MongoError("BadValue", "$not needs a regex or a document");
  const [first] = Object.keys(operand);
  if (first === undefined) throw new MongoError("BadValue", "$not cannot be empty");
  if (!first.startsWith("$")) throw new MongoError("BadValue", `unknown operator: ${first}`);
  return not(compileOperators(operand, given.path, given.context, given.compileNode));
}

function compileAll(operand: Value, given: Operands): Operator {
  if (!Array.isArray(operand)) throw new MongoError("BadValue", "$all needs an array");
  if (operand.length === 0) return never;
  const elemMatches = operand.map((element: Value) => isDoc(element) && Object.keys(element)[0] === "$elemMatch");
  if (elemMatches[0]) {
    if (elemMatches.includes(false)) throw new MongoError("BadValue", "$all/$elemMatch has to be consistent");
    return all(operand.map((element: Value) => compileElemMatch((element as Doc).$elemMatch, given)));
  }
  return all(
    operand.map((element: Value) => {
      if (isOperatorDoc(element)) throw new MongoError("BadValue", "no $ expressions in $all");
      return leaf(literalTest(element, given.context.collator));
    }),
  );
}

/** What stands at the top of a filter rather than beside a field. */
const filterOperators = new Set([
  "$and",
  "$or",
  "$nor",
  "$expr",
  "$where",
  "$jsonSchema",
  "$text",
  "$comment",
  "$sampleRate",
  "$alwaysTrue",
  "$alwaysFalse",
]);

/** Does this ask for a document as a whole ({a: 1}, {$or: […]}, {$id: 1}), rather than for a value ({$gt: 1})? */
export function isWholeFilter(spec: Doc): boolean {
  const [first] = Object.keys(spec);
  return first === undefined || !first.startsWith("$") || filterOperators.has(first) || isReferenceField(first);
}

/** A test for one array element by what $elemMatch (or $pull) says: operators on a value, or a filter on a document. */
export function compileElementTest(spec: Doc, path: string, context: EvalContext, compileNode: CompileNode): ValueTest {
  if (!isWholeFilter(spec)) {
    const operator = compileOperators(spec, path, context, compileNode);
    return (value) => operator.onValue(value);
  }
  const node = compileNode(spec, context);
  return (value) => {
    if (isDoc(value)) return node(value);
    return Array.isArray(value) && node(Object.fromEntries(value.entries()));
  };
}

function compileElemMatch(operand: Value, given: Operands): Operator {
  if (!isDoc(operand)) throw new MongoError("BadValue", "$elemMatch needs an Object");
  const test = compileElementTest(operand, given.path, given.context, given.compileNode);
  const onValue = (value: Value, trace?: Trace): boolean => {
    if (!Array.isArray(value)) return false;
    const index = value.findIndex((element: Value) => test(element));
    if (index === -1) return false;
    if (trace) trace.index = index;
    return true;
  };
  return {
    onPath: (doc, parts, trace) => visitPath(doc, parts, false, (value) => onValue(value, trace), trace),
    onValue,
  };
}
