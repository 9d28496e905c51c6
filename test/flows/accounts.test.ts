import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import { apiOf, eventually } from "../support/gateway.js";
import { openShop, type ProblemView, type Shop } from "../support/telegramShop.js";

const token = "200500:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const second = "200501:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

interface Account {
  id: string;
  name: string;
  enabled: boolean;
  connected: boolean;
  provider_ref: string | null;
  webhook_url: string;
  health: { state: string; cause: string | null };
  health_history: { state: string; cause: string | null }[];
}

describe("the life of a channel account", () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await openShop({ token, username: "life_bot" });
    shop.telegram.addBot({ token: second, username: "second_bot" });
  });
  afterAll(() => shop.close());

  const account = async (id: string) => (await shop.api<Account>("GET", `/api/v1/channels/${id}`)).body;
  const secretOf = async (id: string) =>
    (await shop.gateway.services.inbox.accounts.findById(id))!.settings as {
      secretToken: string;
      previousSecretToken?: string;
    };
  const post = (to: Account, secret: string, updateId: number, text: string) =>
    fetch(to.webhook_url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
      body: JSON.stringify({
        update_id: updateId,
        message: {
          message_id: updateId,
          date: Math.floor(Date.now() / 1000),
          chat: { id: 131, type: "private", first_name: "Ada" },
          from: { id: 131, is_bot: false, first_name: "Ada" },
          text,
        },
      }),
    });

  it("begins as a draft, takes credentials after they were tested, and never shows them", async () => {
    const draft = await shop.api<Account>("POST", "/api/v1/channels", { kind: "telegram", name: "Second shop" });
    expect(draft).toMatchObject({ status: 201, body: { connected: false, health: { state: "draft" } } });
    expect(draft.body.webhook_url).toMatch(/\/webhooks\/telegram\/[\w-]{32}$/);
    const path = `/api/v1/channels/${draft.body.id}`;

    const wrong = await shop.api<ProblemView>("PUT", `${path}/settings`, { settings: { token: "999:no-such-token" } });
    expect(wrong.status).toBe(422);
    expect((await account(draft.body.id)).connected).toBe(false);
    const malformed = await shop.api<ProblemView>("PUT", `${path}/settings`, { settings: { token: "hello" } });
    expect(malformed.body.errors?.[0]?.pointer).toBe("/settings/token");

    const connected = await shop.api<Account>("PUT", `${path}/settings`, { settings: { token: second } });
    expect(connected).toMatchObject({
      status: 200,
      body: { name: "Second shop", connected: true, provider_ref: "200501", health: { state: "ok" } },
    });
    expect(JSON.stringify(connected.body)).not.toContain(second.split(":")[1]);
    shop.telegram.customer({ id: 130, firstName: "Bo" }, "second_bot").write("hello second shop");
    const conversation = await shop.conversationSaying("hello second shop");
    expect(conversation.channel_account_id).toBe(draft.body.id);

    const same = await shop.api<ProblemView>("PUT", `${path}/settings`, { settings: { token } });
    expect([same.status, same.body.detail]).toEqual([422, expect.stringContaining("another account")]);
  });

  it("takes everything while it is off, shows and sends nothing, and loses nothing", async () => {
    const path = `/api/v1/channels/${shop.account.id}`;
    shop.telegram.customer({ id: 132, firstName: "Cy" }, "life_bot").write("before the break");
    const conversation = await shop.conversationSaying("before the break");
    const off = await shop.api<Account>("PATCH", path, { enabled: false });
    expect(off.body).toMatchObject({ enabled: false, health: { state: "off" } });

    shop.telegram.customer({ id: 132, firstName: "Cy" }, "life_bot").write("during the break");
    const reply = await shop.api<{ id: string }>("POST", `/api/v1/conversations/${conversation.id}/messages`, {
      content: { kind: "text", text: "written during the break" },
    });
    await eventually("taken from the provider", () =>
      shop.telegram.pendingUpdates("life_bot") === 0 ? true : undefined,
    );
    expect((await shop.thread(conversation.id)).map((one) => one.content.text)).toEqual([
      "written during the break",
      "before the break",
    ]);
    expect(shop.telegram.sent().some((one) => one.text === "written during the break")).toBe(false);

    const on = await shop.api<Account>("PATCH", path, { enabled: true });
    expect(on.body).toMatchObject({ enabled: true, health: { state: "ok" } });
    await shop.messageWhere(conversation.id, "what came meanwhile", (one) => one.content.text === "during the break");
    expect(on.body.health_history.map((one) => one.state).slice(-3)).toEqual(["ok", "off", "ok"]);
    const sent = await shop.api<{ status: string }>("GET", `/api/v1/messages/${reply.body.id}`);
    expect(["queued", "sending", "sent"]).toContain(sent.body.status);
  });

  it("changes its webhook secret while both are accepted, and takes the old one away later", async () => {
    const one = await account(shop.account.id);
    const before = (await secretOf(one.id)).secretToken;
    expect((await shop.api("POST", `/api/v1/channels/${one.id}/rotate-secret`)).status).toBe(200);
    const after = await secretOf(one.id);
    expect(after.secretToken).not.toBe(before);
    expect(after.previousSecretToken).toBe(before);
    expect((await post(one, before, 700_001, "with the old secret")).status).toBe(200);
    expect((await post(one, after.secretToken, 700_002, "with the new secret")).status).toBe(200);
    expect((await post(one, "neither", 700_003, "with none")).status).toBe(401);
    await shop.conversationSaying("with the new secret");
    shop.telegram.customer({ id: 133, firstName: "Di" }, "life_bot").write("the provider knows the new one");
    await shop.conversationSaying("the provider knows the new one");
  });

  it("says in its health that the token was revoked, and keeps what was to be sent", async () => {
    const handle = shop.telegram.addBot({ token: "200502:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "third_bot" });
    const third = await shop.api<Account>("POST", "/api/v1/channels", {
      kind: "telegram",
      settings: { token: handle.token },
    });
    shop.telegram.customer({ id: 134, firstName: "Ed" }, "third_bot").write("hi third");
    const conversation = await shop.conversationSaying("hi third");
    handle.revoke();
    const failed = await shop.reply(conversation.id, { kind: "text", text: "too late" });
    expect(failed).toMatchObject({ status: "failed", failure: { reason: "auth_expired" } });
    expect((await account(third.body.id)).health.state).toBe("needs_reauth");
    await shop.gateway.services.channels.checkAll();
    expect((await account(third.body.id)).health.state).toBe("needs_reauth");
    expect((await account(shop.account.id)).health.state).toBe("ok");
  });

  it("is not switched on, and not cured of a revoked token, by whoever knocks", async () => {
    const { body } = await shop.api<{ data: Account[] }>("GET", "/api/v1/channels");
    const revoked = body.data.find((one) => one.provider_ref === "200502")!;
    const { secretToken } = await secretOf(revoked.id);
    expect((await post(revoked, "forged", 700_050, "never")).status).toBe(401);
    expect((await post(revoked, secretToken, 700_051, "still comes")).status).toBe(200);
    await shop.conversationSaying("still comes");
    expect((await account(revoked.id)).health.state).toBe("needs_reauth");

    await shop.api("PATCH", `/api/v1/channels/${revoked.id}`, { enabled: false });
    expect((await post(revoked, "forged", 700_052, "never")).status).toBe(401);
    expect((await post(revoked, secretToken, 700_053, "kept")).status).toBe(200);
    await shop.gateway.services.channels.checkAll();
    const draft = (await shop.api<Account>("POST", "/api/v1/channels", { kind: "telegram" })).body;
    expect((await post(draft, "forged", 700_054, "never")).status).toBe(401);
    // What was refused is written down behind the answer.
    await shop.gateway.services.inbox.reportHealth.set(revoked.id, "degraded", "heard something");
    await shop.gateway.services.inbox.reportHealth.set(draft.id, "ok", null);
    expect((await account(revoked.id)).health.state).toBe("off");
    expect((await account(draft.id)).health.state).toBe("draft");
  });

  it("notices that the provider calls somebody else, sets its webhook again, and says so", async () => {
    const one = await account(shop.account.id);
    const elsewhere = new URLSearchParams({ url: "https://elsewhere.example/hook" }).toString();
    await fetch(`${shop.telegram.apiRoot}/bot${token}/setWebhook?${elsewhere}`);
    // Whoever presses the test button is told the same.
    const tried = await shop.api<{ ok: boolean; sentence: string }>("POST", `/api/v1/channels/${one.id}/test`);
    expect(tried.body).toMatchObject({ ok: false, sentence: "Telegram calls another address than ours." });
    await shop.gateway.services.channels.checkAll();
    const noticed = await account(one.id);
    expect(noticed.health).toMatchObject({ state: "degraded", cause: "Telegram calls another address than ours." });
    await shop.gateway.services.channels.checkAll();
    expect((await account(one.id)).health).toMatchObject({ state: "ok", cause: null });
    shop.telegram.customer({ id: 137, firstName: "Hal" }, "life_bot").write("found you again");
    await shop.conversationSaying("found you again");
  });

  it("says that it heard nothing for a day, and sets its webhook again once", async () => {
    const client = await MongoClient.connect(shop.stores.mongoUri);
    const old = new Date(Date.now() - 25 * 3_600_000);
    await client
      .db(shop.stores.database)
      .collection<{ _id: string }>("channel_accounts")
      .updateOne({ _id: shop.account.id }, { $set: { lastEventAt: old } });
    await client.close();
    const sets = () =>
      shop.telegram.calls().filter((one) => one.method === "setWebhook" && one.bot === "life_bot").length;
    const before = sets();
    for (let n = 0; n < 3; n++) await shop.gateway.services.channels.checkAll();
    expect((await account(shop.account.id)).health).toMatchObject({
      state: "ok",
      cause: expect.stringMatching(/nothing was heard/i) as unknown,
    });
    expect(sets()).toBe(before + 1);
  });

  it("goes with its credentials, while its conversations stay", async () => {
    const { body } = await shop.api<{ data: Account[] }>("GET", "/api/v1/channels");
    const other = body.data.find((one) => one.provider_ref === "200501")!;
    expect((await shop.api("DELETE", `/api/v1/channels/${other.id}`)).status).toBe(204);
    expect((await shop.api("GET", `/api/v1/channels/${other.id}`)).status).toBe(404);
    expect(shop.telegram.calls().some((one) => one.method === "deleteWebhook" && one.bot === "second_bot")).toBe(true);
    const conversation = await shop.conversationSaying("hello second shop");
    expect((await shop.thread(conversation.id)).map((one) => one.content.text)).toEqual(["hello second shop"]);
    const failed = await shop.reply(conversation.id, { kind: "text", text: "anybody?" });
    expect(failed).toMatchObject({ status: "failed", failure: { reason: "unsupported" } });
  });

  describe("for operators", () => {
    it("mends and replays what could not be read, once", async () => {
      const one = await account(shop.account.id);
      const { secretToken } = await secretOf(one.id);
      const broken = '{"update":1,"message":{"message_id":7}}';
      await fetch(one.webhook_url, {
        method: "POST",
        body: broken,
        headers: { "x-telegram-bot-api-secret-token": secretToken },
      });
      const entry = await eventually("in quarantine", async () => {
        const { body } = await shop.api<{ data: { id: string }[] }>("GET", "/api/v1/quarantine");
        return body.data[0];
      });
      const path = `/api/v1/quarantine/${entry.id}`;
      const opened = `${path}?open=true`;
      expect((await shop.api<{ raw: string }>("GET", opened)).body).toMatchObject({ raw: broken, redacted: false });
      // Nobody has to see what customers wrote who does not ask for it.
      expect((await shop.api<{ raw: string }>("GET", path)).body).toMatchObject({ redacted: true });
      const { identity } = shop.gateway.services;
      const { key } = await identity.createKey(shop.gateway.first!.workspaceId, "Operator", ["operations"], null);
      const operator = apiOf(shop.gateway.url, key);
      const shape = (await operator<{ raw: string; redacted: boolean }>("GET", opened)).body;
      expect(shape.redacted).toBe(true);
      expect(JSON.parse(shape.raw)).toEqual({ update: "<number>", message: { message_id: "<number>" } });
      expect((await shop.api("POST", `${path}/replay`)).status).toBe(422);
      const mended = JSON.stringify({
        update_id: 700_100,
        message: {
          message_id: 700_100,
          date: Math.floor(Date.now() / 1000),
          chat: { id: 135, type: "private", first_name: "Flo" },
          from: { id: 135, is_bot: false, first_name: "Flo" },
          text: "mended by hand",
        },
      });
      expect((await shop.api("PUT", path, { raw: mended })).status).toBe(204);
      expect((await shop.api("POST", `${path}/replay`)).status).toBe(204);
      expect((await shop.conversationSaying("mended by hand")).unread).toBe(1);
      expect((await shop.api("GET", path)).status).toBe(404);
    });

    it("puts a time of an account in again, and everything stays once", async () => {
      const since = new Date(Date.now() - 3_600_000).toISOString();
      const before = await shop.conversationSaying("mended by hand");
      const replay = await shop.api<{ replayed: number }>("POST", "/api/v1/replay", {
        channel_account_id: shop.account.id,
        since,
      });
      expect(replay.body.replayed).toBeGreaterThan(3);
      await eventually("worked off", async () => {
        const counts = await shop.gateway.services.queues.byName
          .get("inbound")!
          .getJobCounts("waiting", "active", "delayed");
        return Object.values(counts).every((count) => count === 0) ? true : undefined;
      });
      expect((await shop.conversationSaying("mended by hand")).unread).toBe(before.unread);
      expect(await shop.thread(before.id)).toHaveLength(1);
    });

    it("lists work that failed for good to its own workspace only, retries and discards it", async () => {
      const { queues, identity } = shop.gateway.services;
      const { workspaceId } = shop.gateway.first!;
      const bad = {
        v: 1,
        workspaceId,
        accountId: shop.account.id,
        acceptedAt: new Date().toISOString(),
        traceId: "req_x",
        events: "AAAA",
      };
      const mended = (text: string) => ({
        v: 1,
        type: "message",
        eventKey: `tg:${text}`,
        channel: "telegram",
        accountRef: "1",
        at: new Date().toISOString(),
        peer: { chat: "136", user: "136", name: "Gil" },
        message: { externalId: `136/${text.length}`, direction: "in", content: { kind: "text", text } },
        raw: {},
      });
      const queue = queues.byName.get("inbound")!;
      await queue.add("inbound.record", bad, { attempts: 1 });
      const carried = async (ask: typeof shop.api) =>
        (await ask<{ payload: { events: unknown }; redacted: boolean }>("GET", `${path}?open=true`)).body;
      const letter = await eventually("a dead letter", async () => {
        const { body } = await shop.api<{ data: { id: string; trace_id: string }[] }>("GET", "/api/v1/dead-letters");
        return body.data[0];
      });
      expect(letter.trace_id).toBe("req_x");
      const path = `/api/v1/dead-letters/${encodeURIComponent(letter.id)}`;
      const stranger = apiOf(shop.gateway.url, (await identity.createWorkspace("Other")).apiKey);
      expect((await carried(shop.api)).payload.events).toBe("<cannot be opened>");
      expect((await stranger<{ data: unknown[] }>("GET", "/api/v1/dead-letters")).body.data).toEqual([]);
      for (const [method, to] of [
        ["GET", path],
        ["POST", `${path}/retry`],
        ["DELETE", path],
        ["PUT", path],
      ] as const) {
        const body = method === "PUT" ? { events: [mended("never")] } : undefined;
        expect((await stranger(method, to, body)).status).toBe(404);
      }
      expect((await shop.api("POST", `${path}/retry`)).status).toBe(204);
      await eventually("dead again", async () => ((await queue.getFailedCount()) === 1 ? true : undefined));
      expect((await shop.api("PUT", path, { events: [{ type: "message" }] })).status).toBe(400);
      expect((await shop.api("PUT", path, { events: [mended("mended in the queue")] })).status).toBe(204);
      expect((await carried(shop.api)).payload.events).toMatchObject([
        { message: mended("mended in the queue").message },
      ]);
      const { key } = await identity.createKey(workspaceId, "Operator", ["operations"], null);
      const shape = await carried(apiOf(shop.gateway.url, key));
      expect(shape.redacted).toBe(true);
      expect(JSON.stringify(shape)).not.toContain("mended in the queue");
      expect((await shop.api("POST", `${path}/retry`)).status).toBe(204);
      await shop.conversationSaying("mended in the queue");
      expect((await shop.api<{ data: unknown[] }>("GET", "/api/v1/dead-letters")).body.data).toEqual([]);

      await queue.add("inbound.record", bad, { attempts: 1 });
      const last = await eventually("another dead letter", async () => {
        const { body } = await shop.api<{ data: { id: string }[] }>("GET", "/api/v1/dead-letters");
        return body.data[0];
      });
      expect((await shop.api("DELETE", `/api/v1/dead-letters/${encodeURIComponent(last.id)}`)).status).toBe(204);
      expect((await shop.api<{ data: unknown[] }>("GET", "/api/v1/dead-letters")).body.data).toEqual([]);
    });
  });
});
