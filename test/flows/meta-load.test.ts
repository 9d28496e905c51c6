import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { startGraphSimulator, type Account, type GraphSimulator } from "../../simulator/graph/index.js";
import { endChild, eventually, forkGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { underFire } from "../support/underFire.js";

const customers = 20;
const each = 10;
const lines = (side: string) => Array.from({ length: each }, (_, index) => `${side} ${index}`);

const stores = testStores();
let graph: GraphSimulator;
let page: Account;
let number: Account;
let settings: GatewaySettings;
let gateway: Awaited<ReturnType<typeof forkGateway>>;
let key = "";

beforeAll(async () => {
  graph = await startGraphSimulator({ port: 0, timeScale: 0.05 });
  page = graph.addPage({});
  number = graph.addNumber({});
  const masterKey = randomBytes(32).toString("base64");
  settings = { ...stores, graphApiRoot: graph.apiRoot, masterKey, sendPace: "1000" };
  gateway = await forkGateway(settings);
  key = gateway.firstKey!;
});
afterAll(async () => {
  await endChild(gateway.child, "SIGTERM");
  await graph.close();
  await stores.drop();
});

const { stubborn, conversations, thread, reply } = underFire(() => ({ url: gateway.url, key }));

/** Meta calls where the gateway listens now: a real one stays at its address. */
async function restart(): Promise<void> {
  await endChild(gateway.child, "SIGKILL");
  gateway = await forkGateway(settings);
  for (const account of [page, number]) {
    const address = new URL(account.webhook!);
    account.webhook = `${gateway.url}${address.pathname}`;
  }
}

it("loses nothing and doubles nothing on Messenger and WhatsApp while the gateway is killed", async () => {
  const { token, appSecret } = page;
  await stubborn("POST", "/channels", {
    kind: "messenger",
    settings: { pageAccessToken: token, appSecret, appId: "1" },
  });
  await stubborn("POST", "/channels", {
    kind: "whatsapp",
    settings: {
      accessToken: number.token,
      appSecret: number.appSecret,
      phoneNumberId: number.id,
      businessAccountId: number.business,
    },
  });
  const people = Array.from({ length: customers }, (_, index) =>
    graph.customer({ id: String(49_170_000_000 + index), name: `C${index}` }, index % 2 === 0 ? page : number),
  );
  for (const person of people) person.write("in 0");
  const open = await eventually(
    "every conversation",
    async () => {
      const list = await conversations();
      return list.length === customers ? list : undefined;
    },
    30_000,
  );

  const killing = (async () => {
    for (let round = 0; round < 2; round++) {
      await sleep(500);
      await restart();
    }
  })();
  const inbound = (async () => {
    for (let n = 1; n < each; n++) {
      for (const person of people) person.write(`in ${n}`);
      await sleep(100);
    }
  })();
  const outbound = reply(open, each);
  await Promise.all([inbound, outbound, killing]);

  const settled = await eventually(
    "everything is here, and every reply has an end that the provider knows as well",
    async () => {
      const all = await Promise.all(open.map(async ({ id }) => ({ id, messages: await thread(id) })));
      const sent = new Set(graph.sent().map((one) => one.id));
      const whole = all.every(({ messages }) => {
        const ours = messages.filter((one) => one.direction === "out");
        const known = ours.filter((one) => ["sent", "delivered", "read"].includes(one.status));
        return (
          messages.length - ours.length === each &&
          ours.length === each &&
          known.length + ours.filter((one) => one.status === "unknown").length === each &&
          known.every((one) => sent.has(one.provider_id ?? ""))
        );
      });
      const taken = new Set(
        all.flatMap(({ messages }) => messages.flatMap((one) => (one.provider_id ? [one.provider_id] : []))),
      );
      return whole && [...sent].every((id) => taken.has(id)) ? all : undefined;
    },
    90_000,
  );
  for (const { messages } of settled) {
    const said = (side: string) =>
      messages
        .filter((one) => one.direction === side)
        .map((one) => one.content.text)
        .sort();
    expect(said("in")).toEqual(lines("in"));
    expect(said("out")).toEqual(lines("out"));
  }
  // In order, and none twice, at the provider.
  for (const person of people) {
    const texts = graph
      .sent()
      .filter((one) => one.to === person.profile.id)
      .map((one) => one.text!);
    expect(texts).toEqual(lines("out").filter((line) => texts.includes(line)));
  }
  // What nobody took was never sent: a killed process leaves at most the message it was at.
  expect(graph.sent().length).toBeGreaterThanOrEqual(customers * (each - 2));
}, 400_000);
