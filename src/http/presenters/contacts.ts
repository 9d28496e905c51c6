import type { Contact, ContactNote } from "../../inbox/index.js";
import type { ContactDto, ContactNoteDto } from "../../wire/contacts.js";

export const contactNoteDto = ({ id, contactId, text, author, createdAt }: ContactNote): ContactNoteDto => ({
  id,
  contact_id: contactId,
  text,
  author: { kind: author.kind, id: "id" in author ? author.id : null },
  created_at: createdAt.toISOString(),
});

export const contactDto = (contact: Contact): ContactDto => ({
  id: contact.id,
  name: contact.name,
  language: contact.language,
  attributes: contact.attributes,
  merged_into: contact.mergedInto,
  identities: contact.identities.map((identity) => ({
    id: identity.id,
    channel: identity.channel,
    channel_account_id: identity.accountId,
    provider_chat: identity.chat,
    group: identity.group,
    blocked: identity.blocked,
    blocked_by_us: identity.blockedByUs,
    aliases: identity.aliases,
    created_at: identity.createdAt.toISOString(),
  })),
  created_at: contact.createdAt.toISOString(),
  updated_at: contact.updatedAt.toISOString(),
});
