import { Schema, type Connection, type Model } from "mongoose";
import type { MediaRole } from "../../core/message.js";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/**
 * `pending`: still with the provider. `stored`: here. `failed`: it could not be fetched and may be tried again. `expired`: the
 * provider does not have it any more. `refused`: larger than allowed. `removed`: its message was taken back.
 */
export type AttachmentState = "pending" | "stored" | "failed" | "expired" | "refused" | "removed";

/** A file of a message, or one that was uploaded and waits to be sent. */
export interface AttachmentRow {
  _id: string;
  workspaceId: string;
  accountId: string | null;
  conversationId: string | null;
  messageId: string | null;
  role: MediaRole;
  state: AttachmentState;
  /** Why it failed, in words. */
  cause: string | null;
  /** core MediaRef as JSON: how to get it from the provider. */
  ref: SealedValue | null;
  name: SealedValue | null;
  mime: string | null;
  /** May be shown by a browser as it is. */
  inline: boolean;
  bytes: number | null;
  sha256: string | null;
  width: number | null;
  height: number | null;
  seconds: number | null;
  /** 0 to 1, for voices. */
  peaks: number[] | null;
  blob: string | null;
  thumbnail: string | null;
  tries: number;
  createdAt: Date;
  /** Uploads that nobody sent are removed then. */
  expiresAt: Date | null;
  /** Set while blobs of it are to be removed. */
  discard?: boolean;
}

export function attachmentModel(connection: Connection): Model<AttachmentRow> {
  const schema = new Schema<AttachmentRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, default: null },
      conversationId: { type: String, default: null },
      messageId: { type: String, default: null },
      role: { type: String, required: true },
      state: { type: String, required: true },
      cause: { type: String, default: null },
      ref: sealed("ref"),
      name: sealed("name"),
      mime: { type: String, default: null },
      inline: { type: Boolean, required: true },
      bytes: { type: Number, default: null },
      sha256: { type: String, default: null },
      width: { type: Number, default: null },
      height: { type: Number, default: null },
      seconds: { type: Number, default: null },
      peaks: { type: [Number], default: null },
      blob: { type: String, default: null },
      thumbnail: { type: String, default: null },
      tries: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      expiresAt: { type: Date, default: null },
      discard: { type: Boolean },
    },
    { collection: "attachments", versionKey: false },
  );
  schema.index({ messageId: 1 }, { partialFilterExpression: { messageId: { $type: "string" } } });
  // What a lost job left behind; uploads nobody sent; blobs to remove.
  schema.index({ createdAt: 1 }, { partialFilterExpression: { state: "pending" } });
  schema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $type: "date" } } });
  schema.index({ _id: 1, discard: 1 }, { partialFilterExpression: { discard: true } });
  return connection.model<AttachmentRow>("Attachment", schema);
}
