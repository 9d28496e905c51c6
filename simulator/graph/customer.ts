import { createHash } from "node:crypto";
import { changeOf, newWamid } from "./whatsapp.js";
import { entryOf, newMid } from "./messenger.js";
import type { MediaStore } from "./media.js";
import type { Account, Json, StoredMedia } from "./wire.js";

export interface GraphCustomerProfile {
  /** PSID, or phone in digits. */
  id: string;
  name: string;
  /** WhatsApp's business-scoped id. */
  userId?: string;
  /** A username user: the phone is not told. */
  hidesPhone?: boolean;
}

interface World {
  media: MediaStore;
  now(): number;
  base(): string;
  deliver(account: Account, payload: Json): void;
  /** Profiles by id. */
  people: Map<string, GraphCustomerProfile>;
}

/** Somebody who writes to a page or a number. Every act is told at once; ids are given back. */
export class GraphCustomer {
  constructor(
    readonly profile: GraphCustomerProfile,
    private readonly account: Account,
    private readonly world: World,
  ) {
    world.people.set(profile.id, profile);
  }

  /** Writes a text. */
  write(text: string, options: { replyTo?: string } = {}): string {
    return this.account.kind === "messenger"
      ? this.say({ text, ...(options.replyTo ? { reply_to: { mid: options.replyTo } } : {}) })
      : this.send({
          type: "text",
          text: { body: text },
          ...(options.replyTo ? { context: { from: this.account.phone, id: options.replyTo } } : {}),
        });
  }

  /** Sends a picture or another file. */
  sendFile(
    file: StoredMedia,
    type: "image" | "audio" | "voice" | "video" | "document" | "sticker" = "image",
    caption?: string,
  ): string {
    const id = this.world.media.add(file);
    if (this.account.kind === "messenger") {
      const url = this.world.media.address(id, this.world.base());
      const named: Record<string, string> = { document: "file", voice: "audio", sticker: "image" };
      const attachment = { type: named[type] ?? type, payload: { url } };
      return this.say({ attachments: [attachment], ...(caption ? { text: caption } : {}) });
    }
    const sha256 = createHash("sha256").update(file.bytes).digest("base64");
    const about = { id, mime_type: file.mime, sha256, ...(caption ? { caption } : {}) };
    if (type === "voice") return this.send({ type: "audio", audio: { ...about, voice: true } });
    return this.send({ type, [type]: type === "document" ? { ...about, filename: file.name } : about });
  }

  /** Any message content in the provider's own words. */
  send(content: Json): string {
    return this.account.kind === "messenger" ? this.say(content) : this.message(content);
  }

  react(target: string, emoji: string | null): void {
    if (this.account.kind === "messenger") {
      const action = emoji === null ? "unreact" : "react";
      this.event({ reaction: { mid: target, action, reaction: "other", ...(emoji === null ? {} : { emoji }) } });
    } else {
      this.message({ type: "reaction", reaction: { message_id: target, ...(emoji === null ? {} : { emoji }) } });
    }
  }

  /** Presses a button or chooses from a list. */
  choose(id: string, label: string, options: { replyTo?: string } = {}): string {
    if (this.account.kind === "messenger") {
      const mid = newMid();
      this.event({ postback: { mid, title: label, payload: id } });
      return mid;
    }
    const context = options.replyTo ? { context: { from: this.account.phone, id: options.replyTo } } : {};
    return this.message({
      type: "interactive",
      interactive: { type: "button_reply", button_reply: { id, title: label } },
      ...context,
    });
  }

  edit(target: string, text: string): void {
    if (this.account.kind === "messenger") this.event({ message_edit: { mid: target, text, num_edit: 1 } });
    else {
      const message = { type: "text", text: { body: text } };
      this.message({ type: "edit", edit: { original_message_id: target, message } });
    }
  }

  /** Has read everything until now (Messenger). */
  read(): void {
    this.event({ read: { watermark: this.world.now() } });
  }

  /** Any event of a page. */
  event(event: Json, list = "messaging"): void {
    const now = this.world.now();
    const { account } = this;
    const spoke = event.message !== undefined || event.postback !== undefined || event.reaction !== undefined;
    if (spoke) heard(account, this.profile.id, now);
    const full = { sender: { id: this.profile.id }, recipient: { id: account.id }, timestamp: now, ...event };
    this.world.deliver(account, entryOf(account, [full], now, list));
  }

  private say(message: Json): string {
    const mid = newMid();
    this.event({ message: { mid, ...message } });
    return mid;
  }

  private message(content: Json): string {
    const { account, profile, world } = this;
    const now = world.now();
    const id = newWamid();
    heard(account, profile.id, now);
    const { userId, hidesPhone, name } = profile;
    if (userId) heard(account, userId, now);
    const ids = { ...(hidesPhone ? {} : { wa_id: profile.id }), ...(userId ? { user_id: userId } : {}) };
    const from = { ...(hidesPhone ? {} : { from: profile.id }), ...(userId ? { from_user_id: userId } : {}) };
    const message = { ...from, id, timestamp: String(Math.floor(now / 1000)), ...content };
    world.deliver(
      account,
      changeOf(account, "messages", { contacts: [{ profile: { name }, ...ids }], messages: [message] }, now),
    );
    return id;
  }
}

/** What is told late of an earlier time does not close a window. */
function heard(account: Account, id: string, at: number): void {
  account.lastInbound.set(id, Math.max(at, account.lastInbound.get(id) ?? 0));
}
