/**
 * The order of fields whose names look like array positions. JavaScript moves such names to the front of an object; where
 * that is not their place, the object carries the right order along, also into copies made by spreading.
 */
import type { Doc, Value } from "../types.js";

const order = Symbol("order of fields");
type Ordered = Doc & { [order]?: readonly string[] };

/** No document needs the long way as long as none has such names out of order. */
let everUsed = false;

/** Would JavaScript move this name to the front? */
export function movesAhead(name: string): boolean {
  const first = name.charCodeAt(0);
  if (!(first >= 48 && first <= 57)) return false;
  return name.length <= 10 && /^(0|[1-9]\d*)$/.test(name) && Number(name) < 2 ** 32 - 1;
}

/** Notes in which order the fields of a document stand. */
export function noteOrder(doc: Doc, names: readonly string[]): void {
  const natural = Object.keys(doc);
  if (natural.length === names.length && natural.every((name, at) => name === names[at])) return;
  everUsed = true;
  (doc as Ordered)[order] = names;
}

/** The names of a document's fields in their order. `_id` that came later stands first, all else at the end. */
export function fieldNames(doc: Doc): string[] {
  const noted = everUsed ? (doc as Ordered)[order] : undefined;
  const names = Object.keys(doc);
  if (!noted) return names;
  const known = new Set(noted);
  const kept = noted.filter((name) => Object.hasOwn(doc, name));
  const others = names.filter((name) => !known.has(name));
  return others[0] === "_id" ? ["_id", ...kept, ...others.slice(1)] : [...kept, ...others];
}

/** The same value with every document that has an order of its own as a map in that order; usually the very same. */
export function inOrder(value: Value): Value {
  return everUsed ? arranged(value) : value;
}

function arranged(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map(arranged);
    return list.some((element, at) => element !== value[at]) ? list : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const doc = value as Ordered;
  const fields = fieldNames(doc).map((name): [string, Value] => [name, arranged(doc[name])]);
  if (!doc[order] && fields.every(([name, field]) => field === doc[name])) return value;
  return new Map(fields.filter(([, field]) => field !== undefined));
}

/** A document with this `_id` before its other fields. */
export function idFirst(_id: Value, rest: Doc): Doc {
  const doc = { _id, ...rest };
  if (Object.keys(doc)[0] === "_id") return doc;
  noteOrder(doc, ["_id", ...fieldNames(rest).filter((name) => name !== "_id")]);
  return doc;
}
