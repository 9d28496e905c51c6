import { createHash } from "node:crypto";

/** An id for what a provider gave none: the same for the same content, whatever the order of its keys. */
export function stableId(prefix: string, value: unknown): string {
  return `${prefix}:${createHash("sha256").update(ordered(value)).digest("base64url").slice(0, 22)}`;
}

function ordered(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(ordered).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${ordered(part)}`).join(",")}}`;
}
