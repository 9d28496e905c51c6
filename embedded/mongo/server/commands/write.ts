/** insert, update and delete. */
import { evaluateVariables } from "../../aggregate/expression.js";
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, OrderedBatch, Updater, Value } from "../../types.js";
import { compileUpdate } from "../../update/update.js";
import { typeAlias } from "../../values/compare.js";
import type { CommandDefinition } from "../command.js";
import { evalContext, filterOf, readHint } from "../context.js";
import { documents, fieldChecker, flag, toNumber, wrongType } from "../fields.js";
import type { Operation, Reply } from "../operation.js";
import { countReply, prepareInsert } from "../raw.js";
import { checkUserWrite, collectionFor } from "../collections.js";
import { maxDocumentBytes } from "../wire.js";

const maxStatements = 100_000;

interface WriteError extends Doc {
  index: number;
  code: number;
}

function writeError(index: number, error: unknown): WriteError {
  if (!(error instanceof MongoError)) throw error;
  return { index, code: error.code, ...error.extra, errmsg: error.message };
}

function checkStatementCount(count: number): void {
  if (count >= 1 && count <= maxStatements) return;
  throw new MongoError(
    "InvalidLength",
    `Write batch sizes must be between 1 and ${maxStatements}. Got ${count} operations.`,
  );
}

let timestampCounter = 0;
function serverTimestamp(): { seconds: number; counter: number } {
  timestampCounter = (timestampCounter % 0x7fffffff) + 1;
  return { seconds: Math.floor(Date.now() / 1000), counter: timestampCounter };
}

async function insert(operation: Operation): Promise<Reply> {
  const { raw, body } = operation;
  checkStatementCount(raw.length);
  checkUserWrite(operation.db, operation.collection);
  const ordered = flag(body.ordered, true);
  const errors: WriteError[] = [];
  const prepared: Buffer[] = [];
  const positions: number[] = [];
  for (const [index, document] of raw.entries()) {
    try {
      const ready = prepareInsert(document, serverTimestamp);
      if (ready.length > maxDocumentBytes) {
        throw new MongoError(
          "BadValue",
          `object to insert too large. size in bytes: ${ready.length}, max size: ${maxDocumentBytes}`,
        );
      }
      prepared.push(ready);
      positions.push(index);
    } catch (error) {
      if (error instanceof MongoError && error.codeName === "InvalidBSON") throw error;
      errors.push(writeError(index, error));
      if (ordered) break;
    }
  }
  let inserted = 0;
  if (prepared.length > 0) {
    const collection = await collectionFor(operation);
    const outcomes = await collection.insert(prepared, { ordered, durable: operation.durable });
    for (let i = 0; i < outcomes.length; i += 1) {
      const error = outcomes[i];
      if (!error) inserted += 1;
      else errors.push(writeError(positions[i]!, error));
    }
  }
  if (errors.length === 0) return countReply(inserted);
  errors.sort((a, b) => a.index - b.index);
  return { n: inserted, writeErrors: ordered ? errors.slice(0, 1) : errors };
}

const updateStatement = fieldChecker({
  q: "object!",
  u: "updates!",
  c: "object",
  arrayFilters: "array",
  multi: "safeBool",
  upsert: "safeBool",
  upsertSupplied: "safeBool",
  collation: "object",
  hint: "hint",
  sampleId: "uuid",
  allowShardKeyUpdatesWithoutFullShardKeyInQuery: "bool",
});

/** Compiles the update of one statement, with its constants `c`, which only a pipeline may have. */
export function updaterOf(
  update: Value,
  how: { arrayFilters?: Value; constants?: Value; context: EvalContext },
): Updater {
  const context: EvalContext = { ...how.context };
  if (how.constants !== undefined && how.constants !== null) {
    if (!Array.isArray(update)) {
      throw new MongoError(51198, "Constant values may only be specified for pipeline updates");
    }
    context.variables = { ...context.variables, ...evaluateVariables(how.constants as Doc, context) };
  }
  const options: { arrayFilters?: Doc[]; context: EvalContext } = { context };
  if (how.arrayFilters !== undefined && how.arrayFilters !== null) {
    options.arrayFilters = documents(how.arrayFilters, "update.updates.arrayFilters");
  }
  if (Array.isArray(update)) {
    if (options.arrayFilters) {
      throw new MongoError("FailedToParse", "arrayFilters may not be specified for pipeline-style updates");
    }
    return compileUpdate(documents(update, "update.updates.u"), options);
  }
  return compileUpdate(update as Doc, options);
}

/** Everything that is known before the first statement runs, so that a malformed statement changes nothing. */
function checkStatements(operation: Operation, field: "updates" | "deletes", checker: typeof updateStatement): Doc[] {
  const path = `${operation.command}.${field}`;
  const statements = documents(operation.body[field], path);
  checkStatementCount(statements.length);
  for (const statement of statements) checker.check(statement, path);
  return statements;
}

/** One statement, compiled and ready to run. */
interface Step {
  /** It changes one document by one write, so others may be asked for before it is done: they share a commit. */
  single: boolean;
  run(batch: OrderedBatch | undefined): Promise<void>;
}

/** So many single-document statements are asked for at once. */
const groupMost = 256;

