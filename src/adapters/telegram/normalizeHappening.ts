import type { Content } from "../../core/message.js";
import { count, record, records, text, type Raw } from "../shared/read.js";
import { amountOf, buyerOf } from "./money.js";
import { emojiOf } from "./reactions.js";
import { nameOf } from "./normalizePeer.js";

type Reader = (part: Raw) => Content;
const system = (summary: string): Content => ({ kind: "system", summary });

/** Kinds of updates that tell of something beside the messages → what happened. */
const readers: Readonly<Record<string, Reader>> = {
  message_reaction_count: (part) => {
    const counts = records(part.reactions).map(
      (one) => `${emojiOf(record(one.type) ?? {})} ${count(one.total_count) ?? 0}`,
    );
    return system(
      counts.length > 0 ? `Reactions to a message: ${counts.join(", ")}` : "Nobody reacts to a message any more",
    );
  },
  poll_answer: (part) => {
    const options = Array.isArray(part.option_ids) ? part.option_ids : [];
    const chosen = options.flatMap((option) => count(option) ?? []).map((option) => option + 1);
    return system(
      chosen.length > 0 ? `Answered a poll: option ${chosen.join(", ")}` : "Took the answer to a poll back",
    );
  },
  chat_member: (part) => {
    const member = record(part.new_chat_member);
    const name = nameOf(record(member?.user)) ?? "Somebody";
    return system(`${name} is now "${text(member?.status) ?? "unknown"}" in the chat`);
  },
  chat_join_request: (part) =>
    system(withWords(`${nameOf(record(part.from)) ?? "Somebody"} asks to join the chat`, [text(part.bio)])),
  shipping_query: (part) => order(withWords("Gave an address for an order", buyerOf(part.shipping_address))),
  pre_checkout_query: (part) => order(withWords(`Is about to pay ${amountOf(part)}`, buyerOf(part.order_info))),
  purchased_paid_media: (part) => order(withWords("Bought paid media", [text(part.paid_media_payload)])),
  subscription: (part) =>
    order(withWords(`Subscription: ${text(part.state) ?? "changed"}`, [text(part.invoice_payload)])),
  poll: (part) => {
    const votes = records(part.options).map((one) => `${text(one.text) ?? ""} ${count(one.voter_count) ?? 0}`);
    return system(withWords(`Poll "${text(part.question) ?? ""}"${part.is_closed === true ? ", closed" : ""}`, votes));
  },
  inline_query: (part) => system(`Looks for "${text(part.query) ?? ""}" with the bot in another chat`),
  chosen_inline_result: (part) => system(`Sent a result for "${text(part.query) ?? ""}" in another chat`),
  chat_boost: (part) => boosted("The chat was boosted", record(part.boost)),
  removed_chat_boost: (part) => boosted("A boost of the chat ended", part),
  managed_bot: (part) =>
    system(`The managed bot ${nameOf(record(part.bot_user)) ?? ""} was changed`.replace("  ", " ")),
};

const order = (summary: string): Content => ({ kind: "order", summary });

function withWords(what: string, words: readonly (string | undefined)[]): string {
  const told = words.filter((one) => one !== undefined);
  return told.length > 0 ? `${what}: ${told.join(", ")}` : what;
}

function boosted(what: string, boost: Raw | undefined): Content {
  const name = nameOf(record(record(boost?.source)?.user));
  return system(name === undefined ? what : `${what} by ${name}`);
}

export const happeningKinds: readonly string[] = Object.keys(readers);

/** What names neither a chat nor a person: how a poll of the bot stands. */
export const happensNowhere = (kind: string): boolean => kind === "poll";

/** What such an update says; undefined for other kinds. */
export function happeningSummary(kind: string, part: Raw): Content | undefined {
  return Object.hasOwn(readers, kind) ? readers[kind]!(part) : undefined;
}
