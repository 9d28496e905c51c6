import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { endChild, eventually, forkGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { underFire } from "../support/underFire.js";

const customers = 10;
const each = 10;
const lines = (side: string) => Array.from({ length: each }, (_, index) => `${side} ${index}`);
const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const signed = new Webhook(secret);

interface Delivery {
  type: string;
  id: string;
  chat: string;
  content: { text: string };
}

const stores = testStores();
/** What the system of one's own took, in that order; it knows a delivery again by its id. */
const taken = new Map<string, Delivery>();
let system: Server;
let settings: GatewaySettings;
let gateway: Awaited<ReturnType<typeof forkGateway>>;
let key = "";
let address = "";

beforeAll(async () => {
  system = createServer((request, response) => {
    void buffer(request).then((body) => {
      const delivery = signed.verify(body, request.headers as Record<string, string>) as Delivery;
      if (delivery.type === "message") taken.set(delivery.id, delivery);
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ id: `mine-${delivery.id}` }));
    });
  });
  await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
  const { port } = system.address() as AddressInfo;
  const masterKey = randomBytes(32).toString("base64");
  settings = { ...stores, masterKey, sendPace: "1000", outboundAllow: `127.0.0.1:${port}` };
  gateway = await forkGateway(settings);
  key = gateway.firstKey!;
});
afterAll(async () => {
  await endChild(gateway.child, "SIGTERM");
  await new Promise((resolve) => system.close(resolve));
  await stores.drop();
});

const { stubborn, conversations, thread, reply } = underFire(() => ({ url: gateway.url, key }));

/** Says one thing for a customer, and repeats it with the same id until it was taken. */
async function say(customer: string, text: string): Promise<void> {
  const event = { type: "message", id: `${customer}-${text}`, from: { id: customer, name: customer } };
  const body = JSON.stringify({ events: [{ ...event, content: { kind: "text", text } }] });
  await eventually(
    `${text} of ${customer} is taken`,
    async () => {
      const [id, now] = [randomUUID(), new Date()];
      const headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": signed.sign(id, now, body),
      };
      const answer = await fetch(`${gateway.url}${address}`, { method: "POST", headers, body }).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    },
    90_000,
  );
}

it("loses nothing and doubles nothing on a channel of one's own while the gateway is killed", async () => {
  const { port } = system.address() as AddressInfo;
  const account = await stubborn<{ webhook_url: string }>("POST", "/channels", {
    kind: "http",
    settings: { deliveryUrl: `http://127.0.0.1:${port}/`, signingSecret: secret },
  });
  address = new URL(account.body.webhook_url).pathname;
  const people = Array.from({ length: customers }, (_, index) => `customer-${index}`);
  await Promise.all(people.map((person) => say(person, "in 0")));
  const open = await eventually("every conversation", async () => {
    const list = await conversations();
    return list.length === customers ? list : undefined;
  });

  const killing = (async () => {
    for (let round = 0; round < 2; round++) {
      await sleep(500);
      await endChild(gateway.child, "SIGKILL");
      gateway = await forkGateway(settings);
    }
  })();
  const inbound = Promise.all(
    people.map(async (person) => {
      for (let n = 1; n < each; n++) {
        await say(person, `in ${n}`);
        await sleep(50);
      }
    }),
  );
  const outbound = reply(open, each);
  await Promise.all([inbound, outbound, killing]);

  const settled = await eventually(
    "everything is here, and every reply has an end",
    async () => {
      const all = await Promise.all(open.map(async (one) => ({ one, messages: await thread(one.id) })));
      const ended = all.every(
        ({ messages }) =>
          messages.length === 2 * each && messages.every(({ status }) => !["queued", "sending"].includes(status)),
      );
      return ended ? all : undefined;
    },
    90_000,
  );
  for (const { one, messages } of settled) {
    const said = (side: string) =>
      messages
        .filter((message) => message.direction === side)
        .reverse()
        .map((message) => message.content.text);
    expect(said("in")).toEqual(lines("in"));
    expect(said("out").sort()).toEqual(lines("out"));
    // The system took them in their order; what it did not take is marked as not known, and nothing else is.
    const there = [...taken.values()]
      .filter((delivery) => delivery.chat === one.contact.name)
      .map((delivery) => delivery.content.text);
    expect(there).toEqual(lines("out").filter((line) => there.includes(line)));
    for (const message of messages.filter(({ direction }) => direction === "out")) {
      expect(["sent", "unknown"]).toContain(message.status);
      if (message.status === "sent") expect(taken.has(message.id)).toBe(true);
    }
  }
  expect(taken.size).toBeGreaterThanOrEqual(customers * (each - 2));
}, 400_000);
