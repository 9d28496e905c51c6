/**
 * Which fields a command has and of which type, checked as strictly as MongoDB's own command parser does: an unknown
 * field is 40415, a missing one 40414, a wrong type 14, a number out of range 51024.
 */
import { Double, Long } from "bson";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { isNumber, typeAlias } from "../values/compare.js";

/** The types a command field may have; the lenient ones accept what MongoDB's parser accepts in their place. */
const acceptedTypes = {
  string: ["string"],
  object: ["object"],
  array: ["array"],
  bool: ["bool"],
  safeBool: ["bool", "long", "int", "decimal", "double"],
  safeInt: ["long", "int", "decimal", "double"],
  long: ["long"],
  hint: ["string", "object"],
  updates: ["object", "array"],
  stringOrInt: ["string", "int"],
  timestamp: ["timestamp"],
  uuid: ["binData"],
  any: undefined,
} as const satisfies Record<string, readonly string[] | undefined>;

/** A field's type, with "!" when it must be there and "+" when a number must not be negative. */
export type FieldRule = keyof typeof acceptedTypes | `${keyof typeof acceptedTypes}${"!" | "+"}`;
export type Fields = Readonly<Record<string, FieldRule>>;

interface CompiledRule {
  accepted: ReadonlySet<string> | undefined;
  expected: string;
  notNegative: boolean;
}

/** Checks documents against one table of fields. Made once per command. */
export interface FieldChecker {
  /** `path` names the document in errors, as in "find" or "update.updates". */
  check(doc: Doc, path: string): void;
}

/** `allowed` tells of further names that any document may have (the generic arguments of commands). */
export function fieldChecker(fields: Fields, allowed?: (name: string) => boolean): FieldChecker {
  const rules = new Map<string, CompiledRule>();
  const required: string[] = [];
  for (const [name, rule] of Object.entries(fields)) {
    const type = rule.replace(/[!+]$/, "") as keyof typeof acceptedTypes;
    const types: readonly string[] | undefined = acceptedTypes[type];
    if (rule.endsWith("!")) required.push(name);
    rules.set(name, {
      accepted: types && new Set(types),
      expected: types?.length === 1 ? `type '${types[0]!}'` : `types '[${(types ?? []).join(", ")}]'`,
      notNegative: rule.endsWith("+"),
    });
  }
  return {
    check(doc, path) {
      for (const [name, value] of Object.entries(doc)) {
        const rule = rules.get(name);
        if (!rule) {
          if (allowed?.(name)) continue;
          throw new MongoError(40415, `BSON field '${path}.${name}' is an unknown field.`);
        }
        if (value === null || value === undefined || !rule.accepted) continue;
        const type = typeAlias(value);
        if (!rule.accepted.has(type)) throw wrongType(`${path}.${name}`, type, rule.expected);
        if (rule.notNegative && toNumber(value) < 0) {
          throw new MongoError(51024, `BSON field '${name}' value must be >= 0, actual value '${toNumber(value)}'`);
        }
      }
      for (const name of required) {
        const value = doc[name];
        if (value === null || value === undefined) {
          throw new MongoError(40414, `BSON field '${path}.${name}' is missing but a required field`);
        }
      }
    },
  };
}

/** TypeMismatch (14) in the words of MongoDB's command parser; `expected` such as "type 'object'". */
export function wrongType(path: string, actual: string, expected: string): MongoError {
  return new MongoError("TypeMismatch", `BSON field '${path}' is the wrong type '${actual}', expected ${expected}`);
}

/** A numeric value as a JS number; long values may lose precision beyond 2^53. NaN when it is no number. */
export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Double) return value.valueOf();
  if (isNumber(value)) return Number(String(value));
  return Number.NaN;
}

/** An optional whole number, truncated as MongoDB does, `fallback` when absent. */
export function integer(value: Value, fallback: number): number {
  if (value === null || value === undefined) return fallback;
  const number = Math.trunc(toNumber(value));
  return Number.isNaN(number) ? 0 : number;
}

/** An optional boolean; numbers other than zero are true. */
export function flag(value: Value, fallback = false): boolean {
  if (value === null || value === undefined) return fallback;
  return typeof value === "boolean" ? value : toNumber(value) !== 0;
}

/** A sub-document, or undefined when absent. Its type has been checked before. */
export function subdocument(value: Value): Doc | undefined {
  return value === null || value === undefined ? undefined : (value as Doc);
}

/** Checks that every element of an array is a document; `path` such as "update.updates". */
export function documents(value: Value, path: string): Doc[] {
  const items = value as Value[];
  for (const [index, item] of items.entries()) {
    const type = typeAlias(item);
    if (type !== "object") throw wrongType(`${path}.${index}`, type, "type 'object'");
  }
  return items as Doc[];
}
