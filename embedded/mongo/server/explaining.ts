/** explain: the plan of a command in MongoDB's shape, and with execution what it cost. */
import { Double } from "bson";
import type { Collection, Doc, Explained, FindRequest } from "../types.js";
import { planAggregate } from "./aggregation.js";
import type { Operation } from "./operation.js";
import { serverVersion } from "./version.js";

export type Verbosity = Parameters<Collection["explain"]>[1];

/** Stages of a read on a collection that does not exist. */
const nothingThere: Explained = { winningPlan: { stage: "EOF" } };
const nothingDone: Doc = {
  executionSuccess: true,
  nReturned: 0,
  executionTimeMillis: 0,
  totalKeysExamined: 0,
  totalDocsExamined: 0,
  executionStages: { stage: "EOF", nReturned: 0 },
};

/** The stage of a command above the stages of its read. */
export interface OuterStage {
  stage: "COUNT" | "UPDATE" | "DELETE" | "PROJECTION_SIMPLE" | "PROJECTION_DEFAULT";
  /** The name that this stage's count of documents has; stages that pass documents on have none. */
  counter?: "nCounted" | "nMatched" | "nWouldDelete";
}

function wrapped(outer: OuterStage | undefined, plan: Doc): Doc {
  if (!outer) return plan;
  // A write stops by itself after its one document: MongoDB shows no LIMIT below it.
  const inner = outer.counter !== undefined && plan.stage === "LIMIT" ? (plan.inputStage as Doc) : plan;
  return { stage: outer.stage, inputStage: inner };
}

/** The execution of a read below the stage of its command, which counts what it gets or passes it on. */
function wrappedStats(outer: OuterStage | undefined, stats: Doc): Doc {
  const stages = stats.executionStages as Doc | undefined;
  if (!outer || !stages) return stats;
  const returned = stats.nReturned;
  const nReturned = outer.counter === undefined ? returned : 0;
  const counted = outer.counter === undefined ? {} : { [outer.counter]: returned };
  const inner = wrapped(outer, stages).inputStage;
  return { ...stats, nReturned, executionStages: { stage: outer.stage, nReturned, ...counted, inputStage: inner } };
}

/** The plan of one read, with the stage of its command above. */
export async function explainRead(
  operation: Operation,
  request: FindRequest,
  verbosity: Verbosity,
  outer?: OuterStage,
): Promise<{ queryPlanner: Doc; executionStats?: Doc }> {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const explained = collection ? await operation.within(collection.explain(request, verbosity)) : nothingThere;
  const queryPlanner: Doc = {
    namespace: operation.namespace,
    indexFilterSet: false,
    parsedQuery: request.filter.source,
    maxIndexedOrSolutionsReached: false,
    maxIndexedAndSolutionsReached: false,
    maxScansToExplodeReached: false,
    winningPlan: collection ? wrapped(outer, explained.winningPlan) : explained.winningPlan,
    rejectedPlans: [],
  };
  if (verbosity === "queryPlanner") return { queryPlanner };
  const executed: Doc = { executionSuccess: true, ...(explained.executionStats ?? nothingDone) };
  const executionStats = collection ? wrappedStats(outer, executed) : executed;
  if (verbosity === "allPlansExecution") executionStats.allPlansExecution = [];
  return { queryPlanner, executionStats };
}

/** What every explain answer ends with. */
export function explainTail(operation: Operation, command: Doc): Doc {
  const [host = "localhost", port = "27017"] = operation.service.host.split(":");
  return {
    command,
    serverInfo: { host, port: Number(port), version: serverVersion.text, gitVersion: "none" },
    serverParameters: {},
    ok: new Double(1),
  };
}

/** explain of an aggregate: like a find when one read answers it all, else a $cursor stage and the stages after it. */
export async function explainAggregate(operation: Operation, body: Doc, verbosity: Verbosity): Promise<Doc> {
  const plan = planAggregate(operation, body);
  const tail = explainTail(operation, shownCommand(body));
  const stages = body.pipeline as Doc[];
  if (!plan.request) return { explainVersion: "1", stages, ...tail };
  const read = await explainRead(operation, plan.request, verbosity);
  if (plan.storedOnly) return { explainVersion: "1", ...read, ...tail };
  return {
    explainVersion: "1",
    stages: [{ $cursor: read }, ...stages.slice(plan.pipeline.leading.consumed)],
    ...tail,
  };
}

/** A command without its session and other arguments that say nothing about its plan. */
export function shownCommand(body: Doc): Doc {
  const { lsid, $clusterTime, $readPreference, readConcern, ...shown } = body;
  return shown;
}
