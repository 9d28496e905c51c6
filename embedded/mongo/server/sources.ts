/** The kinds of documents a cursor can read: stored ones as they are, changed ones, and ready lists. */
import type { Collection, Doc, Found } from "../types.js";
import { encodeDocument } from "../values/codec.js";
import type { Batch, BatchSource } from "./cursors.js";
import { maxInternalDocumentBytes, tooLarge } from "./wire.js";
import type { Interruptible, Operation, Turn } from "./operation.js";

/** How many documents may pass between two looks at the clock. */
const checkEvery = 64;

/** Stored documents without a projection: their bytes go out untouched. */
export class StoredSource implements BatchSource {
  private readonly found: ReturnType<Collection["find"]>;
  /** Read already but too large for the batch it was read for. */
  private waiting: Uint8Array | undefined;
  private ended = false;

  constructor(found: ReturnType<Collection["find"]>) {
    this.found = found;
  }

  next(max: number, maxBytes: number, operation: Operation): Batch | Promise<Batch> {
    operation.check();
    const documents: Uint8Array[] = [];
    let bytes = 0;
    if (this.waiting) {
      documents.push(this.waiting);
      bytes = this.waiting.length;
      this.waiting = undefined;
      if (this.ended) return { documents, done: true };
    }
    const taken = this.found.take(max - documents.length, maxBytes - bytes);
    const all = documents.length === 0 ? taken.batch : documents.concat(taken.batch);
    if (taken.done) this.ended = true;
    if (taken.done || all.length >= max) return { documents: all, done: taken.done };
    return this.fill(all, max, maxBytes, operation);
  }

  private async fill(documents: Uint8Array[], max: number, maxBytes: number, operation: Operation): Promise<Batch> {
    let bytes = 0;
    for (const document of documents) bytes += document.length;
    while (documents.length < max) {
      operation.check();
      const step = await operation.within(this.found.next());
      if (step.done) {
        this.ended = true;
        break;
      }
      const record = step.value.bytes;
      if (documents.length > 0 && bytes + record.length > maxBytes) {
        this.waiting = record;
        break;
      }
      documents.push(record);
      bytes += record.length;
      const taken = this.found.take(max - documents.length, maxBytes - bytes);
      for (const more of taken.batch) {
        documents.push(more);
        bytes += more.length;
      }
      if (taken.done) {
        this.ended = true;
        break;
      }
    }
    return { documents, done: this.ended && !this.waiting };
  }

  async close(): Promise<void> {
    await this.found.return?.();
  }
}

/** Documents that are computed one by one. */
export class ComputedSource implements BatchSource {
  private readonly iterator: AsyncIterator<Doc>;
  private waiting: Uint8Array | undefined;
  private ended = false;

  /** `turn` is what the producer of the documents looks at to know when to stop. */
  constructor(
    documents: AsyncIterable<Doc>,
    private readonly turn: Turn,
  ) {
    this.iterator = documents[Symbol.asyncIterator]();
  }

  async next(max: number, maxBytes: number, operation: Operation): Promise<Batch> {
    this.turn.operation = operation;
    const documents: Uint8Array[] = [];
    let bytes = 0;
    if (this.waiting) {
      documents.push(this.waiting);
      bytes = this.waiting.length;
      this.waiting = undefined;
    }
    while (!this.ended && documents.length < max) {
      if (documents.length % checkEvery === 0) operation.check();
      const step = await operation.within(this.iterator.next());
      if (step.done) {
        this.ended = true;
        break;
      }
      const encoded = encodeDocument(step.value);
      if (encoded.length > maxInternalDocumentBytes) throw tooLarge(encoded);
      if (documents.length > 0 && bytes + encoded.length > maxBytes) {
        this.waiting = encoded;
        break;
      }
      documents.push(encoded);
      bytes += encoded.length;
    }
    return { documents, done: this.ended && !this.waiting };
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}

/** A list that is ready: listCollections, listIndexes and the like. */
export class ListSource implements BatchSource {
  private at = 0;
  private readonly encoded: Uint8Array[];

  constructor(documents: readonly Doc[]) {
    this.encoded = documents.map((document) => encodeDocument(document));
  }

  next(max: number, maxBytes: number): Batch {
    const documents: Uint8Array[] = [];
    let bytes = 0;
    while (this.at < this.encoded.length && documents.length < max) {
      const next = this.encoded[this.at]!;
      if (documents.length > 0 && bytes + next.length > maxBytes) break;
      documents.push(next);
      bytes += next.length;
      this.at += 1;
    }
    return { documents, done: this.at >= this.encoded.length };
  }

  close(): void {
    this.at = this.encoded.length;
  }
}

/** The documents of found records; frees the reader when abandoned. */
export async function* documentsOf(found: AsyncIterableIterator<Found>, turn: Interruptible): AsyncGenerator<Doc> {
  let seen = 0;
  for await (const record of found) {
    if (seen % checkEvery === 0) turn.check();
    seen += 1;
    yield record.doc();
  }
}
