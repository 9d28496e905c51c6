/** Walking a plan: entries, documents, filter, sort, skip and limit, a piece at a time. */
import { MongoError } from "../errors.js";
import { compileSort } from "../query/sort.js";
import { decodeDocument } from "../values/codec.js";
import type { Doc, FindRequest, Found } from "../types.js";
import { KeyRecord } from "./cover.js";
import type { Disk, Entry } from "./disk.js";
import type { StoredIndex } from "./indexTable.js";
import { Merge } from "./merge.js";
import type { IndexPlan, Plan } from "./planner.js";

/** Entries or records read from LMDB at once. */
const pieceMost = 256;
/** After this long without a break others get their turn. */
const sliceMs = 4;
const sortBytesMost = 100 * 1024 * 1024;

/** What a walk has looked at, for explain and $indexStats. */
export interface Work {
  keys: number;
  docs: number;
}

export class StoredRecord implements Found {
  private decoded: Doc | undefined;

  constructor(
    readonly rid: number,
    readonly bytes: Uint8Array,
  ) {}

  doc(): Doc {
    return (this.decoded ??= decodeDocument(this.bytes));
  }
}

/** A record of a read: whole, or as far as an index knows it. */
export type Row = StoredRecord | KeyRecord;

/** The candidates of a plan in its order, each once. */
export class Walk {
  private range = 0;
  private last: Entry | undefined;
  /** The entry that was read last, of whatever range. */
  private position: Entry | undefined;
  private lastRid: number | undefined;
  private branch = 0;
  private branchWalk: Walk | undefined;
  private readonly merge: Merge | undefined;
  private readonly seen: Set<number> | undefined;
  /** Documents given already whose keys have moved ahead since. */
  private readonly moved = new Set<number>();
  ended = false;

  constructor(
    private readonly disk: Disk,
    private readonly collection: number,
    private readonly plan: Plan,
    readonly work: Work = { keys: 0, docs: 0 },
  ) {
    const single = plan.kind === "collection" || (plan.kind === "index" && !plan.index.multikey);
    this.seen = single ? undefined : new Set();
    if (plan.kind !== "merge") return;
    const stretches = plan.branches.map((branch) => {
      const walk = new Walk(disk, collection, branch.plan, work);
      return { skip: branch.skip, next: (limit: number) => walk.entries(limit) };
    });
    this.merge = new Merge(stretches, plan.backwards);
  }

  /** A document loses this key of an index to another: where that was passed already, it must not be met again. */
  moves(index: StoredIndex, key: Buffer, rid: number): void {
    const { plan, position } = this;
    if (plan.kind !== "index" || plan.index !== index || this.seen || !position) return;
    const order = key.compare(position.key) || rid - position.rid;
    if (plan.backwards ? order >= 0 : order <= 0) this.moved.add(rid);
  }

  /** The next candidates, at most `limit`; none only at the end. */
  next(limit: number): Row[] {
    while (!this.ended) {
      const piece = this.piece(Math.min(limit, pieceMost));
      if (piece.length > 0) return piece;
    }
    return [];
  }

  private piece(limit: number): Row[] {
    if (this.plan.kind === "collection") return this.naturalPiece(this.plan.backwards, limit);
    if (this.plan.kind === "index") {
      const entries = this.indexPiece(this.plan, limit);
      return this.coveredStill(this.plan) ? this.known(this.plan.index, entries) : this.fetched(entries);
    }
    if (this.plan.kind === "merge") {
      const entries = this.merge!.next(limit);
      this.ended = entries.length === 0;
      return this.fetched(entries);
    }
    this.branchWalk ??= new Walk(this.disk, this.collection, this.plan.branches[this.branch]!, this.work);
    const records = this.branchWalk.next(limit).filter(({ rid }) => this.isNew(rid));
    if (this.branchWalk.ended) {
      this.branchWalk = undefined;
      this.branch += 1;
      this.ended = this.branch >= this.plan.branches.length;
    }
    return records;
  }

