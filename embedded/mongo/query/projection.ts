/** The projections of find and findAndModify: what $project knows, and $slice, $elemMatch and the positional `$`. */
import { sliceOf } from "../aggregate/operators/array.js";
import type { Scope } from "../aggregate/evaluator.js";
import {
  applyExclusion,
  applyInclusion,
  type Branch,
  type Leaf,
  ProjectionReader,
} from "../aggregate/projectionTree.js";
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, Filter, Projection, Value } from "../types.js";
import { isDoc, isNumber, typeAlias } from "../values/compare.js";
import { isTruthy, toDouble } from "../values/numbers.js";
import { compileNode } from "./filter.js";
import { compileElementTest } from "./operators.js";
import { fieldOf } from "./path.js";

/** The position is handed down as a variable of this name, which no user variable can have. */
const positionVariable = "$position";

/**
 * Compiles a projection. Throws MongoError as the server does: 31253 and 31254 for a mix of inclusion and exclusion,
 * 31249 and 31250 for paths that collide, 51246 when a positional projection finds no matching element (while applying).
 */
export function compileProjection(spec: Doc, context: EvalContext, filter?: Filter): Projection {
  const reader = new ProjectionReader(context);
  const special = new SpecialFields(reader, context);
  for (const [path, value] of Object.entries(spec)) {
    if (path.endsWith(".$")) special.positional(path, value, filter);
    else reader.read(path, value, (inner, innerSpec) => special.read(inner, innerSpec));
  }
  const kind = reader.finish(special.prefers ?? "exclusion");
  const { root } = reader;
  if (kind === "inclusion") special.settle(root);
  const apply = kind === "inclusion" ? applyInclusion : applyExclusion;
  const fields = kind === "inclusion" ? plainFields(root) : undefined;
  return {
    ...(fields && { inclusiveFields: fields }),
    apply(doc, at) {
      const bindings =
        at?.positional === undefined ? undefined : { name: positionVariable, value: at.positional, outer: undefined };
      return apply(root, doc, { root: doc, current: doc, bindings });
    },
  };
}

/** The paths of an inclusion of nothing but stored fields; undefined otherwise. */
function plainFields(branch: Branch, prefix = ""): string[] | undefined {
  const fields: string[] = [];
  for (const [name, node] of branch.children) {
    if (node.kind === "include") fields.push(prefix + name);
    else if (node.kind === "branch") {
      const below = plainFields(node, `${prefix}${name}.`);
      if (!below) return undefined;
      fields.push(...below);
    } else return undefined;
  }
  return fields;
}

class SpecialFields {
  /** The kind that the special fields suggest when no plain field decides. */
  prefers: "inclusion" | "exclusion" | undefined;
  private hasPositional = false;
  private readonly elemMatches = new Map<string, (value: Value) => Value>();
  private readonly reader: ProjectionReader;
  private readonly context: EvalContext;

  constructor(reader: ProjectionReader, context: EvalContext) {
    this.reader = reader;
    this.context = context;
  }

  read(path: string, spec: Value): Leaf | undefined {
    if (path.includes(".$.") || path.startsWith("$.")) {
      throw new MongoError(
        31394,
        "As of 4.4, it's illegal to specify positional operator in the middle of a path.Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts following the '$' and the results will be equivalent.",
      );
    }
    if (!isDoc(spec)) return undefined;
    if ("$elemMatch" in spec) return this.elemMatch(path, spec);
    if ("$slice" in spec) return this.slice(spec);
    if ("$meta" in spec) throw refuseMeta(spec.$meta);
    return undefined;
  }

  private slice(spec: Doc): Leaf | undefined {
    const operand = spec.$slice;
    if (isNumber(operand)) {
      this.prefers ??= "exclusion";
      return sliceLeaf(Math.trunc(toDouble(operand)));
    }
    if (!Array.isArray(operand)) {
      throw new MongoError(
        28667,
        "Invalid $slice syntax. The given syntax did not match the find() syntax because :: Location31273: $slice only supports numbers and [skip, limit] arrays :: The given syntax did not match the expression $slice syntax. :: caused by :: Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.",
      );
    }
    const [skip, limit] = operand as Value[];
    // Anything else in the array is the aggregation operator of the same name.
    if (operand.length !== 2 || !isNumber(skip) || !isNumber(limit)) return undefined;
    const count = Math.trunc(toDouble(limit));
    if (count <= 0) throw new MongoError(28724, "First argument to $slice must be an array, but is of type: int");
    this.prefers ??= "exclusion";
    return sliceLeaf(Math.trunc(toDouble(skip)), count);
  }

  private elemMatch(path: string, spec: Doc): Leaf {
    if (path.includes(".")) throw new MongoError(31255, "Cannot use $elemMatch projection on a nested field");
    if (Object.keys(spec).length !== 1) {
      throw new MongoError(31254, "an elemMatch projection must contain exactly one field");
    }
    const operand = spec.$elemMatch;
    if (!isDoc(operand))
      throw new MongoError(31274, `elemMatch: Invalid argument, object required, but got ${typeAlias(operand)}`);
    const test = compileElementTest(operand, path, this.context, compileNode);
    this.prefers = "inclusion";
    const change = (value: Value): Value => {
      if (!Array.isArray(value)) return undefined;
      const index = value.findIndex((element: Value) => test(element));
      return index === -1 ? undefined : [value[index] as Value];
    };
    this.elemMatches.set(path, change);
    return { kind: "change", change };
  }

  /** In an inclusion the server treats $elemMatch as a computed field: it comes after the fields that are kept. */
  settle(root: Branch): void {
    for (const [path, change] of this.elemMatches) {
      const evaluate = (scope: Scope): Value => change(fieldOf(scope.root as Doc, path));
      root.children.set(path, { kind: "compute", evaluate });
      root.computes = true;
    }
  }

  /** "array.$": only the element that the filter matched. */
  positional(path: string, spec: Value, filter: Filter | undefined): void {
    if (this.hasPositional)
      throw new MongoError(31276, "Cannot specify more than one positional projection per query.");
    this.hasPositional = true;
    const include = (isNumber(spec) || typeof spec === "boolean") && isTruthy(spec);
    if (!include) throw new MongoError(31395, "positional projection cannot be used with exclusion");
    const array = path.slice(0, -2);
    if (!filter) throw noMatch();
    this.reader.require("inclusion", path);
    const change = (value: Value, scope: Scope): Value => pickPosition(value, scope);
    this.reader.read(array, spec, () => ({ kind: "change", change }));
  }
}

function noMatch(): MongoError {
  return new MongoError(
    51246,
    "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
  );
}

function pickPosition(value: Value, scope: Scope): Value {
  if (!Array.isArray(value)) return value;
  const position = scope.bindings?.name === positionVariable ? (scope.bindings.value as number) : undefined;
  if (position === undefined) throw noMatch();
  if (position >= value.length)
    throw new MongoError(
      51247,
      "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
    );
  return [value[position] as Value];
}

function sliceLeaf(first: number, count?: number): Leaf {
  const change = (value: Value): Value => (Array.isArray(value) ? sliceOf(value as Value[], first, count) : value);
  return { kind: "change", change };
}

function refuseMeta(argument: Value): MongoError {
  if (argument === "textScore") {
    return new MongoError(40218, "query requires text score metadata, but it is not available");
  }
  return new MongoError("NotImplemented", "$meta projections are not supported by this local store");
}
