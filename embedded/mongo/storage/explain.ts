/** Plans in the shape of MongoDB's explain. */
import type { Doc, Explained, FindRequest } from "../types.js";
import type { Work } from "./cursor.js";
import type { IndexPlan, Plan } from "./planner.js";

interface Outcome {
  returned: number;
  work: Work;
  ms: number;
}

function scan(plan: IndexPlan): Doc {
  const { spec, multikey } = plan.index;
  return {
    stage: "IXSCAN",
    keyPattern: spec.key,
    indexName: spec.name,
    isMultiKey: multikey,
    multiKeyPaths: Object.fromEntries(Object.keys(spec.key).map((path) => [path, []])),
    isUnique: spec.unique === true,
    isSparse: spec.sparse === true,
    isPartial: spec.partialFilterExpression !== undefined,
    indexVersion: 2,
    direction: plan.backwards ? "backward" : "forward",
    indexBounds: plan.bounds,
  };
}

/** The stages from the leaves up. */
function tree(plan: Plan, request: FindRequest): Doc {
  const filter = request.filter.source;
  const rest = Object.keys(filter).length > 0 ? { filter } : {};
  let stage: Doc;
  if (plan.kind === "collection") {
    stage = { stage: "COLLSCAN", ...rest, direction: plan.backwards ? "backward" : "forward" };
  } else if (plan.kind === "union") {
    stage = { stage: "FETCH", ...rest, inputStage: { stage: "OR", inputStages: plan.branches.map(scan) } };
  } else {
    stage = { stage: "FETCH", ...(plan.exact ? {} : rest), inputStage: scan(plan) };
  }
  if (!plan.sorted && request.sort) {
    const limit = request.limit ? { limitAmount: request.limit + (request.skip ?? 0) } : {};
    stage = {
      stage: "SORT",
      sortPattern: request.sort,
      memLimit: 104857600,
      type: "simple",
      ...limit,
      inputStage: stage,
    };
  }
  if (request.skip) stage = { stage: "SKIP", skipAmount: request.skip, inputStage: stage };
  if (request.limit) stage = { stage: "LIMIT", limitAmount: request.limit, inputStage: stage };
  return stage;
}

function withStats(winningPlan: Doc, outcome: Outcome | undefined): Explained {
  if (!outcome) return { winningPlan };
  const { returned, work, ms } = outcome;
  return {
    winningPlan,
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      executionTimeMillis: ms,
      totalKeysExamined: work.keys,
      totalDocsExamined: work.docs,
      executionStages: { ...winningPlan, nReturned: returned, docsExamined: work.docs, keysExamined: work.keys },
    },
  };
}

export function explainPlan(plan: Plan, request: FindRequest, outcome?: Outcome): Explained {
  return withStats(tree(plan, request), outcome);
}

/** A read of one `_id`. */
export const explainPoint = (outcome?: Outcome): Explained => withStats({ stage: "IDHACK" }, outcome);

/** A count that reads no document. */
export function explainCountScan(plan: IndexPlan, outcome?: Outcome): Explained {
  const { direction: _direction, ...keys } = scan(plan);
  return withStats({ ...keys, stage: "COUNT_SCAN" }, outcome);
}
