/** One collection: reads by plan, writes one document at a time inside the group commit. */
import { MongoError } from "../errors.js";
import { typeAlias } from "../values/compare.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import { isOperatorDoc } from "../query/operators.js";
import type {
  Collection,
  CollectionOptions,
  Doc,
  Explained,
  FindRequest,
  IndexSpec,
  OrderedBatch,
  ShownProjection,
  UpdateRequest,
  WriteResult,
} from "../types.js";
import { FindCursor, PointCursor, StoredRecord, Walk } from "./cursor.js";
import { type Disk, unfinished } from "./disk.js";
import { explainCountScan, explainPlan, explainPoint } from "./explain.js";
import { buildIndexes, changedIndex, missingIndexes, pickDropped } from "./indexChanges.js";
import type { Gate } from "./gate.js";
import { checkUnique, indexChanges, keysOf, learn, type StoredIndex } from "./indexTable.js";
import { encodeValue, storedForm } from "./keys.js";
import { type IndexPlan, indexesOf, type Plan, planRead, scanRefused } from "./planner.js";
import { firstField } from "./firstField.js";
import { validateCollection } from "./validate.js";

const documentBytesMost = 16 * 1024 * 1024;
/** Documents of a multi-update or delete in one transaction; others get their turn in between. */
const chunk = 500;
/** An insert goes on for this long before others get their turn. */
const stepMs = 16;

/** What the engine keeps of a collection between transactions. */
export interface CollectionState {
  id: number;
  db: string;
  name: string;
  uuid: Uint8Array;
  options: CollectionOptions;
  indexes: StoredIndex[];
  count: number;
  bytes: number;
  nextRid: number;
  dropped: boolean;
  /** Reads under way. */
  walks: Set<Walk>;
  /** Writes go together; building an index and validating have to be alone. */
  gate: Gate;
  /** Built indexes whose last transaction is not on disk yet: in the catalog, but not for readers. */
  fresh: readonly StoredIndex[];
}

/** What a collection asks of its engine. */
export interface Home {
  disk: Disk;
  /** The counts of this collection changed: write them with the next commit. */
  touched(state: CollectionState): void;
  /** Its indexes changed: write the catalog row, inside the transaction. */
  saveCatalog(state: CollectionState): void;
  newId(): number;
  purgeLater(table: "records" | "entries", id: number): void;
  /** Marks rows that are being written: the next start forgets them unless `keep` comes first. */
  reserve(table: "records" | "entries", id: number): void;
  keep(table: "records" | "entries", id: number): void;
  /** A read that no index serves is refused. */
  readonly noTableScan: boolean;
}

type Selection = Pick<FindRequest, "filter" | "sort" | "hint" | "context">;

export class StoredCollection implements Collection {
  constructor(
    readonly state: CollectionState,
    private readonly home: Home,
  ) {}

  get db(): string {
    return this.state.db;
  }
  get name(): string {
    return this.state.name;
  }
  get uuid(): Uint8Array {
    return this.state.uuid;
  }
  get options(): CollectionOptions {
    return this.state.options;
  }
  private get namespace(): string {
    return `${this.state.db}.${this.state.name}`;
  }
  private get disk(): Disk {
    return this.home.disk;
  }

  private write<T>(operation: () => T | typeof unfinished, batch?: OrderedBatch): Promise<T> {
    const checked = () => {
      if (batch?.failed) throw batch.failed;
      try {
        if (this.state.dropped) throw new MongoError("NamespaceNotFound", "the collection was dropped meanwhile");
        return operation();
      } catch (error) {
        if (batch && error instanceof Error) batch.failed = error;
        throw error;
      }
    };
    return this.state.gate.together(() => this.disk.write(checked));
  }

