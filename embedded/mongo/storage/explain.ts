/** Plans in the shape of MongoDB's explain. */
import type { Doc, Explained, FindRequest, ShownProjection } from "../types.js";
import type { Work } from "./cursor.js";
import type { IndexPlan, Plan } from "./planner.js";

/** What a read came to. */
export interface Outcome {
  returned: number;
  /** Candidates that the filter let through, before skip and limit. */
  matched: number;
  work: Work;
  ms: number;
}

/** One stage: how it is described, and what it did. */
interface Stage {
  name: string;
  filter?: Doc | undefined;
  about?: Doc;
  returned?: number | undefined;
  did?: Doc | undefined;
  input?: Stage;
  inputs?: Stage[];
}

function planOf({ name, filter, about, input, inputs }: Stage): Doc {
  return {
    stage: name,
    ...(filter && { filter }),
    ...about,
    ...(input && { inputStage: planOf(input) }),
    ...(inputs && { inputStages: inputs.map(planOf) }),
  };
}

/** The counters that every stage has; one piece of work is counted for each answer. */
function counters(returned: number): Doc {
  return {
    nReturned: returned,
    executionTimeMillisEstimate: 0,
    works: returned + 1,
    advanced: returned,
    needTime: 0,
    needYield: 0,
    saveState: 0,
    restoreState: 0,
    isEOF: 1,
  };
}

function executedOf({ name, filter, about, returned, did, input, inputs }: Stage): Doc {
  return {
    stage: name,
    ...(filter && { filter }),
    ...counters(returned ?? 0),
    ...about,
    ...did,
    ...(input && { inputStage: executedOf(input) }),
    ...(inputs && { inputStages: inputs.map(executedOf) }),
  };
}

/** A path through an array in the components that may be one: the last of a plain path, the first of a dotted one. */
function arraysOf(path: string, arrays: readonly string[]): string[] {
  return arrays.includes(path) ? [path.split(".", 1)[0]!] : [];
}

function scan(plan: IndexPlan, keys?: number): Stage {
  const { spec, multikey, arrays } = plan.index;
  return {
    name: "IXSCAN",
    about: {
      keyPattern: spec.key,
      indexName: spec.name,
      ...(spec.collation && { collation: spec.collation }),
      isMultiKey: multikey,
      multiKeyPaths: Object.fromEntries(Object.keys(spec.key).map((path) => [path, arraysOf(path, arrays)])),
      isUnique: spec.unique === true,
      isSparse: spec.sparse === true,
      isPartial: spec.partialFilterExpression !== undefined,
      indexVersion: 2,
      direction: plan.backwards ? "backward" : "forward",
      indexBounds: plan.bounds,
    },
    returned: keys,
    did: keys === undefined ? undefined : { keysExamined: keys, seeks: 1, dupsTested: 0, dupsDropped: 0 },
  };
}

/** The stages that find the documents, before sort, projection, skip and limit. */
function source(plan: Plan, request: FindRequest, outcome: Outcome | undefined): Stage {
  const filter = Object.keys(request.filter.source).length > 0 ? request.filter.source : undefined;
  const returned = outcome?.matched;
  const keys = outcome?.work.keys;
  const docs = outcome?.work.docs;
  if (plan.kind === "collection") {
    return {
      name: "COLLSCAN",
      filter,
      about: { direction: plan.backwards ? "backward" : "forward" },
      returned,
      did: { docsExamined: docs },
    };
  }
  const fetch = { name: "FETCH", returned, did: { docsExamined: docs, alreadyHasObj: 0 } };
  if (plan.kind === "union") {
    return {
      ...fetch,
      input: { name: "OR", returned: docs, inputs: plan.branches.map((branch) => scan(branch, keys)) },
    };
  }
  if (plan.kind === "merge") {
    const inputs = plan.branches.map((branch) => scan(branch.plan, keys));
    const merge: Stage = { name: "SORT_MERGE", about: { sortPattern: request.sort }, returned: docs, inputs };
    return { ...fetch, ...(plan.exact ? {} : { filter }), input: merge };
  }
  if (plan.covered) return { ...scan(plan, keys), ...(plan.exact ? {} : { filter }) };
  return { ...fetch, ...(plan.exact ? {} : { filter }), input: scan(plan, keys) };
}

/** The stages from the leaves up. */
function stagesOf(
  plan: Plan,
  request: FindRequest,
  projection: ShownProjection | undefined,
  outcome: Outcome | undefined,
): Stage {
  const { sort, skip = 0, limit = 0 } = request;
  const matched = outcome?.matched;
  let top = source(plan, request, outcome);
  const blocking = !plan.sorted && sort !== undefined;
  if (blocking) {
    top = {
      name: "SORT",
      about: {
        sortPattern: sort,
        memLimit: 104857600,
        ...(limit > 0 && { limitAmount: limit + skip }),
        type: "simple",
      },
      returned: matched === undefined ? undefined : limit > 0 ? Math.min(matched, limit + skip) : matched,
      did: { totalDataSizeSorted: 0, usedDisk: false, spills: 0 },
      input: top,
    };
  }
  if (projection) {
    const covered = plan.kind === "index" && plan.covered;
    top = {
      name: covered ? "PROJECTION_COVERED" : projection.stage,
      about: { transformBy: projection.transformBy },
      returned: top.returned,
      input: top,
    };
  }
  if (skip > 0) top = { name: "SKIP", about: { skipAmount: skip }, returned: outcome?.returned, input: top };
  if (limit > 0 && !blocking) {
    top = { name: "LIMIT", about: { limitAmount: limit }, returned: outcome?.returned, input: top };
  }
  return top;
}

function withStats(stage: Stage, outcome: Outcome | undefined): Explained {
  const winningPlan = planOf(stage);
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
      executionStages: executedOf(stage),
    },
  };
}

/** `projection` is shown where it happens; one that the plan's keys answer is a covered one. */
export function explainPlan(
  plan: Plan,
  request: FindRequest,
  projection: ShownProjection | undefined,
  outcome?: Outcome,
): Explained {
  return withStats(stagesOf(plan, request, projection, outcome), outcome);
}

/** A read of one `_id`. */
export function explainPoint(projection: ShownProjection | undefined, outcome?: Outcome): Explained {
  const returned = outcome?.returned;
  const point: Stage = {
    name: "IDHACK",
    returned,
    did: { keysExamined: outcome?.work.keys, docsExamined: outcome?.work.docs },
  };
  if (!projection) return withStats(point, outcome);
  const about = { transformBy: projection.transformBy };
  return withStats({ name: projection.stage, about, returned, input: point }, outcome);
}

/** A count that reads no document. */
export function explainCountScan(plan: IndexPlan, outcome?: Outcome): Explained {
  const { about = {}, ...keys } = scan(plan, outcome?.work.keys);
  const { direction: _direction, indexBounds, ...kept } = about;
  return withStats({ ...keys, name: "COUNT_SCAN", about: { ...kept, indexBounds } }, outcome);
}
