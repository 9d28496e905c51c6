import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { contactFiltersOf, type Inbox } from "../../inbox/index.js";
import {
  contactChange,
  contactDto as contactShape,
  contactListQuery,
  contactMerge,
  contactNoteDto as contactNoteShape,
  newContact,
  newContactNote,
} from "../../wire/contacts.js";
import { contactDto, contactNoteDto } from "../presenters/contacts.js";
import { authorOf } from "./conversations.js";

const tag = "Contacts";
/** More of them are no suggestion any more. */
const duplicatesMost = 20;

/** Customers, with the ways to reach them. */
export function contactEndpoints(inbox: Inbox): Endpoint[] {
  const { contacts } = inbox;
  return [
    endpoint({
      method: "get",
      path: "/contacts",
      tag,
      summary: "List or search contacts, newest first",
      description: "All filters have to hold. A segment is a saved set of them.",
      scope: "contacts:read",
      query: contactListQuery,
      answer: pageOf(contactShape),
      errors: ["unprocessable"],
      async handle({ principal, query: { limit, cursor, ...filters } }) {
        const query = { ...contactFiltersOf(filters), limit, cursor };
        return pageDto(await contacts.list(principal.workspaceId, query), contactDto);
      },
    }),
    endpoint({
      method: "post",
      path: "/contacts",
      tag,
      summary: "Add a contact",
      scope: "contacts:write",
      body: newContact,
      status: 201,
      answer: contactShape,
      handle: async ({ principal, body }) => contactDto(await contacts.create(principal.workspaceId, body)),
    }),
    endpoint({
      method: "get",
      path: "/contacts/:id",
      tag,
      summary: "Get a contact",
      scope: "contacts:read",
      answer: contactShape,
      async handle({ principal, params }) {
        const contact = await contacts.find(principal.workspaceId, params.id!);
        if (!contact) throw new AppError("not_found", "There is no such contact.", { reason: "contact_unknown" });
        return contactDto(contact);
      },
    }),
    endpoint({
      method: "patch",
      path: "/contacts/:id",
      tag,
      summary: "Change a contact",
      scope: "contacts:write",
      body: contactChange,
      answer: contactShape,
      errors: ["conflict"],
      handle: async ({ principal, params, body }) =>
        contactDto(await contacts.update(principal.workspaceId, params.id!, body)),
    }),
    endpoint({
      method: "post",
      path: "/contacts/:id/merge",
      tag,
      summary: "Merge another contact into this one",
      description: "Its identities and conversations come along. `unmerge` takes it back.",
      scope: "contacts:write",
      body: contactMerge,
      answer: contactShape,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      handle: async ({ principal, params, body }) =>
        contactDto(await contacts.merge(principal.workspaceId, body.from, params.id!)),
    }),
    endpoint({
      method: "post",
      path: "/contacts/:id/unmerge",
      tag,
      summary: "Take back that this contact was merged into another one",
      scope: "contacts:write",
      answer: contactShape,
      errors: ["conflict"],
      idempotency: "none",
      handle: async ({ principal, params }) => contactDto(await contacts.unmerge(principal.workspaceId, params.id!)),
    }),
    endpoint({
      method: "get",
      path: "/contacts/:id/duplicates",
      tag,
      summary: "Others who share a number or an address with this contact",
      description: "They are perhaps one person: `merge` makes them one. What somebody merely claims is not looked at.",
      scope: "contacts:read",
      answer: z.object({ data: z.array(contactShape) }),
      async handle({ principal, params }) {
        const alike = await contacts.alike(principal.workspaceId, params.id!, duplicatesMost);
        if (!alike) throw new AppError("not_found", "There is no such contact.");
        return { data: alike.map(contactDto) };
      },
    }),
    endpoint({
      method: "get",
      path: "/contacts/:id/notes",
      tag,
      summary: "What was written down about a contact, newest first",
      scope: "contacts:read",
      answer: z.object({ data: z.array(contactNoteShape) }),
      handle: async ({ principal, params }) => ({
        data: (await contacts.notes.list(principal.workspaceId, params.id!)).map(contactNoteDto),
      }),
    }),
    endpoint({
      method: "post",
      path: "/contacts/:id/notes",
      tag,
      summary: "Write something down about a contact",
      scope: "contacts:write",
      body: newContactNote,
      status: 201,
      answer: contactNoteShape,
      errors: ["unprocessable"],
      handle: async ({ principal, params, body }) =>
        contactNoteDto(await contacts.notes.add(principal.workspaceId, params.id!, body.text, authorOf(principal))),
    }),
    endpoint({
      method: "delete",
      path: "/contacts/:id/notes/:note_id",
      tag,
      summary: "Delete a note about a contact",
      scope: "contacts:write",
      answer: null,
      async handle({ principal, params }) {
        await contacts.notes.remove(principal.workspaceId, params.id!, params.note_id!);
        return undefined;
      },
    }),
  ];
}
