/** Following dotted paths through documents and arrays the way MongoDB's matcher and its indexes do. */
import { isDoc } from "../values/compare.js";
import type { Doc, Value } from "../types.js";

/** What a visitor is told of each value. Returning true ends the walk. `undefined` = missing there. */
export type Visit = (value: Value) => boolean;

/** True for a path component that may name an array position ("0", "12", not "01"). */
export function isArrayIndex(part: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(part);
}

/** An own field of a document; `undefined` when it has none. Inherited names such as "constructor" are not fields. */
export function fieldOf(doc: Doc, name: string): Value {
  return Object.hasOwn(doc, name) ? doc[name] : undefined;
}

/** Where a match was found: the position in the outermost array on the way, for the positional operator `$`. */
export interface Trace {
  index?: number | undefined;
}

/**
 * Visits what `parts` reaches: each array on the way contributes all of its documents, and the element a numeric part
 * names. With `leaves`, an array at the end of the path is visited element by element and then as a whole (an array
 * element that the path names by position is visited as a whole only). Returns whether a visit returned true; `trace`
 * then tells where.
 */
export function visitPath(
  doc: Doc,
  parts: readonly string[],
  leaves: boolean,
  visit: Visit,
  trace?: Trace,
  from = 0,
): boolean {
  let value: Value = doc;
  for (let at = from; at < parts.length; at += 1) {
    if (isDoc(value)) value = fieldOf(value, parts[at] as string);
    else if (Array.isArray(value)) return visitElements(value, parts, at, leaves, visit, trace);
    else return visit(undefined);
  }
  if (leaves && Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (!visit(value[index])) continue;
      if (trace) trace.index = index;
      return true;
    }
  }
  return visit(value);
}

function visitElements(
  list: Value[],
  parts: readonly string[],
  at: number,
  leaves: boolean,
  visit: Visit,
  trace: Trace | undefined,
): boolean {
  const part = parts[at] as string;
  const position = isArrayIndex(part) ? Number(part) : -1;
  for (let index = 0; index < list.length; index += 1) {
    const element = list[index];
    let found = isDoc(element) && visitPath(element, parts, leaves, visit, trace, at);
    if (!found && index === position) {
      if (at + 1 === parts.length) found = visit(element);
      else if (isDoc(element)) found = visitPath(element, parts, leaves, visit, trace, at + 1);
      else if (Array.isArray(element)) found = visitElements(element, parts, at + 1, leaves, visit, trace);
    }
    if (!found) continue;
    if (trace) trace.index = index;
    return true;
  }
  return false;
}

/**
 * All values a path reaches, one for each array element passed on the way; a last array stays whole. Missing values are
 * left out.
 */
export function valuesAtPath(doc: Doc, path: string): Value[] {
  const found: Value[] = [];
  visitPath(doc, path.split("."), false, (value) => {
    if (value !== undefined) found.push(value);
    return false;
  });
  return found;
}
