import { randomUUID } from "node:crypto";
import { ProviderError } from "../../core/errors.js";
import type { ChannelAdapter } from "../contract.js";
import { can, settings, type HttpSettings } from "./manifest.js";
import { normalize } from "./normalize.js";
import { delivering, partsOf, send } from "./send.js";
import { verify } from "./verify.js";
import { explain, wizard } from "./wizard.js";

export type { HttpSettings };
export { httpDelivery, httpInbound } from "./schema.js";

/** Anybody's own system as a channel: signed events in, signed deliveries out. */
export const http: ChannelAdapter<HttpSettings> = {
  manifest: {
    kind: "http",
    label: "Custom HTTP channel",
    official: true,
    needsPublicUrl: false,
    settings,
    can,
    wizard,
  },
  normalize,
  verify,
  addressSetBy: () => "hand",
  explain,
  accountRef: ({ accountId }) => accountId,
  connect(own, tools) {
    const deliver = delivering(own, tools);
    const tell = async (body: Record<string, unknown>) => {
      await deliver(`chg_${randomUUID()}`, body);
    };
    return {
      send: (message) => send(deliver, tools, message),
      close: () => Promise.resolve(),
      async openMedia({ source }) {
        if (tools.openPublic) return tools.openPublic(source);
        throw new ProviderError({ kind: "unsupported", feature: "media" }, "Files cannot be fetched here.");
      },
      async edit(chat, target, content) {
        const [part] = await partsOf(content, tools);
        await tell({ type: "edit", chat, target, content: part });
      },
      remove: (chat, target) => tell({ type: "removal", chat, target }),
      react: (chat, target, emoji) => tell({ type: "reaction", chat, target, emoji }),
      tryOut: () => tell({ type: "test" }),
      typing: (chat) => tell({ type: "typing", chat }),
      markRead: (chat, target) => tell({ type: "read", chat, target }),
    };
  },
};
