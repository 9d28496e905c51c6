import { Schema, type Connection, type Model } from "mongoose";

export interface LabelRow {
  _id: string;
  workspaceId: string;
  name: string;
  /** #rrggbb */
  color: string;
  createdAt: Date;
}

/** How far one reader has read a conversation. */
export interface ReadMarkRow {
  /** Conversation and reader. */
  _id: string;
  workspaceId: string;
  conversationId: string;
  readerId: string;
  /** Of the last message read. */
  messageId: string;
  at: Date;
  sequence: number;
  /** How many of the customer's messages were read, counted as the conversation does. */
  inbound: number;
  readAt: Date;
  /** When they last had it before them, whether there was anything new or not; marks of before this was kept have none. */
  lookedAt?: Date;
}

export function labelModel(connection: Connection): Model<LabelRow> {
  const schema = new Schema<LabelRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: { type: String, required: true },
      color: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "labels", versionKey: false },
  );
  // Two labels of one name would be one to everybody but us: letters of another case are the same.
  schema.index({ workspaceId: 1, name: 1 }, { unique: true, collation: { locale: "en", strength: 2 } });
  schema.index({ workspaceId: 1, _id: 1 });
  return connection.model<LabelRow>("Label", schema);
}

export function readMarkModel(connection: Connection): Model<ReadMarkRow> {
  const schema = new Schema<ReadMarkRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      conversationId: { type: String, required: true },
      readerId: { type: String, required: true },
      messageId: { type: String, required: true },
      at: { type: Date, required: true },
      sequence: { type: Number, required: true },
      inbound: { type: Number, default: 0 },
      readAt: { type: Date, required: true },
      lookedAt: { type: Date },
    },
    { collection: "read_marks", versionKey: false },
  );
  schema.index({ conversationId: 1, readerId: 1 });
  return connection.model<ReadMarkRow>("ReadMark", schema);
}
