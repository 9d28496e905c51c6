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
  /** All keys give back the values they were made of. Never true again. */
  simple: boolean;
  /** The fields at the top of a document that its keys, or whether it has any, depend on. */
  fields: ReadonlySet<string>;
  collator: Collator | undefined;
  partial: Filter | undefined;
  /** What its entries take on disk. */
  bytes: number;
  ops: number;
  since: Date;
}

/** What an index has learned of the documents in it. */
export type Learned = Pick<StoredIndex, "arrays" | "cut" | "simple">;

const nothingLearned: Learned = { arrays: [], cut: false, simple: true };

export function storedIndex(id: number, spec: IndexSpec, learned = nothingLearned, bytes = 0): StoredIndex {
  const collator = spec.collation ? compileCollation({ ...spec.collation }) : undefined;
  const partial = spec.partialFilterExpression
    ? compileFilter(spec.partialFilterExpression, { collator, now: new Date() })
    : undefined;
  return {
    id,
    spec,
    ...learned,
    get multikey() {
      return this.arrays.length > 0;
    },
    fields: new Set([...Object.keys(spec.key).map(topOf), ...fieldsOf(spec.partialFilterExpression)]),
    collator,
    partial,
    bytes,
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
function changedFields(before: Doc, after: Doc): Set<string> {
  const changed = new Set<string>();
  for (const name of Object.keys(after)) if (!Object.is(before[name], after[name])) changed.add(name);
  for (const name of Object.keys(before)) if (!(name in after)) changed.add(name);
  return changed;
}

/** Whether a change of these fields can change what the index holds. */
function concerns(index: StoredIndex, changed: ReadonlySet<string>): boolean {
  for (const name of index.fields) if (changed.has(name)) return true;
  return false;
}

/** Notes what a document's keys tell of the index as a whole; true when that is new. */
export function learn(index: StoredIndex, { arrays, cut, simple }: Extracted): boolean {
  const fresh = arrays.length === 0 ? arrays : arrays.filter((path) => !index.arrays.includes(path));
  if (fresh.length === 0 && (!cut || index.cut) && (simple || !index.simple)) return false;
  index.arrays = [...index.arrays, ...fresh];
  index.cut ||= cut;
  index.simple &&= simple;
  return true;
}

/** What a document has in an index; no keys when the index leaves it out. */
export function keysOf(index: StoredIndex, doc: Doc): Extracted {
  if (index.partial && !index.partial.matches(doc)) return noKeys;
  return extractKeys(doc, index.spec, index.collator);
}

export function duplicateKey(namespace: string, index: StoredIndex, shown: Doc): MongoError {
  const text = Object.entries(shown)
    .map(([path, value]) => `${path}: ${describe(value)}`)
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

/** What a change of a document changes in one index. */
export interface IndexChange {
  index: StoredIndex;
  /** The new document's, with only those keys that the old one did not have. */
  extracted: Extracted;
  removed: Buffer[];
}

/** What a change of a document changes in the indexes. */
export function indexChanges(indexes: readonly StoredIndex[], before: Doc, after: Doc): IndexChange[] {
  const changed = changedFields(before, after);
  const has = (list: readonly Buffer[], key: Buffer) => list.some((one) => one.equals(key));
  return indexes
    .filter((index) => concerns(index, changed))
    .map((index) => {
      const old = keysOf(index, before).keys;
      const extracted = keysOf(index, after);
      const added = extracted.keys.filter((key) => !has(old, key));
      const removed = old.filter((key) => !has(extracted.keys, key));
      return { index, extracted: { ...extracted, keys: added }, removed };
    });
}
