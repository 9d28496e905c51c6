/** What a filter says of single paths, in the form that an index can be asked. */
import { isOperatorDoc } from "../query/operators.js";
import { describe } from "../values/describe.js";
import { isDoc, isNumber, regexParts, typeAlias } from "../values/compare.js";
import type { Collator, Doc, Value } from "../types.js";
import { emptyArray, encodeValue, highEnd, inverted, keptOfLong, lowEnd, tagOf } from "./keys.js";

/** An interval of encoded values (ascending form). */
export interface Interval {
  low: Buffer;
  lowIn: boolean;
  high: Buffer;
  highIn: boolean;
  /** As explain shows it. */
  text: string;
}

/**
 * One condition on one path. `exact`: a key inside it surely matches, so the document need not be asked again.
 * `present`: only documents that have the field match. `weak`: it leaves out little, so other bounds are better.
 */
export type Condition =
  | { kind: "points"; values: Value[]; exact: boolean }
  | {
      kind: "range";
      intervals: Interval[];
      exact: boolean;
      present: boolean;
      weak: boolean;
      uncollated: boolean;
    };

export interface Analysis {
  /** The filter, or the branch of an $or, that was read. */
  source: Doc;
  byPath: Map<string, Condition[]>;
  /** Every part of the filter became an exact condition. */
  complete: boolean;
}

const shown = (value: Value): string => (value === emptyArray ? "undefined" : describe(value ?? null));

/** True for values whose equality and order an index key shows fully. */
function plain(value: Value): boolean {
  const alias = typeAlias(value);
  return !["array", "regex", "minKey", "maxKey", "null", "missing", "object"].includes(alias);
}

function isNaNValue(value: Value): boolean {
  return isNumber(value) && Number.isNaN(Number((value as { toString(): string }).toString()));
}

function pointsOf(values: readonly Value[]): Condition | undefined {
  if (values.some((value) => typeAlias(value) === "regex")) return undefined;
  const points: Value[] = [];
  for (const value of values) {
    points.push(value ?? null);
    // An array is found by its first element, or as an element of an array of arrays.
    if (Array.isArray(value)) points.push(value.length > 0 ? ((value as Value[])[0] ?? null) : emptyArray);
  }
  return { kind: "points", values: points, exact: values.every(plain) };
}

/** Where the values of one type begin and end, as explain shows it. */
function shownLimits(value: Value): { below: string; above: string } {
  if (isNumber(value)) return { below: "-inf.0", above: "inf.0]" };
  switch (typeAlias(value)) {
    case "string":
      return { below: '""', above: "{})" };
    case "date":
      return { below: "new Date(-9223372036854775808)", above: "new Date(9223372036854775807)]" };
    case "objectId":
      return { below: "ObjectId('000000000000000000000000')", above: "ObjectId('ffffffffffffffffffffffff')]" };
    case "bool":
      return { below: "false", above: "true]" };
    default:
      return { below: "min of type", above: "max of type]" };
  }
}

/** Does a condition mean the same whatever the collation? */
export function isUncollated(condition: Condition): boolean {
  if (condition.kind === "range") return condition.uncollated;
  return condition.values.every((value) => !["string", "symbol", "object", "array"].includes(typeAlias(value)));
}

function rangeOf(operator: string, value: Value, collator: Collator | undefined): Condition | undefined {
  if (value === null || value === undefined) {
    return operator === "$gte" || operator === "$lte" ? { kind: "points", values: [null], exact: false } : undefined;
  }
  if (!plain(value) || isNaNValue(value)) return undefined;
  // Collated keys tell equality, not order.
  if (collator && ["string", "symbol"].includes(typeAlias(value))) return undefined;
  const tag = tagOf(value);
  const at = encodeValue(value, 1, collator);
  const bottom = isNumber(value) ? encodeValue(-Infinity, 1, undefined) : Buffer.of(tag);
  const { below, above } = shownLimits(value);
  const up = operator === "$gt" || operator === "$gte";
  const inclusive = operator === "$gte" || operator === "$lte";
  const interval: Interval = up
    ? {
        low: at,
        lowIn: inclusive,
        high: Buffer.of(tag + 1),
        highIn: false,
        text: `${inclusive ? "[" : "("}${shown(value)}, ${above}`,
      }
    : {
        low: bottom,
        lowIn: true,
        high: at,
        highIn: inclusive,
        text: `[${below}, ${shown(value)}${inclusive ? "]" : ")"}`,
      };
  return {
    kind: "range",
    intervals: [interval],
    exact: true,
    present: true,
    weak: false,
    uncollated: !["string", "symbol"].includes(typeAlias(value)),
  };
}

