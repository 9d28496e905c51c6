import type { Contact } from "../../inbox/index.js";
import type { ContactDto } from "../../wire/contacts.js";

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
    aliases: identity.aliases,
    created_at: identity.createdAt.toISOString(),
  })),
  created_at: contact.createdAt.toISOString(),
  updated_at: contact.updatedAt.toISOString(),
});
