/** $lookup and $graphLookup: documents of other collections. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import { compileNode } from "../../query/filter.js";
import { valuesAtPath } from "../../query/path.js";
import type { Doc, EvalContext, PipelineHost, Value } from "../../types.js";
import { canonicalKey, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { wholeNumber } from "../../values/numbers.js";
import { checkFieldPath, compileExpression, type Expression } from "../expression.js";
import { collect, type StageCompiler, type StageEnvironment, type StageTable } from "../stage.js";
import { checkVariableName } from "../variables.js";
import { withValueAt } from "./basic.js";

function text(spec: Doc, stage: string, name: string): string | undefined {
  const value = spec[name];
  if (value === undefined) return undefined;
  if (typeof value === "string") return value;
  throw new MongoError(
    "FailedToParse",
    `${stage} argument '${name}' must be a string, found ${name}: ${describe(value)} of type ${typeAlias(value)}`,
  );
}

/** The collection of the same database that `from` names. The server keeps {db, coll} for its own collections. */
function readFrom(from: Value, stage: string, env: StageEnvironment): { db: string; collection: string } {
  if (typeof from === "string") return { db: env.where.db, collection: from };
  if (isDoc(from) && typeof from.db === "string" && typeof from.coll === "string") {
    throw new MongoError(
      "FailedToParse",
      `${stage} with syntax {from: {db:<>, coll:<>},..} is not supported for db: ${from.db} and coll: ${from.coll}`,
    );
  }
  throw new MongoError(
    "FailedToParse",
    `${stage} argument 'from' must be a string, found ${describe(from)} of type ${typeAlias(from)}`,
  );
}

/**
 * The filter for foreign documents whose `foreignField` equals the local value, or one of a local array's. A local field
 * that gives no value, be it missing or an empty array, stands for null.
 */
function joinFilter(doc: Doc, localField: string, foreignField: string): Doc {
  const reached = valuesAtPath(doc, localField);
  const values = reached.flatMap((value): Value[] => (Array.isArray(value) ? (value as Value[]) : [value]));
  if (values.length === 0) return { [foreignField]: { $eq: null } };
  if (values.length === 1) return { [foreignField]: { $eq: values[0] } };
  if (values.some((value) => typeAlias(value) === "regex")) {
    return { $or: values.map((value) => ({ [foreignField]: { $eq: value } })) };
  }
  return { [foreignField]: { $in: values } };
}

interface Variables {
  names: readonly string[];
  /** The context of the nested pipeline; its variables are filled in for each document. */
  context: EvalContext;
  fill(doc: Doc): void;
}

function readLet(spec: Value, env: StageEnvironment): Variables {
  if (spec !== undefined && !isDoc(spec)) {
    throw new MongoError(
      "FailedToParse",
      `$lookup argument 'let: ${describe(spec)}' must be an object, is type ${typeAlias(spec)}`,
    );
  }
  const values: Doc = { ...env.context.variables };
  const expressions: [string, Expression][] = Object.entries(spec ?? {}).map(([name, expression]) => {
    checkVariableName(name);
    return [name, compileExpression(expression, env.context)];
  });
  for (const [name] of expressions) values[name] = undefined;
  return {
    names: expressions.map(([name]) => name),
    context: { ...env.context, variables: values },
    fill(doc) {
      Object.assign(values, env.context.variables);
      for (const [name, evaluate] of expressions) values[name] = evaluate(doc);
    },
  };
}

const lookupFields = new Set(["from", "localField", "foreignField", "as", "let", "pipeline"]);

