/** Planning an aggregate: its leading stages become a read, the rest runs over what the read finds. */
import { compilePipeline } from "../aggregate/pipeline.js";
import { MongoError } from "../errors.js";
import type { Collection, Doc, EvalContext, FindRequest } from "../types.js";
import { isDoc, isNumber } from "../values/compare.js";
import { evalContext, readRequest } from "./context.js";
import { documents } from "./fields.js";
import type { Operation } from "./operation.js";

type Pipeline = ReturnType<typeof compilePipeline>;

/** A compiled aggregate. `request` is the read that feeds it; undefined when a source stage feeds it instead. */
export interface AggregatePlan {
  pipeline: Pipeline;
  context: EvalContext;
  collection: Collection | undefined;
  request: FindRequest | undefined;
  /** The read answers everything: its documents go out as stored. */
  storedOnly: boolean;
}

export function planAggregate(operation: Operation, body: Doc): AggregatePlan {
  const stages = readStages(body);
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const context = evalContext(operation, collection, { collation: body.collation, let: body.let });
  const where = { db: operation.db, collection: operation.collection };
  const pipeline = compilePipeline(stages, where, context);
  if (operation.collection === "$cmd.aggregate" && pipeline.sourceStage === undefined) {
    throw new MongoError(
      "InvalidNamespace",
      "{aggregate: 1} is not valid for an empty pipeline or a pipeline that begins with a stage that reads a collection",
    );
  }
  if (pipeline.sourceStage !== undefined)
    return { pipeline, context, collection, request: undefined, storedOnly: false };
  const { leading } = pipeline;
  const request = readRequest(
    { filter: leading.filter, sort: leading.sort, hint: body.hint, skip: leading.skip ?? 0, limit: leading.limit ?? 0 },
    context,
  );
  // What is only counted need not be read.
  if (countsOnly(stages[leading.consumed])) request.coveredFields = [];
  return { pipeline, context, collection, request, storedOnly: leading.consumed === stages.length };
}

/** Does a stage ask how many documents there are and nothing else, as countDocuments() does? */
function countsOnly(stage: Doc | undefined): boolean {
  if (!stage) return false;
  if ("$count" in stage) return true;
  const group = stage.$group;
  if (!isDoc(group)) return false;
  return Object.entries(group).every(([name, operand]) => {
    if (name === "_id") return operand === null || isNumber(operand);
    return isDoc(operand) && ("$count" in operand || isNumber(operand.$sum));
  });
}

function readStages(body: Doc): Doc[] {
  const stages = documents(body.pipeline, "aggregate.pipeline");
  for (const stage of stages) {
    if (Object.keys(stage).length !== 1) {
      throw new MongoError(40323, "A pipeline stage specification object must contain exactly one field.");
    }
    if ("$changeStream" in stage || "$changeStreamSplitLargeEvent" in stage) {
      throw new MongoError(40573, "The $changeStream stage is only supported on replica sets");
    }
  }
  return stages;
}
