/** What $project, $addFields, $unset and find's projections share: a tree of fields to keep, drop or compute. */
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { setField } from "../values/codec.js";
import { isDoc, isNumber } from "../values/compare.js";
import { fieldNames } from "../values/fieldOrder.js";
import { isTruthy } from "../values/numbers.js";
import type { Evaluator, Scope } from "./evaluator.js";
import { checkFieldPath, compileEvaluator, isOperatorName } from "./expression.js";

/** Changes the value a path has; gives `undefined` to leave it out. Used for $slice, $elemMatch and positional parts. */
export type ValueChange = (value: Value, scope: Scope) => Value;

export type Leaf =
  | { kind: "include" }
  | { kind: "exclude" }
  | { kind: "compute"; evaluate: Evaluator }
  | { kind: "change"; change: ValueChange };

export interface Branch {
  kind: "branch";
  children: Map<string, Leaf | Branch>;
  /** Something below is computed. */
  computes: boolean;
}

export type ProjectionKind = "inclusion" | "exclusion";

export function newBranch(): Branch {
  return { kind: "branch", children: new Map(), computes: false };
}

/** Puts a leaf at a path. Throws 31249 and 31250 when paths collide. */
export function addLeaf(root: Branch, path: string, leaf: Leaf): void {
  const parts = checkFieldPath(path);
  let branch = root;
  for (let at = 0; at < parts.length - 1; at += 1) {
    const part = parts[at] as string;
    if (leaf.kind === "compute") branch.computes = true;
    const next = branch.children.get(part) ?? newBranch();
    if (next.kind !== "branch") {
      throw new MongoError(31249, `Path collision at ${path} remaining portion ${parts.slice(at + 1).join(".")}`);
    }
    branch.children.set(part, next);
    branch = next;
  }
  const last = parts.at(-1) as string;
  if (branch.children.has(last)) throw new MongoError(31250, `Path collision at ${path}`);
  if (leaf.kind === "compute") branch.computes = true;
  branch.children.set(last, leaf);
}

/** Keeps what the tree includes; computed fields come last, in the order of the specification. */
export function applyInclusion(branch: Branch, doc: Doc, scope: Scope): Doc {
  const kept = keep(branch, doc, scope);
  return branch.computes ? addComputed(branch, kept, scope) : kept;
}

function keep(branch: Branch, doc: Doc, scope: Scope): Doc {
  const kept: Doc = {};
  for (const name of fieldNames(doc)) {
    const node = branch.children.get(name);
    if (!node) continue;
    const value = keepValue(node, doc[name], scope);
    if (value !== undefined) setField(kept, name, value);
  }
  return kept;
}

function keepValue(node: Leaf | Branch, value: Value, scope: Scope): Value {
  switch (node.kind) {
    case "include":
      return value;
    case "change":
      return node.change(value, scope);
    case "branch":
      if (isDoc(value)) return keep(node, value, scope);
      // What is computed below replaces any other value by a document.
      if (!Array.isArray(value)) return node.computes ? {} : undefined;
      return (value as Value[]).map((element) => keepValue(node, element, scope)).filter((one) => one !== undefined);
    default:
      return undefined;
  }
}

/** Drops what the tree excludes. */
export function applyExclusion(branch: Branch, doc: Doc, scope: Scope): Doc {
  const kept: Doc = {};
  for (const name of fieldNames(doc)) {
    const node = branch.children.get(name);
    const value = node ? dropFrom(node, doc[name], scope) : doc[name];
    if (value !== undefined) setField(kept, name, value);
  }
  return kept;
}

function dropFrom(node: Leaf | Branch, value: Value, scope: Scope): Value {
  switch (node.kind) {
    case "exclude":
      return undefined;
    case "change":
      return node.change(value, scope);
    case "branch":
      if (isDoc(value)) return applyExclusion(node, value, scope);
      return Array.isArray(value) ? (value as Value[]).map((element) => dropFrom(node, element, scope)) : value;
    default:
      return value;
  }
}

