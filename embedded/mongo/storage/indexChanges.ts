/** Creating, dropping and changing indexes. All of it runs inside a write transaction. */
import { MongoError } from "../errors.js";
import { decodeDocument } from "../values/codec.js";
import type { IndexSpec } from "../types.js";
import type { CollectionState, Home } from "./collection.js";
import { checkUnique, keysOf, learn, type StoredIndex, storedIndex } from "./indexTable.js";

/** Records read at once while building. */
const piece = 1_000;

const shape = ({ key, unique, sparse, partialFilterExpression, collation }: IndexSpec) =>
  JSON.stringify([key, unique ?? false, sparse ?? false, partialFilterExpression ?? null, collation ?? null]);
const signature = ({ key, partialFilterExpression, collation }: IndexSpec) =>
  JSON.stringify([key, partialFilterExpression ?? null, collation ?? null]);

/** True when an identical index is there. Throws 85 or 86 when it stands in the way of another. */
function present(indexes: readonly StoredIndex[], wanted: IndexSpec): boolean {
  const named = indexes.find(({ spec }) => spec.name === wanted.name);
  if (named) {
    if (shape(named.spec) !== shape(wanted)) {
      throw new MongoError(
        "IndexKeySpecsConflict",
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${JSON.stringify(wanted)}, existing index: ${JSON.stringify(named.spec)}`,
      );
    }
    if (named.spec.expireAfterSeconds !== wanted.expireAfterSeconds) {
      throw new MongoError(
        "IndexOptionsConflict",
        `An equivalent index already exists with the same name but different options. Requested index: ${JSON.stringify(wanted)}, existing index: ${JSON.stringify(named.spec)}`,
      );
    }
    return true;
  }
  const same = indexes.find(({ spec }) => signature(spec) === signature(wanted));
  if (!same) return false;
  if (same.spec.name === "_id_") return true;
  throw new MongoError("IndexOptionsConflict", `Index already exists with a different name: ${same.spec.name}`);
}

/** Builds all missing indexes, or none: duplicates are found before the catalog knows of them. */
export function addIndexes(state: CollectionState, home: Home, namespace: string, specs: readonly IndexSpec[]): void {
  const fresh: StoredIndex[] = [];
  for (const spec of specs) {
    if (!present([...state.indexes, ...fresh], spec)) fresh.push(storedIndex(home.newId(), spec));
  }
  try {
    for (const index of fresh) build(state, home, namespace, index);
  } catch (error) {
    for (const { id } of fresh) home.purgeLater("entries", id);
    throw error;
  }
  if (fresh.length === 0) return;
  state.indexes = [...state.indexes, ...fresh];
  home.saveCatalog(state);
}

function build(state: CollectionState, home: Home, namespace: string, index: StoredIndex): void {
  let from: number | undefined;
  for (;;) {
    const rows = home.disk.records(state.id, from, false, piece);
    for (const { rid, bytes } of rows) {
      const extracted = keysOf(index, decodeDocument(bytes));
      checkUnique(home.disk, namespace, index, extracted, rid);
      learn(index, extracted);
      for (const key of extracted.keys) home.disk.putEntry(index, key, rid);
    }
    if (rows.length < piece) return;
    from = rows.at(-1)!.rid;
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
