import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { BlobStore, Keyring } from "../../core/ports.js";
import type { BlobBackend } from "./backend.js";
import { openedPieces, sealedPieces, splitHeader, type Tally } from "./chunks.js";
import { chunkBytes, contentKeyBytes, headerBytesMost, sealedChunkBytes } from "./format.js";

export type { BlobBackend } from "./backend.js";
export { directoryBackend } from "./directory.js";
export { BlobBroken } from "./format.js";
export { s3Backend, type S3Options } from "./s3.js";

export interface BlobStoreOptions {
  backend: BlobBackend;
  keyring: Keyring;
}

/** 24 random bytes in base64url. */
const keyForm = /^[A-Za-z0-9_-]{32}$/;

/**
 * Blobs sealed under a key of their own, which the keyring seals for the workspace and the blob's name: what is moved to
 * another name or workspace does not open, and shredding the workspace's key shreds its blobs. The name in the backend is a
 * hash over workspace and key, so that one workspace can neither reach nor remove what is another's.
 *
 * A range costs the chunks of 64 KiB it touches. Ranges are meant to lie within `StoredBlob.bytes`: one that begins beyond
 * the content fails with BlobBroken, as a blob that was cut does.
 */
export function createBlobStore({ backend, keyring }: BlobStoreOptions): BlobStore {
  const placeOf = (workspaceId: string, key: string) => ({ workspaceId, collection: "blobs", field: key });

  async function contentKey(workspaceId: string, key: string, sealed: Buffer): Promise<Buffer> {
    return Buffer.from(await keyring.open(placeOf(workspaceId, key), sealed), "base64");
  }

  return {
    async put(workspaceId, content, { maxBytes }) {
      quiet(content);
      try {
        const key = randomBytes(24).toString("base64url");
        const plain = randomBytes(contentKeyBytes);
        const sealed = await keyring.seal(placeOf(workspaceId, key), plain.toString("base64"));
        let tally: Tally | undefined;
        const pieces = sealedPieces(content, { plain, sealed }, maxBytes, (result) => (tally = result));
        await backend.write(nameOf(workspaceId, key), Readable.from(pieces, { objectMode: false }));
        return { key, ...tally! };
      } finally {
        content.destroy();
      }
    },

    async open(workspaceId, key, range) {
      const name = nameOf(workspaceId, key);
      if (!range) {
        const source = quiet(await backend.read(name));
        return closing(source, async () => {
          const { sealedKey, rest } = await splitHeader(source);
          const plainKey = await contentKey(workspaceId, key, sealedKey);
          return openedPieces(rest, plainKey, { index: 0, skip: 0, take: Infinity });
        });
      }

      const { start, end } = range;
      if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
        throw new RangeError("a range is two whole numbers, the first not above the second");
      }
      const head = quiet(await backend.read(name, { start: 0, end: headerBytesMost - 1 }));
      let header;
      try {
        header = await splitHeader(head);
      } finally {
        head.destroy();
      }
      const plainKey = await contentKey(workspaceId, key, header.sealedKey);
      const index = Math.floor(start / chunkBytes);
      const beyond = Math.floor(end / chunkBytes) + 1;
      // One byte more than the chunks: it tells whether the last of them is the last of all.
      const source = quiet(
        await backend.read(name, {
          start: header.bytes + index * sealedChunkBytes,
          end: header.bytes + beyond * sealedChunkBytes,
        }),
      );
      const window = { index, skip: start % chunkBytes, take: end - start + 1 };
      return closing(source, () => Promise.resolve(openedPieces(source, plainKey, window)));
    },

    async remove(workspaceId, key) {
      await backend.remove(nameOf(workspaceId, key));
    },
  };
}

/** The name in the backend. Throws when the key is none that a store made. */
function nameOf(workspaceId: string, key: string): string {
  if (!keyForm.test(key)) throw new TypeError("this is no key of a blob");
  return createHash("sha256").update(`${workspaceId}\u0000${key}`).digest().subarray(0, 24).toString("base64url");
}

/** Lets a stream fail before anyone reads it without ending the process: reading it then rejects with that error. */
function quiet<S extends Readable>(stream: S): S {
  return stream.on("error", () => undefined);
}

/** A stream of what `begin` gives. Its source is let go of however it ends, even unread. */
async function closing(source: Readable, begin: () => Promise<AsyncGenerator<Buffer, void>>): Promise<Readable> {
  try {
    const stream = Readable.from(await begin(), { objectMode: false });
    stream.once("close", () => source.destroy());
    return stream;
  } catch (error) {
    source.destroy();
    throw error;
  }
}
