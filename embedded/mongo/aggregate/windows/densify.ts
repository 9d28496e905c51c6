/** $densify: documents for the values that a sequence of numbers or dates skips. */
import { MongoError } from "../../errors.js";
import { compileSort } from "../../query/sort.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { canonicalKey, compareValues, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { calculateLoosely, integerValue, wholeNumber } from "../../values/numbers.js";
import { isNullish } from "../evaluator.js";
import { checkFieldPath, evaluatePath } from "../expression.js";
import type { Unit } from "../operators/dateArguments.js";
import { addUnits } from "../operators/dateMath.js";
import { utcZone } from "../operators/dateZone.js";
import { readUnit } from "./bounds.js";

/** The most documents that one $densify may make up. */
const maxGenerated = 500_000;

interface Range {
  step: Value;
  unit: Unit | undefined;
  bounds: "full" | "partition" | [Value, Value];
}

interface Densify {
  field: string[];
  partitionBy: string[][];
  range: Range;
}

function readSpec(spec: Value): Densify {
  if (!isDoc(spec)) {
    throw new MongoError(5733201, `The $densify stage specification must be an object, found ${typeAlias(spec)}`);
  }
  for (const name of Object.keys(spec)) {
    if (name !== "field" && name !== "partitionByFields" && name !== "range") {
      throw new MongoError(40415, `BSON field '$densify.${name}' is an unknown field.`);
    }
  }
  for (const name of ["field", "range"]) {
    if (!(name in spec)) throw new MongoError(40414, `BSON field '$densify.${name}' is missing but a required field`);
  }
  if (typeof spec.field !== "string") throw wrongType("field", spec.field, "string");
  const partitionBy = spec.partitionByFields ?? [];
  if (!Array.isArray(partitionBy)) throw wrongType("partitionByFields", partitionBy, "array");
  const fields = partitionBy.map((path: Value) => {
    if (typeof path !== "string") throw wrongType("partitionByFields", path, "string");
    return checkFieldPath(path);
  });
  if (partitionBy.includes(spec.field)) {
    throw new MongoError(8993000, "BSON field '$densify.partitionByFields' contains the field that is being densified");
  }
  const range = readRange(spec.range);
  if (range.bounds === "partition" && fields.length === 0) {
    throw new MongoError(
      5733408,
      "one may not specify the bounds as 'partition' without specifying a non-empty array of partitionByFields. You may have meant to specify 'full' bounds.",
    );
  }
  return { field: checkFieldPath(spec.field), partitionBy: fields, range };
}

function wrongType(name: string, value: Value, expected: string): MongoError {
  return new MongoError(
    "TypeMismatch",
    `BSON field '$densify.${name}' is the wrong type '${typeAlias(value)}', expected type '${expected}'`,
  );
}

function readRange(range: Value): Range {
  if (!isDoc(range)) throw wrongType("range", range, "object");
  for (const name of Object.keys(range)) {
    if (name !== "step" && name !== "unit" && name !== "bounds") {
      throw new MongoError(40415, `BSON field '$densify.range.${name}' is an unknown field.`);
    }
  }
  for (const name of ["step", "bounds"]) {
    if (!(name in range))
      throw new MongoError(40414, `BSON field '$densify.range.${name}' is missing but a required field`);
  }
  const { step } = range;
  if (!isNumber(step)) throw wrongType("range.step", step, "number");
  if (compareValues(step, 0) <= 0) {
    throw new MongoError(5733401, "the step parameter in a range statement must be a strictly positive numeric value");
  }
  const unit = readUnit(range.unit);
  if (unit !== undefined && wholeNumber(step) === undefined) {
    throw new MongoError(
      "TypeMismatch",
      "The step parameter in a range statement must be a whole number when densifying a date range",
    );
  }
  return { step, unit, bounds: readBounds(range.bounds, unit) };
}

function readBounds(bounds: Value, unit: Unit | undefined): Range["bounds"] {
  if (typeof bounds === "string") {
    if (bounds === "full" || bounds === "partition") return bounds;
    throw new MongoError(5946802, "Bounds string must either be 'full' or 'partition'");
  }
  const ascending =
    "the bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates";
  if (!Array.isArray(bounds)) throw new MongoError(5733402, ascending);
  if (bounds.length !== 2) {
    throw new MongoError(5733403, "a bounding array in a range statement must have exactly two elements");
  }
  const [lower, upper] = bounds as [Value, Value];
  if (isNumber(lower) && isNumber(upper)) {
    if (unit !== undefined) throw new MongoError(5733409, "numeric bounds may not have unit parameter");
  } else if (typeAlias(lower) === "date" && typeAlias(upper) === "date") {
    if (unit === undefined) throw new MongoError(5733410, "date bounds must have a unit");
  } else throw new MongoError(5733406, "a bounding array must contain either both dates or both numeric types");
  if (compareValues(lower, upper) > 0) throw new MongoError(5733402, ascending);
  return [lower, upper];
}

/** The values start, start + step, start + 2 × step … of one partition, with a place between them. */
class Steps {
  private count = 0;
  private at: Value;
  private readonly start: Value;
  private readonly range: Range;

  constructor(start: Value, range: Range) {
    this.start = start;
    this.range = range;
    this.at = start;
  }

  get next(): Value {
    return this.at;
  }

  advance(): void {
    const { step, unit } = this.range;
    this.count += 1;
    if (unit !== undefined) {
      const amount = (wholeNumber(step) ?? 1) * this.count;
      this.at = new Date(addUnits((this.start as Date).getTime(), unit, amount, utcZone));
    } else this.at = calculateLoosely("add", this.start, calculateLoosely("multiply", step, integerValue(this.count)));
  }
}

