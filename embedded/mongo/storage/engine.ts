/** The data directory: databases, collections, their counts, and what must be cleaned up behind them. */
import { randomBytes } from "node:crypto";
import { Binary, Long, UUID } from "bson";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import { describe } from "../values/describe.js";
import type { CollectionOptions, Doc, Engine, IndexSpec } from "../types.js";
import { type CollectionState, type Home, StoredCollection } from "./collection.js";
import { Walk } from "./cursor.js";
import { Disk } from "./disk.js";
import { Gate } from "./gate.js";
import { storedIndex } from "./indexTable.js";
import { planRead } from "./planner.js";

export interface EngineOptions {
  dir: string;
  /** How often expired documents are deleted; 0 = never by itself. Default: every minute. */
  ttlIntervalMs?: number;
  /** Refuses reads that no index serves, as MongoDB does with the parameter `notablescan`. */
  noTableScan?: boolean;
  /** Address space for the files; they only take what they need. */
  mapSize?: number;
  now?: () => Date;
}

const purgePiece = 5_000;

const rowKey = (state: { db: string; name: string }) => `c/${state.db}/${state.name}`;
const countKey = (state: { id: number }) => `n/${state.id}`;
const asNumber = (value: unknown) => (value instanceof Long ? value.toNumber() : Number(value));

/** Opens (or makes) a data directory. Only one process may have it open. */
export async function openEngine(options: EngineOptions): Promise<Engine & { flushed(): Promise<void> }> {
  const engine = new StoredEngine(options);
  await engine.start();
  return engine;
}

class StoredEngine implements Engine {
  private readonly disk: Disk;
  private readonly byName = new Map<string, StoredCollection>();
  private readonly dirty = new Set<CollectionState>();
  private lastId = 0;
  private readonly toPurge: { table: "records" | "entries"; id: number }[] = [];
  private purging: Promise<void> | undefined;
  private ttlTimer: NodeJS.Timeout | undefined;
  private sweeping: Promise<number> | undefined;
  private closed = false;
  private readonly home: Home;

  constructor(private readonly options: EngineOptions) {
    this.disk = new Disk(options.dir, options.mapSize ?? 2 ** 40);
    this.home = {
      disk: this.disk,
      noTableScan: options.noTableScan === true,
      touched: (state) => this.dirty.add(state),
      saveCatalog: (state) => this.saveRow(state),
      newId: () => this.newId(),
      purgeLater: (table, id) => this.purgeLater(table, id),
      reserve: (table, id) => this.disk.putCatalog(`p/${table}/${id}`, {}),
      keep: (table, id) => this.disk.deleteCatalog(`p/${table}/${id}`),
    };
    this.disk.onCommit(
      () => {
        for (const state of this.dirty) {
          if (!state.dropped) this.saveCounts(state);
        }
        this.dirty.clear();
      },
      () => this.reload(),
    );
  }

  async start(): Promise<void> {
    this.load();
    const every = this.options.ttlIntervalMs ?? 60_000;
    if (every > 0) {
      this.ttlTimer = setInterval(() => {
        this.sweeping ??= this.sweepExpired().finally(() => (this.sweeping = undefined));
        // A sweep that failed is tried again by the next one.
        this.sweeping.catch(() => undefined);
      }, every);
      this.ttlTimer.unref();
    }
    await Promise.resolve();
  }

  private load(): void {
    const rows = this.disk.catalog();
    const counts = new Map(rows.filter(({ key }) => key.startsWith("n/")).map(({ key, doc }) => [key, doc]));
    for (const { key, doc } of rows) {
      if (key === "ids") this.lastId = asNumber(doc.last);
      else if (key.startsWith("p/")) {
        const [, table, id] = key.split("/");
        this.toPurge.push({ table: table as "records" | "entries", id: Number(id) });
      } else if (key.startsWith("c/")) {
        const state = this.stateOf(doc, counts.get(`n/${asNumber(doc.id)}`));
        this.byName.set(rowKey(state), new StoredCollection(state, this.home));
      }
    }
    this.purgeOn();
  }

