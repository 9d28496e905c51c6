/** find, getMore and killCursors. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import { compileProjection } from "../../query/projection.js";
import type { Doc, FindRequest, Found, Projection, Value } from "../../types.js";
import type { CommandDefinition } from "../command.js";
import { evalContext, readRequest, refuseOption } from "../context.js";
import { defaultBatchSize, type BatchSource } from "../cursors.js";
import { flag, integer, subdocument } from "../fields.js";
import { Turn, type Operation } from "../operation.js";
import { cursorReply } from "../raw.js";
import { ComputedSource, documentsOf, ListSource, StoredSource } from "../sources.js";

/** The fields of find; explain checks a find inside it by the same table. */
export const findFields = {
  filter: "object",
  projection: "object",
  sort: "object",
  hint: "hint",
  skip: "safeInt+",
  limit: "safeInt+",
  batchSize: "safeInt+",
  singleBatch: "safeBool",
  allowDiskUse: "safeBool",
  min: "object",
  max: "object",
  returnKey: "safeBool",
  showRecordId: "safeBool",
  tailable: "safeBool",
  awaitData: "safeBool",
  oplogReplay: "safeBool",
  noCursorTimeout: "safeBool",
  allowPartialResults: "safeBool",
  collation: "object",
  let: "object",
  readOnce: "safeBool",
  allowSpeculativeMajorityRead: "safeBool",
  term: "long",
  options: "any",
} as const;

/** What a find command asks for, compiled. `exists` is false when the collection is not there. */
export function planFind(
  operation: Operation,
  body: Doc,
): { request: FindRequest; projection: Projection | undefined } {
  refuseOption(operation, "returnKey");
  refuseOption(operation, "showRecordId");
  if (flag(body.tailable)) {
    throw new MongoError("BadValue", "error processing query: tailable cursor requested on non capped collection");
  }
  if (flag(body.awaitData))
    throw new MongoError("FailedToParse", "Cannot set 'awaitData' without also setting 'tailable'");
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const context = evalContext(operation, collection, { collation: body.collation, let: body.let });
  const request = readRequest(
    {
      filter: body.filter,
      sort: body.sort,
      hint: body.hint,
      min: body.min,
      max: body.max,
      skip: integer(body.skip, 0),
      limit: integer(body.limit, 0),
    },
    context,
  );
  if ((request.min || request.max) && request.hint === undefined) {
    throw new MongoError(51173, "When using min()/max() a hint of which index to use must be provided");
  }
  const spec = subdocument(body.projection);
  const projection =
    spec && Object.keys(spec).length > 0 ? compileProjection(spec, context, request.filter) : undefined;
  if (projection?.inclusiveFields) request.coveredFields = projection.inclusiveFields;
  return { request, projection };
}

async function* projected(
  found: AsyncIterableIterator<Found>,
  request: FindRequest,
  projection: Projection,
  turn: Turn,
): AsyncGenerator<Doc> {
  for await (const doc of documentsOf(found, turn)) {
    yield projection.apply(doc, { positional: request.filter.positionalIndex(doc) });
  }
}

async function find(operation: Operation): Promise<Buffer> {
  const { body } = operation;
  const { request, projection } = planFind(operation, body);
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  let source: BatchSource;
  if (!collection) source = new ListSource([]);
  else if (projection) {
    const turn = new Turn(operation);
    source = new ComputedSource(projected(collection.find(request), request, projection, turn), turn);
  } else source = new StoredSource(collection.find(request));
  const first = await operation.service.cursors.first(source, {
    operation,
    namespace: operation.namespace,
    batchSize: collection ? integer(body.batchSize, defaultBatchSize) : defaultBatchSize,
    single: flag(body.singleBatch),
    noTimeout: flag(body.noCursorTimeout),
    during: `Executor error during find command: ${operation.namespace}`,
  });
  return cursorReply("firstBatch", first.documents, first.id, operation.namespace);
}

async function getMore(operation: Operation): Promise<Buffer> {
  const { body } = operation;
  const namespace = `${operation.db}.${body.collection as string}`;
  const batchSize = integer(body.batchSize, 0);
  if (operation.maxTimeMs > 0) {
    throw new MongoError("BadValue", "cannot set maxTimeMS on getMore command for a non-awaitData cursor");
  }
  const batch = await operation.service.cursors.more(cursorId(body.getMore), {
    operation,
    namespace,
    batchSize: batchSize === 0 ? Number.MAX_SAFE_INTEGER : batchSize,
  });
  return cursorReply("nextBatch", batch.documents, batch.id, namespace);
}

/** A cursor id as the store keys it; ids that no cursor of ours can have become -1. */
function cursorId(value: Value): number {
  const id = value instanceof Long ? value : Long.fromNumber(integer(value, -1));
  const number = id.toNumber();
  if (Number.isSafeInteger(number)) return number;
  throw new MongoError("CursorNotFound", `cursor id ${id.toString()} not found`);
}

async function killCursors(operation: Operation): Promise<Doc> {
  const killed: Value[] = [];
  const notFound: Value[] = [];
  for (const [index, id] of (operation.body.cursors as Value[]).entries()) {
    if (!(id instanceof Long)) {
      throw new MongoError(
        "TypeMismatch",
        `BSON field 'killCursors.cursors.${index}' is the wrong type, expected type 'long'`,
      );
    }
    const found = await operation.service.cursors.kill(id.toNumber(), operation.namespace);
    (found ? killed : notFound).push(id);
  }
  return { cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] };
}

export const findCommands: readonly CommandDefinition[] = [
  { name: "find", fields: findFields, target: "collection", apiV1: true, readConcern: true, run: find },
  {
    name: "getMore",
    fields: {
      getMore: "long!",
      collection: "string!",
      batchSize: "safeInt+",
      term: "long",
      lastKnownCommittedOpTime: "any",
    },
    target: "database",
    apiV1: true,
    run: getMore,
  },
  { name: "killCursors", fields: { cursors: "array!" }, target: "collection", apiV1: true, run: killCursors },
];
