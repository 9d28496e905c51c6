import { Schema, type Connection, type Model } from "mongoose";

/** One kept version of a session. What it holds lies sealed in the blob. */
export interface SessionVersionRow {
  _id: string;
  workspaceId: string;
  /** Channel kind and the provider's id of the account. */
  session: string;
  blob: string;
  savedAt: Date;
  /** Set when the session ended: not offered any more, but still there. */
  deletedAt: Date | null;
}

export function sessionVersionModel(connection: Connection): Model<SessionVersionRow> {
  const schema = new Schema<SessionVersionRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      session: { type: String, required: true },
      blob: { type: String, required: true },
      savedAt: { type: Date, required: true },
      deletedAt: { type: Date, default: null },
    },
    { collection: "session_versions", versionKey: false },
  );
  schema.index({ workspaceId: 1, session: 1, _id: -1 });
  return connection.model<SessionVersionRow>("SessionVersion", schema);
}
