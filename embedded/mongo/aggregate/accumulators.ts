/** What $group, $bucket, $bucketAuto and $setWindowFields gather from documents. */
import { MongoError } from "../errors.js";
import { compileSort } from "../query/sort.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { canonicalKey, compareValues, isDoc, isNumber, typeAlias } from "../values/compare.js";
import { divide, integerValue } from "../values/numbers.js";
import { type Evaluator, isNullish, type Scope } from "./evaluator.js";
import { compileEvaluator } from "./expression.js";
import { readCount } from "./operators/array.js";
import { mergeObjects } from "./operators/object.js";
import { countedNumber, readPercentile } from "./operators/percentile.js";
import { deviation, Sum } from "./operators/totals.js";

/** Gathers values document by document. */
export interface Accumulator {
  add(scope: Scope): void;
  /** What has been gathered so far; never `undefined`. May be asked at any time, and more added afterwards. */
  value(): Value;
}

/** Makes an empty accumulator. `group` is the document that `n` of $firstN and the like may refer to. */
export type AccumulatorFactory = (group?: Doc) => Accumulator;

type FactoryCompiler = (operand: Value, context: EvalContext, name: string) => AccumulatorFactory;

/**
 * Compiles {$operator: operand}; undefined when no accumulator has that name. Throws MongoError for malformed operands:
 * 40237 for arrays where one expression is expected.
 */
export function compileAccumulator(name: string, operand: Value, context: EvalContext): AccumulatorFactory | undefined {
  const compile = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  return compile?.(operand, context, name);
}

/** An accumulator of one expression. */
function overValues(create: (context: EvalContext) => { add(value: Value): void; value(): Value }): FactoryCompiler {
  return (operand, context, name) => {
    if (Array.isArray(operand)) throw new MongoError(40237, `The ${name} accumulator is a unary operator`);
    const evaluate = compileEvaluator(operand, context);
    return () => {
      const gathered = create(context);
      return {
        add(scope) {
          gathered.add(evaluate(scope));
        },
        value: () => gathered.value(),
      };
    };
  };
}

/** An accumulator that keeps values and computes its answer from all of them. */
function fromList(keeps: (value: Value) => boolean, finish: (values: Value[]) => Value): FactoryCompiler {
  return overValues(() => {
    const values: Value[] = [];
    return {
      add(value) {
        if (keeps(value)) values.push(value);
      },
      value: () => finish(values),
    };
  });
}

function averageOf(): { add(value: Value): void; value(): Value } {
  const total = new Sum();
  let count = 0;
  return {
    add(value) {
      if (!isNumber(value)) return;
      total.add(value);
      count += 1;
    },
    value: () => (count === 0 ? null : divide(total.total(), integerValue(count))),
  };
}

function extreme(direction: 1 | -1): FactoryCompiler {
  return overValues(({ collator }) => {
    let best: Value;
    return {
      add(value) {
        if (isNullish(value)) return;
        if (best === undefined || compareValues(value, best, collator) * direction > 0) best = value;
      },
      value: () => best ?? null,
    };
  });
}

const first = overValues(() => {
  let kept: Value;
  let any = false;
  return {
    add(value) {
      if (!any) kept = value;
      any = true;
    },
    value: () => kept ?? null,
  };
});

const last = overValues(() => {
  let kept: Value;
  return {
    add(value) {
      kept = value;
    },
    value: () => kept ?? null,
  };
});

const addToSet = overValues(({ collator }) => {
  const known = new Map<string, Value>();
  return {
    add(value) {
      if (value === undefined) return;
      const key = canonicalKey(value, collator);
      if (!known.has(key)) known.set(key, value);
    },
    value: () => [...known.values()],
  };
});

const count: FactoryCompiler = (operand, _context, name) => {
  if (!isDoc(operand) || Object.keys(operand).length > 0) {
    throw new MongoError("TypeMismatch", `${name} takes no arguments, i.e. ${name}:{}`);
  }
  return () => {
    let total = 0;
    return {
      add() {
        total += 1;
      },
      value: () => integerValue(total),
    };
  };
};

const noDocument: Doc = {};

/** Reads the named arguments of the accumulators that keep n values. */
function readNamed(name: string, operand: Value, needed: readonly string[]): Doc {
  if (!isDoc(operand)) {
    throw new MongoError(5788001, `specification must be an object; found ${name}: ${typeAlias(operand)}`);
  }
  for (const key of Object.keys(operand)) {
    if (!needed.includes(key)) throw new MongoError(5788002, `Unknown argument to ${name} '${key}'`);
  }
  const missing: Record<string, number> = { n: 5788003, output: 5788004, sortBy: 5788005, input: 5787907 };
  for (const key of needed) {
    if (!(key in operand)) throw new MongoError(missing[key] ?? 5788003, `Missing value for '${key}'`);
  }
  return operand;
}

