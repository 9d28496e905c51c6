import type { Content, MediaRef, MediaRole, SharedContact } from "../../core/message.js";
import { compact, count, number, record, records, text, type Raw } from "../shared/read.js";
import { readCard } from "../shared/vcard.js";
import { groupNews, serviceSummary } from "./serviceMessages.js";

type ContentReader = (data: Raw, id: string) => Content | undefined;

const roles: Readonly<Record<string, MediaRole>> = {
  image: "image",
  video: "video",
  ptv: "video_note",
  audio: "audio",
  ptt: "voice",
  document: "document",
  sticker: "sticker",
};

/** How each type of message is read. */
const readers: Readonly<Record<string, ContentReader>> = {
  chat: textContent,
  ...Object.fromEntries(Object.keys(roles).map((type) => [type, mediaContent])),
  location: locationContent,
  vcard: contactContent,
  multi_vcard: contactContent,
  order: orderContent,
  product: productContent,
  payment: paymentContent,
  poll_creation: pollContent,
  event_creation: eventContent,
  scheduled_event_creation: eventContent,
  list_response: choiceContent,
  buttons_response: choiceContent,
  template_button_reply: choiceContent,
  interactive_response: choiceContent,
  groups_v4_invite: inviteContent,
  // What businesses send: the words are all that can be shown.
  hsm: textContent,
  list: textContent,
  interactive: textContent,
  revoked: () => ({ kind: "removed" }),
  gp2: (data) => ({ kind: "system", summary: groupNews(text(data.subtype) ?? "update", text(data.body)) }),
};

/** What a message says; `id` is the message's own. Never fails: a type we cannot show is `unsupported`, with its name. */
export function contentOf(data: Raw, id: string): Content {
  const type = text(data.type) ?? "unknown";
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  const content = read?.(data, id);
  if (content) return content;
  const summary = serviceSummary(type, data);
  if (summary !== undefined) return { kind: "system", summary };
  return { kind: "unsupported", hint: type.slice(0, 64) };
}

function textContent(data: Raw): Content | undefined {
  const words = text(data.body);
  return words === undefined ? undefined : { kind: "text", text: words };
}

function mediaContent(data: Raw, id: string): Content | undefined {
  const type = text(data.type) ?? "";
  const role = type === "video" && data.isGif === true ? "animation" : roles[type];
  if (role === undefined) return undefined;
  const media: MediaRef = compact({
    role,
    source: id,
    uniqueSource: text(data.filehash),
    mime: text(data.mimetype)?.split(";")[0]?.trim(),
    name: text(data.filename),
    bytes: count(data.size),
    width: count(data.width),
    height: count(data.height),
    seconds: secondsOf(data.duration),
  });
  // A document without words carries its own name as the caption.
  const words = text(data.body);
  const caption = words === media.name ? undefined : words;
  return compact({ kind: "media" as const, media, caption });
}

function secondsOf(duration: unknown): number | undefined {
  const seconds = typeof duration === "string" && /^\d{1,9}$/.test(duration) ? Number(duration) : number(duration);
  return seconds !== undefined && seconds >= 0 ? seconds : undefined;
}

function locationContent(data: Raw): Content | undefined {
  const place = record(data.location);
  const lat = number(place?.latitude);
  const lng = number(place?.longitude);
  if (lat === undefined || lng === undefined) return undefined;
  return compact({ kind: "location" as const, lat, lng, label: text(place?.name), address: text(place?.address) });
}

function contactContent(data: Raw): Content | undefined {
  const cards = Array.isArray(data.vCards) ? data.vCards : [];
  const contacts = cards.map((card) => contactOf(text(card) ?? "")).filter((contact) => contact !== undefined);
  return contacts.length > 0 ? { kind: "contacts", contacts } : undefined;
}

/** Who a card shows; the number on WhatsApp itself is an address there. */
function contactOf(card: string): SharedContact | undefined {
  const read = readCard(card);
  if (read === undefined) return undefined;
  const { waid, ...contact } = read;
  return compact({ ...contact, user: waid === undefined ? undefined : `${waid}@c.us` });
}

function orderContent(data: Raw): Content {
  const items = count(data.itemCount);
  const parts = [
    text(data.orderTitle) ?? text(data.title),
    items === undefined ? undefined : items === 1 ? "1 item" : `${items} items`,
    amountOf(data.totalAmount1000, data.totalCurrencyCode),
    text(data.body) ?? text(data.message),
  ];
  return { kind: "order", summary: ["Order", ...parts.filter((part) => part !== undefined)].join(" · ") };
}

function productContent(data: Raw): Content {
  const parts = [text(data.title), amountOf(data.priceAmount1000, data.currencyCode), text(data.description)];
  return { kind: "order", summary: ["Product", ...parts.filter((part) => part !== undefined)].join(" · ") };
}

function paymentContent(data: Raw): Content {
  const amount = amountOf(data.paymentAmount1000, data.paymentCurrency);
  return { kind: "order", summary: amount === undefined ? "Payment" : `Payment of ${amount}` };
}

/** WhatsApp counts thousandths of the currency's unit. */
function amountOf(thousandths: unknown, currency: unknown): string | undefined {
  const amount = number(thousandths);
  const code = text(currency);
  if (amount === undefined || code === undefined || !/^[A-Z]{3}$/.test(code)) return undefined;
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(amount / 1000).toFixed(digits)} ${code}`;
}

/** Polls and events have no kind of their own: they are read as the text a person would see. */
function pollContent(data: Raw): Content | undefined {
  const question = text(data.pollName) ?? text(data.body);
  if (question === undefined) return undefined;
  const options = records(data.pollOptions).map((option) => `• ${text(option.name) ?? ""}`);
  return { kind: "text", text: [`📊 ${question}`, ...options].join("\n") };
}

function eventContent(data: Raw): Content | undefined {
  const name = text(data.eventName) ?? text(data.body);
  if (name === undefined) return undefined;
  const start = number(data.eventStartTime);
  const when = start !== undefined && start > 0 && start < 2 ** 32 ? new Date(start * 1000).toISOString() : undefined;
  const lines = [`📅 ${name}`, when, text(data.eventDescription)].filter((line) => line !== undefined);
  return { kind: "text", text: lines.join("\n") };
}

function choiceContent(data: Raw): Content | undefined {
  const label = text(data.body) ?? text(data.title);
  const optionId = text(data.selectedRowId) ?? text(data.selectedButtonId) ?? text(data.selectedId);
  if (label === undefined && optionId === undefined) return undefined;
  return { kind: "choice_made", optionId: optionId ?? label ?? "", label: label ?? optionId ?? "" };
}

function inviteContent(data: Raw): Content {
  const group = text(record(data.inviteV4)?.groupName) ?? text(data.inviteGrpName);
  return {
    kind: "system",
    summary: group === undefined ? "Invitation to a group" : `Invitation to the group "${group}"`,
  };
}
