import { newId } from "../../core/ids.js";
import type { Clock, Enqueue } from "../../core/ports.js";
import type { AccountRepo } from "../repos/accounts.js";
import { contactTold } from "../repos/contacts.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Outbox } from "../repos/outbox.js";
import type { Chat, PeopleRepo } from "../repos/people.js";
import type { ChannelAccount } from "../types.js";
import { rowsMost } from "./changeContact.js";

interface Deps {
  accounts: AccountRepo;
  people: PeopleRepo;
  conversations: ConversationRepo;
  /** Of the contacts. */
  outbox: Outbox;
  /** Who somebody is; empty when the provider does not say. Rejects with ProviderError. */
  profile(account: ChannelAccount, chat: string): Promise<{ name?: string | undefined }>;
  clock: Clock;
}

/** The name of somebody whose messages did not bring it. Messages never wait for it. Rejects when it should be tried again. */
export function fetchProfile({ accounts, people, conversations, outbox, profile, clock }: Deps) {
  return async ({ accountId, chatKey }: { accountId: string; chatKey: string }): Promise<void> => {
    const account = await accounts.findById(accountId);
    const known = account && (await people.whoIs(chatKey));
    if (!account?.enabled || account.settings === null || !known || known.workspaceId !== account.workspaceId) return;
    const { name } = await profile(account, known.chat);
    if (name === undefined) return;
    const now = clock.now();
    const { workspaceId, contactId } = known;
    const rows = await conversations.idsWith(workspaceId, { contactId }, rowsMost);
    const told = contactTold(newId("event"), "contact.updated", contactId, now, {}, rows);
    if (await people.nameFound(chatKey, name, told, now))
      await outbox.tell([{ _id: contactId, workspaceId, tell: told }]);
  };
}

/** Has the names of these people asked for. */
export const profileJobs = (chats: readonly Chat[]) =>
  chats.map(({ workspaceId, accountId, chatKey }) => ({
    name: "contacts.profile",
    payload: { v: 1, workspaceId, accountId, chatKey },
  }));

/** Asks for names only where the channel can tell them, and never keeps a message from being stored. */
export function namelessOf(enqueue: Enqueue, tells: (channel: string) => boolean) {
  return async (chats: readonly Chat[]): Promise<void> => {
    const asked = chats.filter(({ channel }) => tells(channel));
    if (asked.length > 0) await enqueue.add(profileJobs(asked));
  };
}
