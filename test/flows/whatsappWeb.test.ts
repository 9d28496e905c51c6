import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startWhatsAppWebSimulator, type WhatsAppWebSimulator } from "../../simulator/whatsapp-web/index.js";
import { apiOf, eventually, startGateway } from "../support/gateway.js";
import { testStores, type TestStores } from "../support/stores.js";
import type { ConversationView, MessageView, Page } from "../support/telegramShop.js";

const number = "491510000002";
const ada = { phone: "4915123456789@c.us", lid: "118273645500012@lid", name: "Ada Okafor" };

let stores: TestStores;
let whatsapp: WhatsAppWebSimulator;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let api: ReturnType<typeof apiOf>;

beforeAll(async () => {
  stores = testStores();
  whatsapp = await startWhatsAppWebSimulator();
  gateway = await startGateway({
    ...stores,
    telegramApiRoot: "http://127.0.0.1:1",
    whatsappWebApiRoot: whatsapp.apiRoot,
  });
  api = apiOf(gateway.url, gateway.first!.apiKey);
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await whatsapp.close();
  await stores.drop();
}, 60_000);

const health = (id: string, state: string) =>
  eventually(
    `the account is ${state}`,
    async () => {
      const { body } = await api<{ health: { state: string } }>("GET", `/api/v1/channels/${id}`);
      return body.health.state === state ? true : undefined;
    },
    40_000,
  );
const conversation = (preview: string) =>
  eventually(`a conversation saying ${preview}`, async () => {
    const { body } = await api<Page<ConversationView>>("GET", "/api/v1/conversations?limit=100");
    return body.data.find((one) => one.last_message?.preview === preview);
  });

describe("a number linked as WhatsApp Web", () => {
  it("wants the risk to be accepted", async () => {
    const { status } = await api("POST", "/api/v1/channels", { kind: "whatsapp_web", settings: { number } });
    expect(status).toBe(422);
  });

  it("is linked, hears a customer, answers, and knows that the answer was read", async () => {
    const settings = { number: `+${number}`, pairing: "qr", riskAccepted: true };
    const connected = await api<{ id: string }>("POST", "/api/v1/channels", { kind: "whatsapp_web", settings });
    expect(connected.status).toBe(201);
    await eventually("a code to scan", () => (whatsapp.scanShown(number) ? true : undefined), 40_000);
    await health(connected.body.id, "ok");

    whatsapp.phone(number).receive(ada, { type: "chat", body: "Do you have the blue one?" });
    const { id, contact } = await conversation("Do you have the blue one?");
    expect(contact.name).toBe(ada.name);

    const { body: reply } = await api<MessageView>("POST", `/api/v1/conversations/${id}/messages`, {
      content: { kind: "text", text: "Yes, two of them" },
    });
    const status = (wanted: string) =>
      eventually(`the answer is ${wanted}`, async () => {
        const { body } = await api<MessageView>("GET", `/api/v1/messages/${reply.id}`);
        return body.status === wanted ? body : undefined;
      });
    await status("sent");
    const [sent] = whatsapp.sent();
    expect(sent).toMatchObject({ number, chat: ada.phone, body: "Yes, two of them" });
    whatsapp.phone(number).ack(sent!.id, 3);
    await status("read");
    const { body: thread } = await api<Page<MessageView>>("GET", `/api/v1/conversations/${id}/messages?limit=100`);
    expect(thread.data).toHaveLength(2);
    expect(gateway.lines.join("\n")).not.toMatch(/blue one|two of them/);
  }, 120_000);
});
