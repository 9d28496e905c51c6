import type { InboundEvent, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { compact, id, record, text, type Raw } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { momentOf } from "../shared/time.js";
import { contentOf, referralOf } from "./normalizeContent.js";
import { peerOf, phoneOf, recipientOf, scopedIdOf, writerOf } from "./normalizePeer.js";

/** From where in a payload an event is: the number it is about, and the value its contacts stand in. */
export interface Place {
  self: ExternalId;
  value: Raw;
  /** Of the entry, in seconds, for what says no time itself. */
  time?: unknown;
}

/** The fields every event has. Without a person it is about the account itself. */
export function baseOf({ self, time }: Place, peer: Peer | undefined, timestamp: unknown, raw: unknown) {
  const own = momentOf(timestamp, "s");
  const moment = own.timeUnknown ? momentOf(time, "s") : own;
  const whom = peer ?? { chat: self, user: self };
  return { v: 1 as const, channel: "whatsapp", accountRef: self, peer: whom, ...moment, raw };
}

export function noticeOf(place: Place, raw: unknown, summary: string): InboundEvent {
  return {
    ...baseOf(place, undefined, record(raw)?.timestamp, raw),
    eventKey: stableId("notice", raw),
    type: "account",
    notice: { about: "other", summary },
  };
}

type Moved = Extract<InboundEvent, { type: "moved" }>;

/**
 * As what a message came: written by the customer, by the business on its phone, or long ago; `file`: long ago too, and a
 * message without its content may be here already.
 */
export type Source = "in" | "echo" | "history" | "file";

/** The events of one message: what it says, or what it does to an earlier one. */
export function messageEvents(message: Raw, place: Place, source: Source): InboundEvent[] {
  const context = record(message.context);
  const told = record(message.history_context);
  const business = phoneOf(record(place.value.metadata)?.display_phone_number);
  const past = source === "history" || source === "file";
  const byUs = source === "echo" || (past && (told?.from_me === true || phoneOf(message.from) === business));
  const thread = record(message.thread);
  const person = byUs ? recipientOf({ ...thread, ...message }) : writerOf(message);
  const peer = peerOf(place.value, person, text(message.group_id));
  const type = text(message.type);
  const own = id(message.id) ?? stableId("message", message);
  const base = baseOf(place, peer, message.timestamp, message);
  const edit = type === "edit" ? record(message.edit) : undefined;
  const edited = text(edit?.original_message_id);
  if (edit && edited) {
    const content = contentOf(record(edit.message) ?? {});
    return [{ ...base, eventKey: `edit:${own}`, type: "edit", target: edited, content }];
  }
  const revoked = type === "revoke" ? text(record(message.revoke)?.original_message_id) : undefined;
  if (revoked) return [{ ...base, eventKey: `revoke:${own}`, type: "removal", target: revoked }];
  const reaction = type === "reaction" ? record(message.reaction) : undefined;
  const reactedTo = text(reaction?.message_id);
  if (reaction && reactedTo) {
    // A reaction of the business itself, from its phone, is one of ours.
    const emoji = text(reaction.emoji) ?? null;
    const by = byUs ? { ...base, peer: { ...base.peer, user: place.self } } : base;
    return [{ ...by, eventKey: `reaction:${own}`, type: "reaction", target: reactedTo, emoji }];
  }
  const answered = text(context?.id);
  const forwarded = context?.forwarded === true || context?.frequently_forwarded === true;
  const content = contentOf(message);
  const said: InboundEvent = {
    ...base,
    eventKey: `message:${own}`,
    type: "message",
    message: compact({
      externalId: own,
      direction: byUs ? ("echo" as const) : ("in" as const),
      content,
      replyTo: answered === undefined ? undefined : { externalId: answered },
      forwardedFrom: forwarded ? "Somebody else" : undefined,
      referral: referralOf(message),
      senderName: base.peer.group ? base.peer.name : undefined,
      history: past ? (true as const) : undefined,
    }),
  };
  if (source === "file") {
    return [said, { ...base, eventKey: `completion:${own}`, type: "edit", target: own, content, completes: true }];
  }
  const moved = type === "system" ? moves(message, place, base.peer) : undefined;
  // The notice belongs where the conversation goes on.
  return moved ? [{ ...said, peer: { ...moved.peer, chat: moved.newChat, user: moved.newChat } }, moved] : [said];
}

/** The person has another phone or another business-scoped id from now on. */
function moves(message: Raw, place: Place, peer: Peer): Moved | undefined {
  const system = record(message.system) ?? {};
  const phone = phoneOf(system.new_wa_id) ?? phoneOf(system.wa_id);
  const user = scopedIdOf(system.user_id) ?? scopedIdOf(record(system.user_id)?.current);
  const next = phone ?? user;
  if (next === undefined || next === peer.chat) return undefined;
  return movedEvent(place, peer, { phone, user }, next, message);
}

/** The event that takes a person's history along to another id. */
export function movedEvent(
  place: Place,
  peer: Peer,
  to: { phone?: string | undefined; user?: string | undefined; parent?: string | undefined },
  newChat: string,
  raw: Raw,
): Moved {
  const aliases = [
    ...(to.phone === undefined ? [] : [{ kind: "phone" as const, value: to.phone }]),
    ...(to.user === undefined ? [] : [{ kind: "user" as const, value: to.user }]),
    ...(to.parent === undefined ? [] : [{ kind: "parent" as const, value: to.parent }]),
  ];
  return {
    ...baseOf(place, { ...peer, aliases }, raw.timestamp, raw),
    eventKey: `moved:${peer.chat}:${newChat}`,
    type: "moved",
    newChat,
  };
}
