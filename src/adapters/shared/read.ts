/**
 * Reading what others sent: every part of a provider's payload may be missing or of another type than documented. These
 * readers never throw and never convert loosely; what does not fit is undefined.
 */
export type Raw = Readonly<Record<string, unknown>>;

/** The object, or undefined for anything else (null and arrays included). */
export function record(value: unknown): Raw | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : undefined;
}

/** The objects of an array; empty for anything else. */
export function records(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(record).filter((item) => item !== undefined) : [];
}

/** The string when it has at least one character. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The number when it is finite. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A count or size: a whole number from 0 on that a double holds exactly. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A provider's id as a string: strings stay, whole numbers are written out. Numbers a double cannot hold are no id. */
export function id(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  return text(value);
}

/** False for what stands for nothing where somebody wrote out every field there is. */
export const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

/** Drops the properties that are undefined, so that equal things are deeply equal. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
