import type { BlobStore, Clock, Publish } from "../core/ports.js";
import type { ConversationRepo } from "./repos/conversations.js";
import { erasureRepo, type ErasureModels, type ErasureRepo } from "./repos/erasure.js";
import { historyRepo } from "./repos/history.js";
import type { Fresh } from "./repos/messages.js";
import type { Seals } from "./repos/seals.js";
import { addHistory } from "./usecases/addHistory.js";
import { chatKeyOf } from "./usecases/blindKeys.js";
import { eraseAccount } from "./usecases/eraseAccount.js";

/** What can be done with everything that came and went over one account. */
export interface AccountData {
  addHistory: ReturnType<typeof addHistory>;
  eraseAccount: ReturnType<typeof eraseAccount>;
  /** The open conversation with a chat of an account, by the provider's id. */
  conversationWith(workspaceId: string, accountId: string, chat: string): Promise<string | undefined>;
  /** Those who wrote to an account last, as its provider knows them. */
  peopleOf: ErasureRepo["people"];
}

export function accountData(deps: {
  models: ErasureModels;
  conversations: ConversationRepo;
  settle(fresh: readonly Fresh[]): Promise<void>;
  blobs: BlobStore;
  forget(workspaceId: string, conversationIds: readonly string[]): Promise<void>;
  publish: Publish;
  seals: Seals;
  clock: Clock;
}): AccountData {
  const { models, conversations, settle, blobs, forget, publish, seals, clock } = deps;
  const erasure = erasureRepo(models, seals);
  return {
    addHistory: addHistory({ history: historyRepo(models.messages, seals), conversations, settle, seals }),
    eraseAccount: eraseAccount({ erasure, blobs, forget, publish, clock }),
    async conversationWith(workspaceId, accountId, chat) {
      const key = await chatKeyOf(seals, workspaceId, accountId, chat);
      return (await conversations.openOf([key])).get(key)?.id;
    },
    peopleOf: erasure.people,
  };
}
