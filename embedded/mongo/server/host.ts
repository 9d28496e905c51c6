/** What an aggregation may read and write while it runs. */
import { Long } from "bson";
import { MongoError } from "../errors.js";
import type { Collection, Doc, EvalContext, PipelineHost, Value } from "../types.js";
import { compileUpdate } from "../update/update.js";
import { encodeDocument } from "../values/codec.js";
import { checkUserWrite, makeCollection } from "./collections.js";
import { filterOf } from "./context.js";
import { collectionStats, currentOperations } from "./diagnostics.js";
import { indexRow } from "./listing.js";
import type { Interruptible, Operation } from "./operation.js";
import { prepareInsert } from "./raw.js";
import { documentsOf } from "./sources.js";

/** The database as one running aggregate command sees it. */
export function pipelineHost(operation: Operation, turn: Interruptible): PipelineHost {
  const { engine } = operation.service;
  return {
    find(db, collection, filter, context) {
      const there = engine.collection(db, collection);
      return there ? read(there, filter, context, turn) : none();
    },
    replaceCollection: (db, collection, docs) => replaceCollection(operation, db, collection, docs),
    merge: (db, collection, docs, options, context) => merge(operation, { db, collection }, docs, options, context),
    diagnostics: (db, collection, stage, argument) =>
      Promise.resolve(diagnostics(operation, db, collection, stage, argument)),
  };
}

async function* none(): AsyncGenerator<Doc> {
  // A collection that does not exist has no documents.
}

function read(collection: Collection, filter: Doc, context: EvalContext, turn: Interruptible): AsyncGenerator<Doc> {
  return documentsOf(collection.find({ filter: filterOf(filter, context), context }), turn);
}

function encodeForInsert(doc: Doc): Buffer {
  return prepareInsert(Buffer.from(encodeDocument(doc)), () => ({
    seconds: Math.floor(Date.now() / 1000),
    counter: 1,
  }));
}

/** Writes documents into a new collection, then puts it in the place of the old one in a single step. */
async function replaceCollection(operation: Operation, db: string, name: string, docs: Doc[]): Promise<void> {
  const { engine } = operation.service;
  checkUserWrite(db, name);
  const old = engine.collection(db, name);
  const temporary = `tmp.agg_out.${operation.service.processId.toHexString()}.${operation.id}`;
  const fresh = await makeCollection(engine, db, temporary, old ? old.options : {});
  try {
    const indexes = old?.indexes().filter((index) => index.name !== "_id_") ?? [];
    if (indexes.length > 0) await fresh.createIndexes(indexes);
    const outcomes = await fresh.insert(docs.map(encodeForInsert), { ordered: true, durable: operation.durable });
    const failure = outcomes.find((outcome) => outcome !== undefined);
    if (failure) throw failure;
    await engine.renameCollection({ db, name: temporary }, { db, name }, true);
  } catch (error) {
    await engine.dropCollection(db, temporary);
    throw error;
  }
}

/** The options of $merge that say what becomes of a document. */
interface MergePlan {
  on: string[];
  whenMatched: string | Doc[];
  whenNotMatched: string;
}

function readMerge(options: Doc): MergePlan {
  const on = options.on ?? "_id";
  return {
    on: Array.isArray(on) ? (on as string[]) : [on as string],
    whenMatched: (options.whenMatched as string | Doc[] | undefined) ?? "merge",
    whenNotMatched: (options.whenNotMatched as string | undefined) ?? "insert",
  };
}

function checkUniqueOn(collection: Collection | undefined, on: readonly string[]): void {
  if (on.length === 1 && on[0] === "_id") return;
  const wanted = new Set(on);
  const found = collection?.indexes().some((index) => {
    const paths = Object.keys(index.key);
    return (
      index.unique &&
      !index.partialFilterExpression &&
      paths.length === wanted.size &&
      paths.every((path) => wanted.has(path))
    );
  });
  if (!found) throw new MongoError(51183, "Cannot find index to verify that join fields will be unique");
}

function valueAt(doc: Doc, path: string): Value {
  let value: Value = doc;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Doc)[part];
  }
  return value;
}

/** The update that $merge makes of a document that is there already; undefined = leave it alone. */
function mergeUpdate(plan: MergePlan, doc: Doc): Doc[] | undefined {
  if (Array.isArray(plan.whenMatched)) return plan.whenMatched;
  if (plan.whenMatched === "replace") return [{ $replaceWith: { $literal: doc } }];
  if (plan.whenMatched === "merge") return [{ $replaceWith: { $mergeObjects: ["$$ROOT", { $literal: doc }] } }];
  return undefined;
}

async function merge(
  operation: Operation,
  target: { db: string; collection: string },
  docs: Doc[],
  options: Doc,
  context: EvalContext,
): Promise<void> {
  const { engine } = operation.service;
  checkUserWrite(target.db, target.collection);
  const plan = readMerge(options);
  checkUniqueOn(engine.collection(target.db, target.collection), plan.on);
  const collection =
    engine.collection(target.db, target.collection) ?? (await makeCollection(engine, target.db, target.collection, {}));
  for (const doc of docs) {
    operation.check();
    await mergeOne(collection, plan, doc, options, context, operation);
  }
}

