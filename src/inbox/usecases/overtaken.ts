import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../core/errors.js";
import type { Author } from "../../core/message.js";
import type { Clock } from "../../core/ports.js";
import { writerOf } from "../repos/conversationFigures.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Message } from "../types.js";

/** Somebody else of us wrote to the customer first. */
export class Overtaken extends AppError {
  constructor(readonly by: Message) {
    super("overtaken", "Somebody else answered meanwhile. Read it, then send again if it is still wanted.");
    this.name = "Overtaken";
  }
}

/** Whoever took the turn stores the message right after; this many looks, each so long apart, are enough to see it. */
const looks = { most: 6, everyMs: 40 };

/**
 * Takes the turn to write to the customer after a message that was seen. One document decides, so that of two who write at
 * once the second one is told. Throws Overtaken, or AppError `unprocessable` (a message of another conversation).
 */
export async function turnTaken(
  { conversations, messages, clock }: { conversations: ConversationRepo; messages: MessageRepo; clock: Clock },
  {
    workspaceId,
    conversationId,
    author,
    seen,
  }: {
    workspaceId: string;
    conversationId: string;
    author: Author;
    seen: string;
  },
): Promise<void> {
  const last = await messages.find(workspaceId, seen);
  if (last?.conversationId !== conversationId) {
    const message = "The message that was seen is not in this conversation.";
    throw new AppError("unprocessable", message, {
      reason: "message_unknown",
      errors: [{ pointer: "/seen_message_id", message }],
    });
  }
  const now = clock.now();
  const taken = await conversations.takeTurn(workspaceId, conversationId, writerOf(author), last.createdAt, now);
  for (let look = 0; look < (taken ? 1 : looks.most); look++) {
    if (look > 0) await sleep(looks.everyMs);
    const id = await messages.writtenAfter(workspaceId, last, author);
    const by = id === undefined ? undefined : await messages.find(workspaceId, id);
    if (by) throw new Overtaken(by);
  }
  // What the other one began came to nothing (refused, taken back): the turn is free.
  if (!taken) await conversations.takeTurn(workspaceId, conversationId, writerOf(author), now, now);
}
