/** findAndModify: changes or removes one document and answers with it. */
import { Double } from "bson";
import { during, MongoError } from "../../errors.js";
import { compileProjection } from "../../query/projection.js";
import type { Collection, Doc, EvalContext, FindRequest, Projection } from "../../types.js";
import { checkUserWrite, collectionFor } from "../collections.js";
import type { CommandDefinition } from "../command.js";
import { evalContext, readRequest } from "../context.js";
import { flag, subdocument } from "../fields.js";
import type { Operation } from "../operation.js";
import { updaterOf } from "./write.js";

export const findAndModifyFields = {
  query: "object",
  sort: "object",
  hint: "hint",
  collation: "object",
  arrayFilters: "array",
  remove: "safeBool",
  update: "updates",
  upsert: "safeBool",
  new: "safeBool",
  fields: "object",
  let: "object",
  bypassDocumentValidation: "safeBool",
  runtimeConstants: "object",
  stmtId: "any",
  sampleId: "uuid",
  collectionUUID: "uuid",
  encryptionInformation: "object",
} as const;

/** Refuses contradictory arguments. */
export function checkFindAndModify(body: Doc): void {
  const removes = flag(body.remove);
  const refuse = (message: string): never => {
    throw new MongoError("FailedToParse", message);
  };
  if (removes) {
    if (body.update !== undefined) refuse("Cannot specify both an update and remove=true");
    if (flag(body.upsert)) refuse("Cannot specify both upsert=true and remove=true ");
    if (flag(body.new)) {
      refuse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
    }
    if (body.arrayFilters !== undefined) refuse("Cannot specify arrayFilters and remove=true");
  } else if (body.update === undefined) {
    refuse("Either an update or remove=true must be specified");
  } else if (Array.isArray(body.update) && body.arrayFilters !== undefined) {
    refuse("Cannot specify both an arrayFilters and a pipeline-style update");
  }
}

interface Prepared {
  context: EvalContext;
  request: FindRequest;
  projection: Projection | undefined;
}

function prepare(operation: Operation, collection: Collection | undefined): Prepared {
  const { body } = operation;
  const context = evalContext(operation, collection, { collation: body.collation, let: body.let });
  const request = readRequest({ filter: body.query, sort: body.sort, hint: body.hint }, context);
  const fields = subdocument(body.fields);
  const projection =
    fields && Object.keys(fields).length > 0 ? compileProjection(fields, context, request.filter) : undefined;
  return { context, request, projection };
}

function shown(doc: Doc | undefined, { projection, request }: Prepared): Doc | null {
  if (!doc) return null;
  return projection ? projection.apply(doc, { positional: request.filter.positionalIndex(doc) }) : doc;
}

async function executed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw during("Plan executor error during findAndModify", error);
  }
}

async function findAndModify(operation: Operation): Promise<Doc> {
  const { body, service, db } = operation;
  checkFindAndModify(body);
  checkUserWrite(db, operation.collection);
  operation.check();
  let collection = service.engine.collection(db, operation.collection);
  const prepared = prepare(operation, collection);
  const { request, context } = prepared;
  const durable = operation.durable;
  if (flag(body.remove)) {
    const removed = collection
      ? await executed(collection.remove({ ...request, limit: 1 }, { durable }))
      : { deleted: 0 };
    const before = "before" in removed ? removed.before : undefined;
    return reply({ n: removed.deleted }, shown(before, prepared));
  }
  const updater = updaterOf(body.update, { arrayFilters: body.arrayFilters, context });
  const upsert = flag(body.upsert);
  if (!collection && upsert) collection = await collectionFor(operation);
  if (!collection) return reply({ n: 0, updatedExisting: false }, null);
  const { filter, sort, hint } = request;
  const result = await executed(
    collection.update({ filter, sort, hint, context, updater, multi: false, upsert }, { durable }),
  );
  if (result.upsertedId !== undefined) {
    const value = flag(body.new) ? shown(result.after, prepared) : null;
    return reply({ n: 1, updatedExisting: false, upserted: result.upsertedId }, value);
  }
  const updated = result.matched > 0;
  const value = updated ? shown(flag(body.new) ? result.after : result.before, prepared) : null;
  return reply({ n: updated ? 1 : 0, updatedExisting: updated }, value);
}

function reply(lastErrorObject: Doc, value: Doc | null): Doc {
  return { lastErrorObject, value, ok: new Double(1) };
}

export const findAndModifyCommands: readonly CommandDefinition[] = [
  {
    name: "findAndModify",
    aliases: ["findandmodify"],
    fields: findAndModifyFields,
    target: "collection",
    apiV1: true,
    writeConcern: true,
    run: findAndModify,
  },
];
