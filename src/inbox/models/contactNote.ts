import { Schema, type Connection, type Model } from "mongoose";
import type { Author } from "../../core/message.js";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** What somebody of us wrote down about a customer. */
export interface ContactNoteRow {
  _id: string;
  workspaceId: string;
  contactId: string;
  text: SealedValue;
  author: Author;
  createdAt: Date;
}

export function contactNoteModel(connection: Connection): Model<ContactNoteRow> {
  const schema = new Schema<ContactNoteRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      contactId: { type: String, required: true },
      text: sealed("text"),
      author: new Schema({ kind: { type: String, required: true }, id: { type: String } }, { _id: false }),
      createdAt: { type: Date, required: true },
    },
    { collection: "contact_notes", versionKey: false },
  );
  // Of a contact, newest first: ids sort by time.
  schema.index({ workspaceId: 1, contactId: 1, _id: -1 });
  return connection.model<ContactNoteRow>("ContactNote", schema);
}
