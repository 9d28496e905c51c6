import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";
import { tellingFields, tellingIndex, type Telling } from "./told.js";

/** A customer, across channels. */
export interface ContactRow extends Telling {
  _id: string;
  workspaceId: string;
  name: SealedValue | null;
  /** Each may only be overwritten by its like or by what comes after it: `provider`, `address_book`, `agent` (one of us). */
  namedBy: "provider" | "address_book" | "agent";
  /** Blind search tokens of the name and the aliases. */
  words: string[];
  language: string | null;
  /** What integrators and agents know about the customer, as JSON. */
  attributes: SealedValue | null;
  /** Blind forms of the phone number and the e-mail address among the attributes. */
  reachKeys: string[];
  /** Blind forms of the attributes: of each that it is there, and of what it says. */
  facets: string[];
  /** Kinds of the channels it can be reached on; follows from the identities. */
  kinds: string[];
  /** We blocked one of its identities. */
  blocked: boolean;
  /** The contact this one was found to be; such a row is kept for taking it back. */
  mergedInto: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One way to reach a contact: a chat on one channel account. A contact may have several. */
export interface IdentityRow {
  _id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  contactId: string;
  /** Contacts it belonged to before they were merged, the latest last. */
  mergedFrom: string[];
  /** Blind form of account and chat: finds the identity without showing who it is. */
  chatKey: string;
  /** The provider's chat id: where answers go. */
  chat: SealedValue;
  /** A chat of many; answers go to all of them. */
  group: boolean;
  /** Other ids of the same person as JSON of DatedAlias[]. */
  aliases: SealedValue | null;
  /** Blind forms of the aliases that hold today, within the account; of phone and e-mail also as `reachKeys` has them. */
  aliasKeys: string[];
  /** The person blocked us. */
  blocked: boolean;
  /** We blocked the person. */
  blockedByUs: boolean;
  createdAt: Date;
}

export function contactModel(connection: Connection): Model<ContactRow> {
  const schema = new Schema<ContactRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: sealed("name"),
      namedBy: { type: String, required: true },
      words: { type: [String], required: true },
      language: { type: String, default: null },
      attributes: sealed("attributes"),
      reachKeys: { type: [String], default: [] },
      facets: { type: [String], default: [] },
      kinds: { type: [String], default: [] },
      blocked: { type: Boolean, default: false },
      mergedInto: { type: String, default: null },
      createdAt: { type: Date, required: true },
      updatedAt: { type: Date, required: true },
      ...tellingFields,
    },
    { collection: "contacts", versionKey: false },
  );
  // The list, newest first; search by a word; what was merged into a contact.
  schema.index({ workspaceId: 1, mergedInto: 1, createdAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, words: 1, createdAt: -1, _id: -1 });
  // Those with an attribute, on a channel, of a language, blocked; by their last change; who has a number or an address.
  schema.index({ workspaceId: 1, facets: 1, createdAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, kinds: 1, createdAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, language: 1, createdAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, blocked: 1, createdAt: -1, _id: -1 }, { partialFilterExpression: { blocked: true } });
  schema.index({ workspaceId: 1, mergedInto: 1, updatedAt: -1, _id: -1 });
  schema.index({ workspaceId: 1, reachKeys: 1 });
  schema.index(...tellingIndex);
  return connection.model<ContactRow>("Contact", schema);
}

export function identityModel(connection: Connection): Model<IdentityRow> {
  const schema = new Schema<IdentityRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      channel: { type: String, required: true },
      contactId: { type: String, required: true },
      mergedFrom: { type: [String], default: [] },
      chatKey: { type: String, required: true },
      chat: sealed("chat"),
      group: { type: Boolean, default: false },
      aliases: sealed("aliases"),
      aliasKeys: { type: [String], default: [] },
      blocked: { type: Boolean, default: false },
      blockedByUs: { type: Boolean, default: false },
      createdAt: { type: Date, required: true },
    },
    { collection: "identities", versionKey: false },
  );
  schema.index({ chatKey: 1 }, { unique: true });
  schema.index({ contactId: 1, _id: 1 });
  schema.index({ workspaceId: 1, aliasKeys: 1 });
  return connection.model<IdentityRow>("Identity", schema);
}
