/** Stages that a pipeline begins with instead of reading its collection. */
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { compileExpression } from "../expression.js";
import type { StageCompiler, StageTable } from "../stage.js";

const documents: StageCompiler = (spec, { context }) => {
  const evaluate = compileExpression(spec, context);
  const read = (): Doc[] => {
    const list = evaluate({});
    if (!Array.isArray(list)) throw new MongoError(5858203, "an array is expected");
    return list.map((doc: Value) => {
      if (!isDoc(doc))
        throw new MongoError(
          40228,
          `'newRoot' expression  must evaluate to an object, but resulting value was of type ${typeAlias(doc)}`,
        );
      return doc;
    });
  };
  return {
    kind: "stream",
    // eslint-disable-next-line @typescript-eslint/require-await -- an async face for what is there already
    async *run() {
      yield* read();
    },
  };
};

const diagnostic: StageCompiler = (spec, { where }, name) => {
  if (!isDoc(spec)) {
    const code = name === "$indexStats" ? 28803 : name === "$collStats" ? 5447000 : 40415;
    throw new MongoError(code, `The ${name} stage specification must be an object, found ${typeAlias(spec)}`);
  }
  if (name === "$indexStats" && Object.keys(spec).length > 0) {
    throw new MongoError(28803, "The $indexStats stage specification must be an empty object");
  }
  return {
    kind: "stream",
    async *run(_input, host) {
      yield* await host.diagnostics(where.db, where.collection, name, spec);
    },
  };
};

export const sourceStages: StageTable = {
  $documents: documents,
  $indexStats: diagnostic,
  $collStats: diagnostic,
  $listSessions: diagnostic,
  $listLocalSessions: diagnostic,
  $currentOp: diagnostic,
  $planCacheStats: diagnostic,
};

/** Sources that read no collection. */
export const databaseSources: ReadonlySet<string> = new Set(["$documents", "$currentOp", "$listLocalSessions"]);

/** Stages that real MongoDB knows and a standalone server, or this store, refuses. Undefined for all others. */
export function refusedStage(name: string): MongoError | undefined {
  switch (name) {
    case "$changeStream":
    case "$changeStreamSplitLargeEvent":
      return new MongoError(40573, "The $changeStream stage is only supported on replica sets");
    case "$geoNear":
      return new MongoError("IndexNotFound", "$geoNear requires a 2d or 2dsphere index, but none were found");
    case "$search":
    case "$searchMeta":
    case "$vectorSearch":
    case "$listSearchIndexes":
      return new MongoError(31082, `${name} stage is only allowed on MongoDB Atlas`);
    default:
      return undefined;
  }
}
