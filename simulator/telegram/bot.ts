import { createHash } from "node:crypto";
import type { Chat, Json, Message, User } from "./wire.js";
import { Updates } from "./updates.js";
import type { WebhookSender, WebhookSettings } from "./webhook.js";

/** A chat as one bot sees it. */
export interface ChatState {
  chat: Chat;
  /** In private chats: the customer. */
  user?: User | undefined;
  messages: Map<number, Message>;
  lastMessageId: number;
  /** Why the bot may not write here, as Telegram says it. */
  closedBecause?: string | undefined;
  /** The group became a supergroup with this id. */
  movedTo?: number | undefined;
}

/** A file that a customer or a bot sent. `bytes` is missing for files that are only said to have a size. */
export interface StoredFile {
  fileId: string;
  uniqueId: string;
  path: string;
  size: number;
  bytes?: Buffer | undefined;
  mime?: string | undefined;
  name?: string | undefined;
}

/** One bot: who it is, its chats and files, and how it hears of updates. */
export class Bot {
  readonly user: User;
  readonly updates: Updates;
  readonly chats = new Map<number, ChatState>();
  readonly files = new Map<string, StoredFile>();
  /** Callback queries that may still be answered. */
  readonly openQueries = new Map<string, Json | undefined>();
  revoked = false;
  webhook: WebhookSettings | undefined;
  sender: WebhookSender | undefined;
  lastError: { date: number; message: string } | undefined;
  webhookSetAt = 0;

  constructor(
    readonly token: string,
    username: string,
    firstName: string,
    /** Messages and updates are numbered from here: whoever starts anew must not give a number twice. */
    private readonly idsFrom = 0,
  ) {
    const id = Number(token.slice(0, token.indexOf(":")));
    this.user = { id, is_bot: true, first_name: firstName, username };
    // Not from 1: nobody may rely on where update ids begin.
    this.updates = new Updates(idsFrom + 100_000_000 + (id % 1000) * 1000);
  }

  /** The chat as this bot knows it, made when it is new. */
  chatOf(chat: Chat, user?: User): ChatState {
    const known = this.chats.get(chat.id);
    if (known) return known;
    const state: ChatState = { chat, user, messages: new Map(), lastMessageId: this.idsFrom };
    this.chats.set(chat.id, state);
    return state;
  }

  /** A message of the chat; of those from before the numbering began it is only known that they were there. */
  messageOf(state: ChatState, messageId: number): Message | undefined {
    const known = state.messages.get(messageId);
    if (known || messageId <= 0 || messageId > this.idsFrom) return known;
    const date = Math.floor(Date.now() / 1000);
    return { message_id: messageId, from: this.user, chat: state.chat, date, text: "…" };
  }

  /** Adds a message to a chat, with the next id of that chat: ids are unique within a chat only. */
  post(state: ChatState, from: User, fields: Json, date = Math.floor(Date.now() / 1000)): Message {
    state.lastMessageId += 1;
    const message: Message = { message_id: state.lastMessageId, from, chat: state.chat, date, ...fields };
    state.messages.set(message.message_id, message);
    return message;
  }

  /** Keeps a file and gives it ids of the form Telegram's have. */
  keep(kind: string, file: { bytes?: Buffer; size?: number; mime?: string; name?: string }): StoredFile {
    const number = this.files.size;
    const seed = `${this.token}:${number}`;
    const fileId = `AgACAgIAAxkB${createHash("sha256").update(seed).digest("base64url")}`;
    const content = file.bytes ?? Buffer.from(seed);
    const stored: StoredFile = {
      fileId,
      uniqueId: `AQAD${createHash("sha1").update(content).digest("base64url").slice(0, 11)}`,
      path: `${kind}s/file_${number}${extensionOf(file.name, kind)}`,
      size: file.bytes?.length ?? file.size ?? 0,
      ...file,
    };
    this.files.set(fileId, stored);
    return stored;
  }
}

const extensions: Readonly<Record<string, string>> = { photo: ".jpg", voice: ".oga", video: ".mp4", sticker: ".webp" };

function extensionOf(name: string | undefined, kind: string): string {
  const own = /\.[A-Za-z0-9]{1,8}$/.exec(name ?? "")?.[0];
  return own ?? extensions[kind] ?? "";
}
