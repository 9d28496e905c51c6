import { id, record, type Raw } from "../shared/read.js";

/**
 * Where a message goes. In the rest of the program it is one string: the chat id, with `<connection>:` in front in a
 * connected business account, `#<topic>` behind in a topic of a forum, and `#d<topic>` behind in what one person wrote to a
 * channel. All must be given back on sending.
 */
export interface ChatAddress {
  chat: string;
  business?: string | undefined;
  topic?: string | undefined;
  /** The topic of direct messages to a channel: one person's conversation. */
  direct?: string | undefined;
}

/** The address as one string, the form `Peer.chat` and `OutboundMessage.chat` have. */
export function chatRef(address: ChatAddress): string {
  const connection = address.business === undefined ? "" : `${address.business}:`;
  const topic = address.topic === undefined ? "" : `#${address.topic}`;
  const direct = address.direct === undefined ? "" : `#d${address.direct}`;
  return `${connection}${address.chat}${direct === "" ? topic : direct}`;
}

/** The parts of an address. Anything without the two marks is a plain chat id or @username. */
export function parseChat(ref: string): ChatAddress {
  const colon = ref.lastIndexOf(":");
  const business = colon >= 0 ? ref.slice(0, colon) : undefined;
  const [chat = "", topic] = ref.slice(colon + 1).split("#");
  return topic?.startsWith("d") ? { chat, business, direct: topic.slice(1) } : { chat, business, topic };
}

/**
 * The id of a message that is unique within one bot: Telegram's `message_id` alone is unique within its chat only. A
 * topic is not part of it: ids run through the whole chat, and reactions do not name the topic.
 */
export function messageRef(address: ChatAddress, messageId: string): string {
  return `${chatRef({ ...address, topic: undefined, direct: undefined })}/${messageId}`;
}

/**
 * The id of a message by itself; undefined when it has none. Messages that are shown to one person for a while all have
 * `message_id` 0 and an id of their own.
 */
export function ownRef(address: ChatAddress, message: Raw): string | undefined {
  const messageId = id(message.message_id);
  if (messageId !== "0") return messageId === undefined ? undefined : messageRef(address, messageId);
  const ephemeral = id(message.ephemeral_message_id);
  return ephemeral === undefined ? undefined : messageRef(address, `ephemeral-${ephemeral}`);
}

/** The message behind one of our ids; undefined for ids that are not messages of Telegram (a pressed button). */
export function parseMessage(ref: string): (ChatAddress & { messageId: number }) | undefined {
  const match = /^((?:[^/]+:)?(?:-?\d+|@\w+))\/(\d{1,15})$/.exec(ref);
  if (!match?.[1] || !match[2]) return undefined;
  return { ...parseChat(match[1]), messageId: Number(match[2]) };
}

/** The address of a message or of anything else that names a chat. */
export function addressOf(container: Raw): ChatAddress | undefined {
  const chat = record(container.chat);
  const chatId = id(chat?.id);
  if (chatId === undefined) return undefined;
  // Topics of private chats are left out: they would make one customer many conversations.
  const inTopic = container.is_topic_message === true && chat?.type === "supergroup";
  return {
    chat: chatId,
    business: id(container.business_connection_id),
    topic: inTopic ? id(container.message_thread_id) : undefined,
    direct: id(record(container.direct_messages_topic)?.topic_id),
  };
}
