import type { Readable } from "node:stream";

/** The only source of time in use-cases, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Fields that may stand in a log line: plain facts, never message text, contact details, tokens or raw bodies. */
export type LogFields = Record<string, string | number | boolean | null | undefined | readonly string[] | Error>;

/** Structured log. `event` is a stable snake_case name, not a sentence with values in it. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds these fields to every line. */
  with(fields: LogFields): Log;
}

/** Where a sealed value lives. It is bound into the seal: a value moved elsewhere does not open. */
export interface SealPlace {
  workspaceId: string;
  collection: string;
  field: string;
  /** Whose personal key seals it as well; its deletion shreds the value (erasure of one contact). */
  contactId?: string | undefined;
}

/** Encryption at rest. Sealed values are self-describing byte strings (key id, nonce, tag, cipher text). */
export interface Keyring {
  /** Seals UTF-8 text. The workspace's data key is created on first use. */
  seal(place: SealPlace, plain: string): Promise<Buffer>;
  /** Opens what `seal` gave for the same place. Throws SealBroken when it was changed or moved, KeyGone when its key was shredded. */
  open(place: SealPlace, sealed: Uint8Array): Promise<string>;
  /** True when a newer key would seal this value today: whoever reads it may seal it anew. */
  needsReseal(place: SealPlace, sealed: Uint8Array): Promise<boolean>;
  /** A keyed hash, the same for equal values of one workspace and purpose: lets an index find what is sealed. Base64url, 22 characters. */
  blind(workspaceId: string, purpose: string, value: string): Promise<string>;
  /**
   * Blind tokens of a text, for search over sealed text: of every word; with `prefixes` of its beginnings as well; with
   * `prefixes: "only"` of its beginnings instead, and of the whole only where a word is shorter than the shortest of them.
   */
  searchTokens(workspaceId: string, text: string, options?: { prefixes?: boolean | "only" }): Promise<string[]>;
}

/** One event of a workspace that others may react to. Its id is derived from its cause: a repeated cause publishes the same id. */
export interface DomainEvent {
  id: string;
  workspaceId: string;
  type: string;
  at: Date;
  conversationId?: string | undefined;
  data: Record<string, unknown>;
}

/** An event with its place in its workspace's sequence: 1, 2, 3 … without gaps. */
export interface SequencedEvent extends DomainEvent {
  seq: number;
}

/** Tells everyone interested. Durable once the promise resolves. */
export type Publish = (events: readonly DomainEvent[]) => Promise<void>;

/** Puts work on a queue. Durable once the promise resolves; rejects with AppError `unavailable` when it cannot be. */
export interface Enqueue {
  /** All jobs of one call go in one Redis round trip; concurrent calls share it. */
  add(jobs: readonly QueuedJob[]): Promise<void>;
}

export interface QueuedJob {
  /** A name of the job catalog. */
  name: string;
  /** Payload; validated against the catalog's schema. Private parts are sealed by the caller. */
  payload: unknown;
  /** Jobs with the same key are one job while it is waiting or running. */
  key?: string | undefined;
  delayMs?: number | undefined;
}

/** Where a blob lies. Kept in the row that owns the blob. */
export interface StoredBlob {
  /** Name in the store: unguessable, made by the store, never by a user. */
  key: string;
  /** Bytes of the plain content. */
  bytes: number;
  /** SHA-256 of the plain content, hex. */
  sha256: string;
}

/** Large private content, sealed at rest and never whole in memory. */
export interface BlobStore {
  /**
   * Stores a stream. Rejects with BlobTooLarge once more than `maxBytes` came, and with whatever the stream fails with; in
   * both cases nothing stays behind. The blob is bound to its workspace.
   */
  put(workspaceId: string, content: Readable, options: { maxBytes: number }): Promise<StoredBlob>;
  /**
   * Opens a blob, or the bytes `start` to `end` (both included) of it. Rejects with BlobGone when it is not there, and the
   * stream fails when it was tampered with.
   */
  open(workspaceId: string, key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Idempotent. */
  remove(workspaceId: string, key: string): Promise<void>;
}

/** More content than allowed. */
export class BlobTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`the content is larger than ${maxBytes} bytes`);
    this.name = "BlobTooLarge";
  }
}

/** There is no such blob (any more). */
export class BlobGone extends Error {
  constructor() {
    super("the blob is gone");
    this.name = "BlobGone";
  }
}

/** Remembers what was answered to an Idempotency-Key, for a day. */
export interface KeptAnswers {
  /**
   * Runs `work` unless the same caller did the same before: then its answer is given again. Throws AppError
   * `idempotency_mismatch` for the same key with another request, `conflict` while the first one is still running.
   */
  once(
    request: { workspaceId: string; caller: string; key: string; hash: string },
    work: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer & { replayed: boolean }>;
}

export interface KeptAnswer {
  status: number;
  /** undefined: an empty answer. */
  body: unknown;
}
