/** What a filter says of single paths, in the form that an index can be asked. */
import { isOperatorDoc } from "../query/operators.js";
import { isDoc, isNumber, typeAlias } from "../values/compare.js";
import type { Collator, Doc, Value } from "../types.js";
import { emptyArray, encodeValue, highEnd, inverted, lowEnd, tagOf } from "./keys.js";

/** An interval of encoded values (ascending form). */
export interface Interval {
  low: Buffer;
  lowIn: boolean;
  high: Buffer;
  highIn: boolean;
  /** As explain shows it. */
  text: string;
}

/** One condition on one path. `exact`: a key inside it surely matches, so the document need not be asked again. */
export type Condition =
  | { kind: "points"; values: Value[]; exact: boolean }
  | { kind: "range"; interval: Interval; exact: boolean; impliesString: boolean };

export interface Analysis {
  byPath: Map<string, Condition[]>;
  /** Every part of the filter became an exact condition. */
  complete: boolean;
}

const shown = (value: Value): string => {
  if (value === emptyArray) return "undefined";
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (typeAlias(value) === "objectId") return `ObjectId('${(value as { toHexString(): string }).toHexString()}')`;
  if (Array.isArray(value) || isDoc(value)) return JSON.stringify(value);
  return (value as { toString(): string }).toString();
};

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
  const below = isNumber(value) ? "-inf" : "min of type";
  const above = isNumber(value) ? "inf" : "max of type";
  const up = operator === "$gt" || operator === "$gte";
  const within = operator === "$gte" || operator === "$lte";
  const interval: Interval = up
    ? {
        low: at,
        lowIn: within,
        high: Buffer.of(tag + 1),
        highIn: false,
        text: `${within ? "[" : "("}${shown(value)}, ${above}]`,
      }
    : { low: bottom, lowIn: true, high: at, highIn: within, text: `[${below}, ${shown(value)}${within ? "]" : ")"}` };
  return { kind: "range", interval, exact: true, impliesString: typeof value === "string" };
}

/** Reads the conjunction at the top of a filter. What it cannot use it leaves to the filter itself. */
export function analyse(filter: Doc, collator: Collator | undefined): Analysis {
  const analysis: Analysis = { byPath: new Map(), complete: true };
  const add = (path: string, condition: Condition | undefined) => {
    if (!condition) {
      analysis.complete = false;
      return;
    }
    if (!condition.exact) analysis.complete = false;
    analysis.byPath.set(path, [...(analysis.byPath.get(path) ?? []), condition]);
  };
  const read = (part: Doc): void => {
    for (const [name, operand] of Object.entries(part)) {
      if (name === "$and" && Array.isArray(operand)) for (const one of operand) read(one as Doc);
      else if (name === "$comment") continue;
      else if (name.startsWith("$")) analysis.complete = false;
      else if (!isOperatorDoc(operand)) add(name, pointsOf([operand]));
      else {
        for (const [operator, value] of Object.entries(operand)) {
          if (operator === "$eq") add(name, pointsOf([value]));
          else if (operator === "$in" && Array.isArray(value)) add(name, pointsOf(value as Value[]));
          else if (["$gt", "$gte", "$lt", "$lte"].includes(operator)) add(name, rangeOf(operator, value, collator));
          else analysis.complete = false;
        }
      }
    }
  };
  read(filter);
  return analysis;
}

/** The smaller of two intervals of one path. */
export function intersection(a: Interval, b: Interval): Interval {
  const lowOrder = a.low.compare(b.low);
  const highOrder = a.high.compare(b.high);
  const low = lowOrder > 0 || (lowOrder === 0 && !a.lowIn) ? a : b;
  const high = highOrder < 0 || (highOrder === 0 && !a.highIn) ? a : b;
  return {
    low: low.low,
    lowIn: low.lowIn,
    high: high.high,
    highIn: high.highIn,
    text: `${low.text.split(", ")[0]!}, ${high.text.split(", ").at(-1)!}`,
  };
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
