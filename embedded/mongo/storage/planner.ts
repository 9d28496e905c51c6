/** Which way to the documents: the index whose order and bounds serve a read best, or the whole collection. */
import { MongoError } from "../errors.js";
import type { Doc, FindRequest } from "../types.js";
import {
  analyse,
  type Analysis,
  type Condition,
  everything,
  intersections,
  isUncollated,
  type Interval,
  intervalRange,
  type KeyRange,
  pointRange,
  shownBound,
} from "./bounds.js";
import { covers } from "./cover.js";
import { encodeValue, keptOfLong } from "./keys.js";
import type { StoredIndex } from "./indexTable.js";
import { complete } from "./partial.js";

/** Products of $in lists beyond this stay with the filter. */
const pointsMost = 2_000;
/** So many stretches of an index are read side by side to keep an order; more are sorted. */
const stretchesMost = 200;

export interface IndexPlan {
  kind: "index";
  index: StoredIndex;
  ranges: KeyRange[];
  backwards: boolean;
  /** Every key in the ranges matches: no document need be read to know. */
  exact: boolean;
  sorted: boolean;
  /** How many bytes all its keys begin with, where that is a single combination of values. */
  prefix: number | undefined;
  /** The keys hold all that is asked for: no document need be read at all. */
  covered: boolean;
  bounds: Record<string, string[]>;
}

/** Stretches of indexes that are each in the order asked for, read side by side. */
export interface MergePlan {
  kind: "merge";
  branches: { plan: IndexPlan; skip: number }[];
  backwards: boolean;
  exact: boolean;
  sorted: true;
}

export interface CollectionPlan {
  kind: "collection";
  backwards: boolean;
  sorted: boolean;
}

/** Alternatives of an $or, each through its own index. */
export interface UnionPlan {
  kind: "union";
  branches: IndexPlan[];
  sorted: false;
}

export type Plan = IndexPlan | CollectionPlan | UnionPlan | MergePlan;

interface Fit {
  plan: IndexPlan;
  /** In its place where stretches have to be merged for the order. */
  merged: MergePlan | undefined;
  /** Fields bound to lists of values. */
  pointed: ReadonlySet<string>;
  /** Fields bound to single values, then to any bounds at all. */
  equal: number;
  bounded: number;
  /** The range leaves out little. */
  weak: boolean;
}

const sameCollation = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The bounds that the conditions of one path give. A path that passes arrays may use one condition only. */
function boundsOf(conditions: readonly Condition[], multikey: boolean) {
  const points = conditions.find((one) => one.kind === "points");
  if (points) {
    return { points, intervals: undefined, weak: false, exact: points.exact && conditions.length === 1 };
  }
  const ranges = conditions.filter((one) => one.kind === "range").sort((a, b) => Number(a.weak) - Number(b.weak));
  if (ranges.length === 0) return undefined;
  const used = multikey ? ranges.slice(0, 1) : ranges;
  return {
    points: undefined,
    intervals: used.map((one) => one.intervals).reduce(intersections),
    weak: used.every((one) => one.weak),
    exact: used.length === conditions.length && used.every((one) => one.exact),
  };
}