interface Partition {
  fields: [path: string[], value: Value][];
  steps: Steps;
}

function setPath(doc: Doc, path: readonly string[], value: Value): void {
  let at = doc;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(at, part) && isDoc(at[part]) ? at[part] : {};
    setField(at, part, next);
    at = next;
  }
  setField(at, path.at(-1) as string, value);
}

class Densifier {
  private readonly partitions = new Map<string, Partition>();
  private generated = 0;
  private readonly spec: Densify;

  constructor(spec: Densify) {
    this.spec = spec;
  }

  checked(doc: Doc): Value {
    const value = evaluatePath(doc, this.spec.field);
    if (isNullish(value)) return undefined;
    const { unit } = this.spec.range;
    if (isNumber(value)) {
      if (unit === undefined) return value;
      throw new MongoError(6053600, "$densify numeric values require a range without unit");
    }
    if (typeAlias(value) !== "date") {
      throw new MongoError(5733201, `Densify field type must be numeric or a date, got ${typeAlias(value)}`);
    }
    if (unit === undefined) throw new MongoError(6053601, "$densify dates require a unit in the range");
    return value;
  }

  keyOf(doc: Doc): string {
    return this.spec.partitionBy.map((path) => canonicalKey(evaluatePath(doc, path) ?? null)).join();
  }

  partitionOf(doc: Doc, start: Value): Partition {
    const key = this.keyOf(doc);
    let partition = this.partitions.get(key);
    if (!partition) {
      const fields = this.spec.partitionBy.map((path): [string[], Value] => [path, evaluatePath(doc, path)]);
      partition = { fields, steps: new Steps(start, this.spec.range) };
      this.partitions.set(key, partition);
    }
    return partition;
  }

  all(): Iterable<Partition> {
    return this.partitions.values();
  }

  forget(): void {
    this.partitions.clear();
  }

  /** Makes up documents for the steps below `limit` (with `inclusive`, also for it); a step at `limit` is passed over. */
  *fill(partition: Partition, limit: Value, inclusive = false): Generator<Doc> {
    const { steps } = partition;
    for (;;) {
      const order = compareValues(steps.next, limit);
      if (order > 0) return;
      if (order < 0 || inclusive) {
        this.generated += 1;
        if (this.generated > maxGenerated) {
          throw new MongoError(
            5897900,
            `Generated ${this.generated} documents in $densify, which is over the limit of ${maxGenerated}.`,
          );
        }
        yield this.make(partition, steps.next);
      }
      steps.advance();
    }
  }

  private make(partition: Partition, value: Value): Doc {
    const doc: Doc = {};
    for (const [path, field] of partition.fields) if (field !== undefined) setPath(doc, path, field);
    setPath(doc, this.spec.field, value);
    return doc;
  }
}

/** Compiles $densify into a function of all documents that reach it. */
export function compileDensify(spec: Value, context: EvalContext): (docs: Doc[]) => Generator<Doc> {
  const read = readSpec(spec);
  const { bounds } = read.range;
  const paths = [...(bounds === "full" ? [] : read.partitionBy), read.field].map((path) => path.join("."));
  const order = compileSort(Object.fromEntries(paths.map((path) => [path, 1])), context.collator);
  return (docs) => {
    const sorted = [...docs].sort(order);
    return bounds === "full" ? densifyFull(read, sorted) : densifyEach(read, sorted, bounds);
  };
}

/** Every partition gets the range from the least to the greatest value of all. */
function* densifyFull(spec: Densify, docs: readonly Doc[]): Generator<Doc> {
  const densifier = new Densifier(spec);
  let least: Value;
  let greatest: Value;
  for (const doc of docs) {
    const value = densifier.checked(doc);
    if (value !== undefined) {
      least ??= value;
      greatest = value;
      yield* densifier.fill(densifier.partitionOf(doc, least), value);
    }
    yield doc;
  }
  for (const partition of densifier.all()) yield* densifier.fill(partition, greatest, true);
}

/** Partitions come one after the other. Given bounds are filled up to, not including, the upper one. */
function* densifyEach(spec: Densify, docs: readonly Doc[], bounds: "partition" | [Value, Value]): Generator<Doc> {
  const densifier = new Densifier(spec);
  const given = bounds === "partition" ? undefined : bounds;
  let key: string | undefined;
  const rest = function* (): Generator<Doc> {
    if (given) for (const partition of densifier.all()) yield* fillBelow(densifier, partition, given[1]);
    densifier.forget();
  };
  for (const doc of docs) {
    const value = densifier.checked(doc);
    const own = densifier.keyOf(doc);
    if (key !== undefined && own !== key) yield* rest();
    key = own;
    if (value !== undefined) {
      const partition = densifier.partitionOf(doc, given ? given[0] : value);
      if (!given || compareValues(value, given[1]) < 0) yield* densifier.fill(partition, value);
      else yield* fillBelow(densifier, partition, given[1]);
    }
    yield doc;
  }
  if (given && key === undefined && spec.partitionBy.length === 0) densifier.partitionOf({}, given[0]);
  yield* rest();
}

/** Steps below a limit that belongs to no document, so that it is not passed over. */
function* fillBelow(densifier: Densifier, partition: Partition, limit: Value): Generator<Doc> {
  if (compareValues(partition.steps.next, limit) < 0) yield* densifier.fill(partition, limit);
}
