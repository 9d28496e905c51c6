import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiOf } from "../support/gateway.js";
import { openShop, type ProblemView, type Shop } from "../support/telegramShop.js";

describe("limits of the API", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({
      token: "200900:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2",
      username: "limit_bot",
      requestsPerMinute: 20,
    });
  });
  afterAll(() => shop.close());

  it("tells a key what is left, stops it when nothing is, and leaves others alone", async () => {
    const { identity } = shop.gateway.services;
    const { key } = await identity.createKey(shop.gateway.first!.workspaceId, "Busy", ["*"], null);
    const busy = apiOf(shop.gateway.url, key);
    const first = await busy("GET", "/api/v1/conversations");
    expect(first.headers.get("ratelimit-policy")).toBe('"read";q=20;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/^"read";r=19;t=\d+$/);
    expect(first.headers.get("x-ratelimit-remaining")).toBe("19");
    for (let n = 0; n < 19; n++) expect((await busy("GET", "/api/v1/conversations")).status).toBe(200);
    const over = await busy<ProblemView>("GET", "/api/v1/conversations");
    expect([over.status, over.body.code]).toEqual([429, "rate_limited"]);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await busy("POST", "/api/v1/labels", { name: "writes are counted apart" })).status).toBe(201);
    expect((await shop.api("GET", "/api/v1/conversations")).status).toBe(200);
  });

  it("makes an address wait that guesses keys", async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n++) {
      statuses.add((await apiOf(shop.gateway.url, `sb_live_guess${n}`)("GET", "/api/v1/workspace")).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect((await shop.api("GET", "/api/v1/workspace")).status).toBe(200);
  });

  it("answers an Idempotency-Key once, also for many at once, and refuses it for something else", async () => {
    const { identity } = shop.gateway.services;
    const { key } = await identity.createKey(shop.gateway.first!.workspaceId, "Careful", ["*"], null);
    const careful = apiOf(shop.gateway.url, key);
    const headers = { "idempotency-key": "one-contact" };
    const all = await Promise.all(
      Array.from({ length: 8 }, () => careful<{ id: string }>("POST", "/api/v1/contacts", { name: "Once" }, headers)),
    );
    const made = all.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(all.filter(({ status }) => status !== 201).every(({ status }) => status === 409)).toBe(true);
    const again = await careful<{ id: string }>("POST", "/api/v1/contacts", { name: "Once" }, headers);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(new Set([...made, again].map(({ body }) => body.id)).size).toBe(1);
    const other = await careful<ProblemView>("POST", "/api/v1/contacts", { name: "Twice" }, headers);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_mismatch"]);
    const { data } = (await shop.api<{ data: unknown[] }>("GET", "/api/v1/contacts?q=once")).body;
    expect(data).toHaveLength(1);
    const refused = { "idempotency-key": "refused" };
    expect((await careful("POST", "/api/v1/labels", { name: "x", color: "red" }, refused)).status).toBe(400);
    expect((await careful("POST", "/api/v1/labels", { name: "mended" }, refused)).status).toBe(201);
  });
});