  insert(docs: readonly Uint8Array[], how: { ordered: boolean }): Promise<(Error | undefined)[]> {
    const outcomes: (Error | undefined)[] = [];
    return this.write(() => {
      const until = performance.now() + stepMs;
      while (outcomes.length < docs.length) {
        if (performance.now() > until) return unfinished;
        let failure: Error | undefined;
        try {
          this.insertOne(docs[outcomes.length]!, undefined);
        } catch (error) {
          if (!(error instanceof MongoError)) throw error;
          failure = error;
        }
        outcomes.push(failure);
        if (failure && how.ordered) break;
      }
      return outcomes;
    });
  }

  private insertOne(bytes: Uint8Array, decoded: Doc | undefined): void {
    const { state, disk } = this;
    // The _id stands first: nothing else need be read when only its index wants a key.
    const doc = decoded ?? (state.indexes.length === 1 ? firstField(bytes) : undefined) ?? decodeDocument(bytes);
    const rid = state.nextRid;
    const entries = state.indexes.map((index) => ({ index, extracted: keysOf(index, doc) }));
    for (const { index, extracted } of entries) checkUnique(disk, this.namespace, index, extracted, rid);

    state.nextRid += 1;
    disk.putRecord(state.id, rid, bytes);
    for (const { index, extracted } of entries) {
      if (learn(index, extracted)) this.home.saveCatalog(state);
      for (const key of extracted.keys) disk.putEntry(index, key, rid);
    }
    state.count += 1;
    state.bytes += bytes.length;
    this.home.touched(state);
  }

  private plan(request: FindRequest): Plan {
    const plan = planRead(this.state.indexes, request);
    if (plan.kind === "collection" && this.home.noTableScan) throw scanRefused(this.namespace, request);
    return plan;
  }

  private select(request: FindRequest, walks?: Set<Walk>): { cursor: FindCursor; plan: Plan } {
    const plan = this.plan(request);
    for (const index of indexesOf(plan)) index.ops += 1;
    const everything = Object.keys(request.filter.source).length === 0 && !request.min && !request.max;
    const certain = everything || ((plan.kind === "index" || plan.kind === "merge") && plan.exact);
    const walk = new Walk(this.disk, this.state.id, plan);
    return { cursor: new FindCursor(walk, plan, request, certain, walks), plan };
  }

  /** The record with this `_id`, when the filter asks for nothing but one plain `_id`. */
  private pointRead(request: Selection): StoredRecord[] | undefined {
    const names = Object.keys(request.filter.source);
    const id = request.filter.source._id;
    if (names.length !== 1 || id === undefined || id === null || request.hint !== undefined) return undefined;
    const index = this.state.indexes[0]!;
    if (request.context.collator || index.collator || Array.isArray(id)) return undefined;
    if (isOperatorDoc(id) || typeAlias(id) === "regex") return undefined;
    index.ops += 1;
    const rid = this.disk.holder(index, storedForm(encodeValue(id, 1, undefined)));
    const bytes = rid === undefined ? undefined : this.disk.record(this.state.id, rid);
    return bytes ? [new StoredRecord(rid!, bytes)] : [];
  }

  find(request: FindRequest): ReturnType<Collection["find"]> {
    const point = request.min || request.max ? undefined : this.pointRead(request);
    if (point) return new PointCursor(request.skip ? point.slice(request.skip) : point) as never;
    return this.select(request, this.state.walks).cursor;
  }

