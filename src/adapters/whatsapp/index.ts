import type { ChannelAdapter } from "../contract.js";
import { createGraphClient } from "../shared/graph/client.js";
import { verifyGraph } from "../shared/graph/signature.js";
import { probe, register, unregister } from "./account.js";
import { codes } from "./failures.js";
import { can, settings, type WhatsAppSettings } from "./manifest.js";
import { openMedia } from "./media.js";
import { normalize } from "./normalize.js";
import { addressOf, send } from "./send.js";
import { templatesOf } from "./templates.js";
import { explain, wizard } from "./wizard.js";

export type { WhatsAppSettings };

/** Numbers of the WhatsApp Business Platform (Cloud API). */
export const whatsapp: ChannelAdapter<WhatsAppSettings> = {
  manifest: {
    kind: "whatsapp",
    label: "WhatsApp",
    official: true,
    oneReceiver: true,
    needsPublicUrl: true,
    handshake: true,
    settings,
    can,
    wizard,
  },
  normalize,
  verify: verifyGraph,
  addressSetBy: ({ businessAccountId }) => (businessAccountId === undefined ? "hand" : "us"),
  explain,
  accountRef: ({ phoneNumberId }) => phoneNumberId,
  connect(own, tools) {
    const phone = own.phoneNumberId;
    const graph = createGraphClient({
      token: own.accessToken,
      appSecret: own.appSecret,
      apiRoot: tools.apiRoot,
      codes,
      now: tools.now ?? (() => new Date()),
    });
    const say = (body: Record<string, unknown>) =>
      graph.post(`${phone}/messages`, { messaging_product: "whatsapp", ...body });
    const { businessAccountId } = own;
    return {
      send: (message) => send(graph, tools, phone, message),
      close: () => Promise.resolve(),
      probe: (webhook) => probe(graph, own, tools, webhook),
      register: (webhook) => register(graph, own, webhook),
      unregister: () => unregister(graph, own),
      openMedia: (ref) => openMedia(graph, tools, phone, ref),
      async react(chat, target, emoji) {
        await say({ ...addressOf(chat), type: "reaction", reaction: { message_id: target, emoji: emoji ?? "" } });
      },
      async typing(_chat, answering) {
        // Shown for a message of the customer's only, and marks it as read.
        if (answering === undefined) return;
        await say({ status: "read", message_id: answering, typing_indicator: { type: "text" } });
      },
      async markRead(_chat, target) {
        await say({ status: "read", message_id: target });
      },
      async block(chat, blocked) {
        const body = { messaging_product: "whatsapp", block_users: [{ user: chat }] };
        if (blocked) await graph.post(`${phone}/block_users`, body);
        else await graph.delete(`${phone}/block_users`, {}, body);
      },
      ...(businessAccountId === undefined
        ? {}
        : { templates: (progress) => templatesOf(graph, businessAccountId, progress) }),
    };
  },
};
