/**
 * The seams between the four rooms of the store. `values/` and the semantics rooms (`query/`, `update/`, `aggregate/`)
 * know no disk; `storage/` knows no wire; `server/` knows neither keys nor operators: it parses commands and puts the
 * others together.
 */

/**
 * One BSON value as the store holds it in memory. It keeps every BSON type apart:
 * int32 = an integral JS number in int32 range; double = any other JS number, or `Double` when its value is integral and
 * in int32 range (or -0); int64 = `Long`; everything else as the `bson` package's classes (ObjectId, Binary, Decimal128,
 * Timestamp, BSONRegExp, Code, DBRef is kept as a plain document, MinKey, MaxKey, BSONSymbol), `Date` for dates,
 * `null`, booleans, strings, arrays and plain documents. `undefined` means "missing" and never stands inside a document.
 */
export type Value = unknown;
/** A decoded document. Field order is insertion order. Never has a prototype-polluting own `__proto__` setter effect. */
export type Doc = Record<string, Value>;

/** A collation as the client sent it (locale, strength, caseLevel, numericOrdering …), already validated. */
export interface CollationSpec {
  locale: string;
  strength?: number;
  caseLevel?: boolean;
  caseFirst?: string;
  numericOrdering?: boolean;
  alternate?: string;
  maxVariable?: string;
  backwards?: boolean;
  normalization?: boolean;
}

/** Compares strings by locale, and maps a string to bytes whose order is that of `compare` (for index keys). */
export interface Collator {
  readonly spec: CollationSpec;
  compare(a: string, b: string): number;
  /** Equal strings under the collation give equal bytes. Order-preserving is not promised: see storage/keys.ts. */
  equalityKey(value: string): string;
}

/** What every compiled piece of semantics may look at besides its document. */
export interface EvalContext {
  /** undefined = simple binary comparison. */
  collator?: Collator | undefined;
  /** Variables from `let`, by name without `$$`. */
  variables?: Doc | undefined;
  /** The instant `$$NOW` and `$currentDate` mean in this command. */
  now: Date;
}

/** A compiled query predicate. Throws MongoError while compiling, never while matching (except evaluation errors of `$expr`). */
export interface Filter {
  /** The filter as given. The planner reads it, see storage/planner.ts. */
  readonly source: Doc;
  /** Conditions that follow from `source` and that an index may answer although `source` hides them in $expr. */
  readonly implied?: Doc | undefined;
  matches(doc: Doc): boolean;
  /**
   * The index of the array element that made `doc` match, for the positional operator `$` in updates and projections;
   * undefined when no array took part. Only meaningful when `matches(doc)` is true.
   */
  positionalIndex(doc: Doc): number | undefined;
}

/** A compiled update (operator style, replacement or pipeline). */
export interface Updater {
  /** True when the update is a whole-document replacement. */
  readonly isReplacement: boolean;
  /**
   * The document after the update, or the very same object when nothing changed. Never mutates `doc`.
   * `positional` is Filter.positionalIndex of the matched document. `insert` is true while building an upsert.
   */
  apply(doc: Doc, at: { positional?: number | undefined; insert?: boolean }): Doc;
  /** The document that an upsert inserts: equality fields of the filter, then the update; `_id` generated when absent. */
  upsert(filter: Doc): Doc;
}

/** A compiled projection; `positional` as in Updater. */
export interface Projection {
  /** True when the result needs only the fields named in `fields` (so a covering index may answer). */
  readonly inclusiveFields?: readonly string[] | undefined;
  apply(doc: Doc, at?: { positional?: number | undefined }): Doc;
}

/** A sort order compiled to a comparator of documents; ties compare 0. `$meta` sorts are refused. */
export type DocComparator = (a: Doc, b: Doc) => number;

/** What an aggregation may ask of the database it runs in. Implemented by `server/`. */
export interface PipelineHost {
  /** All documents of a collection of database `db` that match, for $lookup, $unionWith, $graphLookup. Empty when missing. */
  find(db: string, collection: string, filter: Doc, context: EvalContext): AsyncIterable<Doc>;
  /** $out: replaces the whole collection atomically with these documents. */
  replaceCollection(db: string, collection: string, docs: Doc[]): Promise<void>;
  /** $merge: the options are validated; throws MongoError 11000 and the like. */
  merge(db: string, collection: string, docs: Doc[], options: Doc, context: EvalContext): Promise<void>;
  /** $indexStats, $collStats, $listSessions …: rows of a diagnostic source stage, or undefined when not known. */
  diagnostics(db: string, collection: string, stage: string, argument: Value): Promise<Doc[]>;
}

/** Index options as stored in the catalog; `key` keeps its order. */
export interface IndexSpec {
  v: 2;
  name: string;
  key: Record<string, 1 | -1>;
  unique?: boolean;
  sparse?: boolean;
  hidden?: boolean;
  expireAfterSeconds?: number;
  partialFilterExpression?: Doc;
  collation?: CollationSpec;
}

export interface CollectionOptions {
  collation?: CollationSpec;
}

/** Which documents, in which order. All parts are compiled and validated already. */
export interface FindRequest {
  filter: Filter;
  sort?: Record<string, 1 | -1> | undefined;
  /** 0 or more. */
  skip?: number | undefined;
  /** 0 = no limit. */
  limit?: number | undefined;
  /** Index name or key pattern, or {$natural: ±1}. An unknown hint is BadValue (2). */
  hint?: string | Doc | undefined;
  min?: Doc | undefined;
  max?: Doc | undefined;
  context: EvalContext;
  /** Lets the planner answer from the index alone when it covers these fields (and filter and sort). */
  coveredFields?: readonly string[] | undefined;
  /** Refuse a blocking sort above this many bytes (100 MB by default, code 292). */
  maxSortBytes?: number | undefined;
}

