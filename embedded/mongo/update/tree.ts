/** The paths of an update as a tree, and how it is applied. */
import { MongoError } from "../errors.js";
import { fieldOf, isArrayIndex } from "../query/path.js";
import type { Doc, Value } from "../types.js";
import { setField } from "../values/codec.js";
import { isDoc } from "../values/compare.js";
import { describe } from "../values/describe.js";
import type { Modifier, Target } from "./modifier.js";

/** A test of array elements by the identifier of an array filter. */
export type ElementTests = ReadonlyMap<string, (element: Value) => boolean>;

export interface ModifierNode {
  kind: "modifier";
  apply: Modifier;
}

export interface PathNode {
  kind: "path";
  children: Map<string, UpdateNode>;
}

export type UpdateNode = ModifierNode | PathNode;

/** Everything that stays the same during one application. */
export interface Application extends Omit<Target, "path"> {
  readonly positional: number | undefined;
  readonly tests: ElementTests;
}

/** How far beyond its end an array may be filled with nulls by setting a later position. */
const maxPadding = 1_500_000;

export function newPathNode(): PathNode {
  return { kind: "path", children: new Map() };
}

function conflict(path: string, at: string): MongoError {
  return new MongoError("ConflictingUpdateOperators", `Updating the path '${path}' would create a conflict at '${at}'`);
}

/** Puts a modifier at a path. Throws ConflictingUpdateOperators when another update touches the same place. */
export function addModifier(root: PathNode, path: string, parts: readonly string[], apply: Modifier): void {
  let node = root;
  for (let at = 0; at < parts.length - 1; at += 1) {
    const part = parts[at] as string;
    checkSiblings(node, part, path, parts.slice(0, at).join("."));
    const next = node.children.get(part) ?? newPathNode();
    if (next.kind === "modifier") throw conflict(path, parts.slice(0, at + 1).join("."));
    node.children.set(part, next);
    node = next;
  }
  const last = parts.at(-1) as string;
  checkSiblings(node, last, path, parts.slice(0, -1).join("."));
  if (node.children.has(last)) throw conflict(path, path);
  node.children.set(last, { kind: "modifier", apply });
}

function isElements(part: string): boolean {
  return part.startsWith("$[");
}

/** Positions and `$[]` of one array cannot both be named. */
function checkSiblings(node: PathNode, part: string, path: string, at: string): void {
  for (const other of node.children.keys()) {
    if (isElements(other) !== isElements(part)) throw conflict(path, at);
  }
}

