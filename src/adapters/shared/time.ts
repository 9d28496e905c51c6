/** Times outside of this are nonsense: before the first of these services, or beyond what a date can say. */
const earliest = Date.UTC(2004, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/**
 * When something happened, from a provider's milliseconds or seconds, as number or text. Nonsense gives 1970 with
 * `timeUnknown`: then the time of acceptance counts.
 */
export function momentOf(value: unknown, unit: "ms" | "s"): { at: string; timeUnknown?: true } {
  const given = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  const ms = typeof given === "number" ? (unit === "s" ? given * 1000 : given) : Number.NaN;
  if (!(ms >= earliest && ms <= latest)) return { at: new Date(0).toISOString(), timeUnknown: true };
  return { at: new Date(Math.trunc(ms)).toISOString() };
}