/** How the index would serve the request, or undefined when it cannot. */
function fit(index: StoredIndex, analysis: Analysis, request: FindRequest, forced: boolean): Fit | undefined {
  const { spec, multikey } = index;
  const { collator } = request.context;
  const sameOrder = sameCollation(spec.collation, collator?.spec);
  if (!forced && !sameOrder && spec.partialFilterExpression) return undefined;
  if (!forced && (spec.hidden || !complete(spec, analysis, request))) return undefined;

  const fields = Object.entries(spec.key);
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let range: { intervals: Interval[]; direction: 1 | -1; weak: boolean } | undefined;
  let equal = 0;
  let exact = !multikey && sameOrder && analysis.complete;
  // Bounds help only as long as every field to the left is bound to points.
  let contiguous = true;
  const single = new Set<string>();
  const pointed = new Set<string>();
  const used = new Set<string>();
  const bounds: Record<string, string[]> = {};
  for (const [path, direction] of fields) {
    // Keys hold what one element has, and two conditions may be met by different elements.
    const array = index.arrays.includes(path);
    const beside =
      array && [...used].some((other) => index.arrays.includes(other) && other.split(".")[0] === path.split(".")[0]);
    const asked = contiguous && !beside ? analysis.byPath.get(path) : undefined;
    const conditions = sameOrder ? asked : asked?.filter(isUncollated);
    const found = conditions && boundsOf(conditions, array);
    const tooMany = found?.points && prefixes.length * found.points.values.length > pointsMost;
    if (!found || tooMany) {
      bounds[path] = [direction === 1 ? "[MinKey, MaxKey]" : "[MaxKey, MinKey]"];
      contiguous = false;
      continue;
    }
    used.add(path);
    exact &&= found.exact;
    if (found.points) {
      const values = found.points.values;
      const sorted = distinctBytes(values.map((value) => encodeValue(value, direction, collator)));
      prefixes = prefixes.flatMap((prefix) => sorted.map((bytes) => Buffer.concat([prefix, bytes])));
      pointed.add(path);
      if (sorted.length === 1) single.add(path);
      bounds[path] = values.map((value) => `[${shownBound(value)}, ${shownBound(value)}]`);
      equal += 1;
    } else {
      // In the direction of the index: the keys of a descending field are inverted.
      const intervals = direction === 1 ? found.intervals : found.intervals.toReversed();
      range = { intervals, direction, weak: found.weak };
      bounds[path] = intervals.map(({ text }) => text);
      contiguous = false;
    }
  }
  const bounded = equal + (range ? 0.5 : 0);
  exact &&= [...analysis.byPath.keys()].every((path) => used.has(path));
  // A key that was cut tells where to look, not what is there.
  exact &&=
    prefixes.every((prefix) => prefix.length <= keptOfLong / 2) && (!range || range.intervals.every(intervalFits));
  // By an array a document may sort by another key than the one it is found by. All its keys agree on the other paths.
  const byArray = index.arrays.some((path) => request.sort?.[path] !== undefined);
  const unordered = byArray || index.cut || spec.collation !== undefined || !sameOrder;
  const order = sortedBy(fields, single, request.sort, unordered);
  const rangesOf = (prefix: Buffer): KeyRange[] =>
    range ? range.intervals.map((interval) => intervalRange(prefix, interval, range.direction)) : [pointRange(prefix)];
  const plan: IndexPlan = {
    kind: "index",
    index,
    ranges: bounded < 0.5 ? [everything] : prefixes.flatMap(rangesOf),
    backwards: order === -1,
    exact,
    sorted: order !== undefined,
    prefix: prefixes.length === 1 ? prefixes[0]!.length : undefined,
    covered: covers(index, request, exact),
    bounds,
  };
  const stretches = prefixes.map((prefix) => ({ ranges: rangesOf(prefix), skip: prefix.length }));
  const merged = plan.sorted ? undefined : sideBySide(plan, stretches, { fields, single, pointed, unordered, request });
  return { plan, merged, pointed, equal, bounded, weak: range?.weak ?? false };
}

