import { Schema, type Connection, type Model } from "mongoose";

/** How far something has come that goes through all rows of a collection once, a few at a time. */
export interface WalkRow {
  /** What is done on the way. */
  _id: string;
  /** The last row it has been at. */
  after: string;
  doneAt: Date | null;
}

export function walkModel(connection: Connection): Model<WalkRow> {
  const schema = new Schema<WalkRow>(
    {
      _id: { type: String, required: true },
      after: { type: String, required: true },
      doneAt: { type: Date, default: null },
    },
    { collection: "walks", versionKey: false },
  );
  return connection.model<WalkRow>("Walk", schema);
}
