/** The files: two ordered tables and a catalog in LMDB, and the one writer that commits in groups. */
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Lmdb from "lmdb";
import { MongoError } from "../errors.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import type { Doc } from "../types.js";

// The CommonJS face: its module face loads a second copy of the native part in some runners.
const lmdb = createRequire(import.meta.url)("lmdb") as typeof Lmdb;

export type Table = Lmdb.Database<Buffer, Buffer>;

/** What one record number may reach. */
const ridBytes = 6;
const none = Buffer.of(0);
/** What an entry takes besides its key: the numbers of index and record. */
const entryBytes = 4 + ridBytes;

/** What the files must know of an index. */
export interface IndexPlace {
  id: number;
  spec: { unique?: boolean };
  /** What its entries take, without what the tables need around them. */
  bytes: number;
}

export interface Entry {
  key: Buffer;
  rid: number;
}

/** What a write returns that has more to do: it is asked again, behind those that wait. */
export const unfinished = Symbol("unfinished");

/** A transaction takes further writes for this long, so that neither its first writer nor the readers wait too long. */
const groupMs = 20;

interface Waiting {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export function prefixOf(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes;
}

function ridValue(rid: number): Buffer {
  const bytes = Buffer.allocUnsafe(ridBytes);
  bytes.writeUIntBE(rid, 0, ridBytes);
  return bytes;
}

function recordKey(collection: number, rid: number): Buffer {
  const key = Buffer.allocUnsafe(4 + ridBytes);
  key.writeUInt32BE(collection);
  key.writeUIntBE(rid, 4, ridBytes);
  return key;
}

export class Disk {
  private readonly root: Lmdb.RootDatabase<Buffer, Buffer>;
  private readonly recordTable: Table;
  private readonly entryTable: Table;
  private readonly catalogTable: Table;
  private queue: Waiting[] = [];
  private running = false;
  private pumping: Promise<void> | undefined;
  private closed = false;
  /** Rows written or deleted so far. */
  private changes = 0;
  private beforeCommit: (() => void)[] = [];
  private afterAbort: (() => void)[] = [];

  constructor(dir: string, mapSize: number) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const form = { encoding: "binary", keyEncoding: "binary" } as const;
    this.root = lmdb.open<Buffer, Buffer>({ path: dir, ...form, maxDbs: 4, mapSize, overlappingSync: false });
    this.recordTable = this.root.openDB({ name: "records", ...form });
    this.entryTable = this.root.openDB({ name: "entries", ...form });
    this.catalogTable = this.root.openDB({ name: "catalog", ...form });
  }

  /** Called inside the transaction before it commits, and after one that could not commit. */
  onCommit(before: () => void, aborted: () => void): void {
    this.beforeCommit.push(before);
    this.afterAbort.push(aborted);
  }

