import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Capabilities } from "../../core/capabilities.js";
import { pastedSecret } from "../shared/pasted.js";
import { sendableReactions } from "./reactions.js";

const mb = 1024 * 1024;

/** What a Telegram bot can do. Numbers: Bot API documentation, see NOTES.md. */
export const can: Capabilities = {
  text: { max: 4096, unit: "utf16", entities: true },
  caption: { max: 1024 },
  sends: ["text", "media", "album", "location", "contacts", "choices"],
  media: {
    image: { maxBytes: 10 * mb },
    audio: { maxBytes: 50 * mb },
    voice: { maxBytes: 50 * mb },
    video: { maxBytes: 50 * mb },
    video_note: { maxBytes: 50 * mb },
    animation: { maxBytes: 50 * mb },
    document: { maxBytes: 50 * mb },
    sticker: { maxBytes: 50 * mb },
  },
  album: { min: 2, max: 10 },
  buttons: { max: 100, labelMax: 64, idMaxBytes: 64 },
  reply: true,
  edit: { in: true, out: true },
  remove: { in: false, out: true, outWithinMs: 48 * 60 * 60 * 1000 },
  reaction: { in: true, out: true, emoji: sendableReactions },
  typing: true,
  receipts: { delivered: false, read: false },
  window: null,
  startsConversations: false,
  pace: { overallPerSecond: 30, perChatPerSecond: 1, chatBurst: 1, perGroupPerMinute: 20 },
};

/** A fresh webhook secret: 43 characters of those Telegram allows. */
export function newSecretToken(): string {
  return randomBytes(32).toString("base64url");
}

const secretToken = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, "1 to 256 characters of A-Z a-z 0-9 _ -");

/** The settings of one connected bot. `secretToken` is ours: it is made when it is not given. */
export const settings = z.object({
  token: pastedSecret()
    .regex(/^[1-9]\d{0,15}:[A-Za-z0-9_-]{1,64}$/, "a token from @BotFather, such as 123456:ABC-DEF…")
    .meta({
      title: "Bot token",
      description: "In Telegram, write /newbot to @BotFather, or /mybots for a bot you have, and choose API Token.",
      link: "https://t.me/BotFather",
      expects: "a token from @BotFather, such as 123456:ABC-DEF…",
      secret: true,
    }),
  mode: z
    .enum(["webhook", "polling"])
    .default("webhook")
    .meta({
      title: "How messages arrive",
      description: "Polling works everywhere. A webhook is faster and needs PUBLIC_URL to be an https address.",
      labels: { webhook: "Webhook: Telegram calls this server", polling: "Polling: this server asks Telegram" },
      withoutHttps: "polling",
    }),
  secretToken: secretToken.default(newSecretToken).meta({
    title: "Webhook secret",
    description: "Made by this server.",
    secret: true,
    generated: true,
  }),
  previousSecretToken: secretToken.optional().meta({
    title: "Previous webhook secret",
    description: "Still accepted while the secret is being changed.",
    secret: true,
    generated: true,
  }),
  previousUntil: z.iso.datetime().optional().meta({
    title: "Until when it is accepted",
    description: "Set by this server.",
    generated: true,
  }),
});

export type TelegramSettings = z.infer<typeof settings>;

/** Updates that were on their way with the old secret have come long before this. */
const overlapMs = 3_600_000;

/** A new webhook secret; the old one is accepted for an hour yet. */
export function rotate(settings: TelegramSettings, now: Date): TelegramSettings {
  return {
    ...settings,
    secretToken: newSecretToken(),
    previousSecretToken: settings.secretToken,
    previousUntil: new Date(now.getTime() + overlapMs).toISOString(),
  };
}

/** Without the old secret, once its hour is over. */
export function retire(settings: TelegramSettings, now: Date): TelegramSettings | undefined {
  const { previousSecretToken, previousUntil, ...rest } = settings;
  const over = previousUntil === undefined || Date.parse(previousUntil) <= now.getTime();
  return previousSecretToken !== undefined && over ? rest : undefined;
}

/** The bot's user id, which every token starts with. */
export function botIdOf(token: string): string {
  return token.slice(0, token.indexOf(":"));
}
