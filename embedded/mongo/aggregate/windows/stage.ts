/** $setWindowFields. */
import { MongoError } from "../../errors.js";
import { compileSort, sortKey } from "../../query/sort.js";
import type { Doc, DocComparator, EvalContext, Value } from "../../types.js";
import { compareValues, isDoc, typeAlias, valuesEqual } from "../../values/compare.js";
import { isNumber } from "../../values/compare.js";
import { toDouble } from "../../values/numbers.js";
import type { Evaluator } from "../evaluator.js";
import { compileEvaluator } from "../expression.js";
import { addComputed, addLeaf, newBranch } from "../projectionTree.js";
import type { SortShape } from "./bounds.js";
import { compileWindowFunction } from "./functions.js";
import type { Partition, WindowFunction } from "./partition.js";

interface Output {
  path: string;
  compute: WindowFunction;
}

interface Sort extends SortShape {
  order: DocComparator | undefined;
  /** The only field of the sort order; undefined when there is none or more than one. */
  only: { path: string; direction: 1 | -1 } | undefined;
}

function readSort(sortBy: Value, context: EvalContext): Sort {
  if (sortBy === undefined) return { fields: 0, ascending: true, order: undefined, only: undefined };
  if (!isDoc(sortBy)) {
    throw new MongoError(
      "TypeMismatch",
      `BSON field '$setWindowFields.sortBy' is the wrong type '${typeAlias(sortBy)}', expected type 'object'`,
    );
  }
  const order = compileSort(sortBy, context.collator);
  const entries = Object.entries(sortBy);
  const [first] = entries;
  if (!first) return { fields: 0, ascending: true, order: undefined, only: undefined };
  const direction = isNumber(first[1]) && toDouble(first[1]) < 0 ? -1 : 1;
  return {
    fields: entries.length,
    ascending: direction === 1,
    order,
    only: entries.length === 1 ? { path: first[0], direction } : undefined,
  };
}

function readOutputs(output: Value, sort: Sort, context: EvalContext): Output[] {
  if (!isDoc(output))
    throw new MongoError(40414, "BSON field '$setWindowFields.output' is missing but a required field");
  return Object.entries(output).map(([path, spec]) => {
    if (!isDoc(spec)) {
      throw new MongoError("FailedToParse", `The field '${path}' must be an object, got ${typeAlias(spec)}`);
    }
    return { path, compute: compileWindowFunction(spec, sort, context) };
  });
}

/**
 * Compiles $setWindowFields into a function of all documents that reach it. The answer comes partition by partition, each
 * in the order of `sortBy`.
 */
export function compileSetWindowFields(spec: Value, context: EvalContext): (docs: Doc[]) => Generator<Doc> {
  if (!isDoc(spec)) {
    throw new MongoError(
      "FailedToParse",
      `the $setWindowFields stage specification must be an object, found ${typeAlias(spec)}`,
    );
  }
  for (const name of Object.keys(spec)) {
    if (name !== "partitionBy" && name !== "sortBy" && name !== "output") {
      throw new MongoError(40415, `BSON field '$setWindowFields.${name}' is an unknown field.`);
    }
  }
  const partitionBy = spec.partitionBy === undefined ? undefined : compileEvaluator(spec.partitionBy, context);
  const sort = readSort(spec.sortBy, context);
  const outputs = readOutputs(spec.output, sort, context);
  return function* (docs) {
    for (const partition of partitions(docs, partitionBy, sort, context))
      yield* compute(partition, outputs, sort, context);
  };
}

function partitions(docs: Doc[], partitionBy: Evaluator | undefined, sort: Sort, context: EvalContext): Doc[][] {
  const sorted = sort.order ? [...docs].sort(sort.order) : docs;
  if (!partitionBy) return sorted.length === 0 ? [] : [sorted];
  const keyed = sorted.map((doc) => ({ doc, key: partitionKey(partitionBy, doc) }));
  keyed.sort((a, b) => compareValues(a.key, b.key, context.collator));
  const groups: Doc[][] = [];
  let last: { key: Value } | undefined;
  for (const entry of keyed) {
    if (last && valuesEqual(last.key, entry.key, context.collator)) groups.at(-1)?.push(entry.doc);
    else groups.push([entry.doc]);
    last = entry;
  }
  return groups;
}

function partitionKey(partitionBy: Evaluator, doc: Doc): Value {
  const key = partitionBy({ root: doc, current: doc, bindings: undefined }) ?? null;
  if (Array.isArray(key)) {
    throw new MongoError("TypeMismatch", "An expression used to partition cannot evaluate to value of type array");
  }
  return key;
}

/** The computed values of one document are handed to the field tree under a name that no user variable can have. */
const valuesVariable = "$window";

function* compute(docs: readonly Doc[], outputs: readonly Output[], sort: Sort, context: EvalContext): Generator<Doc> {
  const { only } = sort;
  const partition: Partition = {
    docs,
    length: docs.length,
    sortValue: (index) => {
      const value = only && sortKey(docs[index] as Doc, only.path, only.direction, context.collator);
      return value ?? null;
    },
  };
  const root = newBranch();
  for (const [at, { path }] of outputs.entries()) {
    addLeaf(root, path, { kind: "compute", evaluate: (scope) => (scope.bindings?.value as Value[])[at] });
  }
  const functions = outputs.map((output) => output.compute(partition));
  for (const [index, doc] of docs.entries()) {
    const value = functions.map((at) => at(index));
    yield addComputed(root, doc, {
      root: doc,
      current: doc,
      bindings: { name: valuesVariable, value, outer: undefined },
    });
  }
}
