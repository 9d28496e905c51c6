/** $year, $month and the other parts of a date, $dateToParts and $dateFromParts. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import { isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { wholeNumber } from "../../values/numbers.js";
import { type Compiler, type Evaluator, isNullish, type OperatorCompiler, type OperatorTable } from "../evaluator.js";
import {
  dateOf,
  dayOfYear,
  hour as hourLength,
  isoMidnight,
  isoWeekOf,
  midnight,
  minute as minuteLength,
  type Named,
  readNamed,
  requireInstant,
  weekOfYear,
  zoneReader,
} from "./dateArguments.js";

/** A date alone, in an array of one, or with a time zone in {date, timezone}. */
function readDate(operand: Value, compiler: Compiler, name: string): { date: Evaluator; timezone?: Evaluator } {
  if (Array.isArray(operand)) {
    if (operand.length !== 1) {
      throw new MongoError(
        40536,
        `${name} accepts exactly one argument if given an array, but was given ${operand.length}`,
      );
    }
    return { date: compiler.compile(operand[0]) };
  }
  if (!isDoc(operand) || Object.keys(operand)[0]?.startsWith("$")) return { date: compiler.compile(operand) };
  const named = readNamed(operand, compiler, ["date", "timezone"], {
    shape: () => new MongoError(40539, `missing 'date' argument to ${name}`),
    unknown: (key) => new MongoError(40535, `unrecognized option to ${name}: "${key}"`),
  });
  if (!named.date) {
    throw new MongoError(40539, `missing 'date' argument to ${name}, provided: ${name}: ${describe(operand)}`);
  }
  return { date: named.date, ...(named.timezone && { timezone: named.timezone }) };
}

/** An operator that reads one part of local time. */
function part(read: (local: number, date: Date) => Value): OperatorCompiler {
  return (operand, compiler, name) => {
    const { date, timezone } = readDate(operand, compiler, name);
    const zoneAt = zoneReader(name, timezone);
    return (scope) => {
      const value = date(scope);
      if (isNullish(value)) return null;
      const instant = requireInstant(value);
      const zone = zoneAt(scope);
      if (!zone) return null;
      const local = zone.toLocal(instant);
      return read(local, new Date(local));
    };
  };
}

const dateToParts: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, ["date", "timezone", "iso8601"], {
    shape: () => new MongoError(40524, `${name} only supports an object as its argument`),
    unknown: (key) => new MongoError(40520, `Unrecognized argument to ${name}: ${key}`),
  });
  const { date, iso8601 } = named;
  if (!date) throw new MongoError(40522, `Missing 'date' parameter to ${name}`);
  const zoneAt = zoneReader(name, named.timezone);
  return (scope) => {
    const zone = zoneAt(scope);
    const iso = iso8601 ? iso8601(scope) : false;
    if (!zone || isNullish(iso)) return null;
    if (typeof iso !== "boolean") {
      throw new MongoError(40521, `iso8601 must evaluate to a bool, found ${typeAlias(iso)}`);
    }
    const value = date(scope);
    if (isNullish(value)) return null;
    return partsOf(zone.toLocal(requireInstant(value)), iso);
  };
};

function partsOf(local: number, iso: boolean): Doc {
  const date = new Date(local);
  const week = isoWeekOf(local);
  const days = iso
    ? { isoWeekYear: week.year, isoWeek: week.week, isoDayOfWeek: week.weekday }
    : { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return {
    ...days,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

const naturalParts = ["year", "month", "day"] as const;
const isoParts = ["isoWeekYear", "isoWeek", "isoDayOfWeek"] as const;
const timeParts = ["hour", "minute", "second", "millisecond"] as const;
type PartName = (typeof naturalParts)[number] | (typeof isoParts)[number] | (typeof timeParts)[number];

const dateFromParts: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, [...naturalParts, ...isoParts, ...timeParts, "timezone"], {
    shape: () => new MongoError(40519, `${name} only supports an object as its argument`),
    unknown: (key) => new MongoError(40518, `Unrecognized argument to ${name}: ${key}`),
  });
  const calendar = readCalendar(named, name);
  const fields: readonly PartName[] = [...calendar, ...timeParts];
  const zoneAt = zoneReader(name, named.timezone);
  return (scope) => {
    const values: number[] = [];
    for (const [at, field] of fields.entries()) {
      const evaluate = named[field];
      const value = evaluate ? evaluate(scope) : at < 3 ? 1 : 0;
      if (isNullish(value)) return null;
      values.push(readPart(field, value, at === 0));
    }
    const zone = zoneAt(scope);
    if (!zone) return null;
    const [year, second, third, hours, minutes, seconds, milliseconds] = values as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const start = calendar === isoParts ? isoMidnight(year, second, third) : midnight(year, second, third);
    return dateOf(zone.toUtc(start + hours * hourLength + minutes * minuteLength + seconds * 1000 + milliseconds));
  };
};

function readCalendar(named: Named<PartName | "timezone">, name: string): typeof naturalParts | typeof isoParts {
  if (!named.year && !named.isoWeekYear) {
    throw new MongoError(40516, `${name} requires either 'year' or 'isoWeekYear' to be present`);
  }
  if (named.year && isoParts.some((field) => named[field])) {
    throw new MongoError(40489, `${name} does not allow mixing natural dates with ISO dates`);
  }
  if (named.isoWeekYear && naturalParts.some((field) => named[field])) {
    throw new MongoError(40525, `${name} does not allow mixing ISO dates with natural dates`);
  }
  return named.year ? naturalParts : isoParts;
}

function readPart(field: PartName, value: Value, isYear: boolean): number {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) {
    throw new MongoError(
      40515,
      `'${field}' must evaluate to an integer, found ${typeAlias(value)} with value :${describe(value)}`,
    );
  }
  if (isYear && (whole < 1 || whole > 9999)) {
    throw new MongoError(
      field === "year" ? 40523 : 31095,
      `'${field}' must evaluate to an integer in the range 1 to 9999, found ${whole}`,
    );
  }
  // Seconds and milliseconds may be any int64; the rest is bounded by 16 bits.
  const bounded = field !== "second" && field !== "millisecond";
  if (!isYear && bounded && (whole < -32768 || whole > 32767)) {
    throw new MongoError(
      31034,
      `'${field}' must evaluate to a value in the range [-32768, 32767]; value ${whole} is not in range`,
    );
  }
  return whole;
}

export const datePartOperators: OperatorTable = {
  $year: part((_, date) => date.getUTCFullYear()),
  $month: part((_, date) => date.getUTCMonth() + 1),
  $dayOfMonth: part((_, date) => date.getUTCDate()),
  $dayOfWeek: part((_, date) => date.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((_, date) => date.getUTCHours()),
  $minute: part((_, date) => date.getUTCMinutes()),
  $second: part((_, date) => date.getUTCSeconds()),
  $millisecond: part((_, date) => date.getUTCMilliseconds()),
  $week: part(weekOfYear),
  $isoWeek: part((local) => isoWeekOf(local).week),
  $isoWeekYear: part((local) => Long.fromNumber(isoWeekOf(local).year)),
  $isoDayOfWeek: part((local) => isoWeekOf(local).weekday),
  $dateToParts: dateToParts,
  $dateFromParts: dateFromParts,
};
