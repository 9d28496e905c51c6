/** $dateAdd, $dateSubtract, $dateDiff and $dateTrunc. */
import { Long } from "bson";
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { isNumber, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { wholeNumber } from "../../values/numbers.js";
import { type Evaluator, isNullish, type OperatorCompiler, type OperatorTable } from "../evaluator.js";
import {
  addMonths,
  dateOf,
  day,
  daysOf,
  fixedUnits,
  instantOf,
  midnight,
  monthsOf,
  monthUnits,
  readNamed,
  type Unit,
  unitOf,
  weekdayOf,
  zoneReader,
} from "./dateArguments.js";
import type { Zone } from "./dateZone.js";

/** A constant is checked while compiling, as the server does; other values when they are known. */
function early<T>(evaluate: Evaluator, read: (value: Value) => T): (value: Value) => T {
  const { literal } = evaluate;
  if (!literal || isNullish(literal.value)) return read;
  const fixed = read(literal.value);
  return () => fixed;
}

function unitReader(name: string, code: number, evaluate: Evaluator): (value: Value) => Unit {
  return early(evaluate, (value) => {
    if (typeof value === "string") return unitOf(value);
    const message =
      code === 5166404
        ? `${name} expects string defining the time unit`
        : `${name} requires 'unit' to be a string, but got ${typeAlias(value)}`;
    throw new MongoError(code, message);
  });
}

/** A date some units later: calendar units in local time, shorter ones on the clock that never jumps. */
export function addUnits(instant: number, unit: Unit, amount: number, zone: Zone): number {
  const fixed = fixedUnits[unit];
  if (fixed !== undefined) return instant + amount * fixed;
  const local = zone.toLocal(instant);
  const months = monthUnits[unit];
  if (months !== undefined) return zone.toUtc(addMonths(local, amount * months));
  return zone.toUtc(local + amount * day * (unit === "week" ? 7 : 1));
}

const largestAmount: Partial<Record<Unit, number>> = {
  year: 585_000_000,
  quarter: 2_340_000_000,
  month: 7_020_000_000,
};

function shift(direction: 1 | -1): OperatorCompiler {
  return (operand, compiler, name) => {
    const named = readNamed(operand, compiler, ["startDate", "unit", "amount", "timezone"], {
      shape: () => new MongoError(5166400, `${name} expects an object as its argument`),
      unknown: (key) =>
        new MongoError(
          5166401,
          `Unrecognized argument to ${name}: ${key}. Expected arguments are startDate, unit, amount, and optionally timezone.`,
        ),
    });
    const { startDate, unit, amount } = named;
    if (!startDate || !unit || !amount) {
      throw new MongoError(5166402, `${name} requires startDate, unit, and amount to be present`);
    }
    const readUnit = unitReader(name, 5166404, unit);
    const zoneAt = zoneReader(name, named.timezone);
    return (scope) => {
      const values = [startDate(scope), unit(scope), amount(scope)];
      const zone = zoneAt(scope);
      if (!zone || values.some(isNullish)) return null;
      const [start, unitValue, amountValue] = values;
      const instant = instantOf(start);
      if (instant === undefined) {
        throw new MongoError(5166403, `${name} requires startDate to be convertible to a date`);
      }
      const unitRead = readUnit(unitValue);
      const count = isNumber(amountValue) ? wholeNumber(amountValue) : undefined;
      if (count === undefined) throw new MongoError(5166405, `${name} expects integer amount of time units`);
      if (Math.abs(count) > (largestAmount[unitRead] ?? 2 ** 63)) {
        throw new MongoError(5166406, `invalid ${name} 'amount' parameter value: ${describe(amountValue)} ${unitRead}`);
      }
      return dateOf(addUnits(instant, unitRead, direction * count, zone));
    };
  };
}

function weekdayReader(name: string, evaluate: Evaluator | undefined): ((value: Value) => number) | undefined {
  if (!evaluate) return undefined;
  return early(evaluate, (value) => {
    if (typeof value === "string") return weekdayOf(value);
    throw new MongoError(5439015, `${name} requires 'startOfWeek' to be a string, but got ${typeAlias(value)}`);
  });
}

/** Weeks since 1970 of a local day, counted from week starts. */
function weekNumber(local: number, startOfWeek: number): number {
  // 1970-01-01 was a Thursday.
  return Math.floor((daysOf(local) + 4 - startOfWeek) / 7);
}

/** How often the boundary of a unit lies between two instants; negative when `end` is before `start`. */
function boundariesBetween(start: number, end: number, unit: Unit, zone: Zone, startOfWeek: number): number {
  const from = zone.toLocal(start);
  const to = zone.toLocal(end);
  const months = monthUnits[unit];
  if (months !== undefined) return Math.floor(monthsOf(to) / months) - Math.floor(monthsOf(from) / months);
  if (unit === "week") return weekNumber(to, startOfWeek) - weekNumber(from, startOfWeek);
  if (unit === "day") return daysOf(to) - daysOf(from);
  const length = fixedUnits[unit] ?? 1;
  // Clocks that were put forward or back in between showed boundaries that did not pass, or hid some that did.
  const jump = to - end - (from - start);
  return Math.floor(to / length) - Math.floor(from / length) - Math.trunc(jump / length);
}

const dateDiff: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, ["startDate", "endDate", "unit", "timezone", "startOfWeek"], {
    shape: () => new MongoError(5166301, `${name} only supports an object as its argument`),
    unknown: (key) => new MongoError(5166302, `Unrecognized argument to ${name}: ${key}`),
  });
  const { startDate, endDate, unit, startOfWeek } = named;
  if (!startDate) throw new MongoError(5166303, `Missing 'startDate' parameter to ${name}`);
  if (!endDate) throw new MongoError(5166304, `Missing 'endDate' parameter to ${name}`);
  if (!unit) throw new MongoError(5166305, `Missing 'unit' parameter to ${name}`);
  const readUnit = unitReader(name, 5439013, unit);
  const readWeekday = weekdayReader(name, startOfWeek);
  const zoneAt = zoneReader(name, named.timezone);
  const instant = (value: Value, which: string): number => {
    const read = instantOf(value);
    if (read !== undefined) return read;
    throw new MongoError(5166307, `${name} requires '${which}' to be a date, but got ${typeAlias(value)}`);
  };
  return (scope) => {
    const start = startDate(scope);
    const end = endDate(scope);
    const unitValue = unit(scope);
    const zone = zoneAt(scope);
    if (!zone || isNullish(start) || isNullish(end) || isNullish(unitValue)) return null;
    const unitRead = readUnit(unitValue);
    const weekday = unitRead === "week" && startOfWeek ? startOfWeek(scope) : "sunday";
    if (isNullish(weekday)) return null;
    const first = readWeekday && unitRead === "week" ? readWeekday(weekday) : 0;
    return Long.fromNumber(
      boundariesBetween(instant(start, "startDate"), instant(end, "endDate"), unitRead, zone, first),
    );
  };
};

