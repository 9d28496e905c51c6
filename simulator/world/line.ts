/** Kinds of channels whose provider can be played. */
export type LineKind = "telegram" | "whatsapp" | "messenger" | "http";

/** Somebody who writes to an account. `id` is the provider's: a chat id, a phone in digits, a page-scoped id. */
export interface Person {
  id: string;
  name: string;
  language?: string | undefined;
  /** When they last wrote, in ms; for reply windows. */
  wroteAt?: number | undefined;
}

/** What a person does. `at` is when, in ms; now when missing. Messages are named by the provider's id. */
export type Act = { at?: number | undefined } & (
  | { kind: "text"; text: string; replyTo?: string | undefined }
  | { kind: "image" | "voice" | "document" | "sticker"; text?: string | undefined }
  | { kind: "location" | "contact"; text?: string | undefined }
  | { kind: "reaction"; target: string; text: string | null }
  | { kind: "edit"; target: string; text: string }
  | { kind: "remove"; target: string }
  | { kind: "choice"; text: string; target?: string | undefined }
);

export const faultKinds = [
  "refuse_token",
  "rate_limit",
  "window_closed",
  "slow",
  "duplicate",
  "out_of_order",
  "server_error",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One request over the wire with its answer. "in": the provider called the program. */
export interface Exchange {
  kind: LineKind;
  ref: string;
  direction: "in" | "out";
  method: string;
  url: string;
  request: unknown;
  status: number | null;
  response: unknown;
}

/** A message as it stands on the person's phone. */
export interface PhoneMessage {
  id: string;
  from: "customer" | "business";
  text: string;
  at: number;
}

/** One account at a played provider, and the hands of the people who write to it. */
export interface Line {
  readonly kind: LineKind;
  /** The provider's id of the account. */
  readonly ref: string;
  readonly faults: ReadonlySet<FaultKind>;
  readonly supports: readonly FaultKind[];
  people(): Person[];
  /** The person is there, as if they had written before. */
  know(person: Person): void;
  /** Throws Unable in words where the network has no such thing. Gives the provider's id of what was written. */
  act(person: Person, act: Act): string | null;
  /** The business wrote this earlier; gives the id that the channel's adapter would have been given. */
  said(person: Person, text: string, at: number): string;
  phone(personId: string): PhoneMessage[];
  fault(fault: FaultKind, on: boolean): void;
}

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