function readLookup(spec: Value): {
  as: string;
  localField: string | undefined;
  foreignField: string | undefined;
  spec: Doc;
} {
  if (!isDoc(spec))
    throw new MongoError(
      "FailedToParse",
      `the $lookup stage specification must be an object, but found ${typeAlias(spec)}`,
    );
  for (const name of Object.keys(spec)) {
    if (!lookupFields.has(name)) throw new MongoError("FailedToParse", `unknown argument to $lookup: ${name}`);
  }
  const as = text(spec, "$lookup", "as");
  if (as === undefined) throw new MongoError("FailedToParse", "must specify 'as' field for a $lookup");
  const localField = text(spec, "$lookup", "localField");
  const foreignField = text(spec, "$lookup", "foreignField");
  const half = (localField === undefined) !== (foreignField === undefined);
  if (half || (localField === undefined && spec.pipeline === undefined)) {
    throw new MongoError(
      "FailedToParse",
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  if (spec.let !== undefined && spec.pipeline === undefined) {
    throw new MongoError("FailedToParse", "$lookup with a 'let' argument must also specify 'pipeline'");
  }
  if (localField !== undefined) checkFieldPath(localField);
  if (foreignField !== undefined) checkFieldPath(foreignField);
  return { as, localField, foreignField, spec };
}

const lookup: StageCompiler = (given, env) => {
  const { as, localField, foreignField, spec } = readLookup(given);
  const asParts = checkFieldPath(as);
  const startsWithDocuments =
    Array.isArray(spec.pipeline) && isDoc(spec.pipeline[0]) && "$documents" in spec.pipeline[0];
  if (spec.from === undefined && !startsWithDocuments) {
    throw new MongoError("FailedToParse", "must specify 'pipeline' when 'from' is empty");
  }
  const from = spec.from === undefined ? env.where : readFrom(spec.from, "$lookup", env);
  const variables = readLet(spec.let, env);
  const nested = env.compileNested(spec.pipeline ?? [], {
    ...env,
    where: from,
    context: variables.context,
    inside: "$lookup",
  });
  const usesDocument = variables.names.length > 0 || env.inside === "$lookup";
  // Answers may be used again only when asking twice would give the same.
  const repeatable = !usesDocument && (spec.pipeline === undefined || localField === undefined);
  const filterOf = (doc: Doc): Doc | undefined =>
    localField === undefined || foreignField === undefined ? undefined : joinFilter(doc, localField, foreignField);
  return {
    kind: "stream",
    async *run(input, host) {
      const answers = new Answers();
      for await (const doc of input) {
        if (usesDocument) variables.fill(doc);
        const filter = filterOf(doc);
        const key = repeatable ? canonicalKey(filter) : undefined;
        let found = key === undefined ? undefined : answers.get(key);
        if (!found) {
          found = await collect(filter ? nested.readMatching(host, filter) : nested.read(host));
          if (key !== undefined) answers.keep(key, found);
        }
        yield withValueAt(doc, asParts, found);
      }
    },
  };
};

/** How many documents and answers one $lookup remembers. */
const maxRemembered = 10_000;

/** What the foreign collection answered before: many documents refer to the same few others. */
class Answers {
  private readonly known = new Map<string, Doc[]>();
  private remembered = 0;

  get(key: string): Doc[] | undefined {
    return this.known.get(key);
  }

  keep(key: string, docs: Doc[]): void {
    const isFirst = this.known.size === 0;
    this.remembered += docs.length + 1;
    if (isFirst || this.remembered <= maxRemembered) this.known.set(key, docs);
  }
}

interface GraphLookup {
  from: { db: string; collection: string };
  as: readonly string[];
  start: Expression;
  connectFrom: string;
  connectTo: string;
  maxDepth: number;
  depthField: readonly string[] | undefined;
  restrict: Doc | undefined;
}

const graphFields = new Set([
  "from",
  "startWith",
  "connectFromField",
  "connectToField",
  "as",
  "maxDepth",
  "depthField",
  "restrictSearchWithMatch",
]);

function readGraphLookup(spec: Value, env: StageEnvironment): GraphLookup {
  if (!isDoc(spec))
    throw new MongoError(
      "FailedToParse",
      `the $graphLookup stage specification must be an object, but found ${typeAlias(spec)}`,
    );
  for (const name of Object.keys(spec)) {
    if (!graphFields.has(name)) throw new MongoError(40104, `Unknown argument to $graphLookup: ${name}`);
  }
  const part = (name: string): string => {
    const value = spec[name];
    if (value === undefined) throw needed();
    if (typeof value !== "string")
      throw new MongoError(40103, `expected string as argument for ${name}, found: ${typeAlias(value)}`);
    return value;
  };
  const needed = (): MongoError =>
    new MongoError(
      40105,
      "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
    );
  if (!("startWith" in spec) || spec.from === undefined) throw needed();
  const restrict = spec.restrictSearchWithMatch;
  if (restrict !== undefined && !isDoc(restrict)) {
    throw new MongoError(40185, `restrictSearchWithMatch must be an object, found ${typeAlias(restrict)}`);
  }
  if (restrict) compileNode(restrict, env.context);
  return {
    from: readFrom(spec.from, "$graphLookup", env),
    as: checkFieldPath(part("as")),
    start: compileExpression(spec.startWith, env.context),
    connectFrom: part("connectFromField"),
    connectTo: part("connectToField"),
    maxDepth: readDepth(spec.maxDepth),
    depthField: spec.depthField === undefined ? undefined : checkFieldPath(part("depthField")),
    restrict,
  };
}

function readDepth(value: Value): number {
  if (value === undefined) return Infinity;
  if (!isNumber(value)) throw new MongoError(40100, `maxDepth must be numeric, found type: ${typeAlias(value)}`);
  const depth = wholeNumber(value);
  if (depth === undefined)
    throw new MongoError(40102, "maxDepth could not be represented as a long long: " + describe(value));
  if (depth < 0) throw new MongoError(40101, `maxDepth requires a nonnegative argument, found: ${depth}`);
  return depth;
}

const graphLookup: StageCompiler = (given, env) => {
  const spec = readGraphLookup(given, env);
  const { context } = env;
  const search = async (doc: Doc, host: PipelineHost): Promise<Doc[]> => {
    const started = spec.start(doc) ?? null;
    let frontier: Value[] = Array.isArray(started) ? (started as Value[]) : [started];
    const asked = new Set<string>();
    const found = new Map<string, Doc>();
    for (let depth = 0; depth <= spec.maxDepth && frontier.length > 0; depth += 1) {
      const fresh = takeNew(frontier, asked, context);
      frontier = [];
      for await (const next of host.find(spec.from.db, spec.from.collection, graphFilter(spec, fresh), context)) {
        const key = canonicalKey(next._id);
        if (found.has(key)) continue;
        found.set(key, spec.depthField ? withValueAt(next, spec.depthField, Long.fromNumber(depth)) : next);
        for (const value of valuesAtPath(next, spec.connectFrom)) {
          if (Array.isArray(value)) frontier.push(...(value as Value[]));
          else frontier.push(value);
        }
      }
    }
    return [...found.values()];
  };
  return {
    kind: "stream",
    async *run(input, host) {
      for await (const doc of input) yield withValueAt(doc, spec.as, await search(doc, host));
    },
  };
};

function graphFilter(spec: GraphLookup, values: readonly Value[]): Doc {
  const connects: Doc = { $or: values.map((value) => ({ [spec.connectTo]: { $eq: value } })) };
  const plain = values.every((value) => typeAlias(value) !== "regex");
  const filter: Doc = plain ? { [spec.connectTo]: { $in: values } } : connects;
  return spec.restrict ? { $and: [filter, spec.restrict] } : filter;
}

/** The values that no step has asked for yet. */
function takeNew(values: readonly Value[], asked: Set<string>, context: EvalContext): Value[] {
  return values.filter((value) => {
    const key = canonicalKey(value, context.collator);
    if (asked.has(key)) return false;
    asked.add(key);
    return true;
  });
}

export const lookupStages: StageTable = { $lookup: lookup, $graphLookup: graphLookup };
