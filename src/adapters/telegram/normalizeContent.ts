import type { Content, MediaRef, SharedContact, TextEntity } from "../../core/message.js";
import { compact, count, id, isThere, number, record, records, text, type Raw } from "../shared/read.js";
import { readCard } from "../shared/vcard.js";
import { amountOf, buyerOf } from "./money.js";
import { mediaOf } from "./normalizeMedia.js";
import { nameOf } from "./normalizePeer.js";
import { richMessageFiles, richMessageText } from "./richText.js";
import { serviceSummary } from "./serviceMessages.js";

type ContentReader = (message: Raw) => Content | undefined;

/** In this order: an animation also carries `document`, a venue also carries `location`, a live photo also `photo`. */
const readers: readonly ContentReader[] = [
  textContent,
  richContent,
  mediaContent,
  paidMediaContent,
  venueContent,
  locationContent,
  contactContent,
  pollContent,
  diceContent,
  gameContent,
  checklistContent,
  paymentContent,
  webAppContent,
  serviceContent,
  captionContent,
];

/** What a message says. Never fails: a kind we cannot show is `unsupported`, with its name as the hint. */
export function contentOf(message: Raw): Content {
  for (const read of readers) {
    const content = read(message);
    if (content) return content;
  }
  return { kind: "unsupported", hint: hintOf(message) };
}

/** As several, where one message holds several: paid pictures, and a rich message with files between its words. */
export function contentsOf(message: Raw): [Content, ...Content[]] {
  const first = contentOf(message);
  return [first, ...paidMedia(message).slice(1), ...richFiles(message)];
}

