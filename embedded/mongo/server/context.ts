/** What the semantics rooms need to know about a command: its collation, its variables, its clock, its read plan. */
import { evaluateVariables } from "../aggregate/expression.js";
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import { compileSort } from "../query/sort.js";
import type { Collator, Collection, Doc, EvalContext, Filter, FindRequest, Value } from "../types.js";
import { typeAlias } from "../values/compare.js";
import { flag, subdocument, toNumber, wrongType } from "./fields.js";
import type { Operation } from "./operation.js";

/** Collators are costly to make and there are few different ones. */
const collators = new Map<string, Collator | undefined>();
const maxCollators = 100;

/** The collator of a specification as sent; undefined for simple comparison. */
export function collatorOf(spec: Doc | undefined): Collator | undefined {
  if (!spec || Object.keys(spec).length === 0) return undefined;
  const key = JSON.stringify(spec);
  if (collators.has(key)) return collators.get(key);
  const collator = compileCollation(spec);
  if (collators.size >= maxCollators) collators.clear();
  collators.set(key, collator);
  return collator;
}

/**
 * The context in which a command's expressions are compiled: `collation` as sent (the collection's own when there is
 * none) and the variables of `let`.
 */
export function evalContext(
  operation: Operation,
  collection: Collection | undefined,
  how: { collation?: Value; let?: Value } = {},
): EvalContext {
  const sent = subdocument(how.collation);
  const spec = sent && Object.keys(sent).length > 0 ? sent : collection?.options.collation;
  const context: EvalContext = { now: new Date(operation.startedAt), collator: collatorOf(spec as Doc | undefined) };
  const variables = subdocument(how.let);
  if (variables) context.variables = evaluateVariables(variables, context);
  return context;
}

const everything: Doc = {};

/** Compiles a query; absent means every document. */
export function filterOf(query: Value, context: EvalContext): Filter {
  return compileFilter(subdocument(query) ?? everything, context);
}

/** A sort as the storage room takes it: validated, with plain directions; `$natural` becomes a hint. */
export function readSort(value: Value, context: EvalContext): { sort?: Record<string, 1 | -1>; natural?: Doc } {
  const sort = subdocument(value);
  if (!sort) return {};
  const paths = Object.keys(sort);
  if (paths.length === 0) return {};
  if (paths.includes("$natural")) {
    const direction = toNumber(sort.$natural);
    if (paths.length > 1 || (direction !== 1 && direction !== -1)) {
      throw new MongoError("BadValue", "$natural sort cannot be set to a value other than -1 or 1.");
    }
    return { natural: { $natural: direction } };
  }
  compileSort(sort, context.collator);
  const plain: Record<string, 1 | -1> = {};
  for (const path of paths) plain[path] = toNumber(sort[path]) < 0 ? -1 : 1;
  return { sort: plain };
}

/** A hint as the storage room takes it; an empty one means none. */
export function readHint(value: Value): string | Doc | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value === "" ? undefined : value;
  const type = typeAlias(value);
  if (type !== "object") throw new MongoError("FailedToParse", "Hint must be a string or an object");
  const hint = value as Doc;
  const paths = Object.keys(hint);
  if (paths.length === 0) return undefined;
  const plain: Doc = {};
  for (const path of paths) plain[path] = toNumber(hint[path]);
  return plain;
}

/** The parts of a read that find, count, distinct and findAndModify share. */
export function readRequest(
  parts: { filter: Value; sort?: Value; hint?: Value; min?: Value; max?: Value; skip?: number; limit?: number },
  context: EvalContext,
): FindRequest {
  const request: FindRequest = { filter: filterOf(parts.filter, context), context };
  const { sort, natural } = readSort(parts.sort, context);
  const hint = readHint(parts.hint) ?? natural;
  if (sort) request.sort = sort;
  if (hint !== undefined) request.hint = hint;
  const min = subdocument(parts.min);
  const max = subdocument(parts.max);
  if (min && Object.keys(min).length > 0) request.min = min;
  if (max && Object.keys(max).length > 0) request.max = max;
  if (parts.skip) request.skip = parts.skip;
  if (parts.limit) request.limit = parts.limit;
  return request;
}

/** `cursor: {batchSize}` of aggregate, listCollections and listIndexes; undefined when no size is named. */
export function readCursorOption(value: Value, command: string): number | undefined {
  const cursor = subdocument(value);
  if (!cursor) return undefined;
  for (const name of Object.keys(cursor)) {
    if (name !== "batchSize") throw new MongoError(40415, `BSON field 'cursor.${name}' is an unknown field.`);
  }
  const size = cursor.batchSize;
  if (size === undefined || size === null) return undefined;
  const number = toNumber(size);
  if (Number.isNaN(number)) {
    throw wrongType(`${command}.cursor.batchSize`, typeAlias(size), "types '[long, int, decimal, double]'");
  }
  if (number < 0) throw new MongoError(51024, `BSON field 'batchSize' value must be >= 0, actual value '${number}'`);
  return Math.trunc(number);
}

/** Refuses an option that this store does not have, but only when the client asks for it. */
export function refuseOption(operation: Operation, name: string): void {
  const value = operation.body[name];
  if (value === undefined || value === null) return;
  if (typeof value === "boolean" && !flag(value)) return;
  throw notImplemented(`${operation.command}: the option '${name}'`);
}

/** NotImplemented (238) for what a real server can do and this one cannot. */
export function notImplemented(what: string): MongoError {
  return new MongoError("NotImplemented", `${what} is not supported by this local store`);
}