  /**
   * Runs `operation` in the next write transaction, after all that were asked for before. It must check before it
   * writes: what it throws rejects its own promise only. As long as it returns `unfinished` it runs again in a later
   * transaction. Resolves when its last transaction is on disk.
   */
  write<T>(operation: () => T | typeof unfinished): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.closed) {
        reject(new Error("the store is closed"));
        return;
      }
      this.queue.push({ run: operation, resolve: resolve, reject });
      if (!this.running) this.pumping = this.pump();
    });
  }

  /** One transaction after another: all that waits when one begins shares its commit, which happens on another thread. */
  private async pump(): Promise<void> {
    this.running = true;
    while (this.queue.length > 0) {
      const taken: Waiting[] = [];
      const settle: (() => void)[] = [];
      try {
        // The plain form would commit what a failed callback left half done; this one takes it back.
        await this.root.childTransaction(() => this.runGroup(taken, settle));
        for (const one of settle) one();
      } catch (error) {
        // What was rejected must not go on: its earlier steps are not on disk.
        this.queue = this.queue.filter((waiting) => !taken.includes(waiting));
        for (const hook of this.afterAbort) hook();
        for (const waiting of taken) waiting.reject(error);
      }
    }
    // In the same turn as the last look at the queue: what comes later starts again.
    this.running = false;
  }

  /** Inside the transaction. */
  private runGroup(taken: Waiting[], settle: (() => void)[]): void {
    const until = performance.now() + groupMs;
    const again: Waiting[] = [];
    for (let next = this.queue.shift(); next; next = performance.now() > until ? undefined : this.queue.shift()) {
      const waiting = next;
      const before = this.changes;
      taken.push(waiting);
      try {
        const value = waiting.run();
        if (value === unfinished) again.push(waiting);
        else settle.push(() => waiting.resolve(value));
      } catch (error) {
        // A refusal comes before any change. Whatever else breaks after one must not leave half of it behind.
        if (!(error instanceof MongoError) && this.changes !== before) throw error;
        settle.push(() => waiting.reject(error));
      }
    }
    this.queue.push(...again);
    for (const hook of this.beforeCommit) hook();
  }

  /** Resolves when every write asked for so far is on disk. */
  async flushed(): Promise<void> {
    await this.write(() => undefined);
  }

  record(collection: number, rid: number): Buffer | undefined {
    return this.recordTable.get(recordKey(collection, rid));
  }

  putRecord(collection: number, rid: number, bytes: Uint8Array): void {
    this.changes += 1;
    const value = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.recordTable.putSync(recordKey(collection, rid), value);
  }

  deleteRecord(collection: number, rid: number): void {
    this.changes += 1;
    this.recordTable.removeSync(recordKey(collection, rid));
  }

  /** The highest record number in use, 0 when there is none. */
  lastRid(collection: number): number {
    const range = { start: recordKey(collection, 2 ** 48 - 1), end: prefixOf(collection), reverse: true, limit: 1 };
    for (const key of this.recordTable.getKeys(range)) return key.readUIntBE(4, ridBytes);
    return 0;
  }

  /** Up to `limit` records after (or, backwards, before) `from`, in natural order. */
  records(
    collection: number,
    from: number | undefined,
    backwards: boolean,
    limit: number,
  ): { rid: number; bytes: Buffer }[] {
    const low = recordKey(collection, !backwards && from !== undefined ? from + 1 : 0);
    const high = recordKey(collection, backwards && from !== undefined ? from - 1 : 2 ** 48 - 1);
    // The end of a range is left out: one more byte takes it in.
    const range = backwards
      ? { start: high, end: recordKey(collection - 1, 2 ** 48 - 1), reverse: true, limit }
      : { start: low, end: Buffer.concat([high, none]), limit };
    const found: { rid: number; bytes: Buffer }[] = [];
    for (const { key, value } of this.recordTable.getRange(range)) {
      found.push({ rid: key.readUIntBE(4, ridBytes), bytes: value });
    }
    return found;
  }

  /** A unique index has no two records under one key: the record's number is the value. Otherwise it ends the key. */
  private entryKey(index: IndexPlace, key: Buffer, rid: number): Buffer {
    const bytes = Buffer.allocUnsafe(4 + key.length + (index.spec.unique ? 0 : ridBytes));
    bytes.writeUInt32BE(index.id);
    key.copy(bytes, 4);
    if (!index.spec.unique) bytes.writeUIntBE(rid, 4 + key.length, ridBytes);
    return bytes;
  }

  putEntry(index: IndexPlace, key: Buffer, rid: number): void {
    this.changes += 1;
    this.entryTable.putSync(this.entryKey(index, key, rid), index.spec.unique ? ridValue(rid) : none);
    index.bytes += key.length + entryBytes;
  }

  deleteEntry(index: IndexPlace, key: Buffer, rid: number): void {
    this.changes += 1;
    this.entryTable.removeSync(this.entryKey(index, key, rid));
    index.bytes -= key.length + entryBytes;
  }

  /** The record that has exactly this key in a unique index. */
  holder(index: IndexPlace, key: Buffer): number | undefined {
    return this.entryTable.get(this.entryKey(index, key, 0))?.readUIntBE(0, ridBytes);
  }

  /** True when this record has this key in the index. */
  hasEntry(index: IndexPlace, key: Buffer, rid: number): boolean {
    if (index.spec.unique) return this.holder(index, key) === rid;
    return this.entryTable.get(this.entryKey(index, key, rid)) !== undefined;
  }

  /**
   * Up to `limit` entries of an index between two keys (the lower in, the upper out), after `from` in the direction of
   * travel. Entries carry their key without index and record number.
   */
  entries(
    index: IndexPlace,
    range: { low: Buffer; high: Buffer },
    from: Entry | undefined,
    backwards: boolean,
    limit: number,
  ): Entry[] {
    const prefix = prefixOf(index.id);
    const low = Buffer.concat([prefix, range.low]);
    const high = Buffer.concat([prefix, range.high]);
    const at = from && this.entryKey(index, from.key, from.rid);
    const options = backwards
      ? { start: at ?? high, end: low, reverse: true, limit: limit + 1 }
      : { start: at ?? low, end: high, limit: limit + 1 };
    const found: Entry[] = [];
    const take = (key: Buffer, value: Buffer | undefined): boolean => {
      if (at && key.equals(at)) return true;
      if (backwards && (key.compare(high) >= 0 || key.compare(low) < 0)) return true;
      if (found.length === limit) return false;
      const keyEnd = value ? key.length : key.length - ridBytes;
      const rid = value ? value.readUIntBE(0, ridBytes) : key.readUIntBE(keyEnd, ridBytes);
      found.push({ key: Buffer.from(key.subarray(4, keyEnd)), rid });
      return true;
    };
    if (index.spec.unique) {
      for (const { key, value } of this.entryTable.getRange(options)) if (!take(key, value)) break;
    } else {
      for (const key of this.entryTable.getKeys(options)) if (!take(key, undefined)) break;
    }
    return found;
  }

  catalog(): { key: string; doc: Doc }[] {
    return [...this.catalogTable.getRange({})].map(({ key, value }) => ({
      key: key.toString("utf8"),
      doc: decodeDocument(value),
    }));
  }

  putCatalog(key: string, doc: Doc): void {
    this.catalogTable.putSync(Buffer.from(key), Buffer.from(encodeDocument(doc)));
  }

  readCatalog(key: string): Doc | undefined {
    const bytes = this.catalogTable.get(Buffer.from(key));
    return bytes && decodeDocument(bytes);
  }

  deleteCatalog(key: string): void {
    this.catalogTable.removeSync(Buffer.from(key));
  }

  /** Removes up to `limit` rows of a dropped collection or index; returns whether more are left. */
  purge(table: "records" | "entries", id: number, limit: number): boolean {
    const rows = table === "records" ? this.recordTable : this.entryTable;
    const keys = [...rows.getKeys({ start: prefixOf(id), end: prefixOf(id + 1), limit })].map((key) =>
      Buffer.from(key),
    );
    for (const key of keys) rows.removeSync(key);
    return keys.length === limit;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pumping;
    await this.root.close();
  }
}
