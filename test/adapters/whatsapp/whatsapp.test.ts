import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { signatureOf, type Fault } from "../../../simulator/graph/index.js";
import { whatsapp } from "../../../src/adapters/whatsapp/index.js";
import type { Failure } from "../../../src/core/errors.js";
import type { Content } from "../../../src/core/message.js";
import { captureLog } from "../captureLog.js";
import { channelSuite, type ErrorCase } from "../channelSuite.js";
import { chat, handshakeRequest, metaStandIn, signedRequest, type MetaStandIn } from "../metaStandIn.js";

const self = "106540352242922";
const settings = {
  accessToken: "EAAtokenOfTheNumber",
  phoneNumberId: self,
  businessAccountId: "102290129340398",
  appSecret: "appSecretOfTheNumber",
};
const credentials = { token: settings.accessToken, appSecret: settings.appSecret };

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

const limited = (retryAfterMs: number): Failure => ({ kind: "rate_limited", retryAfterMs });
const request: Failure = { kind: "malformed", where: "request" };

const errors: ErrorCase[] = [
  ...[1, 2, 131000, 131016, 131057, 133004].map((code) => coded(code, notTaken)),
  ...[4, 80007, 130429, 131048].map((code) => coded(code, limited(60_000))),
  coded(131056, { kind: "rate_limited", retryAfterMs: 4_000, scope: "chat" }),
  coded(131047, refused("window_closed")),
  ...[131049, 131050, 130472, 132015, 132016].map((code) => coded(code, refused("policy"))),
  ...[131026, 131030].map((code) => coded(code, refused("recipient"))),
  ...[131052, 131053, 132000, 132001, 132005, 132007, 132012].map((code) => coded(code, refused("content"))),
  ...[0, 190, 3, 10, 200, 299].map((code) => coded(code, { kind: "auth_expired" })),
  ...[368, 131031, 130497, 131042, 131045, 133010].map((code) => coded(code, { kind: "suspended" })),
  ...[100, 131008, 131009, 131021].map((code) => coded(code, request)),
  coded(131051, { kind: "unsupported", feature: "message type" }),
  coded(999_999, { kind: "unexpected" }),
  faulty("passing, whatever it is", { code: 999_999, transient: true }, { ...notTaken, triesMost: 3 }),
  faulty("500 without words", { status: 500 }, maybe),
  faulty("a broken connection", { dropBeforeAccept: true }, maybe),
  faulty("a connection that broke after it was sent", { dropAfterAccept: true }, maybe),
  {
    name: "a kind WhatsApp does not have",
    failure: { kind: "unsupported", feature: "cards" },
    provoke: ({ channel }) => channel.send({ ...message, content: { kind: "cards", cards: [] } }),
  },
  {
    name: "a file that is not here any more",
    failure: refused("content"),
    provoke: ({ channel }) =>
      channel.send({ ...message, content: { kind: "media", media: { role: "image", source: "upload:gone" } } }),
  },
  {
    name: "two buttons of which one opens a page",
    failure: refused("content"),
    provoke: ({ channel }) =>
      channel.send({
        ...message,
        content: {
          kind: "choices",
          text: "?",
          options: [
            { id: "a", label: "A", url: "https://a.example" },
            { id: "b", label: "B" },
          ],
        },
      }),
  },
  {
    name: "a server nobody listens on",
    failure: notTaken,
    provoke: () =>
      whatsapp.connect(settings, { log: captureLog().log, apiRoot: "http://127.0.0.1:1/v25.0" }).send(message),
  },
];

