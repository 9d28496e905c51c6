/** What pipeline stages are made of. */
import { MongoError } from "../errors.js";
import type { Doc, EvalContext, PipelineHost, Value } from "../types.js";

export type Rows = AsyncIterable<Doc>;

/** A compiled stage: one that looks at each document by itself, or one that takes the whole stream. */
export type Stage =
  | { kind: "each"; apply: (doc: Doc) => Doc | undefined }
  | {
      kind: "stream";
      run(input: Rows, host: PipelineHost): Rows;
      /** Writes its input to a collection and gives nothing. */
      writes?: boolean;
    };

/** Where a pipeline stands; inside of others, not every stage is allowed. */
export interface StageEnvironment {
  readonly context: EvalContext;
  readonly where: { db: string; collection: string };
  /** The stage that the pipeline is part of. */
  readonly inside?: "$lookup" | "$facet" | "$unionWith" | undefined;
  compileNested(stages: Value, env: StageEnvironment): NestedPipeline;
}

/** A pipeline inside a stage. */
export interface NestedPipeline {
  /** Reads its collection through the host and runs. */
  read(host: PipelineHost): Rows;
  /** As `read`, only for documents that also match `filter`. */
  readMatching(host: PipelineHost, filter: Doc): Rows;
  /** Runs over documents that are there already. */
  run(input: Rows, host: PipelineHost): Rows;
}

export type StageCompiler = (spec: Value, env: StageEnvironment, name: string) => Stage;
export type StageTable = Readonly<Record<string, StageCompiler>>;

export async function collect(rows: Rows): Promise<Doc[]> {
  const docs: Doc[] = [];
  for await (const doc of rows) docs.push(doc);
  return docs;
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async face for what is there already
export async function* rowsOf(docs: Iterable<Doc>): AsyncGenerator<Doc> {
  yield* docs;
}

/** A stage that must see everything before it gives anything. */
export function blocking(apply: (docs: Doc[]) => Iterable<Doc>): Stage {
  return {
    kind: "stream",
    async *run(input) {
      yield* apply(await collect(input));
    },
  };
}

/** 40415: a stage's specification has a field it does not know. */
export function unknownField(name: string, field: string): MongoError {
  return new MongoError(40415, `BSON field '${name}.${field}' is an unknown field.`);
}
