/** Format strings of dates, and reading a date by one. */
import { MongoError } from "../../errors.js";
import { dayOfYear, hour, isoMidnight, midnight, minute } from "./dateArguments.js";
import { zoneOffset } from "./dateText.js";
import type { Zone } from "./dateZone.js";

/** A piece of a format: literal text, or one specifier. */
export interface FormatPiece {
  text: string;
  specifier?: string;
}

/** Splits a format. Throws 18535 for a "%" at its end and 18536 for letters that `known` does not have. */
export function readFormat(format: string, known: object): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") pieces.push({ text });
    text = "";
  };
  for (let at = 0; at < format.length; at += 1) {
    const char = format[at] as string;
    if (char !== "%") {
      text += char;
      continue;
    }
    at += 1;
    const specifier = format[at];
    if (specifier === undefined) throw new MongoError(18535, "Unmatched '%' at end of format string");
    if (!Object.hasOwn(known, specifier)) {
      throw new MongoError(18536, `Invalid format character '%${specifier}' in format string`);
    }
    flush();
    pieces.push({ text: `%${specifier}`, specifier });
  }
  flush();
  return pieces;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const fullMonths = "january|february|march|april|may|june|july|august|september|october|november|december";

/** What each specifier reads: a regular expression of its text. */
const readers: Record<string, string> = {
  "%": "%",
  Y: "(\\d{4})",
  m: "(\\d{1,2})",
  d: "(\\d{1,2})",
  H: "(\\d{1,2})",
  M: "(\\d{1,2})",
  S: "(\\d{1,2})",
  L: "(\\d{1,3})",
  j: "(\\d{1,3})",
  u: "([1-7])",
  V: "(\\d{1,2})",
  G: "(\\d{4})",
  b: `(${months.join("|")})`,
  B: `(${fullMonths})`,
  z: "([+-]\\d{2}:?(?:\\d{2})?)",
  Z: "([+-]?\\d{1,3})",
};

interface Compiled {
  pattern: RegExp;
  specifiers: string[];
}

const compiled = new Map<string, Compiled>();
const maxCompiled = 500;

function compile(format: string): Compiled {
  const known = compiled.get(format);
  if (known) return known;
  const specifiers: string[] = [];
  let source = "";
  for (const { text, specifier } of readFormat(format, readers)) {
    if (specifier === undefined) source += text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    else {
      source += readers[specifier] ?? "";
      if (specifier !== "%") specifiers.push(specifier);
    }
  }
  const made = { pattern: new RegExp(`^${source}$`, "i"), specifiers };
  if (compiled.size < maxCompiled) compiled.set(format, made);
  return made;
}

function failed(text: string, why: string): MongoError {
  return new MongoError("ConversionFailure", `Error parsing date string '${text}'; ${why}`);
}

/**
 * Reads a date by its format: local time of `zone`, unless the format reads an offset. Throws ConversionFailure when the
 * text does not fit, names no real date, or names an offset although a zone was given.
 */
export function parseWithFormat(text: string, format: string, zone: Zone, zoneGiven: boolean): Date {
  const { pattern, specifiers } = compile(format);
  const match = pattern.exec(text);
  if (!match) throw failed(text, "the text does not match the format");
  const read = new Map(specifiers.map((specifier, at) => [specifier, match[at + 1] as string]));
  const local = dayOf(text, read) + timeOf(text, read);
  const offset = offsetOf(read);
  if (offset === undefined) return new Date(zone.toUtc(local));
  if (zoneGiven) {
    throw failed(text, "you cannot pass in a date/time string with GMT offset together with a timezone argument");
  }
  return new Date(local - offset);
}

function number(read: Map<string, string>, specifier: string): number | undefined {
  const text = read.get(specifier);
  return text === undefined ? undefined : Number(text);
}

function dayOf(text: string, read: Map<string, string>): number {
  const isoYear = number(read, "G");
  if (isoYear !== undefined) return isoMidnight(isoYear, number(read, "V") ?? 1, number(read, "u") ?? 1);
  const year = number(read, "Y");
  if (year === undefined) {
    throw failed(text, "an incomplete date/time string has been found, with elements missing");
  }
  const ordinal = number(read, "j");
  if (ordinal !== undefined) {
    const start = midnight(year, 1, ordinal);
    if (ordinal < 1 || dayOfYear(start) !== ordinal) throw failed(text, "the day of the year does not exist");
    return start;
  }
  const month = monthOf(read);
  const dayOfMonth = number(read, "d");
  if (month === undefined || dayOfMonth === undefined) {
    throw failed(text, "an incomplete date/time string has been found, with elements missing");
  }
  const start = midnight(year, month, dayOfMonth);
  const date = new Date(start);
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== dayOfMonth) {
    throw failed(text, "the parsed date was invalid");
  }
  return start;
}

function monthOf(read: Map<string, string>): number | undefined {
  const name = read.get("b") ?? read.get("B");
  return name === undefined ? number(read, "m") : months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function timeOf(text: string, read: Map<string, string>): number {
  const hours = number(read, "H") ?? 0;
  const minutes = number(read, "M") ?? 0;
  const seconds = number(read, "S") ?? 0;
  if (hours > 23 || minutes > 59 || seconds > 59) throw failed(text, "the parsed time was invalid");
  return hours * hour + minutes * minute + seconds * 1000 + Number((read.get("L") ?? "0").padEnd(3, "0"));
}

/** The offset a text names itself, in milliseconds. */
function offsetOf(read: Map<string, string>): number | undefined {
  const hours = read.get("z");
  if (hours !== undefined) return zoneOffset(hours) * minute;
  const minutes = read.get("Z");
  return minutes === undefined ? undefined : Number(minutes) * minute;
}