  private isNew(rid: number): boolean {
    if (!this.seen) return !this.moved.has(rid);
    if (this.seen.has(rid)) return false;
    this.seen.add(rid);
    return true;
  }

  private naturalPiece(backwards: boolean, limit: number): StoredRecord[] {
    const rows = this.disk.records(this.collection, this.lastRid, backwards, limit);
    if (rows.length < limit) this.ended = true;
    this.lastRid = rows.at(-1)?.rid ?? this.lastRid;
    this.work.docs += rows.length;
    return rows.map(({ rid, bytes }) => new StoredRecord(rid, bytes));
  }

  /** Only the keys: for counts that need no document. */
  entries(limit: number): Entry[] {
    while (!this.ended) {
      const piece = this.indexPiece(this.plan as IndexPlan, limit);
      if (piece.length > 0) return piece;
    }
    return [];
  }

  private indexPiece(plan: IndexPlan, limit: number): Entry[] {
    const ranges = plan.ranges;
    const range = ranges[plan.backwards ? ranges.length - 1 - this.range : this.range];
    if (!range) {
      this.ended = true;
      return [];
    }
    const found = this.disk.entries(plan.index, range, this.last, plan.backwards, limit);
    this.work.keys += found.length;
    this.position = found.at(-1) ?? this.position;
    if (found.length < limit) {
      this.range += 1;
      this.last = undefined;
      this.ended = this.range >= ranges.length;
    } else this.last = found.at(-1);
    return found;
  }

  /** A document written since the plan was made may have a key that does not tell all. */
  private coveredStill({ covered, index }: IndexPlan): boolean {
    return covered && index.simple && !index.multikey && !index.cut;
  }

  private known(index: StoredIndex, entries: readonly Entry[]): KeyRecord[] {
    return entries.filter(({ rid }) => this.isNew(rid)).map(({ rid, key }) => new KeyRecord(rid, index, key));
  }

  private fetched(entries: readonly Entry[]): StoredRecord[] {
    const records: StoredRecord[] = [];
    for (const { rid } of entries) {
      if (!this.isNew(rid)) continue;
      const bytes = this.disk.record(this.collection, rid);
      // Gone since the entry was read.
      if (!bytes) continue;
      this.work.docs += 1;
      records.push(new StoredRecord(rid, bytes));
    }
    return records;
  }
}

/** Documents of a read, filtered, sorted, skipped and limited. */
export class FindCursor {
  private readonly buffer: Row[] = [];
  /** How many candidates the filter let through, for explain. */
  matched = 0;
  private sorted: boolean;
  private toSkip: number;
  private left: number;
  private closed = false;

  constructor(
    readonly walk: Walk,
    plan: Plan,
    private readonly request: FindRequest,
    private readonly matchesAll: boolean,
    /** Where writes find the walks that they may have to tell of what they move. */
    private readonly walks?: Set<Walk>,
  ) {
    walks?.add(walk);
    this.sorted = plan.sorted || !request.sort;
    this.toSkip = request.skip ?? 0;
    this.left = request.limit ? request.limit : Infinity;
  }

  /** Reads on for one slice of time. False when there is nothing more to read. */
  private advance(wanted: number): boolean {
    if (this.closed || this.left === 0) return false;
    if (!this.sorted) return this.advanceSort();
    const until = Date.now() + sliceMs;
    while (this.buffer.length < wanted && !this.walk.ended && Date.now() <= until) {
      for (const record of this.walk.next(Math.min(pieceMost, wanted - this.buffer.length + this.toSkip))) {
        if (!this.matchesAll && !this.request.filter.matches(record.doc())) continue;
        this.matched += 1;
        if (this.toSkip > 0) this.toSkip -= 1;
        else this.buffer.push(record);
      }
    }
    return !this.walk.ended;
  }

  private readonly gathered: Row[] = [];
  private gatheredBytes = 0;

