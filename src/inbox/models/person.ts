import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** A customer, across channels. */
export interface ContactRow {
  _id: string;
  workspaceId: string;
  name: SealedValue | null;
  createdAt: Date;
}

/** One way to reach a contact: a chat on one channel account. A contact may have several. */
export interface IdentityRow {
  _id: string;
  workspaceId: string;
  accountId: string;
  contactId: string;
  /** Blind form of account and chat: finds the identity without showing who it is. */
  chatKey: string;
  /** The provider's chat id: where answers go. */
  chat: SealedValue;
  /** Other ids of the same person as JSON, newest last. */
  aliases: SealedValue | null;
  /** The person blocked us. */
  blocked: boolean;
  createdAt: Date;
}

export function contactModel(connection: Connection): Model<ContactRow> {
  const schema = new Schema<ContactRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: sealed("name"),
      createdAt: { type: Date, required: true },
    },
    { collection: "contacts", versionKey: false },
  );
  schema.index({ workspaceId: 1, _id: 1 });
  return connection.model<ContactRow>("Contact", schema);
}

export function identityModel(connection: Connection): Model<IdentityRow> {
  const schema = new Schema<IdentityRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      contactId: { type: String, required: true },
      chatKey: { type: String, required: true },
      chat: sealed("chat"),
      aliases: sealed("aliases"),
      blocked: { type: Boolean, default: false },
      createdAt: { type: Date, required: true },
    },
    { collection: "identities", versionKey: false },
  );
  schema.index({ chatKey: 1 }, { unique: true });
  schema.index({ contactId: 1, _id: 1 });
  return connection.model<IdentityRow>("Identity", schema);
}
