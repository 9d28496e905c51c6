import type { InboundEvent, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import type { Content, ReplyReference } from "../../core/message.js";
import { Malformed } from "../contract.js";
import { compact, count, id, record, text, type Raw } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { momentOf } from "../shared/time.js";
import { guestRef } from "./guest.js";
import { contentsOf, referralOf } from "./normalizeContent.js";
import { choiceOf, happeningOf, leadSummary } from "./normalizeHappening.js";

const emojis: Record<string, string> = {
  smile: "😆",
  angry: "😠",
  sad: "😢",
  wow: "😮",
  love: "❤",
  like: "👍",
  dislike: "👎",
};

/** Where an event is from: the entry's page, its time, and whether another application has the conversation. */
interface Place {
  self: ExternalId;
  time: unknown;
  standby: boolean;
}

/** Reads one webhook of a page's application: every entry, every event, also of several pages. */
export function normalize(payload: unknown, self: ExternalId): InboundEvent[] {
  const body = record(payload);
  if (!body) throw new Malformed("body");
  if (!Array.isArray(body.entry) || body.entry.length === 0) throw new Malformed("entry");
  return body.entry.flatMap((given: unknown) => {
    const entry = record(given);
    if (!entry) return [notice({ self, time: undefined, standby: false }, given, "An entry could not be read.")];
    const place = { self: id(entry.id) ?? self, time: entry.time };
    const events = [
      ...items(entry.messaging).flatMap((one) => eventsOf(one, { ...place, standby: false })),
      ...items(entry.standby).flatMap((one) => eventsOf(one, { ...place, standby: true })),
      ...items(entry.changes).flatMap((one) => changeOf(one, { ...place, standby: false })),
    ];
    return events.length > 0 ? events : [notice({ ...place, standby: false }, entry, "An entry without events came.")];
  });
}

const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A change of the page; Meta's samples, and some subscriptions, put the events of conversations there as well. */
function changeOf(given: unknown, place: Place): InboundEvent[] {
  const change = record(given);
  const value = record(change?.value);
  if (value && record(value.sender) && record(value.recipient)) return eventsOf(value, place);
  const name = text(change?.field);
  if (value && name === "leadgen") return [notice(place, given, leadSummary(value))];
  if (value && name?.startsWith("messaging_")) {
    const person = idOf(value.sender) ?? idOf(value.from) ?? id(value.psid) ?? id(value.user_id);
    const event = { sender: { id: person }, recipient: { id: place.self }, timestamp: value.timestamp, [name]: value };
    if (person !== undefined) return eventsOf(event, place);
  }
  const what = [text(value?.item), text(value?.verb)].filter(Boolean).join(" ");
  const field = `${text(change?.field) ?? "unknown"}${what === "" ? "" : ` (${what.slice(0, 100)})`}`;
  return [notice(place, given, `Something changed on the page: ${field}.`)];
}

/** Something about the account, or that nobody can be named for. */
function notice({ self, time }: Place, raw: unknown, summary: string): InboundEvent {
  return {
    ...base({ self, time, standby: false }, { chat: self, user: self }, undefined, raw),
    eventKey: stableId("notice", raw),
    type: "account",
    notice: { about: "other", summary },
  };
}

function base(place: Place, peer: Peer, timestamp: unknown, raw: unknown) {
  const own = momentOf(timestamp, "ms");
  const moment = own.timeUnknown ? momentOf(place.time, "ms") : own;
  return { v: 1 as const, channel: "messenger", accountRef: place.self, peer, ...moment, raw };
}

function eventsOf(given: unknown, place: Place): InboundEvent[] {
  const event = record(given);
  if (!event) return [notice(place, given, "An event could not be read.")];
  const message = record(event.message);
  const [sender, recipient] = [idOf(event.sender), idOf(event.recipient)];
  // Receipts and echoes of older versions name the page as the sender without saying that they are echoes.
  const byPage =
    message?.is_echo === true || (sender === place.self && recipient !== undefined && recipient !== sender);
  const person = byPage ? (recipient ?? sender) : sender;
  const common = (name: string) => ({
    ...base(place, { chat: person ?? place.self, user: person ?? place.self }, event.timestamp, given),
    eventKey: name,
  });
  const policy = record(event["policy-enforcement"]) ?? record(event.policy_enforcement);
  if (policy) return [{ ...common(stableId("policy", given)), type: "account", notice: policyNotice(policy) }];
  if (person === undefined) {
    const checkbox = guestRef(record(event.optin)?.user_ref);
    // Words of nobody stand in the page's own thread.
    if (message) return messages(message, false, place, common);
    if (checkbox === undefined) return [notice(place, given, nobodySummary(event))];
    return eventsOf({ ...event, sender: { user_ref: record(event.optin)?.user_ref } }, place);
  }

  if (message) return [...met(event, person, common), ...messages(message, byPage, place, common)];
  const edit = record(event.message_edit);
  const editedId = text(edit?.mid);
  if (edit && editedId) {
    const content: Content = { kind: "text", text: text(edit.text) ?? "" };
    const key = `edit:${editedId}:${count(edit.num_edit) ?? 0}`;
    return [{ ...common(key), type: "edit", target: editedId, content }];
  }
  const reaction = record(event.reaction);
  const target = text(reaction?.mid);
  if (reaction && target) {
    const name = text(reaction.reaction);
    const emoji = reaction.action === "unreact" ? null : (text(reaction.emoji) ?? emojis[name ?? ""] ?? name ?? "👍");
    const key = `reaction:${target}:${person}:${emoji ?? ""}:${common("").at}`;
    const all = common(key);
    // A reaction of the page itself, given in its own inbox, is one of ours.
    return [{ ...all, peer: byPage ? { ...all.peer, user: place.self } : all.peer, type: "reaction", target, emoji }];
  }
  if (record(event.delivery) ?? record(event.read)) return receipts(event, person, given, common, place);
  return [spoken(event, person, given, place, common)];
}

/** A person's id; whoever has none yet, in the chat plugin of a web site, is known by a reference. */
const idOf = (value: unknown) => id(record(value)?.id) ?? guestRef(record(value)?.user_ref);

function nobodySummary(event: Raw): string {
  if (event.app_roles !== undefined) return "The roles of the page's applications changed.";
  const known = ["sender", "recipient", "timestamp"];
  const name = Object.keys(event).find((one) => !known.includes(one));
  return `An event came that names nobody${name === undefined ? "" : `: ${name.slice(0, 64)}`}.`;
}

type Common = (eventKey: string) => ReturnType<typeof base> & { eventKey: string };

/** One message; with several attachments one for each, held together by the message's id. */
function messages(message: Raw, echo: boolean, place: Place, common: Common): InboundEvent[] {
  const mid = text(message.mid) ?? stableId("message", common("").raw);
  const replyTo = replyOf(record(message.reply_to));
  const removed = message.is_deleted === true;
  if (removed) return [{ ...common(`removal:${mid}`), type: "removal", target: mid }];
  const contents = contentsOf(message);
  return contents.map((content, index) => {
    const externalId = index === 0 ? mid : `${mid}#${index}`;
    return {
      ...common(`message:${externalId}`),
      type: "message",
      message: compact({
        externalId,
        direction: echo ? ("echo" as const) : ("in" as const),
        content,
        replyTo,
        referral: referralOf(message.referral),
        groupId: contents.length > 1 ? mid : undefined,
        correlation: echo ? text(message.metadata) : undefined,
        standby: place.standby ? (true as const) : undefined,
      }),
    };
  });
}

/** The message that is answered, or the story, of which there is only its address. */
function replyOf(given: Raw | undefined): ReplyReference | undefined {
  const answered = text(given?.mid);
  if (answered !== undefined) return { externalId: answered };
  const story = record(given?.story);
  return story && compact({ externalId: `story:${id(story.id) ?? ""}`, quote: text(story.url) });
}

/** Who ticked a checkbox on a web site writes for the first time: until now there was but a reference. */
function met(event: Raw, person: string, common: Common): InboundEvent[] {
  const guest = guestRef(record(event.prior_message)?.identifier);
  if (guest === undefined || guest === person) return [];
  const peer = { chat: guest, user: guest };
  return [{ ...common(`moved:${guest}:${person}`), peer, type: "moved", newChat: person }];
}

/** Watermarks, and the messages that are named beside them. */
function receipts(event: Raw, person: string, given: unknown, common: Common, place: Place): InboundEvent[] {
  const status = event.read === undefined ? "delivered" : "read";
  const told = record(event.read) ?? record(event.delivery) ?? {};
  const mids = [...items(told.mids), told.mid].filter((mid) => typeof mid === "string" && mid !== "") as string[];
  const events: InboundEvent[] = mids.map((mid) => ({
    ...common(`${status}:${mid}`),
    type: "receipt",
    receipt: { target: { id: mid }, status },
  }));
  const upTo = momentOf(told.watermark, "ms");
  if (!upTo.timeUnknown) {
    const key = `${status}:${person}:${upTo.at}`;
    events.push({ ...common(key), type: "receipt", receipt: { target: { upTo: upTo.at }, status } });
  }
  return events.length > 0 ? events : [notice(place, given, "A receipt came that says nothing.")];
}

/** Everything else that belongs into the thread. */
function spoken(event: Raw, person: string, given: unknown, place: Place, common: Common): InboundEvent {
  const postback = record(event.postback);
  const mid = text(postback?.mid);
  const externalId = mid ?? stableId(`event:${person}`, given);
  const { content, referral } = postback
    ? { content: choiceOf(postback), referral: referralOf(postback.referral) }
    : happeningOf(event);
  return {
    ...common(`message:${externalId}`),
    type: "message",
    message: compact({
      externalId,
      direction: "in" as const,
      content,
      referral,
      standby: place.standby ? (true as const) : undefined,
    }),
  };
}

function policyNotice(policy: Raw) {
  const reason = text(policy.reason);
  const because = reason ? ` ${reason}` : "";
  const action = text(policy.action)?.toLowerCase();
  if (action === "block") {
    return { about: "health" as const, state: "suspended" as const, cause: `Meta blocked the page.${because}` };
  }
  if (action === "unblock") {
    return { about: "health" as const, state: "ok" as const, cause: "Meta lets the page write again." };
  }
  return { about: "health" as const, state: "degraded" as const, cause: `Meta warned the page.${because}` };
}
