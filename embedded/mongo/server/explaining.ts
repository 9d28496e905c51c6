/** explain: the plan of a command in MongoDB's shape, and with execution what it cost. */
import { Double, Long } from "bson";
import type { Collection, Doc, Explained, FindRequest, ShownProjection } from "../types.js";
import { planAggregate } from "./aggregation.js";
import { pipelineHost } from "./host.js";
import { Turn, type Operation } from "./operation.js";
import { documentsOf } from "./sources.js";
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

/** The stage of a command above the stages of its read, which counts what it gets. */
export interface OuterStage {
  stage: "COUNT" | "UPDATE" | "DELETE";
  counter: "nCounted" | "nMatched" | "nWouldDelete";
  /** Further counters that the stage shows. */
  also?: readonly string[];
}

/** Such a stage keeps to skip and limit by itself: MongoDB shows no stages for them below it. */
function innerOf(plan: Doc): Doc {
  return plan.stage === "LIMIT" || plan.stage === "SKIP" ? innerOf(plan.inputStage as Doc) : plan;
}

function wrapped(outer: OuterStage | undefined, plan: Doc): Doc {
  return outer ? { stage: outer.stage, inputStage: innerOf(plan) } : plan;
}

function wrappedStats(outer: OuterStage | undefined, stats: Doc): Doc {
  const stages = stats.executionStages as Doc | undefined;
  if (!outer || !stages) return stats;
  const counted: Doc = { [outer.counter]: stats.nReturned };
  for (const name of outer.also ?? []) counted[name] = name === "nWouldModify" ? stats.nReturned : 0;
  const executionStages: Doc = {
    stage: outer.stage,
    nReturned: 0,
    executionTimeMillisEstimate: 0,
    works: Number(stages.works ?? 0) + 1,
    advanced: 0,
    needTime: stats.nReturned,
    needYield: 0,
    saveState: 0,
    restoreState: 0,
    isEOF: 1,
    ...counted,
    inputStage: innerOf(stages),
  };
  return { ...stats, nReturned: 0, executionStages };
}

/** The plan of one read, with the stage of its command above. */
export async function explainRead(
  operation: Operation,
  request: FindRequest,
  verbosity: Verbosity,
  above: { outer?: OuterStage | undefined; projection?: ShownProjection | undefined } = {},
): Promise<{ queryPlanner: Doc; executionStats?: Doc }> {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const { outer, projection } = above;
  const explained = collection
    ? await operation.within(collection.explain(request, verbosity, projection))
    : nothingThere;
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
  const after = stages.slice(plan.pipeline.leading.consumed);
  const shown: Doc[] = [{ $cursor: read }, ...after];
  if (!read.executionStats) return { explainVersion: "1", stages: shown, ...tail };
  const counted: Doc[] = [];
  for (const [index, stage] of shown.entries()) {
    const upTo = plan.pipeline.leading.consumed + index;
    const returned = index === 0 ? Number(read.executionStats.nReturned) : await countOf(operation, body, upTo);
    const estimate = { nReturned: Long.fromNumber(returned), executionTimeMillisEstimate: Long.ZERO };
    counted.push({ ...stage, ...estimate });
  }
  return { explainVersion: "1", stages: counted, ...tail };
}

/** How many documents come out of the first stages of a pipeline; nothing comes out of one that writes. */
async function countOf(operation: Operation, body: Doc, stages: number): Promise<number> {
  const pipeline = (body.pipeline as Doc[]).slice(0, stages);
  const last = pipeline.at(-1) ?? {};
  if ("$out" in last || "$merge" in last) return 0;
  const plan = planAggregate(operation, { ...body, pipeline });
  const { collection, request } = plan;
  if (!collection || !request) return 0;
  const turn = new Turn(operation);
  let count = 0;
  const input = documentsOf(collection.find(request), turn);
  const run = plan.pipeline.run(input, pipelineHost(operation, turn))[Symbol.asyncIterator]();
  while (!(await run.next()).done) count += 1;
  return count;
}

/** A command without its session and other arguments that say nothing about its plan. */
export function shownCommand(body: Doc): Doc {
  const { lsid, $clusterTime, $readPreference, readConcern, ...shown } = body;
  return shown;
}
