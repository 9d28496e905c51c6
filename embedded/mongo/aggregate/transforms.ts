/** The stages that turn each document into one other: also what a pipeline update is made of. */
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { isDoc, typeAlias } from "../values/compare.js";
import { describe } from "../values/describe.js";
import type { Scope } from "./evaluator.js";
import { checkFieldPath, compileEvaluator } from "./expression.js";
import { addComputed, addLeaf, applyExclusion, applyInclusion, newBranch, ProjectionReader } from "./projectionTree.js";

export type Transform = (doc: Doc) => Doc;

function scopeOf(doc: Doc): Scope {
  return { root: doc, current: doc, bindings: undefined };
}

/** $addFields and $set. */
export function compileAddFields(spec: Value, context: EvalContext, name = "$addFields"): Transform {
  if (!isDoc(spec)) {
    throw new MongoError(40272, `${name} specification stage must be an object, got ${typeAlias(spec)}`);
  }
  const root = newBranch();
  if (Object.keys(spec).length === 0) {
    throw new MongoError(40177, `Invalid ${name} :: caused by :: specification must have at least one field`);
  }
  const read = (path: string, value: Value): void => {
    const isNested = isDoc(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]?.startsWith("$");
    if (isNested) for (const inner of Object.keys(value)) read(`${path}.${checkNestedName(inner)}`, value[inner]);
    else addLeaf(root, path, { kind: "compute", evaluate: compileEvaluator(value, context) });
  };
  for (const [path, value] of Object.entries(spec)) read(path, value);
  return (doc) => addComputed(root, doc, scopeOf(doc));
}

function checkNestedName(name: string): string {
  if (name.includes(".")) {
    throw new MongoError(40183, `cannot use dotted field name '${name}' in a sub object`);
  }
  return name;
}

export function compileProject(spec: Value, context: EvalContext): Transform {
  if (!isDoc(spec)) throw new MongoError(15969, "$project specification must be an object");
  if (Object.keys(spec).length === 0) {
    throw new MongoError(
      51272,
      "Invalid $project :: caused by :: projection specification must have at least one field",
    );
  }
  const reader = new ProjectionReader(context);
  for (const [path, value] of Object.entries(spec)) reader.read(path, value);
  const apply = reader.finish() === "inclusion" ? applyInclusion : applyExclusion;
  return (doc) => apply(reader.root, doc, scopeOf(doc));
}

export function compileUnset(spec: Value): Transform {
  const paths: Value[] = Array.isArray(spec) ? spec : [spec];
  if (!Array.isArray(spec) && typeof spec !== "string") {
    throw new MongoError(31002, "$unset specification must be a string or an array");
  }
  if (paths.length === 0) {
    throw new MongoError(31119, "$unset specification must be a string or an array with at least one field");
  }
  const root = newBranch();
  for (const path of paths) {
    if (typeof path !== "string") {
      throw new MongoError(31120, "$unset specification must be a string or an array containing only string values");
    }
    if (path.startsWith("$")) checkFieldPath(path);
    addLeaf(root, path, { kind: "exclude" });
  }
  return (doc) => applyExclusion(root, doc, scopeOf(doc));
}

/** $replaceRoot and $replaceWith. */
export function compileReplaceRoot(spec: Value, context: EvalContext, name: string): Transform {
  const evaluate = compileEvaluator(spec, context);
  return (doc) => {
    const root = evaluate(scopeOf(doc));
    if (isDoc(root)) return root;
    throw new MongoError(
      40228,
      `'${name === "$replaceRoot" ? "newRoot" : "replacement document"}' expression  must evaluate to an object, but resulting value was: ${root === undefined ? "MISSING" : describe(root)}. Type of resulting value: '${typeAlias(root)}'. Input document: ${describe(doc)}`,
    );
  };
}

function readNewRoot(spec: Value): Value {
  if (!isDoc(spec))
    throw new MongoError(40229, `expected an object as specification for $replaceRoot stage, got ${typeAlias(spec)}`);
  for (const key of Object.keys(spec)) {
    if (key !== "newRoot") throw new MongoError(40415, `BSON field '$replaceRoot.${key}' is an unknown field.`);
  }
  if (!("newRoot" in spec))
    throw new MongoError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  return spec.newRoot;
}

/** Runs a compiler; its errors are told to be those of the stage, as the server does. */
function inStage(name: string, compile: () => Transform): Transform {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof MongoError) || error.message.startsWith("Invalid $")) throw error;
    throw new MongoError(error.code, `Invalid ${name} :: caused by :: ${error.message}`);
  }
}

/** Compiles one of these stages; undefined when the stage is another. */
export function compileTransform(name: string, spec: Value, context: EvalContext): Transform | undefined {
  switch (name) {
    case "$addFields":
    case "$set":
      return inStage(name, () => compileAddFields(spec, context, name));
    case "$project":
      return inStage(name, () => compileProject(spec, context));
    case "$unset":
      return inStage(name, () => compileUnset(spec));
    case "$replaceRoot":
      return compileReplaceRoot(readNewRoot(spec), context, name);
    case "$replaceWith":
      return compileReplaceRoot(spec, context, name);
    default:
      return undefined;
  }
}
