import type { Enqueue, Log, SequencedEvent } from "../core/ports.js";
import type { OutgoingWebhooks } from "../features/outgoing-webhooks/index.js";
import { conversationDto, type InboxPresenter } from "../http/presenters/inbox.js";
import { contactDto } from "../http/presenters/contacts.js";
import type { Inbox } from "../inbox/index.js";
import type { Listener } from "./fanout.js";

/** Has new events relayed at once, for workspaces with somebody who wants to hear. A lost hint is found by the sweep. */
export function hookListener(hooks: OutgoingWebhooks, enqueue: Enqueue, log: Log): Listener {
  async function hint(events: readonly SequencedEvent[]): Promise<void> {
    const workspaces = [...new Set(events.map((event) => event.workspaceId))];
    const wanting = await Promise.all(workspaces.map((workspaceId) => hooks.wants(workspaceId)));
    const jobs = workspaces
      .filter((_, index) => wanting[index])
      .map((workspaceId) => ({ name: "hooks.relay", payload: { v: 1, workspaceId } }));
    if (jobs.length > 0) await enqueue.add(jobs);
  }
  return {
    appended(events) {
      hint(events).catch((error: unknown) => log.info("hook_hint_lost", { error: error as Error }));
    },
  };
}

/** What integrators are told of an event, in full: the things it is about as they are now. */
export function hookPayloads(inbox: Inbox, present: InboxPresenter) {
  return async ({
    workspaceId,
    data,
    conversationId,
  }: SequencedEvent): Promise<Record<string, unknown> | undefined> => {
    const { message_id: messageId, contact_id: contactId, ...rest } = data;
    const conversation =
      conversationId === undefined ? undefined : await inbox.conversation(workspaceId, conversationId);
    if (conversationId !== undefined && !conversation) return undefined;
    if (typeof messageId === "string") {
      const message = await inbox.message(workspaceId, messageId);
      if (!message || !conversation) return undefined;
      return { ...rest, message: present.message(message), conversation: conversationDto(conversation) };
    }
    if (conversation) return { ...rest, conversation: conversationDto(conversation) };
    if (typeof contactId === "string") {
      const contact = await inbox.contacts.find(workspaceId, contactId);
      return contact && { ...rest, contact: contactDto(contact) };
    }
    return rest;
  };
}
