import { createHash } from "node:crypto";
import { BlobTooLarge } from "../../core/ports.js";
import {
  BlobBroken,
  blobHeader,
  chunkBytes,
  openChunk,
  readBlobHeader,
  sealChunk,
  sealedChunkBytes,
} from "./format.js";

/** What passed by, known once the stream ended. */
export interface Tally {
  bytes: number;
  sha256: string;
}

/** Parts of exactly `size` bytes; the one marked `last` is what remains (empty only when nothing came at all). */
async function* grouped(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ part: Buffer; last: boolean }, void> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const piece of source) {
    held.push(piece);
    bytes += piece.length;
    if (bytes <= size) continue;
    const all = Buffer.concat(held, bytes);
    let at = 0;
    for (; all.length - at > size; at += size) yield { part: all.subarray(at, at + size), last: false };
    held = [all.subarray(at)];
    bytes -= at;
  }
  yield { part: Buffer.concat(held, bytes), last: true };
}

async function* counted(
  source: AsyncIterable<Buffer | string>,
  maxBytes: number,
  done: (tally: Tally) => void,
): AsyncGenerator<Buffer, void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const given of source) {
    const piece = typeof given === "string" ? Buffer.from(given) : given;
    bytes += piece.length;
    if (bytes > maxBytes) throw new BlobTooLarge(maxBytes);
    hash.update(piece);
    yield piece;
  }
  done({ bytes, sha256: hash.digest("hex") });
}

/** A sealed blob piece by piece. `done` is told what went through; it is not called when the content fails. */
export async function* sealedPieces(
  content: AsyncIterable<Buffer | string>,
  key: { plain: Buffer; sealed: Buffer },
  maxBytes: number,
  done: (tally: Tally) => void,
): AsyncGenerator<Buffer, void> {
  yield blobHeader(key.sealed);
  let index = 0;
  for await (const { part, last } of grouped(counted(content, maxBytes, done), chunkBytes)) {
    yield sealChunk(key.plain, index++, last, part);
  }
}

/** What of the sealed stream to open: chunks from `index` on, then `skip` bytes left out and at most `take` given. */
export interface Window {
  index: number;
  skip: number;
  take: number;
}

/** The plain bytes of a window. `source` begins with chunk `index` and goes at least one byte beyond the last needed one. */
export async function* openedPieces(
  source: AsyncIterable<Buffer>,
  key: Buffer,
  window: Window,
): AsyncGenerator<Buffer, void> {
  let { index, skip, take } = window;
  for await (const { part, last } of grouped(source, sealedChunkBytes)) {
    const plain = openChunk(key, index++, last, part);
    if (skip > 0 && plain.length <= skip) throw new BlobBroken();
    const piece = plain.subarray(skip, skip + take);
    skip = 0;
    take -= piece.length;
    if (piece.length > 0) yield piece;
    if (take === 0) return;
  }
}

/** Reads the header from the front of a sealed stream; `rest` goes on behind it. */
export async function splitHeader(
  source: AsyncIterable<Buffer>,
): Promise<{ sealedKey: Buffer; bytes: number; rest: AsyncGenerator<Buffer, void> }> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const header = readBlobHeader(head);
    if (header) return { ...header, rest: following(head.subarray(header.bytes), pieces) };
    const next = await pieces.next();
    if (next.done) throw new BlobBroken();
    head = Buffer.concat([head, next.value]);
  }
}

async function* following(first: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  if (first.length > 0) yield first;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
}
