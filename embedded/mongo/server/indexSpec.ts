/** Reads an index specification as createIndexes gets it, with MongoDB's errors for what is wrong in it. */
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import type { Collection, CollationSpec, Doc, IndexSpec, Value } from "../types.js";
import { isNumber, typeAlias } from "../values/compare.js";
import { collatorOf } from "./context.js";
import { flag, toNumber } from "./fields.js";

const knownOptions = new Set([
  "v",
  "key",
  "name",
  "ns",
  "unique",
  "background",
  "sparse",
  "hidden",
  "expireAfterSeconds",
  "partialFilterExpression",
  "collation",
  "storageEngine",
]);

/** Options of index kinds that a real server has and this store does not. */
const optionsOfOtherKinds = new Set([
  "weights",
  "default_language",
  "language_override",
  "textIndexVersion",
  "2dsphereIndexVersion",
  "bits",
  "min",
  "max",
  "bucketSize",
  "coarsestIndexedLevel",
  "finestIndexedLevel",
  "wildcardProjection",
  "prepareUnique",
  "clustered",
  "columnstoreProjection",
]);

const pluginNames = new Set(["text", "hashed", "2d", "2dsphere", "geoHaystack", "columnstore"]);

function readKey(key: Doc): Record<string, 1 | -1> {
  const paths = Object.keys(key);
  if (paths.length === 0) throw new MongoError("CannotCreateIndex", "Index keys cannot be an empty object");
  if (paths.length > 32) throw new MongoError(13103, "too many compound keys");
  const result: Record<string, 1 | -1> = {};
  for (const path of paths) {
    const value = key[path];
    if (path === "") throw new MongoError("CannotCreateIndex", "Index keys cannot contain an empty field.");
    if (path.split(".").includes("$**")) {
      throw new MongoError("CannotCreateIndex", "Wildcard indexes are not supported by this local store");
    }
    if (path.startsWith("$") || path.includes(".$")) {
      throw new MongoError(
        "CannotCreateIndex",
        "Index key contains an illegal field name: field name starts with '$'.",
      );
    }
    if (path.split(".").includes("")) {
      throw new MongoError("CannotCreateIndex", "Index keys cannot contain an empty field.");
    }
    if (typeof value === "string") {
      throw new MongoError(
        "CannotCreateIndex",
        pluginNames.has(value)
          ? `Indexes of type '${value}' are not supported by this local store`
          : `Unknown index plugin '${value}'`,
      );
    }
    if (!isNumber(value)) {
      throw new MongoError(
        "CannotCreateIndex",
        `Values in v:2 index key pattern cannot be of type ${typeAlias(value)}. ` +
          "Only numbers > 0, numbers < 0, and strings are allowed.",
      );
    }
    const direction = toNumber(value);
    if (direction === 0 || Number.isNaN(direction)) {
      throw new MongoError("CannotCreateIndex", "Values in the index key pattern cannot be 0.");
    }
    result[path] = direction < 0 ? -1 : 1;
  }
  return result;
}

/** What a partial index's filter may consist of (MongoDB's manual, "Partial Indexes"). */
const partialOperators = new Set(["$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$exists", "$type", "$and", "$or"]);

function checkPartialFilter(filter: Doc): void {
  for (const [name, value] of Object.entries(filter)) {
    if (name.startsWith("$") && !partialOperators.has(name)) throw unsupportedPartial(name);
    if (name === "$exists" && !(value === true || (isNumber(value) && toNumber(value) !== 0))) {
      throw unsupportedPartial("$exists: false");
    }
    if (name === "$and" || name === "$or") {
      for (const part of Array.isArray(value) ? (value as Doc[]) : []) checkPartialFilter(part);
    } else if (!name.startsWith("$") && typeAlias(value) === "object") {
      const inner = value as Doc;
      if (Object.keys(inner)[0]?.startsWith("$")) checkPartialFilter(inner);
    } else if (!name.startsWith("$") && typeAlias(value) === "regex") {
      throw unsupportedPartial("$regex");
    }
  }
}

function unsupportedPartial(what: string): MongoError {
  return new MongoError("CannotCreateIndex", `Expression not supported in partial index: ${what}`);
}

