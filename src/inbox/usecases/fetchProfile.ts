import type { Clock, Enqueue } from "../../core/ports.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { Chat, PeopleRepo } from "../repos/people.js";
import type { ChannelAccount } from "../types.js";

interface Deps {
  accounts: AccountRepo;
  people: PeopleRepo;
  /** Who somebody is; empty when the provider does not say. Rejects with ProviderError. */
  profile(account: ChannelAccount, chat: string): Promise<{ name?: string | undefined }>;
  clock: Clock;
}

/** The name of somebody whose messages did not bring it. Messages never wait for it. Rejects when it should be tried again. */
export function fetchProfile({ accounts, people, profile, clock }: Deps) {
  return async ({ accountId, chatKey }: { accountId: string; chatKey: string }): Promise<void> => {
    const account = await accounts.findById(accountId);
    const known = account && (await people.whoIs(chatKey));
    if (!account?.enabled || account.settings === null || !known || known.workspaceId !== account.workspaceId) return;
    const { name } = await profile(account, known.chat);
    if (name !== undefined) await people.nameFound(chatKey, name, clock.now());
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
