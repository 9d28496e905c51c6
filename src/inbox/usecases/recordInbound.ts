import type { InboundEvent } from "../../core/events.js";
import { textOf } from "../../core/message.js";
import type { Clock, DomainEvent, Log, Publish } from "../../core/ports.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { MessageRepo, Stored } from "../repos/messages.js";
import type { Chat, PeopleRepo } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";

/** One event of a channel account, as it came off the queue. */
export interface AcceptedEvent {
  workspaceId: string;
  accountId: string;
  event: InboundEvent;
}

interface Deps {
  people: PeopleRepo;
  conversations: ConversationRepo;
  messages: MessageRepo;
  seals: Seals;
  publish: Publish;
  clock: Clock;
  log: Log;
}

type MessageEvent = Extract<InboundEvent, { type: "message" }>;
interface Incoming {
  accepted: AcceptedEvent;
  event: MessageEvent;
  chatKey: string;
  externalKey: string;
  replyKey: string | null;
}

/** Blind form of a chat of an account. */
export const chatKeyOf = (seals: Seals, workspaceId: string, accountId: string, chat: string) =>
  seals.blind(workspaceId, "chat", `${accountId}/${chat}`);

/** Blind form of a provider's message id. */
export const externalKeyOf = (seals: Seals, workspaceId: string, accountId: string, externalId: string) =>
  seals.blind(workspaceId, "message", `${accountId}/${externalId}`);

/**
 * Puts what channels told us into the inbox. Takes the events of many jobs at once, in order, and does each step for all
 * of them in one round trip. It may die at any line and run again: messages are stored under a unique key, counted once,
 * and published under ids that follow from the message.
 */
export function recordInbound(deps: Deps): (accepted: readonly AcceptedEvent[]) => Promise<void> {
  const { people, conversations, messages, seals, publish, clock, log } = deps;

  async function incoming(accepted: AcceptedEvent): Promise<Incoming | undefined> {
    const { workspaceId, accountId, event } = accepted;
    if (event.type !== "message") return undefined;
    const replied = event.message.replyTo?.externalId;
    const [chatKey, externalKey, replyKey] = await Promise.all([
      chatKeyOf(seals, workspaceId, accountId, event.peer.chat),
      externalKeyOf(seals, workspaceId, accountId, event.message.externalId),
      replied === undefined ? null : externalKeyOf(seals, workspaceId, accountId, replied),
    ]);
    return { accepted, event, chatKey, externalKey, replyKey };
  }

  /** The open conversation of every chat, opening what is new. */
  async function conversationsOf(all: readonly Incoming[]) {
    const keys = [...new Set(all.map((one) => one.chatKey))];
    const known = await conversations.openOf(keys);
    const unknown = keys.filter((key) => !known.has(key));
    if (unknown.length === 0) return known;

    const now = clock.now();
    const first = new Map(all.map((one) => [one.chatKey, one] as const).reverse());
    const chats = unknown.map((chatKey): Chat & { event: MessageEvent } => {
      const { accepted, event } = first.get(chatKey)!;
      return { workspaceId: accepted.workspaceId, accountId: accepted.accountId, chatKey, peer: event.peer, event };
    });
    const owners = await people.ensure(chats, now);
    await conversations.ensureOpen(
      chats.map((chat) => ({
        workspaceId: chat.workspaceId,
        accountId: chat.accountId,
        channel: chat.event.channel,
        chatKey: chat.chatKey,
        ...owners.get(chat.chatKey)!,
        at: instant(chat.event, now),
      })),
      now,
    );
    return conversations.openOf(keys);
  }

  async function recordMessages(all: readonly Incoming[]): Promise<void> {
    const now = clock.now();
    const byChat = await conversationsOf(all);
    const stored = await messages.insertInbound(
      all.map(({ accepted, event, chatKey, externalKey, replyKey }) => ({
        workspaceId: accepted.workspaceId,
        accountId: accepted.accountId,
        conversationId: byChat.get(chatKey)!.id,
        externalKey,
        replyKey,
        message: event.message,
        at: instant(event, now),
      })),
      now,
    );
    const fresh = uniqueBy(all, (one) => one.externalKey)
      .map((one) => ({ one, row: stored.get(one.externalKey) }))
      .filter((pair): pair is { one: Incoming; row: Stored } => pair.row?.unsettled === true);
    if (fresh.length === 0) return;

    await conversations.count(
      fresh.map(({ one: { event }, row }) => ({
        conversationId: row.conversationId,
        workspaceId: row.workspaceId,
        messageId: row.id,
        direction: event.message.direction === "echo" ? "out" : "in",
        kind: event.message.content.kind,
        text: textOf(event.message.content),
        at: instant(event, now),
      })),
    );
    await publish(fresh.map(({ one, row }) => received(one, row, now)));
    await messages.settle(fresh.map(({ row }) => row.id));
  }

  return async (accepted) => {
    const all = (await Promise.all(accepted.map(incoming))).filter((one) => one !== undefined);
    if (all.length > 0) await recordMessages(all);
    for (const { workspaceId, accountId, event } of accepted) {
      if (event.type === "blocked") {
        await people.setBlocked(await chatKeyOf(seals, workspaceId, accountId, event.peer.chat), event.blocked);
      } else if (event.type !== "message") {
        log.info("event_not_shown", { type: event.type, accountId });
      }
    }
  };
}

/** The event that tells of a new message. Its id follows from the message: telling it twice is telling it once. */
function received({ event }: Incoming, row: Stored, now: Date): DomainEvent {
  return {
    id: row.id.replace(/^msg_/, "evt_"),
    workspaceId: row.workspaceId,
    type: event.message.direction === "echo" ? "message.sent" : "message.received",
    at: now,
    conversationId: row.conversationId,
    data: { message_id: row.id },
  };
}

/** A provider's time, unless it says none or nonsense: then now. A clock that runs ahead by more than a day would pin the chat to the top. */
function instant({ at, timeUnknown }: InboundEvent, now: Date): Date {
  const time = Date.parse(at);
  return timeUnknown || Number.isNaN(time) || time < 0 || time > now.getTime() + 86_400_000 ? now : new Date(time);
}

function uniqueBy<T>(list: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(list.map((item) => [key(item), item])).values()];
}
