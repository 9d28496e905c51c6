import { AppError } from "../../core/errors.js";
import type { Clock } from "../../core/ports.js";
import type { BatchChange, BatchOutcome, ContactBatch } from "../repos/contactBatch.js";
import type { ContactChange } from "../repos/contactRows.js";
import type { ContactRepo } from "../repos/contacts.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Outbox } from "../repos/outbox.js";
import type { Contact } from "../types.js";

/** Conversations of one contact whose rows are told of; older ones are seen when they are looked at. */
export const rowsMost = 50;

/** Contacts made or changed by people and integrators. Throws AppError `not_found`, `conflict`. */
export function contactChanges(deps: {
  contacts: ContactRepo;
  batch: ContactBatch;
  conversations: ConversationRepo;
  /** Of the contacts. */
  outbox: Outbox;
  clock: Clock;
}) {
  const { contacts, batch, conversations, outbox, clock } = deps;
  return {
    async create(workspaceId: string, change: ContactChange): Promise<Contact> {
      const { id, told } = await contacts.create(workspaceId, change, clock.now());
      await outbox.tell([{ _id: id, workspaceId, tell: [told] }]);
      return (await contacts.find(workspaceId, id))!;
    },
    async update(workspaceId: string, id: string, change: ContactChange): Promise<Contact> {
      const rows =
        change.name === undefined ? [] : await conversations.idsWith(workspaceId, { contactId: id }, rowsMost);
      const told = await contacts.update(workspaceId, id, change, clock.now(), rows);
      if (!told) throw new AppError("not_found", "There is no such contact.", { reason: "contact_unknown" });
      await outbox.tell([{ _id: id, workspaceId, tell: told }]);
      return (await contacts.find(workspaceId, id))!;
    },
    /** Many at once, as `create` and `update` do one. By position: what became of each. */
    async putMany(workspaceId: string, changes: readonly BatchChange[]): Promise<BatchOutcome[]> {
      const renamed = changes.flatMap(({ contact, change }) => (change.name === undefined ? [] : (contact?.id ?? [])));
      const shownIn = await conversations.idsByContact(workspaceId, renamed, rowsMost * 20);
      const { outcomes, told } = await batch.put(workspaceId, changes, clock.now(), shownIn);
      await outbox.tell(told);
      return outcomes;
    },
  };
}
