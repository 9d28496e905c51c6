import { Schema, type Connection, type Model } from "mongoose";

/** One thing that happened in a workspace, with its place in the workspace's sequence. */
export interface EventRow {
  /** Follows from the cause: the same cause is the same event. */
  _id: string;
  workspaceId: string;
  /** 1, 2, 3 … without gaps: who has read n has missed nothing before it. */
  seq: number;
  type: string;
  at: Date;
  conversationId: string | null;
  /** Ids and states only; what is private is read through the API. */
  data: Record<string, unknown>;
}

export function eventModel(connection: Connection): Model<EventRow> {
  const schema = new Schema<EventRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      seq: { type: Number, required: true },
      type: { type: String, required: true },
      at: { type: Date, required: true },
      conversationId: { type: String, default: null },
      data: { type: Schema.Types.Mixed, required: true },
    },
    { collection: "events", versionKey: false, minimize: false },
  );
  schema.index({ workspaceId: 1, seq: 1 }, { unique: true });
  // What happened to a conversation, newest first; what was said in it is not in this index.
  schema.index({ conversationId: 1, seq: -1 }, { partialFilterExpression: { type: "conversation.updated" } });
  return connection.model<EventRow>("Event", schema);
}
