import type { InboundEvent } from "../../core/events.js";
import type { Clock, Log } from "../../core/ports.js";
import { mediaOf, type Content, type ReplyReference } from "../../core/message.js";
import type { ConversationRepo, OpenConversation } from "../repos/conversations.js";
import type { Fresh, MessageRepo, Stored } from "../repos/messages.js";
import type { Outbox } from "../repos/outbox.js";
import type { Chat, PeopleRepo } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";
import type { ApplyChanges, ChangeEvent } from "./applyChanges.js";
import { chatKeyOf, externalKeyOf } from "./blindKeys.js";
import { instantOf } from "./instant.js";
import type { NamingEvent } from "./namePeople.js";

/** One event of a channel account, as it came off the queue. */
export interface AcceptedEvent {
  workspaceId: string;
  accountId: string;
  event: InboundEvent;
  traceId: string | null;
  /** The request that brought it, as it is kept, and when it was accepted. */
  accepted?: { id: string; at: Date } | undefined;
}

interface Deps {
  people: PeopleRepo;
  conversations: ConversationRepo;
  messages: MessageRepo;
  /** Of the conversations: new ones are told of. */
  outbox: Outbox;
  settle(fresh: readonly Fresh[]): Promise<void>;
  applyChanges: ApplyChanges;
  /** A button of ours was pressed: which option it was, when the channel carried only a stand-in of its id. */
  resolveOption(workspaceId: string, replyKey: string | null, content: Content): Promise<Content>;
  /** The provider says something about the account itself. */
  notice(accepted: AcceptedEvent & { event: Extract<InboundEvent, { type: "account" }> }): Promise<void>;
  /** What chats are called, though nobody wrote. */
  named(accepted: readonly NamingEvent[]): Promise<void>;
  /** Somebody new wrote on this channel whose name the provider did not say. */
  nameless(chats: readonly Chat[]): Promise<void>;
  /** Which of these accounts were erased with all that came over them. */
  erased(accountIds: readonly string[]): Promise<Set<string>>;
  /** The customer is typing; for whoever looks, not kept. */
  typing(accepted: AcceptedEvent, conversationId: string): void;
  seals: Seals;
  clock: Clock;
  log: Log;
}

type MessageEvent = Extract<InboundEvent, { type: "message" }>;
interface Incoming {
  accepted: AcceptedEvent;
  event: MessageEvent;
  chatKey: string;
  peerKey: string;
  externalKey: string;
  replyKey: string | null;
  albumKey: string | null;
}

/**
 * Puts what channels told us into the inbox. Takes the events of many jobs at once, in order, and does each step for all
 * of them in one round trip. It may die at any line and run again: messages are stored under a unique key, counted once,
 * and published under ids that follow from the message.
 */
