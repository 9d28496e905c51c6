import { z } from "zod";
import type { Capabilities } from "../../core/capabilities.js";

const mb = 1024 * 1024;

/** What a number linked as WhatsApp Web can do. Numbers: see NOTES.md. */
export const can: Capabilities = {
  text: { max: 65_536, unit: "utf16", entities: true },
  caption: { max: 1024 },
  sends: ["text", "media", "album", "location", "contacts"],
  // A file passes through the browser as one piece of text: larger ones would exceed its memory before WhatsApp's limit.
  media: {
    image: { maxBytes: 16 * mb },
    audio: { maxBytes: 16 * mb },
    voice: { maxBytes: 16 * mb },
    video: { maxBytes: 32 * mb },
    animation: { maxBytes: 16 * mb },
    document: { maxBytes: 32 * mb },
    sticker: { maxBytes: 1 * mb, mimes: ["image/webp"] },
  },
  album: { min: 2, max: 10 },
  buttons: null,
  reply: true,
  edit: { in: true, out: true },
  remove: { in: true, out: true, outWithinMs: 48 * 60 * 60 * 1000 },
  reaction: { in: true, out: true },
  typing: true,
  receipts: { delivered: true, read: true },
  window: null,
  startsConversations: true,
  // Numbers are banned for behaviour no person shows: seconds lie between two messages, more of them in one chat.
  pace: { overallPerSecond: 0.5, perChatPerSecond: 0.3, chatBurst: 2, perGroupPerMinute: 6 },
};

/** What an owner must know before linking a number. */
export const risk =
  "This connection is not offered by WhatsApp: it works like a linked device that a program controls. " +
  "WhatsApp may ban the number at any time, without warning and for good, with all its chats. " +
  "Do not use a number you cannot afford to lose.";

/** The settings of one linked number. There is no secret: the proof of the link lies in the browser's own store. */
export const settings = z.object({
  number: z
    .string()
    .trim()
    .transform((value) => value.replace(/[\s()./-]+/g, "").replace(/^(\+|00)/, ""))
    .pipe(z.string().regex(/^[1-9]\d{6,14}$/, "the number with its country code, such as +49 151 23456789"))
    .meta({
      title: "Phone number",
      description: "The number of the WhatsApp account on the phone, with its country code.",
      expects: "the number with its country code, such as +49 151 23456789",
      pattern: "^(\\+|00)?[1-9][0-9 ()./-]{6,24}$",
    }),
  pairing: z
    .enum(["qr", "phone"])
    .default("qr")
    .meta({
      title: "How to link",
      description: "On the phone: Settings, Linked devices, Link a device.",
      labels: { qr: "Scan a QR code with the phone", phone: "Type an eight-letter code on the phone" },
    }),
  riskAccepted: z
    .literal(true, "the risk must be accepted to use this channel")
    .meta({ title: "I accept that this number may be banned", description: risk }),
});

export type WhatsAppWebSettings = z.infer<typeof settings>;
