import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { Malformed } from "../../../src/adapters/contract.js";
import { adapterFor } from "../../../src/adapters/registry.js";
import { whatsappWeb, type WhatsAppWebSettings } from "../../../src/adapters/whatsapp-web/index.js";
import type { Content } from "../../../src/core/message.js";
import type { Failure } from "../../../src/core/errors.js";
import { channelSuite, type ErrorCase } from "../channelSuite.js";
import { ada, number, openShop, type Shop } from "./shop.js";

let shop: Shop;

const settings: WhatsAppWebSettings = { number, pairing: "qr", riskAccepted: true };
const text = { id: "msg_1", content: { kind: "text" as const, text: "hi" }, byHuman: true };
const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });

const ofContent = (name: string, content: Content, failure: Failure): ErrorCase => ({
  name,
  failure,
  provoke: (standIn) => standIn.channel.send({ ...text, chat: standIn.chat, content }),
});

const errors: ErrorCase[] = [
  {
    name: "a number without WhatsApp",
    failure: refused("recipient"),
    provoke: (standIn) => standIn.channel.send({ ...text, chat: "999123456789@c.us" }),
  },
  {
    name: "an address of another network",
    failure: refused("recipient"),
    provoke: (standIn) => standIn.channel.send({ ...text, chat: "someone@example.org" }),
  },
  {
    name: "a message the servers refuse",
    failure: { kind: "unexpected" },
    provoke: (standIn) => {
      shop.simulator.faults.next({ kind: "refuse", says: "479" });
      return standIn.channel.send({ ...text, chat: standIn.chat });
    },
  },
  {
    name: "servers that never answer",
    failure: { kind: "unreachable", mayHaveBeenSent: true },
    provoke: (standIn) => {
      shop.simulator.faults.next({ kind: "silence" });
      return standIn.channel.send({ ...text, chat: standIn.chat });
    },
  },
  {
    name: "a session nobody holds",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
    provoke: (standIn) =>
      whatsappWeb.connect({ ...settings, number: "4900000000" }, shop.tools).send({ ...text, chat: standIn.chat }),
  },
  {
    name: "a message to react to that is not there",
    failure: refused("content"),
    provoke: (standIn) => standIn.channel.react!(standIn.chat, `true_${standIn.chat}_3EB0NOWHERE`, "👍"),
  },
  ofContent("a text with nothing in it", { kind: "text", text: " \n " }, refused("content")),
  ofContent(
    "a template",
    { kind: "template", name: "hello", language: "en", parameters: [] },
    { kind: "unsupported", feature: "template" },
  ),
  ofContent(
    "buttons",
    { kind: "choices", text: "Which?", options: [{ id: "a", label: "A" }] },
    { kind: "unsupported", feature: "choices" },
  ),
  ofContent(
    "a file that is not ours",
    { kind: "media", media: { role: "image", source: "elsewhere" } },
    { kind: "unsupported", feature: "media" },
  ),
];

channelSuite<WhatsAppWebSettings>({
  adapter: whatsappWeb,
  self: number,
  fixtures: join(import.meta.dirname, "fixtures"),
  settings,
  // There is no secret in the settings; what must not be seen is what proves the link, and what people write.
  secrets: ["secret of the stand-in", Buffer.from("secret of the stand-in").toString("base64"), "word17 "],
  join: (payloads) => payloads.flat(),
  saying: (said) => {
    const id = createHash("sha256").update(said).digest("hex").slice(0, 20).toUpperCase();
    const from = "4915123456789@c.us";
    const key = { fromMe: false, remote: from, id, _serialized: `false_${from}_${id}` };
    return { type: "message", data: { id: key, type: "chat", body: said, from, timestamp: 1_790_000_001 } };
  },
  unknown: [
    { type: "newsletter_joined", data: { id: "1" } },
    { type: "message", data: { id: {}, type: "chat", body: "x" } },
    { type: "message", data: { id: { _serialized: `false_${ada.phone}_3EB0` }, type: "hologram" } },
  ],
  errors,
  async start(log) {
    shop = await openShop(log);
    await shop.linked();
    return {
      channel: shop.channel(),
      chat: ada.phone,
      takenTexts: () => shop.simulator.sent().map((sent) => sent.body),
      close: () => shop.close(),
    };
  },
});

describe("whatsapp_web: settings", () => {
  const parsed = (given: object) => whatsappWeb.manifest.settings.safeParse(given);

  it("is registered, and says that it is not official", () => {
    expect(adapterFor("whatsapp_web")).toBe(whatsappWeb);
    expect(whatsappWeb.manifest).toMatchObject({ official: false, needsPublicUrl: false });
    expect(whatsappWeb.manifest.label).toContain("unofficial");
  });

  it("takes a number however it is written", () => {
    for (const written of ["+49 151 0000001", "0049-151/0000001", "491510000001", " (+49) 151.0000001"]) {
      expect(parsed({ number: written, riskAccepted: true }).data?.number).toBe(number);
    }
    for (const wrong of ["", "0151 0000001", "12345", "+49 abc", "1".repeat(16)]) {
      expect(parsed({ number: wrong, riskAccepted: true }).success).toBe(false);
    }
  });

  it("wants the risk to be accepted, and says what it is", () => {
    expect(parsed({ number }).success).toBe(false);
    expect(parsed({ number, riskAccepted: false }).success).toBe(false);
    const { shape } = whatsappWeb.manifest.settings as unknown as {
      shape: Record<string, { meta(): { title?: string; description?: string } }>;
    };
    expect(shape.riskAccepted!.meta().description).toMatch(/ban the number/);
  });

  it("knows the account from the settings", () => {
    expect(whatsappWeb.accountRef(settings)).toBe(number);
  });
});

describe("whatsapp_web: payloads", () => {
  it("says where a payload has no shape, without quoting it", () => {
    expect(() => whatsappWeb.normalize("private", number)).toThrow(new Malformed("/"));
    expect(() => whatsappWeb.normalize([{ type: "message" }, { data: "private" }], number)).toThrow(
      new Malformed("/1/type"),
    );
  });
});
