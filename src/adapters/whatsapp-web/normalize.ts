import { createHash } from "node:crypto";
import type { InboundEvent, Peer } from "../../core/events.js";
import type { ExternalId, IsoTime } from "../../core/ids.js";
import type { Content } from "../../core/message.js";
import { Malformed } from "../contract.js";
import { compact, number, record, records, text, type Raw } from "../shared/read.js";
import { contentOf } from "./normalizeContent.js";
import { groupNews } from "./serviceMessages.js";
import { addressOf, isGroup, peerOf, servicePeer } from "./people.js";

/** What every reader gets: the payload with its parts, and whose account it came over. */
interface Heard {
  payload: Raw;
  type: string;
  data: Raw;
  self: ExternalId;
}

type Reader = (heard: Heard) => InboundEvent | InboundEvent[] | undefined;

/** Payload types that we read; every other one becomes a message of kind `unsupported`. */
const readers: Readonly<Record<string, Reader>> = {
  message: readMessage,
  message_create: readMessage,
  message_edit: readEdit,
  message_ack: readAck,
  message_reaction: readReaction,
  message_revoke_everyone: readRevoke,
  vote_update: readVote,
  group_join: readGroupNews,
  group_leave: readGroupNews,
  group_update: readGroupNews,
  group_admin_changed: readGroupNews,
  group_membership_request: readGroupNews,
};

/**
 * One payload of the session process, or an array of them → events. Pure. Throws Malformed only when an entry is not an
 * object with a `type`; anything else that is missing or wrong in it leaves a gap in the event, never a lost event.
 */
export function normalize(payload: unknown, self: ExternalId): InboundEvent[] {
  if (Array.isArray(payload)) return payload.flatMap((entry, index) => readEntry(entry, self, `/${index}`));
  return readEntry(payload, self, "");
}

function readEntry(entry: unknown, self: ExternalId, where: string): InboundEvent[] {
  const payload = record(entry);
  if (!payload) throw new Malformed(where === "" ? "/" : where);
  const type = text(payload.type);
  if (type === undefined) throw new Malformed(`${where}/type`);
  const heard: Heard = { payload, type, data: record(payload.data) ?? {}, self };
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return [reader?.(heard) ?? unsupported(heard)].flat();
}

function base({ payload, self }: Heard, eventKey: string, peer: Peer, time: EventTime) {
  return { v: 1 as const, eventKey, channel: "whatsapp_web", accountRef: self, peer, ...time, raw: payload };
}

/** What cannot be read is shown as such. Its key is made of what it says: it has no id of its own that could be trusted. */
function unsupported(heard: Heard): InboundEvent {
  const { payload, type, data, self } = heard;
  const digest = createHash("sha256").update(JSON.stringify(payload)).digest("base64url").slice(0, 22);
  const chat = chatOf(data);
  const peer = chat === undefined ? servicePeer(self) : peerOf(payload, chat, writerOf(data));
  return {
    ...base(heard, `ww:other:${digest}`, peer, timeOf(data.timestamp)),
    type: "message",
    message: {
      // Not the id of the message it speaks of: that message may be known already.
      externalId: `other/${digest}`,
      direction: "in",
      content: { kind: "unsupported", hint: (text(data.type) ?? type).slice(0, 64) },
    },
  };
}

