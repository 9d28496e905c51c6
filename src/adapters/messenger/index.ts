import { ProviderError } from "../../core/errors.js";
import type { ChannelAdapter } from "../contract.js";
import { createGraphClient } from "../shared/graph/client.js";
import { verifyGraph } from "../shared/graph/signature.js";
import { openAt } from "../shared/graph/media.js";
import { text } from "../shared/read.js";
import { probe, register, unregister } from "./account.js";
import { actionBody } from "./client.js";
import { codes } from "./failures.js";
import { can, settings, type MessengerSettings } from "./manifest.js";
import { normalize } from "./normalize.js";
import { send } from "./send.js";
import { createUploads } from "./uploads.js";
import { explain, wizard } from "./wizard.js";

export type { MessengerSettings };

/** Facebook pages in Messenger, over the Graph API. */
export const messenger: ChannelAdapter<MessengerSettings> = {
  manifest: {
    kind: "messenger",
    label: "Facebook Messenger",
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
  addressSetBy: ({ appId }) => (appId === undefined ? "hand" : "us"),
  explain,
  accountRef: ({ pageId }) => pageId,
  connect(own, tools) {
    const graph = createGraphClient({
      token: own.pageAccessToken,
      appSecret: own.appSecret,
      apiRoot: tools.apiRoot,
      codes,
      now: tools.now ?? (() => new Date()),
    });
    const uploads = createUploads(graph, tools);
    return {
      send: (message) => send(graph, tools, uploads, message),
      close: () => Promise.resolve(),
      probe: (webhook) => probe(graph, own, tools, webhook),
      register: (webhook) => register(graph, own, tools, webhook),
      unregister: () => unregister(graph),
      openMedia: ({ source }) => openAt(graph, tools, source),
      async typing(chat) {
        await graph.post("me/messages", actionBody(chat, "typing_on"));
      },
      async markRead(chat) {
        await graph.post("me/messages", actionBody(chat, "mark_seen"));
      },
      async profile(user) {
        try {
          const person = await graph.get(user, { fields: "first_name,last_name,profile_pic" });
          const name = [text(person.first_name), text(person.last_name)].filter(Boolean).join(" ");
          return { name: name === "" ? undefined : name };
        } catch (error) {
          // People who did not agree have no profile; the conversation goes on without a name.
          if (error instanceof ProviderError && error.failure.kind === "refused") return {};
          throw error;
        }
      },
    };
  },
};
