import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** What the address book of an account's phone calls somebody, who may never have written. */
export interface AddressBookRow {
  /** Blind form of one of the person's ids within the account. */
  _id: string;
  workspaceId: string;
  accountId: string;
  /** null: the person was taken out of it. */
  name: SealedValue | null;
  /** When the phone said so: what is told late changes nothing. */
  at: Date;
}

export function addressBookModel(connection: Connection): Model<AddressBookRow> {
  const schema = new Schema<AddressBookRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      name: sealed("name"),
      at: { type: Date, required: true },
    },
    { collection: "address_book", versionKey: false },
  );
  // Goes with its account.
  schema.index({ workspaceId: 1, accountId: 1 });
  return connection.model<AddressBookRow>("AddressBook", schema);
}
