import type { ExternalId } from "./ids.js";

/** A stretch of text with a meaning. `offset` and `length` count UTF-16 code units, as JavaScript strings do. */
export interface TextEntity {
  kind:
    | "bold"
    | "italic"
    | "underline"
    | "strikethrough"
    | "spoiler"
    | "code"
    | "pre"
    | "quote"
    | "link"
    | "mention"
    | "hashtag"
    | "command"
    | "email"
    | "phone"
    | "other";
  offset: number;
  length: number;
  /** Target of a `link`, language of a `pre`, name of an `other`. */
  value?: string | undefined;
}

export type MediaRole = "image" | "audio" | "voice" | "video" | "video_note" | "animation" | "document" | "sticker";

/** A file that still lies with the provider. `source` is all the adapter needs to open it; it never leaves the server. */
export interface MediaRef {
  role: MediaRole;
  source: ExternalId;
  /** Stable across re-sends where the provider has such an id: used to recognise the same file. */
  uniqueSource?: string | undefined;
  mime?: string | undefined;
  name?: string | undefined;
  bytes?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  seconds?: number | undefined;
  /** The emoji a sticker stands for. */
  emoji?: string | undefined;
  /** Of the bytes, base64, where the provider says it: what comes must have it. */
  sha256?: string | undefined;
}

/** Where somebody gets letters, as far as it is said. */
export interface PostalAddress {
  street?: string | undefined;
  city?: string | undefined;
  region?: string | undefined;
  postcode?: string | undefined;
  country?: string | undefined;
}

export interface SharedContact {
  name: string;
  phones: string[];
  emails?: string[] | undefined;
  addresses?: PostalAddress[] | undefined;
  /** The company the person belongs to, and as what. */
  organization?: string | undefined;
  title?: string | undefined;
  /** Pages on the web. */
  links?: string[] | undefined;
  /** The person's id on the same channel, when the provider says it. */
  user?: ExternalId | undefined;
}

/** One value of a template. Where `in` is missing it belongs to the body; a button is named by its place, from 0. */
export interface TemplateParameter {
  name?: string | undefined;
  value: string;
  in?: "header" | "body" | "button" | undefined;
  /** `text` when missing. Files are given by a public address; `payload` comes back when a button is pressed. */
  type?: "text" | "image" | "video" | "document" | "payload" | "coupon_code" | undefined;
  index?: number | undefined;
}

/** Something the customer can choose. With a `url` it opens a page instead of coming back as an answer. */
export interface ChoiceOption {
  id: string;
  label: string;
  description?: string | undefined;
  url?: string | undefined;
}

/** A picture with words and buttons; several of them are looked through sideways. */
export interface Card {
  title: string;
  subtitle?: string | undefined;
  imageUrl?: string | undefined;
  options: ChoiceOption[];
}

/** What a message says. One closed union for every channel and both directions. */
export type Content =
  | { kind: "text"; text: string; entities?: TextEntity[] | undefined }
  | { kind: "media"; media: MediaRef; caption?: string | undefined; entities?: TextEntity[] | undefined }
  | { kind: "album"; items: MediaRef[]; caption?: string | undefined }
  | { kind: "location"; lat: number; lng: number; label?: string | undefined; address?: string | undefined }
  | { kind: "contacts"; contacts: SharedContact[] }
  /** `button` is what opens the list, where the channel shows many options as one. */
  | { kind: "choices"; text: string; options: ChoiceOption[]; button?: string | undefined }
  | { kind: "cards"; cards: Card[] }
  | { kind: "choice_made"; optionId: string; label: string }
  /** `text`: what the customer reads, where the template's words are known. */
  | { kind: "template"; name: string; language: string; parameters: TemplateParameter[]; text?: string | undefined }
  | { kind: "order" | "referral" | "system"; summary: string }
  | { kind: "unsupported"; hint: string }
  /** What was said was taken back; nothing of it is kept. */
  | { kind: "removed" };

export type ContentKind = Content["kind"];

