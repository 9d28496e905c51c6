import { AppError } from "../../core/errors.js";
import { madeAt } from "../../core/ids.js";
import type { Clock } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { ReadMarkRepo } from "../repos/labels.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Conversation, Message } from "../types.js";

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

/** How far everybody has read, and what that leaves. */
export interface Reading {
  /**
   * Somebody has read a conversation. Returns the last message that was read; undefined when there is none. Once the newest
   * one is read, nobody has to look for new ones. Throws AppError `not_found`, `unprocessable` (a message of another
   * conversation).
   */
  read(input: ReadInput): Promise<Message | undefined>;
  /** The newest messages of many conversations were read; those that are not there are left out. Returns the ids of those that are. */
  readMany(workspaceId: string, conversationIds: readonly string[], readerId: string): Promise<Set<string>>;
  /** From this message on (the customer's last when not said) a conversation is unread again for one reader. Throws as `read`. */
  unread(input: Omit<ReadInput, "upTo"> & { from?: string | undefined }): Promise<void>;
  /** The conversations with how much of each one reader has not read. One look for all of them. */
  forReader(conversations: readonly Conversation[], readerId: string | null): Promise<Conversation[]>;
  /** A member was given a conversation: from now on it counts among what they have not read, if they have not. */
  given(workspaceId: string, conversationId: string, memberId: string): Promise<void>;
  /** How many open conversations that are assigned to a member hold something they have not read. */
  unreadConversations(
    workspaceId: string,
    memberId: string | null,
    most: number,
  ): Promise<{ count: number; more: boolean }>;
  /** When a reader last had conversations before them; those never looked at are missing. */
  looksOf(conversationIds: readonly string[], readerId: string): Promise<Map<string, Date>>;
  /** The first message of the customer that a reader has not read: `count` is how many there are. */
  firstUnread(workspaceId: string, conversationId: string, count: number): Promise<string | null>;
}

/** Looks for messages end here: who has more unread than this starts there. */
const countedMost = 1_000;
const readAtOnce = 25;

export function reading({ conversations, messages, readMarks, ephemeral, clock }: Deps): Reading {
  const gone = () => new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });

  async function messageOf(workspaceId: string, conversationId: string, id: string, pointer: string): Promise<Message> {
    const message = await messages.find(workspaceId, id);
    if (message?.conversationId === conversationId) return message;
    throw new AppError("unprocessable", "That message is not in this conversation.", {
      reason: "message_unknown",
      errors: [{ pointer, message: "Unknown message" }],
    });
  }

  async function read({ workspaceId, conversationId, readerId, upTo }: ReadInput): Promise<Message | undefined> {
    // The number before the message: what comes in between stays unread rather than being missed.
    const inbound = await conversations.inbound(workspaceId, conversationId);
    if (inbound === undefined) throw gone();
    const newest = await messages.newest(workspaceId, conversationId);
    const last = upTo === undefined ? newest : await messageOf(workspaceId, conversationId, upTo, "/up_to");
    if (!last) return undefined;
    const after = last.id === newest?.id ? 0 : await messages.inboundFrom(workspaceId, last, false, countedMost);
    await readMarks.set({
      workspaceId,
      conversationId,
      readerId,
      messageId: last.id,
      at: last.at,
      sequence: last.sequence,
      inbound: Math.max(inbound - after, 0),
      readAt: clock.now(),
    });
    if (last.id === newest?.id) await conversations.seen(workspaceId, conversationId);
    if (after === 0) await conversations.noteUnseen(workspaceId, conversationId, readerId, false, inbound);
    ephemeral(workspaceId, "conversation.read", {
      conversation_id: conversationId,
      reader_id: readerId,
      message_id: last.id,
    });
    return messages.find(workspaceId, last.id);
  }

  return {
    read,

    async readMany(workspaceId, conversationIds, readerId) {
      const there = new Set<string>();
      for (let start = 0; start < conversationIds.length; start += readAtOnce) {
        await Promise.all(
          conversationIds.slice(start, start + readAtOnce).map(async (conversationId) => {
            try {
              await read({ workspaceId, conversationId, readerId });
              there.add(conversationId);
            } catch (error) {
              if (!(error instanceof AppError) || error.code !== "not_found") throw error;
            }
          }),
        );
      }
      return there;
    },

    async unread({ workspaceId, conversationId, readerId, from }) {
      const inbound = await conversations.inbound(workspaceId, conversationId);
      if (inbound === undefined) throw gone();
      const first =
        from === undefined
          ? await messages.inboundFromEnd(workspaceId, conversationId, 1)
          : await messageOf(workspaceId, conversationId, from, "/from_message_id");
      if (!first) return;
      const count = await messages.inboundFrom(workspaceId, first, true, countedMost);
      const before = await messages.before(workspaceId, first);
      await readMarks.put({
        workspaceId,
        conversationId,
        readerId,
        messageId: before?.id ?? "",
        at: before?.at ?? new Date(first.at.getTime() - 1),
        sequence: before?.sequence ?? 0,
        inbound: Math.max(inbound - count, 0),
        readAt: clock.now(),
      });
      await conversations.noteUnseen(workspaceId, conversationId, readerId, true, inbound);
      ephemeral(workspaceId, "conversation.unread", { conversation_id: conversationId, reader_id: readerId });
    },

    async forReader(list, readerId) {
      if (readerId === null || list.length === 0) return [...list];
      const marks = await readMarks.countsOf(
        list.map((one) => one.id),
        readerId,
      );
      const joined = madeAt(readerId);
      return list.map((one) => ({ ...one, unreadForMe: unreadOf(one, marks.get(one.id), joined) }));
    },

    async given(workspaceId, conversationId, memberId) {
      const one = await conversations.find(workspaceId, conversationId);
      if (!one) return;
      const mark = (await readMarks.countsOf([one.id], memberId)).get(one.id);
      const unread = unreadOf(one, mark, madeAt(memberId));
      await conversations.noteUnseen(workspaceId, conversationId, memberId, unread > 0, one.inbound);
    },

    async unreadConversations(workspaceId, memberId, most) {
      if (memberId === null) return { count: 0, more: false };
      const count = await conversations.countUnseen(workspaceId, memberId, most + 1);
      return { count: Math.min(count, most), more: count > most };
    },

    looksOf: (conversationIds, readerId) => readMarks.looksOf(conversationIds, readerId),

    async firstUnread(workspaceId, conversationId, count) {
      if (count === 0) return null;
      const first = await messages.inboundFromEnd(workspaceId, conversationId, Math.min(count, countedMost));
      return first?.id ?? null;
    },
  };
}

/** Who never looked has read nothing, save what was said before they came: of that, what nobody has answered counts. */
function unreadOf(one: Conversation, mark: number | undefined, joined: Date | undefined): number {
  if (mark !== undefined) return Math.max(one.inbound - mark, 0);
  if (joined === undefined || one.createdAt >= joined) return one.inbound;
  if (one.lastInboundAt === null || one.lastInboundAt < joined) return 0;
  return Math.min(one.inbound, Math.max(one.unread, 1));
}
