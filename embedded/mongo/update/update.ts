/** Updates: by operators, by pipeline, or by replacement. */
import { ObjectId } from "bson";
import { isStageName } from "../aggregate/pipeline.js";
import { compileTransform, type Transform } from "../aggregate/transforms.js";
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Updater, Value } from "../types.js";
import { isDoc, typeAlias, valuesEqual, valuesIdentical } from "../values/compare.js";
import { describe } from "../values/describe.js";
import { fieldNames, idFirst } from "../values/fieldOrder.js";
import { checkIdentifiers, compileArrayFilters } from "./arrayFilters.js";
import { arrayModifiers } from "./arrays.js";
import { fieldModifiers } from "./fields.js";
import type { ModifierCompiler } from "./modifier.js";
import { readRename } from "./rename.js";
import { addModifier, applyNode, newPathNode, type PathNode, settleTree } from "./tree.js";
import { documentFromFilter, idFromFilter } from "./upsert.js";

export interface UpdateOptions {
  arrayFilters?: Doc[] | undefined;
  context: EvalContext;
}

const modifiers: Readonly<Record<string, ModifierCompiler>> = { ...fieldModifiers, ...arrayModifiers };

/**
 * Compiles an update. Throws MongoError for what the server refuses: FailedToParse for unknown modifiers,
 * ConflictingUpdateOperators for paths that touch, EmptyFieldName, DollarPrefixedFieldName. Applying throws PathNotViable,
 * ImmutableField, TypeMismatch and the like.
 */
export function compileUpdate(update: Doc | Doc[], options: UpdateOptions): Updater {
  const { context, arrayFilters = [] } = options;
  if (Array.isArray(update)) {
    if (arrayFilters.length > 0) {
      throw new MongoError("FailedToParse", "arrayFilters may not be specified for pipeline-syle updates");
    }
    return pipelineUpdater(update, context);
  }
  const [first] = Object.keys(update);
  if (first?.startsWith("$")) return operatorUpdater(update, arrayFilters, context);
  if (arrayFilters.length > 0) {
    throw new MongoError("FailedToParse", "arrayFilters may not be specified for replacement-style updates");
  }
  return replacementUpdater(update);
}

function operatorUpdater(update: Doc, arrayFilters: readonly Doc[], context: EvalContext): Updater {
  const tests = compileArrayFilters(arrayFilters, context);
  const { tree, paths } = compileOperators(update, context);
  checkIdentifiers(paths, tests, update);
  const apply: Updater["apply"] = (doc, at) => {
    const how = { root: doc, insert: at.insert ?? false, context, positional: at.positional, tests };
    const changed = (applyNode(tree, doc, "", how) ?? {}) as Doc;
    if (changed !== doc && !at.insert) checkIdUnchanged(doc, changed, "_id");
    return changed;
  };
  return {
    isReplacement: false,
    apply,
    upsert(filter) {
      const base = documentFromFilter(filter);
      const made = apply(base, { insert: true });
      if ("_id" in base) checkIdUnchanged(base, made, "_id");
      return withId(made);
    },
  };
}

