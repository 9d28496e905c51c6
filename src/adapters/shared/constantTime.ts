import { createHash, timingSafeEqual } from "node:crypto";

/** Compares two secrets in a time that tells nothing about either, also when their lengths differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** True when `given` is one of the secrets. Always looks at all of them: the time does not say which one matched. */
export function matchesAny(given: string, secrets: readonly string[]): boolean {
  return secrets.reduce((matched, secret) => equalInConstantTime(given, secret) || matched, false);
}

/** Equal lengths for timingSafeEqual, which throws otherwise. */
function digest(value: string): Buffer {
  return createHash("sha256").update(value, "utf8").digest();
}