/** Fields that say about a message who, when and how; any other names what it is. */
const envelopeFields = new Set([
  ...["message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count"],
  ...[
    "sender_business_bot",
    "sender_tag",
    "receiver_user",
    "ephemeral_message_id",
    "date",
    "guest_query_id",
    "business_connection_id",
    "chat",
    "forward_origin",
  ],
  ...["is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story"],
  ...["reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "guest_bot_caller_user"],
  ...["guest_bot_caller_chat", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post"],
  ...["media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options"],
  ...["suggested_post_info", "effect_id", "caption", "caption_entities", "show_caption_above_media"],
  ...["has_media_spoiler", "reply_markup", "forward_from", "forward_from_chat", "forward_from_message_id"],
  ...["forward_signature", "forward_sender_name", "forward_date"],
]);

function hintOf(message: Raw): string {
  const field = Object.keys(message).find((key) => !envelopeFields.has(key) && isThere(message[key]));
  return (field ?? "empty message").slice(0, 64);
}

function textContent(message: Raw): Content | undefined {
  const words = text(message.text);
  if (words === undefined) return undefined;
  return compact({ kind: "text" as const, text: words, entities: entitiesOf(message.entities, words) });
}

/** Shown without its formatting; one of files alone is its first file. */
function richContent(message: Raw): Content | undefined {
  const words = richMessageText(message.rich_message);
  return words === undefined ? filesOf(message)[0] : { kind: "text", text: words };
}

/** The files of a rich message that come after its words, or after its first file. */
const richFiles = (message: Raw) => filesOf(message).slice(richMessageText(message.rich_message) === undefined ? 1 : 0);

const filesOf = (message: Raw): Content[] =>
  richMessageFiles(message.rich_message).flatMap((block) => mediaContent(block) ?? locationContent(block) ?? []);

function mediaContent(message: Raw): Content | undefined {
  const media: MediaRef | undefined = mediaOf(message);
  if (!media) return undefined;
  const caption = text(message.caption);
  const entities = caption === undefined ? undefined : entitiesOf(message.caption_entities, caption);
  return compact({ kind: "media" as const, media, caption, entities });
}

/** Paid media that the bot may see, where Telegram shows it. The words are those of the first. */
function paidMediaContent(message: Raw): Content | undefined {
  return paidMedia(message)[0];
}

function paidMedia(message: Raw): Content[] {
  const shown = records(record(message.paid_media)?.paid_media).filter((one) => mediaContent(one) !== undefined);
  const words = { caption: message.caption, caption_entities: message.caption_entities };
  return shown.flatMap((one, index) => mediaContent(index === 0 ? { ...one, ...words } : one) ?? []);
}

/** Words below something that cannot be shown are shown all the same. */
function captionContent(message: Raw): Content | undefined {
  const words = text(message.caption);
  return words === undefined
    ? undefined
    : compact({ kind: "text" as const, text: words, entities: entitiesOf(message.caption_entities, words) });
}

function venueContent(message: Raw): Content | undefined {
  const venue = record(message.venue);
  return venue && placeOf(venue.location, text(venue.title), text(venue.address));
}

function locationContent(message: Raw): Content | undefined {
  return placeOf(message.location, undefined, undefined);
}

function placeOf(place: unknown, label: string | undefined, address: string | undefined): Content | undefined {
  const lat = number(record(place)?.latitude);
  const lng = number(record(place)?.longitude);
  return lat === undefined || lng === undefined
    ? undefined
    : compact({ kind: "location" as const, lat, lng, label, address });
}

function contactContent(message: Raw): Content | undefined {
  const several = record(message.users_shared);
  // Earlier versions name the users by their ids alone, or only one of them.
  const ids = Array.isArray(several?.user_ids) ? several.user_ids : [record(message.user_shared)?.user_id];
  const named = records(several?.users).map((user) => contactOf(user, user.user_id));
  const unnamed = ids.filter((user) => id(user) !== undefined).map((user) => contactOf({}, user));
  const shared = named.length > 0 ? named : unnamed;
  const contact = record(message.contact);
  const contacts = contact ? [contactOf(contact, contact.user_id)] : shared;
  return contacts.length > 0 ? { kind: "contacts", contacts } : undefined;
}

function contactOf(who: Raw, user: unknown): SharedContact {
  const phone = text(who.phone_number);
  const card = readCard(text(who.vcard) ?? "");
  const digits = (one: string) => one.replace(/\D/g, "");
  // The card repeats the number that is shown, often written in another way.
  const others = (card?.phones ?? []).filter((one) => phone === undefined || digits(one) !== digits(phone));
  const { emails, addresses, organization, title, links } = card ?? {};
  return compact({
    name: nameOf(who) ?? card?.name ?? phone ?? "",
    phones: [...(phone === undefined ? [] : [phone]), ...others],
    ...{ emails, addresses, organization, title, links },
    user: id(user),
  });
}

/** Polls, dice and checklists have no kind of their own: they are read as the text a person would see. */
function pollContent(message: Raw): Content | undefined {
  const poll = record(message.poll);
  const question = text(poll?.question);
  if (!poll || question === undefined) return undefined;
  return { kind: "text", text: [`📊 ${question}`, ...lines(poll.options, "•")].join("\n") };
}

function diceContent(message: Raw): Content | undefined {
  const dice = record(message.dice);
  const value = count(dice?.value);
  return dice && value !== undefined ? { kind: "text", text: `${text(dice.emoji) ?? "🎲"} ${value}` } : undefined;
}

function gameContent(message: Raw): Content | undefined {
  const game = record(message.game);
  const title = text(game?.title);
  if (!game || title === undefined) return undefined;
  return { kind: "text", text: [`🎮 ${title}`, text(game.description), text(game.text)].filter(Boolean).join("\n") };
}

function checklistContent(message: Raw): Content | undefined {
  const checklist = record(message.checklist);
  const title = text(checklist?.title);
  if (!checklist || title === undefined) return undefined;
  return { kind: "text", text: [`📋 ${title}`, ...lines(checklist.tasks, "☐")].join("\n") };
}

function lines(items: unknown, bullet: string): string[] {
  const done = (item: Raw) => count(item.completion_date) !== undefined && item.completion_date !== 0;
  return records(items).map((item) => `${done(item) ? "☑" : bullet} ${text(item.text) ?? ""}`);
}

function paymentContent(message: Raw): Content | undefined {
  const kinds = [
    ["invoice", "Invoice over"],
    ["successful_payment", "Paid"],
    ["refunded_payment", "Refunded"],
  ] as const;
  for (const [field, words] of kinds) {
    const payment = record(message[field]);
    if (!payment) continue;
    const amount = `${words} ${amountOf(payment)}`;
    const told = [text(payment.title), text(payment.description), ...buyerOf(payment.order_info)].filter(Boolean);
    return { kind: "order", summary: told.length === 0 ? amount : `${amount}: ${told.join(", ")}` };
  }
  return undefined;
}

function webAppContent(message: Raw): Content | undefined {
  const data = record(message.web_app_data);
  return data && { kind: "choice_made", optionId: text(data.data) ?? "", label: text(data.button_text) ?? "" };
}

function serviceContent(message: Raw): Content | undefined {
  const summary = serviceSummary(message);
  return summary === undefined ? undefined : { kind: "system", summary };
}

const entityKinds: Readonly<Record<string, TextEntity["kind"]>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strikethrough: "strikethrough",
  spoiler: "spoiler",
  code: "code",
  pre: "pre",
  blockquote: "quote",
  expandable_blockquote: "quote",
  text_link: "link",
  url: "link",
  mention: "mention",
  text_mention: "mention",
  hashtag: "hashtag",
  bot_command: "command",
  email: "email",
  phone_number: "phone",
};

/** Entities that lie within the text; undefined when there are none. Kinds we do not know are `other`, with their name. */
export function entitiesOf(value: unknown, words: string): TextEntity[] | undefined {
  const entities = records(value).flatMap((entity) => {
    const type = text(entity.type);
    const offset = count(entity.offset);
    const length = count(entity.length);
    if (type === undefined || offset === undefined || !length || offset + length > words.length) return [];
    const kind = Object.hasOwn(entityKinds, type) ? (entityKinds[type] ?? "other") : "other";
    return [compact({ kind, offset, length, value: entityValue(kind, type, entity) })];
  });
  return entities.length > 0 ? entities : undefined;
}

function entityValue(kind: TextEntity["kind"], type: string, entity: Raw): string | undefined {
  if (kind === "link") return text(entity.url);
  if (kind === "pre") return text(entity.language);
  if (kind === "mention") return id(record(entity.user)?.id);
  return kind === "other" ? type : undefined;
}
