/** The indexes of one collection and the entries that documents have in them. */
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import { describe } from "../values/describe.js";
import type { Collator, Doc, Filter, IndexSpec } from "../types.js";
import type { Disk } from "./disk.js";
import { extractKeys, type Extracted, noKeys } from "./extract.js";

export interface StoredIndex {
  id: number;
  spec: IndexSpec;
  /** Paths that went through an array in some document. None is ever taken away again. */
  arrays: readonly string[];
  /** `arrays` is not empty: a document may have several keys. */
  readonly multikey: boolean;
  /** Some key was too long to be stored whole, so the order of keys is not quite that of values. Never false again. */
  cut: boolean;
  /** The fields at the top of a document that its keys, or whether it has any, depend on. */
  fields: ReadonlySet<string>;
  collator: Collator | undefined;
  partial: Filter | undefined;
  ops: number;
  since: Date;
}

export function storedIndex(id: number, spec: IndexSpec, arrays: readonly string[] = [], cut = false): StoredIndex {
  const collator = spec.collation ? compileCollation({ ...spec.collation }) : undefined;
  const partial = spec.partialFilterExpression
    ? compileFilter(spec.partialFilterExpression, { collator, now: new Date() })
    : undefined;
  return {
    id,
    spec,
    arrays,
    get multikey() {
      return this.arrays.length > 0;
    },
    cut,
    fields: new Set([...Object.keys(spec.key).map(topOf), ...fieldsOf(spec.partialFilterExpression)]),
    collator,
    partial,
    ops: 0,
    since: new Date(),
  };
}

const topOf = (path: string) => path.split(".", 1)[0]!;

/** The fields at the top of a document that a filter asks for. */
function fieldsOf(filter: unknown): string[] {
  if (Array.isArray(filter)) return filter.flatMap(fieldsOf);
  if (typeof filter !== "object" || filter === null) return [];
  return Object.entries(filter).flatMap(([name, value]) => (name.startsWith("$") ? fieldsOf(value) : [topOf(name)]));
}

/** The fields at the top that are not the very same in both documents: an update keeps what it does not touch. */
export function changedFields(before: Doc, after: Doc): Set<string> {
  const changed = new Set<string>();
  for (const name of Object.keys(after)) if (!Object.is(before[name], after[name])) changed.add(name);
  for (const name of Object.keys(before)) if (!(name in after)) changed.add(name);
  return changed;
}

/** Whether a change of these fields can change what the index holds. */
export function concerns(index: StoredIndex, changed: ReadonlySet<string>): boolean {
  for (const name of index.fields) if (changed.has(name)) return true;
  return false;
}

/** Notes what a document's keys tell of the index as a whole; true when that is new. */
export function learn(index: StoredIndex, { arrays, cut }: Extracted): boolean {
  if (arrays.length === 0 && !cut) return false;
  const fresh = arrays.filter((path) => !index.arrays.includes(path));
  if (fresh.length === 0 && (!cut || index.cut)) return false;
  index.arrays = [...index.arrays, ...fresh];
  index.cut ||= cut;
  return true;
}

/** What a document has in an index; no keys when the index leaves it out. */
export function keysOf(index: StoredIndex, doc: Doc): Extracted {
  if (index.partial && !index.partial.matches(doc)) return noKeys;
  return extractKeys(doc, index.spec, index.collator);
}

export function duplicateKey(namespace: string, index: StoredIndex, shown: Doc): MongoError {
  const text = Object.entries(shown)
    .map(([path, value]) => `${path}: ${describe(value ?? null)}`)
    .join(", ");
  return new MongoError(
    "DuplicateKey",
    `E11000 duplicate key error collection: ${namespace} index: ${index.spec.name} dup key: { ${text} }`,
    { keyPattern: index.spec.key, keyValue: shown },
  );
}

/** Throws 11000 when another record holds one of these keys of a unique index. */
export function checkUnique(
  disk: Disk,
  namespace: string,
  index: StoredIndex,
  extracted: Extracted,
  rid: number,
): void {
  if (!index.spec.unique) return;
  for (const key of extracted.keys) {
    const holder = disk.holder(index, key);
    if (holder !== undefined && holder !== rid) throw duplicateKey(namespace, index, extracted.shown(key));
  }
}