  private stateOf(doc: Doc, counts: Doc | undefined): CollectionState {
    const id = asNumber(doc.id);
    const sizes = (counts?.indexes ?? {}) as Doc;
    const indexes = (doc.indexes as Doc[]).map((index) => {
      const indexId = asNumber(index.id);
      const learned = {
        arrays: index.arrays as string[],
        cut: index.cut === true,
        simple: index.simple === true,
      };
      return storedIndex(indexId, plainSpec(index.spec as Doc), learned, asNumber(sizes[String(indexId)] ?? 0));
    });
    return {
      id,
      db: doc.db as string,
      name: doc.name as string,
      uuid: (doc.uuid as Binary).buffer,
      options: doc.options as CollectionOptions,
      indexes,
      count: counts ? asNumber(counts.count) : 0,
      bytes: counts ? asNumber(counts.bytes) : 0,
      nextRid: this.disk.lastRid(id) + 1,
      dropped: false,
      walks: new Set(),
      gate: new Gate(),
      fresh: [],
    };
  }

  /** After a transaction that could not commit, memory follows the disk again. */
  private reload(): void {
    this.dirty.clear();
    for (const [key, collection] of this.byName) {
      const row = this.disk.readCatalog(key);
      if (!row) {
        this.byName.delete(key);
        continue;
      }
      const { gate, walks } = collection.state;
      const stored = this.stateOf(row, this.disk.readCatalog(countKey(collection.state)));
      Object.assign(collection.state, stored, { gate, walks });
    }
  }

  private newId(): number {
    this.lastId += 1;
    this.disk.putCatalog("ids", { last: this.lastId });
    return this.lastId;
  }

  private saveCounts(state: CollectionState): void {
    const indexes = [...state.indexes, ...state.fresh].map(({ id, bytes }) => [String(id), bytes]);
    this.disk.putCatalog(countKey(state), {
      count: state.count,
      bytes: state.bytes,
      indexes: Object.fromEntries(indexes) as Doc,
    });
  }

  private saveRow(state: CollectionState): void {
    this.disk.putCatalog(rowKey(state), {
      id: state.id,
      db: state.db,
      name: state.name,
      uuid: new Binary(state.uuid, Binary.SUBTYPE_UUID),
      options: state.options,
      indexes: [...state.indexes, ...state.fresh].map(({ id, spec, arrays, cut, simple }) => ({
        id,
        spec,
        arrays,
        cut,
        simple,
      })),
    });
  }

  private purgeLater(table: "records" | "entries", id: number): void {
    this.disk.putCatalog(`p/${table}/${id}`, {});
    this.toPurge.push({ table, id });
    setImmediate(() => this.purgeOn());
  }

  /** Removes the rows of what was dropped, a piece at a time, between other writes. */
  private purgeOn(): void {
    if (this.purging || this.closed) return;
    const run = async (): Promise<void> => {
      for (let job = this.toPurge[0]; job && !this.closed; job = this.toPurge[0]) {
        const { table, id } = job;
        const more = await this.disk.write(() => {
          const left = this.disk.purge(table, id, purgePiece);
          if (!left) this.disk.deleteCatalog(`p/${table}/${id}`);
          return left;
        });
        if (!more) this.toPurge.shift();
      }
    };
    this.purging = run()
      // What is left is purged after the next start.
      .catch(() => undefined)
      .finally(() => (this.purging = undefined));
  }

