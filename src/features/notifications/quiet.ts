/** From when until when somebody wants to be left alone, by the clock of their time zone. */
export interface QuietHours {
  from: string;
  to: string;
  time_zone?: string | undefined;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

function minutesAt(zone: string | undefined, now: Date): number {
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone ?? "UTC",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(now);
  return minutesOf(clock);
}

/**
 * When quiet hours end that are now; undefined while there are none. They may go over midnight. Where the clocks change within
 * them it may be an hour off: whoever waits looks again before that.
 */
export function quietUntil(hours: QuietHours | null, now: Date): Date | undefined {
  if (!hours) return undefined;
  const [at, from, to] = [minutesAt(hours.time_zone, now), minutesOf(hours.from), minutesOf(hours.to)];
  const quiet = from <= to ? at >= from && at < to : at >= from || at < to;
  if (!quiet) return undefined;
  const left = (to - at + dayMinutes) % dayMinutes;
  return new Date(now.getTime() - (now.getTime() % minuteMs) + left * minuteMs);
}
