/** Finding and making collections for commands. */
import { MongoError } from "../errors.js";
import type { Collection } from "../types.js";
import type { Operation } from "./operation.js";

/** The collection of a command, made when it is not there yet, as writes do. */
export async function collectionFor(operation: Operation): Promise<Collection> {
  const { engine } = operation.service;
  const there = engine.collection(operation.db, operation.collection);
  return there ?? engine.createCollection(operation.db, operation.collection, {});
}

/** The collection of a command, or NamespaceNotFound (26). */
export function existingCollection(operation: Operation): Collection {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  if (!collection) throw new MongoError("NamespaceNotFound", `ns does not exist: ${operation.namespace}`);
  return collection;
}

/** Refuses writes to namespaces that belong to the server. */
export function checkUserWrite(db: string, name: string): void {
  if (name.includes("$")) throw new MongoError("InvalidNamespace", `Invalid collection name: ${name}`);
  if (name.startsWith("system.") && name !== "system.js") {
    throw new MongoError("InvalidNamespace", `cannot write to '${db}.${name}'`);
  }
}
