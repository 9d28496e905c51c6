/** Kinds of channels whose provider can be played. */
export const playedKinds = ["telegram", "whatsapp", "messenger", "http"] as const;
export type PlayedKind = (typeof playedKinds)[number];

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

/** What a played provider can be made to do wrong. */
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
  kind: PlayedKind;
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
  readonly kind: PlayedKind;
  /** The provider's id of the account. */
  readonly ref: string;
  readonly faults: ReadonlySet<FaultKind>;
  readonly supports: readonly FaultKind[];
  people(): Person[];
  /** The person is there, as if they had written before. */
  know(person: Person): void;
  /** Throws in words where the network has no such thing. Gives the provider's id of what was written. */
  act(person: Person, act: Act): string | null;
  /** The business wrote this earlier; gives the id that the channel's adapter would have been given. */
  said(person: Person, text: string, at: number): string;
  phone(personId: string): PhoneMessage[];
  fault(fault: FaultKind, on: boolean): void;
}

/** What a line is known by: the settings of the channel account that is connected to it. */
export interface LineSettings {
  kind: PlayedKind;
  name: string;
  settings: Record<string, unknown>;
  /** Where the account is told of what happens, for systems that nobody can tell over their API. */
  webhook?: string | undefined;
}

/** What whoever has the providers played is told of. */
export interface WorldHooks {
  exchanged(exchange: Exchange): void;
  /** The program sent a person something. */
  sent(line: Line, personId: string, text: string): void;
}

/** The stand-ins of all providers in one process, on free ports of this machine, without their controls. */
export interface World {
  /** Base addresses: in place of Telegram's, of Meta's, and of somebody's own system. */
  roots: { telegram: string; graph: string; own: string };
  /** Makes sure the account is known at its provider. Idempotent. */
  learn(line: LineSettings): Line;
  line(kind: string, ref: string): Line | undefined;
  forget(kind: string, ref: string): void;
  close(): Promise<void>;
}
