/** Sort orders. */
import { MongoError } from "../errors.js";
import type { Collator, Doc, DocComparator, Value } from "../types.js";
import { compareValues, isDoc, isNumber } from "../values/compare.js";
import { toDouble } from "../values/numbers.js";
import { fieldOf, isArrayIndex } from "./path.js";

interface SortPart {
  path: string;
  parts: readonly string[];
  direction: 1 | -1;
}

/** MongoDB's limit of fields in a sort. */
const maxParts = 32;

function readSort(sort: Doc): SortPart[] {
  const entries = Object.entries(sort);
  if (entries.length > maxParts) throw new MongoError(13103, "too many compound keys");
  return entries.map(([path, direction]) => ({ path, parts: readPath(path), direction: readDirection(direction) }));
}

function readPath(path: string): string[] {
  if (path === "") throw new MongoError(40352, "FieldPath cannot be constructed with empty string");
  const parts = path.split(".");
  if (parts.includes("")) {
    throw path.endsWith(".")
      ? new MongoError(40353, "FieldPath must not end with a '.'.")
      : new MongoError(15998, "FieldPath field names may not be empty strings.");
  }
  const dollar = parts.find((part) => part.startsWith("$") && part !== "$ref" && part !== "$id" && part !== "$db");
  if (dollar !== undefined) {
    throw new MongoError(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
  }
  return parts;
}

function readDirection(direction: Value): 1 | -1 {
  if (isDoc(direction)) {
    if ("$meta" in direction) throw new MongoError("IndexNotFound", "text index required for $meta sort");
    throw new MongoError(15975, "$sort key ordering must be specified using a number or {$meta: 'text'}");
  }
  if (!isNumber(direction)) {
    throw new MongoError(15974, `Illegal key in $sort specification: ${JSON.stringify(direction)}`);
  }
  const number = toDouble(direction);
  if (Math.trunc(number) !== 1 && Math.trunc(number) !== -1) {
    throw new MongoError(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)");
  }
  return number < 0 ? -1 : 1;
}

/**
 * Offers every value a document can sort by on a path, as an index on the path would hold them: each element of an array,
 * `undefined` for an empty one, null for what is missing, also in an array's elements.
 */
function offerKeys(value: Value, parts: readonly string[], at: number, offer: (value: Value) => void): void {
  if (at === parts.length) {
    if (!Array.isArray(value)) offer(value ?? null);
    else if (value.length === 0) offer(undefined);
    else for (const element of value) offer(element);
    return;
  }
  const part = parts[at] as string;
  if (isDoc(value)) offerKeys(fieldOf(value, part), parts, at + 1, offer);
  else if (!Array.isArray(value) || value.length === 0) offer(null);
  else if (isArrayIndex(part) && Number(part) < value.length) offerKeys(value[Number(part)], parts, at + 1, offer);
  else {
    for (const element of value) {
      if (isDoc(element)) offerKeys(element, parts, at, offer);
      else offer(null);
    }
  }
}

/**
 * The value a document sorts by on a path: the least (ascending) or greatest (descending) of all the path reaches. A
 * missing field counts as null, an empty array as less than null (`undefined` here).
 */
export function sortKey(doc: Doc, path: string | readonly string[], direction: 1 | -1, collator?: Collator): Value {
  let best: Value;
  let any = false;
  offerKeys(doc, typeof path === "string" ? path.split(".") : path, 0, (value) => {
    if (!any || compareValues(value, best, collator) * direction < 0) best = value;
    any = true;
  });
  return best;
}

/** A sort whose keys are taken from documents once and compared as often as needed. */
export interface KeySort {
  keysOf: (doc: Doc) => Value[];
  compare: (a: readonly Value[], b: readonly Value[]) => number;
}

/** Compiles {path: 1, other: -1}. Throws MongoError for wrong directions and paths. */
export function compileKeySort(sort: Doc, collator?: Collator): KeySort {
  const parts = readSort(sort);
  return {
    keysOf: (doc) => parts.map((part) => sortKey(doc, part.parts, part.direction, collator)),
    compare(a, b) {
      for (let at = 0; at < parts.length; at += 1) {
        const order = compareValues(a[at], b[at], collator) * (parts[at] as SortPart).direction;
        if (order !== 0) return order;
      }
      return 0;
    },
  };
}

/**
 * A comparator of documents for {path: 1, other: -1}. The keys of a document are remembered as long as the document
 * lives, so that sorting n documents reads each only once. Throws MongoError for wrong directions and paths.
 */
export function compileSort(sort: Doc, collator?: Collator): DocComparator {
  const { keysOf, compare } = compileKeySort(sort, collator);
  const known = new WeakMap<Doc, Value[]>();
  const remembered = (doc: Doc): Value[] => {
    let keys = known.get(doc);
    if (!keys) {
      keys = keysOf(doc);
      known.set(doc, keys);
    }
    return keys;
  };
  return (a, b) => compare(remembered(a), remembered(b));
}
