import { createHash } from "node:crypto";
import { AppError } from "../../core/errors.js";
import type { Author } from "../../core/message.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { HistoryRepo } from "../repos/history.js";
import type { Fresh } from "../repos/messages.js";
import type { Seals } from "../repos/seals.js";
import { externalKeyOf } from "./blindKeys.js";

export interface HistoryInput {
  workspaceId: string;
  conversationId: string;
  author: Author;
  text: string;
  /** A private note. */
  note?: boolean | undefined;
  mentions?: readonly string[] | undefined;
  /** The id under which the provider knows it; null for notes. */
  externalId: string | null;
  /** The same key is the same message: it is there once. */
  key: string;
  at: Date;
}

/**
 * Puts something of ours that was said earlier into a conversation: read long ago, and never sent. Figures and events
 * follow as for any message. Throws AppError `not_found`.
 */
export function addHistory(deps: {
  history: HistoryRepo;
  conversations: ConversationRepo;
  settle(fresh: readonly Fresh[]): Promise<void>;
  seals: Seals;
}): (input: HistoryInput) => Promise<{ id: string }> {
  return async ({ workspaceId, conversationId, author, text, note = false, mentions = [], externalId, key, at }) => {
    const route = await deps.conversations.route(workspaceId, conversationId);
    if (!route) throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
    const { accountId } = route;
    const external =
      externalId === null
        ? null
        : { id: externalId, key: await externalKeyOf(deps.seals, workspaceId, accountId, externalId) };
    const { id, fresh } = await deps.history.insert({
      ...{ workspaceId, accountId, conversationId, author, external, mentions, at },
      direction: note ? "note" : "out",
      content: { kind: "text", text },
      requestKey: createHash("sha256").update(`history/${workspaceId}/${conversationId}/${key}`).digest("base64url"),
    });
    if (fresh) await deps.settle([fresh]);
    return { id };
  };
}
