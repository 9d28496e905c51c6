import type { Doc } from "../types.js";
import type { Trace } from "./path.js";

/** A compiled filter or part of one. `trace`, when given, learns where in an array the match was. */
export type Node = (doc: Doc, trace?: Trace) => boolean;