/** The stretches of $in lists, each in order by what follows in the index. */
function sideBySide(
  plan: IndexPlan,
  stretches: readonly { ranges: KeyRange[]; skip: number }[],
  how: {
    fields: readonly (readonly [string, 1 | -1])[];
    single: ReadonlySet<string>;
    pointed: ReadonlySet<string>;
    unordered: boolean;
    request: FindRequest;
  },
): MergePlan | undefined {
  const { fields, single, pointed, unordered, request } = how;
  if (stretches.length < 2 || stretches.length > stretchesMost) return undefined;
  // A list that is part of the order has the order of its values, which side by side would mix up.
  if (Object.keys(request.sort ?? {}).some((path) => pointed.has(path) && !single.has(path))) return undefined;
  const order = sortedBy(fields, pointed, request.sort, unordered);
  if (order === undefined) return undefined;
  const backwards = order === -1;
  const branches = stretches.map(({ ranges, skip }) => ({
    plan: { ...plan, ranges, backwards, sorted: true, covered: false },
    skip,
  }));
  return { kind: "merge", branches, backwards, exact: plan.exact, sorted: true };
}

const intervalFits = ({ low, high }: Interval) => Math.max(low.length, high.length) <= keptOfLong / 2;

function distinctBytes(all: readonly Buffer[]): Buffer[] {
  const distinct = new Map(all.map((bytes) => [bytes.toString("latin1"), bytes]));
  return [...distinct.values()].sort((a, b) => a.compare(b));
}

/** 1 or -1: walking the index that way gives the sort; undefined: it does not. */
function sortedBy(
  fields: readonly (readonly [string, 1 | -1])[],
  single: ReadonlySet<string>,
  sort: FindRequest["sort"],
  unordered: boolean,
): 1 | -1 | undefined {
  if (!sort) return 1;
  const wanted = Object.entries(sort).filter(([path]) => !single.has(path));
  if (unordered) return undefined;
  let at = 0;
  let way: 1 | -1 | undefined;
  for (const [path, direction] of fields) {
    if (at === wanted.length) break;
    const [name, order] = wanted[at]!;
    if (name !== path) {
      if (single.has(path)) continue;
      return undefined;
    }
    const needed: 1 | -1 = direction === order ? 1 : -1;
    if (way !== undefined && way !== needed) return undefined;
    way = needed;
    at += 1;
  }
  return at === wanted.length ? (way ?? 1) : undefined;
}

