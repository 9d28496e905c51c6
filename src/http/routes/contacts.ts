import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Contact, Inbox } from "../../inbox/index.js";
import { contactChange, contactDto, contactListQuery, contactMerge, newContact } from "../../wire/contacts.js";

const tag = "Contacts";

const present = (contact: Contact) => ({
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

/** Customers, with the ways to reach them. */
export function contactEndpoints(inbox: Inbox): Endpoint[] {
  const { contacts } = inbox;
  return [
    endpoint({
      method: "get",
      path: "/contacts",
      tag,
      summary: "List or search contacts, newest first",
      scope: "contacts:read",
      query: contactListQuery,
      answer: pageOf(contactDto),
      handle: async ({ principal, query }) => pageDto(await contacts.list(principal.workspaceId, query), present),
    }),
    endpoint({
      method: "post",
      path: "/contacts",
      tag,
      summary: "Add a contact",
      scope: "contacts:write",
      body: newContact,
      status: 201,
      answer: contactDto,
      handle: async ({ principal, body }) => present(await contacts.create(principal.workspaceId, body)),
    }),
    endpoint({
      method: "get",
      path: "/contacts/:id",
      tag,
      summary: "Get a contact",
      scope: "contacts:read",
      answer: contactDto,
      async handle({ principal, params }) {
        const contact = await contacts.find(principal.workspaceId, params.id!);
        if (!contact) throw new AppError("not_found", "There is no such contact.");
        return present(contact);
      },
    }),
    endpoint({
      method: "patch",
      path: "/contacts/:id",
      tag,
      summary: "Change a contact",
      scope: "contacts:write",
      body: contactChange,
      answer: contactDto,
      errors: ["conflict"],
      handle: async ({ principal, params, body }) =>
        present(await contacts.update(principal.workspaceId, params.id!, body)),
    }),
    endpoint({
      method: "post",
      path: "/contacts/:id/merge",
      tag,
      summary: "Merge another contact into this one",
      description: "Its identities and conversations come along. `unmerge` takes it back.",
      scope: "contacts:write",
      body: contactMerge,
      answer: contactDto,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      handle: async ({ principal, params, body }) =>
        present(await contacts.merge(principal.workspaceId, body.from, params.id!)),
    }),
    endpoint({
      method: "post",
      path: "/contacts/:id/unmerge",
      tag,
      summary: "Take back that this contact was merged into another one",
      scope: "contacts:write",
      answer: contactDto,
      errors: ["conflict"],
      idempotency: "none",
      handle: async ({ principal, params }) => present(await contacts.unmerge(principal.workspaceId, params.id!)),
    }),
  ];
}