/** 2000-01-01: bins of any size are counted from here, and weeks from the first start of a week after it. */
const reference = midnight(2000, 1, 1);
const referenceMonths = 2000 * 12;

/** The start of the bin of `size` units that an instant lies in. */
export function truncate(instant: number, unit: Unit, size: number, zone: Zone, startOfWeek: number): number {
  const fixed = fixedUnits[unit];
  if (fixed !== undefined) {
    const origin = zone.toUtc(reference);
    return origin + Math.floor((instant - origin) / (fixed * size)) * fixed * size;
  }
  const local = zone.toLocal(instant);
  const months = (monthUnits[unit] ?? 0) * size;
  if (months > 0) {
    const total = referenceMonths + Math.floor((monthsOf(local) - referenceMonths) / months) * months;
    return zone.toUtc(midnight(0, total + 1, 1));
  }
  const days = unit === "week" ? 7 * size : size;
  const firstDay = daysOf(reference) + (unit === "week" ? (startOfWeek - new Date(reference).getUTCDay() + 7) % 7 : 0);
  return zone.toUtc((firstDay + Math.floor((daysOf(local) - firstDay) / days) * days) * day);
}

function readBinSize(name: string, value: Value): number {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) {
    throw new MongoError(
      5439017,
      `${name} requires 'binSize' to be a 64-bit integer, but got value '${describe(value)}' of type ${typeAlias(value)}`,
    );
  }
  if (whole <= 0)
    throw new MongoError(5439018, `${name} requires 'binSize' to be greater than 0, but got value ${whole}`);
  return whole;
}

const dateTrunc: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, ["date", "unit", "binSize", "timezone", "startOfWeek"], {
    shape: () => new MongoError(5439007, `${name} only supports an object as its argument`),
    unknown: (key) => new MongoError(5439008, `Unrecognized argument to ${name}: ${key}`),
  });
  const { date, unit, binSize, startOfWeek } = named;
  if (!date) throw new MongoError(5439009, `Missing 'date' parameter to ${name}`);
  if (!unit) throw new MongoError(5439010, `Missing 'unit' parameter to ${name}`);
  const readUnit = unitReader(name, 5439013, unit);
  const readWeekday = weekdayReader(name, startOfWeek);
  const zoneAt = zoneReader(name, named.timezone);
  return (scope) => {
    const value = date(scope);
    const unitValue = unit(scope);
    const size = binSize ? binSize(scope) : 1;
    const zone = zoneAt(scope);
    if (!zone || isNullish(value) || isNullish(unitValue) || isNullish(size)) return null;
    const instant = instantOf(value);
    if (instant === undefined) {
      throw new MongoError(5439012, `${name} requires 'date' to be a date, but got ${typeAlias(value)}`);
    }
    const unitRead = readUnit(unitValue);
    const weekday = unitRead === "week" && startOfWeek ? startOfWeek(scope) : "sunday";
    if (isNullish(weekday)) return null;
    const first = readWeekday && unitRead === "week" ? readWeekday(weekday) : 0;
    return dateOf(truncate(instant, unitRead, readBinSize(name, size), zone, first));
  };
};

export const dateMathOperators: OperatorTable = {
  $dateAdd: shift(1),
  $dateSubtract: shift(-1),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
};
