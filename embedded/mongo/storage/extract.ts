/** Which keys a document has in an index. */
import { MongoError } from "../errors.js";
import { fieldOf, isArrayIndex } from "../query/path.js";
import { isDoc } from "../values/compare.js";
import type { Collator, Doc, IndexSpec, Value } from "../types.js";
import { emptyArray, encodeValue, storedForm } from "./keys.js";

interface Reached {
  values: Value[];
  /** The path passed through or ended in an array. */
  array: boolean;
}

function collect(value: Value, parts: readonly string[], at: number, into: Reached): void {
  if (at === parts.length) {
    if (!Array.isArray(value)) into.values.push(value);
    else {
      into.array = true;
      if (value.length === 0) into.values.push(emptyArray);
      else into.values.push(...(value as Value[]));
    }
    return;
  }
  const part = parts[at]!;
  if (isDoc(value)) {
    collect(fieldOf(value, part), parts, at + 1, into);
    return;
  }
  if (!Array.isArray(value)) {
    into.values.push(undefined);
    return;
  }
  into.array = true;
  if (isArrayIndex(part) && Number(part) < value.length) {
    collect(value[Number(part)], parts, at + 1, into);
    return;
  }
  if (value.length === 0) into.values.push(undefined);
  for (const element of value) {
    if (isDoc(element)) collect(element, parts, at, into);
    else into.values.push(undefined);
  }
}

export interface Extracted {
  keys: Buffer[];
  /** Some path went through an array. */
  multikey: boolean;
  /** The first key's values, for a duplicate key error. */
  shown: Doc;
}

/** The stored keys of a document, each once; none when a sparse index leaves it out. */
export function extractKeys(doc: Doc, spec: IndexSpec, collator: Collator | undefined): Extracted {
  const fields = Object.entries(spec.key);
  const reached = fields.map(([path]) => {
    const one: Reached = { values: [], array: false };
    collect(doc, path.split("."), 0, one);
    return one;
  });
  const arrays = reached.flatMap((one, index) => (one.array ? [fields[index]![0]] : []));
  // Arrays below the same field are walked together by MongoDB; two different ones would multiply.
  if (arrays.length > 1 && new Set(arrays.map((path) => path.split(".")[0])).size > 1) {
    const [a, b] = arrays;
    throw new MongoError(171, `cannot index parallel arrays [${b!.split(".").at(-1)!}] [${a!.split(".").at(-1)!}]`);
  }
  if (spec.sparse && reached.every((one) => one.values.every((value) => value === undefined))) {
    return { keys: [], multikey: false, shown: {} };
  }
  let combined: Value[][] = [[]];
  for (const { values } of reached) combined = combined.flatMap((row) => values.map((value) => [...row, value]));
  const distinct = new Map<string, Buffer>();
  for (const row of combined) {
    const key = storedForm(Buffer.concat(row.map((value, index) => encodeValue(value, fields[index]![1], collator))));
    distinct.set(key.toString("latin1"), key);
  }
  const first = combined[0]!;
  return {
    keys: [...distinct.values()],
    multikey: arrays.length > 0,
    shown: Object.fromEntries(
      fields.map(([path], index) => [path, first[index] === emptyArray ? undefined : (first[index] ?? null)]),
    ),
  };
}
