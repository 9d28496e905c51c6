import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Capabilities } from "../../core/capabilities.js";
import { asMeant, pastedSecret } from "../shared/pasted.js";

const most = 100 * 1024 * 1024;

/** What goes over the wire is ours to say; what the other side can show is its own matter. */
export const can: Capabilities = {
  text: { max: 10_000, unit: "characters", entities: false },
  caption: { max: 10_000 },
  sends: ["text", "media", "album", "location", "contacts", "choices"],
  media: {
    image: { maxBytes: most },
    audio: { maxBytes: most },
    voice: { maxBytes: most },
    video: { maxBytes: most },
    document: { maxBytes: most },
    sticker: { maxBytes: most },
  },
  album: { min: 2, max: 10 },
  buttons: { max: 50, labelMax: 200, links: true },
  reply: true,
  edit: { in: true, out: true },
  remove: { in: true, out: true },
  reaction: { in: true, out: true },
  typing: true,
  receipts: { delivered: true, read: true },
  window: null,
  startsConversations: true,
  pace: { overallPerSecond: 50, perChatPerSecond: 10, chatBurst: 20 },
};

const secret = pastedSecret().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, "`whsec_` and at least 24 bytes in base64");

/** The settings of one system that is connected as a channel. */
export const settings = z.object({
  accountId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default(() => randomBytes(9).toString("base64url"))
    .meta({ title: "Account id", description: "Made by this server when it is left out.", generated: true }),
  deliveryUrl: z
    .preprocess(
      (given) => (typeof given === "string" ? asMeant(given) : given),
      z.url({ protocol: /^https?$/ }).max(2_000),
    )
    .meta({
      title: "Where we deliver",
      description: "An address of your system. What agents and bots answer is posted there, signed.",
      expects: "an address that begins with https:// or http://",
      pattern: "^https?://.+",
    }),
  signingSecret: secret.meta({
    title: "Signing secret",
    description: "Make one: whsec_ and the output of `openssl rand -base64 32`. Your system keeps the same one.",
    expects: "whsec_ and at least 24 bytes in base64",
    secret: true,
  }),
  previousSigningSecret: secret.optional().meta({
    title: "Previous secret",
    description: "Only while the secret is being changed: the old one stays accepted beside the new one.",
    expects: "whsec_ and at least 24 bytes in base64",
    secret: true,
    advanced: true,
  }),
});

export type HttpSettings = z.infer<typeof settings>;
