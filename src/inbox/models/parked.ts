import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** A receipt, reaction, edit or removal that came before its message. */
export interface ParkedRow {
  /** Follows from the event: the same one is parked once. */
  _id: string;
  workspaceId: string;
  accountId: string;
  /** Blind form of the message it waits for. */
  targetKey: string;
  /** core InboundEvent as JSON. */
  event: SealedValue;
  /** When it came, by our clock. */
  at: Date;
  /** MongoDB removes it then. */
  expiresAt: Date;
}

export function parkedModel(connection: Connection): Model<ParkedRow> {
  const schema = new Schema<ParkedRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      targetKey: { type: String, required: true },
      event: sealed("event"),
      at: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection: "parked", versionKey: false },
  );
  schema.index({ targetKey: 1, at: 1 });
  schema.index({ workspaceId: 1, at: -1, _id: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<ParkedRow>("Parked", schema);
}
