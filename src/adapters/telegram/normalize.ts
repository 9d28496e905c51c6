import type { InboundEvent, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { Malformed } from "../contract.js";
import { compact, count, id, record, records, text, type Raw } from "../shared/read.js";
import { addressOf, chatRef, messageRef, ownRef } from "./chat.js";
import { contentOf, contentsOf } from "./normalizeContent.js";
import { forwardedFrom, referralOf, replyOf } from "./normalizeContext.js";
import { happeningKinds, happeningSummary, happensNowhere } from "./normalizeHappening.js";
import { emojiOf } from "./reactions.js";
import { isPrivate, nameOf, peerOf, senderName, servicePeer, writerOf } from "./normalizePeer.js";
import { timeOf, type EventTime } from "./normalizeTime.js";

/** What every event of one update shares. */
interface Envelope {
  update: Raw;
  key: string;
  self: ExternalId;
}

type Reader = (part: Raw, envelope: Envelope) => InboundEvent[];

/** Update kinds that we read; every other kind becomes a message of kind `unsupported`. */
const readers: Readonly<Record<string, Reader>> = {
  message: readMessage,
  channel_post: readMessage,
  business_message: readMessage,
  guest_message: readMessage,
  edited_message: readEdit,
  edited_channel_post: readEdit,
  edited_business_message: readEdit,
  deleted_business_messages: readRemovals,
  message_reaction: readReaction,
  callback_query: readCallback,
  my_chat_member: readMembership,
  business_connection: readBusinessConnection,
};

/** Kinds of updates that become more than a message of kind `unsupported`. */
export const updateKinds: readonly string[] = [...Object.keys(readers), ...happeningKinds];

/**
 * One update or an array of updates → events. Pure. Throws Malformed only when an entry is not an object with an
 * `update_id` (intake then reads an array entry by entry); anything else that is missing or wrong in it leaves a gap in the
 * event, never a lost event.
 */
export function normalize(payload: unknown, self: ExternalId): InboundEvent[] {
  if (Array.isArray(payload)) return payload.flatMap((update, index) => readUpdate(update, self, `/${index}`));
  return readUpdate(payload, self, "");
}

function readUpdate(payload: unknown, self: ExternalId, where: string): InboundEvent[] {
  const update = record(payload);
  if (!update) throw new Malformed(where === "" ? "/" : where);
  const updateId = id(update.update_id);
  if (updateId === undefined) throw new Malformed(`${where}/update_id`);

  const envelope: Envelope = { update, key: `tg:${updateId}`, self };
  const kind = Object.keys(update).find((key) => key !== "update_id" && record(update[key]) !== undefined);
  const part = kind === undefined ? undefined : record(update[kind]);
  const reader = kind !== undefined && Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  const events = part && reader ? reader(part, envelope) : [];
  if (events.length > 0) return events;
  const happened = part && kind !== undefined ? readHappening(kind, part, envelope) : undefined;
  if (happened) return [happened];
  const hint = kind ?? Object.keys(update).find((key) => key !== "update_id") ?? "empty update";
  return [unsupported(part ?? {}, hint, envelope)];
}

function base({ update, key, self }: Envelope, peer: Peer, time: EventTime) {
  return { v: 1 as const, eventKey: key, channel: "telegram", accountRef: self, peer, ...time, raw: update };
}

/** For what has no id but that of its update. */
const updateRef = ({ key }: Envelope) => `update/${key.slice("tg:".length)}`;

/** Something that happened in a chat and is no message of anybody: a line in the thread. */
function readHappening(kind: string, part: Raw, envelope: Envelope): InboundEvent | undefined {
  const content = happeningSummary(kind, part);
  const peer = content && (peerOf(part) ?? (happensNowhere(kind) ? servicePeer(envelope.self) : undefined));
  if (!content || !peer) return undefined;
  const message = { externalId: updateRef(envelope), direction: "in" as const, content };
  const time = timeOf(part.date, record(part.boost)?.add_date, part.remove_date);
  return { ...base(envelope, peer, time), type: "message", message };
}

function unsupported(part: Raw, hint: string, envelope: Envelope): InboundEvent {
  const peer = peerOf(part) ?? servicePeer(envelope.self);
  return {
    ...base(envelope, peer, timeOf(part.date)),
    type: "message",
    message: {
      externalId: updateRef(envelope),
      direction: "in",
      content: { kind: "unsupported", hint: hint.slice(0, 64) },
    },
  };
}

function readMessage(message: Raw, envelope: Envelope): InboundEvent[] {
  const address = addressOf(message);
  const peer = peerOf(message);
  if (!address || !peer || id(message.message_id) === undefined) return [];

  const time = timeOf(message.date);
  const moved = movedTo(message, envelope, peer, time);
  if (moved) return [moved];

  // A message without an id of its own is at least another one than those of other updates.
  const own = ownRef(address, message) ?? updateRef(envelope);
  const contents = contentsOf(message);
  const album = contents.filter(({ kind }) => kind === "media").length > 1 ? own : undefined;
  return contents.map((content, index) => ({
    ...base({ ...envelope, key: index === 0 ? envelope.key : `${envelope.key}#${index}` }, peer, time),
    type: "message",
    message: compact({
      externalId: index === 0 ? own : `${own}#${index}`,
      direction: isEcho(message, envelope.self) ? ("echo" as const) : ("in" as const),
      content,
      replyTo: replyOf(message, address),
      forwardedFrom: forwardedFrom(message),
      referral: referralOf(message),
      sequence: count(message.message_id),
      senderName: peer.group ? senderName(message) : undefined,
      groupId: id(message.media_group_id) ?? album,
    }),
  }));
}

/**
 * In a connected business account the customer is the chat, in direct messages to a channel the topic: whoever else writes
 * in it is the business.
 */
function isEcho(message: Raw, self: ExternalId): boolean {
  if (id(record(message.sender_business_bot)?.id) === self) return true;
  const customer = id(record(record(message.direct_messages_topic)?.user)?.id);
  if (customer !== undefined) return id(writerOf(message)?.id) !== customer;
  if (message.business_connection_id === undefined) return false;
  const from = id(record(message.from)?.id);
  return from !== undefined && from !== id(record(message.chat)?.id);
}

/**
 * Telegram tells it twice, once in the old chat and once in the new one; either is enough. What relays write of messages
 * may have every field there is, with 0 for none.
 */
function movedTo(message: Raw, envelope: Envelope, peer: Peer, time: EventTime): InboundEvent | undefined {
  const chatOf = (given: unknown) => (id(given) === "0" ? undefined : id(given));
  const to = chatOf(message.migrate_to_chat_id);
  if (to !== undefined) return { ...base(envelope, peer, time), type: "moved", newChat: to };
  const from = chatOf(message.migrate_from_chat_id);
  if (from === undefined) return undefined;
  return { ...base(envelope, { ...peer, chat: from }, time), type: "moved", newChat: peer.chat };
}

function readEdit(message: Raw, envelope: Envelope): InboundEvent[] {
  const address = addressOf(message);
  const peer = peerOf(message);
  const target = address && ownRef(address, message);
  if (!peer || target === undefined) return [];
  return [
    {
      ...base(envelope, peer, timeOf(message.edit_date, message.date)),
      type: "edit",
      target,
      content: contentOf(message),
    },
  ];
}

function readRemovals(deleted: Raw, envelope: Envelope): InboundEvent[] {
  const address = addressOf(deleted);
  const peer = peerOf(deleted);
  if (!address || !peer || !Array.isArray(deleted.message_ids)) return [];
  const ids = deleted.message_ids.map(id).filter((messageId) => messageId !== undefined);
  return ids.map((messageId) => ({
    // Telegram does not say when they were deleted.
    ...base({ ...envelope, key: `${envelope.key}:${messageId}` }, peer, timeOf()),
    type: "removal" as const,
    target: messageRef(address, messageId),
  }));
}

function readReaction(reaction: Raw, envelope: Envelope): InboundEvent[] {
  const address = addressOf(reaction);
  const peer = peerOf(reaction);
  const messageId = id(reaction.message_id);
  if (!address || !peer || messageId === undefined) return [];
  const before = new Set(records(reaction.old_reaction).map(emojiOf));
  const after = records(reaction.new_reaction).map(emojiOf);
  // One person may have several reactions on a message; the one that was added last is shown.
  const emoji = after.find((value) => !before.has(value)) ?? after.at(-1) ?? null;
  return [
    { ...base(envelope, peer, timeOf(reaction.date)), type: "reaction", target: messageRef(address, messageId), emoji },
  ];
}

function readCallback(query: Raw, envelope: Envelope): InboundEvent[] {
  const from = record(query.from);
  const message = record(query.message);
  const address = message && addressOf(message);
  const presser = id(from?.id);
  const peer = message ? peerOf({ ...message, from, sender_chat: undefined }) : from && peerOf({ from });
  const queryId = id(query.id);
  if (!peer || queryId === undefined || presser === undefined) return [];

  const messageId = id(message?.message_id);
  const optionId = text(query.data) ?? text(query.game_short_name) ?? "";
  return [
    {
      // The message's date is that of the buttons; when one was pressed Telegram does not say.
      ...base(envelope, peer, { ...timeOf(message?.date), timeUnknown: true }),
      type: "message",
      message: compact({
        externalId: `callback/${queryId}`,
        direction: "in" as const,
        content: { kind: "choice_made" as const, optionId, label: labelOf(message, optionId) ?? optionId },
        replyTo: address && messageId !== undefined ? { externalId: messageRef(address, messageId) } : undefined,
        senderName: peer.group ? nameOf(from) : undefined,
      }),
    },
  ];
}

/** What stands on the button that was pressed. */
function labelOf(message: Raw | undefined, data: string): string | undefined {
  const rows = record(message?.reply_markup)?.inline_keyboard;
  const buttons = (Array.isArray(rows) ? rows : []).flatMap(records);
  return text(buttons.find((button) => button.callback_data === data)?.text);
}

/** The bot's own membership: in a private chat it means blocked or unblocked, elsewhere it came or went. */
function readMembership(change: Raw, envelope: Envelope): InboundEvent[] {
  const peer = peerOf(change);
  if (!peer) return [];
  const status = text(record(change.new_chat_member)?.status) ?? "unknown";
  const event = base(envelope, peer, timeOf(change.date));
  if (isPrivate(record(change.chat) ?? {})) {
    return [{ ...event, type: "blocked", blocked: status === "kicked" || status === "left" }];
  }
  const what: Record<string, string> = {
    member: "The bot was added to the chat",
    administrator: "The bot is an administrator of the chat",
    restricted: "The bot was restricted in the chat",
    left: "The bot left the chat",
    kicked: "The bot was removed from the chat",
  };
  return [systemMessage(event, envelope, what[status] ?? "The bot's membership of the chat changed")];
}

function readBusinessConnection(connection: Raw, envelope: Envelope): InboundEvent[] {
  const user = record(connection.user);
  const chat = id(connection.user_chat_id);
  const userId = id(user?.id);
  if (chat === undefined || userId === undefined) return [];
  const peer: Peer = compact({ chat: chatRef({ chat }), user: userId, name: nameOf(user) });
  const summary =
    connection.is_enabled === false ? "The business account was disconnected" : "A business account was connected";
  return [systemMessage(base(envelope, peer, timeOf(connection.date)), envelope, summary)];
}

function systemMessage(event: ReturnType<typeof base>, envelope: Envelope, summary: string): InboundEvent {
  return {
    ...event,
    type: "message",
    message: {
      externalId: updateRef(envelope),
      direction: "in",
      content: { kind: "system", summary },
    },
  };
}
