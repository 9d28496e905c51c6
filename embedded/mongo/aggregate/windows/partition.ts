/** What the functions of $setWindowFields share. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { isDoc } from "../../values/compare.js";
import type { Scope } from "../evaluator.js";
import type { Ordered, SortShape } from "./bounds.js";

/** The documents of one partition, in order. */
export interface Partition extends Ordered {
  readonly docs: readonly Doc[];
}

/** Computes one field: asked once for each partition, then for each document in ascending order. */
export type WindowFunction = (partition: Partition) => (index: number) => Value;

export function scopeOf(doc: Doc): Scope {
  return { root: doc, current: doc, bindings: undefined };
}

export function parseError(message: string): MongoError {
  return new MongoError("FailedToParse", message);
}

/** {$function: operand, window} as the stage has it. */
export interface Given {
  name: string;
  operand: Value;
  window: Value;
  sort: SortShape;
  context: EvalContext;
}

export function refuseWindow({ name, window }: Given): void {
  if (window !== undefined) throw parseError(`'window' field is not allowed in ${name}`);
}

/** Reads named arguments. Throws FailedToParse for unknown and missing ones. */
export function readArguments(given: Given, allowed: readonly string[], needed: readonly string[]): Doc {
  const { name, operand } = given;
  if (!isDoc(operand)) throw parseError(`Argument to ${name} must be an object`);
  for (const key of Object.keys(operand)) {
    if (!allowed.includes(key)) throw parseError(`${name} got unexpected argument: ${key}`);
  }
  for (const key of needed) if (!(key in operand)) throw parseError(`${name} requires an '${key}' expression`);
  return operand;
}