const whole: Interval = {
  low: Buffer.alloc(0),
  lowIn: true,
  high: Buffer.of(0xff),
  highIn: true,
  text: "[MinKey, MaxKey]",
};

/** Any key at all: the index only says which documents have the field, or nothing. */
const anything = (present: boolean): Condition => ({
  kind: "range",
  intervals: [whole],
  exact: false,
  present,
  weak: true,
  uncollated: false,
});

/** All keys but those of the values, for $ne and $nin. */
function complement(path: string, values: readonly Value[], collator: Collator | undefined): Condition {
  const isNull = (value: Value) => value === null || value === undefined;
  // Below an array a missing field has the key of null and still is not equal to null.
  const usable = values.every((value) => plain(value) || (isNull(value) && !path.includes(".")));
  const keys = values.map((value) => ({ key: encodeValue(value ?? null, 1, collator), text: shown(value) }));
  if (!usable || keys.some(({ key }) => key.length > keptOfLong / 2)) return anything(false);
  const intervals: Interval[] = [];
  let rest = whole;
  for (const { key, text } of keys.sort((a, b) => a.key.compare(b.key))) {
    const [low] = rest.text.split(", ");
    if (rest.low.equals(key)) continue;
    intervals.push({ ...rest, high: key, highIn: false, text: `${low!}, ${text})` });
    rest = { ...whole, low: key, lowIn: false, text: `(${text}, MaxKey]` };
  }
  intervals.push(rest);
  return {
    kind: "range",
    intervals,
    exact: false,
    present: values.some(isNull),
    weak: true,
    uncollated: false,
  };
}

