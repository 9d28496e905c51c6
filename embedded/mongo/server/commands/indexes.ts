/** Indexes: making, listing, dropping and changing them. */
import { randomUUID } from "node:crypto";
import { Long, UUID } from "bson";
import { during, MongoError } from "../../errors.js";
import type { Collection, Doc, IndexSpec, Value } from "../../types.js";
import { isNumber, typeAlias } from "../../values/compare.js";
import { checkUserWrite, collectionFor, existingCollection } from "../collections.js";
import type { CommandDefinition } from "../command.js";
import { notImplemented, readCursorOption } from "../context.js";
import { documents, fieldChecker, flag, subdocument, toNumber } from "../fields.js";
import { readIndexSpec } from "../indexSpec.js";
import { indexRow } from "../listing.js";
import type { Operation } from "../operation.js";
import { cursorReply } from "../raw.js";
import { ListSource } from "../sources.js";

async function createIndexes(operation: Operation): Promise<Doc> {
  const { body, service, db } = operation;
  checkUserWrite(db, operation.collection);
  if (body.commitQuorum !== undefined && body.commitQuorum !== null) {
    throw new MongoError("BadValue", "Standalones can't specify commitQuorum");
  }
  const specs = documents(body.indexes, "createIndexes.indexes");
  if (specs.length === 0) throw new MongoError("BadValue", "Must specify at least one index to create");
  const there = service.engine.collection(db, operation.collection);
  const ignoreUnknown = flag(body.ignoreUnknownIndexOptions);
  const indexes = specs.map((spec) => readIndexSpec(spec, there, ignoreUnknown));
  const collection = await collectionFor(operation);
  const { before, after } = await built(collection, indexes);
  const counts: Doc = { numIndexesBefore: before, numIndexesAfter: after };
  if (before === after) return { ...counts, note: "all indexes already exist" };
  return { ...counts, createdCollectionAutomatically: !there };
}

/** A build that meets a duplicate says which build it was. */
async function built(
  collection: Collection,
  indexes: readonly IndexSpec[],
): Promise<{ before: number; after: number }> {
  try {
    return await collection.createIndexes(indexes);
  } catch (error) {
    if (!(error instanceof MongoError) || error.codeName !== "DuplicateKey") throw error;
    const uuid = new UUID(Buffer.from(collection.uuid)).toString();
    throw during(
      `Index build failed: ${randomUUID()}: Collection ${collection.db}.${collection.name} ( ${uuid} )`,
      error,
    );
  }
}

async function listIndexes(operation: Operation): Promise<Buffer> {
  const { body, service, namespace } = operation;
  const rows = existingCollection(operation).indexes().map(indexRow);
  const first = await service.cursors.first(new ListSource(rows), {
    operation,
    namespace,
    batchSize: readCursorOption(body.cursor, "listIndexes") ?? Number.MAX_SAFE_INTEGER,
  });
  return cursorReply("firstBatch", first.documents, first.id, namespace);
}

/** True when an index has exactly this key pattern, in this order. */
function sameKey(index: IndexSpec, key: Doc): boolean {
  const wanted = Object.entries(key);
  const has = Object.entries(index.key);
  return (
    wanted.length === has.length &&
    wanted.every(
      ([path, value], i) => has[i]![0] === path && isNumber(value) && has[i]![1] === Math.sign(toNumber(value)),
    )
  );
}

function show(key: Doc): string {
  const parts = Object.entries(key).map(
    ([path, value]) => `${path}: ${isNumber(value) ? toNumber(value) : String(value)}`,
  );
  return `{ ${parts.join(", ")} }`;
}

/** The names of the indexes to drop. */
function pickIndexes(collection: Collection, picked: Value): string[] {
  const indexes = collection.indexes();
  if (typeof picked === "string" || Array.isArray(picked)) {
    const names = Array.isArray(picked) ? (picked as Value[]) : [picked];
    for (const name of names) {
      if (typeof name !== "string") {
        throw new MongoError("TypeMismatch", "dropIndexes: index names must be strings");
      }
      if (name === "_id_") throw new MongoError("InvalidOptions", "cannot drop _id index");
      if (!indexes.some((index) => index.name === name)) {
        throw new MongoError("IndexNotFound", `index not found with name [${name}]`);
      }
    }
    return names as string[];
  }
  const key = picked as Doc;
  const matching = indexes.filter((index) => sameKey(index, key));
  if (matching.length > 1) {
    throw new MongoError(
      "AmbiguousIndexKeyPattern",
      `${matching.length} indexes found for key: ${show(key)}, identify by name instead.`,
    );
  }
  const [index] = matching;
  if (!index) throw new MongoError("IndexNotFound", `can't find index with key: ${show(key)}`);
  if (index.name === "_id_") throw new MongoError("InvalidOptions", "cannot drop _id index");
  return [index.name];
}

