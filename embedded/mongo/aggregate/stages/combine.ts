/** $facet and $unionWith, and the stages over windows of documents. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { blocking, collect, rowsOf, type StageCompiler, type StageTable, unknownField } from "../stage.js";
import { compileDensify } from "../windows/densify.js";
import { compileFill } from "../windows/fill.js";
import { compileSetWindowFields } from "../windows/stage.js";

const facet: StageCompiler = (spec, env) => {
  if (!isDoc(spec) || Object.keys(spec).length === 0) {
    throw new MongoError(40169, `the $facet specification must be a non-empty object, but found: ${describe(spec)}`);
  }
  if (env.inside === "$facet") throw new MongoError(40600, "$facet is not allowed to be used within a $facet stage");
  const facets = Object.entries(spec).map(([name, stages]) => {
    if (name.includes(".")) throw new MongoError(40169, `The facet name '${name}' cannot contain '.'`);
    if (name.startsWith("$")) throw new MongoError(40169, `The facet name '${name}' cannot start with '$'`);
    if (!Array.isArray(stages)) {
      throw new MongoError(40170, `arguments to $facet must be arrays, ${name} is type ${typeAlias(stages)}`);
    }
    return [name, env.compileNested(stages, { ...env, inside: "$facet" })] as const;
  });
  return {
    kind: "stream",
    async *run(input, host) {
      const docs = await collect(input);
      const result: Doc = {};
      for (const [name, pipeline] of facets) setField(result, name, await collect(pipeline.run(rowsOf(docs), host)));
      yield result;
    },
  };
};

function readUnion(spec: Value): { collection: string | undefined; pipeline: Value } {
  if (typeof spec === "string") return { collection: spec, pipeline: [] };
  if (!isDoc(spec)) {
    throw new MongoError(
      "FailedToParse",
      `the $unionWith stage specification must be an object or string, but found ${typeAlias(spec)}`,
    );
  }
  for (const name of Object.keys(spec)) {
    if (name !== "coll" && name !== "pipeline") throw unknownField("$unionWith", name);
  }
  const { coll, pipeline = [] } = spec;
  if (coll === undefined) {
    const [first] = Array.isArray(pipeline) ? (pipeline as Value[]) : [];
    if (isDoc(first) && "$documents" in first) return { collection: undefined, pipeline };
    throw new MongoError(
      "FailedToParse",
      "$unionWith stage without explicit collection must have a pipeline with $documents as first stage",
    );
  }
  if (typeof coll !== "string") {
    throw new MongoError(
      "TypeMismatch",
      `BSON field '$unionWith.coll' is the wrong type '${typeAlias(coll)}', expected type 'string'`,
    );
  }
  return { collection: coll, pipeline };
}

const unionWith: StageCompiler = (spec, env) => {
  const { collection, pipeline } = readUnion(spec);
  const nested = env.compileNested(pipeline, {
    ...env,
    where: { db: env.where.db, collection: collection ?? env.where.collection },
    inside: "$unionWith",
  });
  return {
    kind: "stream",
    async *run(input, host) {
      yield* input;
      yield* nested.read(host);
    },
  };
};

export const combiningStages: StageTable = {
  $facet: facet,
  $unionWith: unionWith,
  $setWindowFields: (spec, { context }) => blocking(compileSetWindowFields(spec, context)),
  $densify: (spec, { context }) => blocking(compileDensify(spec, context)),
  $fill: (spec, { context }) => blocking(compileFill(spec, context)),
};
