/** Whether a partial or sparse index holds all that a filter asks for. */
import { compileFilter } from "../query/filter.js";
import { isOperatorDoc } from "../query/operators.js";
import { canonicalKey } from "../values/compare.js";
import type { Doc, FindRequest, IndexSpec } from "../types.js";
import { analyse, type Analysis, type Condition, within } from "./bounds.js";

/** Does the filter leave out everything that the index leaves out? */
export function complete(spec: IndexSpec, analysis: Analysis, request: FindRequest): boolean {
  const excludesMissing = (conditions: Condition[] | undefined) =>
    conditions?.some((one) => (one.kind === "range" ? one.present : one.values.every((value) => value !== null))) ??
    false;
  if (spec.sparse && !Object.keys(spec.key).some((path) => excludesMissing(analysis.byPath.get(path)))) return false;
  if (!spec.partialFilterExpression) return true;
  const sources = [analysis.source, request.filter.source];
  return Object.entries(spec.partialFilterExpression).every(
    ([path, clause]) =>
      !path.startsWith("$") &&
      (isOperatorDoc(clause) ? Object.entries(clause).map(([name, value]) => ({ [name]: value })) : [clause]).every(
        (one) =>
          sources.some((source) => asks(source, path, one)) ||
          followsFrom(analysis.byPath.get(path) ?? [], path, one, request),
      ),
  );
}

/** Does the filter say this very clause of a path, itself or within its conjunctions? */
function asks(source: Doc, path: string, clause: unknown): boolean {
  const own = source[path];
  if (own !== undefined) {
    if (canonicalKey(own) === canonicalKey(clause)) return true;
    const [name] = isOperatorDoc(clause) ? Object.keys(clause) : [];
    if (name !== undefined && isOperatorDoc(own) && name in own) {
      if (canonicalKey(own[name]) === canonicalKey((clause as Doc)[name])) return true;
    }
  }
  return Array.isArray(source.$and) && source.$and.some((part) => asks(part as Doc, path, clause));
}

/** Do conditions on a path leave only values that meet a clause? As in MongoDB, nothing but itself leads to a type. */
function followsFrom(conditions: Condition[], path: string, clause: unknown, request: FindRequest): boolean {
  if (isOperatorDoc(clause) && "$type" in clause) return false;
  const test = compileFilter({ value: clause }, request.context);
  const holds = (value: unknown) => typeof value !== "symbol" && test.matches({ value });
  return conditions.some((one) =>
    one.kind === "points"
      ? // The key of null is also that of a missing field, which the expression may leave out.
        one.values.every((value) => holds(value) && (value !== null || test.matches({})))
      : rangeImplies(one, path, clause, request),
  );
}

/** Does a range on a path leave only values that meet a clause of a partial index on it? */
function rangeImplies(
  range: Extract<Condition, { kind: "range" }>,
  path: string,
  clause: unknown,
  request: FindRequest,
): boolean {
  const { byPath, complete: whole } = analyse({ [path]: clause }, request.context.collator);
  const asked = byPath.get(path) ?? [];
  const only = isOperatorDoc(clause) ? Object.entries(clause) : [];
  if (only.length === 1 && only[0]![0] === "$exists") return Boolean(only[0]![1]) && range.present;
  return (
    whole &&
    asked.length > 0 &&
    asked.every(
      (one) =>
        one.kind === "range" && range.intervals.every((inner) => one.intervals.some((outer) => within(inner, outer))),
    )
  );
}
