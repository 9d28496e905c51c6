import { ProviderError } from "../../core/errors.js";
import type { Content, MediaRef, MediaRole, OutboundMessage, SharedContact, TextEntity } from "../../core/message.js";
import { splitText } from "../shared/splitText.js";
import { hasDetails, writeCard } from "../shared/vcard.js";
import { parseChat, parseMessage, type ChatAddress } from "./chat.js";
import { can } from "./manifest.js";
import type { SentEntity } from "./types.js";

/** One call of the Bot API that sends something. A MediaRef among the parameters is a file that is yet to be opened. */
export interface SendCall {
  method: string;
  parameters: Record<string, unknown>;
}

const textMax = can.text.max;
const captionMax = 1024;
const albumMax = 10;
const callbackDataMaxBytes = 64;
const cardMaxBytes = 2048;

/** Role → method and name of its parameter; `caption` false where Telegram takes none. */
const mediaMethods: Readonly<Record<MediaRole, { method: string; field: string; caption: boolean }>> = {
  image: { method: "sendPhoto", field: "photo", caption: true },
  audio: { method: "sendAudio", field: "audio", caption: true },
  voice: { method: "sendVoice", field: "voice", caption: true },
  video: { method: "sendVideo", field: "video", caption: true },
  video_note: { method: "sendVideoNote", field: "video_note", caption: false },
  animation: { method: "sendAnimation", field: "animation", caption: true },
  document: { method: "sendDocument", field: "document", caption: true },
  sticker: { method: "sendSticker", field: "sticker", caption: false },
};

/** Roles that may stand in an album, with what may stand beside them: pictures with films, files and music alone. */
const albumTypes: Readonly<Partial<Record<MediaRole, { type: string; beside: string }>>> = {
  image: { type: "photo", beside: "visual" },
  video: { type: "video", beside: "visual" },
  document: { type: "document", beside: "document" },
  audio: { type: "audio", beside: "audio" },
};

/** The calls that send a message, in order. Throws ProviderError for what Telegram cannot say. Pure. */
export function callsOf(message: OutboundMessage): SendCall[] {
  const where = target(parseChat(message.chat));
  const calls = partsOf(message.content);
  if (calls.length === 0) throw new ProviderError({ kind: "refused", why: "content" }, "The message is empty.");
  const reply = replyParameters(message);
  return calls.map(({ method, parameters }, index) => ({
    method,
    parameters: { ...where, ...parameters, ...(index === 0 && reply ? { reply_parameters: reply } : {}) },
  }));
}

/** The parameters that say which chat. Telegram takes ids as numbers or strings; numbers where a double holds them. */
export function target({ chat, business, topic, direct }: ChatAddress): Record<string, unknown> {
  return {
    chat_id: asNumber(chat),
    ...(business === undefined ? {} : { business_connection_id: business }),
    ...(topic === undefined ? {} : { message_thread_id: asNumber(topic) }),
    ...(direct === undefined ? {} : { direct_messages_topic_id: asNumber(direct) }),
  };
}

function asNumber(id: string): number | string {
  return /^-?\d{1,15}$/.test(id) ? Number(id) : id;
}

function partsOf(content: Content): SendCall[] {
  switch (content.kind) {
    case "text":
      return texts(content.text, content.entities);
    case "media":
      return media(content.media, content.caption, content.entities);
    case "album":
      return album(content.items, content.caption);
    case "location":
      return [place(content)];
    case "contacts":
      return content.contacts.flatMap(contact);
    case "choices":
      return choices(content);
    default:
      throw new ProviderError(
        { kind: "unsupported", feature: content.kind },
        `Telegram has no messages of kind "${content.kind}".`,
      );
  }
}

/** Text in parts that Telegram takes. It refuses parts with nothing to see, so those are left out. */
function texts(text: string, entities?: readonly TextEntity[]): SendCall[] {
  return splitText(wellFormed(text), { max: textMax, unit: "utf16" }, entities)
    .filter((part) => part.text.trim() !== "")
    .map((part) => ({
      method: "sendMessage",
      parameters: { text: part.text, ...withEntities("entities", part.entities) },
    }));
}

/** Telegram refuses requests that are not valid Unicode; the replacement has the same length as a lone surrogate. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function media(ref: MediaRef, caption: string | undefined, entities?: readonly TextEntity[]): SendCall[] {
  const { method, field, caption: takesCaption } = mediaMethods[ref.role];
  const file = { method, parameters: { [field]: fileOf(ref) } };
  if (caption === undefined || caption.trim() === "") return [file];
  if (!takesCaption || caption.length > captionMax) return [file, ...texts(caption, entities)];
  const parameters = { ...file.parameters, ...captionOf(caption, entities) };
  return [{ method, parameters }];
}

function captionOf(caption: string, entities: readonly TextEntity[] = []): Record<string, unknown> {
  return { caption: wellFormed(caption), ...withEntities("caption_entities", entities) };
}

/** Files of Telegram's own (`file_id`) and web addresses are named; ours are opened when their turn comes. */
function fileOf(ref: MediaRef): string | MediaRef {
  return ref.source.startsWith("upload:") ? ref : ref.source;
}

