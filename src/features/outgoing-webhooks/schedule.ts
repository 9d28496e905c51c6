const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Pauses before each try, as Standard Webhooks recommends: at once, then over about three days. */
const pauses = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** A receiver may ask for more time, but not for ever. */
const retryAfterMost = 24 * hour;

/** How long an endpoint may fail without one success before it is switched off. */
export const failingMostMs = 5 * 24 * hour;

/** Why an endpoint is off, as it is stored, by its stable name. */
export const offCauses = {
  gone: "The receiver answered 410 Gone.",
  failing: "Every delivery failed for five days.",
  by_hand: "Switched off.",
} as const;
export type OffReason = keyof typeof offCauses;

const offReasons = Object.keys(offCauses) as OffReason[];

/** The stable name of a stored cause. */
export const offReason = (cause: string | null): OffReason | null =>
  offReasons.find((reason) => offCauses[reason] === cause) ?? null;

/** What a try led to. */
export interface Outcome {
  /** null: no answer. */
  status: number | null;
  retryAfterMs: number | null;
}

/** Only 2xx is a success: a redirect is not followed, for it could lead anywhere. */
export const succeeded = ({ status }: Outcome): boolean => status !== null && status >= 200 && status < 300;

/**
 * When to try again after try `n` (from 1) failed; undefined when that was the last. `chance` (0 to 1) spreads the tries by a
 * tenth, so that a receiver that comes back is not met by all of them at once.
 */
export function nextTry(n: number, outcome: Outcome, now: Date, chance: number): Date | undefined {
  const pause = pauses[n];
  if (pause === undefined) return undefined;
  const spread = pause * (0.9 + 0.2 * chance);
  const asked =
    outcome.status === 429 || outcome.status === 503 ? Math.min(outcome.retryAfterMs ?? 0, retryAfterMost) : 0;
  return new Date(now.getTime() + Math.max(spread, asked));
}

/** Retry-After in ms: seconds or a date. */
export function retryAfterOf(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * second;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}

/** True when a filter ("*", "message.*", "message.received") lets an event through. */
export function matches(filters: readonly string[], type: string): boolean {
  return filters.some(
    (filter) => filter === "*" || filter === type || (filter.endsWith(".*") && type.startsWith(filter.slice(0, -1))),
  );
}
