import type { InboundEvent } from "../../core/events.js";
import { newId } from "../../core/ids.js";
import type { Clock } from "../../core/ports.js";
import type { AddressBook } from "../repos/addressBook.js";
import { contactTold } from "../repos/contacts.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Outbox } from "../repos/outbox.js";
import type { Chat, PeopleRepo } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";
import { chatKeyOf } from "./blindKeys.js";
import { rowsMost } from "./changeContact.js";
import { instantOf } from "./instant.js";
import type { AcceptedEvent } from "./recordInbound.js";

/** A chat is called something, and nobody wrote. */
export type NamingEvent = AcceptedEvent & { event: Extract<InboundEvent, { type: "named" }> };

interface Deps {
  people: PeopleRepo;
  book: AddressBook;
  conversations: ConversationRepo;
  /** Of the contacts. */
  outbox: Outbox;
  seals: Seals;
  clock: Clock;
}

/**
 * New names of groups, and those of a phone's address book. A name that one of us gave always stays; that of the address book
 * is worth more than that of somebody's own profile. Who has not written yet gets theirs when they do.
 */
export function namePeople({ people, book, conversations, outbox, seals, clock }: Deps) {
  type Said = Chat & { name: string | null; at: Date; by: "group" | "address_book" };

  async function apply({ workspaceId, chatKey, by }: Said, name: string | null, contactId: string, now: Date) {
    const rows = await conversations.idsWith(workspaceId, { contactId }, rowsMost);
    const told = contactTold(newId("event"), "contact.updated", contactId, now, {}, rows);
    if (!(await people.rename(chatKey, { name, by }, told, now))) return;
    await outbox.tell([{ _id: contactId, workspaceId, tell: told }]);
    if (name !== null) return;
    // Whatever the next message says of who it is counts again, also when it is what the last one said.
    const open = (await conversations.openOf([chatKey])).get(chatKey);
    if (open) await conversations.setPeerKey(open.id, "");
  }

  return async (accepted: readonly NamingEvent[]): Promise<void> => {
    const now = clock.now();
    const said = await Promise.all(
      accepted.map(async (one): Promise<Said> => {
        const { workspaceId, accountId, event } = one;
        const { channel, peer, name, by } = event;
        const chatKey = await chatKeyOf(seals, workspaceId, accountId, peer.chat);
        return { workspaceId, accountId, channel, chatKey, peer, name, by, at: instantOf(one, now) };
      }),
    );
    const entries = said.filter(({ by }) => by === "address_book");
    const names = await book.note(entries);
    const called = new Map(entries.map((one, index) => [one, names[index]!] as const));
    const owners = await people.owners(said.map(({ chatKey }) => chatKey));
    for (const one of said) {
      const owner = owners.get(one.chatKey);
      if (owner) await apply(one, called.has(one) ? called.get(one)! : one.name, owner.contactId, now);
    }
  };
}
