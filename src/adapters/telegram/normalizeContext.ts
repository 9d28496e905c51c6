import { textOf, type Referral, type ReplyReference } from "../../core/message.js";
import { compact, id, record, text, type Raw } from "../shared/read.js";
import { addressOf, messageRef, type ChatAddress } from "./chat.js";
import { contentOf } from "./normalizeContent.js";
import { nameOf } from "./normalizePeer.js";

/** More of an answered message than that nobody reads above an answer. */
const originalMost = 300;

/** The message this one answers, in this chat or in another one. */
export function replyOf(message: Raw, address: ChatAddress): ReplyReference | undefined {
  const quote = text(record(message.quote)?.text);
  const here = record(message.reply_to_message);
  const hereId = id(here?.message_id);
  // In a forum every first message of a topic "answers" the notice that the topic was made.
  if (here && hereId !== undefined && here.forum_topic_created === undefined) {
    const original = quote === undefined ? text(textOf(contentOf(here)).slice(0, originalMost)) : undefined;
    return compact({ externalId: messageRef(address, hereId), quote, original });
  }
  const elsewhere = record(message.external_reply);
  if (!elsewhere) return undefined;
  const origin = addressOf(elsewhere);
  const originId = id(elsewhere.message_id);
  if (origin && originId !== undefined) return compact({ externalId: messageRef(origin, originId), quote });
  // The original cannot be named, but what was quoted from it can be shown.
  return quote === undefined ? undefined : { externalId: "elsewhere", quote };
}

/** Who wrote a forwarded message first: the current form, else the one from before Bot API 7.0. */
export function forwardedFrom(message: Raw): string | undefined {
  const origin = record(message.forward_origin);
  const named = origin ?? {
    sender_user: message.forward_from,
    sender_user_name: message.forward_sender_name,
    chat: message.forward_from_chat,
  };
  const name =
    nameOf(record(named.sender_user)) ??
    text(named.sender_user_name) ??
    nameOf(record(named.sender_chat)) ??
    nameOf(record(named.chat));
  const forwarded = origin !== undefined || message.forward_date !== undefined;
  return forwarded ? (name ?? "unknown") : undefined;
}

/** The parameter of a deep link (t.me/bot?start=parameter), which arrives as the text "/start parameter". */
export function referralOf(message: Raw): Referral | undefined {
  const match = /^\/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*$/.exec(text(message.text) ?? "");
  return match?.[1] === undefined ? undefined : { parameter: match[1] };
}