async function mergeOne(
  collection: Collection,
  plan: MergePlan,
  doc: Doc,
  options: Doc,
  context: EvalContext,
  operation: Operation,
): Promise<void> {
  const query: Doc = {};
  for (const path of plan.on) {
    const value = valueAt(doc, path);
    if (value === undefined && path === "_id") continue;
    if (value === undefined || value === null || Array.isArray(value)) {
      throw new MongoError(
        51132,
        `$merge write error: 'on' field '${path}' cannot be missing, null, undefined or an array`,
      );
    }
    query[path] = { $eq: value };
  }
  const filter = filterOf(query, context);
  const known = Object.keys(query).length === plan.on.length;
  const changes = mergeUpdate(plan, doc);
  for (let attempt = 0; ; attempt += 1) {
    if (known && (await changeMatched(collection, plan, doc, { filter, changes, context, options, operation }))) return;
    if (plan.whenNotMatched === "discard") return;
    if (plan.whenNotMatched === "fail") {
      throw new MongoError(
        "MergeStageNoMatchingDocument",
        "$merge could not find a matching document in the target collection for at least one document in the source collection",
      );
    }
    const [failure] = await collection.insert([encodeForInsert(doc)], { ordered: true, durable: operation.durable });
    if (!failure) return;
    if (plan.whenMatched === "fail" && failure instanceof MongoError && isTaken(failure, plan.on)) {
      const what = "$merge with whenMatched: fail found an existing document with the same values for the 'on' fields";
      throw new MongoError("DuplicateKey", `${what} :: caused by :: ${failure.message}`, failure.extra);
    }
    // Another writer inserted it in between: it is there now, so change that one.
    const raced = known && failure instanceof MongoError && failure.codeName === "DuplicateKey" && attempt === 0;
    if (!raced) throw failure;
  }
}

/** Is this a duplicate of just these fields? */
function isTaken(failure: MongoError, on: readonly string[]): boolean {
  const paths = Object.keys((failure.extra.keyPattern as Doc | undefined) ?? {});
  return failure.codeName === "DuplicateKey" && paths.length === on.length && paths.every((path) => on.includes(path));
}

/** Changes the document that is there already; false when there is none. */
async function changeMatched(
  collection: Collection,
  plan: MergePlan,
  doc: Doc,
  how: {
    filter: ReturnType<typeof filterOf>;
    changes: Doc[] | undefined;
    context: EvalContext;
    options: Doc;
    operation: Operation;
  },
): Promise<boolean> {
  const { filter, changes, context, operation } = how;
  if (!changes) {
    // With "fail" the insert that follows finds out.
    return plan.whenMatched !== "fail" && (await collection.count({ filter, context, limit: 1 })) > 0;
  }
  const variables = { ...context.variables, ...(how.options.let as Doc | undefined), new: doc };
  const updater = compileUpdate(changes, { context: { ...context, variables } });
  const result = await collection.update(
    { filter, updater, multi: false, upsert: false, context },
    { durable: operation.durable },
  );
  return result.matched > 0;
}

function diagnostics(operation: Operation, db: string, name: string, stage: string, argument: Value): Doc[] {
  const { service } = operation;
  const collection = service.engine.collection(db, name);
  if (stage === "$indexStats") {
    if (!collection) return [];
    const specs = new Map(collection.indexes().map((index) => [index.name, index]));
    return collection.indexUse().map(({ name: index, ops, since }) => ({
      name: index,
      key: { ...specs.get(index)?.key },
      host: service.host,
      accesses: { ops: Long.fromNumber(ops), since },
      spec: indexRow(specs.get(index)!),
    }));
  }
  if (stage === "$collStats") return collStats(operation, collection, { db, name }, argument as Doc);
  if (stage === "$currentOp") return currentOperations(service, operation);
  if (stage === "$listLocalSessions" || stage === "$listSessions") {
    return service.sessions.list().map(({ id, lastUse }) => ({ _id: { id }, lastUse }));
  }
  if (stage === "$planCacheStats") return [];
  throw new MongoError(40324, `Unrecognized pipeline stage name: '${stage}'`);
}

function collStats(
  operation: Operation,
  collection: Collection | undefined,
  where: { db: string; name: string },
  argument: Doc,
): Doc[] {
  const ns = `${where.db}.${where.name}`;
  const row: Doc = { ns, host: operation.service.host, localTime: new Date() };
  for (const [part, options] of Object.entries(argument)) {
    if (part === "count") {
      if (!collection)
        throw new MongoError(
          "NamespaceNotFound",
          `Unable to retrieve count in $collStats stage: Collection [${ns}] not found.`,
        );
      row.count = Long.fromNumber(collection.stats().count);
    } else if (part === "storageStats") {
      row.storageStats = collectionStats(collection, (options as Doc).scale);
    } else if (part === "latencyStats") {
      const none = { latency: Long.ZERO, ops: Long.ZERO };
      row.latencyStats = { reads: none, writes: none, commands: none, transactions: none };
    } else if (part !== "queryExecStats") {
      throw new MongoError(40415, `BSON field '$collStats.${part}' is an unknown field.`);
    }
  }
  return [row];
}
