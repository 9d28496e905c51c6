import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { signatureOf, type Fault } from "../../../simulator/graph/index.js";
import { messenger } from "../../../src/adapters/messenger/index.js";
import type { Failure } from "../../../src/core/errors.js";
import { captureLog } from "../captureLog.js";
import { channelSuite, type ErrorCase } from "../channelSuite.js";
import { chat, handshakeRequest, metaStandIn, signedRequest, type MetaStandIn } from "../metaStandIn.js";

const self = "109876543210987";
const settings = { pageAccessToken: "EAAtokenOfThePage", pageId: self, appSecret: "appSecretOfThePage" };
const credentials = { token: settings.pageAccessToken, appSecret: settings.appSecret };
const hour = 3_600_000;

let running: MetaStandIn;
const message = { id: "msg_1", chat, content: { kind: "text" as const, text: "hi" }, byHuman: true };
const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });
const notTaken: Failure = { kind: "unreachable", mayHaveBeenSent: false };
const maybe: Failure = { kind: "unreachable", mayHaveBeenSent: true };

/** A send that meets a fault of the provider. */
const faulty = (name: string, fault: Fault, failure: Failure): ErrorCase => ({
  name,
  failure,
  provoke: (standIn) => {
    running.graph.fault({ path: "/messages", ...fault });
    return standIn.channel.send(message);
  },
});
const coded = (code: number, failure: Failure, subcode?: number): ErrorCase =>
  faulty(`${code}${subcode === undefined ? "" : `/${subcode}`}`, { code, subcode }, failure);

const errors: ErrorCase[] = [
  ...[1, 2].map((code) => coded(code, { ...notTaken, triesMost: 3 })),
  ...[4, 32].map((code) => coded(code, { kind: "rate_limited", retryAfterMs: 300_000 })),
  coded(613, { kind: "rate_limited", retryAfterMs: 60_000 }),
  coded(1200, notTaken),
  coded(10, refused("window_closed"), 2018278),
  coded(10, refused("window_closed"), 2534022),
  coded(10, { kind: "auth_expired" }),
  coded(551, refused("blocked")),
  coded(100, refused("recipient"), 2018001),
  coded(100, refused("recipient"), 33),
  coded(100, refused("content"), 2018047),
  coded(100, refused("content")),
  ...[190, 200, 230].map((code) => coded(code, { kind: "auth_expired" })),
  coded(368, { kind: "suspended" }),
  coded(999_999, { kind: "unexpected" }),
  faulty("500 without words", { status: 500 }, maybe),
  faulty("a broken connection", { dropBeforeAccept: true }, maybe),
  faulty("a connection that broke after it was sent", { dropAfterAccept: true }, maybe),
  {
    name: "a person who never wrote",
    failure: refused("recipient"),
    provoke: ({ channel }) => channel.send({ ...message, chat: "555" }),
  },
  {
    name: "a bot's answer after a day",
    failure: refused("window_closed"),
    provoke: ({ channel }) =>
      channel.send({ ...message, byHuman: false, customerWroteAt: new Date(Date.now() - 25 * hour) }),
  },
  {
    name: "a person's answer after a week",
    failure: refused("window_closed"),
    provoke: ({ channel }) => channel.send({ ...message, customerWroteAt: new Date(Date.now() - 169 * hour) }),
  },
  {
    name: "a kind Messenger does not have",
    failure: { kind: "unsupported", feature: "location" },
    provoke: ({ channel }) => channel.send({ ...message, content: { kind: "location", lat: 1, lng: 2 } }),
  },
  {
    name: "a card with a title that is too long",
    failure: refused("content"),
    provoke: ({ channel }) =>
      channel.send({ ...message, content: { kind: "cards", cards: [{ title: "x".repeat(81), options: [] }] } }),
  },
  {
    name: "a server nobody listens on",
    failure: notTaken,
    provoke: () =>
      messenger.connect(settings, { log: captureLog().log, apiRoot: "http://127.0.0.1:1/v25.0" }).send(message),
  },
];

