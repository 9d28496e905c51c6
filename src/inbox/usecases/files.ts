import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError, ProviderError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { MediaRef, MediaRole } from "../../core/message.js";
import { BlobGone, BlobTooLarge, type BlobStore, type Clock, type Log, type Publish } from "../../core/ports.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { FileRepo, PendingFile, StoredFile } from "../repos/files.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Attachment, ChannelAccount } from "../types.js";

/** What bytes turn out to be. */
export interface Inspected {
  mime: string;
  family: "image" | "audio" | "video" | "document";
  /** A browser may show it as it is. */
  inline: boolean;
  /** A name that is safe to save under, with the ending of what it really is. */
  name: string;
}

/** Reading files for what they are; content decides, never the name. */
export interface MediaTools {
  inspect(head: Buffer, declared: { mime?: string | undefined; name?: string | undefined }): Promise<Inspected>;
  /** undefined for what is no readable picture. */
  thumbnail(content: Readable): Promise<{ image: Buffer; width: number; height: number } | undefined>;
  /** undefined for what cannot be drawn. */
  waveform(content: Readable, mime: string): Promise<{ peaks: number[]; seconds?: number | undefined } | undefined>;
  /** A recording as a voice message that every channel takes (Opus in Ogg); undefined when it cannot be made into one. */
  voice(content: Readable, mime: string): Promise<Buffer | undefined>;
}

/** Opens a file at its provider. Rejects with ProviderError. */
export type OpenMedia = (account: ChannelAccount, ref: MediaRef) => Promise<{ stream: Readable }>;

interface Deps {
  files: FileRepo;
  accounts: AccountRepo;
  messages: MessageRepo;
  blobs: BlobStore;
  media: MediaTools;
  openMedia: OpenMedia;
  publish: Publish;
  /** Largest file that is kept, in bytes. */
  maxBytes: number;
  clock: Clock;
  log: Log;
}

export interface UploadInput {
  workspaceId: string;
  content: Readable;
  name?: string | undefined;
  mime?: string | undefined;
  /** As what it is to be sent; found from the content when not said. */
  role?: MediaRole | undefined;
}

export interface Files {
  /**
   * Brings a customer's file from its provider here. Resolves when there is nothing more to do; rejects when it is worth
   * another try. Idempotent.
   */
  fetch(fileId: string): Promise<void>;
  /** Takes a file that is to be sent; a recording is made into a voice message where that is possible. Throws AppError `payload_too_large`, `invalid_request` (empty). */
  upload(input: UploadInput): Promise<Attachment>;
  /** What of a file to open: the whole, a range, or its small picture. Throws AppError `not_found`. */
  open(
    workspaceId: string,
    id: string,
    part: { thumbnail?: boolean; range?: { start: number; end: number } },
  ): Promise<{ file: Attachment; stream: Readable }>;
  find(workspaceId: string, id: string): Promise<Attachment | undefined>;
  /** Asks for a file again that could not be fetched. False when there is nothing to try. */
  again(workspaceId: string, id: string): Promise<boolean>;
  /** The bytes of an upload that is being sent. */
  openUpload(source: string): Promise<{ stream: Readable; name?: string | undefined }>;
  /** Removes blobs of removed messages and of uploads nobody sent. */
  discard(limit: number): Promise<void>;
  overdue(before: Date, limit: number): Promise<{ id: string; workspaceId: string }[]>;
}

/** Enough for every signature a type is known by. */
const headBytes = 4_100;
/** How long an upload waits to be sent. */
const uploadKeptMs = 24 * 3_600_000;
/** What every channel takes as a voice message. */
const voiceMime = "audio/ogg";
/** Tries before a file counts as failed; an agent may ask again. */
const triesMost = 6;

