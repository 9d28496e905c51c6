/** $dateToString and $dateFromString. */
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { isNullish, type OperatorCompiler, type OperatorTable } from "../evaluator.js";
import { dayOfYear, isoWeekOf, minute, readNamed, requireInstant, weekOfYear, zoneReader } from "./dateArguments.js";
import { parseWithFormat, readFormat } from "./dateParse.js";
import { parseDate } from "./dateText.js";
import type { Zone } from "./dateZone.js";

export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function year(value: number): string {
  if (value < 0 || value > 9999) {
    throw new MongoError(18537, `$dateToString is only defined on year 0-9999, tried to use year ${value}`);
  }
  return padded(value, 4);
}

/** What each letter after "%" writes of a local time. */
const specifiers: Record<string, (local: Date, offset: number) => string> = {
  "%": () => "%",
  Y: (local) => year(local.getUTCFullYear()),
  m: (local) => padded(local.getUTCMonth() + 1, 2),
  d: (local) => padded(local.getUTCDate(), 2),
  H: (local) => padded(local.getUTCHours(), 2),
  M: (local) => padded(local.getUTCMinutes(), 2),
  S: (local) => padded(local.getUTCSeconds(), 2),
  L: (local) => padded(local.getUTCMilliseconds(), 3),
  j: (local) => padded(dayOfYear(local.getTime()), 3),
  w: (local) => String(local.getUTCDay() + 1),
  u: (local) => String(isoWeekOf(local.getTime()).weekday),
  U: (local) => padded(weekOfYear(local.getTime()), 2),
  V: (local) => padded(isoWeekOf(local.getTime()).week, 2),
  G: (local) => year(isoWeekOf(local.getTime()).year),
  b: (local) => (monthNames[local.getUTCMonth()] ?? "").slice(0, 3),
  B: (local) => monthNames[local.getUTCMonth()] ?? "",
  z: (_, offset) => `${sign(offset)}${padded(Math.floor(Math.abs(offset) / 60), 2)}${padded(Math.abs(offset) % 60, 2)}`,
  Z: (_, offset) => `${sign(offset)}${padded(Math.abs(offset), 3)}`,
};

function sign(offset: number): string {
  return offset < 0 ? "-" : "+";
}

type Writer = (local: Date, offset: number) => string;

function compileFormat(format: string): Writer {
  const parts = readFormat(format, specifiers).map((piece): Writer => {
    const write = piece.specifier === undefined ? undefined : specifiers[piece.specifier];
    return write ?? (() => piece.text);
  });
  return (local, offset) => parts.map((write) => write(local, offset)).join("");
}

const isoFormat = compileFormat("%Y-%m-%dT%H:%M:%S.%LZ");
const localFormat = compileFormat("%Y-%m-%dT%H:%M:%S.%L");

function formatArgument(value: Value, name: string): string {
  if (typeof value === "string") return value;
  throw new MongoError(
    name === "$dateToString" ? 18533 : 40684,
    `${name} requires that 'format' be a string, found: ${typeAlias(value)} with value ${describe(value)}`,
  );
}

const dateToString: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, ["date", "format", "timezone", "onNull"], {
    shape: () => new MongoError(18629, `${name} only supports an object as its argument`),
    unknown: (key) => new MongoError(18534, `Unrecognized argument to ${name}: ${key}`),
  });
  const { date, format, onNull } = named;
  if (!date) throw new MongoError(18628, `Missing 'date' parameter to ${name}`);
  const zoneAt = zoneReader(name, named.timezone);
  const literal = format?.literal?.value;
  const fixed = format?.literal && !isNullish(literal) ? compileFormat(formatArgument(literal, name)) : undefined;
  return (scope) => {
    const value = date(scope);
    const zone = zoneAt(scope);
    let write: Writer | undefined = fixed;
    if (!write && format) {
      const text = format(scope);
      if (isNullish(text)) return onNull ? onNull(scope) : null;
      write = compileFormat(formatArgument(text, name));
    }
    if (!zone || isNullish(value)) return onNull ? onNull(scope) : null;
    const instant = requireInstant(value);
    const local = zone.toLocal(instant);
    return (write ?? (zone.isUtc ? isoFormat : localFormat))(new Date(local), Math.trunc((local - instant) / minute));
  };
};

function isConversion(error: unknown): boolean {
  return error instanceof MongoError && error.codeName === "ConversionFailure";
}

const zoneAtEnd = /(?:[\d\s](?:Z|UTC|GMT)|\d[+-]\d{2}(?::?\d{2})?)\s*$/i;

/** Reads a text without a format: local time of `zone` unless the text names a zone itself. */
function parseFree(text: string, zone: Zone, zoneGiven: boolean): Date {
  const hasTime = /\d{2}:?\d{2}/.test(text.replace(/^\s*\d{4}-?\d{2}-?\d{2}/, ""));
  const named = hasTime && zoneAtEnd.test(text);
  if (!named) return new Date(zone.toUtc(parseDate(text).getTime()));
  if (zoneGiven) {
    throw new MongoError(
      "ConversionFailure",
      `you cannot pass in a date/time string with time zone information ('${text}') together with a timezone argument`,
    );
  }
  return parseDate(text);
}

const dateFromString: OperatorCompiler = (operand, compiler, name) => {
  const named = readNamed(operand, compiler, ["dateString", "format", "timezone", "onError", "onNull"], {
    shape: () => new MongoError(40540, `${name} only supports an object as an argument, found: ${typeAlias(operand)}`),
    unknown: (key) => new MongoError(40541, `Unrecognized argument to ${name}: ${key}`),
  });
  const { dateString, format, onError, onNull } = named;
  if (!dateString) throw new MongoError(40542, `Missing 'dateString' parameter to ${name}`);
  const zoneAt = zoneReader(name, named.timezone);
  const parse = (text: Value, pattern: Value, zone: Zone): Value => {
    if (typeof text !== "string") {
      throw new MongoError(
        "ConversionFailure",
        `${name} requires that 'dateString' be a string, found: ${typeAlias(text)} with value ${describe(text)}`,
      );
    }
    if (pattern === undefined) return parseFree(text, zone, named.timezone !== undefined);
    return parseWithFormat(text, formatArgument(pattern, name), zone, named.timezone !== undefined);
  };
  return (scope) => {
    const text = dateString(scope);
    const zone = zoneAt(scope);
    const pattern = format ? (format(scope) ?? null) : undefined;
    if (pattern !== undefined && pattern !== null) formatArgument(pattern, name);
    if (isNullish(text)) return onNull ? onNull(scope) : null;
    if (!zone || pattern === null) return null;
    return orElse(() => parse(text, pattern, zone), onError && (() => onError(scope)));
  };
};

function orElse(attempt: () => Value, otherwise: (() => Value) | undefined): Value {
  try {
    return attempt();
  } catch (error) {
    if (otherwise && isConversion(error)) return otherwise();
    throw error;
  }
}

export const dateFormatOperators: OperatorTable = {
  $dateToString: dateToString,
  $dateFromString: dateFromString,
};