function readExpiry(value: Value, key: Record<string, 1 | -1>): number {
  if (!isNumber(value)) {
    throw new MongoError(
      "CannotCreateIndex",
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeAlias(value)}'.`,
    );
  }
  const seconds = Math.trunc(toNumber(value));
  if (Number.isNaN(seconds) || seconds < 0 || seconds > 0x7fffffff) {
    throw new MongoError(
      "CannotCreateIndex",
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different value than ${toNumber(value)}.`,
    );
  }
  if (Object.keys(key).length > 1) {
    throw new MongoError(
      "CannotCreateIndex",
      "TTL indexes are single-field indexes, compound indexes do not support TTL.",
    );
  }
  return seconds;
}

function readName(value: Value): string {
  if (value === undefined || value === null) {
    throw new MongoError("FailedToParse", "The 'name' field is a required property of an index specification");
  }
  if (typeof value !== "string") {
    throw new MongoError("TypeMismatch", `The field 'name' must be a string, but got ${typeAlias(value)}`);
  }
  if (value === "*") throw new MongoError("BadValue", "The index name '*' is not valid.");
  if (value === "" || value.startsWith("$"))
    throw new MongoError("CannotCreateIndex", `The index name '${value}' is not valid.`);
  if (value.includes("\0"))
    throw new MongoError("CannotCreateIndex", "The index name must not contain a null character");
  return value;
}

function checkOptionNames(spec: Doc): void {
  for (const name of Object.keys(spec)) {
    if (knownOptions.has(name)) continue;
    if (optionsOfOtherKinds.has(name)) {
      throw new MongoError("CannotCreateIndex", `The index option '${name}' is not supported by this local store`);
    }
    throw new MongoError(
      "InvalidIndexSpecificationOption",
      `The field '${name}' is not valid for an index specification.`,
    );
  }
}

function readBoolean(spec: Doc, name: string): boolean {
  const value = spec[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean" && !isNumber(value)) {
    throw new MongoError(
      "TypeMismatch",
      `The field '${name}' has a value of type ${typeAlias(value)}, which is not convertible to bool`,
    );
  }
  return flag(value);
}

/** The index that `spec` describes. A collection's default collation becomes the index's own. */
export function readIndexSpec(spec: Doc, collection: Collection | undefined, ignoreUnknown: boolean): IndexSpec {
  if (!ignoreUnknown) checkOptionNames(spec);
  if (typeAlias(spec.key) !== "object") {
    if (spec.key === undefined) {
      throw new MongoError("FailedToParse", "The 'key' field is a required property of an index specification");
    }
    throw new MongoError("TypeMismatch", `The field 'key' must be an object, but got ${typeAlias(spec.key)}`);
  }
  const key = readKey(spec.key as Doc);
  const isId = Object.keys(key).length === 1 && key._id === 1;
  const index: IndexSpec = { v: 2, key, name: isId ? "_id_" : readName(spec.name) };
  if (spec.v !== undefined && ![1, 2].includes(toNumber(spec.v))) {
    throw new MongoError(
      "CannotCreateIndex",
      `Invalid index specification; cannot create an index with v=${toNumber(spec.v)}`,
    );
  }
  if (isId) return readIdOptions(spec, index, collection);
  if (index.name === "_id_") {
    throw new MongoError(
      "BadValue",
      "The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}",
    );
  }
  if (readBoolean(spec, "unique")) index.unique = true;
  if (readBoolean(spec, "sparse")) index.sparse = true;
  if (readBoolean(spec, "hidden")) index.hidden = true;
  if (spec.expireAfterSeconds !== undefined) {
    if ("_id" in key && Object.keys(key).length === 1) throw badIdOption("expireAfterSeconds");
    index.expireAfterSeconds = readExpiry(spec.expireAfterSeconds, key);
  }
  if (spec.partialFilterExpression !== undefined) readPartial(spec, index);
  const collation = readIndexCollation(spec, collection);
  if (collation) index.collation = collation;
  return index;
}

function readPartial(spec: Doc, index: IndexSpec): void {
  const filter = spec.partialFilterExpression;
  if (typeAlias(filter) !== "object") {
    throw new MongoError(
      "TypeMismatch",
      `The field 'partialFilterExpression' must be an object, but got ${typeAlias(filter)}`,
    );
  }
  if (index.sparse) {
    throw new MongoError("CannotCreateIndex", 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  compileFilter(filter as Doc, { now: new Date(0) });
  checkPartialFilter(filter as Doc);
  index.partialFilterExpression = filter as Doc;
}

function readIndexCollation(spec: Doc, collection: Collection | undefined): CollationSpec | undefined {
  if (spec.collation === undefined) return collection?.options.collation;
  if (typeAlias(spec.collation) !== "object") {
    throw new MongoError(
      "TypeMismatch",
      `The field 'collation' must be an object, but got ${typeAlias(spec.collation)}`,
    );
  }
  return collatorOf(spec.collation as Doc)?.spec;
}

function badIdOption(option: string): MongoError {
  return new MongoError(
    "InvalidIndexSpecificationOption",
    `The field '${option}' is not valid for an _id index specification.`,
  );
}

function readIdOptions(spec: Doc, index: IndexSpec, collection: Collection | undefined): IndexSpec {
  for (const option of ["unique", "sparse", "partialFilterExpression", "expireAfterSeconds"]) {
    if (spec[option] !== undefined) throw badIdOption(option);
  }
  if (readBoolean(spec, "hidden")) throw new MongoError("BadValue", "can't hide _id index");
  if (collection?.options.collation) index.collation = collection.options.collation;
  return index;
}
