import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** A genuine payload that could not be read, with its raw bytes. */
export interface QuarantineRow {
  _id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  where: string;
  raw: SealedValue;
  receivedAt: Date;
}

export function quarantineModel(connection: Connection): Model<QuarantineRow> {
  const schema = new Schema<QuarantineRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      channel: { type: String, required: true },
      where: { type: String, required: true },
      raw: sealed("raw"),
      receivedAt: { type: Date, required: true },
    },
    { collection: "quarantine", versionKey: false },
  );
  schema.index({ workspaceId: 1, _id: -1 });
  return connection.model<QuarantineRow>("Quarantine", schema);
}
