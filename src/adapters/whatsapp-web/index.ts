import type { ChannelAdapter } from "../contract.js";
import { can, risk, settings, type WhatsAppWebSettings } from "./manifest.js";
import { normalize } from "./normalize.js";
import { createAsk, send, sessionMethods } from "./send.js";
import { runSession } from "./session.js";
import { wizard } from "./wizard.js";

export type { WhatsAppWebSettings };

/** A number linked as WhatsApp Web: a browser per number, driven by whatsapp-web.js. Not offered by WhatsApp. */
export const whatsappWeb: ChannelAdapter<WhatsAppWebSettings> = {
  manifest: {
    kind: "whatsapp_web",
    label: "WhatsApp Web (unofficial)",
    official: false,
    needsPublicUrl: false,
    warning: risk,
    settings,
    can,
    wizard,
  },
  normalize,
  addressSetBy: () => "none",
  accountRef: ({ number }) => number,
  connect(own, tools) {
    const ask = createAsk(tools, own);
    return {
      send: (message) => send(ask, message),
      close: () => Promise.resolve(),
      listen: (sink, stop) => runSession(own, tools, sink, stop),
      ...sessionMethods(ask, tools, own),
    };
  },
};
