/** $match, $sort, $limit, $skip, $unwind, $count, $sample, $redact and the stages that change each document. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import { compileNode } from "../../query/filter.js";
import { fieldOf } from "../../query/path.js";
import { compileKeySort } from "../../query/sort.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { integerValue, toDouble, wholeNumber } from "../../values/numbers.js";
import type { Scope } from "../evaluator.js";
import { checkFieldPath, compileEvaluator } from "../expression.js";
import type { Stage, StageCompiler, StageTable } from "../stage.js";
import { compileTransform } from "../transforms.js";

const match: StageCompiler = (spec, { context }) => {
  const node = compileNode(readMatch(spec), context);
  return { kind: "each", apply: (doc) => (node(doc) ? doc : undefined) };
};

/** The filter of a $match. Throws 15959. */
export function readMatch(spec: Value): Doc {
  if (!isDoc(spec)) throw new MongoError(15959, "the match filter must be an expression in an object");
  return spec;
}

const transform: StageCompiler = (spec, { context }, name) => {
  const apply = compileTransform(name, spec, context);
  if (!apply) throw new TypeError(`not a transforming stage: ${name}`);
  return { kind: "each", apply };
};

/** The count of $limit and $skip. */
export function readCount(spec: Value, name: "$limit" | "$skip"): number {
  const code = name === "$limit" ? 5107201 : 5107200;
  const fail = (reason: string): MongoError =>
    new MongoError(code, `invalid argument to ${name} stage: ${reason}: ${name}: ${describe(spec)}`);
  if (!isNumber(spec)) throw fail("Expected a number in");
  const count = wholeNumber(spec);
  if (count === undefined) throw fail("Expected an integer");
  if (count < 0) throw fail("Expected a non-negative number in");
  if (count === 0 && name === "$limit") throw new MongoError(15958, "the limit must be positive");
  return count;
}

const limit: StageCompiler = (spec) => {
  const most = readCount(spec, "$limit");
  return {
    kind: "stream",
    async *run(input) {
      let given = 0;
      for await (const doc of input) {
        yield doc;
        given += 1;
        if (given >= most) return;
      }
    },
  };
};

const skip: StageCompiler = (spec) => {
  const count = readCount(spec, "$skip");
  return {
    kind: "stream",
    async *run(input) {
      let passed = 0;
      for await (const doc of input) {
        if (passed >= count) yield doc;
        else passed += 1;
      }
    },
  };
};

/** The pattern of a $sort. */
export function readSortStage(spec: Value): Doc {
  if (!isDoc(spec)) throw new MongoError(15973, "the $sort key specification must be an object");
  if (Object.keys(spec).length === 0) throw new MongoError(15976, "$sort stage must have at least one sort key");
  return spec;
}

/** Sorts; with `most`, only that many of the first are kept while reading. Documents with equal keys keep their order. */
export function sortStage(spec: Value, context: EvalContext, most = Infinity): Stage {
  const { keysOf, compare } = compileKeySort(readSortStage(spec), context.collator);
  return {
    kind: "stream",
    async *run(input) {
      let kept: { keys: Value[]; doc: Doc }[] = [];
      for await (const doc of input) {
        kept.push({ keys: keysOf(doc), doc });
        if (kept.length < most * 2 + 256) continue;
        kept.sort((a, b) => compare(a.keys, b.keys));
        kept = kept.slice(0, most);
      }
      kept.sort((a, b) => compare(a.keys, b.keys));
      for (let at = 0; at < kept.length && at < most; at += 1) yield (kept[at] as { doc: Doc }).doc;
    },
  };
}

interface Unwind {
  parts: string[];
  index: string | undefined;
  keep: boolean;
}

function readUnwind(spec: Value): Unwind {
  const options: Doc = typeof spec === "string" ? { path: spec } : isDoc(spec) ? spec : {};
  if (typeof spec !== "string" && !isDoc(spec)) {
    throw new MongoError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${typeAlias(spec)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!["path", "includeArrayIndex", "preserveNullAndEmptyArrays"].includes(name)) {
      throw new MongoError(28811, `unrecognized option to $unwind stage: ${name}`);
    }
  }
  const { path, includeArrayIndex: index, preserveNullAndEmptyArrays: keep = false } = options;
  if (path === undefined) throw new MongoError(28812, "no path specified to $unwind stage");
  if (typeof path !== "string") {
    throw new MongoError(28808, `expected a string as the path for $unwind stage, got ${typeAlias(path)}`);
  }
  if (!path.startsWith("$")) {
    throw new MongoError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  }
  if (typeof keep !== "boolean") {
    throw new MongoError(
      28809,
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeAlias(keep)}`,
    );
  }
  if (index !== undefined && (typeof index !== "string" || index === "")) {
    throw new MongoError(
      28810,
      `expected a non-empty string for the includeArrayIndex  option to $unwind stage, got ${typeAlias(index)}`,
    );
  }
  if (index?.startsWith("$")) {
    throw new MongoError(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${index}`,
    );
  }
  return { parts: checkFieldPath(path.slice(1)), index, keep };
}

