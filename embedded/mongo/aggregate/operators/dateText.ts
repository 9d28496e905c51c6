import { MongoError } from "../../errors.js";

const iso =
  /^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?\s*$/i;

/**
 * Reads an ISO 8601 date as $toDate and $dateFromString without a format do. `offsetMinutes` is the zone of texts that
 * name none. Throws ConversionFailure.
 */
export function parseDate(text: string, offsetAt: (utc: number) => number = () => 0): Date {
  const match = iso.exec(text);
  if (!match) {
    const loose = Date.parse(/(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$/i.test(text) ? text : `${text} UTC`);
    if (Number.isNaN(loose) || !/\d{4}/.test(text)) {
      throw new MongoError("ConversionFailure", `Error parsing date string '${text}'`);
    }
    return new Date(loose);
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  const date = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), milliseconds),
  );
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(hour) < 24;
  if (!real || Number(minute) > 59 || Number(second) > 59) {
    throw new MongoError("ConversionFailure", `Error parsing date string '${text}'`);
  }
  const offset = zone === undefined ? offsetAt(date.getTime()) : zoneOffset(zone);
  return new Date(date.getTime() - offset * 60_000);
}

/** Minutes east of UTC that "+02:00", "-0530", "Z" mean. */
export function zoneOffset(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}
