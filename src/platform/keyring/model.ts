import { Schema, type Connection, type Model } from "mongoose";

/** One data key, wrapped by a master key. The highest version of an owner seals; all of them open. */
export interface KeyRow {
  /** Base64url of 16 random bytes; stands in every value the key sealed. */
  _id: string;
  workspaceId: string;
  /** Whose key: "" for the workspace itself, a contact id for one person's, "blind" for the search key. */
  owner: string;
  version: number;
  /** AES-256-GCM of the key under a master key: nonce, tag, cipher text. null once shredded. */
  wrapped: Uint8Array | null;
  /** Which master key wrapped it: the first 8 bytes of its SHA-256, hex. */
  masterId: string;
  createdAt: Date;
}

export function keyModel(connection: Connection): Model<KeyRow> {
  const schema = new Schema<KeyRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      owner: { type: String, default: "" },
      version: { type: Number, required: true },
      wrapped: { type: Schema.Types.Mixed, default: null },
      masterId: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "keys", versionKey: false },
  );
  // Of two processes that make the first key at once, one wins.
  schema.index({ workspaceId: 1, owner: 1, version: -1 }, { unique: true });
  schema.index({ masterId: 1 });
  return (connection.models.Key as Model<KeyRow> | undefined) ?? connection.model<KeyRow>("Key", schema);
}
