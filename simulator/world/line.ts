import type { PhoneMessage } from "../../src/core/playedProvider.js";

/** The network has no such thing, or it is not there. */
export class Unable extends Error {}

/** The messages on people's phones, for what the stand-in itself does not keep. */
export class Phones {
  private readonly chats = new Map<string, PhoneMessage[]>();

  add(personId: string, message: PhoneMessage): void {
    const chat = this.chats.get(personId) ?? [];
    chat.push(message);
    if (chat.length > mostMessages) chat.shift();
    this.chats.set(personId, chat);
  }

  change(personId: string, id: string, text: string): void {
    const found = this.chats.get(personId)?.find((message) => message.id === id);
    if (found) found.text = text;
  }

  of(personId: string): PhoneMessage[] {
    return [...(this.chats.get(personId) ?? [])].sort((a, b) => a.at - b.at);
  }
}

const mostMessages = 30;
