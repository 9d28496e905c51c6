import { z } from "zod";
import type { Capabilities } from "../../core/capabilities.js";
import { accessToken, graphId, metaSecrets } from "../shared/graph/account.js";

const mb = 1024 * 1024;
const documents = 100 * mb;

/** What a number of the WhatsApp Business Platform can do. Numbers: see NOTES.md. */
export const can: Capabilities = {
  text: { max: 4096, unit: "characters", entities: true },
  caption: { max: 1024 },
  sends: ["text", "media", "album", "location", "contacts", "choices", "template"],
  media: {
    image: { maxBytes: 5 * mb, mimes: ["image/jpeg", "image/png"] },
    audio: {
      maxBytes: 16 * mb,
      mimes: ["audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/x-m4a"],
    },
    voice: { maxBytes: 16 * mb, mimes: ["audio/ogg", "audio/mp4", "audio/mpeg", "audio/aac", "audio/amr"] },
    video: { maxBytes: 16 * mb, mimes: ["video/mp4", "video/3gpp"] },
    document: { maxBytes: documents },
    sticker: { maxBytes: 500 * 1024, mimes: ["image/webp"] },
  },
  album: { min: 2, max: 10 },
  buttons: { max: 10, labelMax: 24, descriptionMax: 72, idMaxBytes: 200, links: true },
  reply: true,
  edit: { in: true, out: false },
  remove: { in: true, out: false },
  reaction: { in: true, out: true },
  typing: true,
  receipts: { delivered: true, read: true },
  window: { ms: 24 * 3_600_000, templateAfter: true },
  startsConversations: true,
  blocks: true,
  pace: { overallPerSecond: 80, perChatPerSecond: 1 / 6, chatBurst: 45 },
};

/** The settings of one connected number. */
export const settings = z.object({
  accessToken: accessToken.meta({
    title: "Access token",
    description:
      "In Meta's business settings under Users, System users: create one, give it the app and the WhatsApp account, and " +
      "generate a token with whatsapp_business_messaging and whatsapp_business_management. It does not run out; the one " +
      "of the app's API setup page does after a day.",
    link: "https://business.facebook.com/settings/system-users",
    expects: "the whole token, which begins with EAA",
    secret: true,
  }),
  phoneNumberId: graphId.meta({
    title: "Phone number id",
    description: "In the app dashboard under WhatsApp, API setup, below the number. Not the number itself.",
    link: "https://developers.facebook.com/apps/",
    expects: "digits only",
  }),
  businessAccountId: graphId.optional().meta({
    title: "WhatsApp business account id",
    description:
      "On the same page as the phone number id. With it templates are read and the webhook is set without your doing.",
    link: "https://developers.facebook.com/apps/",
    expects: "digits only",
  }),
  ...metaSecrets,
});

export type WhatsAppSettings = z.infer<typeof settings>;
