import type { Bot, ChatState } from "./bot.js";
import { mediaFields, type MediaKind } from "./methods/files.js";
import { withoutReply } from "./methods/chats.js";
import type { Chat, Json, Message, User } from "./wire.js";

export interface CustomerProfile {
  id: number;
  firstName: string;
  lastName?: string | undefined;
  username?: string | undefined;
  language?: string | undefined;
}

/** A file as a customer sends it. Without `bytes` it only claims to have `size` bytes. */
export interface CustomerFile {
  kind?: MediaKind | undefined;
  bytes?: Buffer | undefined;
  size?: number | undefined;
  mime?: string | undefined;
  name?: string | undefined;
  width?: number | undefined;
  height?: number | undefined;
  duration?: number | undefined;
  caption?: string | undefined;
}

export interface WriteOptions {
  /** The message that is answered. */
  replyTo?: number | undefined;
  /** Any other fields of the message, such as `forward_origin`. */
  fields?: Json | undefined;
  /** When it was written, in ms; now when missing. */
  at?: number | undefined;
}

/** A person who writes to a bot, alone or in a group. Everything they do becomes an update of the bot. */
export class Customer {
  readonly user: User;

  constructor(
    profile: CustomerProfile,
    private readonly bot: Bot,
    readonly chat: Chat = privateChat(profile),
  ) {
    this.user = {
      id: profile.id,
      is_bot: false,
      first_name: profile.firstName,
      ...(profile.lastName === undefined ? {} : { last_name: profile.lastName }),
      ...(profile.username === undefined ? {} : { username: profile.username }),
      language_code: profile.language ?? "en",
    };
  }

  /** Writes a text. Writing to a bot unblocks nothing, but lets it write back from then on. */
  write(text: string, options: WriteOptions = {}): Message {
    return this.send({ text, ...commandEntity(text) }, options);
  }

  /** Opens the bot through a link with a parameter. */
  start(parameter?: string): Message {
    return this.write(parameter === undefined ? "/start" : `/start ${parameter}`);
  }

  /** Sends a message with any content: `{ location: … }`, `{ contact: … }`, `{ dice: … }`. */
  send(content: Json, options: WriteOptions = {}): Message {
    const state = this.state();
    const answered = options.replyTo === undefined ? undefined : this.bot.messageOf(state, options.replyTo);
    const reply = answered ? { reply_to_message: withoutReply(answered) } : {};
    const message = this.bot.post(state, this.user, { ...reply, ...content, ...options.fields }, seconds(options.at));
    this.tell("message", message);
    return message;
  }

  /** Sends a file of any kind; a document when it does not say which. */
  sendFile(file: CustomerFile, options: WriteOptions = {}): Message {
    return this.send(this.fileContent(file), options);
  }

  sendPhoto(file: CustomerFile = {}, options: WriteOptions = {}): Message {
    return this.sendFile({ kind: "photo", width: 640, height: 480, ...file }, options);
  }

  /** Several files as one album: as many updates with a common id. */
  sendAlbum(files: readonly CustomerFile[], caption?: string): Message[] {
    const media_group_id = `${this.user.id}${Date.now()}${this.state().lastMessageId}`;
    return files.map((file, index) =>
      this.send({
        media_group_id,
        ...this.fileContent({ kind: "photo", ...file, ...(index === 0 && caption !== undefined ? { caption } : {}) }),
      }),
    );
  }

  /** Changes the text of one of the customer's messages. */
  edit(messageId: number, text: string, at?: number): Message {
    const state = this.state();
    const message = state.messages.get(messageId);
    if (!message) throw new Error(`There is no message ${messageId} in chat ${this.chat.id}.`);
    const edited: Message = { ...message, text, edit_date: seconds(at) };
    state.messages.set(messageId, edited);
    this.tell("edited_message", edited);
    return edited;
  }

  /** Presses a button of the bot's newest message that has it, by what stands on it or by its data. Gives the query's id. */
  pressButton(labelOrData: string): string {
    for (const message of [...this.state().messages.values()].reverse()) {
      const button = buttonsOf(message).find((one) => one.text === labelOrData || one.callback_data === labelOrData);
      if (!button) continue;
      const id = `${this.user.id}${message.message_id}${this.bot.openQueries.size}`;
      this.bot.openQueries.set(id, undefined);
      const query = { id, from: this.user, message, chat_instance: String(this.chat.id), data: button.callback_data };
      this.bot.updates.add("callback_query", query, `callback:${this.user.id}`);
      return id;
    }
    throw new Error(`There is no button "${labelOrData}" in chat ${this.chat.id}.`);
  }

  /** What the bot answered to a pressed button; undefined while it did not. */
  answerTo(queryId: string): Json | undefined {
    return this.bot.openQueries.get(queryId);
  }

