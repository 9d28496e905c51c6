import type { Model } from "mongoose";
import type { MediaRef, MediaRole } from "../../core/message.js";
import type { AttachmentRow, AttachmentState } from "../models/attachment.js";
import type { Attachment } from "../types.js";
import type { Seals } from "./seals.js";

/** A file a customer sent, as its message tells of it. */
export interface NewFile {
  id: string;
  workspaceId: string;
  accountId: string;
  conversationId: string;
  messageId: string;
  ref: MediaRef;
}

/** What is known of a file once it is here. */
export interface StoredFile {
  blob: string;
  thumbnail: string | null;
  name: string;
  mime: string;
  inline: boolean;
  bytes: number;
  sha256: string;
  width: number | null;
  height: number | null;
  seconds: number | null;
  peaks: number[] | null;
}

/** A file to be fetched, with its way to the provider. */
export interface PendingFile {
  id: string;
  workspaceId: string;
  accountId: string;
  conversationId: string;
  messageId: string;
  ref: MediaRef;
  state: AttachmentState;
  tries: number;
}

export interface FileRepo {
  /** Remembers files that are still with the provider; those that are known stay as they are. */
  expect(files: readonly NewFile[], now: Date): Promise<void>;
  byId(ids: readonly string[]): Promise<Map<string, Attachment>>;
  find(workspaceId: string, id: string): Promise<Attachment | undefined>;
  /** For jobs: the workspace comes from the row. undefined when there is no such file, or nothing to fetch. */
  pending(id: string): Promise<PendingFile | undefined>;
  stored(id: string, file: StoredFile): Promise<boolean>;
  failed(id: string, state: "pending" | "failed" | "expired" | "refused", cause: string): Promise<boolean>;
  /** Makes a failed file pending again. */
  again(workspaceId: string, id: string): Promise<boolean>;
  /** A file of ours, waiting to be sent until `expiresAt`. */
  uploaded(
    upload: StoredFile & { id: string; workspaceId: string; role: MediaRole; now: Date; expiresAt: Date },
  ): Promise<Attachment>;
  /** The uploads are part of a message now, and stay. */
  attach(workspaceId: string, ids: readonly string[], message: { id: string; conversationId: string }): Promise<void>;
  /** The files of these messages are to go; `discarded` removes their blobs. */
  removeOf(messageIds: readonly string[]): Promise<void>;
  /** Files whose blobs are to be removed, with those of uploads nobody sent. */
  discarded(now: Date, limit: number): Promise<{ id: string; workspaceId: string; blobs: string[] }[]>;
  gone(id: string): Promise<void>;
  /** Files whose job was lost. */
  overdue(before: Date, limit: number): Promise<{ id: string; workspaceId: string }[]>;
}

const place = (workspaceId: string, field: "ref" | "name") => ({ workspaceId, collection: "attachments", field });

