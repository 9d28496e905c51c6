/** $group, $sortByCount, $bucket and $bucketAuto. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { canonicalKey, compareValues, isDoc, isNumber, typeAlias, typeOrder } from "../../values/compare.js";
import { wholeNumber } from "../../values/numbers.js";
import { type Accumulator, type AccumulatorFactory, compileAccumulator } from "../accumulators.js";
import type { Scope } from "../evaluator.js";
import { compileEvaluator, compileExpression } from "../expression.js";
import { blocking, type StageCompiler, type StageTable } from "../stage.js";
import { granularityOf } from "./granularity.js";

type Outputs = readonly (readonly [name: string, create: AccumulatorFactory])[];

/** Compiles {name: {$accumulator: operand}, …}. */
function compileOutputs(fields: Iterable<[string, Value]>, context: EvalContext): Outputs {
  return Array.from(fields, ([name, spec]) => {
    if (name.includes(".")) throw new MongoError(40235, `The field name '${name}' cannot contain '.'`);
    if (name.startsWith("$")) throw new MongoError(40236, `The field name '${name}' cannot be an operator name`);
    if (!isDoc(spec)) throw new MongoError(40234, `The field '${name}' must be an accumulator object`);
    const operators = Object.keys(spec);
    const [operator] = operators;
    if (operator === undefined || operators.length !== 1) {
      throw new MongoError(40238, `The field '${name}' must specify one accumulator`);
    }
    if (!operator.startsWith("$")) throw new MongoError(40234, `The field '${name}' must be an accumulator object`);
    const create = compileAccumulator(operator, spec[operator], context);
    if (!create) throw new MongoError(15952, `unknown group operator '${operator}'`);
    return [name, create] as const;
  });
}

interface Group {
  id: Value;
  gathered: Accumulator[];
}

function newGroup(id: Value, outputs: Outputs): Group {
  const doc = isDoc(id) ? id : undefined;
  return { id, gathered: outputs.map(([, create]) => create(doc)) };
}

function addTo(group: Group, scope: Scope): void {
  for (const accumulator of group.gathered) accumulator.add(scope);
}

function finish(group: Group, outputs: Outputs): Doc {
  const doc: Doc = { _id: group.id };
  for (const [at, [name]] of outputs.entries()) setField(doc, name, (group.gathered[at] as Accumulator).value());
  return doc;
}

function scopeOf(doc: Doc): Scope {
  return { root: doc, current: doc, bindings: undefined };
}

const group: StageCompiler = (spec, { context }) => {
  if (!isDoc(spec)) throw new MongoError(15947, "a group's fields must be specified in an object");
  if (!("_id" in spec)) throw new MongoError(15955, "a group specification must include an _id");
  const id = compileEvaluator(spec._id, context);
  const outputs = compileOutputs(
    Object.entries(spec).filter(([name]) => name !== "_id"),
    context,
  );
  return {
    kind: "stream",
    async *run(input) {
      const groups = new Map<string, Group>();
      for await (const doc of input) {
        const scope = scopeOf(doc);
        const value = id(scope) ?? null;
        const key = canonicalKey(value, context.collator);
        let there = groups.get(key);
        if (!there) {
          there = newGroup(value, outputs);
          groups.set(key, there);
        }
        addTo(there, scope);
      }
      for (const there of groups.values()) yield finish(there, outputs);
    },
  };
};

const sortByCount: StageCompiler = (spec, { context }) => {
  const isOperator = isDoc(spec) && (Object.keys(spec)[0]?.startsWith("$") ?? false);
  if (isDoc(spec) && !isOperator)
    throw new MongoError(
      40147,
      "the sortByCount field must be defined as a $-prefixed path or an expression inside an object",
    );
  if (typeof spec === "string" && !spec.startsWith("$")) {
    throw new MongoError(
      40148,
      "the sortByCount field must be defined as a $-prefixed path or an expression inside an object",
    );
  }
  if (!isDoc(spec) && typeof spec !== "string") {
    throw new MongoError(40149, "the sortByCount field must be specified as a string or as an object");
  }
  const id = compileExpression(spec, context);
  return blocking((docs) => {
    const groups = new Map<string, { _id: Value; count: number }>();
    for (const doc of docs) {
      const value = id(doc) ?? null;
      const key = canonicalKey(value, context.collator);
      const there = groups.get(key);
      if (there) there.count += 1;
      else groups.set(key, { _id: value, count: 1 });
    }
    return [...groups.values()].sort((a, b) => b.count - a.count);
  });
};

const defaultOutput: Doc = { count: { $sum: 1 } };

function readGroupBy(spec: Value, name: string, code: number): Value {
  const isOperator = isDoc(spec) && (Object.keys(spec)[0]?.startsWith("$") ?? false);
  if (isOperator || (typeof spec === "string" && spec.startsWith("$"))) return spec;
  throw new MongoError(
    code,
    `The ${name} 'groupBy' field must be defined as a $-prefixed path or an expression object, but found: ${JSON.stringify(spec)}`,
  );
}

function readOutput(spec: Value, name: string, code: number): Doc {
  if (spec === undefined) return defaultOutput;
  if (!isDoc(spec))
    throw new MongoError(code, `The ${name} 'output' field must be an object, but found type: ${typeAlias(spec)}.`);
  return spec;
}