/** `n` is settled when a group begins; a constant is checked while compiling. */
function countReader(spec: Value, context: EvalContext): (group: Doc | undefined) => number {
  const evaluate: Evaluator = compileEvaluator(spec, context);
  if (evaluate.literal) {
    const fixed = readCount(evaluate.literal.value);
    return () => fixed;
  }
  return (group = noDocument) => readCount(evaluate({ root: group, current: group, bindings: undefined }));
}

/** $firstN and $lastN. */
function edgeN(fromStart: boolean): FactoryCompiler {
  return (operand, context, name) => {
    const spec = readNamed(name, operand, ["input", "n"]);
    const input = compileEvaluator(spec.input, context);
    const readN = countReader(spec.n, context);
    return (group) => {
      const n = readN(group);
      const kept: Value[] = [];
      return {
        add(scope) {
          if (fromStart && kept.length >= n) return;
          kept.push(input(scope) ?? null);
          if (kept.length > n) kept.shift();
        },
        value: () => [...kept],
      };
    };
  };
}

/** Keeps the first n of an order, trimming now and then; of equals the earlier ones. */
class Best<T> {
  private kept: T[] = [];
  private readonly n: number;
  private readonly order: (a: T, b: T) => number;

  constructor(n: number, order: (a: T, b: T) => number) {
    this.n = n;
    this.order = order;
  }

  add(value: T): void {
    this.kept.push(value);
    if (this.kept.length >= this.n * 2 + 64) this.kept = this.sorted();
  }

  sorted(): T[] {
    return this.kept.sort(this.order).slice(0, this.n);
  }
}

/** $minN and $maxN. */
function extremeN(direction: 1 | -1): FactoryCompiler {
  return (operand, context, name) => {
    const spec = readNamed(name, operand, ["input", "n"]);
    const input = compileEvaluator(spec.input, context);
    const readN = countReader(spec.n, context);
    return (group) => {
      const best = new Best<Value>(readN(group), (a, b) => compareValues(b, a, context.collator) * direction);
      return {
        add(scope) {
          const value = input(scope);
          if (!isNullish(value)) best.add(value);
        },
        value: () => best.sorted(),
      };
    };
  };
}

interface Ranked {
  doc: Doc;
  output: Value;
  /** Position in the input: of equals, $top takes the earlier and $bottom the later ones. */
  at: number;
}

/** $top, $topN, $bottom and $bottomN. */
function ranked(fromTop: boolean, many: boolean): FactoryCompiler {
  return (operand, context, name) => {
    const spec = readNamed(name, operand, many ? ["n", "output", "sortBy"] : ["output", "sortBy"]);
    if (!isDoc(spec.sortBy)) {
      throw new MongoError(5788604, `expected 'sortBy' to already be an object in the arguments to ${name}`);
    }
    const order = compileSort(spec.sortBy, context.collator);
    const output = compileEvaluator(spec.output, context);
    const readN = many ? countReader(spec.n, context) : () => 1;
    const direction = fromTop ? 1 : -1;
    return (group) => {
      const best = new Best<Ranked>(readN(group), (a, b) => (order(a.doc, b.doc) || a.at - b.at) * direction);
      let at = 0;
      return {
        add(scope) {
          best.add({ doc: isDoc(scope.current) ? scope.current : noDocument, output: output(scope) ?? null, at });
          at += 1;
        },
        value() {
          const values = best.sorted().map((entry) => entry.output);
          if (!many) return values[0] ?? null;
          return fromTop ? values : values.reverse();
        },
      };
    };
  };
}

const percentile: FactoryCompiler = (operand, context, name) => {
  const { input, finish } = readPercentile(name, operand, { compile: (spec) => compileEvaluator(spec, context) });
  return () => {
    const numbers: number[] = [];
    return {
      add(scope) {
        const number = countedNumber(input(scope));
        if (number !== undefined) numbers.push(number);
      },
      value: () => finish([...numbers]),
    };
  };
};

const accumulators: Readonly<Record<string, FactoryCompiler>> = {
  $sum: overValues(() => {
    const total = new Sum();
    return {
      add(value) {
        total.add(value);
      },
      value: () => total.total(),
    };
  }),
  $avg: overValues(averageOf),
  $min: extreme(-1),
  $max: extreme(1),
  $first: first,
  $last: last,
  $push: fromList(
    (value) => value !== undefined,
    (values) => [...values],
  ),
  $addToSet: addToSet,
  $stdDevPop: fromList(isNumber, (values) => deviation(values, false)),
  $stdDevSamp: fromList(isNumber, (values) => deviation(values, true)),
  $mergeObjects: fromList((value) => !isNullish(value), mergeObjects),
  $count: count,
  $firstN: edgeN(true),
  $lastN: edgeN(false),
  $minN: extremeN(-1),
  $maxN: extremeN(1),
  $top: ranked(true, false),
  $topN: ranked(true, true),
  $bottom: ranked(false, false),
  $bottomN: ranked(false, true),
  $median: percentile,
  $percentile: percentile,
};
