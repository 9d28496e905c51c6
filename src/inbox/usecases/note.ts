import { AppError } from "../../core/errors.js";
import type { Author } from "../../core/message.js";
import type { Clock } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Fresh, MessageRepo } from "../repos/messages.js";
import type { Message } from "../types.js";

export interface NoteInput {
  workspaceId: string;
  conversationId: string;
  author: Author;
  text: string;
  /** Members it speaks to; the caller has checked that they are there. */
  mentions: readonly string[];
}

/** Writes a private note into a conversation: everybody of the workspace sees it, the customer never does. */
export function note(deps: {
  conversations: ConversationRepo;
  messages: MessageRepo;
  settle(fresh: readonly Fresh[]): Promise<void>;
  clock: Clock;
}): (input: NoteInput) => Promise<Message> {
  const { conversations, messages, settle, clock } = deps;
  return async ({ workspaceId, conversationId, ...rest }) => {
    const route = await conversations.route(workspaceId, conversationId);
    if (!route) throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
    const { message, fresh } = await messages.insertNote({
      workspaceId,
      conversationId,
      accountId: route.accountId,
      ...rest,
      now: clock.now(),
    });
    await settle([fresh]);
    return message;
  };
}
