import { coalesce } from "../../core/coalesce.js";
import { mediaOf, textOf } from "../../core/message.js";
import type { Clock, DomainEvent, Enqueue, Publish } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { FileRepo, NewFile } from "../repos/files.js";
import { fileIdOf } from "../repos/messageRow.js";
import type { Fresh, MessageRepo } from "../repos/messages.js";

interface Deps {
  conversations: ConversationRepo;
  messages: MessageRepo;
  files: FileRepo;
  publish: Publish;
  enqueue: Enqueue;
  clock: Clock;
}

/** Messages settled in one pass: bounds its memory and the size of a bulk write. */
const together = 200;

/**
 * Does what follows from new messages: counts them into their conversations, remembers their files and has them fetched,
 * tells of them. Every step is idempotent, so whoever finds a message unsettled may do it again. Calls at the same time
 * share their round trips.
 */
export function settle(deps: Deps): (fresh: readonly Fresh[]) => Promise<void> {
  const { conversations, messages, files, publish, enqueue, clock } = deps;

  async function settleAll(fresh: readonly Fresh[]): Promise<void> {
    const now = clock.now();
    const expected = fresh.flatMap(filesOf);
    await Promise.all([
      conversations.countIn(
        fresh
          .filter((one) => one.partOf === null)
          .map((one) => ({
            conversationId: one.conversationId,
            workspaceId: one.workspaceId,
            messageId: one.id,
            direction: one.direction,
            kind: one.content.kind,
            text: textOf(one.content),
            author: one.author,
            mentions: one.mentions,
            history: one.history,
            at: one.at,
          })),
      ),
      files.expect(expected, now),
    ]);
    await publish(told(fresh, now));
    if (expected.length > 0) {
      await enqueue.add(expected.map(fetchJob));
    }
    await messages.settle(fresh.map((one) => one.id));
  }

  const shared = coalesce<readonly Fresh[], undefined>(
    async (calls) => {
      await settleAll(calls.flat());
      return calls.map(() => undefined);
    },
    { maxBatch: together, weigh: (fresh) => fresh.length },
  );
  return async (fresh) => {
    if (fresh.length > 0) await shared(fresh);
  };
}

/** The job that brings a file here. */
export const fetchJob = ({ id, workspaceId }: Pick<NewFile, "id" | "workspaceId">) => ({
  name: "media.fetch",
  payload: { v: 1, workspaceId, fileId: id },
});

/** The job that looks at a conversation's lane. */
export const drainJob = (workspaceId: string, conversationId: string) => ({
  name: "outbound.drain",
  payload: { v: 1, workspaceId, conversationId },
});

/** The files of a customer's message that are still with the provider. */
export function filesOf(fresh: Fresh): NewFile[] {
  if (fresh.direction === "note" || (fresh.content.kind === "album" && fresh.direction === "in")) return [];
  return mediaOf(fresh.content).flatMap((ref, index) =>
    ref.source.startsWith("upload:")
      ? []
      : [
          {
            id: fileIdOf(fresh.id, index, ref.source),
            workspaceId: fresh.workspaceId,
            accountId: fresh.accountId,
            conversationId: fresh.conversationId,
            messageId: fresh.id,
            ref,
          },
        ],
  );
}

/** The events that tell of new messages. Their ids follow from the messages: telling it twice is telling it once. */
function told(fresh: readonly Fresh[], now: Date): DomainEvent[] {
  const here = new Set(fresh.map((one) => one.id));
  return fresh.flatMap((one) => {
    // A picture is part of its album; only when the album was told of before, it has changed.
    if (one.partOf !== null && here.has(one.partOf)) return [];
    return [
      {
        id: one.id.replace(/^msg_/, "evt_"),
        workspaceId: one.workspaceId,
        type: one.partOf === null ? typeOf(one) : "message.updated",
        at: now,
        conversationId: one.conversationId,
        data: {
          message_id: one.partOf ?? one.id,
          ...(one.contactId === undefined ? {} : { contact_id: one.contactId }),
          ...(one.direction === "in" || author(one) === null ? {} : { by: one.author.kind, by_id: author(one) }),
          ...(one.mentions.length > 0 ? { mentions: [...one.mentions] } : {}),
        },
      },
    ];
  });
}

const author = (one: Fresh) => ("id" in one.author ? one.author.id : null);

function typeOf({ direction, author }: Fresh): string {
  if (direction === "in") return "message.received";
  if (direction === "note") return "note.created";
  return author.kind === "business" ? "message.sent" : "message.created";
}