  /** Sets a reaction, or takes it back with null. Only bots that ask for `message_reaction` hear of it. */
  react(messageId: number, emoji: string | null, before: string | null = null, at?: number): void {
    const list = (one: string | null) => (one === null ? [] : [{ type: "emoji", emoji: one }]);
    this.bot.updates.add(
      "message_reaction",
      {
        chat: this.chat,
        message_id: messageId,
        user: this.user,
        date: seconds(at),
        old_reaction: list(before),
        new_reaction: list(emoji),
      },
      `reaction:${this.chat.id}`,
    );
  }

  /** Blocks the bot: it hears of it, and everything it sends is refused. */
  block(): void {
    this.state().closedBecause = "Forbidden: bot was blocked by the user";
    this.membership("member", "kicked");
  }

  unblock(): void {
    this.state().closedBecause = undefined;
    this.membership("kicked", "member");
  }

  /** The person deleted their account: the bot hears nothing, and everything it sends is refused. */
  deactivate(): void {
    this.state().closedBecause = "Forbidden: user is deactivated";
  }

  /** All messages of the chat as they are now, both sides, oldest first. */
  messages(): Message[] {
    return [...this.state().messages.values()];
  }

  private membership(before: string, after: string): void {
    const member = (status: string) => ({
      user: this.bot.user,
      status,
      ...(status === "kicked" ? { until_date: 0 } : {}),
    });
    this.bot.updates.add(
      "my_chat_member",
      {
        chat: this.chat,
        from: this.user,
        date: now(),
        old_chat_member: member(before),
        new_chat_member: member(after),
      },
      `membership:${this.chat.id}`,
    );
  }

  private fileContent(file: CustomerFile): Json {
    const kind = file.kind ?? "document";
    const { bytes, size, mime, name } = file;
    const stored = this.bot.keep(kind, {
      ...(bytes === undefined ? {} : { bytes }),
      ...(size === undefined ? {} : { size }),
      ...(mime === undefined ? {} : { mime }),
      ...(name === undefined ? {} : { name }),
    });
    const shape = { width: file.width ?? 320, height: file.height ?? 240, duration: file.duration ?? 1 };
    return { ...mediaFields(kind, stored, shape), ...(file.caption === undefined ? {} : { caption: file.caption }) };
  }

  private tell(kind: string, message: Message): void {
    this.bot.updates.add(kind, message, `chat:${this.chat.id}`);
  }

  private state(): ChatState {
    return this.bot.chatOf(this.chat, this.user);
  }
}

/** A group with the bot in it. */
export class Group {
  constructor(
    readonly chat: Chat,
    private readonly bot: Bot,
  ) {
    bot.chatOf(chat);
  }

  /** A person who writes in this group. */
  member(profile: CustomerProfile): Customer {
    return new Customer(profile, this.bot, this.chat);
  }

  /** The group becomes a supergroup: it has a new id, and the old one is refused with it. */
  migrate(newId: number): Group {
    const old = this.bot.chatOf(this.chat);
    const chat: Chat = { ...this.chat, id: newId, type: "supergroup" };
    const next = this.bot.chatOf(chat);
    const admin: User = { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };
    const left = this.bot.post(old, admin, { migrate_to_chat_id: newId });
    old.movedTo = newId;
    this.bot.updates.add("message", left, `chat:${this.chat.id}`);
    const arrived = this.bot.post(next, admin, { migrate_from_chat_id: this.chat.id });
    this.bot.updates.add("message", arrived, `chat:${newId}`);
    return new Group(chat, this.bot);
  }

  /** The bot is removed: everything it sends is refused. */
  kickBot(): void {
    this.bot.chatOf(this.chat).closedBecause = `Forbidden: bot was kicked from the ${this.chat.type} chat`;
  }
}

function privateChat({ id, firstName, lastName, username }: CustomerProfile): Chat {
  return {
    id,
    type: "private",
    first_name: firstName,
    ...(lastName === undefined ? {} : { last_name: lastName }),
    ...(username === undefined ? {} : { username }),
  };
}

function buttonsOf(message: Message): { text?: unknown; callback_data?: unknown }[] {
  const markup = message.reply_markup as
    { inline_keyboard?: { text?: unknown; callback_data?: unknown }[][] } | undefined;
  return markup?.inline_keyboard?.flat() ?? [];
}

/** Telegram marks commands by itself. */
function commandEntity(text: string): Json {
  const command = /^\/[A-Za-z0-9_]{1,32}(@\w+)?/.exec(text)?.[0];
  return command === undefined ? {} : { entities: [{ type: "bot_command", offset: 0, length: command.length }] };
}

function now(): number {
  return seconds();
}

function seconds(at = Date.now()): number {
  return Math.floor(at / 1000);
}
