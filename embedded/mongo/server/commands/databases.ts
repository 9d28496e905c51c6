/** Databases and collections: listing, making, dropping, renaming. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import { compileFilter } from "../../query/filter.js";
import type { CollectionOptions, CollationSpec, Doc } from "../../types.js";
import { checkUserWrite, makeCollection } from "../collections.js";
import type { CommandDefinition } from "../command.js";
import { collatorOf, notImplemented, readCursorOption } from "../context.js";
import { flag, subdocument } from "../fields.js";
import { collectionRow } from "../listing.js";
import type { Operation } from "../operation.js";
import { cursorReply } from "../raw.js";
import { checkCollectionName, isDatabaseName } from "../service.js";
import { ListSource } from "../sources.js";

function listDatabases(operation: Operation): Doc {
  const { body, service } = operation;
  const filter = subdocument(body.filter);
  const matcher = filter && compileFilter(filter, { now: new Date(operation.startedAt) });
  const nameOnly = flag(body.nameOnly);
  let total = 0;
  const databases: Doc[] = [];
  for (const { name, sizeOnDisk, empty } of service.engine.databases()) {
    const row: Doc = { name, sizeOnDisk: Long.fromNumber(sizeOnDisk), empty };
    if (matcher && !matcher.matches(row)) continue;
    total += sizeOnDisk;
    databases.push(nameOnly ? { name } : row);
  }
  if (nameOnly) return { databases };
  return {
    databases,
    totalSize: Long.fromNumber(total),
    totalSizeMb: Long.fromNumber(Math.floor(total / (1024 * 1024))),
  };
}

async function listCollections(operation: Operation): Promise<Buffer> {
  const { body, service, db } = operation;
  const filter = subdocument(body.filter);
  const matcher = filter && compileFilter(filter, { now: new Date(operation.startedAt) });
  let rows = service.engine.collections(db).map(collectionRow);
  if (matcher) rows = rows.filter((row) => matcher.matches(row));
  if (flag(body.nameOnly)) rows = rows.map(({ name, type }) => ({ name, type }));
  const namespace = `${db}.$cmd.listCollections`;
  const first = await service.cursors.first(new ListSource(rows), {
    operation,
    namespace,
    batchSize: readCursorOption(body.cursor, "listCollections") ?? Number.MAX_SAFE_INTEGER,
  });
  return cursorReply("firstBatch", first.documents, first.id, namespace);
}

const createFields = {
  capped: "safeBool",
  autoIndexId: "safeBool",
  idIndex: "object",
  size: "safeInt",
  max: "safeInt",
  storageEngine: "object",
  validator: "object",
  validationLevel: "string",
  validationAction: "string",
  indexOptionDefaults: "object",
  viewOn: "string",
  pipeline: "array",
  collation: "object",
  changeStreamPreAndPostImages: "object",
  timeseries: "object",
  clusteredIndex: "any",
  expireAfterSeconds: "any",
  encryptedFields: "object",
  recordIdsReplicated: "any",
  temp: "safeBool",
  flags: "safeInt",
} as const;

/** Options that change what a collection is; this store has plain collections only. */
const refusedOptions = [
  "capped",
  "validator",
  "viewOn",
  "pipeline",
  "timeseries",
  "clusteredIndex",
  "expireAfterSeconds",
  "encryptedFields",
  "changeStreamPreAndPostImages",
  "storageEngine",
] as const;

async function create(operation: Operation): Promise<Doc> {
  const { body, service, db, collection } = operation;
  checkUserWrite(db, collection);
  for (const option of refusedOptions) {
    const value = body[option];
    if (value === undefined || value === null || value === false) continue;
    if (option === "capped" && !flag(value)) continue;
    const empty = typeof value === "object" && Object.keys(value).length === 0;
    if (empty && (option === "validator" || option === "storageEngine")) continue;
    throw notImplemented(`create: the option '${option}'`);
  }
  if (!flag(body.capped) && (body.size !== undefined || body.max !== undefined)) {
    const name = body.size === undefined ? "max" : "size";
    throw new MongoError("InvalidOptions", `the '${name}' field requires the 'capped' field to be true`);
  }
  const options: CollectionOptions = {};
  const collator = collatorOf(subdocument(body.collation));
  if (collator) options.collation = collator.spec satisfies CollationSpec;
  await makeCollection(service.engine, db, collection, options);
  return {};
}