channelSuite({
  adapter: messenger,
  self,
  fixtures: join(import.meta.dirname, "fixtures"),
  settings,
  secrets: [settings.pageAccessToken, settings.appSecret],
  join: (payloads) => ({ object: "page", entry: payloads.flatMap((one) => (one as { entry: unknown[] }).entry) }),
  saying: (said) => {
    const message = { mid: `m_${createHash("sha256").update(said).digest("hex")}`, text: said };
    const event = { sender: { id: "1" }, recipient: { id: self }, timestamp: 1_780_000_000_000, message };
    return { object: "page", entry: [{ id: self, time: 1_780_000_000_001, messaging: [event] }] };
  },
  unknown: [
    { object: "page", entry: [{ id: self, time: 1, messaging: [{ sender: { id: "1" }, telepathy: {} }] }] },
    { object: "page", entry: [{ id: self, time: 1, messaging: [{ sender: { id: "1" }, message: { mid: "m_1" } }] }] },
  ],
  webhook: {
    signed: ({ appSecret }, body) => signedRequest(signatureOf(body, appSecret), body),
    header: "x-hub-signature-256",
    rotated: { ...settings, appSecret: "anotherAppSecret", previousAppSecret: settings.appSecret },
  },
  handshake: { request: handshakeRequest, ownToken: (own) => ({ ...own, verifyToken: "chosen-by-owner" }) },
  expired: () => ({ role: "image", source: `${running.graph.apiRoot}/__media/expired` }),
  async start(log) {
    running = await metaStandIn(messenger, settings, (graph) => graph.addPage({ ...credentials, id: self }), log);
    return running;
  },
  errors,
});

describe("messenger: what is sent", () => {
  let own: MetaStandIn;
  beforeAll(async () => {
    own = await metaStandIn(
      messenger,
      settings,
      (graph) => graph.addPage({ ...credentials, id: self }),
      captureLog().log,
    );
  });
  afterAll(async () => {
    await own.channel.close();
    await own.close();
  });
  const last = () => own.graph.sent().at(-1)!.body;

  it("names our message, so that the echo finds it", async () => {
    await own.channel.send({ ...message, replyTo: { externalId: "m_q" }, customerWroteAt: new Date() });
    expect(last()).toEqual({
      recipient: { id: chat },
      messaging_type: "RESPONSE",
      message: { text: "hi", metadata: "msg_1" },
      reply_to: { mid: "m_q" },
    });
  });

  it("writes to somebody known by a reference only", async () => {
    own.account.lastInbound.set("guest-0011", Date.now());
    await own.channel.send({ ...message, chat: "user_ref:guest-0011" });
    expect(last()).toMatchObject({ recipient: { user_ref: "guest-0011" }, message: { text: "hi" } });
  });

  it("writes as a person after a day", async () => {
    own.account.lastInbound.set(chat, Date.now() - 30 * hour);
    await own.channel.send({ ...message, customerWroteAt: new Date(Date.now() - 30 * hour) });
    expect(last()).toMatchObject({ messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" });
    own.account.lastInbound.set(chat, Date.now());
  });

  it("shows choices as quick replies, and as a template where one opens a page", async () => {
    const options = [1, 2, 3, 4].map((n) => ({ id: `o${n}`, label: `Option ${n}` }));
    await own.channel.send({ ...message, content: { kind: "choices", text: "?", options } });
    expect(last().message).toMatchObject({ quick_replies: options.map(({ id }) => ({ payload: id })) });
    const link = { id: "x", label: "Open", url: "https://a.example" };
    await own.channel.send({ ...message, content: { kind: "choices", text: "?", options: [link, options[0]!] } });
    expect(last().message).toMatchObject({
      attachment: { payload: { template_type: "button", buttons: [{ type: "web_url" }, { type: "postback" }] } },
    });
  });

  it("uploads a file, and sends its words behind it", async () => {
    const media = { role: "image" as const, source: "upload:1", mime: "image/png", bytes: 14 };
    const outcome = await own.channel.send({ ...message, content: { kind: "media", media, caption: "look" } });
    expect(outcome.externalIds).toHaveLength(2);
    const [file, words] = own.graph.sent().slice(-2);
    expect(file!.body.message).toMatchObject({
      attachment: { type: "image", payload: { attachment_id: expect.any(String) } },
    });
    expect(words!.text).toBe("look");
    // Meta has the file now: it is not uploaded again, unless a message with it was refused.
    const idOf = (sent: (typeof words)[]) =>
      (sent[0]!.body.message as { attachment: { payload: { attachment_id: string } } }).attachment.payload
        .attachment_id;
    const again = async () => {
      await own.channel.send({ ...message, content: { kind: "media", media } });
      return idOf(own.graph.sent().slice(-1));
    };
    expect(await again()).toBe(idOf([file]));
    own.graph.fault({ path: "/messages", code: 100, message: "no such attachment" });
    await expect(again()).rejects.toThrow();
    expect(await again()).not.toBe(idOf([file]));
  });

  it("goes on without a name when Meta does not tell it", async () => {
    await expect(own.channel.profile!("nobody")).resolves.toEqual({});
  });
});