  async count(request: FindRequest): Promise<number> {
    const { skip = 0, limit } = request;
    const clipped = (all: number) => Math.min(Math.max(all - skip, 0), limit ? limit : Infinity);
    if (Object.keys(request.filter.source).length === 0 && !request.hint) return clipped(this.state.count);
    const plan = this.plan({ ...request, sort: undefined });
    const most = limit ? limit + skip : Infinity;
    let found = 0;
    if (plan.kind === "index" && plan.exact) {
      const walk = new Walk(this.disk, this.state.id, plan);
      while (!walk.ended && found < most) {
        found += walk.entries(2_000).length;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return clipped(found);
    }
    const { sort: _sort, skip: _skip, limit: _limit, ...rest } = request;
    const cursor = this.find(rest);
    while (found < most && !(await cursor.next()).done) found += 1;
    await cursor.return?.();
    return clipped(found);
  }

  async explain(request: FindRequest, verbosity: string, projection?: ShownProjection): Promise<Explained> {
    const started = Date.now();
    const planOnly = verbosity === "queryPlanner";
    const point = request.min || request.max || request.sort ? undefined : this.pointRead(request);
    if (point) {
      const returned = point.length;
      const work = { keys: returned, docs: returned };
      return explainPoint(projection, planOnly ? undefined : { returned, matched: returned, work, ms: 0 });
    }
    if (request.coveredFields?.length === 0) {
      const plan = planRead(this.state.indexes, request);
      if (plan.kind === "index" && plan.exact) return this.explainCount(plan, request, planOnly, started);
    }
    const { cursor, plan } = this.select(request);
    if (planOnly) return explainPlan(plan, request, projection);
    let returned = 0;
    for (let step = await cursor.next(); !step.done; step = await cursor.next()) returned += 1;
    const { matched, walk } = cursor;
    return explainPlan(plan, request, projection, { returned, matched, work: walk.work, ms: Date.now() - started });
  }

  /** A count that reads keys alone. */
  private async explainCount(plan: IndexPlan, request: FindRequest, planOnly: boolean, started: number) {
    if (planOnly) return explainCountScan(plan);
    const returned = await this.count(request);
    const work = { keys: returned, docs: 0 };
    return explainCountScan(plan, { returned, matched: returned, work, ms: Date.now() - started });
  }

  /** What a write concerns: all matches, or the first in sort order. */
  private matches(request: Selection, all: boolean): StoredRecord[] {
    const point = this.pointRead(request);
    if (point) return point;
    return this.select({ ...request, limit: all ? 0 : 1 }).cursor.drain();
  }

  async update(request: UpdateRequest, how?: { batch?: OrderedBatch }): Promise<WriteResult> {
    if (!request.multi) return this.write(() => this.updateFirst(request), how?.batch);
    const records = await this.write(() => this.matches(request, true).map(({ rid }) => rid));
    if (records.length === 0 && request.upsert) return this.write(() => this.updateFirst(request));
    const result: WriteResult = { matched: 0, modified: 0 };
    for (let at = 0; at < records.length; at += chunk) {
      await this.write(() => {
        for (const rid of records.slice(at, at + chunk)) {
          const bytes = this.disk.record(this.state.id, rid);
          const record = bytes && new StoredRecord(rid, bytes);
          if (!record || !request.filter.matches(record.doc())) continue;
          result.matched += 1;
          if (this.change(record, request) !== record.doc()) result.modified += 1;
        }
      });
    }
    return result;
  }

  private updateFirst(request: UpdateRequest): WriteResult {
    const [record] = this.matches(request, false);
    if (record) {
      const after = this.change(record, request);
      const before = record.doc();
      return { matched: 1, modified: after === before ? 0 : 1, before, after };
    }
    if (!request.upsert) return { matched: 0, modified: 0 };
    const doc = request.updater.upsert(request.filter.source);
    const bytes = encodeDocument(doc);
    if (bytes.length > documentBytesMost) {
      throw new MongoError(17420, `Document to upsert is larger than ${documentBytesMost}`);
    }
    this.insertOne(bytes, doc);
    return { matched: 0, modified: 0, upsertedId: doc._id, after: doc };
  }

  /** Puts the updated document in place of the record; returns it (the same object when nothing changed). */
  private change(record: StoredRecord, { updater, filter }: UpdateRequest): Doc {
    const { state, disk } = this;
    const before = record.doc();
    const after = updater.apply(before, { positional: filter.positionalIndex(before) });
    if (after === before) return before;
    const bytes = encodeDocument(after);
    if (bytes.length > documentBytesMost) {
      throw new MongoError(17419, `Resulting document after update is larger than ${documentBytesMost}`);
    }
    const changes = indexChanges(state.indexes, before, after);
    for (const { index, extracted } of changes) checkUnique(disk, this.namespace, index, extracted, record.rid);

    disk.putRecord(state.id, record.rid, bytes);
    for (const { index, extracted, removed } of changes) {
      if (learn(index, extracted)) this.home.saveCatalog(state);
      for (const key of removed) {
        disk.deleteEntry(index, key, record.rid);
        for (const walk of state.walks) walk.moves(index, key, record.rid);
      }
      for (const key of extracted.keys) disk.putEntry(index, key, record.rid);
    }
    state.bytes += bytes.length - record.bytes.length;
    this.home.touched(state);
    return after;
  }

  async remove(
    request: Selection & { limit: 0 | 1 },
    how?: { batch?: OrderedBatch },
  ): Promise<{ deleted: number; before?: Doc | undefined }> {
    if (request.limit === 1) {
      return this.write(() => {
        const [record] = this.matches(request, false);
        if (!record) return { deleted: 0 };
        this.delete(record);
        return { deleted: 1, before: record.doc() };
      }, how?.batch);
    }
    const records = await this.write(() => this.matches(request, true).map(({ rid }) => rid));
    return { deleted: await this.removeRecords(records, (doc) => request.filter.matches(doc)) };
  }

  /** Deletes those of the records that still match. */
  async removeRecords(rids: readonly number[], matches: (doc: Doc) => boolean): Promise<number> {
    let deleted = 0;
    for (let at = 0; at < rids.length; at += chunk) {
      await this.write(() => {
        for (const rid of rids.slice(at, at + chunk)) {
          const bytes = this.disk.record(this.state.id, rid);
          const record = bytes && new StoredRecord(rid, bytes);
          if (!record || !matches(record.doc())) continue;
          this.delete(record);
          deleted += 1;
        }
      });
    }
    return deleted;
  }

  private delete(record: StoredRecord): void {
    const { state, disk } = this;
    const doc = record.doc();
    for (const index of state.indexes) {
      for (const key of keysOf(index, doc).keys) disk.deleteEntry(index, key, record.rid);
    }
    disk.deleteRecord(state.id, record.rid);
    state.count -= 1;
    state.bytes -= record.bytes.length;
    this.home.touched(state);
  }

  indexes(): IndexSpec[] {
    return this.state.indexes.map(({ spec }) => spec);
  }

  createIndexes(specs: readonly IndexSpec[]): Promise<{ before: number; after: number }> {
    return this.state.gate.alone(async () => {
      const before = this.state.indexes.length;
      const missing = missingIndexes(this.state.indexes, specs);
      if (missing.length > 0) await buildIndexes(this.state, this.home, missing);
      return { before, after: before + missing.length };
    });
  }

  async dropIndexes(names: readonly string[] | "*"): Promise<number> {
    return this.write(() => {
      const before = this.state.indexes.length;
      const dropped = pickDropped(this.state.indexes, names);
      this.state.indexes = this.state.indexes.filter((index) => !dropped.includes(index));
      this.home.saveCatalog(this.state);
      for (const { id } of dropped) this.home.purgeLater("entries", id);
      return before;
    });
  }

  async modifyIndex(name: string, change: { expireAfterSeconds?: number; hidden?: boolean }) {
    return this.write(() => {
      const index = this.state.indexes.find(({ spec }) => spec.name === name);
      if (!index) throw new MongoError("IndexNotFound", `cannot find index ${name} for ns ${this.namespace}`);
      const before = index.spec;
      index.spec = changedIndex(before, change);
      this.home.saveCatalog(this.state);
      return { before, after: index.spec };
    });
  }

  stats() {
    const { count, bytes, indexes } = this.state;
    const sizes = Object.fromEntries(indexes.map((index) => [index.spec.name, 4096 + index.bytes]));
    return { count, size: bytes, storageSize: bytes + 4096, indexSizes: sizes };
  }

  validate() {
    return this.state.gate.alone(() => validateCollection(this.disk, this.state));
  }

  indexUse() {
    return this.state.indexes.map(({ spec, ops, since }) => ({ name: spec.name, ops, since }));
  }
}