function compileOperators(update: Doc, context: EvalContext): { tree: PathNode; paths: string[] } {
  const tree = newPathNode();
  const paths: string[] = [];
  const put = (path: string, apply: ReturnType<ModifierCompiler>): void => {
    paths.push(path);
    addModifier(tree, path, readPath(path), apply);
  };
  for (const [name, fields] of Object.entries(update)) {
    const compile = Object.hasOwn(modifiers, name) ? modifiers[name] : undefined;
    if (!compile && name !== "$rename") {
      throw new MongoError(
        "FailedToParse",
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDoc(fields)) {
      throw new MongoError(
        "FailedToParse",
        `Modifiers operate on fields but we found type ${typeAlias(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${describe(fields)}}`,
      );
    }
    for (const [path, operand] of Object.entries(fields)) {
      if (compile) put(path, compile(operand, path, context));
      else {
        const rename = readRename(path, operand);
        put(path, rename.takeSource);
        put(rename.to, rename.setTarget);
      }
    }
  }
  settleTree(tree);
  return { tree, paths };
}

/** Splits and checks the path of an update. */
function readPath(path: string): string[] {
  if (path === "") throw new MongoError("EmptyFieldName", "An empty update path is not valid.");
  const parts = path.split(".");
  if (parts.includes("")) {
    throw new MongoError(
      "EmptyFieldName",
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  const positions = parts.filter((part) => part === "$").length;
  const [first = ""] = parts;
  if (first === "$" || (first.startsWith("$[") && first.endsWith("]"))) {
    const what = first === "$" ? "positional (i.e. '$') element" : "array filter identifier (i.e. '$[<id>]') element";
    throw new MongoError("BadValue", `Cannot have ${what} in the first position in path '${path}'`);
  }
  if (positions > 1) {
    throw new MongoError("BadValue", `Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  return parts;
}

function isReferencePart(part: string): boolean {
  return part === "$ref" || part === "$id" || part === "$db";
}

function immutable(path: string): MongoError {
  return new MongoError(
    "ImmutableField",
    `Performing an update on the path '${path}' would modify the immutable field '_id'`,
  );
}

function checkIdUnchanged(before: Doc, after: Doc, path: string): void {
  if (before._id === after._id || !("_id" in before)) return;
  if (!("_id" in after) || !valuesEqual(before._id, after._id)) throw immutable(path);
}

/** A document to insert: with an `_id`, which stands first. */
function withId(doc: Doc): Doc {
  const { _id = new ObjectId() } = doc;
  checkId(_id);
  if (fieldNames(doc)[0] === "_id") return doc;
  const { _id: _old, ...rest } = doc;
  return idFirst(_id, rest);
}

function checkId(id: Value): void {
  const alias = typeAlias(id);
  if (alias === "array" || alias === "regex") {
    throw new MongoError("InvalidIdField", `The '_id' value cannot be of type ${alias}`);
  }
  if (!isDoc(id)) return;
  const dollar = Object.keys(id).find((name) => name.startsWith("$") && !isReferencePart(name));
  if (dollar !== undefined) {
    throw new MongoError(
      "DollarPrefixedFieldName",
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    );
  }
}

function altered(id: Value): MongoError {
  return new MongoError(
    "ImmutableField",
    `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${describe(id)}`,
  );
}

function replacementUpdater(replacement: Doc): Updater {
  const dollar = Object.keys(replacement).find((name) => name.startsWith("$"));
  if (dollar !== undefined) {
    throw new MongoError(
      "DollarPrefixedFieldName",
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  const apply: Updater["apply"] = (doc) => {
    const next = keepId(doc, replacement);
    return valuesIdentical(doc, next) ? doc : next;
  };
  return {
    isReplacement: true,
    apply,
    upsert(filter) {
      const id = idFromFilter(filter);
      return withId(id === undefined ? replacement : keepId({ _id: id }, replacement));
    },
  };
}

/** The new document with the old one's `_id`, which comes first. Throws ImmutableField when it has another. */
function keepId(before: Doc, after: Doc): Doc {
  if (!("_id" in before)) return after;
  if (!("_id" in after)) return idFirst(before._id, after);
  if (!valuesEqual(before._id, after._id)) throw altered(after._id);
  return after;
}

const updateStages = new Set(["$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"]);

function compileStage(stage: Doc, context: EvalContext): Transform {
  const names = Object.keys(stage);
  const [name] = names as [string];
  if (names.length !== 1) {
    throw new MongoError(40323, "A pipeline stage specification object must contain exactly one field.");
  }
  const transform = updateStages.has(name) ? compileTransform(name, stage[name], context) : undefined;
  if (transform) return transform;
  if (!isStageName(name)) throw new MongoError(40324, `Unrecognized pipeline stage name: '${name}'`);
  throw new MongoError("InvalidOptions", `${name} is not allowed to be used within an update`);
}

function pipelineUpdater(stages: readonly Doc[], context: EvalContext): Updater {
  const transforms = stages.map((stage) => compileStage(stage, context));
  const run = (doc: Doc): Doc => transforms.reduce((changed, transform) => transform(changed), doc);
  const apply: Updater["apply"] = (doc) => {
    const next = keepId(doc, run(doc));
    return valuesIdentical(doc, next) ? doc : next;
  };
  return {
    isReplacement: false,
    apply,
    upsert(filter) {
      const base = documentFromFilter(filter);
      return withId(keepId(base, run(base)));
    },
  };
}
