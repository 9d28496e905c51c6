/** Which keys a document has in an index. */
import { MongoError } from "../errors.js";
import { fieldOf, isArrayIndex } from "../query/path.js";
import { isDoc } from "../values/compare.js";
import type { Collator, Doc, IndexSpec, Value } from "../types.js";
import { isSimple } from "./cover.js";
import { emptyArray, encodeValue, isCut, storedForm } from "./keys.js";

/** A value that a path reaches, and the element it took of each array on the way, by the place of the array. */
interface Reached {
  value: Value;
  taken: ReadonlyMap<string, number>;
}

const nothingTaken: ReadonlyMap<string, number> = new Map();

function collect(
  value: Value,
  parts: readonly string[],
  at: number,
  place: string,
  taken: ReadonlyMap<string, number>,
  into: Reached[],
): void {
  const take = (element: number) => new Map(taken).set(place, element);
  if (at === parts.length) {
    if (!Array.isArray(value)) into.push({ value, taken });
    else if (value.length === 0) into.push({ value: emptyArray, taken: take(-1) });
    else (value as Value[]).forEach((element, index) => into.push({ value: element, taken: take(index) }));
    return;
  }
  const part = parts[at]!;
  if (isDoc(value)) {
    collect(fieldOf(value, part), parts, at + 1, `${place}.${part}`, taken, into);
    return;
  }
  if (!Array.isArray(value)) {
    into.push({ value: undefined, taken });
    return;
  }
  if (isArrayIndex(part) && Number(part) < value.length) {
    const element = Number(part);
    collect(value[element], parts, at + 1, `${place}.${part}`, take(element), into);
    return;
  }
  if (value.length === 0) into.push({ value: undefined, taken: take(-1) });
  (value as Value[]).forEach((element, index) => {
    if (isDoc(element)) collect(element, parts, at, `${place}.${index}`, take(index), into);
    else into.push({ value: undefined, taken: take(index) });
  });
}

/** One row per key: arrays that several paths share are walked together, as MongoDB does. */
function joined(fields: Fields, doc: Doc): { rows: Value[][]; arrays: string[] } {
  let rows: { values: Value[]; taken: ReadonlyMap<string, number> }[] = [{ values: [], taken: nothingTaken }];
  const arrays: string[] = [];
  for (const [path] of fields) {
    const reached: Reached[] = [];
    collect(doc, path.split("."), 0, "", nothingTaken, reached);
    const next: typeof rows = [];
    for (const row of rows) {
      for (const { value, taken } of reached) {
        const values = [...row.values, value];
        if (taken.size === 0 || row.taken.size === 0) {
          next.push({ values, taken: taken.size === 0 ? row.taken : taken });
          continue;
        }
        const shared = [...taken].filter(([place]) => row.taken.has(place));
        if (shared.some(([place, element]) => row.taken.get(place) !== element)) continue;
        if (taken.size > shared.length && row.taken.size > shared.length) {
          const [a, b] = [path, arrays.at(-1)!].map((one) => one.split(".").at(-1)!);
          throw new MongoError("CannotIndexParallelArrays", `cannot index parallel arrays [${a!}] [${b!}]`);
        }
        next.push({ values, taken: new Map([...row.taken, ...taken]) });
      }
    }
    if (reached.some(({ taken }) => taken.size > 0)) arrays.push(path);
    rows = next;
  }
  return { rows: rows.map(({ values }) => values), arrays };
}

export interface Extracted {
  keys: Buffer[];
  /** The paths of the index that went through an array. */
  arrays: readonly string[];
  /** Some key was too long to be stored whole. */
  cut: boolean;
  /** The keys give the values back exactly. */
  simple: boolean;
  /** The values behind one of the keys, for a duplicate key error. */
  shown: (key: Buffer) => Doc;
}

const noArrays: readonly string[] = [];
export const noKeys: Extracted = { keys: [], arrays: noArrays, cut: false, simple: true, shown: () => ({}) };

type Fields = readonly (readonly [string, 1 | -1])[];

/** The stored keys of a document, each once; none when a sparse index leaves it out. */
export function extractKeys(doc: Doc, spec: IndexSpec, collator: Collator | undefined): Extracted {
  const fields = Object.entries(spec.key);
  const plain = fields.every(([path]) => isPlain(doc, path));
  return plain ? plainKey(doc, spec, fields, collator) : allKeys(doc, spec, fields, collator);
}

/** A field at the top of the document, and no array. */
function isPlain(doc: Doc, path: string): boolean {
  return !path.includes(".") && !Array.isArray(fieldOf(doc, path));
}

/** The one key of a document whose indexed fields all stand at the top. */
function plainKey(doc: Doc, spec: IndexSpec, fields: Fields, collator: Collator | undefined): Extracted {
  const values = fields.map(([path]) => fieldOf(doc, path));
  if (spec.sparse && values.every((value) => value === undefined)) return noKeys;
  const pieces = values.map((value, index) => encodeValue(value, fields[index]![1], collator));
  const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  const shown = () => Object.fromEntries(fields.map(([path], index) => [path, values[index] ?? null]));
  return { keys: [storedForm(whole)], arrays: noArrays, cut: isCut(whole), simple: values.every(isSimple), shown };
}

function allKeys(doc: Doc, spec: IndexSpec, fields: Fields, collator: Collator | undefined): Extracted {
  const { rows, arrays } = joined(fields, doc);
  if (spec.sparse && rows.every((row) => row.every((value) => value === undefined))) return noKeys;
  const distinct = new Map<string, { key: Buffer; row: Value[] }>();
  let cut = false;
  for (const row of rows) {
    const whole = Buffer.concat(row.map((value, index) => encodeValue(value, fields[index]![1], collator)));
    cut ||= isCut(whole);
    const key = storedForm(whole);
    distinct.set(key.toString("latin1"), { key, row });
  }
  const shown = (key: Buffer): Doc => {
    const row = distinct.get(key.toString("latin1"))?.row ?? [];
    return Object.fromEntries(
      fields.map(([path], index) => [path, row[index] === emptyArray ? undefined : (row[index] ?? null)]),
    );
  };
  const simple = rows.every((row) => row.every(isSimple));
  return { keys: [...distinct.values()].map(({ key }) => key), arrays, cut, simple, shown };
}
