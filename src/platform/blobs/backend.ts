import type { Readable } from "node:stream";

/** Where sealed bytes lie. A name is 32 characters of base64url, made by the store. */
export interface BlobBackend {
  /** Durable once it resolves. When it rejects, or the stream fails, nothing stays behind. */
  write(name: string, content: Readable): Promise<void>;
  /**
   * The bytes `start` to `end` (both included), or everything. A range that reaches over the end gives what there is, one
   * beyond the end nothing. Rejects with BlobGone when there is no such name.
   */
  read(name: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
}
