import type { ChannelAdapter } from "../contract.js";
import { acknowledge, probe, register, unregister } from "./account.js";
import { edit, markRead, react, remove, typing } from "./change.js";
import { createClient } from "./client.js";
import { botIdOf, can, retire, rotate, settings, type TelegramSettings } from "./manifest.js";
import { openMedia } from "./media.js";
import { normalize } from "./normalize.js";
import { poll } from "./poll.js";
import { send } from "./send.js";
import { verify } from "./verify.js";
import { explain, wizard } from "./wizard.js";

export type { TelegramSettings };

/** Telegram bots over the Bot API: by webhook, or by long polling where there is no public URL. */
export const telegram: ChannelAdapter<TelegramSettings> = {
  manifest: {
    kind: "telegram",
    label: "Telegram",
    official: true,
    oneReceiver: true,
    needsPublicUrl: false,
    settings,
    can,
    wizard,
  },
  normalize,
  verify,
  rotate,
  retire,
  addressSetBy: ({ mode }) => (mode === "webhook" ? "us" : "none"),
  explain,
  accountRef: ({ token }) => botIdOf(token),
  connect(own, tools) {
    const client = createClient(own.token, tools.apiRoot);
    const polling = own.mode === "polling";
    return {
      send: (message) => send(client, tools, message),
      close: () => Promise.resolve(),
      // One or the other: Telegram does not do both for one bot.
      ...(polling
        ? { listen: (sink, stop) => poll(client, tools.log, sink, stop) }
        : { register: ({ url }) => register(client, own, url), unregister: () => unregister(client) }),
      probe: (webhook) => probe(client, own, webhook),
      openMedia: (ref) => openMedia(client, ref),
      edit: (chat, target, content) => edit(client, chat, target, content),
      remove: (chat, target) => remove(client, chat, target),
      react: (chat, target, emoji) => react(client, chat, target, emoji),
      typing: (chat) => typing(client, chat),
      markRead: (chat, target) => markRead(client, chat, target),
      acknowledge: (event) => acknowledge(client, event),
    };
  },
};