export function recordInbound(deps: Deps): (accepted: readonly AcceptedEvent[]) => Promise<void> {
  const { people, conversations, messages, outbox, settle, applyChanges, seals, clock, log } = deps;

  async function incoming(accepted: AcceptedEvent): Promise<Incoming | undefined> {
    const { workspaceId, accountId, event } = accepted;
    if (event.type !== "message") return undefined;
    const { replyTo, groupId, content } = event.message;
    const [chatKey, peerKey, externalKey, replyKey] = await Promise.all([
      chatKeyOf(seals, workspaceId, accountId, event.peer.chat),
      people.peerKey(workspaceId, event.peer),
      externalKeyOf(seals, workspaceId, accountId, event.message.externalId),
      replyTo === undefined ? null : externalKeyOf(seals, workspaceId, accountId, replyTo.externalId),
    ]);
    // Only files make albums; a provider that groups texts groups nothing that we could merge.
    const grouped = groupId !== undefined && mediaOf(content).length > 0;
    const albumKey = grouped
      ? await externalKeyOf(seals, workspaceId, accountId, `album/${event.peer.chat}/${groupId}`)
      : null;
    return { accepted, event, chatKey, peerKey, externalKey, replyKey, albumKey };
  }

  const chatOf = ({ accepted, event, chatKey }: Incoming): Chat => ({
    workspaceId: accepted.workspaceId,
    accountId: accepted.accountId,
    channel: event.channel,
    chatKey,
    peer: event.peer,
  });

  /** The open conversation of every chat, opening what is new; none for chats of accounts that were erased. */
  async function conversationsOf(all: readonly Incoming[], now: Date): Promise<Map<string, OpenConversation>> {
    const last = new Map(all.filter(({ event }) => speaks(event)).map((one) => [one.chatKey, one] as const));
    const keys = [...new Set(all.map((one) => one.chatKey))];
    const known = await conversations.openOf(keys);
    const unknown = keys.filter((key) => !known.has(key));
    for (const [key, conversation] of known) {
      const one = last.get(key);
      if (!one || conversation.peerKey === one.peerKey) continue;
      await people.refresh(chatOf(one), now);
      await conversations.setPeerKey(conversation.id, one.peerKey);
    }
    if (unknown.length === 0) return known;

    // Looked at only where a chat opens: what was on its way when its account was erased must not bring it back.
    const gone = await deps.erased([...new Set(all.map(({ accepted }) => accepted.accountId))]);
    const first = new Map([...all].reverse().map((one) => [one.chatKey, one] as const));
    const opening = unknown
      .map((chatKey) => first.get(chatKey)!)
      .filter(({ accepted }) => !gone.has(accepted.accountId));
    if (opening.length === 0) return known;
    // Who the chat is says whoever speaks in it, also when an echo or a notice came before.
    const told = opening.map((one) => last.get(one.chatKey) ?? one);
    const owners = await people.ensure(told.map(chatOf), now);
    for (const one of told) {
      if (speaks(one.event) && owners.get(one.chatKey)!.before) await people.refresh(chatOf(one), now);
    }
    await deps.nameless(told.filter(({ event }) => event.peer.name === undefined && !event.peer.group).map(chatOf));
    await conversations.ensureOpen(
      opening.map((one, index) => ({
        workspaceId: one.accepted.workspaceId,
        accountId: one.accepted.accountId,
        channel: one.event.channel,
        chatKey: one.chatKey,
        peerKey: told[index]!.peerKey,
        identityId: owners.get(one.chatKey)!.identityId,
        contactId: owners.get(one.chatKey)!.contactId,
        at: instantOf(one.accepted, now),
        heardAt: speaks(one.event) ? instantOf(one.accepted, now) : null,
      })),
      now,
    );
    const opened = await conversations.openOf(unknown);
    await outbox.tell(
      [...opened.values()].map(({ id, workspaceId, tell }) => ({ _id: id, workspaceId, tell: tell ?? [] })),
    );
    return new Map([...known, ...opened]);
  }

  /** What each message answers: in the provider's words where that is from before anything was kept here. One look for all. */
  async function answersOf(all: readonly Incoming[]): Promise<(one: Incoming) => ReplyReference | undefined> {
    const repeated = ({ event }: Incoming) =>
      event.message.replyTo?.quote === undefined ? event.message.replyTo?.original : undefined;
    const here = await messages.idsOf(all.flatMap((one) => (repeated(one) === undefined ? [] : (one.replyKey ?? []))));
    const coming = new Set(all.map(({ externalKey }) => externalKey));
    return (one) => {
      const { replyTo } = one.event.message;
      const quote = repeated(one);
      if (!replyTo || quote === undefined || one.replyKey === null) return replyTo;
      return here.has(one.replyKey) || coming.has(one.replyKey) ? replyTo : { ...replyTo, quote };
    };
  }

  async function recordMessages(all: readonly Incoming[]): Promise<void> {
    const now = clock.now();
    const byChat = await conversationsOf(all, now);
    const answered = await answersOf(all);
    const given = await Promise.all(
      all
        .filter(({ chatKey }) => byChat.has(chatKey))
        .map(async (one) => {
          const { accepted, event, chatKey, externalKey, replyKey, albumKey } = one;
          return {
            workspaceId: accepted.workspaceId,
            accountId: accepted.accountId,
            conversationId: byChat.get(chatKey)!.id,
            externalKey,
            replyKey,
            albumKey,
            message: {
              ...event.message,
              content: await deps.resolveOption(accepted.workspaceId, replyKey, event.message.content),
              replyTo: answered(one),
            },
            at: instantOf(accepted, now),
            traceId: accepted.traceId,
            accepted: accepted.accepted ?? null,
            contactId: byChat.get(chatKey)!.contactId,
          };
        }),
    );
    const stored = await messages.insertInbound(given, now);
    const byKey = new Map(given.flatMap((one) => [one.albumKey, one.externalKey].map((key) => [key, one] as const)));
    const fresh = [...stored.values()].flatMap((row): Fresh[] => {
      // The first of an album speaks for it.
      const one = given.find(({ albumKey }) => albumKey === row.externalKey) ?? byKey.get(row.externalKey);
      return row.unsettled && one ? [freshOf(row, one.message.content, one)] : [];
    });
    await settle(fresh);
    await applyChanges.waitingFor([...stored.keys()]);
  }

  async function change(accepted: AcceptedEvent): Promise<void> {
    const { workspaceId, accountId, event } = accepted;
    const chatKey = await chatKeyOf(seals, workspaceId, accountId, event.peer.chat);
    if (event.type === "blocked") {
      await people.setBlocked(chatKey, event.blocked);
      await outbox.tell(await conversations.setBlocked(chatKey, event.blocked, clock.now()));
    } else if (event.type === "moved") {
      await moved(accepted, chatKey, event);
    } else if (event.type === "account") {
      await deps.notice({ ...accepted, event });
    } else if (event.type === "typing") {
      const conversation = (await conversations.openOf([chatKey])).get(chatKey);
      if (conversation) deps.typing(accepted, conversation.id);
    }
  }

  /** What chats are called. An account that was erased has no address book any more. */
  async function named(accepted: readonly AcceptedEvent[], by: "group" | "address_book"): Promise<void> {
    const naming = accepted.filter(isNaming).filter(({ event }) => event.by === by);
    if (naming.length === 0) return;
    const gone = await deps.erased([...new Set(naming.map(({ accountId }) => accountId))]);
    await deps.named(naming.filter(({ accountId }) => !gone.has(accountId)));
  }

  /** The chat goes on under another id; where only an id beside it changed, the person is known by the new one too. */
  async function moved(
    { workspaceId, accountId }: AcceptedEvent,
    chatKey: string,
    { peer, newChat, channel }: Extract<InboundEvent, { type: "moved" }>,
  ): Promise<void> {
    const newKey = await chatKeyOf(seals, workspaceId, accountId, newChat);
    const found = await people.move(chatKey, { chat: newChat, chatKey: newKey });
    if (found) {
      await conversations.move(chatKey, newKey);
      log.info("chat_moved", { accountId });
    }
    if (!peer.aliases) return;
    const chat = {
      workspaceId,
      accountId,
      channel,
      chatKey: newKey,
      peer: { ...peer, chat: newChat, name: undefined },
    };
    if (found) return people.refresh(chat, clock.now());
    const before = { ...peer, aliases: [{ kind: "user" as const, value: peer.chat }] };
    const [known] = await people.knownChats([{ ...chat, chatKey, peer: before }]);
    if (known === undefined) return;
    await people.refresh({ ...chat, chatKey: await chatKeyOf(seals, workspaceId, accountId, known) }, clock.now());
  }

  /** Events of people who come with another of their ids, as those of the chat under which they are known. */
  async function recognised(accepted: readonly AcceptedEvent[]): Promise<AcceptedEvent[]> {
    const chats = await Promise.all(
      accepted.map(async ({ workspaceId, accountId, event }) => ({
        workspaceId,
        accountId,
        channel: event.channel,
        chatKey: await chatKeyOf(seals, workspaceId, accountId, event.peer.chat),
        peer: event.type === "moved" ? { ...event.peer, aliases: [] } : event.peer,
      })),
    );
    const known = await people.knownChats(chats);
    return accepted.map((one, index) => {
      const chat = known[index];
      return chat === undefined ? one : { ...one, event: { ...one.event, peer: { ...one.event.peer, chat } } };
    });
  }

  return async (given) => {
    // A chat that moved brings its history along before anything is written in the new one.
    for (const one of given) if (one.event.type === "moved") await change(one);
    const accepted = await applyChanges.echoes(await recognised(given));
    // Who writes for the first time is looked up in the address book; a new group has to be there before it gets another name.
    await named(accepted, "address_book");
    const all = (await Promise.all(accepted.map(incoming))).filter((one) => one !== undefined);
    if (all.length > 0) await recordMessages(uniqueBy(all, (one) => one.externalKey));
    await applyChanges.of(accepted.filter(isChange));
    await named(accepted, "group");
    const last = ["blocked", "typing", "account"];
    for (const one of accepted) if (last.includes(one.event.type)) await change(one);
  };
}

