import type { Content } from "../../core/message.js";
import { count, record, records, text, type Raw } from "../shared/read.js";
import { amountOf } from "./money.js";
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
  chat_join_request: (part) => system(`${nameOf(record(part.from)) ?? "Somebody"} asks to join the chat`),
  shipping_query: () => ({ kind: "order", summary: "Gave an address for an order" }),
  pre_checkout_query: (part) => ({ kind: "order", summary: `Is about to pay ${amountOf(part)}` }),
  purchased_paid_media: () => ({ kind: "order", summary: "Bought paid media" }),
};

export const happeningKinds: readonly string[] = Object.keys(readers);

/** What such an update says; undefined for other kinds. */
export function happeningSummary(kind: string, part: Raw): Content | undefined {
  return Object.hasOwn(readers, kind) ? readers[kind]!(part) : undefined;
}
