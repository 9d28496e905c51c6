/** Aggregation pipelines: compiled once, run over a stream of documents. */
import { MongoError } from "../errors.js";
import { compileSort } from "../query/sort.js";
import type { Doc, EvalContext, PipelineHost, Value } from "../types.js";
import { isDoc, typeAlias } from "../values/compare.js";
import type { NestedPipeline, Rows, Stage, StageEnvironment, StageTable } from "./stage.js";
import { basicStages, readCount, readMatch, readSortStage, sortStage } from "./stages/basic.js";
import { combiningStages } from "./stages/combine.js";
import { groupStages } from "./stages/group.js";
import { lookupStages } from "./stages/lookup.js";
import { outputStages } from "./stages/output.js";
import { databaseSources, refusedStage, sourceStages } from "./stages/sources.js";
import { compileNode } from "../query/filter.js";

const stageTable: StageTable = {
  ...basicStages,
  ...combiningStages,
  ...groupStages,
  ...lookupStages,
  ...outputStages,
  ...sourceStages,
};

/** The stages at the start that one indexed read can answer, applied in the order filter, sort, skip, limit. */
export interface Leading {
  filter?: Doc;
  sort?: Doc;
  skip?: number;
  limit?: number;
  /** How many stages these are. */
  consumed: number;
}

export interface Pipeline {
  readonly leading: Leading;
  /** Runs the stages after the leading ones. Writing stages give nothing. */
  run(input: AsyncIterable<Doc>, host: PipelineHost): AsyncIterable<Doc>;
  /** The last stage is $out or $merge. */
  readonly writes: boolean;
  /** The name of the first stage when it brings its own documents, so that the collection is not read. */
  readonly sourceStage?: string;
}

/** True for the stages that this store runs. */
export function isStageName(name: string): boolean {
  return Object.hasOwn(stageTable, name);
}

/** MongoDB's limit of stages in one pipeline. */
const maxStages = 1000;

/**
 * Compiles a pipeline. Throws MongoError for what the server refuses when it parses: 40324 for unknown stages, 40323 for
 * stages that are not documents of one field, 40601 and 40602 for stages in the wrong place.
 */
export function compilePipeline(
  stages: Doc[],
  where: { db: string; collection: string },
  context: EvalContext,
): Pipeline {
  const env: StageEnvironment = { context, where, compileNested };
  const named = readStages(stages, env);
  const sourceStage = named.find(({ name }, at) => at === 0 && Object.hasOwn(sourceStages, name))?.name;
  const leading = sourceStage === undefined ? readLeading(named, context) : { consumed: 0 };
  const compiled = compileStages(named.slice(leading.consumed), env);
  return {
    leading,
    run: (input, host) => chain(compiled, input, host),
    writes: compiled.some((stage) => stage.kind === "stream" && stage.writes === true),
    ...(sourceStage !== undefined && { sourceStage }),
  };
}

interface NamedStage {
  name: string;
  spec: Value;
}

function readStages(stages: Value, env: StageEnvironment): NamedStage[] {
  if (!Array.isArray(stages)) throw new MongoError("TypeMismatch", "'pipeline' option must be specified as an array");
  if (stages.length > maxStages) {
    throw new MongoError("FailedToParse", `Pipeline length must be no longer than ${maxStages} stages`);
  }
  return stages.map((stage: Value, at) => {
    if (!isDoc(stage)) {
      throw new MongoError(
        "TypeMismatch",
        `Each element of the 'pipeline' array must be an object, found ${typeAlias(stage)}`,
      );
    }
    const [name, other] = Object.keys(stage);
    if (name === undefined || other !== undefined) {
      throw new MongoError(40323, "A pipeline stage specification object must contain exactly one field.");
    }
    checkPlace(name, at, stages.length, env);
    return { name, spec: stage[name] };
  });
}

function checkPlace(name: string, at: number, length: number, env: StageEnvironment): void {
  const refused = refusedStage(name);
  if (refused) throw refused;
  if (!Object.hasOwn(stageTable, name)) throw new MongoError(40324, `Unrecognized pipeline stage name: '${name}'`);
  if (Object.hasOwn(outputStages, name) && at !== length - 1 && !env.inside) {
    throw new MongoError(40601, `${name} can only be the final stage in the pipeline`);
  }
  if (!Object.hasOwn(sourceStages, name)) return;
  if (env.inside === "$facet") throw new MongoError(40600, `${name} is not allowed to be used within a $facet stage`);
  if (at > 0) throw new MongoError(40602, `${name} is only valid as the first stage in a pipeline`);
  if (!env.inside) checkSource(name, env.where);
}

/** Some sources need a collection, others must be asked of the database ({aggregate: 1}). */
function checkSource(name: string, where: { db: string; collection: string }): void {
  const ofDatabase = where.collection === "$cmd.aggregate";
  if (!databaseSources.has(name)) {
    if (!ofDatabase) return;
    throw new MongoError("InvalidNamespace", `{aggregate: 1} is not valid for '${name}'; a collection is required.`);
  }
  if (name === "$currentOp" && (!ofDatabase || where.db !== "admin")) {
    throw new MongoError("InvalidNamespace", "$currentOp must be run against the 'admin' database with {aggregate: 1}");
  }
  if (!ofDatabase) {
    throw new MongoError(
      "InvalidNamespace",
      `${name} must be run against the database with {aggregate: 1}, not a collection`,
    );
  }
}

