/** How collections and indexes look in listCollections and listIndexes. */
import { Binary } from "bson";
import type { CollationSpec, Collection, Doc, IndexSpec } from "../types.js";

/** One row of listCollections. */
export function collectionRow(collection: Collection): Doc {
  const { collation } = collection.options;
  return {
    name: collection.name,
    type: "collection",
    options: collation ? { collation: shownCollation(collation) } : {},
    info: { readOnly: false, uuid: new Binary(collection.uuid, Binary.SUBTYPE_UUID) },
    idIndex: indexRow(
      collection.indexes().find((index) => index.name === "_id_") ?? { v: 2, key: { _id: 1 }, name: "_id_" },
    ),
  };
}

/** One row of listIndexes: `v`, `key`, `name`, then the options that are set. */
export function indexRow(index: IndexSpec): Doc {
  const { v, key, name, ...options } = index;
  const row: Doc = { v, key: { ...key }, name };
  // That ids are unique goes without saying.
  if (name === "_id_") delete options.unique;
  for (const [option, value] of Object.entries(options)) if (value !== undefined) row[option] = value;
  if (index.collation) row.collation = shownCollation(index.collation);
  return row;
}

/** MongoDB shows the version of the ICU data that it sorts by; this is what all its 7.0 builds say. */
function shownCollation(spec: CollationSpec): Doc {
  return { ...spec, version: "57.1" };
}
