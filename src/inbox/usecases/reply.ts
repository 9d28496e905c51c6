import { createHash } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { textOf, type Author, type Content } from "../../core/message.js";
import type { Clock, Enqueue, Log } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Message } from "../types.js";

export interface ReplyInput {
  workspaceId: string;
  conversationId: string;
  author: Author;
  content: Content;
  /** Our id of a message of the same conversation. */
  replyTo?: string | undefined;
  /** The caller's Idempotency-Key: the same key and content give the same message. */
  idempotencyKey?: string | undefined;
}

interface Deps {
  conversations: ConversationRepo;
  messages: MessageRepo;
  enqueue: Enqueue;
  clock: Clock;
  log: Log;
}

const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("base64url");

/**
 * Stores a reply as queued and asks the conversation's lane to send it. Once this resolves the reply is not lost: when the
 * queue is down, the sweeper finds it. `replayed` is true when the same request was answered before.
 * Throws AppError: `not_found`, `unprocessable` (reply to a message that is not here), `idempotency_mismatch`.
 */
export function reply(deps: Deps): (input: ReplyInput) => Promise<{ message: Message; replayed: boolean }> {
  const { conversations, messages, enqueue, clock, log } = deps;

  async function repliedTo({ workspaceId, conversationId, replyTo }: ReplyInput) {
    if (replyTo === undefined) return null;
    const key = await messages.externalKeyOf(workspaceId, conversationId, replyTo);
    if (key === undefined) {
      throw new AppError(
        "unprocessable",
        "The message to answer is not in this conversation, or was never delivered.",
        {
          errors: [{ pointer: "/reply_to", message: "Unknown message" }],
        },
      );
    }
    return { key, messageId: replyTo };
  }

  return async (input) => {
    const { workspaceId, conversationId, author, content, idempotencyKey } = input;
    const route = await conversations.route(workspaceId, conversationId);
    if (!route) throw new AppError("not_found", "There is no such conversation.");

    const requestHash = hash({ conversationId, content, replyTo: input.replyTo ?? null });
    const { message, created, ...earlier } = await messages.insertReply({
      workspaceId,
      accountId: route.accountId,
      conversationId,
      author,
      content,
      replyTo: await repliedTo(input),
      requestKey: idempotencyKey === undefined ? null : hash({ workspaceId, author, idempotencyKey }),
      requestHash,
      now: clock.now(),
    });
    if (!created && earlier.requestHash !== requestHash) {
      throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another request.");
    }
    // Counting is idempotent, so a request that died here is finished by its repetition.
    await conversations.count([
      {
        conversationId,
        workspaceId,
        messageId: message.id,
        direction: "out",
        kind: content.kind,
        text: textOf(content),
        at: message.at,
      },
    ]);
    if (created) {
      await enqueue.add([{ name: "outbound.drain", payload: { v: 1, conversationId } }]).catch((error: unknown) => {
        // The message is safe already; a queue that is down only makes it later: the sweeper finds it.
        log.warn("reply_waits_for_sweeper", { messageId: message.id, error: error as Error });
      });
    }
    return { message, replayed: !created };
  };
}