export function fileUsecases(deps: Deps): Files {
  const { files, accounts, blobs, media, clock, log } = deps;

  /** Stores a stream and learns what it is. */
  async function kept(
    workspaceId: string,
    content: Readable,
    declared: { mime?: string | undefined; name?: string | undefined; role?: MediaRole | undefined },
  ): Promise<StoredFile & { family: Inspected["family"] }> {
    const { head, rest } = await withHead(content);
    const what = await media.inspect(head, declared);
    const blob = await blobs.put(workspaceId, rest, { maxBytes: deps.maxBytes });
    try {
      const open = () => blobs.open(workspaceId, blob.key);
      const picture = what.family === "image" && what.inline ? await media.thumbnail(await open()) : undefined;
      const small = picture
        ? await blobs.put(workspaceId, Readable.from([picture.image]), { maxBytes: picture.image.length })
        : undefined;
      const sound = what.family === "audio" ? await media.waveform(await open(), what.mime) : undefined;
      return {
        blob: blob.key,
        thumbnail: small?.key ?? null,
        name: what.name,
        mime: what.mime,
        // What pretends to be a picture, or would fill the memory of whoever opens it, is saved rather than shown.
        inline: what.inline && (what.family !== "image" || picture !== undefined),
        bytes: blob.bytes,
        sha256: blob.sha256,
        width: picture?.width ?? null,
        height: picture?.height ?? null,
        seconds: sound?.seconds ?? null,
        peaks: sound?.peaks ?? null,
        family: what.family,
      };
    } catch (error) {
      // Nothing refers to it yet.
      await blobs.remove(workspaceId, blob.key);
      throw error;
    }
  }

  /** A recording as a voice message; undefined when it stays what it is. */
  async function spoken(workspaceId: string, recording: StoredFile) {
    if (recording.mime === voiceMime) return undefined;
    try {
      const voice = await media.voice(await blobs.open(workspaceId, recording.blob), recording.mime);
      if (!voice) return undefined;
      const made = await kept(workspaceId, Readable.from([voice]), { name: "voice.ogg" });
      await removeBlobs(workspaceId, [recording.blob, recording.thumbnail]);
      return made;
    } catch (error) {
      await removeBlobs(workspaceId, [recording.blob, recording.thumbnail]);
      throw error;
    }
  }

  async function tell(file: PendingFile, state: string): Promise<void> {
    const shownAs = await deps.messages.shownAs(file.workspaceId, file.messageId);
    await deps.publish([
      {
        id: `evt_${file.id.slice(4)}_${state}${file.tries}`,
        workspaceId: file.workspaceId,
        type: "message.updated",
        at: clock.now(),
        conversationId: file.conversationId,
        data: { message_id: shownAs, attachment_id: file.id, state },
      },
    ]);
  }

  async function opened(file: PendingFile): Promise<Readable> {
    const account = await accounts.findById(file.accountId);
    if (!account || account.workspaceId !== file.workspaceId) {
      throw new ProviderError({ kind: "unsupported", feature: "account" }, "The channel account is gone.");
    }
    return (await deps.openMedia(account, file.ref)).stream;
  }

  /** What a failed try means for the file; undefined: try again. */
  function endOf(
    error: unknown,
    file: PendingFile,
  ): { state: "failed" | "expired" | "refused"; cause: string } | undefined {
    if (error instanceof BlobTooLarge) {
      const mb = Math.floor(error.maxBytes / 1_048_576);
      return { state: "refused", cause: `The file is larger than ${mb} MB, which is the most that is kept here.` };
    }
    if (error instanceof ProviderError) {
      const { failure } = error;
      if (failure.kind === "refused") return { state: "refused", cause: error.message };
      if (failure.kind === "malformed" || failure.kind === "unsupported")
        return { state: "expired", cause: error.message };
    }
    if (file.tries + 1 < triesMost) return undefined;
    const why = error instanceof ProviderError ? error.message : "It could not be read.";
    return { state: "failed", cause: `The file could not be fetched. ${why} You can try again.` };
  }

  return {
    async fetch(fileId) {
      const file = await files.pending(fileId);
      if (file?.state !== "pending") return;
      try {
        const { family: _family, ...stored } = await kept(file.workspaceId, await opened(file), file.ref);
        const known = {
          ...stored,
          width: stored.width ?? file.ref.width ?? null,
          height: stored.height ?? file.ref.height ?? null,
          seconds: stored.seconds ?? file.ref.seconds ?? null,
        };
        if (await files.stored(fileId, known)) await tell(file, "stored");
        else await removeBlobs(file.workspaceId, [stored.blob, stored.thumbnail]);
      } catch (error) {
        const end = endOf(error, file);
        log.info("file_not_fetched", { fileId, tries: file.tries + 1, state: end?.state ?? "pending" });
        if (end) {
          if (await files.failed(fileId, end.state, end.cause)) await tell(file, end.state);
          return;
        }
        await files.failed(fileId, "pending", "The provider did not give the file yet.");
        throw error;
      }
    },

    async upload({ workspaceId, content, role, ...declared }) {
      const now = clock.now();
      try {
        const taken = await kept(workspaceId, content, declared);
        const { family, ...stored } = (role === "voice" && (await spoken(workspaceId, taken))) || taken;
        return await files.uploaded({
          ...stored,
          id: newId("file"),
          workspaceId,
          role: role === undefined || (role === "voice" && family !== "audio") ? roleOf(family, stored.mime) : role,
          now,
          expiresAt: new Date(now.getTime() + uploadKeptMs),
        });
      } catch (error) {
        if (!(error instanceof BlobTooLarge)) throw error;
        const mb = Math.floor(error.maxBytes / 1_048_576);
        throw new AppError("payload_too_large", `A file may have at most ${mb} MB. Nothing was kept.`, {
          reason: "file_too_large",
          extensions: { mb },
        });
      }
    },

    async open(workspaceId, id, { thumbnail, range }) {
      const file = await files.find(workspaceId, id);
      const key = thumbnail ? file?.thumbnail : file?.blob;
      const gone = () =>
        new AppError("not_found", "There is no such file, or it is not here (any more).", { reason: "file_unknown" });
      if (!file || !key || file.state !== "stored") throw gone();
      try {
        return { file, stream: await blobs.open(workspaceId, key, range) };
      } catch (error) {
        if (error instanceof BlobGone) throw gone();
        throw error;
      }
    },

    find: (workspaceId, id) => files.find(workspaceId, id),
    again: (workspaceId, id) => files.again(workspaceId, id),

    async openUpload(source) {
      const [file] = (await files.byId([source.replace(/^upload:/, "")])).values();
      if (!file?.blob) {
        throw new ProviderError({ kind: "refused", why: "content" }, "The file to send is not here any more.");
      }
      return { stream: await blobs.open(file.workspaceId, file.blob), name: file.name ?? undefined };
    },

    async discard(limit) {
      for (const { id, workspaceId, blobs: keys } of await files.discarded(clock.now(), limit)) {
        await removeBlobs(workspaceId, keys);
        await files.gone(id);
      }
    },

    overdue: (before, limit) => files.overdue(before, limit),
  };

  async function removeBlobs(workspaceId: string, keys: readonly (string | null)[]): Promise<void> {
    for (const key of keys) if (key !== null) await blobs.remove(workspaceId, key);
  }
}