/** Fields in MongoDB's order of application: numbers by size before names by bytes. */
function inOrder(node: PathNode): [string, UpdateNode][] {
  return [...node.children].sort(([a], [b]) => {
    const numeric = Number(isArrayIndex(b)) - Number(isArrayIndex(a));
    if (numeric !== 0) return numeric;
    if (isArrayIndex(a)) return Number(a) - Number(b);
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

/** Orders the whole tree once, when it is complete. */
export function settleTree(node: PathNode): void {
  node.children = new Map(inOrder(node));
  for (const child of node.children.values()) if (child.kind === "path") settleTree(child);
}

/** The value after the update: the very same when nothing changed, undefined when there is none. */
export function applyNode(node: UpdateNode, value: Value, path: string, how: Application): Value {
  if (node.kind === "modifier") return node.apply(value, { ...how, path });
  if (hasElements(node)) return applyToElements(node, value, path, how);
  const children = resolvePositional(node, path, how);
  if (Array.isArray(value)) return applyToPositions(children, value as Value[], path, how);
  if (value === undefined) return create(children, path, how);
  if (isDoc(value)) return applyToFields(children, value, path, how);
  return refuseScalar(children, value, path, how);
}

function hasElements(node: PathNode): boolean {
  for (const name of node.children.keys()) return isElements(name);
  return false;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** Puts the matched position in the place of `$`. */
function resolvePositional(node: PathNode, path: string, how: Application): ReadonlyMap<string, UpdateNode> {
  const positional = node.children.get("$");
  if (!positional) return node.children;
  if (how.positional === undefined) {
    throw new MongoError("BadValue", "The positional operator did not find the match needed from the query.");
  }
  const name = String(how.positional);
  const resolved = new Map(node.children);
  resolved.delete("$");
  const there = resolved.get(name);
  resolved.set(name, there ? merge([there, positional], join(path, name)) : positional);
  return resolved;
}

function merge(nodes: readonly UpdateNode[], path: string): UpdateNode {
  const [only] = nodes;
  if (only && nodes.length === 1) return only;
  const merged = newPathNode();
  const grouped = new Map<string, UpdateNode[]>();
  for (const node of nodes) {
    if (node.kind === "modifier") throw conflict(path, path);
    for (const [name, child] of node.children) grouped.set(name, [...(grouped.get(name) ?? []), child]);
  }
  for (const [name, group] of grouped) merged.children.set(name, merge(group, join(path, name)));
  return merged;
}

function applyToElements(node: PathNode, value: Value, path: string, how: Application): Value {
  if (value === undefined) {
    throw new MongoError("BadValue", `The path '${path}' must exist in the document in order to apply array updates.`);
  }
  if (!Array.isArray(value)) {
    throw new MongoError("BadValue", `Cannot apply array updates to non-array element ${path}: ${describe(value)}`);
  }
  let changed: Value[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const element = value[index] as Value;
    const nodes = [...node.children].filter(([name]) => covers(name, element, how)).map(([, child]) => child);
    if (nodes.length === 0) continue;
    const at = join(path, String(index));
    const next = applyNode(merge(nodes, at), element, at, how);
    // What is removed from an array leaves null; null that was there stays as it is.
    if (next === element || (next === undefined && element === null)) continue;
    changed ??= [...(value as Value[])];
    changed[index] = next ?? null;
  }
  return changed ?? value;
}

function covers(name: string, element: Value, how: Application): boolean {
  return name === "$[]" || (how.tests.get(name.slice(2, -1))?.(element) ?? false);
}

function applyToPositions(
  children: ReadonlyMap<string, UpdateNode>,
  list: Value[],
  path: string,
  how: Application,
): Value {
  let changed: Value[] | undefined;
  for (const [name, child] of children) {
    const at = join(path, name);
    if (!isArrayIndex(name)) {
      // What removes fields finds nothing to remove here; what creates them cannot.
      if (applyNode(child, undefined, at, how) === undefined) continue;
      throw notViable(name, path, list);
    }
    const index = Number(name);
    const current: Value = (changed ?? list)[index];
    const next = applyNode(child, current, at, how);
    if (next === current || (next === undefined && current === null)) continue;
    changed ??= [...list];
    if (index > changed.length + maxPadding) {
      throw new MongoError("BadValue", `can't backfill more than ${maxPadding} elements`);
    }
    while (changed.length < index) changed.push(null);
    changed[index] = next ?? null;
  }
  return changed ?? list;
}

function notViable(name: string, path: string, value: Value): MongoError {
  const field = path.slice(path.lastIndexOf(".") + 1);
  return new MongoError("PathNotViable", `Cannot create field '${name}' in element {${field}: ${describe(value)}}`);
}

function applyToFields(children: ReadonlyMap<string, UpdateNode>, doc: Doc, path: string, how: Application): Value {
  let changed: Doc | undefined;
  for (const [name, child] of children) {
    const current = fieldOf(doc, name);
    const next = applyNode(child, current, join(path, name), how);
    if (next === current) continue;
    changed ??= { ...doc };
    if (next === undefined) Reflect.deleteProperty(changed, name);
    else setField(changed, name, next);
  }
  return changed ?? doc;
}

/** A missing parent comes to be as a document as soon as one of its fields does. */
function create(children: ReadonlyMap<string, UpdateNode>, path: string, how: Application): Value {
  const made: Doc = {};
  for (const [name, child] of children) {
    const value = applyNode(child, undefined, join(path, name), how);
    if (value !== undefined) setField(made, name, value);
  }
  return Object.keys(made).length > 0 ? made : undefined;
}

function refuseScalar(children: ReadonlyMap<string, UpdateNode>, value: Value, path: string, how: Application): Value {
  for (const [name, child] of children) {
    if (applyNode(child, undefined, join(path, name), how) !== undefined) throw notViable(name, path, value);
  }
  return value;
}
