import type { Alias, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { compact, id, record, text, type Raw } from "../shared/read.js";
import { addressOf, chatRef } from "./chat.js";

/**
 * Who an update is about, from its `chat` and its `from`, `user`, `sender_chat` or `actor_chat`; undefined when it names
 * nobody. In a private chat the customer is the chat itself, whoever of the two wrote.
 */
export function peerOf(container: Raw): Peer | undefined {
  const writer = writerOf(container);
  const address = addressOf(container);
  const chat = record(container.chat);
  if (!address || !chat) {
    const alone = id(writer?.id);
    return alone === undefined ? undefined : { ...person(writer, alone), chat: alone };
  }
  if (isPrivate(chat)) {
    // `from` knows more (language) than `chat`, but is the business itself in messages it wrote.
    const same = writer && id(writer.id) === address.chat ? { ...chat, ...writer } : chat;
    return { ...person(same, address.chat), chat: chatRef(address) };
  }
  if (address.direct !== undefined) {
    // Who writes to a channel is one person, whoever of its administrators answers.
    const customer = record(record(container.direct_messages_topic)?.user) ?? writer;
    return { ...person(customer, id(customer?.id) ?? address.direct), chat: chatRef(address) };
  }
  const userId = id(writer?.id) ?? address.chat;
  return compact({
    ...person(writer ?? chat, userId),
    chat: chatRef(address),
    group: { title: text(chat.title) ?? address.chat },
  });
}

/** A chat of one person with the bot. Without a type the id tells: groups and channels have negative ones. */
export function isPrivate(chat: Raw): boolean {
  return chat.type === "private" || (chat.type === undefined && id(chat.id)?.startsWith("-") === false);
}

/** Where updates go that name nobody at all: one conversation with the service itself. */
export function servicePeer(self: ExternalId): Peer {
  return { chat: self, user: self, name: "Telegram" };
}

/** The name of a user or chat as people see it; undefined for deleted accounts, whose names are empty. */
export function nameOf(who: Raw | undefined): string | undefined {
  if (!who) return undefined;
  const name = [text(who.first_name), text(who.last_name)].filter((part) => part !== undefined).join(" ");
  return text(name) ?? text(who.title) ?? text(who.username);
}

/** Who wrote a message in a chat of many: anonymous admins and channels write as a chat. */
export function senderName(message: Raw): string | undefined {
  return text(message.author_signature) ?? nameOf(writerOf(message));
}

/** `sender_chat` first: with it, `from` is a stand-in account of Telegram's own. */
export function writerOf(container: Raw): Raw | undefined {
  return (
    record(container.sender_chat) ??
    record(container.from) ??
    record(container.user) ??
    record(container.actor_chat) ??
    record(container.voter_chat)
  );
}

function person(who: Raw | undefined, userId: ExternalId): Omit<Peer, "chat"> {
  const username = text(who?.username);
  const aliases: Alias[] | undefined = username === undefined ? undefined : [{ kind: "username", value: username }];
  return compact({ user: userId, aliases, name: nameOf(who), language: text(who?.language_code) });
}