function valueAt(doc: Doc, parts: readonly string[]): Value {
  let value: Value = doc;
  for (const part of parts) {
    if (!isDoc(value)) return undefined;
    value = fieldOf(value, part);
  }
  return value;
}

/** A copy of `doc` with another value at a path; `undefined` removes the field. Arrays on the way are replaced. */
export function withValueAt(doc: Doc, parts: readonly string[], value: Value): Doc {
  const [name, ...rest] = parts as [string, ...string[]];
  const copy: Doc = { ...doc };
  if (rest.length > 0) {
    const below = fieldOf(doc, name);
    if (value === undefined && !isDoc(below)) return copy;
    setField(copy, name, withValueAt(isDoc(below) ? below : {}, rest, value));
  } else if (value === undefined) Reflect.deleteProperty(copy, name);
  else setField(copy, name, value);
  return copy;
}

const unwind: StageCompiler = (spec) => {
  const { parts, index, keep } = readUnwind(spec);
  const indexParts = index === undefined ? undefined : checkFieldPath(index);
  const numbered = (doc: Doc, at: number | null): Doc =>
    indexParts ? withValueAt(doc, indexParts, at === null ? null : Long.fromNumber(at)) : doc;
  return {
    kind: "stream",
    async *run(input) {
      for await (const doc of input) {
        const value = valueAt(doc, parts);
        if (Array.isArray(value)) {
          for (let at = 0; at < value.length; at += 1) yield numbered(withValueAt(doc, parts, value[at]), at);
          if (value.length === 0 && keep) yield numbered(withValueAt(doc, parts, undefined), null);
        } else if (value === null || value === undefined) {
          if (keep) yield numbered(doc, null);
        } else yield numbered(doc, null);
      }
    },
  };
};

const count: StageCompiler = (spec) => {
  if (typeof spec !== "string" || spec === "")
    throw new MongoError(40156, "the count field must be a non-empty string");
  if (spec.startsWith("$")) throw new MongoError(40158, "the count field cannot be a $-prefixed path");
  if (spec.includes("\0")) throw new MongoError(40159, "the count field cannot contain a null byte");
  if (spec.includes(".")) throw new MongoError(40160, "the count field cannot contain '.'");
  return {
    kind: "stream",
    async *run(input) {
      let total = 0;
      const rows = input[Symbol.asyncIterator]();
      while (!(await rows.next()).done) total += 1;
      if (total > 0) yield { [spec]: integerValue(total) };
    },
  };
};

const sample: StageCompiler = (spec) => {
  if (!isDoc(spec)) throw new MongoError(28745, "the $sample stage specification must be an object");
  for (const name of Object.keys(spec)) {
    if (name !== "size") throw new MongoError(28748, `unrecognized option to $sample: ${name}`);
  }
  if (spec.size === undefined) throw new MongoError(28749, "$sample stage must specify a size");
  if (!isNumber(spec.size)) throw new MongoError(28746, "size argument to $sample must be a number");
  const size = Math.trunc(toDouble(spec.size));
  if (size < 0) throw new MongoError(28747, "size argument to $sample must not be negative");
  return {
    kind: "stream",
    async *run(input) {
      const kept: Doc[] = [];
      let seen = 0;
      for await (const doc of input) {
        seen += 1;
        const place = seen <= size ? seen - 1 : Math.floor(Math.random() * seen);
        if (place < size) kept[place] = doc;
      }
      for (let at = kept.length - 1; at > 0; at -= 1) {
        const other = Math.floor(Math.random() * (at + 1));
        [kept[at], kept[other]] = [kept[other] as Doc, kept[at] as Doc];
      }
      yield* kept;
    },
  };
};

const redact: StageCompiler = (spec, { context }) => {
  const evaluate = compileEvaluator(spec, context);
  const visit = (doc: Doc, root: Doc): Doc | undefined => {
    const scope: Scope = { root, current: doc, bindings: undefined };
    const verdict = evaluate(scope);
    if (verdict === "keep") return doc;
    if (verdict === "prune") return undefined;
    if (verdict === "descend") return descend(doc, root);
    throw new MongoError(
      17053,
      `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${describe(verdict)}`,
    );
  };
  const descend = (doc: Doc, root: Doc): Doc => {
    const kept: Doc = {};
    for (const [name, value] of Object.entries(doc)) {
      const inner = visitValue(value, root);
      if (inner !== undefined) setField(kept, name, inner);
    }
    return kept;
  };
  const visitValue = (value: Value, root: Doc): Value => {
    if (isDoc(value)) return visit(value, root);
    if (!Array.isArray(value)) return value;
    return value.map((element: Value) => visitValue(element, root)).filter((element) => element !== undefined);
  };
  return { kind: "each", apply: (doc) => visit(doc, doc) };
};

export const basicStages: StageTable = {
  $match: match,
  $project: transform,
  $addFields: transform,
  $set: transform,
  $unset: transform,
  $replaceRoot: transform,
  $replaceWith: transform,
  $limit: limit,
  $skip: skip,
  $sort: (spec, { context }) => sortStage(spec, context),
  $unwind: unwind,
  $count: count,
  $sample: sample,
  $redact: redact,
};