export function fileRepo(model: Model<AttachmentRow>, seals: Seals): FileRepo {
  async function opened(row: AttachmentRow): Promise<Attachment> {
    return {
      id: row._id,
      workspaceId: row.workspaceId,
      messageId: row.messageId,
      role: row.role,
      state: row.state,
      cause: row.cause,
      name: await seals.openOptional(place(row.workspaceId, "name"), row.name),
      mime: row.mime,
      inline: row.inline,
      bytes: row.bytes,
      width: row.width,
      height: row.height,
      seconds: row.seconds,
      peaks: row.peaks,
      blob: row.blob,
      thumbnail: row.thumbnail,
    };
  }

  const storedFields = async (workspaceId: string, file: StoredFile) => ({
    state: "stored" as const,
    cause: null,
    name: await seals.seal(place(workspaceId, "name"), file.name),
    mime: file.mime,
    inline: file.inline,
    bytes: file.bytes,
    sha256: file.sha256,
    width: file.width,
    height: file.height,
    seconds: file.seconds,
    peaks: file.peaks,
    blob: file.blob,
    thumbnail: file.thumbnail,
  });

  return {
    async expect(files, now) {
      if (files.length === 0) return;
      const operations = await Promise.all(
        files.map(async ({ id, ref, workspaceId, ...of }) => {
          const row: Omit<AttachmentRow, "_id"> = {
            workspaceId,
            ...of,
            role: ref.role,
            state: "pending",
            cause: null,
            ref: await seals.sealJson(place(workspaceId, "ref"), ref),
            name: await seals.sealOptional(place(workspaceId, "name"), ref.name),
            mime: ref.mime ?? null,
            inline: false,
            bytes: ref.bytes ?? null,
            sha256: null,
            width: ref.width ?? null,
            height: ref.height ?? null,
            seconds: ref.seconds ?? null,
            peaks: null,
            blob: null,
            thumbnail: null,
            tries: 0,
            createdAt: now,
            expiresAt: null,
          };
          return { updateOne: { filter: { _id: id }, update: { $setOnInsert: row }, upsert: true } };
        }),
      );
      await model.bulkWrite(operations, { ordered: false });
    },

    async byId(ids) {
      if (ids.length === 0) return new Map();
      const rows = await model.find({ _id: { $in: [...ids] } }).lean();
      return new Map(await Promise.all(rows.map(async (row) => [row._id, await opened(row)] as const)));
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? opened(row) : undefined;
    },

    async pending(id) {
      const row = await model.findOne({ _id: id }).lean();
      if (!row?.ref || !row.accountId || !row.conversationId || !row.messageId) return undefined;
      return {
        id,
        workspaceId: row.workspaceId,
        accountId: row.accountId,
        conversationId: row.conversationId,
        messageId: row.messageId,
        ref: (await seals.openJson(place(row.workspaceId, "ref"), row.ref)) as MediaRef,
        state: row.state,
        tries: row.tries,
      };
    },

    async stored(id, file) {
      const row = await model.findOne({ _id: id }, { workspaceId: 1 }).lean();
      if (!row) return false;
      const { modifiedCount } = await model.updateOne(
        { _id: id, state: "pending" },
        { $set: await storedFields(row.workspaceId, file), $inc: { tries: 1 } },
      );
      return modifiedCount === 1;
    },

    async failed(id, state, cause) {
      const { modifiedCount } = await model.updateOne(
        { _id: id, state: "pending" },
        { $set: { state, cause }, $inc: { tries: 1 } },
      );
      return modifiedCount === 1;
    },

    async again(workspaceId, id) {
      const { matchedCount } = await model.updateOne(
        { _id: id, workspaceId, state: { $in: ["failed", "expired", "refused"] }, ref: { $ne: null } },
        { $set: { state: "pending", cause: null } },
      );
      return matchedCount === 1;
    },

    async uploaded({ id, workspaceId, role, now, expiresAt, ...file }) {
      const row: AttachmentRow = {
        _id: id,
        workspaceId,
        accountId: null,
        conversationId: null,
        messageId: null,
        role,
        ref: null,
        ...(await storedFields(workspaceId, file)),
        tries: 0,
        createdAt: now,
        expiresAt,
      };
      await model.create(row);
      return opened(row);
    },

    async attach(workspaceId, ids, message) {
      if (ids.length === 0) return;
      await model.updateMany(
        // A file that is sent on stays with the message it came with.
        { _id: { $in: [...ids] }, workspaceId, messageId: null },
        { $set: { messageId: message.id, conversationId: message.conversationId, expiresAt: null } },
      );
    },

    async removeOf(messageIds) {
      await model.updateMany(
        { messageId: { $in: [...messageIds], $type: "string" } },
        { $set: { state: "removed", cause: null, ref: null, name: null, peaks: null, discard: true } },
      );
    },

    async discarded(now, limit) {
      const fields = { workspaceId: 1, blob: 1, thumbnail: 1 };
      const rows = [
        ...(await model.find({ discard: true }, fields).sort({ _id: 1 }).limit(limit).lean()),
        ...(await model
          .find({ expiresAt: { $lt: now, $type: "date" } }, fields)
          .limit(limit)
          .lean()),
      ];
      return rows.map((row) => ({
        id: row._id,
        workspaceId: row.workspaceId,
        blobs: [row.blob, row.thumbnail].filter((key) => key !== null),
      }));
    },

    async gone(id) {
      await model.updateOne(
        { _id: id, discard: true },
        { $set: { blob: null, thumbnail: null }, $unset: { discard: 1 } },
      );
      await model.deleteOne({ _id: id, messageId: null, expiresAt: { $ne: null } });
    },

    async overdue(before, limit) {
      const rows = await model
        .find({ state: "pending", createdAt: { $lt: before } }, { workspaceId: 1 })
        .sort({ createdAt: 1 })
        .limit(limit)
        .lean();
      return rows.map(({ _id, workspaceId }) => ({ id: _id, workspaceId }));
    },
  };
}