function isChange(one: AcceptedEvent): one is AcceptedEvent & { event: ChangeEvent } {
  return ["edit", "removal", "reaction", "receipt"].includes(one.event.type);
}

function isNaming(one: AcceptedEvent): one is NamingEvent {
  return one.event.type === "named";
}

/** What a person wrote says who the chat is; echoes and notices of the service name others. */
function speaks({ message }: MessageEvent): boolean {
  return message.direction === "in" && message.content.kind !== "system" && message.content.kind !== "unsupported";
}

function freshOf(
  row: Stored,
  content: Content,
  given: { accountId: string; at: Date; message: MessageEvent["message"]; contactId: string },
): Fresh {
  const { accountId, at, message, contactId } = given;
  const shown: Content = row.album
    ? { kind: "album", items: [], ...("caption" in content && content.caption ? { caption: content.caption } : {}) }
    : content;
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    accountId,
    conversationId: row.conversationId,
    direction: message.direction === "echo" ? "out" : "in",
    author: message.direction === "echo" ? { kind: "business" } : { kind: "contact" },
    content: shown,
    mentions: [],
    contactId,
    partOf: row.partOf,
    history: message.history ?? false,
    at,
  };
}

function uniqueBy<T>(list: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(list.map((item) => [key(item), item])).values()];
}
