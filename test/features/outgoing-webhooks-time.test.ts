import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Connection } from "mongoose";
import type { DomainEvent, QueuedJob, SequencedEvent } from "../../src/core/ports.js";
import { createOutgoingWebhooks, type OutgoingWebhooks } from "../../src/features/outgoing-webhooks/index.js";
import type { Principal } from "../../src/identity/index.js";
import { createKeyring } from "../../src/platform/keyring/index.js";
import { createLog } from "../../src/platform/log.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { createOutbound, type Outbound } from "../../src/platform/outbound/index.js";
import { testStores } from "../support/stores.js";

const hour = 3_600_000;
const principal: Principal = { kind: "api", keyId: "key_1", callerId: "key_1", workspaceId: "wsp_time", scopes: ["*"] };

describe("webhooks over days, on a clock that can be moved", () => {
  const stores = testStores();
  const log = createLog({ level: "silent" });
  let connection: Connection;
  let outbound: Outbound;
  let hooks: OutgoingWebhooks;
  let server: Server;
  let status = 500;
  let headers: Record<string, string> = {};
  let taken: { id: string; timestamp: string }[] = [];
  // Begins today: the store takes away by its own clock what has had its time.
  let now = new Date();
  let told: SequencedEvent[] = [];
  let published: DomainEvent[] = [];
  let jobs: QueuedJob[] = [];

  beforeAll(async () => {
    connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log });
    outbound = createOutbound({ allow: ["127.0.0.1"], log });
    server = createServer((request, response) => {
      taken.push({
        id: String(request.headers["webhook-id"]),
        timestamp: String(request.headers["webhook-timestamp"]),
      });
      request.resume().on("end", () => response.writeHead(status, headers).end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const clock = { now: () => now };
    const keyring = createKeyring({ connection, masterKeys: [randomBytes(32)], clock });
    await keyring.ensureIndexes();
    hooks = createOutgoingWebhooks({
      connection,
      keyring,
      outbound,
      enqueue: {
        add: (more) => {
          jobs.push(...more);
          return Promise.resolve();
        },
      },
      events: {
        after: (workspaceId, seq, limit) =>
          Promise.resolve(told.filter((one) => one.workspaceId === workspaceId && one.seq > seq).slice(0, limit)),
        last: () => Promise.resolve(told.at(-1)?.seq ?? 0),
      },
      payloadOf: () => Promise.resolve({ note: "canary" }),
      publish: (events) => {
        published.push(...events);
        return Promise.resolve();
      },
      publicUrl: () => "https://switchboard.example",
      clock,
      log,
    });
    await hooks.ensureIndexes();
  });
  beforeEach(async () => {
    await connection.collection("webhook_endpoints").deleteMany({}, { hint: { _id: 1 } });
    await connection.collection("webhook_deliveries").deleteMany({}, { hint: { _id: 1 } });
    [taken, told, published, jobs, status, headers] = [[], [], [], [], 500, {}];
  });
  afterAll(async () => {
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await connection.close();
    await stores.drop();
  });

  const happen = (count: number) => {
    for (let n = 0; n < count; n++) {
      const seq = told.length + 1;
      told.push({ id: `evt_${seq}`, seq, workspaceId: principal.workspaceId, type: "test.event", at: now, data: {} });
    }
  };
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    params: Record<string, string> = {},
  ): Promise<T> => {
    const found = hooks.endpoints.find((one) => one.method === method && one.path === path)!;
    const query = found.query ? found.query.parse({}) : {};
    const given = found.body ? found.body.parse(body ?? {}) : undefined;
    return (await found.handle({
      principal,
      params,
      query,
      body: given,
      idempotencyKey: undefined,
      requestId: "req_test",
      from: { address: "127.0.0.1", agent: null, cookies: {} },
      header: () => undefined,
      cookie: () => undefined,
      audit: () => undefined,
    })) as T;
  };
  const endpoint = async (more: Record<string, unknown> = {}) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return (await call<{ id: string }>("post", "/webhook-endpoints", { url, ...more })).id;
  };
  const deliveries = async (id: string) =>
    (
      await call<{ data: { state: string; attempts: { at: string }[]; next_attempt_at: string | null }[] }>(
        "get",
        "/webhook-endpoints/:id/deliveries",
        undefined,
        { id },
      )
    ).data;
  const pump = (id: string) => hooks.pump(principal.workspaceId, id);

  it("tries ten times over three days and more, under one id, and then gives up", async () => {
    const id = await endpoint();
    happen(1);
    await hooks.relay(principal.workspaceId);
    const times: number[] = [];
    for (let n = 0; n < 10; n++) {
      await pump(id);
      times.push(now.getTime());
      const [one] = await deliveries(id);
      if (one!.next_attempt_at === null) break;
      // Nothing happens before its time.
      now = new Date(Date.parse(one!.next_attempt_at) - 1);
      const before = taken.length;
      await pump(id);
      expect(taken).toHaveLength(before);
      now = new Date(Date.parse(one!.next_attempt_at));
      // A success of something else keeps the endpoint from counting as dead.
      await connection
        .collection("webhook_endpoints")
        .updateOne({ _id: id as never }, { $set: { failingSince: null } });
    }
    const [gone] = await deliveries(id);
    expect(gone).toMatchObject({ state: "failed", next_attempt_at: null });
    expect(taken).toHaveLength(10);
    expect(new Set(taken.map((one) => one.id)).size).toBe(1);
    expect(new Set(taken.map((one) => one.timestamp)).size).toBe(10);
    const days = (times.at(-1)! - times[0]!) / (24 * hour);
    expect(days).toBeGreaterThan(2.8);
    expect(days).toBeLessThan(3.6);
  });

  it("waits as long as a receiver asks for", async () => {
    const id = await endpoint();
    happen(1);
    await hooks.relay(principal.workspaceId);
    [status, headers] = [429, { "retry-after": "3600" }];
    await pump(id);
    const [one] = await deliveries(id);
    expect(Date.parse(one!.next_attempt_at!) - now.getTime()).toBe(hour);
  });

  it("switches an endpoint off that failed for five days, tells of it, and keeps what comes", async () => {
    const id = await endpoint();
    for (let day = 0; day < 7; day++) {
      happen(1);
      await hooks.relay(principal.workspaceId);
      await pump(id);
      now = new Date(now.getTime() + 24 * hour);
    }
    const off = await call<{ enabled: boolean; disabled_cause: string }>("get", "/webhook-endpoints/:id", undefined, {
      id,
    });
    expect(off).toMatchObject({ enabled: false, disabled_cause: expect.stringContaining("five days") });
    expect(published.map((event) => [event.type, event.data.endpoint_id])).toEqual([["webhook.endpoint.disabled", id]]);
    happen(1);
    status = 200;
    taken = [];
    await call("patch", "/webhook-endpoints/:id", { enabled: true }, { id });
    await hooks.relay(principal.workspaceId);
    await pump(id);
    expect(taken.map((one) => one.id)).toContain(`evt_${told.length}`);
  });

  it("keeps the pace it was given", async () => {
    status = 200;
    const id = await endpoint({ rate_per_second: 0.5, concurrency: 5 });
    happen(3);
    await hooks.relay(principal.workspaceId);
    for (let n = 1; n <= 3; n++) {
      await pump(id);
      await pump(id);
      expect(taken).toHaveLength(n);
      now = new Date(now.getTime() + 2_000);
    }
  });

  it("takes up what a worker that died had in hand, and frees its place", async () => {
    status = 200;
    const id = await endpoint({ concurrency: 1 });
    happen(1);
    await hooks.relay(principal.workspaceId);
    const until = new Date(now.getTime() + 45_000);
    await connection
      .collection("webhook_deliveries")
      .updateOne({ endpointId: id }, { $set: { state: "sending", dueAt: until } });
    await connection
      .collection("webhook_endpoints")
      .updateOne({ _id: id as never }, { $set: { slots: [{ id: "dead", until }] } });
    await pump(id);
    expect(taken).toHaveLength(0);
    now = new Date(until.getTime() + 1);
    await pump(id);
    expect(taken).toHaveLength(1);
    expect(await deliveries(id)).toMatchObject([{ state: "delivered" }]);
  });

  it("finds what no job told of: due deliveries and events nobody relayed", async () => {
    const id = await endpoint();
    happen(1);
    await hooks.sweep();
    expect(jobs.map((job) => job.name)).toEqual(["hooks.relay"]);
    await hooks.relay(principal.workspaceId);
    jobs = [];
    await hooks.sweep();
    expect(jobs).toMatchObject([{ name: "hooks.pump", payload: { endpointId: id } }]);
  });
});