function readMessage(heard: Heard): InboundEvent[] | undefined {
  const { payload, data } = heard;
  const externalId = idOf(data.id);
  const chat = chatOf(data);
  if (externalId === undefined || chat === undefined) return undefined;
  const fromMe = isFromMe(data);
  const name = text(data.notifyName);
  const peer = peerOf(payload, chat, writerOf(data), fromMe ? undefined : name);
  const time = timeOf(data.timestamp);
  // A status update is told to everybody: it is no part of a chat.
  const content: Content = chat.endsWith("@broadcast")
    ? { kind: "unsupported", hint: "status" }
    : contentOf(data, externalId);
  const quoted = idOf(record(data.quoted)?.id);
  const original = text(record(data.quoted)?.body);
  const said: InboundEvent = {
    ...base(heard, `ww:message:${externalId}`, peer, time),
    type: "message",
    message: compact({
      externalId,
      direction: fromMe ? ("echo" as const) : ("in" as const),
      content,
      replyTo: quoted === undefined ? undefined : compact({ externalId: quoted, original }),
      // WhatsApp tells that a message was forwarded, never from whom.
      forwardedFrom: data.isForwarded === true ? "unknown" : undefined,
      senderName: isGroup(chat) && !fromMe ? (text(record(payload.person)?.name) ?? name) : undefined,
      groupId: text(data.albumId),
    }),
  };
  const renames = data.type === "gp2" && data.subtype === "subject";
  return renames ? withName(heard, said, externalId) : [said];
}

/** A group with another name: the line in its thread, and the name. */
function withName(heard: Heard, said: InboundEvent, externalId: ExternalId): InboundEvent[] {
  const name = text(heard.data.body);
  if (name === undefined || !said.peer.group) return [said];
  // The title beside it may still be the one before.
  const peer: Peer = { ...said.peer, group: { title: name } };
  const time = timeOf(heard.data.timestamp);
  const named = { ...base(heard, `ww:named:${externalId}`, peer, time), type: "named" as const, name };
  return [
    { ...said, peer },
    { ...named, by: "group" },
  ];
}

function readEdit(heard: Heard): InboundEvent | undefined {
  const { payload, data } = heard;
  const target = idOf(data.id);
  const chat = chatOf(data);
  if (target === undefined || chat === undefined) return undefined;
  const edited = number(data.latestEditSenderTimestampMs);
  const content = contentOf(data, target);
  // Without a time of its own an edit is known by what it says: the same words twice are one edit.
  const version = edited ?? createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 16);
  const time = edited === undefined ? { ...timeOf(data.timestamp), timeUnknown: true as const } : timeOf(edited / 1000);
  return {
    ...base(heard, `ww:edit:${target}:${version}`, peerOf(payload, chat, writerOf(data)), time),
    type: "edit",
    target,
    content,
  };
}

/** Acknowledgements by rank: -1 failed, 0 waits, 1 taken by the server, 2 on the device, 3 read, 4 played. */
function readAck(heard: Heard): InboundEvent | undefined {
  const { payload, data } = heard;
  const target = idOf(data.id);
  const chat = chatOf(data);
  const ack = number(data.ack);
  const status = ack === undefined ? undefined : statusOf(ack);
  if (target === undefined || chat === undefined || status === undefined) return undefined;
  return {
    // WhatsApp does not say when it was delivered or read.
    ...base(heard, `ww:ack:${target}:${status}`, peerOf(payload, chat, writerOf(data)), {
      ...timeOf(data.timestamp),
      timeUnknown: true,
    }),
    type: "receipt",
    receipt: compact({
      target: { id: target },
      status,
      failure: status === "failed" ? ({ kind: "unexpected" } as const) : undefined,
    }),
  };
}

function statusOf(ack: number): "sent" | "delivered" | "read" | "failed" | undefined {
  if (ack === -1) return "failed";
  if (!Number.isInteger(ack) || ack < 1) return undefined;
  return ack === 1 ? "sent" : ack === 2 ? "delivered" : "read";
}

function readReaction(heard: Heard): InboundEvent | undefined {
  const { payload, data } = heard;
  const target = idOf(data.msgId);
  const chat = chatOf(record(data.msgId) ? { id: data.msgId } : data) ?? chatIn(target);
  const sender = addressOf(data.senderId);
  if (target === undefined || chat === undefined) return undefined;
  const emoji = text(data.reaction) ?? null;
  const time = timeOf(data.timestamp);
  const key = ["ww:reaction", target, sender ?? "", emoji ?? "", time.at].join(":");
  return {
    ...base(heard, key, peerOf(payload, chat, sender), time),
    type: "reaction",
    target,
    emoji,
  };
}

