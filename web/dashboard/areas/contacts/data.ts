import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ContactDto, ContactNoteDto } from "../../../../src/wire/contacts.js";
import type { ConversationDto } from "../../../../src/wire/inbox.js";
import { call, type CallOptions } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { useWorkspace } from "../../api/session.js";
import { useEvents } from "../../realtime/connection.js";

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

const listKey = (workspaceId: string) => ["w", workspaceId, "contacts"] as const;
const contactKey = (workspaceId: string, id: string) => ["w", workspaceId, "contact", id] as const;
const notesKey = (workspaceId: string, id: string) => ["w", workspaceId, "contact-notes", id] as const;

/** A text once it has been still for a moment. */
export function useSettled(text: string, ms = 250): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

/** Contacts page by page, those that match. */
export function useContacts(q: string, enabled = true) {
  const { id } = useWorkspace();
  return useInfiniteQuery({
    queryKey: [...listKey(id), q],
    queryFn: ({ pageParam, signal }) =>
      call<Page<ContactDto>>("/contacts", {
        workspaceId: id,
        signal,
        query: { q: q || undefined, cursor: pageParam, limit: 100 },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useContact(contactId: string) {
  const { id } = useWorkspace();
  // Whoever writes to us may have changed their name, or been merged by a colleague.
  useEvents("contact.", () => {
    void queryClient.invalidateQueries({ queryKey: contactKey(id, contactId) });
    void queryClient.invalidateQueries({ queryKey: listKey(id) });
  });
  return useQuery({
    queryKey: contactKey(id, contactId),
    queryFn: ({ signal }) =>
      call<ContactDto>(`/contacts/${encodeURIComponent(contactId)}`, { workspaceId: id, signal }),
  });
}

export function useNotes(contactId: string) {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: notesKey(id, contactId),
    queryFn: ({ signal }) =>
      call<{ data: ContactNoteDto[] }>(`/contacts/${encodeURIComponent(contactId)}/notes`, { workspaceId: id, signal }),
    select: ({ data }) => data,
  });
}

export function useConversationsOf(contactId: string) {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: ["w", id, "conversations", { contact_id: contactId }, "of-contact"],
    queryFn: ({ signal }) =>
      call<Page<ConversationDto>>("/conversations", {
        workspaceId: id,
        signal,
        query: { contact_id: contactId, limit: 50 },
      }),
    select: ({ data }) => data,
  });
}

/** Writes something about a contact, and shows what came of it everywhere. */
export function useContactWrite(contactId: string) {
  const { id } = useWorkspace();
  return async <T>(method: CallOptions["method"] & string, tail: string, body?: unknown): Promise<T> => {
    const answer = await call<T>(`/contacts/${encodeURIComponent(contactId)}${tail}`, {
      method,
      workspaceId: id,
      ...(body === undefined ? {} : { body }),
    });
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: contactKey(id, contactId) }),
      queryClient.invalidateQueries({ queryKey: notesKey(id, contactId) }),
      queryClient.invalidateQueries({ queryKey: listKey(id) }),
      ...(tail.includes("merge") ? [queryClient.invalidateQueries({ queryKey: ["w", id] })] : []),
    ]);
    return answer;
  };
}

/** What a contact is called in lists. */
export const nameOf = (contact: Pick<ContactDto, "name" | "identities">, fallback: string): string =>
  contact.name ?? contact.identities[0]?.aliases[0]?.value ?? contact.identities[0]?.provider_chat ?? fallback;
