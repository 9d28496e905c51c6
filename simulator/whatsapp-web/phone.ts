import { randomBytes, randomUUID } from "node:crypto";
import type { Json, PageLine } from "./pages.js";

/** Somebody who writes to the business. */
export interface Person {
  /** `4915…@c.us`; missing when WhatsApp hides it. */
  phone?: string;
  /** `1182…@lid`. */
  lid?: string;
  name: string;
  /** What the phone's address book calls them; missing when they do not stand in it. */
  savedAs?: string;
}

/** A message as the web client's model has it. */
export interface StoredMessage extends Json {
  id: { fromMe: boolean; remote: string; id: string; participant?: string; _serialized: string };
  type: string;
  t: number;
}

interface Chat {
  id: string;
  title: string;
  unreadCount: number;
  participants?: string[];
  messages: StoredMessage[];
}

const newId = () => `3EB0${randomBytes(9).toString("hex").toUpperCase()}`;

/** A phone with WhatsApp and the chats in it: what is told to each device that is linked to it. */
export class Phone {
  readonly me: { pn: string; lid: string; name: string };
  readonly devices = new Set<string>();
  readonly people: Person[] = [];
  readonly chats = new Map<string, Chat>();
  /** Pages of linked devices that are connected now. */
  readonly lines = new Set<PageLine>();

  constructor(number: string, name: string) {
    this.me = { pn: `${number}@c.us`, lid: `${number.split("").reverse().join("")}@lid`, name };
  }

  /** Links a page as a new device. */
  link(line: PageLine): void {
    const device = randomUUID();
    this.devices.add(device);
    line.tell({ type: "paired", device });
  }

  /** A linked device came (back): it gets everything there is. */
  welcome(line: PageLine): void {
    this.lines.add(line);
    line.tell({
      type: "welcome",
      self: this.me,
      people: this.people,
      chats: this.chatList(),
      messages: [...this.chats.values()].flatMap((chat) => chat.messages),
    });
  }

  /** Takes the link away from every device, as "Log out" on the phone does. */
  logOut(): void {
    this.devices.clear();
    for (const line of this.lines) line.tell({ type: "unpaired" });
    this.lines.clear();
  }

  /** The web client's connection gets another state: CONFLICT, TIMEOUT, TOS_BLOCK … */
  state(state: string): void {
    this.tell({ type: "state", state });
  }

  /** The page stops answering. */
  hang(): void {
    this.tell({ type: "hang" });
  }

  /** The web client loads itself anew, as it does for a new version of itself. */
  reload(): void {
    this.tell({ type: "reload" });
  }

  know(person: Person): string {
    if (!this.people.includes(person)) this.people.push(person);
    return person.phone ?? person.lid ?? "";
  }

  /** A person writes; resolves to the message's id. `more` are attributes of the web client's model. */
  receive(person: Person, more: Json, chatId?: string): string {
    const from = this.know(person);
    return this.add(
      { fromMe: false, remote: chatId ?? from, author: chatId ? from : undefined, name: person.name },
      more,
    );
  }

  /** The business writes on the phone itself. */
  writes(to: Person, body: string): string {
    return this.add({ fromMe: true, remote: this.know(to) }, { type: "chat", body });
  }

  /** A group all of whose members may write. */
  group(id: string, title: string): string {
    this.chats.set(id, { id, title, unreadCount: 0, participants: [], messages: [] });
    return id;
  }

  /** A message that a page sent. */
  keep(message: StoredMessage): void {
    this.chatOf(message.id.remote).messages.push(message);
  }

  ack(id: string, ack: number): void {
    this.tell({ type: "ack", id, ack });
  }

  edit(id: string, body: string): void {
    this.change(id, (message) => Object.assign(message, message.directPath ? { caption: body } : { body }));
    this.tell({ type: "edit", id, body, t: Date.now() });
  }

  revoke(id: string): void {
    this.change(id, (message) => Object.assign(message, { type: "revoked", body: "" }));
    this.tell({ type: "revoke", id });
  }

  react(id: string, person: Person, reaction: string): void {
    this.tell({ type: "reaction", id, reaction, author: this.know(person), t: Date.now() });
  }

  vote(id: string, person: Person, options: number[]): void {
    this.tell({ type: "vote", id, options, author: this.know(person), t: Date.now() });
  }

  seen(chat: string): void {
    const found = this.chats.get(chat);
    if (found) found.unreadCount = 0;
  }

  find(id: string): StoredMessage | undefined {
    return [...this.chats.values()].flatMap((chat) => chat.messages).find((message) => message.id._serialized === id);
  }

  chatList() {
    return [...this.chats.values()].map(({ messages: _messages, ...chat }) => chat);
  }

  chatOf(id: string): Chat {
    const known = this.chats.get(id);
    if (known) return known;
    const person = this.people.find((one) => one.phone === id || one.lid === id);
    const chat: Chat = { id, title: person?.name ?? id, unreadCount: 0, messages: [] };
    this.chats.set(id, chat);
    return chat;
  }

  private add(
    key: { fromMe: boolean; remote: string; author?: string | undefined; name?: string },
    more: Json,
  ): string {
    const { fromMe, remote, author, name } = key;
    const id = newId();
    const serialized = `${fromMe}_${remote}_${id}${author === undefined ? "" : `_${author}`}`;
    const message: StoredMessage = {
      body: "",
      type: "chat",
      ack: 1,
      t: Math.trunc(Date.now() / 1000),
      from: fromMe ? this.me.pn : remote,
      to: fromMe ? remote : this.me.pn,
      notifyName: name,
      ...(author === undefined ? {} : { author }),
      ...more,
      id: { fromMe, remote, id, ...(author === undefined ? {} : { participant: author }), _serialized: serialized },
    };
    const chat = this.chatOf(remote);
    chat.messages.push(message);
    if (!fromMe) chat.unreadCount += 1;
    this.tell({ type: "message", message, people: this.people, chats: this.chatList() });
    this.tell({ type: "unread", chat: remote, unreadCount: chat.unreadCount });
    return serialized;
  }

  private change(id: string, work: (message: StoredMessage) => void): void {
    const message = this.find(id);
    if (message) work(message);
  }

  private tell(event: Json): void {
    for (const line of this.lines) line.tell(event);
  }
}
