import { Readable } from "node:stream";
import { startGraphSimulator, type Account, type GraphSimulator } from "../../simulator/graph/index.js";
import type { ChannelAdapter } from "../../src/adapters/contract.js";
import { ProviderError } from "../../src/core/errors.js";
import type { CapturedLog } from "./captureLog.js";
import type { StandIn } from "./channelSuite.js";

/** A chat that takes messages. */
export const chat = "16505551234";

export interface MetaStandIn extends StandIn {
  graph: GraphSimulator;
  account: Account;
}

/** A page or a number on the stand-in of Meta, with somebody who has just written. */
export async function metaStandIn<S>(
  adapter: ChannelAdapter<S>,
  settings: S,
  add: (graph: GraphSimulator) => Account,
  log: CapturedLog["log"],
): Promise<MetaStandIn> {
  const graph = await startGraphSimulator({ port: 0, timeScale: 0.001 });
  const account = add(graph);
  account.lastInbound.set(chat, graph.now());
  const channel = adapter.connect(settings, {
    log,
    now: () => new Date(graph.now()),
    apiRoot: `${graph.apiRoot}/v25.0`,
    openUpload: (source) => {
      if (source === "upload:gone") {
        return Promise.reject(new ProviderError({ kind: "refused", why: "content" }, "The file is gone."));
      }
      return Promise.resolve({ stream: Readable.from([Buffer.from("a file of ours")]), name: "a.png" });
    },
  });
  return {
    graph,
    account,
    channel,
    chat,
    takenTexts: () => graph.sent().flatMap(({ text }) => (text === undefined ? [] : [text])),
    close: () => graph.close(),
  };
}

/** A genuine webhook of Meta. */
export const signedRequest = (signature: string, body: Buffer) => ({
  method: "POST",
  headers: { "x-hub-signature-256": signature },
  query: {},
  body,
});

export const handshakeRequest = (token: string, challenge: string) => ({
  method: "GET",
  headers: {},
  query: { "hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge },
  body: Buffer.alloc(0),
});
