/** aggregate: the leading stages are read by the storage room's planner, the rest runs over what it finds. */
import { during, MongoError } from "../../errors.js";
import type { Doc } from "../../types.js";
import { planAggregate, type AggregatePlan } from "../aggregation.js";
import { flag } from "../fields.js";
import type { CommandDefinition } from "../command.js";
import { readCursorOption } from "../context.js";
import { defaultBatchSize, type BatchSource } from "../cursors.js";
import { pipelineHost } from "../host.js";
import { Turn, type Operation, type Reply } from "../operation.js";
import { cursorReply } from "../raw.js";
import { ComputedSource, documentsOf, ListSource, StoredSource } from "../sources.js";
import { explainAggregate } from "../explaining.js";

export const aggregateFields = {
  pipeline: "array!",
  explain: "safeBool",
  allowDiskUse: "safeBool",
  cursor: "object",
  bypassDocumentValidation: "safeBool",
  hint: "hint",
  collation: "object",
  let: "object",
  needsMerge: "bool",
  needsSortedMerge: "bool",
  fromMongos: "bool",
  exchange: "object",
  runtimeConstants: "object",
  isMapReduceCommand: "bool",
  collectionUUID: "uuid",
  encryptionInformation: "object",
} as const;

const running = "PlanExecutor error during aggregation";

async function* nothing(): AsyncGenerator<Doc> {
  // A source stage or a missing collection: there is nothing to read.
}

function sourceOf(plan: AggregatePlan, operation: Operation): BatchSource {
  const { pipeline, collection, request } = plan;
  if (plan.storedOnly && request) return collection ? new StoredSource(collection.find(request)) : new ListSource([]);
  const turn = new Turn(operation);
  const input = collection && request ? documentsOf(collection.find(request), turn) : nothing();
  return new ComputedSource(pipeline.run(input, pipelineHost(operation, turn)), turn);
}

async function aggregate(operation: Operation): Promise<Reply> {
  const { body } = operation;
  if (flag(body.explain)) {
    if (body.writeConcern !== undefined) {
      throw new MongoError("FailedToParse", "Aggregation explain does not support the'writeConcern' option");
    }
    return explainAggregate(operation, body, "queryPlanner");
  }
  if (body.cursor === undefined || body.cursor === null) {
    throw new MongoError(
      "FailedToParse",
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  }
  const batchSize = readCursorOption(body.cursor, "aggregate") ?? defaultBatchSize;
  const plan = planAggregate(operation, body);
  const source = sourceOf(plan, operation);
  if (plan.pipeline.writes) await drain(source, operation);
  const first = await operation.service.cursors.first(plan.pipeline.writes ? new ListSource([]) : source, {
    operation,
    namespace: operation.namespace,
    batchSize: plan.pipeline.writes ? defaultBatchSize : batchSize,
    during: running,
  });
  return cursorReply("firstBatch", first.documents, first.id, operation.namespace);
}

/** Runs a pipeline that writes to its end: nothing comes out of it. */
async function drain(source: BatchSource, operation: Operation): Promise<void> {
  try {
    for (;;) {
      const { done } = await source.next(1000, Number.MAX_SAFE_INTEGER, operation);
      if (done) return;
    }
  } catch (error) {
    throw during(running, error);
  } finally {
    await source.close();
  }
}

export const aggregateCommands: readonly CommandDefinition[] = [
  {
    name: "aggregate",
    fields: aggregateFields,
    target: "collectionOrDatabase",
    apiV1: true,
    readConcern: true,
    writeConcern: true,
    run: aggregate,
  },
];