async function dropIndexes(operation: Operation): Promise<Doc> {
  const { service, db, body, namespace } = operation;
  const collection = service.engine.collection(db, operation.collection);
  if (!collection) throw new MongoError("NamespaceNotFound", `ns not found ${namespace}`);
  const type = typeAlias(body.index);
  if (!["string", "array", "object"].includes(type)) {
    throw new MongoError(
      "TypeMismatch",
      `BSON field 'dropIndexes.index' is the wrong type '${type}', expected types '[string, array, object]'`,
    );
  }
  const nIndexesWas = collection.indexes().length;
  if (body.index === "*") {
    await collection.dropIndexes("*");
    return { nIndexesWas, msg: "non-_id indexes dropped for collection" };
  }
  await collection.dropIndexes(pickIndexes(collection, body.index));
  return { nIndexesWas };
}

const indexChange = fieldChecker({
  name: "string",
  keyPattern: "object",
  expireAfterSeconds: "safeInt",
  hidden: "safeBool",
  unique: "safeBool",
  prepareUnique: "safeBool",
  forceNonUnique: "safeBool",
});

async function changeIndex(collection: Collection, change: Doc): Promise<Doc> {
  indexChange.check(change, "collMod.index");
  for (const option of ["unique", "prepareUnique", "forceNonUnique"]) {
    if (change[option] !== undefined) throw notImplemented(`collMod: index option '${option}'`);
  }
  const { name, keyPattern } = change as { name?: string; keyPattern?: Doc };
  if ((name === undefined) === (keyPattern === undefined)) {
    throw new MongoError(
      "InvalidOptions",
      name === undefined
        ? "must specify either index name or key pattern"
        : "Cannot specify both key pattern and name.",
    );
  }
  if (change.expireAfterSeconds === undefined && change.hidden === undefined) {
    throw new MongoError("InvalidOptions", "no expireAfterSeconds, hidden, unique, or prepareUnique field");
  }
  const matching = collection
    .indexes()
    .filter((index) => (keyPattern ? sameKey(index, keyPattern) : index.name === name));
  const [index] = matching;
  if (!index) {
    const what = keyPattern ? show(keyPattern) : name!;
    throw new MongoError("IndexNotFound", `cannot find index ${what} for ns ${collection.db}.${collection.name}`);
  }
  const wanted: { expireAfterSeconds?: number; hidden?: boolean } = {};
  if (change.expireAfterSeconds !== undefined) {
    const seconds = Math.trunc(toNumber(change.expireAfterSeconds));
    if (seconds < 0 || seconds > 0x7fffffff) {
      throw new MongoError(
        "InvalidOptions",
        "TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different value",
      );
    }
    if (Object.keys(index.key).length > 1 || "_id" in index.key) {
      throw new MongoError(
        "InvalidOptions",
        "TTL indexes are single-field indexes, compound indexes do not support TTL",
      );
    }
    wanted.expireAfterSeconds = seconds;
  }
  if (change.hidden !== undefined) {
    if (index.name === "_id_") throw new MongoError("BadValue", "can't hide _id index");
    wanted.hidden = flag(change.hidden);
  }
  const { before, after } = await collection.modifyIndex(index.name, wanted);
  const reply: Doc = {};
  if (wanted.expireAfterSeconds !== undefined && before.expireAfterSeconds !== after.expireAfterSeconds) {
    if (before.expireAfterSeconds !== undefined)
      reply.expireAfterSeconds_old = Long.fromNumber(before.expireAfterSeconds);
    reply.expireAfterSeconds_new = Long.fromNumber(after.expireAfterSeconds!);
  }
  if (wanted.hidden !== undefined && Boolean(before.hidden) !== Boolean(after.hidden)) {
    reply.hidden_old = Boolean(before.hidden);
    reply.hidden_new = Boolean(after.hidden);
  }
  return reply;
}

async function collMod(operation: Operation): Promise<Doc> {
  const { body } = operation;
  const collection = existingCollection(operation);
  for (const option of ["validator", "viewOn", "pipeline", "timeseries", "cappedSize", "cappedMax"]) {
    const value = body[option];
    const empty = typeAlias(value) === "object" && Object.keys(value as Doc).length === 0;
    if (value !== undefined && value !== null && !empty) throw notImplemented(`collMod: the option '${option}'`);
  }
  if (body.expireAfterSeconds !== undefined) {
    throw new MongoError("InvalidOptions", "'expireAfterSeconds' is only supported on a clustered collection");
  }
  const change = subdocument(body.index);
  return change ? changeIndex(collection, change) : {};
}

export const indexCommands: readonly CommandDefinition[] = [
  {
    name: "createIndexes",
    fields: { indexes: "array!", ignoreUnknownIndexOptions: "safeBool", commitQuorum: "any" },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: createIndexes,
  },
  { name: "listIndexes", fields: { cursor: "object" }, target: "collection", apiV1: true, run: listIndexes },
  {
    name: "dropIndexes",
    aliases: ["deleteIndexes"],
    fields: { index: "any!" },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: dropIndexes,
  },
  {
    name: "collMod",
    fields: {
      index: "object",
      validator: "object",
      validationLevel: "string",
      validationAction: "string",
      viewOn: "string",
      pipeline: "array",
      expireAfterSeconds: "any",
      timeseries: "object",
      changeStreamPreAndPostImages: "object",
      cappedSize: "safeInt",
      cappedMax: "safeInt",
      recordPreImages: "bool",
    },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: collMod,
  },
];
