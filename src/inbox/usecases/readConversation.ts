import { AppError } from "../../core/errors.js";
import type { Clock } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { ReadMarkRepo } from "../repos/labels.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Message } from "../types.js";

interface Deps {
  conversations: ConversationRepo;
  messages: MessageRepo;
  readMarks: ReadMarkRepo;
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>): void;
  clock: Clock;
}

export interface ReadInput {
  workspaceId: string;
  conversationId: string;
  /** A member, or whoever else reads. */
  readerId: string;
  /** The last message that was read; the newest one when not said. */
  upTo?: string | undefined;
}

/**
 * Somebody has read a conversation. Returns the last message that was read; undefined when there is none. Once the newest
 * one is read, nobody has to look for new ones. Throws AppError `not_found`, `unprocessable` (a message of another conversation).
 */
export function readConversation({ conversations, messages, readMarks, ephemeral, clock }: Deps) {
  return async ({ workspaceId, conversationId, readerId, upTo }: ReadInput): Promise<Message | undefined> => {
    if (!(await conversations.route(workspaceId, conversationId))) {
      throw new AppError("not_found", "There is no such conversation.");
    }
    const [newest] = (await messages.list(workspaceId, conversationId, { limit: 1 })).items;
    const read = upTo === undefined ? newest : await messages.find(workspaceId, upTo);
    if (!read || read.conversationId !== conversationId) {
      if (upTo === undefined) return undefined;
      throw new AppError("unprocessable", "That message is not in this conversation.", {
        errors: [{ pointer: "/up_to", message: "Unknown message" }],
      });
    }
    await readMarks.set({
      workspaceId,
      conversationId,
      readerId,
      messageId: read.id,
      at: read.at,
      sequence: read.sequence,
      readAt: clock.now(),
    });
    if (read.id === newest?.id) await conversations.seen(workspaceId, conversationId);
    ephemeral(workspaceId, "conversation.read", {
      conversation_id: conversationId,
      reader_id: readerId,
      message_id: read.id,
    });
    return read;
  };
}