/** Strings that may match a regular expression, and the same regular expression stored as a value. */
function regexRange(value: Value, flags: unknown, collator: Collator | undefined): Condition {
  const { pattern, options } = typeof value === "string" ? { pattern: value, options: "" } : regexParts(value);
  if (collator) return anything(true);
  const all = `${options}${typeof flags === "string" ? flags : ""}`;
  const start = /^\^([\w \-@:/,;=<>#%&!~"'\u0080-\ud7ff]+)/.exec(pattern)?.[1] ?? "";
  const following = pattern[start.length + 1] ?? "";
  // What may be repeated zero times is no part of the beginning, nor is anything when there are alternatives.
  const certain = "*?{+".includes(following) && following !== "" ? start.slice(0, -1) : start;
  const beginning = all !== "" || pattern.includes("|") ? "" : certain;
  const tag = tagOf("");
  const low = Buffer.concat([Buffer.of(tag), Buffer.from(beginning)]);
  const high = beginning === "" ? Buffer.of(tag + 1) : Buffer.concat([low, Buffer.of(0xff)]);
  const text =
    beginning === "" ? `["", {})` : `[${JSON.stringify(beginning)}, ${JSON.stringify(`${beginning}\uffff`)})`;
  const regexTag = tagOf(/x/);
  return {
    kind: "range",
    intervals: [
      { low, lowIn: true, high, highIn: false, text },
      {
        low: Buffer.of(regexTag),
        lowIn: true,
        high: Buffer.of(regexTag + 1),
        highIn: false,
        text: `[/${pattern}/${options}, /${pattern}/${options}]`,
      },
    ],
    exact: false,
    present: true,
    weak: beginning === "",
    uncollated: false,
  };
}

const isRegex = (value: Value) => typeAlias(value) === "regex";

/** Reads the conjunction at the top of a filter. What it cannot use it leaves to the filter itself. */
export function analyse(filter: Doc, collator: Collator | undefined): Analysis {
  const analysis: Analysis = { source: filter, byPath: new Map(), complete: true };
  const add = (path: string, condition: Condition | undefined) => {
    if (!condition?.exact) analysis.complete = false;
    if (condition) analysis.byPath.set(path, [...(analysis.byPath.get(path) ?? []), condition]);
  };
  const element = (path: string, operand: Doc): void => {
    analysis.complete = false;
    if (isOperatorDoc(operand)) {
      // All of it holds for one element, so the bounds may be put together even on a path through arrays.
      const own = analyse({ [path]: operand }, collator).byPath.get(path) ?? [];
      const points = own.find((one) => one.kind === "points");
      const ranges = own.filter((one) => one.kind === "range");
      if (points) add(path, { ...points, exact: false });
      else if (ranges.length > 0) {
        add(path, {
          ...ranges[0]!,
          intervals: ranges.map((one) => one.intervals).reduce(intersections),
          exact: false,
          weak: ranges.every((one) => one.weak),
        });
      }
      return;
    }
    for (const [name, conditions] of analyse(operand, collator).byPath) {
      if (/(^|\.)\d+(\.|$)/.test(name)) continue;
      for (const one of conditions) add(`${path}.${name}`, { ...one, exact: false });
    }
  };
  const read = (part: Doc): void => {
    for (const [name, operand] of Object.entries(part)) {
      if (name === "$and" && Array.isArray(operand)) for (const one of operand) read(one as Doc);
      else if (name === "$comment") continue;
      else if (name.startsWith("$")) analysis.complete = false;
      else if (!isOperatorDoc(operand)) {
        add(name, isRegex(operand) ? regexRange(operand, "", collator) : pointsOf([operand]));
      } else for (const [operator, value] of Object.entries(operand)) one(name, operator, value, operand);
    }
  };
  const one = (name: string, operator: string, value: Value, operand: Doc): void => {
    if (operator === "$eq") add(name, pointsOf([value]));
    else if (operator === "$in" && Array.isArray(value)) add(name, pointsOf(value as Value[]));
    else if (["$gt", "$gte", "$lt", "$lte"].includes(operator)) add(name, rangeOf(operator, value, collator));
    else if (operator === "$ne" && !isRegex(value)) add(name, complement(name, [value], collator));
    else if (operator === "$nin" && Array.isArray(value)) {
      add(name, value.some(isRegex) ? anything(false) : complement(name, value as Value[], collator));
    } else if (operator === "$exists") {
      if (value === false || value === 0 || value === null) add(name, { kind: "points", values: [null], exact: false });
      else add(name, anything(true));
    } else if (operator === "$type") add(name, anything(true));
    else if (operator === "$mod") add(name, anything(true));
    else if (operator === "$regex") add(name, regexRange(value, operand.$options, collator));
    else if (operator === "$not") add(name, anything(false));
    else if (operator === "$all" && Array.isArray(value) && value.length > 0) {
      const [first] = value as Value[];
      if (isOperatorDoc(first) && isDoc(first.$elemMatch)) element(name, first.$elemMatch);
      else add(name, isRegex(first) ? regexRange(first, "", collator) : pointsOf([first]));
      analysis.complete = false;
    } else if (operator === "$elemMatch" && isDoc(value)) element(name, value);
    else analysis.complete = false;
  };
  read(filter);
  return analysis;
}

/** The smaller of two intervals of one path. */
function intersection(a: Interval, b: Interval): Interval {
  const low = startsLater(a, b) ? a : b;
  const high = endsEarlier(a, b) ? a : b;
  return {
    low: low.low,
    lowIn: low.lowIn,
    high: high.high,
    highIn: high.highIn,
    text: `${low.text.split(", ")[0]!}, ${high.text.split(", ").at(-1)!}`,
  };
}

function startsLater(a: Interval, b: Interval): boolean {
  const order = a.low.compare(b.low);
  return order > 0 || (order === 0 && !a.lowIn);
}

function endsEarlier(a: Interval, b: Interval): boolean {
  const order = a.high.compare(b.high);
  return order < 0 || (order === 0 && !a.highIn);
}

/** What two lists of intervals have in common, in order. */
export function intersections(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a
    .flatMap((left) => b.map((right) => intersection(left, right)))
    .filter(({ low, lowIn, high, highIn }) => {
      const order = low.compare(high);
      return order < 0 || (order === 0 && lowIn && highIn);
    });
}

/** Is all of `inner` within `outer`? */
export function within(inner: Interval, outer: Interval): boolean {
  const low = inner.low.compare(outer.low);
  const high = inner.high.compare(outer.high);
  return (
    (low > 0 || (low === 0 && (outer.lowIn || !inner.lowIn))) &&
    (high < 0 || (high === 0 && (outer.highIn || !inner.highIn)))
  );
}

/** A stretch of stored keys: the lower end belongs to it, the upper does not. */
export interface KeyRange {
  low: Buffer;
  high: Buffer;
}

export const everything: KeyRange = { low: Buffer.alloc(0), high: Buffer.alloc(64, 0xff) };

export function pointRange(prefix: Buffer): KeyRange {
  return { low: lowEnd(prefix, false), high: highEnd(prefix, true) };
}

export function intervalRange(prefix: Buffer, interval: Interval, direction: 1 | -1): KeyRange {
  const [from, fromIn, to, toIn] =
    direction === 1
      ? [interval.low, interval.lowIn, interval.high, interval.highIn]
      : [inverted(interval.high), interval.highIn, inverted(interval.low), interval.lowIn];
  return {
    low: lowEnd(Buffer.concat([prefix, from]), !fromIn),
    high: highEnd(Buffer.concat([prefix, to]), toIn),
  };
}

export { shown as shownBound };
