import { z } from "zod";
import type { Capabilities } from "../../core/capabilities.js";
import { accessToken, graphId, metaSecrets } from "../shared/graph/account.js";

const mb = 1024 * 1024;
const hour = 3_600_000;

/** What a Facebook page can do in Messenger. Numbers: see NOTES.md. */
export const can: Capabilities = {
  text: { max: 2000, unit: "characters", entities: false },
  caption: null,
  sends: ["text", "media", "album", "choices", "cards"],
  media: {
    image: { maxBytes: 8 * mb },
    animation: { maxBytes: 8 * mb },
    sticker: { maxBytes: 8 * mb },
    audio: { maxBytes: 25 * mb },
    voice: { maxBytes: 25 * mb },
    video: { maxBytes: 25 * mb },
    video_note: { maxBytes: 25 * mb },
    document: { maxBytes: 25 * mb },
  },
  album: { min: 2, max: 10 },
  buttons: { max: 13, labelMax: 20, idMaxBytes: 1000, links: true },
  reply: true,
  edit: { in: true, out: false },
  remove: { in: false, out: false },
  reaction: { in: true, out: false },
  typing: true,
  receipts: { delivered: true, read: true },
  window: { ms: 24 * hour, humanMs: 7 * 24 * hour, templateAfter: false },
  startsConversations: false,
  profiles: true,
  pace: { overallPerSecond: 40, perChatPerSecond: 5, chatBurst: 10 },
};

/** The settings of one connected page. */
export const settings = z.object({
  pageAccessToken: accessToken.meta({
    title: "Page access token",
    description:
      "In the app dashboard under Messenger, API settings, Generate access tokens, beside your page. It needs " +
      "pages_messaging and pages_manage_metadata.",
    link: "https://developers.facebook.com/apps/",
    expects: "the whole token, which begins with EAA",
    secret: true,
  }),
  pageId: graphId.optional().meta({
    title: "Page id",
    description: "Found by the token when left out. On the page itself it is under About, Page transparency.",
    expects: "digits only",
    advanced: true,
  }),
  ...metaSecrets,
  appId: graphId.optional().meta({
    title: "App id",
    description: "At the top of the app dashboard. With it the webhook is set without your doing.",
    link: "https://developers.facebook.com/apps/",
    expects: "digits only",
  }),
});

export type MessengerSettings = z.infer<typeof settings>;
