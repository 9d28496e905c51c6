/** Creating, dropping and changing indexes. */
import { MongoError } from "../errors.js";
import { decodeDocument } from "../values/codec.js";
import { describe } from "../values/describe.js";
import type { Doc, IndexSpec } from "../types.js";
import type { CollectionState, Home } from "./collection.js";
import { unfinished } from "./disk.js";
import { checkUnique, keysOf, learn, type StoredIndex, storedIndex } from "./indexTable.js";

/** Records read at once while building. */
const piece = 256;
/** Building goes on for this long before other writers get their turn. */
const stepMs = 8;

/** What tells indexes apart besides their names. */
const signature = ({ key, unique, sparse, partialFilterExpression, collation }: IndexSpec) =>
  JSON.stringify([key, unique ?? false, sparse ?? false, partialFilterExpression ?? null, collation ?? null]);
const expiry = ({ expireAfterSeconds }: IndexSpec) => expireAfterSeconds;

const both = (wanted: IndexSpec, there: IndexSpec) =>
  `Requested index: ${describe(wanted)}, existing index: ${describe(there)}`;

/** True when an identical index is there. Throws 85 or 86 when it stands in the way of another. */
function present(known: readonly IndexSpec[], wanted: IndexSpec): boolean {
  // Always there.
  if (wanted.name === "_id_") return true;
  const named = known.find(({ name }) => name === wanted.name);
  if (named) {
    if (signature(named) !== signature(wanted)) {
      throw new MongoError(
        "IndexKeySpecsConflict",
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${both(wanted, named)}`,
      );
    }
    if (expiry(named) !== expiry(wanted)) {
      throw new MongoError(
        "IndexOptionsConflict",
        `An equivalent index already exists with the same name but different options. ${both(wanted, named)}`,
      );
    }
    return true;
  }
  const same = known.find((spec) => signature(spec) === signature(wanted));
  if (!same) return false;
  throw new MongoError(
    "IndexOptionsConflict",
    expiry(same) === expiry(wanted)
      ? `Index already exists with a different name: ${same.name}`
      : `An equivalent index already exists with a different name and options. ${both(wanted, same)}`,
  );
}

/** Those of the requested indexes that are not there yet. Throws 85 or 86 when one stands in the way. */
export function missingIndexes(indexes: readonly StoredIndex[], specs: readonly IndexSpec[]): IndexSpec[] {
  const missing: IndexSpec[] = [];
  for (const spec of specs) {
    const known = [...indexes.map((index) => index.spec), ...missing];
    if (!present(known, spec)) missing.push(spec);
  }
  return missing;
}

/**
 * Builds all of them or none, while the caller keeps other writes to the collection away. A process that dies meanwhile
 * leaves entries that the next start forgets.
 */
export async function buildIndexes(state: CollectionState, home: Home, specs: readonly IndexSpec[]): Promise<void> {
  const { disk } = home;
  const fresh = await disk.write(() => {
    const indexes = specs.map((spec) => storedIndex(home.newId(), spec));
    for (const { id } of indexes) home.reserve("entries", id);
    return indexes;
  });
  const build = new IndexBuild(state, home, fresh);
  try {
    await disk.write(() => build.step());
    // Only now can readers see what the index holds.
    state.indexes = [...state.indexes, ...fresh];
  } catch (error) {
    await disk.write(() => {
      for (const { id } of fresh) home.purgeLater("entries", id);
    });
    throw error;
  } finally {
    state.fresh = [];
  }
}

/** Fills new indexes from the documents that are there, a step at a time. */
class IndexBuild {
  private from: number | undefined;

  constructor(
    private readonly state: CollectionState,
    private readonly home: Home,
    private readonly fresh: readonly StoredIndex[],
  ) {}

  /** Inside a transaction. Throws 11000 at the first duplicate. */
  step(): typeof unfinished | undefined {
    const { state, home } = this;
    const until = performance.now() + stepMs;
    do {
      if (state.dropped) throw new MongoError("NamespaceNotFound", "the collection was dropped meanwhile");
      const rows = home.disk.records(state.id, this.from, false, piece);
      for (const { rid, bytes } of rows) this.add(rid, decodeDocument(bytes));
      if (rows.length < piece) {
        this.finish();
        return undefined;
      }
      this.from = rows.at(-1)!.rid;
    } while (performance.now() <= until);
    return unfinished;
  }

  private add(rid: number, doc: Doc): void {
    const { state, home } = this;
    for (const index of this.fresh) {
      const extracted = keysOf(index, doc);
      checkUnique(home.disk, `${state.db}.${state.name}`, index, extracted, rid);
      learn(index, extracted);
      for (const key of extracted.keys) home.disk.putEntry(index, key, rid);
    }
  }

  private finish(): void {
    this.state.fresh = this.fresh;
    for (const { id } of this.fresh) this.home.keep("entries", id);
    this.home.saveCatalog(this.state);
    this.home.touched(this.state);
  }
}

/** The indexes that names mean; "*" means all but `_id_`. */
export function pickDropped(indexes: readonly StoredIndex[], names: readonly string[] | "*"): StoredIndex[] {
  if (names === "*") return indexes.filter(({ spec }) => spec.name !== "_id_");
  return names.map((name) => {
    const found = indexes.find(({ spec }) => spec.name === name);
    if (!found) throw new MongoError("IndexNotFound", `index not found with name [${name}]`);
    if (name === "_id_") throw new MongoError("InvalidOptions", "cannot drop _id index");
    return found;
  });
}

export function changedIndex(spec: IndexSpec, change: { expireAfterSeconds?: number; hidden?: boolean }): IndexSpec {
  const { hidden: _hidden, ...rest } = spec;
  const hidden = change.hidden ?? spec.hidden;
  return {
    ...rest,
    ...(change.expireAfterSeconds === undefined ? {} : { expireAfterSeconds: change.expireAfterSeconds }),
    ...(hidden ? { hidden } : {}),
  };
}
