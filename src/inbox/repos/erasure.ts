import type { Model } from "mongoose";
import type { AddressBookRow } from "../models/addressBook.js";
import type { AttachmentRow } from "../models/attachment.js";
import type { ContactNoteRow } from "../models/contactNote.js";
import type { ConversationRow } from "../models/conversation.js";
import type { ErasedAccountRow } from "../models/erasedAccount.js";
import type { ReadMarkRow } from "../models/label.js";
import type { MessageRow } from "../models/message.js";
import type { ParkedRow } from "../models/parked.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { QuarantineRow } from "../models/quarantine.js";
import type { RawEventRow } from "../models/rawEvent.js";
import type { TemplateRow } from "../models/template.js";
import { reflectIdentities } from "./contactKeys.js";
import type { Seals } from "./seals.js";

export interface ErasureModels {
  conversations: Model<ConversationRow>;
  messages: Model<MessageRow>;
  attachments: Model<AttachmentRow>;
  readMarks: Model<ReadMarkRow>;
  identities: Model<IdentityRow>;
  contacts: Model<ContactRow>;
  rawEvents: Model<RawEventRow>;
  quarantine: Model<QuarantineRow>;
  parked: Model<ParkedRow>;
  templates: Model<TemplateRow>;
  contactNotes: Model<ContactNoteRow>;
  addressBook: Model<AddressBookRow>;
  erased: Model<ErasedAccountRow>;
}

/** Somebody who writes to an account, as its provider knows them. */
export interface AccountPerson {
  chat: string;
  name: string | null;
  language: string | null;
  lastInboundAt: Date | null;
}

export interface ErasureRepo {
  /** From now on nothing of the account opens a conversation. */
  markErased(workspaceId: string, accountId: string, at: Date): Promise<void>;
  /** Which of these accounts were erased. */
  erased(accountIds: readonly string[]): Promise<Set<string>>;
  /** Some conversations of the account that are still there, in order of id. */
  conversations(workspaceId: string, accountId: string, limit: number): Promise<{ id: string; identityId: string }[]>;
  /** Blobs of the files of a conversation, some at a time; the rows go with `files`. */
  files(conversationId: string, limit: number): Promise<{ id: string; blobs: string[] }[]>;
  removeFiles(ids: readonly string[]): Promise<void>;
  /** Messages, reading marks and the conversation itself, in this order: what is left half done is found again. */
  removeConversation(workspaceId: string, id: string): Promise<void>;
  /** The way to a person over this account, and the person when there is no other way to them. */
  removePerson(workspaceId: string, accountId: string, identityId: string): Promise<void>;
  /** What else carries the account: what it accepted, what could not be read, its templates, its address book. */
  removeRest(workspaceId: string, accountId: string): Promise<void>;
  /** Those who wrote to the account last. */
  people(workspaceId: string, accountId: string, limit: number): Promise<AccountPerson[]>;
}

/** Messages looked at in one go. */
const page = 500;

export function erasureRepo(models: ErasureModels, seals: Seals): ErasureRepo {
  const { conversations, messages, attachments, readMarks, identities, contacts } = models;

  return {
    async markErased(workspaceId, accountId, at) {
      await models.erased.updateOne({ _id: accountId }, { $setOnInsert: { workspaceId, at } }, { upsert: true });
    },
    async erased(accountIds) {
      const rows = await models.erased.find({ _id: { $in: [...accountIds] } }, { _id: 1 }).lean();
      return new Set(rows.map(({ _id }) => _id));
    },
    async conversations(workspaceId, accountId, limit) {
      const rows = await conversations
        .find({ workspaceId, accountId }, { identityId: 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      return rows.map(({ _id, identityId }) => ({ id: _id, identityId }));
    },

    async files(conversationId, limit) {
      const found: { id: string; blobs: string[] }[] = [];
      let after = "";
      while (found.length < limit) {
        const ids = await messages
          .find({ conversationId, _id: { $gt: after } }, { _id: 1 })
          .sort({ _id: 1 })
          .limit(page)
          .lean();
        if (ids.length === 0) break;
        after = ids.at(-1)!._id;
        const rows = await attachments
          .find({ messageId: { $in: ids.map(({ _id }) => _id), $type: "string" } }, { blob: 1, thumbnail: 1 })
          .lean();
        for (const { _id, blob, thumbnail } of rows) {
          found.push({ id: _id, blobs: [blob, thumbnail].filter((key) => key !== null) });
        }
      }
      return found;
    },

    async removeFiles(ids) {
      await attachments.deleteMany({ _id: { $in: [...ids] } });
    },

    async removeConversation(workspaceId, id) {
      await messages.deleteMany({ conversationId: id, workspaceId });
      await readMarks.deleteMany({ conversationId: id, workspaceId });
      await conversations.deleteOne({ _id: id, workspaceId });
    },

    async removePerson(workspaceId, accountId, identityId) {
      const identity = await identities.findOne({ _id: identityId, workspaceId, accountId }, { contactId: 1 }).lean();
      if (!identity) return;
      const { contactId } = identity;
      await identities.deleteOne({ _id: identityId, workspaceId });
      if (await identities.exists({ contactId })) {
        await reflectIdentities(contacts, identities, workspaceId, [contactId]);
        return;
      }
      // Contacts that were merged into this one have lost their identities to it.
      await models.contactNotes.deleteMany({ workspaceId, contactId });
      await contacts.deleteMany({ workspaceId, mergedInto: contactId });
      await contacts.deleteOne({ _id: contactId, workspaceId });
    },

    async removeRest(workspaceId, accountId) {
      await models.rawEvents.deleteMany({ workspaceId, accountId });
      await models.quarantine.deleteMany({ workspaceId, accountId });
      await models.parked.deleteMany({ workspaceId, accountId });
      await models.templates.deleteMany({ workspaceId, accountId });
      await models.addressBook.deleteMany({ workspaceId, accountId });
    },

    async people(workspaceId, accountId, limit) {
      const rows = await conversations
        .find({ workspaceId, accountId }, { identityId: 1, contactId: 1, lastInboundAt: 1 })
        .sort({ lastMessageAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      const [known, named] = await Promise.all([
        identities.find({ _id: { $in: rows.map((row) => row.identityId) }, workspaceId }, { chat: 1, group: 1 }).lean(),
        contacts.find({ _id: { $in: rows.map((row) => row.contactId) }, workspaceId }, { name: 1, language: 1 }).lean(),
      ]);
      const identityOf = new Map(known.map((one) => [one._id, one]));
      const contactOf = new Map(named.map((one) => [one._id, one]));
      const all = rows.map(async ({ identityId, contactId, lastInboundAt }): Promise<AccountPerson | undefined> => {
        const identity = identityOf.get(identityId);
        if (!identity || identity.group) return undefined;
        const contact = contactOf.get(contactId);
        return {
          chat: await seals.open({ workspaceId, collection: "identities", field: "chat" }, identity.chat),
          name: await seals.openOptional({ workspaceId, collection: "contacts", field: "name" }, contact?.name),
          language: contact?.language ?? null,
          lastInboundAt,
        };
      });
      return (await Promise.all(all)).filter((one) => one !== undefined);
    },
  };
}
