/** count and distinct. */
import { calculateObjectSize } from "bson";
import { MongoError } from "../../errors.js";
import { valuesAtPath } from "../../query/path.js";
import type { Collection, Doc, FindRequest, Value } from "../../types.js";
import { canonicalKey } from "../../values/compare.js";
import type { CommandDefinition } from "../command.js";
import { evalContext, readRequest } from "../context.js";
import { integer } from "../fields.js";
import type { Operation } from "../operation.js";
import { documentsOf } from "../sources.js";
import { maxDocumentBytes } from "../wire.js";

export const countFields = {
  query: "object",
  limit: "safeInt",
  skip: "safeInt+",
  hint: "hint",
  collation: "object",
  fields: "any",
  maxTimeMSOpOnly: "any",
  queryOptions: "object",
  collectionUUID: "uuid",
  encryptionInformation: "object",
} as const;

/** What a count asks for; a negative limit means the same as its positive. */
export function planCount(operation: Operation, body: Doc, collection: Collection | undefined): FindRequest {
  const context = evalContext(operation, collection, { collation: body.collation });
  const limit = Math.abs(integer(body.limit, 0));
  const request = readRequest({ filter: body.query, hint: body.hint, skip: integer(body.skip, 0), limit }, context);
  // No field of the documents is looked at, so an index that answers the query answers the count.
  request.coveredFields = [];
  return request;
}

async function count(operation: Operation): Promise<Doc> {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const request = planCount(operation, operation.body, collection);
  operation.check();
  return { n: collection ? await operation.within(collection.count(request)) : 0 };
}

export const distinctFields = {
  key: "string!",
  query: "object",
  collation: "object",
  collectionUUID: "uuid",
} as const;

export function planDistinct(operation: Operation, body: Doc, collection: Collection | undefined): FindRequest {
  const key = body.key as string;
  if (key === "" || key.includes("\0")) throw new MongoError("BadValue", "The distinct key must be a field path");
  const context = evalContext(operation, collection, { collation: body.collation });
  return readRequest({ filter: body.query }, context);
}

async function distinct(operation: Operation): Promise<Doc> {
  const { body } = operation;
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const request = planDistinct(operation, body, collection);
  const seen = new Set<string>();
  const values: Value[] = [];
  if (!collection) return { values };
  const { collator } = request.context;
  for await (const doc of documentsOf(collection.find(request), operation)) {
    for (const value of distinctValues(doc, body.key as string)) {
      const key = canonicalKey(value, collator);
      if (seen.has(key)) continue;
      seen.add(key);
      values.push(value);
    }
  }
  if (calculateObjectSize({ values }) > maxDocumentBytes) {
    throw new MongoError(17217, "distinct too big, 16mb cap");
  }
  return { values };
}

/** The values a path reaches in a document; a final array gives its elements, one level deep. */
function distinctValues(doc: Doc, path: string): Value[] {
  return valuesAtPath(doc, path).flatMap((value): Value[] => (Array.isArray(value) ? (value as Value[]) : [value]));
}

export const countCommands: readonly CommandDefinition[] = [
  { name: "count", fields: countFields, target: "collection", apiV1: true, readConcern: true, run: count },
  { name: "distinct", fields: distinctFields, target: "collection", readConcern: true, run: distinct },
];
