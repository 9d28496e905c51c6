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

/** The plan of one read; `wrap` puts the stage of a command (COUNT, UPDATE …) around the read's own stages. */
export async function explainRead(
  operation: Operation,
  request: FindRequest,
  verbosity: Verbosity,
  wrap: (plan: Doc) => Doc = (plan) => plan,
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
    winningPlan: collection ? wrap(explained.winningPlan) : explained.winningPlan,
    rejectedPlans: [],
  };
  if (verbosity === "queryPlanner") return { queryPlanner };
  const executed = { executionSuccess: true, ...(explained.executionStats ?? nothingDone) };
  const stages = (executed as Doc).executionStages as Doc | undefined;
  const executionStats: Doc = collection && stages ? { ...executed, executionStages: wrap(stages) } : executed;
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