  databases() {
    const sizes = new Map<string, number>();
    for (const { state } of this.byName.values()) {
      sizes.set(state.db, (sizes.get(state.db) ?? 0) + state.bytes + 4096 * (1 + state.indexes.length));
    }
    return [...sizes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, sizeOnDisk]) => ({ name, sizeOnDisk, empty: false }));
  }

  collections(db: string): StoredCollection[] {
    return [...this.byName.values()].filter((collection) => collection.db === db);
  }

  collection(db: string, name: string): StoredCollection | undefined {
    return this.byName.get(rowKey({ db, name }));
  }

  async createCollection(db: string, name: string, options: CollectionOptions): Promise<StoredCollection> {
    return this.disk.write(() => {
      const there = this.collection(db, name);
      if (there) {
        if (JSON.stringify(there.options) === JSON.stringify(options)) return there;
        const known = describe({ uuid: new UUID(Buffer.from(there.uuid)), ...there.options });
        throw new MongoError(
          "NamespaceExists",
          `namespace ${db}.${name} already exists, but with different options: ${known}`,
        );
      }
      const spec: IndexSpec = {
        v: 2,
        key: { _id: 1 },
        name: "_id_",
        unique: true,
        ...(options.collation ? { collation: options.collation } : {}),
      };
      const state: CollectionState = {
        id: this.newId(),
        db,
        name,
        uuid: uuid(),
        options,
        indexes: [storedIndex(this.newId(), spec)],
        count: 0,
        bytes: 0,
        nextRid: 1,
        dropped: false,
        walks: new Set(),
        gate: new Gate(),
        fresh: [],
      };
      this.saveRow(state);
      const collection = new StoredCollection(state, this.home);
      this.byName.set(rowKey(state), collection);
      return collection;
    });
  }

  private drop(collection: StoredCollection): void {
    const { state } = collection;
    state.dropped = true;
    this.byName.delete(rowKey(state));
    this.disk.deleteCatalog(rowKey(state));
    this.disk.deleteCatalog(countKey(state));
    this.purgeLater("records", state.id);
    for (const { id } of [...state.indexes, ...state.fresh]) this.purgeLater("entries", id);
  }

  async dropCollection(db: string, name: string): Promise<boolean> {
    return this.disk.write(() => {
      const collection = this.collection(db, name);
      if (collection) this.drop(collection);
      return collection !== undefined;
    });
  }

  async dropDatabase(db: string): Promise<void> {
    await this.disk.write(() => {
      for (const collection of this.collections(db)) this.drop(collection);
    });
  }

  async renameCollection(
    from: { db: string; name: string },
    to: { db: string; name: string },
    dropTarget: boolean,
  ): Promise<void> {
    await this.disk.write(() => {
      const collection = this.collection(from.db, from.name);
      if (!collection)
        throw new MongoError("NamespaceNotFound", `Source collection ${from.db}.${from.name} does not exist`);
      const target = this.collection(to.db, to.name);
      if (target && !dropTarget) throw new MongoError("NamespaceExists", "target namespace exists");
      if (target) this.drop(target);
      this.byName.delete(rowKey(from));
      this.disk.deleteCatalog(rowKey(from));
      Object.assign(collection.state, to);
      this.saveRow(collection.state);
      this.byName.set(rowKey(to), collection);
    });
  }

  async sweepExpired(now = this.options.now?.() ?? new Date()): Promise<number> {
    let deleted = 0;
    for (const collection of this.byName.values()) {
      for (const { spec } of collection.state.indexes) {
        const [path] = Object.keys(spec.key);
        if (spec.expireAfterSeconds === undefined || path === undefined) continue;
        const before = new Date(now.getTime() - spec.expireAfterSeconds * 1000);
        const context = { now };
        const filter = compileFilter({ [path]: { $lt: before, $type: "date" } }, context);
        const plan = planRead(collection.state.indexes, { filter, hint: spec.name, context });
        const walk = new Walk(this.disk, collection.state.id, plan);
        while (!walk.ended) {
          const rids = walk.next(purgePiece).map(({ rid }) => rid);
          // An array expires by its earliest date.
          deleted += await collection.removeRecords(rids, (doc) => filter.matches(doc));
        }
      }
    }
    return deleted;
  }

  /** Resolves when every write so far is on disk. */
  flushed(): Promise<void> {
    return this.disk.flushed();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.ttlTimer);
    await this.sweeping?.catch(() => undefined);
    await this.purging;
    await this.disk.close();
  }
}

function uuid(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

/** Numbers of a stored spec as plain ones, whatever number type they were stored as. */
function plainSpec(stored: Doc): IndexSpec {
  const { key, expireAfterSeconds, ...rest } = stored;
  return {
    ...rest,
    key: Object.fromEntries(Object.entries(key as Doc).map(([path, way]) => [path, asNumber(way)])),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds: asNumber(expireAfterSeconds) }),
  } as IndexSpec;
}