function readBoundaries(spec: Value): Value[] {
  if (!Array.isArray(spec)) {
    throw new MongoError(40200, `The $bucket 'boundaries' field must be an array, but found type: ${typeAlias(spec)}.`);
  }
  if (spec.length < 2) {
    throw new MongoError(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${spec.length} value(s).`,
    );
  }
  const list = spec.map((bound: Value) => compileExpression(bound, { now: new Date(0) })({}) ?? null);
  for (let at = 1; at < list.length; at += 1) {
    if (typeOrder(list[at - 1]) !== typeOrder(list[at])) {
      throw new MongoError(40193, "All values in the the 'boundaries' option to $bucket must have the same type.");
    }
    if (compareValues(list[at - 1], list[at]) >= 0) {
      throw new MongoError(40194, "The 'boundaries' option to $bucket must be sorted in ascending order.");
    }
  }
  return list;
}

const bucket: StageCompiler = (spec, { context }) => {
  if (!isDoc(spec))
    throw new MongoError(40201, `Argument to $bucket stage must be an object, but found type: ${typeAlias(spec)}.`);
  for (const name of Object.keys(spec)) {
    if (!["groupBy", "boundaries", "default", "output"].includes(name)) {
      throw new MongoError(40197, `Unrecognized option to $bucket: ${name}.`);
    }
  }
  if (!("groupBy" in spec) || !("boundaries" in spec)) {
    throw new MongoError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
  const groupBy = compileEvaluator(readGroupBy(spec.groupBy, "$bucket", 40202), context);
  const bounds = readBoundaries(spec.boundaries);
  const outputs = compileOutputs(Object.entries(readOutput(spec.output, "$bucket", 40196)), context);
  const hasDefault = "default" in spec;
  const other = hasDefault ? (compileExpression(spec.default, context)({}) ?? null) : undefined;
  const inside = (value: Value): boolean =>
    compareValues(value, bounds[0], context.collator) >= 0 && compareValues(value, bounds.at(-1), context.collator) < 0;
  if (hasDefault && inside(other)) {
    throw new MongoError(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  }
  const find = (value: Value): Value => {
    if (inside(value)) return bounds.findLast((bound) => compareValues(bound, value, context.collator) <= 0);
    if (hasDefault) return other;
    throw new MongoError(40066, "$switch could not find a matching branch for an input, and no default was specified.");
  };
  return blocking((docs) => {
    const groups = new Map<string, Group>();
    for (const doc of docs) {
      const scope = scopeOf(doc);
      const id = find(groupBy(scope) ?? null);
      const key = canonicalKey(id);
      const there = groups.get(key) ?? newGroup(id, outputs);
      groups.set(key, there);
      addTo(there, scope);
    }
    return [...groups.values()]
      .sort((a, b) => compareValues(a.id, b.id, context.collator))
      .map((there) => finish(there, outputs));
  });
};

const bucketAuto: StageCompiler = (spec, { context }) => {
  if (!isDoc(spec))
    throw new MongoError(40240, `The argument to $bucketAuto must be an object, but found type: ${typeAlias(spec)}.`);
  for (const name of Object.keys(spec)) {
    if (!["groupBy", "buckets", "output", "granularity"].includes(name)) {
      throw new MongoError(40245, `Unrecognized option to $bucketAuto: ${name}.`);
    }
  }
  if (!("groupBy" in spec) || !("buckets" in spec)) {
    throw new MongoError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified.");
  }
  const groupBy = compileEvaluator(readGroupBy(spec.groupBy, "$bucketAuto", 40239), context);
  if (!isNumber(spec.buckets)) {
    throw new MongoError(
      40241,
      `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeAlias(spec.buckets)}.`,
    );
  }
  const buckets = wholeNumber(spec.buckets);
  if (buckets === undefined)
    throw new MongoError(40242, "The $bucketAuto 'buckets' field must be representable as a 32-bit integer");
  if (buckets <= 0)
    throw new MongoError(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${buckets}.`);
  const outputs = compileOutputs(Object.entries(readOutput(spec.output, "$bucketAuto", 40244)), context);
  const granularity = spec.granularity === undefined ? undefined : granularityOf(spec.granularity);
  return blocking((docs) => {
    const sorted = docs
      .map((doc) => ({ doc, value: groupBy(scopeOf(doc)) ?? null }))
      .sort((a, b) => compareValues(a.value, b.value, context.collator));
    return cut(sorted, buckets, outputs, context, granularity);
  });
};

interface Entry {
  doc: Doc;
  value: Value;
}

/** Cuts sorted entries into about equal parts; equal values never part. */
function* cut(
  sorted: readonly Entry[],
  buckets: number,
  outputs: Outputs,
  context: EvalContext,
  granularity: ReturnType<typeof granularityOf> | undefined,
): Generator<Doc> {
  if (granularity) for (const { value } of sorted) granularity.check(value);
  const size = Math.max(1, Math.round(sorted.length / buckets));
  let from = 0;
  let min = granularity && sorted[0] ? granularity.below(sorted[0].value) : sorted[0]?.value;
  for (let made = 1; from < sorted.length; made += 1) {
    let to = made === buckets ? sorted.length : Math.min(sorted.length, from + size);
    const last = (sorted[to - 1] as Entry).value;
    let max: Value;
    if (granularity) {
      max = granularity.above(last);
      while (to < sorted.length && compareValues((sorted[to] as Entry).value, max) < 0) to += 1;
    } else {
      while (to < sorted.length && compareValues((sorted[to] as Entry).value, last, context.collator) === 0) to += 1;
      max = to < sorted.length ? (sorted[to] as Entry).value : (sorted.at(-1) as Entry).value;
    }
    const there = newGroup({ min, max }, outputs);
    for (const { doc } of sorted.slice(from, to)) addTo(there, scopeOf(doc));
    yield finish(there, outputs);
    min = max;
    from = to;
  }
}

export const groupStages: StageTable = {
  $group: group,
  $sortByCount: sortByCount,
  $bucket: bucket,
  $bucketAuto: bucketAuto,
};