channelSuite({
  adapter: whatsapp,
  self,
  fixtures: join(import.meta.dirname, "fixtures"),
  settings,
  secrets: [settings.accessToken, settings.appSecret],
  join: (payloads) => ({
    object: "whatsapp_business_account",
    entry: payloads.flatMap((one) => {
      const { entry, field, ...value } = one as { entry?: unknown[]; field?: string; value?: unknown };
      return (
        entry ?? [{ id: "1", changes: [field === undefined ? { field: "messages", value } : { field, ...value }] }]
      );
    }),
  }),
  saying: (said) => {
    const id = `wamid.${createHash("sha256").update(said).digest("hex")}`;
    const messages = [{ id, from: "491701234567", timestamp: "1780000000", type: "text", text: { body: said } }];
    const value = { messaging_product: "whatsapp", metadata: { phone_number_id: self }, messages };
    return { object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value }] }] };
  },
  unknown: [
    {
      object: "whatsapp_business_account",
      entry: [
        {
          id: "1",
          changes: [
            {
              field: "messages",
              value: { messages: [{ from: chat, id: "wamid.new", timestamp: "1780000000", type: "telepathy" }] },
            },
          ],
        },
      ],
    },
  ],
  webhook: {
    signed: ({ appSecret }, body) => signedRequest(signatureOf(body, appSecret), body),
    header: "x-hub-signature-256",
    rotated: { ...settings, appSecret: "anotherAppSecret", previousAppSecret: settings.appSecret },
  },
  handshake: { request: handshakeRequest, ownToken: (own) => ({ ...own, verifyToken: "chosen-by-owner" }) },
  expired: () => ({ role: "image", source: "999" }),
  async start(log) {
    running = await metaStandIn(
      whatsapp,
      settings,
      (graph) => graph.addNumber({ ...credentials, id: self, business: settings.businessAccountId }),
      log,
    );
    return running;
  },
  errors,
});

