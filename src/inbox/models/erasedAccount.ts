import { Schema, type Connection, type Model } from "mongoose";

/** An account that was erased with all that came over it. What is still on its way from it is not put in any more. */
export interface ErasedAccountRow {
  /** Of the account. */
  _id: string;
  workspaceId: string;
  at: Date;
}

/** As long as what was accepted may wait in a queue, be held or be replayed. */
const keptSeconds = 100 * 24 * 3_600;

export function erasedAccountModel(connection: Connection): Model<ErasedAccountRow> {
  const schema = new Schema<ErasedAccountRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      at: { type: Date, required: true },
    },
    { collection: "erased_accounts", versionKey: false },
  );
  schema.index({ at: 1 }, { expireAfterSeconds: keptSeconds });
  return connection.model<ErasedAccountRow>("ErasedAccount", schema);
}
