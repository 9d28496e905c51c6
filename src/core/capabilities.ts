import type { ContentKind, MediaRole } from "./message.js";

/** How a provider counts the length of a text. */
export type TextUnit = "utf16" | "characters" | "bytes";

/** What a channel can do, as data: composer, flow builder and API check it before anything is sent. */
export interface Capabilities {
  /** `entities`: formatting reaches the reader, as entities or as the channel's own signs. */
  text: { max: number; unit: TextUnit; entities: boolean };
  caption: { max: number } | null;
  /** Content kinds that can be sent. */
  sends: readonly ContentKind[];
  /** Largest upload by role, in bytes; a role that is missing cannot be sent. */
  media: Partial<Record<MediaRole, { maxBytes: number; mimes?: readonly string[] }>>;
  album: { min: number; max: number } | null;
  buttons: {
    max: number;
    labelMax: number;
    /** What an option may say beside its label; 0 or missing: nothing. */
    descriptionMax?: number;
    /** Options may open a page. */
    links?: boolean;
    /** What a button carries back, in bytes; longer ids travel as stand-ins. */ idMaxBytes?: number;
  } | null;
  reply: boolean;
  edit: { in: boolean; out: boolean };
  remove: { in: boolean; out: boolean; outWithinMs?: number };
  /** `emoji`: those that may be used; missing: any. Compared without their variation selectors. */
  reaction: { in: boolean; out: boolean; emoji?: readonly string[] };
  typing: boolean;
  receipts: { delivered: boolean; read: boolean };
  /** null: no reply window. Otherwise how long after the customer's last message a reply is allowed. */
  window: { ms: number; humanMs?: number; templateAfter: boolean } | null;
  /** May we write first? */
  startsConversations: boolean;
  /** Names are not in the messages and have to be asked for. */
  profiles?: boolean;
  /** Persons can be kept from writing. */
  blocks?: boolean;
  /** Sends per second that the provider lets through. */
  pace: {
    overallPerSecond: number;
    perChatPerSecond: number;
    /** Messages to one chat that may go at once before its pace counts. */
    chatBurst?: number;
    perGroupPerMinute?: number;
  };
}
