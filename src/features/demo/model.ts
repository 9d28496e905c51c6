import { Schema, type Connection, type Model } from "mongoose";

/** The demo of one workspace, and everything that was made for it. */
export interface DemoRow {
  /** The workspace's id: there is one demo in each. */
  _id: string;
  state: "loading" | "ready" | "removing";
  accountIds: string[];
  labelIds: string[];
  /** Conversations that are there. */
  done: number;
  /** The language of the person who asked for it. */
  language: string;
  /** A customer has written after it was ready. */
  greeted: boolean;
  startedAt: Date;
  /** How often loading failed; a demo that cannot be loaded is taken away again. */
  failures: number;
}

export function demoModel(connection: Connection): Model<DemoRow> {
  const schema = new Schema<DemoRow>(
    {
      _id: { type: String, required: true },
      state: { type: String, required: true },
      accountIds: { type: [String], required: true },
      labelIds: { type: [String], required: true },
      done: { type: Number, required: true },
      language: { type: String, required: true },
      greeted: { type: Boolean, required: true },
      startedAt: { type: Date, required: true },
      failures: { type: Number, required: true },
    },
    { collection: "demos", versionKey: false },
  );
  // What a process that ended left half done.
  schema.index({ state: 1 });
  return connection.model<DemoRow>("Demo", schema);
}