/** Runs statements in their order; an error ends an ordered batch. Returns the errors. */
async function runStatements(
  operation: Operation,
  statements: readonly Doc[],
  prepare: (statement: Doc, index: number) => Step,
): Promise<WriteError[]> {
  const ordered = flag(operation.body.ordered, true);
  const batch: OrderedBatch | undefined = ordered ? { failed: undefined } : undefined;
  const errors: WriteError[] = [];
  const ended = (): boolean => ordered && errors.length > 0;
  let group: { index: number; done: Promise<void> }[] = [];
  const settle = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(group.map(({ done }) => done));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === "rejected" && !ended()) errors.push(writeError(group[i]!.index, outcome.reason));
    }
    group = [];
  };
  for (const [index, statement] of statements.entries()) {
    let step: Step;
    try {
      operation.check();
      step = prepare(statement, index);
    } catch (error) {
      await settle();
      if (!ended()) errors.push(writeError(index, error));
      if (ended()) break;
      continue;
    }
    if (!step.single) await settle();
    if (ended()) break;
    group.push({ index, done: step.run(batch) });
    if (!step.single || group.length >= groupMost) await settle();
    if (ended()) break;
  }
  await settle();
  return errors;
}

async function update(operation: Operation): Promise<Reply> {
  const { body, service, db } = operation;
  const statements = checkStatements(operation, "updates", updateStatement);
  checkUserWrite(db, operation.collection);
  let matched = 0;
  let modified = 0;
  const upserted: Doc[] = [];
  const { durable } = operation;
  const errors = await runStatements(operation, statements, (statement, index) => {
    const upsert = flag(statement.upsert);
    const multi = flag(statement.multi);
    const there = service.engine.collection(db, operation.collection);
    const context = evalContext(operation, there, { collation: statement.collation, let: body.let });
    const filter = filterOf(statement.q, context);
    const updater = updaterOf(statement.u, {
      arrayFilters: statement.arrayFilters,
      constants: statement.c,
      context,
    });
    if (multi && updater.isReplacement) {
      throw new MongoError("FailedToParse", "multi update is not supported for replacement-style update");
    }
    const request = { filter, updater, multi, upsert, context, hint: readHint(statement.hint) };
    const run = async (batch: OrderedBatch | undefined): Promise<void> => {
      const collection = there ?? (upsert ? await collectionFor(operation) : undefined);
      if (!collection) return;
      const result = await collection.update(request, batch ? { durable, batch } : { durable });
      matched += result.matched;
      modified += result.modified;
      if (result.upsertedId !== undefined) {
        matched += 1;
        upserted.push({ index, _id: result.upsertedId });
      }
    };
    return { single: !multi && there !== undefined, run };
  });
  const reply: Doc = { n: matched };
  if (upserted.length > 0) reply.upserted = upserted;
  reply.nModified = modified;
  if (errors.length > 0) reply.writeErrors = errors;
  return reply;
}

const deleteStatement = fieldChecker({
  q: "object!",
  limit: "any!",
  collation: "object",
  hint: "hint",
  sampleId: "uuid",
});

function readDeleteLimit(value: Value): 0 | 1 {
  const limit = toNumber(value);
  if (Number.isNaN(limit)) {
    throw wrongType("delete.deletes.limit", typeAlias(value), "types '[long, int, decimal, double]'");
  }
  if (limit !== 0 && limit !== 1) {
    throw new MongoError("FailedToParse", `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  }
  return limit;
}

async function remove(operation: Operation): Promise<Reply> {
  const { body, service, db } = operation;
  const statements = checkStatements(operation, "deletes", deleteStatement);
  checkUserWrite(db, operation.collection);
  const limits = statements.map((statement) => readDeleteLimit(statement.limit));
  let deleted = 0;
  const { durable } = operation;
  const errors = await runStatements(operation, statements, (statement, index) => {
    const collection = service.engine.collection(db, operation.collection);
    const context = evalContext(operation, collection, { collation: statement.collation, let: body.let });
    const limit = limits[index]!;
    const request = { filter: filterOf(statement.q, context), context, hint: readHint(statement.hint), limit };
    const run = async (batch: OrderedBatch | undefined): Promise<void> => {
      if (!collection) return;
      const result = await collection.remove(request, batch ? { durable, batch } : { durable });
      deleted += result.deleted;
    };
    return { single: limit === 1, run };
  });
  return errors.length > 0 ? { n: deleted, writeErrors: errors } : { n: deleted };
}

const writeFields = {
  ordered: "safeBool",
  bypassDocumentValidation: "safeBool",
  stmtId: "any",
  stmtIds: "array",
  isTimeseriesNamespace: "bool",
  collectionUUID: "uuid",
  encryptionInformation: "object",
} as const;

export const writeCommands: readonly CommandDefinition[] = [
  {
    name: "insert",
    fields: { documents: "array!", ...writeFields },
    target: "collection",
    rawField: "documents",
    apiV1: true,
    writeConcern: true,
    run: insert,
  },
  {
    name: "update",
    fields: { updates: "array!", let: "object", runtimeConstants: "object", ...writeFields },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: update,
  },
  {
    name: "delete",
    fields: { deletes: "array!", let: "object", runtimeConstants: "object", ...writeFields },
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: remove,
  },
];