/** As what a file is sent when nobody says. */
function roleOf(family: Inspected["family"], mime: string): MediaRole {
  if (mime === "image/gif") return "animation";
  if (mime === "image/jpeg" || mime === "image/png" || mime === "image/webp") return "image";
  return family === "audio" || family === "video" ? family : "document";
}

/** The first bytes of a stream, and the whole of it to read on. */
async function withHead(content: Readable): Promise<{ head: Buffer; rest: Readable }> {
  const rest = new PassThrough();
  const parts: Buffer[] = [];
  let length = 0;
  const enough = new Promise<void>((resolve, reject) => {
    const tap = new PassThrough({
      transform(chunk: Buffer, _encoding, done) {
        if (length < headBytes) {
          parts.push(chunk);
          length += chunk.length;
          if (length >= headBytes) resolve();
        }
        done(null, chunk);
      },
      flush(done) {
        resolve();
        done();
      },
    });
    pipeline(content, tap, rest).catch((error: unknown) => {
      // Whoever reads on hears of it; whoever still waits for the head as well.
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await enough;
  if (length === 0) {
    rest.destroy();
    throw new AppError("invalid_request", "The file is empty.", { reason: "file_empty" });
  }
  return { head: Buffer.concat(parts).subarray(0, headBytes), rest };
}
