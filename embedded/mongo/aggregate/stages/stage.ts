/** What compiled pipeline stages are made of. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, PipelineHost, Value } from "../../types.js";
import { setField } from "../../values/codec.js";
import { isDoc, typeAlias } from "../../values/compare.js";

export interface Namespace {
  readonly db: string;
  readonly collection: string;
}

/** One compiled stage: either a change of each document alone, or anything over the whole stream. */
export type Stage =
  | {
      /** The document that comes out; undefined drops it. */
      each: (doc: Doc) => Doc | undefined;
    }
  | { run: (input: AsyncIterable<Doc>, host: PipelineHost) => AsyncIterable<Doc> };

/** A pipeline inside a stage. */
export interface SubPipeline {
  /** Runs it over the given documents. */
  over(input: AsyncIterable<Doc>, host: PipelineHost): AsyncIterable<Doc>;
  /** Runs it over the documents of its collection that also match `filter`. */
  read(host: PipelineHost, filter?: Doc): AsyncIterable<Doc>;
}

/** What the compiler of one stage may use. */
export interface StageEnvironment {
  readonly where: Namespace;
  readonly context: EvalContext;
  /** Stages that follow this one, for stages that can do with less when they know. */
  readonly next: readonly Doc[];
  /** Compiles a pipeline that belongs to the stage `parent`. */
  sub(stages: Value, parent: string, where?: Namespace, context?: EvalContext): SubPipeline;
}

export type StageCompiler = (spec: Value, environment: StageEnvironment, name: string) => Stage;

/** A stage that needs all documents before it can give the first. */
export function overAll(compute: (docs: Doc[]) => Iterable<Doc>): Stage {
  return {
    async *run(input) {
      yield* compute(await collect(input));
    },
  };
}

export async function collect(input: AsyncIterable<Doc>): Promise<Doc[]> {
  const docs: Doc[] = [];
  for await (const doc of input) docs.push(doc);
  return docs;
}

/** Refuses fields that a stage does not know (40415) and reports required ones that are missing (40414). */
export function checkFields(
  stage: string,
  spec: Doc,
  known: readonly string[],
  required: readonly string[] = [],
): void {
  for (const name of Object.keys(spec)) {
    if (!known.includes(name)) throw new MongoError(40415, `BSON field '${stage}.${name}' is an unknown field.`);
  }
  for (const name of required) {
    if (!(name in spec)) {
      throw new MongoError(40414, `BSON field '${stage}.${name}' is missing but a required field`);
    }
  }
}

/** MongoDB's error for a field of the wrong type. */
export function wrongType(field: string, value: Value, expected: string): MongoError {
  return new MongoError(
    "TypeMismatch",
    `BSON field '${field}' is the wrong type '${typeAlias(value)}', expected type '${expected}'`,
  );
}

/** A copy of `doc` with the field at a path set; documents on the way are copied or made. `undefined` removes it. */
export function withPath(doc: Doc, parts: readonly string[], value: Value, from = 0): Doc {
  const name = parts[from] as string;
  const copy: Doc = { ...doc };
  if (from < parts.length - 1) {
    const below = Object.hasOwn(copy, name) ? copy[name] : undefined;
    setField(copy, name, withPath(isDoc(below) ? below : {}, parts, value, from + 1));
  } else if (value === undefined) Reflect.deleteProperty(copy, name);
  else setField(copy, name, value);
  return copy;
}