/** $addFields: existing fields keep their place, a missing result removes the field. `doc` itself stays as it is. */
export function addComputed(branch: Branch, doc: Doc, scope: Scope): Doc {
  const changed: Doc = { ...doc };
  for (const [name, node] of branch.children) {
    if (node.kind === "branch") {
      if (node.computes) setField(changed, name, computeBelow(node, own(changed, name), scope));
    } else if (node.kind === "compute") {
      const value = node.evaluate(scope);
      if (value === undefined) Reflect.deleteProperty(changed, name);
      else setField(changed, name, value);
    }
  }
  return changed;
}

function own(doc: Doc, name: string): Value {
  return Object.hasOwn(doc, name) ? doc[name] : undefined;
}

function computeBelow(branch: Branch, value: Value, scope: Scope): Value {
  if (Array.isArray(value)) return (value as Value[]).map((element) => computeBelow(branch, element, scope));
  return addComputed(branch, isDoc(value) ? value : {}, scope);
}

/** Reads {a: 1, "b.c": 0, d: {$op: …}, e: {f: 1}} into a tree and tells which kind of projection it is. */
export class ProjectionReader {
  readonly root = newBranch();
  private kind: ProjectionKind | undefined;
  private idRule: "include" | "exclude" | undefined;
  private readonly context: EvalContext;

  constructor(context: EvalContext) {
    this.context = context;
  }

  /** Reads one field; `special` may take it over. */
  read(path: string, spec: Value, special?: (path: string, spec: Value) => Leaf | undefined): void {
    const leaf = special?.(path, spec);
    if (leaf) addLeaf(this.root, path, leaf);
    else if (isNumber(spec) || typeof spec === "boolean") this.flag(path, isTruthy(spec));
    else if (isDoc(spec) && !Object.keys(spec)[0]?.startsWith("$")) this.nested(path, spec, special);
    else this.computed(path, spec);
  }

  private nested(path: string, spec: Doc, special?: (path: string, spec: Value) => Leaf | undefined): void {
    const names = Object.keys(spec);
    if (names.length === 0) {
      throw new MongoError(51270, "An empty sub-projection is not a valid value. Found empty object at path");
    }
    for (const name of names) this.read(`${path}.${name}`, spec[name], special);
  }

  private flag(path: string, include: boolean): void {
    addLeaf(this.root, path, { kind: include ? "include" : "exclude" });
    if (path === "_id") this.idRule = include ? "include" : "exclude";
    else this.require(include ? "inclusion" : "exclusion", path);
  }

  private computed(path: string, spec: Value): void {
    if (this.kind === "exclusion") throw new MongoError(31252, "Cannot use an expression in an exclusion projection");
    addLeaf(this.root, path, { kind: "compute", evaluate: this.evaluator(spec) });
    this.kind = "inclusion";
  }

  /** Of an operator that does not exist the server says something else here than inside of expressions. */
  private evaluator(spec: Value): Evaluator {
    const [operator] = isDoc(spec) ? Object.keys(spec) : [];
    if (operator?.startsWith("$") && !isOperatorName(operator)) {
      throw new MongoError(31325, `Unknown expression ${operator}`);
    }
    return compileEvaluator(spec, this.context);
  }

  /** Fixes the kind, and refuses a mix. */
  require(kind: ProjectionKind, path: string): void {
    if (this.kind !== undefined && this.kind !== kind) {
      throw kind === "exclusion"
        ? new MongoError(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
        : new MongoError(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
    }
    this.kind = kind;
  }

  /** The kind of the whole, with `_id` settled. Without any telling field it is `otherwise`. */
  finish(otherwise: ProjectionKind = "exclusion"): ProjectionKind {
    const kind =
      this.kind ?? (this.idRule === "include" ? "inclusion" : this.idRule === "exclude" ? "exclusion" : otherwise);
    if (kind === "inclusion") {
      if (!this.root.children.has("_id"))
        this.root.children = new Map([["_id", { kind: "include" }], ...this.root.children]);
      else if (this.idRule === "exclude") this.root.children.delete("_id");
    } else if (this.idRule === "include") this.root.children.delete("_id");
    return kind;
  }
}
