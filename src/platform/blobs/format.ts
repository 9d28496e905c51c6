import { createCipheriv, createDecipheriv } from "node:crypto";

/**
 * The form of a sealed blob:
 *
 *     magic "SBB1" (4) · length of the sealed key (2, big endian) · sealed key · chunk 0 · chunk 1 · … · last chunk
 *
 * A chunk is up to 64 KiB of content under AES-256-GCM followed by its tag; only the last is shorter (an empty blob is one
 * empty chunk). The content key is new for every blob, so the chunk's number serves as nonce. Number and "is the last" are
 * authenticated with each chunk: chunks that were changed, swapped, dropped or added do not open, and any chunk opens alone.
 */
const magic = Buffer.from("SBB1");
const prefixBytes = magic.length + 2;
const tagBytes = 16;

export const chunkBytes = 64 * 1024;
export const contentKeyBytes = 32;
/** Bytes of a full chunk in the store. */
export const sealedChunkBytes = chunkBytes + tagBytes;
/** A sealed key is about 90 bytes; a header that claims more than this is none. */
export const headerBytesMost = 1024;

/** The blob was changed, cut or exchanged, or the asked range lies outside of it. */
export class BlobBroken extends Error {
  constructor() {
    super("a blob does not open: it was changed or cut, or the range lies outside of it");
    this.name = "BlobBroken";
  }
}

/** The bytes in front of the chunks. */
export function blobHeader(sealedKey: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sealedKey.length);
  return Buffer.concat([magic, length, sealedKey]);
}

/** Reads the header from the first bytes of a blob; undefined while there are too few of them. */
export function readBlobHeader(head: Buffer): { sealedKey: Buffer; bytes: number } | undefined {
  if (head.length < prefixBytes) return undefined;
  if (!head.subarray(0, magic.length).equals(magic)) throw new BlobBroken();
  const bytes = prefixBytes + head.readUInt16BE(magic.length);
  if (bytes > headerBytesMost) throw new BlobBroken();
  return head.length < bytes ? undefined : { sealedKey: head.subarray(prefixBytes, bytes), bytes };
}

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 4);
  return nonce;
}

function placeOf(index: number, last: boolean): Buffer {
  const place = Buffer.alloc(9);
  place.writeBigUInt64BE(BigInt(index));
  place[8] = last ? 1 : 0;
  return place;
}

export function sealChunk(key: Buffer, index: number, last: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(index)).setAAD(placeOf(index, last));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws BlobBroken unless this is the chunk of that number, and the last one exactly when `last`. */
export function openChunk(key: Buffer, index: number, last: boolean, sealed: Buffer): Buffer {
  if (sealed.length < tagBytes) throw new BlobBroken();
  const tagAt = sealed.length - tagBytes;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(index), { authTagLength: tagBytes })
      .setAAD(placeOf(index, last))
      .setAuthTag(sealed.subarray(tagAt));
    return Buffer.concat([decipher.update(sealed.subarray(0, tagAt)), decipher.final()]);
  } catch {
    throw new BlobBroken();
  }
}
