/** The windows of $setWindowFields: which neighbours of a document, by position or by the distance of their sort values. */
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { compareValues, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { calculateLoosely, wholeNumber } from "../../values/numbers.js";
import { instantOf, type Unit, unitOf } from "../operators/dateArguments.js";
import { addUnits } from "../operators/dateMath.js";
import { utcZone } from "../operators/dateZone.js";

/** The documents of one partition in their order, as far as windows look at them. */
export interface Ordered {
  readonly length: number;
  /** The value a document is sorted by, null when it has none. */
  sortValue(index: number): Value;
}

/** Positions [from, to) of the documents in the window of the document at `index`. */
export type Window = (index: number) => [from: number, to: number];
/** Compiled bounds, asked once for each partition. */
export type WindowBounds = (partition: Ordered) => Window;

type Bound = "unbounded" | "current" | number;

export const wholePartition: WindowBounds = (partition) => () => [0, partition.length];

/** What the stage's sortBy says, as far as windows care. */
export interface SortShape {
  fields: number;
  ascending: boolean;
}

/** Compiles {documents: […]} or {range: […], unit}; undefined stands for the whole partition. */
export function compileBounds(window: Value, sort: SortShape): WindowBounds {
  if (window === undefined) return wholePartition;
  if (!isDoc(window)) throw new MongoError("FailedToParse", "'window' field must be an object");
  for (const name of Object.keys(window)) {
    if (name !== "documents" && name !== "range" && name !== "unit") {
      throw new MongoError("FailedToParse", `'window' field that specifies bounds found an unknown argument: ${name}`);
    }
  }
  if ("documents" in window && "range" in window) {
    throw new MongoError("FailedToParse", "Window bounds can specify either 'documents' or 'range', not both.");
  }
  if ("documents" in window) {
    if ("unit" in window) {
      throw new MongoError("FailedToParse", "Window bounds can only specify 'unit' with range-based bounds.");
    }
    return documentBounds(readPair(window.documents, "documents"), sort);
  }
  if ("range" in window) return rangeBounds(readPair(window.range, "range"), readUnit(window.unit), sort);
  if ("unit" in window) {
    throw new MongoError("FailedToParse", "Window bounds can only specify 'unit' with range-based bounds.");
  }
  return wholePartition;
}

/** The `unit` of windows, derivatives and integrals. */
export function readUnit(unit: Value): Unit | undefined {
  if (unit === undefined) return undefined;
  if (typeof unit !== "string") throw new MongoError("FailedToParse", "'unit' must be a string");
  return unitOf(unit);
}

function readPair(pair: Value, name: string): [Value, Value] {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new MongoError("FailedToParse", `Window bounds must be a 2-element array: ${name}: ${describe(pair)}`);
  }
  return pair as [Value, Value];
}

function isNamed(bound: Value): bound is "unbounded" | "current" {
  return bound === "unbounded" || bound === "current";
}

function distance(bound: Value): number {
  return bound === "current" ? 0 : (bound as number);
}

function documentBounds(pair: [Value, Value], sort: SortShape): WindowBounds {
  const [lower, upper] = pair.map((bound): Bound => {
    if (isNamed(bound)) return bound;
    const whole = isNumber(bound) ? wholeNumber(bound) : undefined;
    if (whole === undefined) {
      throw new MongoError("FailedToParse", `Numeric document-based bounds must be an integer: ${describe(bound)}`);
    }
    return whole;
  }) as [Bound, Bound];
  if (lower === "unbounded" && upper === "unbounded") return wholePartition;
  if (sort.fields === 0) throw new MongoError(5339901, "Document-based bounds require a sortBy");
  if (lower !== "unbounded" && upper !== "unbounded" && distance(lower) > distance(upper)) {
    throw new MongoError(5339900, `Lower bound must not exceed upper bound: ${describe(pair)}`);
  }
  return ({ length }) =>
    (index) => {
      const from = lower === "unbounded" ? 0 : clamp(index + distance(lower), length);
      const to = upper === "unbounded" ? length : clamp(index + distance(upper) + 1, length);
      return [from, Math.max(from, to)];
    };
}

function clamp(at: number, length: number): number {
  return Math.min(Math.max(at, 0), length);
}

function rangeBounds(pair: [Value, Value], unit: Unit | undefined, sort: SortShape): WindowBounds {
  for (const bound of pair) {
    if (isNamed(bound)) continue;
    if (!isNumber(bound)) {
      throw new MongoError("FailedToParse", `Range-based bounds expression must be a number: ${describe(bound)}`);
    }
    if (unit !== undefined && wholeNumber(bound) === undefined) {
      throw new MongoError(
        "FailedToParse",
        "With range-based bounds, numeric bounds must be whole numbers when a 'unit' is given",
      );
    }
  }
  const [lower, upper] = pair;
  if (lower === "unbounded" && upper === "unbounded") return wholePartition;
  if (sort.fields !== 1) throw new MongoError(5339902, "Range-based bounds require sortBy a single field");
  if (!sort.ascending) throw new MongoError(8947400, "Range-based bounds require an ascending sortBy");
  const least = lower === "current" ? 0 : lower;
  const most = upper === "current" ? 0 : upper;
  if (least !== "unbounded" && most !== "unbounded" && compareValues(least, most) > 0) {
    throw new MongoError(5339900, `Lower bound must not exceed upper bound: ${describe(pair)}`);
  }
  return (partition) => (index) => {
    const base = checkBase(partition.sortValue(index), unit);
    const from = least === "unbounded" ? 0 : firstAt(partition, shifted(base, least, unit), false);
    const to = most === "unbounded" ? partition.length : firstAt(partition, shifted(base, most, unit), true);
    return [from, Math.max(from, to)];
  };
}

function checkBase(base: Value, unit: Unit | undefined): Value {
  if (unit !== undefined) {
    if (instantOf(base) !== undefined) return base;
    throw new MongoError(
      5429513,
      `Invalid range: Expected the sortBy field to be a Date, but it was ${typeAlias(base)}`,
    );
  }
  if (isNumber(base)) return base;
  if (typeAlias(base) === "date") {
    throw new MongoError(5429413, "For windows that involve date or time ranges, a unit must be provided.");
  }
  throw new MongoError(
    5429414,
    `Invalid range: Expected the sortBy field to be a number, but it was ${typeAlias(base)}`,
  );
}

function shifted(base: Value, by: Value, unit: Unit | undefined): Value {
  if (unit === undefined) return calculateLoosely("add", base, by);
  return new Date(addUnits(instantOf(base) ?? 0, unit, wholeNumber(by) ?? 0, utcZone));
}

/** The first position whose sort value is not below `limit`, or is above it with `beyond`. */
function firstAt(partition: Ordered, limit: Value, beyond: boolean): number {
  let low = 0;
  let high = partition.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareValues(partition.sortValue(middle), limit);
    if (order < 0 || (beyond && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
