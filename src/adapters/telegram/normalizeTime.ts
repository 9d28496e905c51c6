import type { IsoTime } from "../../core/ids.js";

/** When something happened; `timeUnknown` when Telegram does not say and `at` is no more than a lower bound. */
export interface EventTime {
  at: IsoTime;
  timeUnknown?: true;
}

/** Telegram's dates are Unix seconds in 32 bits; 0 stands for "not available". */
const lastSecond = 2 ** 32;

/** The first of `dates` that is a date. No clock is asked: what has no date is of unknown time, from 1970 on. */
export function timeOf(...dates: readonly unknown[]): EventTime {
  const seconds = dates.map(asSeconds).find((value) => value !== undefined);
  if (seconds === undefined) return { at: new Date(0).toISOString(), timeUnknown: true };
  return { at: new Date(seconds * 1000).toISOString() };
}

function asSeconds(date: unknown): number | undefined {
  const seconds = typeof date === "string" && /^\d{1,10}$/.test(date) ? Number(date) : date;
  return typeof seconds === "number" && seconds > 0 && seconds < lastSecond ? Math.trunc(seconds) : undefined;
}
