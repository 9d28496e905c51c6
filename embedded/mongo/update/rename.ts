/** $rename: one field goes, another comes. */
import { MongoError } from "../errors.js";
import { fieldOf } from "../query/path.js";
import type { Doc, Value } from "../types.js";
import { isDoc } from "../values/compare.js";
import { describe } from "../values/describe.js";
import { bareIdOf, settle } from "./fields.js";
import type { Modifier, Target } from "./modifier.js";

export interface Rename {
  to: string;
  takeSource: Modifier;
  setTarget: Modifier;
}

function isDynamic(path: string): boolean {
  return path.split(".").some((part) => part === "$" || part.startsWith("$["));
}

export function readRename(from: string, operand: Value): Rename {
  if (typeof operand !== "string") {
    throw new MongoError("BadValue", `The 'to' field for $rename must be a string: ${from}: ${describe(operand)}`);
  }
  if (operand.includes("\0"))
    throw new MongoError("BadValue", "The 'to' field for $rename cannot contain an embedded null byte");
  if (from === operand) {
    throw new MongoError("BadValue", `The source and target field for $rename must differ: ${from}: "${operand}"`);
  }
  if (from.startsWith(`${operand}.`) || operand.startsWith(`${from}.`)) {
    throw new MongoError(
      "BadValue",
      `The source and target field for $rename must not be on the same path: ${from}: "${operand}"`,
    );
  }
  if (isDynamic(from)) throw new MongoError("BadValue", `The source field for $rename may not be dynamic: ${from}`);
  if (isDynamic(operand))
    throw new MongoError("BadValue", `The destination field for $rename may not be dynamic: ${operand}`);
  const parts = from.split(".");
  const targetParts = operand.split(".");
  return {
    to: operand,
    takeSource: () => undefined,
    setTarget(current, target) {
      const value = sourceValue(target.root, parts, from, target);
      if (value === undefined) return current;
      checkTarget(target.root, targetParts, operand, target);
      return settle(current, value);
    },
  };
}

function sourceValue(root: Doc, parts: readonly string[], path: string, target: Target): Value {
  let value: Value = root;
  for (const [at, part] of parts.entries()) {
    if (Array.isArray(value)) {
      throw new MongoError(
        "BadValue",
        `The source field cannot be an array element, '${path}' in doc with ${bareIdOf(target)} has an array field called '${parts[at - 1] ?? ""}'`,
      );
    }
    if (!isDoc(value)) return undefined;
    value = fieldOf(value, part);
  }
  return value;
}

function checkTarget(root: Doc, parts: readonly string[], path: string, target: Target): void {
  let value: Value = root;
  for (const part of parts.slice(0, -1)) {
    value = isDoc(value) ? fieldOf(value, part) : undefined;
    if (Array.isArray(value)) {
      throw new MongoError(
        "BadValue",
        `The destination field cannot be an array element, '${path}' in doc with ${bareIdOf(target)} has an array field called '${part}'`,
      );
    }
  }
}