/** Neighbours that may stand together form albums of up to ten; what may not goes alone. The order is kept. */
function album(items: readonly MediaRef[], caption: string | undefined): SendCall[] {
  const groups: MediaRef[][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    const beside = albumTypes[item.role]?.beside;
    const fits = beside !== undefined && group?.[0] && albumTypes[group[0].role]?.beside === beside;
    if (group && fits && group.length < albumMax) group.push(item);
    else groups.push([item]);
  }
  const short = caption !== undefined && caption.length <= captionMax && albumTypes[items[0]?.role ?? "sticker"];
  const calls = groups.flatMap((group, index) => groupCall(group, short && index === 0 ? caption : undefined));
  return caption === undefined || short ? calls : [...calls, ...texts(caption)];
}

function groupCall(group: readonly MediaRef[], caption: string | undefined): SendCall[] {
  const [first] = group;
  if (first && group.length === 1) return media(first, caption);
  const items = group.map((ref, index) => ({
    type: albumTypes[ref.role]?.type,
    media: fileOf(ref),
    ...(index === 0 && caption !== undefined && caption.trim() !== "" ? captionOf(caption) : {}),
  }));
  return [{ method: "sendMediaGroup", parameters: { media: items } }];
}

function place(content: Extract<Content, { kind: "location" }>): SendCall {
  const { lat, lng, label, address } = content;
  const point = { latitude: lat, longitude: lng };
  const title = label ?? address;
  if (title === undefined) return { method: "sendLocation", parameters: point };
  // A venue needs both; the coordinates stand in for an address nobody gave.
  return { method: "sendVenue", parameters: { ...point, title, address: address ?? `${lat}, ${lng}` } };
}

function contact(who: SharedContact): SendCall[] {
  if (who.phones.length === 0) {
    const what = "Telegram shares contacts by phone number only.";
    throw new ProviderError({ kind: "unsupported", feature: "contact_without_phone" }, what);
  }
  const name = who.name.trim();
  const vcard = hasDetails(who) ? { vcard: wellFormed(writeCard(who, cardMaxBytes)) } : {};
  return who.phones.map((phone) => ({
    method: "sendContact",
    parameters: { phone_number: phone, first_name: name === "" ? phone : wellFormed(name), ...vcard },
  }));
}

function choices(content: Extract<Content, { kind: "choices" }>): SendCall[] {
  const calls = texts(content.text);
  const last = calls.at(-1);
  return last ? [...calls.slice(0, -1), { ...last, parameters: { ...last.parameters, ...keyboard(content) } }] : [];
}

/** One button a row. What comes back when it is pressed is the option's id, which must fit. */
export function keyboard({ options }: Extract<Content, { kind: "choices" }>): { reply_markup: unknown } {
  const tooLong = options.find((option) => Buffer.byteLength(option.id, "utf8") > callbackDataMaxBytes);
  if (tooLong) {
    const what = `Telegram carries at most ${callbackDataMaxBytes} bytes with a button.`;
    throw new ProviderError({ kind: "unsupported", feature: "long_option_id" }, what);
  }
  const rows = options.map(({ id, label }) => [{ text: wellFormed(label), callback_data: wellFormed(id) }]);
  return { reply_markup: { inline_keyboard: rows } };
}

/** The message that is answered, if Telegram has it: a pressed button is no message. */
function replyParameters(message: OutboundMessage): Record<string, unknown> | undefined {
  const answered = message.replyTo && parseMessage(message.replyTo.externalId);
  if (!answered || !message.replyTo) return undefined;
  const elsewhere = answered.chat !== parseChat(message.chat).chat;
  const { quote } = message.replyTo;
  return {
    message_id: answered.messageId,
    allow_sending_without_reply: true,
    ...(elsewhere ? { chat_id: asNumber(answered.chat) } : {}),
    ...(quote !== undefined && quote.length <= captionMax ? { quote: wellFormed(quote) } : {}),
  };
}

/** Entities Telegram cannot find in the text by itself; it marks links, mentions, tags and numbers on its own. */
const sentKinds: Readonly<Partial<Record<TextEntity["kind"], string>>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strikethrough: "strikethrough",
  spoiler: "spoiler",
  code: "code",
  pre: "pre",
  quote: "blockquote",
};

/** The parameter with the entities, or nothing when there are none to send. */
export function withEntities(name: string, entities: readonly TextEntity[]): Record<string, SentEntity[]> {
  const sent = entities.flatMap(entityOf);
  return sent.length > 0 ? { [name]: sent } : {};
}

function entityOf({ kind, offset, length, value }: TextEntity): SentEntity[] {
  const span = { offset, length };
  if (kind === "link") return value === undefined ? [] : [{ type: "text_link", ...span, url: value }];
  if (kind === "mention") {
    return value !== undefined && /^\d{1,15}$/.test(value)
      ? [{ type: "text_mention", ...span, user: { id: Number(value) } }]
      : [];
  }
  const type = sentKinds[kind];
  if (type === undefined) return [];
  return [{ type, ...span, ...(kind === "pre" && value !== undefined ? { language: value } : {}) }];
}
