import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** What one request of a provider said, as intake read it; kept for a week to be played again. */
export interface RawEventRow {
  /** Of the job that carried it. */
  _id: string;
  workspaceId: string;
  accountId: string;
  traceId: string;
  acceptedAt: Date;
  /** Sealed by intake, for the place of job payloads: InboundEvent[] as JSON. */
  events: SealedValue;
  expiresAt: Date;
  /** Came while its account was off: to be recorded once it is on again. */
  held?: boolean;
}

export function rawEventModel(connection: Connection): Model<RawEventRow> {
  const schema = new Schema<RawEventRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      traceId: { type: String, required: true },
      acceptedAt: { type: Date, required: true },
      events: sealed("events"),
      expiresAt: { type: Date, required: true },
      held: { type: Boolean },
    },
    { collection: "raw_events", versionKey: false },
  );
  schema.index({ workspaceId: 1, accountId: 1, acceptedAt: 1, _id: 1 });
  schema.index({ accountId: 1, acceptedAt: 1 }, { partialFilterExpression: { held: true } });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<RawEventRow>("RawEvent", schema);
}