async function drop(operation: Operation): Promise<Doc> {
  const { service, db, collection } = operation;
  const there = service.engine.collection(db, collection);
  // MongoDB 7.0 answers the drop of a collection that is not there with success.
  if (!there) return {};
  const nIndexesWas = there.indexes().length;
  await service.engine.dropCollection(db, collection);
  await service.cursors.killWhere((cursor) => cursor.namespace === operation.namespace);
  return { nIndexesWas, ns: operation.namespace };
}

async function dropDatabase(operation: Operation): Promise<Doc> {
  const { service, db } = operation;
  const one = operation.body.dropDatabase;
  if (Number(one) !== 1) throw new MongoError(5255100, "Have to pass 1 as 'dropDatabase' parameter");
  if (service.engine.collections(db).length === 0) return {};
  await service.engine.dropDatabase(db);
  await service.cursors.killWhere((cursor) => cursor.namespace.startsWith(`${db}.`));
  return { dropped: db };
}

/** Cuts "db.collection" in two. */
function splitNamespace(namespace: string): { db: string; name: string } {
  const dot = namespace.indexOf(".");
  const db = dot < 0 ? namespace : namespace.slice(0, dot);
  const name = dot < 0 ? "" : namespace.slice(dot + 1);
  if (!isDatabaseName(db) || name === "") {
    throw new MongoError("InvalidNamespace", `Invalid namespace specified '${namespace}'`);
  }
  checkCollectionName(db, name);
  return { db, name };
}

async function renameCollection(operation: Operation): Promise<Doc> {
  const { body, service } = operation;
  const from = splitNamespace(body.renameCollection as string);
  const to = splitNamespace(body.to as string);
  checkUserWrite(from.db, from.name);
  checkUserWrite(to.db, to.name);
  if (from.db === to.db && from.name === to.name) {
    throw new MongoError("IllegalOperation", "Can't rename a collection to itself");
  }
  if (!service.engine.collection(from.db, from.name)) {
    throw new MongoError("NamespaceNotFound", `Source collection ${from.db}.${from.name} does not exist`);
  }
  const dropTarget = flag(body.dropTarget);
  if (!dropTarget && service.engine.collection(to.db, to.name)) {
    throw new MongoError("NamespaceExists", "target namespace exists");
  }
  await service.engine.renameCollection(from, to, dropTarget);
  const moved = new Set([`${from.db}.${from.name}`, `${to.db}.${to.name}`]);
  await service.cursors.killWhere((cursor) => moved.has(cursor.namespace));
  return {};
}

export const databaseCommands: readonly CommandDefinition[] = [
  {
    name: "listDatabases",
    fields: { filter: "object", nameOnly: "safeBool", authorizedDatabases: "safeBool" },
    target: "admin",
    apiV1: true,
    run: listDatabases,
  },
  {
    name: "listCollections",
    fields: { filter: "object", nameOnly: "safeBool", authorizedCollections: "safeBool", cursor: "object" },
    target: "database",
    apiV1: true,
    run: listCollections,
  },
  { name: "create", fields: createFields, target: "collection", apiV1: true, writeConcern: true, run: create },
  {
    name: "drop",
    fields: { collectionUUID: "uuid" },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: drop,
  },
  { name: "dropDatabase", fields: {}, target: "database", apiV1: true, writeConcern: true, run: dropDatabase },
  {
    name: "renameCollection",
    fields: { renameCollection: "string!", to: "string!", dropTarget: "safeBool", collectionUUID: "uuid" },
    target: "admin",
    writeConcern: true,
    run: renameCollection,
  },
];
