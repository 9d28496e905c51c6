/** Finding and making collections for commands. */
import { MongoError } from "../errors.js";
import type { Collection, CollectionOptions, Engine } from "../types.js";
import type { Operation } from "./operation.js";

/** The collection of a command, made when it is not there yet, as writes do. */
export async function collectionFor(operation: Operation): Promise<Collection> {
  const { engine } = operation.service;
  const there = engine.collection(operation.db, operation.collection);
  return there ?? makeCollection(engine, operation.db, operation.collection, {});
}

/** Makes a collection. As in MongoDB, names of databases may not differ in case only (13297). */
export async function makeCollection(
  engine: Engine,
  db: string,
  name: string,
  options: CollectionOptions,
): Promise<Collection> {
  const lower = db.toLowerCase();
  const other = engine.databases().find((known) => known.name !== db && known.name.toLowerCase() === lower);
  if (other) {
    throw new MongoError(
      "DatabaseDifferCase",
      `db already exists with different case already have: [${other.name}] trying to create [${db}]`,
    );
  }
  return engine.createCollection(db, name, options);
}

/** The collection of a command, or NamespaceNotFound (26). */
export function existingCollection(
  operation: Operation,
  missing = `ns does not exist: ${operation.namespace}`,
): Collection {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  if (!collection) throw new MongoError("NamespaceNotFound", missing);
  return collection;
}

/** Refuses writes to namespaces that belong to the server. */
export function checkUserWrite(db: string, name: string): void {
  if (name.includes("$")) throw new MongoError("InvalidNamespace", `Invalid collection name: ${name}`);
  if (name.startsWith("system.") && name !== "system.js") {
    throw new MongoError("InvalidNamespace", `cannot write to '${db}.${name}'`);
  }
}
