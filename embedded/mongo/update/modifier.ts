/** What an update operator does to the value of one field. */
import type { Doc, EvalContext, Value } from "../types.js";

/** What a modifier may know of where it stands. */
export interface Target {
  /** The document before the update. */
  readonly root: Doc;
  /** Dotted path of the field, positions resolved. */
  readonly path: string;
  /** True while an upsert builds its document. */
  readonly insert: boolean;
  readonly context: EvalContext;
}

/**
 * Gives the new value: the very same one for no change, `undefined` for no field. `current` is undefined when the field
 * is missing.
 */
export type Modifier = (current: Value, target: Target) => Value;

/** Compiles the operand that one operator has for one path. */
export type ModifierCompiler = (operand: Value, path: string, context: EvalContext) => Modifier;
