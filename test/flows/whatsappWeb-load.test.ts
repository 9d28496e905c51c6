import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { startWhatsAppWebSimulator, type WhatsAppWebSimulator } from "../../simulator/whatsapp-web/index.js";
import { endChild, eventually, forkGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { underFire } from "../support/underFire.js";

const number = "491510000003";
const people = Array.from({ length: 3 }, (_, index) => ({
  phone: `4915123000${index}@c.us`,
  lid: `11827364550${index}@lid`,
  name: `Customer ${index}`,
}));
const stores = testStores();
const dir = mkdtempSync(join(tmpdir(), "switchboard-wweb-"));
let whatsapp: WhatsAppWebSimulator;
let settings: GatewaySettings;
let gateway: Awaited<ReturnType<typeof forkGateway>>;
let key = "";

beforeAll(async () => {
  whatsapp = await startWhatsAppWebSimulator();
  settings = {
    ...stores,
    dataDir: dir,
    whatsappWebApiRoot: whatsapp.apiRoot,
    masterKey: randomBytes(32).toString("base64"),
    sendPace: "1000",
  };
  gateway = await forkGateway(settings);
  key = gateway.firstKey!;
}, 60_000);
afterAll(async () => {
  await endChild(gateway.child, "SIGTERM");
  await whatsapp.close();
  await stores.drop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const { stubborn, conversations, thread } = underFire(() => ({ url: gateway.url, key }));

it("loses nothing and doubles nothing on WhatsApp Web while the gateway is killed, and asks for no new link", async () => {
  const account = await stubborn<{ id: string }>("POST", "/channels", {
    kind: "whatsapp_web",
    settings: { number: `+${number}`, pairing: "qr", riskAccepted: true },
  });
  const ready = () =>
    eventually(
      "the number is linked",
      async () => {
        const { body } = await stubborn<{ health: { state: string } }>("GET", `/channels/${account.body.id}`);
        return body.health.state === "ok" ? true : undefined;
      },
      90_000,
    );
  await eventually("a code to scan", () => (whatsapp.scanShown(number) ? true : undefined), 60_000);
  await ready();
  const write = (text: string) => {
    for (const person of people) whatsapp.phone(number).receive(person, { type: "chat", body: text });
  };
  write("in 0");
  const open = await eventually("every conversation", async () => {
    const list = await conversations();
    return list.length === people.length ? list : undefined;
  });
  const answer = (text: string) =>
    Promise.all(
      open.map(async ({ id }) => {
        const headers = { "idempotency-key": `${id}-${text.replace(" ", "-")}` };
        const body = { content: { kind: "text", text } };
        const answered = await stubborn("POST", `/conversations/${id}/messages`, body, headers);
        expect(answered).toMatchObject({ status: 201 });
      }),
    );

  write("in 1");
  await answer("out 0");
  await endChild(gateway.child, "SIGKILL");
  // Written while nobody listens, and while the next one starts.
  write("in 2");
  gateway = await forkGateway(settings);
  await answer("out 1");
  write("in 3");

  const settled = await eventually(
    "everything is here, and every reply has an end",
    async () => {
      const all = await Promise.all(open.map(async ({ id }) => ({ id, messages: await thread(id) })));
      const done = all.every(
        ({ messages }) =>
          messages.filter(({ direction }) => direction === "in").length >= 4 &&
          messages.every(({ status }) => !["queued", "sending"].includes(status)),
      );
      return done ? all : undefined;
    },
    180_000,
  );
  for (const { messages } of settled) {
    const said = (side: string) =>
      messages
        .filter(({ direction }) => direction === side)
        .map((one) => one.content.text)
        .sort();
    expect(said("in")).toEqual(["in 0", "in 1", "in 2", "in 3"]);
    expect(said("out")).toEqual(["out 0", "out 1"]);
    for (const one of messages.filter(({ direction }) => direction === "out"))
      expect(["sent", "delivered", "read", "unknown"]).toContain(one.status);
  }
  // Nobody is sent anything twice, nor in another order.
  for (const person of people) {
    const texts = whatsapp
      .sent()
      .filter((one) => one.chat === person.phone)
      .map((one) => one.body);
    expect(texts).toEqual(["out 0", "out 1"].filter((text) => texts.includes(text)));
  }
  await ready();
}, 400_000);