  /** Blocking sort: gathers, keeping only what can still be among the first when there is a limit. */
  private advanceSort(): boolean {
    const { sort, limit, context, maxSortBytes = sortBytesMost } = this.request;
    const compare = compileSort(sort!, context.collator);
    const order = (a: Row, b: Row) => compare(a.doc(), b.doc());
    const keep = limit ? limit + (this.request.skip ?? 0) : Infinity;
    const shrink = () => {
      this.gathered.sort(order);
      for (const record of this.gathered.splice(keep)) this.gatheredBytes -= record.bytes.length;
    };
    const until = Date.now() + sliceMs;
    while (!this.walk.ended && Date.now() <= until) {
      for (const record of this.walk.next(pieceMost)) {
        if (!this.matchesAll && !this.request.filter.matches(record.doc())) continue;
        this.matched += 1;
        this.gathered.push(record);
        this.gatheredBytes += record.bytes.length;
      }
      if (this.gathered.length > keep * 2 + 1_000) shrink();
      if (this.gatheredBytes > maxSortBytes) {
        throw new MongoError(
          "QueryExceededMemoryLimitNoDiskUseAllowed",
          `Sort exceeded memory limit of ${maxSortBytes} bytes, but did not opt in to external sorting.`,
        );
      }
    }
    if (!this.walk.ended) return true;
    shrink();
    this.sorted = true;
    this.buffer.push(...this.gathered.splice(0).slice(this.toSkip));
    this.toSkip = 0;
    return this.buffer.length > 0;
  }

  private shift(): Row | undefined {
    if (this.left === 0) return undefined;
    const record = this.buffer.shift();
    if (record) this.left -= 1;
    return record;
  }

  private get done(): boolean {
    const done = this.closed || this.left === 0 || (this.sorted && this.walk.ended && this.buffer.length === 0);
    if (done) this.walks?.delete(this.walk);
    return done;
  }

  /** Synchronously up to `max` records of at most `maxBytes` (but at least one); stops early when others should have a turn. */
  take(max: number, maxBytes: number): { batch: Uint8Array[]; done: boolean } {
    const batch: Uint8Array[] = [];
    let bytes = 0;
    const wanted = Math.min(max, this.left);
    if (this.buffer.length < wanted) this.advance(wanted);
    while (batch.length < wanted) {
      const next = this.buffer[0];
      if (!next || (batch.length > 0 && bytes + next.bytes.length > maxBytes)) break;
      if (batch.length === 0 && next.bytes.length > maxBytes) break;
      bytes += next.bytes.length;
      batch.push(next.bytes);
      this.shift();
    }
    return { batch, done: this.done };
  }

  async next(): Promise<IteratorResult<Row, undefined>> {
    while (this.buffer.length === 0 && this.advance(Math.min(32, this.left))) {
      if (this.buffer.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const value = this.shift();
    if (value) return { value, done: false };
    this.walks?.delete(this.walk);
    return { value: undefined, done: true };
  }

  /** All of it at once, for writes, which run inside a transaction and cannot wait. */
  drain(): StoredRecord[] {
    const all: StoredRecord[] = [];
    while (!this.done) {
      this.advance(Infinity);
      for (let record = this.shift(); record; record = this.shift()) all.push(record as StoredRecord);
      if (this.buffer.length === 0 && this.sorted && this.walk.ended) break;
    }
    return all;
  }

  return(): Promise<IteratorResult<Row, undefined>> {
    this.closed = true;
    this.walks?.delete(this.walk);
    this.buffer.length = 0;
    this.gathered.length = 0;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** At most one record, read already. */
export class PointCursor {
  constructor(private readonly records: StoredRecord[]) {}

  take(max: number, maxBytes: number): { batch: Uint8Array[]; done: boolean } {
    const [record] = this.records;
    if (!record || max < 1 || record.bytes.length > maxBytes) return { batch: [], done: !record };
    this.records.length = 0;
    return { batch: [record.bytes], done: true };
  }

  next(): Promise<IteratorResult<StoredRecord, undefined>> {
    const value = this.records.shift();
    return Promise.resolve(value ? { value, done: false } : { value: undefined, done: true });
  }

  return(): Promise<IteratorResult<StoredRecord, undefined>> {
    this.records.length = 0;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