function hinted(indexes: readonly StoredIndex[], hint: string | Doc): StoredIndex {
  const found = indexes.find(({ spec }) =>
    typeof hint === "string" ? spec.name === hint : JSON.stringify(spec.key) === JSON.stringify(plainKey(hint)),
  );
  if (!found) {
    throw new MongoError(
      "BadValue",
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  }
  return found;
}

const plainKey = (key: Doc) => Object.fromEntries(Object.entries(key).map(([path, way]) => [path, Number(way)]));

function byExplicitBounds(index: StoredIndex, request: FindRequest): KeyRange {
  const { collator } = request.context;
  const encoded = (values: Doc) =>
    Buffer.concat(
      Object.entries(index.spec.key).map(([path, way]) => encodeValue(values[path] ?? null, way, collator)),
    );
  return {
    low: request.min ? encoded(request.min) : everything.low,
    high: request.max ? encoded(request.max) : everything.high,
  };
}

/** The alternatives of an $or, each through an index; in order when all of them are. */
function union(indexes: readonly StoredIndex[], request: FindRequest): UnionPlan | MergePlan | undefined {
  const alternatives = request.filter.source.$or;
  if (!Array.isArray(alternatives)) return undefined;
  const through = (wanted: FindRequest, backwards?: boolean): Fit[] | undefined => {
    const fits: Fit[] = [];
    for (const alternative of alternatives as Doc[]) {
      const best = bestOf(indexes, analyse(alternative, request.context.collator), wanted, backwards);
      if (!best || best.bounded < 0.5) return undefined;
      fits.push(best);
    }
    return fits;
  };
  const { coveredFields: _covered, ...rest } = request;
  for (const backwards of request.sort ? [false, true] : []) {
    const ordered = mergedOr(through(rest, backwards), request.sort!);
    if (ordered) return ordered;
  }
  const fits = through({ ...rest, sort: undefined });
  return fits && { kind: "union", branches: fits.map(({ plan }) => plan), sorted: false };
}

function mergedOr(fits: readonly Fit[] | undefined, sort: Record<string, 1 | -1>): MergePlan | undefined {
  const branches: MergePlan["branches"] = [];
  for (const { plan, merged, pointed } of fits ?? []) {
    // Fixed in one stretch, such a field still differs from one to another.
    if (Object.keys(sort).some((path) => pointed.has(path))) return undefined;
    if (merged) branches.push(...merged.branches);
    // What goes before the order in the keys of one stretch is the same in all of them.
    else if (plan.sorted && plan.prefix !== undefined) branches.push({ plan, skip: plan.prefix });
    else return undefined;
  }
  const [first] = branches;
  if (!first || branches.length > stretchesMost) return undefined;
  return { kind: "merge", branches, backwards: first.plan.backwards, exact: false, sorted: true };
}

/** `backwards`: only what is read that way. */
function bestOf(
  indexes: readonly StoredIndex[],
  analysis: Analysis,
  request: FindRequest,
  backwards?: boolean,
): Fit | undefined {
  const score = ({ plan, merged, equal, bounded, weak }: Fit) =>
    equal * 10 +
    (request.sort && (plan.sorted || merged) ? 15 : 0) +
    (bounded > equal ? (weak ? 2 : 4) : 0) +
    (plan.exact ? 1 : 0) +
    (plan.covered ? 0.5 : 0);
  return indexes
    .map((index) => fit(index, analysis, request, false))
    .filter((one) => one !== undefined)
    .filter((one) => backwards === undefined || (one.merged ?? one.plan).backwards === backwards)
    .filter((one) => one.bounded >= 0.5 || (request.sort !== undefined && one.plan.sorted))
    .sort((a, b) => score(b) - score(a))[0];
}

/** Chooses by the shape of filter and sort alone: equality first, then a useful order, then ranges. */
export function planRead(indexes: readonly StoredIndex[], request: FindRequest): Plan {
  const natural = request.sort && Object.keys(request.sort)[0] === "$natural" ? request.sort.$natural : undefined;
  const unsorted = natural !== undefined || !request.sort;
  const collection: CollectionPlan = { kind: "collection", backwards: natural === -1, sorted: unsorted };
  const { hint } = request;
  if (typeof hint === "object" && hint.$natural !== undefined) {
    return { ...collection, backwards: Number(hint.$natural) === -1 };
  }
  const { source, implied } = request.filter;
  const analysis = analyse(implied ? { $and: [source, implied] } : source, request.context.collator);
  if (hint !== undefined) {
    const index = hinted(indexes, hint);
    const { plan, merged } = fit(index, analysis, request, true)!;
    if (!request.min && !request.max) return merged ?? plan;
    return { ...plan, ranges: [byExplicitBounds(index, request)], exact: false, covered: false };
  }
  if (request.min || request.max) {
    throw new MongoError(51173, "When using min()/max() a hint of which index to use must be provided");
  }
  if (natural !== undefined) return collection;
  const best = bestOf(indexes, analysis, request);
  return best?.merged ?? best?.plan ?? union(indexes, request) ?? collection;
}

/** The refusal of a read that no index serves, where such reads are refused. */
export function scanRefused(namespace: string, request: FindRequest): MongoError {
  const reason = "No indexed plans available, and running with 'notablescan'";
  const query = Object.keys(request.filter.source).join(", ");
  return new MongoError(
    "NoQueryExecutionPlans",
    `error processing query: ns=${namespace} fields: ${query} planner returned error :: caused by :: ${reason}`,
  );
}

/** The indexes that a plan reads. */
export function indexesOf(plan: Plan): Set<StoredIndex> {
  if (plan.kind === "index") return new Set([plan.index]);
  if (plan.kind === "union") return new Set(plan.branches.map(({ index }) => index));
  return new Set(plan.kind === "merge" ? plan.branches.map((branch) => branch.plan.index) : []);
}
