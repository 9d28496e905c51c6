/** What a filter's $expr says of single fields, in a form that an index can be asked. */
import { compileExpression } from "../aggregate/expression.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { isDoc, typeAlias } from "../values/compare.js";

/**
 * Conditions that follow from the equalities inside a filter's $expr: {$expr: {$eq: ["$a", 5]}} implies {a: {$eq: 5}}.
 * Each document that matches the filter matches them too, but not the other way round. Undefined when there are none.
 * Only equality can be told so: an expression compares across types, a filter within one.
 */
export function impliedConditions(filter: Doc, context: EvalContext): Doc | undefined {
  const found: Doc[] = [];
  collectFromFilter(filter, context, found);
  const [only] = found;
  return found.length > 1 ? { $and: found } : only;
}

function collectFromFilter(filter: Doc, context: EvalContext, found: Doc[]): void {
  if ("$expr" in filter) collectFromExpression(filter.$expr, context, found);
  if (Array.isArray(filter.$and)) {
    for (const clause of filter.$and) if (isDoc(clause)) collectFromFilter(clause, context, found);
  }
}

function collectFromExpression(expression: Value, context: EvalContext, found: Doc[]): void {
  if (!isDoc(expression)) return;
  const [operator] = Object.keys(expression);
  const operands: Value = operator === undefined ? undefined : expression[operator];
  if (!Array.isArray(operands)) return;
  if (operator === "$and") {
    for (const operand of operands) collectFromExpression(operand, context, found);
    return;
  }
  if (operator !== "$eq" && operator !== "$in") return;
  const [left, right] = operands as [Value, Value];
  const condition =
    equality(operator, left, right, context) ??
    (operator === "$eq" ? equality(operator, right, left, context) : undefined);
  if (condition) found.push(condition);
}

function equality(operator: "$eq" | "$in", field: Value, other: Value, context: EvalContext): Doc | undefined {
  if (typeof field !== "string" || !/^\$[^$]/.test(field) || !isFixed(other, context)) return undefined;
  const value = compileExpression(other, context)({});
  const values: Value[] = operator === "$in" && Array.isArray(value) ? (value as Value[]) : [value];
  // A path through arrays gives an array in an expression, which a filter would take apart.
  if ((operator === "$in" && !Array.isArray(value)) || values.some(isUnclear)) return undefined;
  return { [field.slice(1)]: operator === "$in" ? { $in: values } : { $eq: value ?? null } };
}

function isUnclear(value: Value): boolean {
  const alias = typeAlias(value);
  return alias === "array" || alias === "regex";
}

/** True for operands that are the same for every document. */
function isFixed(operand: Value, context: EvalContext): boolean {
  if (typeof operand === "string" && operand.startsWith("$")) {
    const name = /^\$\$([^.]+)/.exec(operand)?.[1];
    return name !== undefined && Object.hasOwn(context.variables ?? {}, name);
  }
  if (Array.isArray(operand)) return operand.every((element: Value) => isFixed(element, context));
  return !isDoc(operand) || Object.keys(operand)[0] === "$literal";
}
