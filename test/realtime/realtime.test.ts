import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { io, type Socket } from "socket.io-client";
import { eventually, startGateway } from "../support/gateway.js";
import { openShop, type EventView, type Shop } from "../support/telegramShop.js";

describe("sockets of agents and integrators", () => {
  let shop: Shop;
  /** A second process' worth of API on the same stores. */
  let second: Awaited<ReturnType<typeof startGateway>>;
  /** One that serves no sockets. */
  let worker: Awaited<ReturnType<typeof startGateway>>;
  const open: Socket[] = [];
  const masterKey = Buffer.alloc(32, 7).toString("base64");

  beforeAll(async () => {
    shop = await openShop({ token: "201000:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "socket_bot", masterKey });
    const settings = { ...shop.stores, telegramApiRoot: shop.telegram.apiRoot, masterKey };
    second = await startGateway({ ...settings, roles: "api" });
    worker = await startGateway({ ...settings, roles: "worker" });
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await second.stop();
    await worker.stop();
    await shop.close();
  });

  const key = () => shop.gateway.first!.apiKey;
  async function listen(url: string, token: string, after?: number) {
    const events: EventView[] = [];
    const ephemeral: { type: string }[] = [];
    const auth: Record<string, unknown> = { token, ...(after === undefined ? {} : { after }) };
    const socket = io(url, { path: "/realtime", auth, transports: ["websocket"], reconnection: false });
    open.push(socket);
    socket.on("event", (event: EventView) => events.push(event));
    socket.on("ephemeral", (one: { type: string }) => ephemeral.push(one));
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    return { socket, events, ephemeral };
  }
  const publish = async (workspaceId: string, from: number, count: number, by = shop.gateway) => {
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        by.services.inbox.publish([
          {
            id: `evt_test_${workspaceId}_${from + index}`,
            workspaceId,
            type: "test.event",
            at: new Date(),
            data: { n: from + index },
          },
        ]),
      ),
    );
  };
  const lastSeq = async () => (await shop.api<{ last_seq: number }>("GET", "/api/v1/events?limit=1")).body.last_seq;

  it("tells everybody of the workspace, whichever process they are connected to, and nobody else", async () => {
    const here = await listen(shop.gateway.url, key());
    const there = await listen(second.url, key());
    const other = await shop.gateway.services.identity.createWorkspace("Other");
    const stranger = await listen(second.url, other.apiKey);
    shop.telegram.customer({ id: 171, firstName: "Live" }).write("are you live?");
    const conversation = await shop.conversationSaying("are you live?");
    for (const { events } of [here, there]) {
      await eventually("received", () => (events.some((one) => one.type === "message.received") ? true : undefined));
      expect(events.find((one) => one.type === "message.received")!.conversation_id).toBe(conversation.id);
      expect(JSON.stringify(events)).not.toContain("are you live?");
    }
    await publish(shop.gateway.first!.workspaceId, 90_000, 1, worker);
    await eventually("from a process without sockets", () =>
      there.events.some((one) => one.id.endsWith("_90000")) ? true : undefined,
    );
    expect(stranger.events).toEqual([]);
  });

  it("gives exactly what was missed, in order, each once, however often the connection drops", async () => {
    const { workspaceId } = shop.gateway.first!;
    const start = await lastSeq();
    const total = 600;
    let busy = true;
    const readers = [shop.gateway.url, second.url, second.url].map(async (url, index) => {
      const seen: number[] = [];
      while (busy || seen.length < total) {
        const { socket, events } = await listen(url, key(), seen.at(-1) ?? start);
        const until = Date.now() + 40 + index * 35;
        while (Date.now() < until) await sleep(5);
        socket.disconnect();
        seen.push(...events.map((event) => event.seq));
        if (seen.length > total) break;
      }
      return seen;
    });
    const writing = Promise.all(
      [shop.gateway, second, worker].map((by, index) => publish(workspaceId, 10_000 + index * 200, 200, by)),
    );
    await writing;
    busy = false;
    for (const seen of await Promise.all(readers)) {
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => start + 1 + index));
    }
  }, 60_000);

  it("admits nobody without a valid key that may read, and sends off whose key was revoked", async () => {
    const refused = async (token: string) => {
      try {
        await listen(shop.gateway.url, token);
        return "admitted";
      } catch (error) {
        return (error as { data?: { code: string } }).data?.code;
      }
    };
    expect(await refused("sb_live_wrong")).toBe("unauthenticated");
    const { identity } = shop.gateway.services;
    const { workspaceId } = shop.gateway.first!;
    const blind = await identity.createKey(workspaceId, "Blind", ["contacts:read"], null);
    expect(await refused(blind.key)).toBe("forbidden");
    const short = await identity.createKey(workspaceId, "Short", ["conversations:read"], null);
    const { socket } = await listen(second.url, short.key);
    await identity.revokeApiKey(workspaceId, short.row.id);
    await eventually("sent off", () => (socket.connected ? undefined : true), 15_000);
  }, 30_000);

  it("does not talk to pages of other origins", async () => {
    const answer = await fetch(`${shop.gateway.url}/realtime/?EIO=4&transport=polling`, {
      headers: { origin: "https://evil.example" },
    });
    expect(answer.status).toBe(403);
    const own = await fetch(`${shop.gateway.url}/realtime/?EIO=4&transport=polling`, {
      headers: { origin: shop.gateway.url },
    });
    expect(own.status).toBe(200);
  });

  it("passes on what is not kept", async () => {
    const reader = await listen(second.url, key());
    shop.telegram.customer({ id: 172, firstName: "Tip" }).write("read me");
    const conversation = await shop.conversationSaying("read me");
    await shop.api("POST", `/api/v1/conversations/${conversation.id}/read`);
    await eventually("read", () =>
      reader.ephemeral.some((one) => one.type === "conversation.read") ? true : undefined,
    );
  });
});
