import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import { Webhook } from "standardwebhooks";
import { nextTry } from "../../src/features/outgoing-webhooks/schedule.js";
import { apiOf, eventually } from "../support/gateway.js";
import {
  openShop,
  type ConversationView,
  type MessageView,
  type ProblemView,
  type Shop,
} from "../support/telegramShop.js";

const token = "200700:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

interface Taken {
  headers: Record<string, string>;
  body: string;
  event: {
    id: string;
    type: string;
    sequence: number;
    data: { message?: MessageView; conversation?: ConversationView };
  };
}
interface HookEndpoint {
  id: string;
  secret: string;
  enabled: boolean;
  disabled_cause: string | null;
}
interface Delivery {
  id: string;
  event_id: string;
  event_type: string;
  state: string;
  attempts: { number: number; status: number | null; error: string | null }[];
  request: { headers: Record<string, string>; body: string } | null;
}

/** Somebody's server: remembers what it got, and answers as it is told. */
async function startReceiver(
  answer: (taken: Taken, n: number) => number | Promise<number> = () => 204,
  more: Record<string, string> = {},
) {
  const taken: Taken[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      const one = {
        headers: request.headers as Record<string, string>,
        body,
        event: JSON.parse(body) as Taken["event"],
      };
      taken.push(one);
      void Promise.resolve(answer(one, taken.length)).then((status) => response.writeHead(status, more).end("thanks"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=canary-url`,
    taken,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("webhooks to integrators", () => {
  let shop: Shop;
  const opened: { close(): Promise<void> }[] = [];
  const made: string[] = [];

  beforeAll(async () => {
    shop = await openShop({ token, username: "hooks_bot", outboundAllow: "127.0.0.1" });
  });
  afterEach(async () => {
    for (const id of made.splice(0)) await shop.api("DELETE", `/api/v1/webhook-endpoints/${id}`);
    for (const one of opened.splice(0)) await one.close();
  });
  afterAll(() => shop.close());

  const receiver = async (...options: Parameters<typeof startReceiver>) => {
    const one = await startReceiver(...options);
    opened.push(one);
    return one;
  };
  const endpoint = async (url: string, more: Record<string, unknown> = {}) => {
    const { status, body } = await shop.api<HookEndpoint & ProblemView>("POST", "/api/v1/webhook-endpoints", {
      url,
      ...more,
    });
    expect([status, body.detail]).toEqual([201, undefined]);
    made.push(body.id);
    return body;
  };
  let customer = 140;
  const writes = async (text: string) => {
    customer += 1;
    shop.telegram.customer({ id: customer, firstName: "Hook" }).write(text);
    return shop.conversationSaying(text);
  };
  const deliveries = async (id: string) =>
    (await shop.api<{ data: Delivery[] }>("GET", `/api/v1/webhook-endpoints/${id}/deliveries?limit=100`)).body.data;
  const gets = (to: { taken: Taken[] }, count: number) =>
    eventually(`${count} deliveries`, () => (to.taken.length >= count ? to.taken : undefined));

  it("delivers what happened, in full, and a stock verifier accepts it", async () => {
    const to = await receiver();
    const one = await endpoint(to.url, { events: ["message.*"], headers: { authorization: "Bearer canary-header" } });
    const conversation = await writes("hello integrator");
    const reply = await shop.reply(conversation.id, { kind: "text", text: "hello customer" });
    await eventually("the reply's events", () =>
      to.taken.some(({ event }) => event.type === "message.status.updated") ? true : undefined,
    );
    const received = to.taken.find(({ event }) => event.type === "message.received")!;
    expect(received.event.data).toMatchObject({
      message: { direction: "in", content: { kind: "text", text: "hello integrator" } },
      conversation: { id: conversation.id },
    });
    // One trace leads from the provider's request over the message to whoever is told of it.
    const trace = (received.event.data as { message: { trace_id: string } }).message.trace_id;
    const request = shop.gateway.lines.find((line) => line.includes('"msg":"request"') && line.includes(trace));
    expect(request).toContain("/webhooks/:channel/:endpointKey");
    const [written] = await shop
      .thread(conversation.id)
      .then((thread) => thread.filter((one) => one.direction === "in"));
    expect(written!.trace_id).toBe(trace);
    expect(received.headers.authorization).toBe("Bearer canary-header");
    for (const { headers, body } of to.taken) expect(() => new Webhook(one.secret).verify(body, headers)).not.toThrow();
    expect(() => new Webhook(one.secret).verify(received.body.replace("hello", "hallo"), received.headers)).toThrow();
    expect(received.headers["webhook-id"]).toBe(received.event.id);
    expect(to.taken.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(["message.received", "message.created", "message.status.updated"]),
    );
    expect(new Set(to.taken.map(({ headers }) => headers["webhook-id"])).size).toBe(to.taken.length);
    expect(reply.status).toBe("sent");

    const log = await eventually("all in the log", async () => {
      const list = await deliveries(one.id);
      return list.length >= 3 && list.every(({ state }) => state === "delivered") ? list : undefined;
    });
    const detail = await shop.api<Delivery>("GET", `/api/v1/webhook-deliveries/${log[0]!.id}`);
    expect(detail.body.request!.headers["webhook-signature"]).toMatch(/^v1,/);
    expect(JSON.stringify(detail.body)).not.toContain("canary-header");
  });

  it("lets through only what an endpoint asked for, and what happens after it was made", async () => {
    await writes("before it was made");
    const to = await receiver();
    await endpoint(to.url, { events: ["conversation.resolved", "conversation.created"] });
    const conversation = await writes("after it was made");
    await shop.api("PATCH", `/api/v1/conversations/${conversation.id}`, { status: "resolved" });
    await gets(to, 2);
    await sleep(100);
    expect(to.taken.map(({ event }) => event.type)).toEqual(["conversation.created", "conversation.resolved"]);
    expect(to.taken.map(({ event }) => event.data.conversation?.id)).toEqual([conversation.id, conversation.id]);
  });

  it("tries again after a failure, with the same id and body and a fresh time", async () => {
    const to = await receiver((_taken, n) => (n === 1 ? 500 : 200));
    const one = await endpoint(to.url, { events: ["message.received"] });
    await writes("try twice");
    await gets(to, 1);
    const [waiting] = await eventually("written down", async () => {
      const list = await deliveries(one.id);
      return list[0]?.attempts.length === 1 ? list : undefined;
    });
    expect(waiting).toMatchObject({ state: "waiting", attempts: [{ status: 500 }] });
    await gets(to, 2);
    const [first, second] = to.taken;
    expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
    expect(second!.body).toBe(first!.body);
    expect(Number(second!.headers["webhook-timestamp"])).toBeGreaterThan(Number(first!.headers["webhook-timestamp"]));
  }, 30_000);

  it("plans its tries over days, spread by a tenth, and honours Retry-After", () => {
    const now = new Date("2026-01-01T00:00:00Z");
    const failed = { status: 500, retryAfterMs: null };
    const seconds = (n: number, chance: number) => (nextTry(n, failed, now, chance)!.getTime() - now.getTime()) / 1000;
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => seconds(n, 0.5))).toEqual([
      5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
    expect([seconds(2, 0), seconds(2, 1)]).toEqual([270, 330]);
    expect(nextTry(10, failed, now, 0.5)).toBeUndefined();
    const asked = nextTry(1, { status: 429, retryAfterMs: 60_000 }, now, 0.5)!;
    expect(asked.getTime() - now.getTime()).toBe(60_000);
  });

  it("switches an endpoint off that answers 410, says so, and goes on without a gap when it is on again", async () => {
    let gone = true;
    const to = await receiver(() => (gone ? 410 : 200));
    const one = await endpoint(to.url, { events: ["message.received"] });
    await writes("are you gone");
    const off = await eventually("switched off", async () => {
      const { body } = await shop.api<HookEndpoint>("GET", `/api/v1/webhook-endpoints/${one.id}`);
      return body.enabled ? undefined : body;
    });
    expect(off.disabled_cause).toContain("410");
    await eventually("told", async () =>
      (await shop.events()).some(
        ({ type, data }) => type === "webhook.endpoint.disabled" && data.endpoint_id === one.id,
      )
        ? true
        : undefined,
    );
    await writes("while it was off");
    gone = false;
    to.taken.length = 0;
    await shop.api("PATCH", `/api/v1/webhook-endpoints/${one.id}`, { enabled: true });
    await gets(to, 1);
    expect(to.taken.map(({ event }) => event.data.message?.content.text)).toEqual(["while it was off"]);
    const recovered = await shop.api<{ deliveries: number }>("POST", `/api/v1/webhook-endpoints/${one.id}/recover`, {
      since: new Date(Date.now() - 60_000).toISOString(),
    });
    expect(recovered.body.deliveries).toBe(1);
    await gets(to, 2);
    expect(to.taken[1]!.event.data.message?.content.text).toBe("are you gone");
  });

  it("signs with both secrets while one replaces the other", async () => {
    const to = await receiver();
    const one = await endpoint(to.url, { events: ["message.received"] });
    const path = `/api/v1/webhook-endpoints/${one.id}`;
    const rotated = await shop.api<{ secrets: { secret: string }[] }>("POST", `${path}/rotate-secret`, {
      overlap_hours: 1,
    });
    expect(rotated.body.secrets).toHaveLength(2);
    await writes("two signatures");
    const [taken] = await gets(to, 1);
    expect(taken!.headers["webhook-signature"]!.split(" ")).toHaveLength(2);
    for (const { secret } of rotated.body.secrets)
      expect(() => new Webhook(secret).verify(taken!.body, taken!.headers)).not.toThrow();
    await shop.api("POST", `${path}/rotate-secret`, { overlap_hours: 0 });
    await writes("one signature");
    const [, last] = await gets(to, 2);
    expect(last!.headers["webhook-signature"]!.split(" ")).toHaveLength(1);
    expect(() => new Webhook(one.secret).verify(last!.body, last!.headers)).toThrow();
  });

  it("keeps the order of a conversation when asked to, and holds back nobody else", async () => {
    let refuse = true;
    const to = await receiver(({ event }) =>
      refuse && event.data.message?.content.text === "first of Ann" ? 500 : 200,
    );
    await endpoint(to.url, { events: ["message.received"], ordered_by: "conversation_id", concurrency: 3 });
    const ann = shop.telegram.customer({ id: 191, firstName: "Ann" });
    ann.write("first of Ann");
    await shop.conversationSaying("first of Ann");
    ann.write("second of Ann");
    await shop.conversationSaying("second of Ann");
    await writes("somebody else");
    await eventually("the other one", () =>
      to.taken.some(({ event }) => event.data.message?.content.text === "somebody else") ? true : undefined,
    );
    expect(to.taken.some(({ event }) => event.data.message?.content.text === "second of Ann")).toBe(false);
    refuse = false;
    await eventually("the second", () =>
      to.taken.some(({ event }) => event.data.message?.content.text === "second of Ann") ? true : undefined,
    );
    const texts = to.taken
      .map(({ event }) => event.data.message?.content.text)
      .filter((text) => text?.endsWith("of Ann"));
    expect(texts).toEqual(["first of Ann", "first of Ann", "second of Ann"]);
  }, 30_000);

  it("does not let a slow endpoint hurt another one", async () => {
    let release = () => {};
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const slow = await receiver(async () => {
      await stuck;
      return 200;
    });
    const quick = await receiver();
    await endpoint(slow.url, { events: ["message.received"], concurrency: 1 });
    await endpoint(quick.url, { events: ["message.received"] });
    for (let n = 0; n < 5; n++) await writes(`quick ${n}`);
    await gets(quick, 5);
    expect(slow.taken).toHaveLength(1);
    release();
    await gets(slow, 5);
  });

  it("relays an event once, however often and at once it is asked to", async () => {
    const to = await receiver();
    const one = await endpoint(to.url, { events: ["message.received"] });
    const { hooks } = shop.gateway.services;
    await Promise.all(Array.from({ length: 10 }, (_, n) => writesQuietly(n)));
    const workspaceId = shop.gateway.first!.workspaceId;
    await Promise.all(Array.from({ length: 8 }, () => hooks.relay(workspaceId)));
    await gets(to, 10);
    await sleep(300);
    expect(to.taken).toHaveLength(10);
    expect(await deliveries(one.id)).toHaveLength(10);
  });
  const writesQuietly = (n: number) => writes(`relay ${n}`);

  it("delivers again what is asked for: one delivery, a range", async () => {
    const to = await receiver();
    const one = await endpoint(to.url, { events: ["message.received"] });
    await writes("again one");
    await writes("again two");
    await gets(to, 2);
    const [newest] = await eventually("written down", async () => {
      const list = await deliveries(one.id);
      return list.every(({ state }) => state === "delivered") ? list : undefined;
    });
    expect((await shop.api("POST", `/api/v1/webhook-deliveries/${newest!.id}/resend`)).status).toBe(200);
    await gets(to, 3);
    expect(to.taken[2]!.headers["webhook-id"]).toBe(newest!.event_id);

    const after = Math.min(...to.taken.map(({ event }) => event.sequence)) - 1;
    const path = `/api/v1/webhook-endpoints/${one.id}/replay`;
    const replayed = await shop.api<{ deliveries: number }>("POST", path, { after_sequence: after });
    expect(replayed.body.deliveries).toBe(2);
    await gets(to, 5);
    expect((await shop.api<ProblemView>("POST", path, {})).status).toBe(422);
  });

  it("can be tried without a server of one's own", async () => {
    const bin = (await shop.api<{ id: string; url: string; secret: string }>("POST", "/api/v1/webhook-bins")).body;
    const one = await endpoint(bin.url, { events: ["message.received"], secret: bin.secret });
    const test = await shop.api<{ delivered: boolean }>("POST", `/api/v1/webhook-endpoints/${one.id}/test`);
    expect(test.body).toMatchObject({ delivered: true, status: 200 });
    await writes("into the bin");
    const requests = await eventually("both requests", async () => {
      const path = `/api/v1/webhook-bins/${bin.id}/requests`;
      const { body } = await shop.api<{ data: { body: string; signature_valid: boolean }[] }>("GET", path);
      return body.data.length === 2 ? body.data : undefined;
    });
    expect(requests.map((request) => request.signature_valid)).toEqual([true, true]);
    expect(requests[0]!.body).toContain("into the bin");
    const forged = await fetch(bin.url, { method: "POST", body: "{}" });
    expect(forged.status).toBe(200);
    expect((await fetch(`${bin.url}x`, { method: "POST", body: "{}" })).status).toBe(404);
  });

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/",
    "http://0x0a000001/",
    "ftp://example.com/",
    "https://user:pass@example.com/",
  ])("does not go where it must not: %s", async (url) => {
    const refused = await shop.api<ProblemView>("POST", "/api/v1/webhook-endpoints", { url });
    expect([400, 422]).toContain(refused.status);
    expect(refused.body.errors?.[0]?.pointer).toBe("/url");
  });

  it("does not follow a redirect into the house", async () => {
    const inside = await receiver();
    const to = await receiver(() => 302, { location: inside.url });
    const one = await endpoint(to.url, { events: ["message.received"] });
    await writes("follow me");
    const [delivery] = await eventually("tried", async () => {
      const list = await deliveries(one.id);
      return list[0]?.attempts.length === 1 ? list : undefined;
    });
    expect(delivery!.attempts[0]).toMatchObject({ status: 302 });
    expect(inside.taken).toHaveLength(0);
  });

  it.each(["Host", "Content-Length", "webhook-signature", "Proxy-Authorization", "x-a\r\nb"])(
    "does not let anybody set the header %j",
    async (name) => {
      const body = { url: "https://example.com/", headers: { [name]: "x" } };
      expect((await shop.api<ProblemView>("POST", "/api/v1/webhook-endpoints", body)).status).toBe(422);
    },
  );

  it("keeps workspaces apart, and secrets, addresses and bodies sealed", async () => {
    const to = await receiver();
    const one = await endpoint(to.url, { events: ["message.received"], headers: { "x-key": "canary-header" } });
    await writes("canary-body");
    await gets(to, 1);
    const [delivery] = await deliveries(one.id);
    const stranger = apiOf(shop.gateway.url, (await shop.gateway.services.identity.createWorkspace("Other")).apiKey);
    const path = `/api/v1/webhook-endpoints/${one.id}`;
    for (const [method, to_, body] of [
      ["GET", path, undefined],
      ["PATCH", path, { enabled: false }],
      ["DELETE", path, undefined],
      ["GET", `${path}/secret`, undefined],
      ["POST", `${path}/rotate-secret`, {}],
      ["POST", `${path}/test`, undefined],
      ["GET", `${path}/deliveries`, undefined],
      ["POST", `${path}/replay`, { after_sequence: 0 }],
      ["GET", `/api/v1/webhook-deliveries/${delivery!.id}`, undefined],
      ["POST", `/api/v1/webhook-deliveries/${delivery!.id}/resend`, undefined],
    ] as const) {
      expect([method, to_, (await stranger(method, to_, body)).status]).toEqual([method, to_, 404]);
    }
    const client = await MongoClient.connect(shop.stores.mongoUri);
    const db = client.db(shop.stores.database);
    for (const name of ["webhook_endpoints", "webhook_deliveries", "request_bins", "request_bin_requests"]) {
      const rows = await db.collection(name).find().hint({ _id: 1 }).toArray();
      const text = Buffer.from(
        rows
          .map((row) =>
            Object.values(row)
              .map((value) =>
                (value as { buffer?: Uint8Array } | null)?.buffer
                  ? Buffer.from((value as { buffer: Uint8Array }).buffer).toString("latin1")
                  : JSON.stringify(value),
              )
              .join(),
          )
          .join(),
      ).toString("latin1");
      for (const word of ["canary-body", "canary-url", "canary-header", one.secret]) expect(text).not.toContain(word);
    }
    await client.close();
    const lines = shop.gateway.lines.join("\n");
    for (const word of ["canary-body", "canary-url", "canary-header", one.secret]) expect(lines).not.toContain(word);
  });
});
