/** What the date operators share: their arguments, units of time and calendar arithmetic. */
import type { ObjectId, Timestamp } from "bson";
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import type { Compiler, Evaluator, Scope } from "../evaluator.js";
import { isNullish } from "../evaluator.js";
import { utcZone, type Zone, zoneOf } from "./dateZone.js";

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The instant that a date, a timestamp or an ObjectId stands for; undefined for other values. */
export function instantOf(value: Value): number | undefined {
  switch (typeAlias(value)) {
    case "date":
      return (value as Date).getTime();
    case "timestamp":
      return (value as Timestamp).t * 1000;
    case "objectId":
      return (value as ObjectId).getTimestamp().getTime();
    default:
      return undefined;
  }
}

/** As `instantOf`. Throws 16006 for values that are no date. */
export function requireInstant(value: Value): number {
  const instant = instantOf(value);
  if (instant === undefined) {
    throw new MongoError(16006, `can't convert from BSON type ${typeAlias(value)} to Date`);
  }
  return instant;
}

/** Throws Overflow for instants that no date can hold. */
export function dateOf(milliseconds: number): Date {
  if (!(Math.abs(milliseconds) <= 8.64e15)) throw new MongoError("Overflow", "date overflow");
  return new Date(milliseconds);
}

/** Named arguments of an operator, each compiled; those not given are undefined. */
export type Named<K extends string> = Partial<Record<K, Evaluator>>;

/** Reads {name: expression, …}. `fail` makes the operator's own errors. */
export function readNamed<K extends string>(
  operand: Value,
  compiler: Compiler,
  allowed: readonly K[],
  fail: { shape: () => MongoError; unknown: (name: string) => MongoError },
): Named<K> {
  if (!isDoc(operand)) throw fail.shape();
  const named: Named<K> = {};
  for (const name of Object.keys(operand)) {
    if (!(allowed as readonly string[]).includes(name)) throw fail.unknown(name);
    named[name as K] = compiler.compile(operand[name]);
  }
  return named;
}

/** A reader of the time zone argument: UTC when there is none, `undefined` when it evaluates to null. */
export function zoneReader(operator: string, zone: Evaluator | undefined): (scope: Scope) => Zone | undefined {
  if (!zone) return () => utcZone;
  const read = (value: Value): Zone | undefined => {
    if (isNullish(value)) return undefined;
    if (typeof value === "string") return zoneOf(value);
    throw new MongoError(
      40517,
      `${operator} requires a string for the timezone argument, but was given a ${typeAlias(value)} (${describe(value)})`,
    );
  };
  if (zone.literal) {
    const fixed = read(zone.literal.value);
    return () => fixed;
  }
  return (scope) => read(zone(scope));
}

const units = ["millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
export type Unit = (typeof units)[number];

/** Throws FailedToParse for what names no unit. */
export function unitOf(name: string): Unit {
  const unit = units.find((one) => one === name);
  if (!unit) throw new MongoError("FailedToParse", `unknown time unit value: ${name}`);
  return unit;
}

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The day a week begins with, 0 for Sunday, of "monday" or "Mon". Throws FailedToParse. */
export function weekdayOf(name: string): number {
  const lower = name.toLowerCase();
  const index = weekdays.findIndex((weekday) => weekday === lower || weekday.slice(0, 3) === lower);
  if (index === -1) throw new MongoError("FailedToParse", `unknown day of week value: ${name}`);
  return index;
}

/** Milliseconds of the units whose length never changes. */
export const fixedUnits: Partial<Record<Unit, number>> = { millisecond: 1, second, minute, hour };

/** Months in the units that are made of months. */
export const monthUnits: Partial<Record<Unit, number>> = { month: 1, quarter: 3, year: 12 };

/** Months since year 0 of a local time. */
export function monthsOf(local: number): number {
  const date = new Date(local);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Days since 1970 of a local time. */
export function daysOf(local: number): number {
  return Math.floor(local / day);
}

/** Local midnight of a calendar day; months and days beyond their range carry over. */
export function midnight(year: number, month: number, dayOfMonth: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return date.getTime();
}

/** A local time some months later, on the same day or else the last of that month. */
export function addMonths(local: number, months: number): number {
  const date = new Date(local);
  const total = monthsOf(local) + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  const last = new Date(midnight(year, month + 1, 0)).getUTCDate();
  return midnight(year, month, Math.min(date.getUTCDate(), last)) + (local - daysOf(local) * day);
}

/** Year and week of ISO 8601, and the day from 1 (Monday) to 7, of a local time. */
export function isoWeekOf(local: number): { year: number; week: number; weekday: number } {
  const weekday = new Date(local).getUTCDay() || 7;
  const thursday = new Date((daysOf(local) + 4 - weekday) * day);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - midnight(year, 1, 1)) / (7 * day)) + 1, weekday };
}

/** Local midnight of a day given by ISO week; weeks and days beyond their range carry over. */
export function isoMidnight(year: number, week: number, weekday: number): number {
  const fourth = midnight(year, 1, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * day;
  return monday + ((week - 1) * 7 + weekday - 1) * day;
}

/** Day of the year from 1. */
export function dayOfYear(local: number): number {
  return daysOf(local) - daysOf(midnight(new Date(local).getUTCFullYear(), 1, 1)) + 1;
}

/** Week of the year from 0: weeks begin on Sundays, the first one with the first Sunday. */
export function weekOfYear(local: number): number {
  return Math.floor((dayOfYear(local) + 6 - new Date(local).getUTCDay()) / 7);
}