/** The words of a content that an agent can read and search; empty when it has none. */
export function textOf(content: Content): string {
  switch (content.kind) {
    case "text":
      return content.text;
    case "media":
    case "album":
      return content.caption ?? "";
    case "location":
      return [content.label, content.address].filter(Boolean).join(", ");
    case "contacts":
      return content.contacts.map((contact) => contact.name).join(", ");
    case "choices":
      return content.text;
    case "cards":
      return content.cards.map(({ title, subtitle }) => [title, subtitle].filter(Boolean).join("\n")).join("\n");
    case "choice_made":
      return content.label;
    case "template":
      return content.text ?? content.parameters.map((parameter) => parameter.value).join(" ");
    case "order":
    case "referral":
    case "system":
      return content.summary;
    case "unsupported":
    case "removed":
      return "";
  }
}

/** By what a content is found: its words, and how to reach whom it shares. */
export function soughtTextOf(content: Content): string {
  if (content.kind !== "contacts") return textOf(content);
  return content.contacts
    .flatMap(({ name, phones, emails = [], addresses = [], organization, title, links = [] }) => [
      ...[name, ...phones, ...emails, organization, title],
      ...addresses.flatMap(({ street, postcode, city, region, country }) => [street, postcode, city, region, country]),
      ...links,
    ])
    .filter(Boolean)
    .join("\n");
}

/** The files a content speaks of, in order. */
export function mediaOf(content: Content): MediaRef[] {
  if (content.kind === "media") return [content.media];
  return content.kind === "album" ? content.items : [];
}

/**
 * How far a message has come. Inbound: `received`. Outbound, in order: scheduled (for later), queued, sending, sent, delivered, read;
 * `failed` and `cancelled` end it; `unknown` means the provider may have it and nobody can say yet.
 */
export type MessageStatus =
  | "received"
  | "scheduled"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "unknown"
  | "cancelled"
  /** A private note: it never leaves. */
  | "noted";

/** Who wrote a message. */
export type Author =
  | { kind: "contact" }
  | { kind: "agent"; id: string }
  | { kind: "api"; id: string }
  | { kind: "bot"; id: string }
  /** The business, from its own phone or the provider's own inbox. */
  | { kind: "business" };

/** A message this one answers. `quote` is the part that was quoted, when only a part was. */
export interface ReplyReference {
  externalId: ExternalId;
  quote?: string | undefined;
  /** What the answered message says, where the provider repeats it: shown when that message itself is not here. */
  original?: string | undefined;
}

/** What brought the customer here: an advertisement, a post, a product, a deep link. */
export interface Referral {
  /** Of the link; where there is none, what names the advertisement best. */
  parameter?: string | undefined;
  /** `ad`, `post`, `product`, `shortlink` or whatever else the provider calls it, in lower case. */
  source?: string | undefined;
  /** The provider's id of that advertisement, post or product. */
  sourceId?: string | undefined;
  url?: string | undefined;
  title?: string | undefined;
  text?: string | undefined;
  /** The picture or film that was shown. */
  mediaUrl?: string | undefined;
  /** Of this one click: what the provider counts conversions by. */
  clickId?: string | undefined;
}

/** A message as an adapter hands it in. `direction` "echo": the business wrote it outside of Switchboard. */
export interface NormalizedMessage {
  externalId: ExternalId;
  direction: "in" | "echo";
  content: Content;
  replyTo?: ReplyReference | undefined;
  /** Who wrote it first, when it was forwarded. */
  forwardedFrom?: string | undefined;
  /** The provider's own running number, where it has one: decides between messages of the same instant. */
  sequence?: number | undefined;
  /** The person who wrote it, in a chat of many. */
  senderName?: string | undefined;
  /** Messages that share it belong to one album. */
  groupId?: string | undefined;
  referral?: Referral | undefined;
  /** What we set on sending, where the provider gives it back with the echo: our outbound message id. */
  correlation?: string | undefined;
  /** It is from before the account was connected: shown in its place, but nobody has to answer it. */
  history?: true | undefined;
  /** Another application has the conversation at the moment; no bot of ours may answer. */
  standby?: true | undefined;
}

/** A message as an adapter is asked to send it. */
export interface OutboundMessage {
  /** Our message id: idempotency and correlation key, the only id of ours an adapter sees. */
  id: string;
  chat: ExternalId;
  content: Content;
  replyTo?: ReplyReference | undefined;
  /** True when a person wrote it; some windows are open only for people. */
  byHuman: boolean;
  /** When the customer last wrote: what a channel's reply window is counted from. */
  customerWroteAt?: Date | undefined;
  /** Of an earlier attempt that failed half way (`ProviderError.sentParts`): these parts are not sent again. */
  sentParts?: readonly ExternalId[] | undefined;
}
