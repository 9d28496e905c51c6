import { Schema, type Connection, type Model } from "mongoose";
import type { ChannelLogKind } from "../../wire/channelLog.js";

/** One thing that happened at a channel account. Nothing of it is what a message says, and nothing is a secret. */
export interface LogRow {
  /** Sorts by time. */
  _id: string;
  workspaceId: string;
  accountId: string;
  at: Date;
  kind: ChannelLogKind;
  ok: boolean;
  sentence: string;
  details: Record<string, string | number | boolean>;
  /** MongoDB removes it then. */
  expiresAt: Date;
}

export function logModel(connection: Connection): Model<LogRow> {
  const schema = new Schema<LogRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      at: { type: Date, required: true },
      kind: { type: String, required: true },
      ok: { type: Boolean, required: true },
      sentence: { type: String, required: true },
      details: { type: Schema.Types.Mixed, required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection: "channel_log", versionKey: false, minimize: false },
  );
  // The log of an account, newest first; only what went wrong, and how much of it there was lately; of one kind.
  schema.index({ accountId: 1, _id: -1 });
  schema.index({ accountId: 1, ok: 1, _id: -1 });
  schema.index({ accountId: 1, kind: 1, _id: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<LogRow>("ChannelLogEntry", schema);
}
