import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ContactDto, ContactFilters, ContactNoteDto, SegmentDto } from "../../../../src/wire/contacts.js";
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
export function useContacts(q: string, filters: Omit<ContactFilters, "q"> = {}, enabled = true) {
  const { id } = useWorkspace();
  return useInfiniteQuery({
    queryKey: [...listKey(id), q, filters],
    queryFn: ({ pageParam, signal }) =>
      call<Page<ContactDto>>("/contacts", {
        workspaceId: id,
        signal,
        query: { ...filters, q: q || undefined, cursor: pageParam, limit: 100 },
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

/** Others who share a number or an address with a contact. */
export function useAlike(contactId: string, enabled: boolean) {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: [...contactKey(id, contactId), "alike"],
    queryFn: ({ signal }) =>
      call<{ data: ContactDto[] }>(`/contacts/${encodeURIComponent(contactId)}/duplicates`, {
        workspaceId: id,
        signal,
      }),
    select: ({ data }) => data,
    enabled,
  });
}

const segmentsKey = (workspaceId: string) => ["w", workspaceId, "contact-segments"] as const;

/** Saved filters of contacts. */
export function useSegments() {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: segmentsKey(id),
    queryFn: ({ signal }) => call<{ data: SegmentDto[] }>("/contact-segments", { workspaceId: id, signal }),
    select: ({ data }) => data,
  });
}

/** Keeps, changes or forgets a segment. */
export function useSegmentWrite() {
  const { id } = useWorkspace();
  return async (method: "POST" | "PATCH" | "DELETE", tail: string, body?: unknown): Promise<void> => {
    await call(`/contact-segments${tail}`, { method, workspaceId: id, ...(body === undefined ? {} : { body }) });
    await queryClient.invalidateQueries({ queryKey: segmentsKey(id) });
  };
}

/** Everything that is shown of contacts is looked up again: many of them changed. */
export const contactsChanged = (workspaceId: string) =>
  queryClient.invalidateQueries({ queryKey: listKey(workspaceId) });

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
