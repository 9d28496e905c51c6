/** The example of the documentation, run as its reader would run it. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { apiOf, endChild, startGateway } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { lookThrough } from "../support/views.js";

const stores = testStores();
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let example: ChildProcess;
let port: number;

beforeAll(async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  port = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  gateway = await startGateway({ ...stores, outboundAllow: `127.0.0.1:${port}` });
});
afterAll(async () => {
  await endChild(example, "SIGTERM");
  await gateway.stop();
  await stores.drop();
});

it("makes a system of one's own a channel: hello, answer, read, and what it says then", async () => {
  const api = apiOf(gateway.url, gateway.first!.apiKey);
  const shop = lookThrough(api);
  const account = await api<{ webhook_url: string; provider_ref: string; health: { state: string } }>(
    "POST",
    "/api/v1/channels",
    { kind: "http", settings: { deliveryUrl: `http://127.0.0.1:${port}/`, signingSecret: secret } },
  );
  expect([account.status, account.body.health.state]).toEqual([201, "ok"]);
  example = spawn(process.execPath, ["docs/examples/http-channel.mjs"], {
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      GATEWAY_URL: account.body.webhook_url,
      SECRET: secret,
      PORT: String(port),
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const conversation = await shop.conversationSaying("Hello from my own system");
  expect(conversation.contact.name).toBe("Ana");
  const sent = await shop.reply(conversation.id, { kind: "text", text: "Good morning" });
  expect(sent.failure).toBeNull();
  expect(sent.provider_id).toBe(`mine-${sent.id}`);
  await shop.messageWhere(conversation.id, "it is read", (one) => one.id === sent.id && one.status === "read");
  await shop.messageWhere(conversation.id, "the echo", (one) => one.content.text === "You said: Good morning");
  const openapi = await fetch(`${gateway.url}/openapi.json`);
  const { webhooks } = (await openapi.json()) as { webhooks: Record<string, unknown> };
  expect(Object.keys(webhooks)).toEqual(expect.arrayContaining(["http-channel.delivery", "http-channel.events"]));
});