/** Takes $match, $sort, $skip and $limit from the front as long as they stand in the order a read applies them. */
function readLeading(stages: readonly NamedStage[], context: EvalContext): Leading {
  const leading: Leading = { consumed: 0 };
  const filters: Doc[] = [];
  for (const { name, spec } of stages) {
    if (!takeLeading(leading, filters, name, spec, context)) break;
    leading.consumed += 1;
  }
  const [first] = filters;
  if (first) leading.filter = filters.length === 1 ? first : { $and: filters };
  return leading;
}

function takeLeading(leading: Leading, filters: Doc[], name: string, spec: Value, context: EvalContext): boolean {
  const cut = leading.skip !== undefined || leading.limit !== undefined;
  switch (name) {
    case "$match": {
      // A filter may move ahead of a sort, but not ahead of a skip or limit.
      if (cut) return false;
      const filter = readMatch(spec);
      compileNode(filter, context);
      filters.push(filter);
      return true;
    }
    case "$sort":
      if (cut || leading.sort) return false;
      leading.sort = readSortStage(spec);
      compileSort(leading.sort, context.collator);
      return true;
    case "$skip":
      if (leading.limit !== undefined) return false;
      leading.skip = (leading.skip ?? 0) + readCount(spec, name);
      return true;
    case "$limit":
      leading.limit = Math.min(leading.limit ?? Infinity, readCount(spec, name));
      return true;
    default:
      return false;
  }
}

function compileStages(stages: readonly NamedStage[], env: StageEnvironment): Stage[] {
  return stages.map(({ name, spec }, at) => {
    if (name === "$sort") return sortStage(spec, env.context, keptAfter(stages, at));
    const compile = stageTable[name] as StageTable[string];
    return compile(spec, env, name);
  });
}

/** How many documents the stages right after a $sort can still need: those of a $limit and the $skips before it. */
function keptAfter(stages: readonly NamedStage[], sortAt: number): number {
  let skipped = 0;
  for (const { name, spec } of stages.slice(sortAt + 1)) {
    if (name === "$limit") return skipped + readCount(spec, name);
    if (name !== "$skip") break;
    skipped += readCount(spec, name);
  }
  return Infinity;
}

/** Runs stages one after the other; neighbours that look at single documents share one loop. */
function chain(stages: readonly Stage[], input: Rows, host: PipelineHost): Rows {
  let rows = input;
  let pending: ((doc: Doc) => Doc | undefined)[] = [];
  for (const stage of stages) {
    if (stage.kind === "each") pending.push(stage.apply);
    else {
      rows = stage.run(applyEach(pending, rows), host);
      pending = [];
    }
  }
  return applyEach(pending, rows);
}

function applyEach(steps: readonly ((doc: Doc) => Doc | undefined)[], input: Rows): Rows {
  return steps.length === 0 ? input : applySteps(steps, input);
}

async function* applySteps(steps: readonly ((doc: Doc) => Doc | undefined)[], input: Rows): Rows {
  for await (const doc of input) {
    let current: Doc | undefined = doc;
    for (const step of steps) {
      current = step(current);
      if (current === undefined) break;
    }
    if (current !== undefined) yield current;
  }
}

/** A pipeline inside a stage: its first $match stages go to the host as a filter, so that indexes serve it. */
function compileNested(given: Value, env: StageEnvironment): NestedPipeline {
  const named = readStages(given, env);
  const isSource = named[0] !== undefined && Object.hasOwn(sourceStages, named[0].name);
  const others = named.findIndex(({ name }) => name !== "$match");
  const matches = named.slice(0, others === -1 ? named.length : others).map(({ spec }) => readMatch(spec));
  for (const filter of matches) compileNode(filter, env.context);
  const all = compileStages(named, env);
  const rest = all.slice(matches.length);
  const { db, collection } = env.where;
  const find = (host: PipelineHost, filters: Doc[]): Rows => {
    if (isSource) return chain(all, noRows(), host);
    const [first = {}] = filters;
    const filter: Doc = filters.length > 1 ? { $and: filters } : first;
    return chain(rest, host.find(db, collection, filter, env.context), host);
  };
  return {
    read: (host) => find(host, matches),
    readMatching: (host, filter) => {
      if (!isSource) return find(host, [filter, ...matches]);
      const node = compileNode(filter, env.context);
      const [source, ...after] = all as [Stage, ...Stage[]];
      return chain([source, { kind: "each", apply: (doc) => (node(doc) ? doc : undefined) }, ...after], noRows(), host);
    },
    run: (input, host) => chain(all, input, host),
  };
}

async function* noRows(): Rows {
  // A source stage brings its own documents.
}
