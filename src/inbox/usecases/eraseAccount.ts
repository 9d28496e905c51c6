import type { BlobStore, Clock, Publish } from "../../core/ports.js";
import type { ErasureRepo } from "../repos/erasure.js";

/** Conversations looked at in one go. */
const page = 50;

/**
 * Erases everything that came or went over one account: conversations, messages, notes, files, and the people who were
 * reached over no other account. The account's row stays, but nothing of it opens a conversation any more. Each conversation goes with its files first, so that whoever
 * dies in between leaves nothing that the next call does not find. Of the events only ids remain.
 */
export function eraseAccount(deps: {
  erasure: ErasureRepo;
  blobs: BlobStore;
  /** Whoever else keeps something of conversations removes it. */
  forget(workspaceId: string, conversationIds: readonly string[]): Promise<void>;
  publish: Publish;
  clock: Clock;
}): (workspaceId: string, accountId: string) => Promise<{ conversations: number }> {
  const { erasure, blobs, forget, publish, clock } = deps;

  async function removeFiles(workspaceId: string, conversationId: string): Promise<void> {
    for (;;) {
      const files = await erasure.files(conversationId, page);
      if (files.length === 0) return;
      for (const file of files) for (const key of file.blobs) await blobs.remove(workspaceId, key);
      await erasure.removeFiles(files.map(({ id }) => id));
    }
  }

  return async (workspaceId, accountId) => {
    let count = 0;
    await erasure.markErased(workspaceId, accountId, clock.now());
    for (;;) {
      const found = await erasure.conversations(workspaceId, accountId, page);
      await forget(
        workspaceId,
        found.map(({ id }) => id),
      );
      for (const { id, identityId } of found) {
        await removeFiles(workspaceId, id);
        await erasure.removePerson(workspaceId, accountId, identityId);
        await erasure.removeConversation(workspaceId, id);
      }
      count += found.length;
      const at = clock.now();
      await publish(
        found.map(({ id }) => ({
          id: `${id.replace(/^cnv_/, "evt_")}_removed`,
          workspaceId,
          type: "conversation.removed",
          at,
          conversationId: id,
          data: {},
        })),
      );
      if (found.length < page) break;
    }
    await erasure.removeRest(workspaceId, accountId);
    return { conversations: count };
  };
}