/** One found record: `bytes` is the stored BSON; `doc()` decodes once and remembers. */
export interface Found {
  readonly bytes: Uint8Array;
  doc(): Doc;
}

/** A projection as explain shows it. */
export interface ShownProjection {
  stage: "PROJECTION_SIMPLE" | "PROJECTION_DEFAULT";
  transformBy: Doc;
}

/** MongoDB's explain tree of a plan: {stage: "FETCH", inputStage: {stage: "IXSCAN", keyPattern, indexName, indexBounds …}}. */
export interface Explained {
  winningPlan: Doc;
  /** Only after execution: nReturned, totalKeysExamined, totalDocsExamined, executionTimeMillis, executionStages. */
  executionStats?: Doc;
}

/** What became of one document of a write. */
export interface WriteResult {
  matched: number;
  modified: number;
  upsertedId?: Value;
  /** findAndModify only. */
  before?: Doc | undefined;
  after?: Doc | undefined;
}

export interface UpdateRequest extends Pick<FindRequest, "filter" | "sort" | "hint" | "context"> {
  updater: Updater;
  multi: boolean;
  upsert: boolean;
}

/**
 * Shared by the single-document writes of one ordered batch that are asked for at once, so that they share a commit: the
 * first that fails sets `failed`, and those after it do nothing (their promises reject with the same error).
 */
export interface OrderedBatch {
  failed: Error | undefined;
}

/**
 * One collection on disk. Every write promise resolves after its commit is durable (fsync), grouped with the writes of
 * other callers; `durable: false` resolves once the write is visible to reads. A document and its index entries change
 * together or not at all. Writes see each other in the order they were called: a filter is evaluated against the state
 * that all earlier writes left, and between evaluation and change of one document nothing else writes it.
 */
export interface Collection {
  readonly db: string;
  readonly name: string;
  readonly uuid: Uint8Array;
  readonly options: CollectionOptions;
  /** One outcome per document, in order: undefined = inserted, otherwise the error (11000 with keyPattern and keyValue). Stops at the first error when `ordered`. */
  insert(docs: readonly Uint8Array[], how: { ordered: boolean; durable?: boolean }): Promise<(Error | undefined)[]>;
  update(request: UpdateRequest, how?: { durable?: boolean; batch?: OrderedBatch }): Promise<WriteResult>;
  /** Deletes the first match in sort order (limit 1) or all (limit 0). */
  remove(
    request: Pick<FindRequest, "filter" | "sort" | "hint" | "context"> & { limit: 0 | 1 },
    how?: { durable?: boolean; batch?: OrderedBatch },
  ): Promise<{ deleted: number; before?: Doc | undefined }>;
  /**
   * Lazily reads in plan order. It never blocks the event loop for longer than a few milliseconds at a time (it yields
   * between chunks), may be abandoned at any time (`return()` frees everything) and never shows a document twice.
   */
  find(request: FindRequest): AsyncIterableIterator<Found> & {
    /** Synchronously takes up to `max` more records when that needs no waiting: the fast path of find and getMore. */
    take(max: number, maxBytes: number): { batch: Uint8Array[]; done: boolean };
  };
  /** Counts by index alone where it can. */
  count(request: FindRequest): Promise<number>;
  explain(
    request: FindRequest,
    verbosity: "queryPlanner" | "executionStats" | "allPlansExecution",
    projection?: ShownProjection,
  ): Promise<Explained>;
  indexes(): IndexSpec[];
  /** Builds what is missing, atomically: either all are there afterwards or none (11000 on duplicates, 85/86 on conflicts). */
  createIndexes(specs: readonly IndexSpec[]): Promise<{ before: number; after: number }>;
  /** By name; "*" drops all but _id_. 27 IndexNotFound. */
  dropIndexes(names: readonly string[] | "*"): Promise<number>;
  /** collMod: new expireAfterSeconds or hidden of one index. Returns the old and new spec. */
  modifyIndex(
    name: string,
    change: { expireAfterSeconds?: number; hidden?: boolean },
  ): Promise<{ before: IndexSpec; after: IndexSpec }>;
  stats(): { count: number; size: number; storageSize: number; indexSizes: Record<string, number> };
  /** Reads everything and proves that each index holds exactly the entries its documents call for. */
  validate(): Promise<{ valid: boolean; errors: string[]; nrecords: number; keysPerIndex: Record<string, number> }>;
  /** Usage counters for $indexStats. */
  indexUse(): { name: string; ops: number; since: Date }[];
}

/** The whole data directory. */
export interface Engine {
  databases(): { name: string; sizeOnDisk: number; empty: boolean }[];
  collections(db: string): Collection[];
  collection(db: string, name: string): Collection | undefined;
  /** 48 NamespaceExists when there with other options; idempotent with the same ones. 73 on bad names. */
  createCollection(db: string, name: string, options: CollectionOptions): Promise<Collection>;
  dropCollection(db: string, name: string): Promise<boolean>;
  dropDatabase(db: string): Promise<void>;
  renameCollection(
    from: { db: string; name: string },
    to: { db: string; name: string },
    dropTarget: boolean,
  ): Promise<void>;
  /** Deletes what TTL indexes say is over; returns how many. Runs by itself every `ttlIntervalMs` too. */
  sweepExpired(now?: Date): Promise<number>;
  close(): Promise<void>;
}
