/** The document that an upsert starts from: what the filter says by equality. */
import { MongoError } from "../errors.js";
import { isOperatorDoc } from "../query/operators.js";
import { fieldOf } from "../query/path.js";
import type { Doc, Value } from "../types.js";
import { setField } from "../values/codec.js";
import { isDoc, typeAlias } from "../values/compare.js";

/** Collects path → value for every equality that must hold. */
function collect(filter: Doc, found: Map<string, Value>): void {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === "$and" && Array.isArray(operand)) {
      for (const clause of operand) if (isDoc(clause)) collect(clause, found);
    } else if (name === "$or" && Array.isArray(operand) && operand.length === 1) {
      if (isDoc(operand[0])) collect(operand[0], found);
    } else if (!name.startsWith("$")) collectField(name, operand, found);
  }
}

function collectField(path: string, operand: Value, found: Map<string, Value>): void {
  if (!isOperatorDoc(operand)) {
    if (typeAlias(operand) !== "regex") add(path, operand, found);
    return;
  }
  if ("$eq" in operand) add(path, operand.$eq, found);
  for (const name of ["$in", "$all"]) {
    const list = operand[name];
    if (!Array.isArray(list) || list.length !== 1) continue;
    const [only] = list as [Value];
    if (typeAlias(only) !== "regex" && !isOperatorDoc(only)) add(path, only, found);
  }
}

function add(path: string, value: Value, found: Map<string, Value>): void {
  if (found.has(path)) {
    throw new MongoError("NotSingleValueField", `cannot infer query fields to set, path '${path}' is matched twice`);
  }
  for (const other of found.keys()) {
    if (other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) {
      throw new MongoError(
        "NotSingleValueField",
        `cannot infer query fields to set, both paths '${other}' and '${path}' are matched`,
      );
    }
  }
  found.set(path, value);
}

/** The fields that a filter fixes, as a document. Throws NotSingleValueField (54) when it fixes one twice. */
export function documentFromFilter(filter: Doc): Doc {
  const found = new Map<string, Value>();
  collect(filter, found);
  const doc: Doc = {};
  for (const [path, value] of found) {
    const parts = path.split(".");
    let parent = doc;
    for (const part of parts.slice(0, -1)) {
      const child = fieldOf(parent, part);
      const next: Doc = isDoc(child) ? child : {};
      setField(parent, part, next);
      parent = next;
    }
    setField(parent, parts.at(-1) as string, value);
  }
  return doc;
}

/** The `_id` that a filter fixes; undefined when it fixes none. */
export function idFromFilter(filter: Doc): Value {
  const found = new Map<string, Value>();
  collect(filter, found);
  return found.get("_id");
}
