import type { Clock } from "../../core/ports.js";
import type { ContactRepo } from "../repos/contacts.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Outbox } from "../repos/outbox.js";
import type { Contact } from "../types.js";
import { rowsMost } from "./changeContact.js";

interface Deps {
  contacts: ContactRepo;
  conversations: ConversationRepo;
  /** Of the contacts. */
  outbox: Outbox;
  clock: Clock;
}

/** Two contacts that are one person, and the way back. Throws AppError `not_found`, `unprocessable`, `conflict`. */
export interface ContactMerges {
  /** `from` becomes a part of `into`. Running it again finishes what a crash left. */
  merge(workspaceId: string, from: string, into: string): Promise<Contact>;
  /** Takes it back: what came with `from` is its own again. Returns `from`. */
  unmerge(workspaceId: string, from: string): Promise<Contact>;
}

export function contactMerges({ contacts, conversations, outbox, clock }: Deps): ContactMerges {
  return {
    async merge(workspaceId, from, into) {
      const rows = await conversations.idsWith(workspaceId, { contactId: from }, rowsMost);
      const told = await contacts.merge(workspaceId, from, into, clock.now(), rows);
      await conversations.giveTo(workspaceId, await contacts.identityIds(workspaceId, into), into);
      await outbox.tell([{ _id: from, workspaceId, tell: told }]);
      return (await contacts.find(workspaceId, into))!;
    },
    async unmerge(workspaceId, from) {
      const { told, identityIds } = await contacts.unmerge(workspaceId, from, clock.now(), (into) =>
        conversations.idsWith(workspaceId, { contactId: into }, rowsMost),
      );
      await conversations.giveTo(workspaceId, identityIds, from);
      await outbox.tell([{ _id: from, workspaceId, tell: told }]);
      return (await contacts.find(workspaceId, from))!;
    },
  };
}
