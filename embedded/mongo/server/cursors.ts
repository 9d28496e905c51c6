/** Open cursors: what find and aggregate leave behind for getMore. */
import { during, MongoError } from "../errors.js";
import { maxDocumentBytes } from "./wire.js";
import type { Operation } from "./operation.js";

/** Where a cursor's documents come from, already encoded. */
export interface BatchSource {
  /**
   * Up to `max` further documents, of together at most `maxBytes` unless the first alone is larger. An empty batch
   * means that there are no more.
   */
  next(max: number, maxBytes: number, operation: Operation): Promise<Batch> | Batch;
  /** Frees what the source holds; called once, also after the end. */
  close(): Promise<void> | void;
}

export interface Batch {
  documents: Uint8Array[];
  /** No more documents will come. */
  done: boolean;
}

/** Documents in the first batch when the client names no size. */
export const defaultBatchSize = 101;
/** MongoDB's default `cursorTimeoutMillis`. */
export const defaultIdleMs = 10 * 60 * 1000;

/** One open cursor. */
export interface Cursor {
  readonly id: number;
  readonly namespace: string;
  readonly session: string | undefined;
  readonly source: BatchSource;
  readonly noTimeout: boolean;
  /** What is left of the `maxTimeMS` that the cursor was opened with; 0 = no limit. */
  leftMs: number;
  lastUsed: number;
  busy: boolean;
  killed: boolean;
}

/** All open cursors of a server. */
export class Cursors {
  private readonly open = new Map<number, Cursor>();
  private readonly sweeper: NodeJS.Timeout;
  timedOut = 0;

  constructor(private readonly idleMs: number = defaultIdleMs) {
    this.sweeper = setInterval(() => this.closeIdle(Date.now()), Math.min(60_000, Math.max(10, idleMs / 4)));
    this.sweeper.unref();
  }

  get size(): number {
    return this.open.size;
  }

  list(): Cursor[] {
    return [...this.open.values()];
  }

  /** Reads the first batch; opens a cursor when more may follow. `id` is 0 when nothing does. */
  async first(
    source: BatchSource,
    how: {
      operation: Operation;
      namespace: string;
      batchSize: number;
      single?: boolean;
      noTimeout?: boolean;
      /** What errors are said to have happened in. */
      during?: string;
    },
  ): Promise<{ id: number; documents: Uint8Array[] }> {
    const { operation } = how;
    let batch: Batch = { documents: [], done: false };
    try {
      // batchSize 0 asks for a cursor and nothing else: the command answers before it reads.
      if (how.batchSize > 0) {
        const read = source.next(how.batchSize, maxDocumentBytes, operation);
        batch = read instanceof Promise ? await read : read;
      }
    } catch (error) {
      this.abandon(source);
      throw how.during === undefined ? error : during(how.during, error);
    }
    if (batch.done || how.single) {
      const closing = source.close();
      if (closing) await closing;
      return { id: 0, documents: batch.documents };
    }
    const id = this.freeId();
    const now = Date.now();
    this.open.set(id, {
      id,
      namespace: how.namespace,
      session: operation.session,
      source,
      noTimeout: how.noTimeout ?? false,
      leftMs: operation.maxTimeMs === 0 ? 0 : Math.max(1, operation.maxTimeMs - (now - operation.startedAt)),
      lastUsed: now,
      busy: false,
      killed: false,
    });
    return { id, documents: batch.documents };
  }

  /** The next batch of an open cursor; `id` is 0 in the answer when it was the last. */
  async more(
    id: number,
    how: { operation: Operation; namespace: string; batchSize: number },
  ): Promise<{ id: number; documents: Uint8Array[] }> {
    const cursor = this.find(id, how.namespace, how.operation.session);
    cursor.busy = true;
    how.operation.maxTimeMs = cursor.leftMs;
    let batch: Batch;
    try {
      const read = cursor.source.next(how.batchSize, maxDocumentBytes, how.operation);
      batch = read instanceof Promise ? await read : read;
      if (cursor.killed) throw new MongoError("CursorKilled", "cursor was killed while it was being read");
    } catch (error) {
      cursor.killed = true;
      if (this.open.delete(cursor.id)) this.abandon(cursor.source);
      throw during("Executor error during getMore", error);
    }
    cursor.busy = false;
    cursor.lastUsed = Date.now();
    if (cursor.leftMs > 0) cursor.leftMs = Math.max(1, cursor.leftMs - (cursor.lastUsed - how.operation.startedAt));
    if (!batch.done) return { id, documents: batch.documents };
    await this.close(cursor);
    return { id: 0, documents: batch.documents };
  }

  private find(id: number, namespace: string, session: string | undefined): Cursor {
    const cursor = this.open.get(id);
    if (!cursor) throw new MongoError("CursorNotFound", `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new MongoError(
        "Unauthorized",
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    if (cursor.session !== session) throw sessionMismatch(cursor, session);
    if (cursor.busy) throw new MongoError("CursorInUse", `cursor id ${id} is already in use`);
    return cursor;
  }

  /** Closes a cursor; false when there is none of that id in that namespace. */
  async kill(id: number, namespace: string): Promise<boolean> {
    const cursor = this.open.get(id);
    if (cursor?.namespace !== namespace) return false;
    await this.close(cursor);
    return true;
  }

  /** Closes all cursors that the test picks. */
  async killWhere(picks: (cursor: Cursor) => boolean): Promise<void> {
    for (const cursor of this.list()) if (picks(cursor)) await this.close(cursor);
  }

  async closeAll(): Promise<void> {
    clearInterval(this.sweeper);
    await this.killWhere(() => true);
  }

  private async close(cursor: Cursor): Promise<void> {
    cursor.killed = true;
    if (this.open.delete(cursor.id)) await cursor.source.close();
  }

  /** Frees a source after an error without waiting: it may still be busy with what took too long. */
  private abandon(source: BatchSource): void {
    void Promise.resolve(source.close()).catch(() => undefined);
  }

  private closeIdle(now: number): void {
    void this.killWhere((cursor) => {
      const idle = !cursor.busy && !cursor.noTimeout && now - cursor.lastUsed >= this.idleMs;
      if (idle) this.timedOut += 1;
      return idle;
    });
  }

  /** Random, positive and exact as a JS number. */
  private freeId(): number {
    for (;;) {
      const id = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER) + 1;
      if (Number.isSafeInteger(id) && !this.open.has(id)) return id;
    }
  }
}

function sessionMismatch(cursor: Cursor, session: string | undefined): MongoError {
  const start = `Cannot run getMore on cursor ${cursor.id}, which was `;
  if (cursor.session === undefined) return new MongoError(50736, `${start}not created in a session, in a session`);
  if (session === undefined) return new MongoError(50737, `${start}created in a session, without a session`);
  return new MongoError(50738, `${start}created in another session`);
}