function readRevoke(heard: Heard): InboundEvent | undefined {
  const { payload, data } = heard;
  // The notice may have an id of its own and then names the message it takes back.
  const target = idOf(data.protocolMessageKey) ?? idOf(data.id);
  const chat = chatOf(data);
  if (target === undefined || chat === undefined) return undefined;
  return {
    ...base(heard, `ww:removal:${target}`, peerOf(payload, chat, writerOf(data)), {
      ...timeOf(data.timestamp),
      timeUnknown: true,
    }),
    type: "removal",
    target,
  };
}

/** A vote in a poll: all options that are selected now, none when the vote was taken back. */
function readVote(heard: Heard): InboundEvent | undefined {
  const { payload, data } = heard;
  const poll = idOf(data.parentMsgId);
  const voter = addressOf(data.voter);
  const chat = chatIn(poll);
  if (poll === undefined || voter === undefined || chat === undefined) return undefined;
  const time = timeOf((number(data.timestampMs) ?? 0) / 1000);
  const label = records(data.selectedOptions)
    .map((option) => text(option.name))
    .filter((name) => name !== undefined)
    .join(", ");
  const id = `vote/${poll}/${voter}/${number(data.timestampMs) ?? 0}`;
  return {
    ...base(heard, `ww:${id}`, peerOf(payload, chat, voter), time),
    type: "message",
    message: compact({
      externalId: id,
      direction: "in" as const,
      content: { kind: "choice_made" as const, optionId: label, label },
      replyTo: { externalId: poll },
      senderName: isGroup(chat) ? text(record(payload.person)?.name) : undefined,
    }),
  };
}

function readGroupNews(heard: Heard): InboundEvent[] | undefined {
  const { payload, type, data } = heard;
  const externalId = idOf(data.id);
  const chat = addressOf(data.chatId) ?? chatOf(data);
  if (externalId === undefined || chat === undefined) return undefined;
  const said: InboundEvent = {
    ...base(heard, `ww:message:${externalId}`, peerOf(payload, chat, addressOf(data.author)), timeOf(data.timestamp)),
    type: "message",
    message: {
      externalId,
      direction: "in",
      content: { kind: "system", summary: groupNews(text(data.type) ?? type, text(data.body)) },
    },
  };
  return data.type === "subject" ? withName(heard, said, externalId) : [said];
}

/** The id of a message: `<fromMe>_<chat>_<id>`, in a group followed by `_<writer>`. */
function idOf(value: unknown): ExternalId | undefined {
  return addressOf(value);
}

function isFromMe(data: Raw): boolean {
  return record(data.id)?.fromMe === true || idOf(data.id)?.startsWith("true_") === true;
}

/** The chat a message stands in: part of its id, else whoever of the two it went to or came from. */
function chatOf(data: Raw): string | undefined {
  return (
    addressOf(record(data.id)?.remote) ??
    chatIn(idOf(data.id)) ??
    (isFromMe(data) ? addressOf(data.to) : addressOf(data.from))
  );
}

function chatIn(id: string | undefined): string | undefined {
  return /^(?:true|false)_([^_]+@[^_]+)_/.exec(id ?? "")?.[1];
}

/** Who wrote in a group; undefined in a chat of two. */
function writerOf(data: Raw): string | undefined {
  return addressOf(data.author) ?? addressOf(record(data.id)?.participant);
}

interface EventTime {
  at: IsoTime;
  timeUnknown?: true;
}

/** WhatsApp's times are Unix seconds; what is none is unknown, from 1970 on. */
function timeOf(seconds: unknown): EventTime {
  const value = number(seconds);
  if (value === undefined || value <= 0 || value >= 2 ** 32)
    return { at: new Date(0).toISOString(), timeUnknown: true };
  return { at: new Date(Math.trunc(value * 1000)).toISOString() };
}