describe("whatsapp: what is sent", () => {
  let own: MetaStandIn;
  beforeAll(async () => {
    own = await metaStandIn(
      whatsapp,
      settings,
      (graph) => graph.addNumber({ ...credentials, id: self, business: settings.businessAccountId }),
      captureLog().log,
    );
  });
  afterAll(async () => {
    await own.channel.close();
    await own.close();
  });
  async function sent(content: Content, more = {}) {
    const before = own.graph.sent().length;
    const outcome = await own.channel.send({ ...message, content, ...more });
    return {
      outcome,
      bodies: own.graph
        .sent()
        .slice(before)
        .map((one) => one.body),
    };
  }

  it("names our message, so that statuses find it", async () => {
    const { bodies } = await sent(
      { kind: "text", text: "see https://a.example" },
      { replyTo: { externalId: "wamid.q" } },
    );
    expect(bodies).toEqual([
      {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: chat,
        type: "text",
        text: { body: "see https://a.example", preview_url: true },
        biz_opaque_callback_data: "msg_1",
        context: { message_id: "wamid.q" },
      },
    ]);
  });

  it.each([
    ["US.13491208655302741918", { recipient: "US.13491208655302741918" }],
    ["Y2FwaV9ncm91cA", { recipient_type: "group", to: "Y2FwaV9ncm91cA" }],
  ])("addresses %s", async (to, expected) => {
    const { bodies } = await sent({ kind: "text", text: "hi" }, { chat: to });
    expect(bodies[0]).toMatchObject(expected);
  });

  it("shows few short choices as buttons, more as a list, one page as a link", async () => {
    const option = (n: number) => ({ id: `o${n}`, label: `Option ${n}` });
    const buttons = await sent({ kind: "choices", text: "?", options: [option(1), option(2)] });
    expect(buttons.bodies[0]).toMatchObject({ interactive: { type: "button" } });
    const list = await sent({ kind: "choices", text: "?", options: [1, 2, 3, 4].map(option), button: "Sizes" });
    expect(list.bodies[0]).toMatchObject({ interactive: { type: "list", action: { button: "Sizes" } } });
    const link = await sent({
      kind: "choices",
      text: "?",
      options: [{ id: "x", label: "Open", url: "https://a.example" }],
    });
    expect(link.bodies[0]).toMatchObject({ interactive: { type: "cta_url" } });
  });

  it("shares all of a contact", async () => {
    const { bodies } = await sent({
      kind: "contacts",
      contacts: [
        {
          name: "Barbara Johnson",
          phones: ["+1 650 555 9999"],
          emails: ["barbara@wanders.example"],
          addresses: [{ street: "1 Way", city: "Menlo Park", region: "CA", postcode: "94025", country: "US" }],
          organization: "Lucky Shrub",
          title: "Counsel",
          links: ["https://luckyshrub.example"],
        },
        { name: "Bo", phones: ["+1 2"] },
      ],
    });
    expect(bodies[0]?.contacts).toEqual([
      {
        name: { formatted_name: "Barbara Johnson", first_name: "Barbara" },
        phones: [{ phone: "+1 650 555 9999" }],
        emails: [{ email: "barbara@wanders.example" }],
        addresses: [{ street: "1 Way", city: "Menlo Park", state: "CA", zip: "94025", country: "US" }],
        org: { company: "Lucky Shrub", title: "Counsel" },
        urls: [{ url: "https://luckyshrub.example" }],
      },
      { name: { formatted_name: "Bo", first_name: "Bo" }, phones: [{ phone: "+1 2" }] },
    ]);
  });

  it("fills templates part by part", async () => {
    const parameters = [
      { value: "https://a.example/i.png", in: "header" as const, type: "image" as const },
      { value: "Ana", name: "name" },
      { value: "77", in: "button" as const, index: 0 },
      { value: "YES", in: "button" as const, index: 1, type: "payload" as const },
    ];
    own.graph.addTemplate(own.account, {
      name: "spring",
      language: "en",
      components: [{ type: "BODY", text: "Hi {{name}}" }],
    });
    await own.channel.send({
      ...message,
      content: { kind: "template", name: "spring", language: "en", parameters },
    });
    expect(own.graph.sent().at(-1)?.body.template).toEqual({
      name: "spring",
      language: { code: "en" },
      components: [
        { type: "header", parameters: [{ type: "image", image: { link: "https://a.example/i.png" } }] },
        { type: "body", parameters: [{ type: "text", parameter_name: "name", text: "Ana" }] },
        { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "77" }] },
        { type: "button", sub_type: "quick_reply", index: "1", parameters: [{ type: "payload", payload: "YES" }] },
      ],
    });
  });

  it("uploads a file and gives it its words where it can carry them", async () => {
    const media = { role: "image" as const, source: "upload:1", mime: "image/png", bytes: 14 };
    const image = await sent({ kind: "media", media, caption: "look" });
    expect(image.bodies[0]).toMatchObject({ type: "image", image: { caption: "look" } });
    const voice = await sent({
      kind: "media",
      media: { ...media, role: "voice", mime: "audio/ogg" },
      caption: "listen",
    });
    expect(voice.bodies).toHaveLength(2);
    expect(voice.bodies[1]).toMatchObject({ type: "text", text: { body: "listen" } });
  });

  it("goes on where an earlier attempt ended", async () => {
    const text = "x".repeat(5_000);
    const { outcome, bodies } = await sent({ kind: "text", text }, { sentParts: ["wamid.first"] });
    expect(bodies).toHaveLength(1);
    expect(outcome.externalIds[0]).toBe("wamid.first");
  });

  it("tells which parts went through when the second fails", async () => {
    own.graph.fault({ path: "/messages", delayMs: 0 });
    own.graph.fault({ path: "/messages", code: 131026, message: "Message undeliverable" });
    const send = own.channel.send({
      ...message,
      content: { kind: "text", text: "x".repeat(5_000) },
      sentParts: [],
    });
    await expect(send).rejects.toMatchObject({ failure: refused("recipient"), sentParts: [expect.any(String)] });
  });

  it("waits by itself when nearly all of the budget is used", async () => {
    const usage = JSON.stringify({ "1": [{ call_count: 97, total_time: 1, estimated_time_to_regain_access: 3 }] });
    own.graph.fault({ path: "/messages", headers: { "x-business-use-case-usage": usage } });
    await own.channel.send(message);
    await expect(own.channel.send(message)).rejects.toMatchObject({ failure: { kind: "rate_limited" } });
    own.graph.advance(4 * 60_000);
    await expect(own.channel.send(message)).resolves.toBeDefined();
  });

  it("checks that a file arrived as the webhook said", async () => {
    const { graph, channel } = own;
    const customer = graph.customer({ id: chat, name: "A" }, own.account);
    customer.sendFile({ bytes: Buffer.from("bytes"), mime: "image/png", name: "a.png" });
    const source = String(1_000_000_000_000 + 3);
    const read = async (sha256?: string) => {
      const { stream } = await channel.openMedia!({ role: "image", source, ...(sha256 ? { sha256 } : {}) });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    };
    await expect(read()).resolves.toEqual(expect.any(String));
    await expect(read(Buffer.alloc(32).toString("base64"))).rejects.toMatchObject({ failure: notTaken });
    graph.advance(8 * 86_400_000);
    await expect(read()).rejects.toMatchObject({ failure: { kind: "malformed" } });
  });
});
