import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startGraphSimulator, type GraphSimulator } from "../../simulator/graph/index.js";
import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import { apiOf, eventually, startGateway } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { lookThrough, type Page, type ProblemView } from "../support/views.js";

interface Kind {
  kind: string;
  tile: { key: string; summary: string; minutes: number; cost: string };
  fields: {
    name: string;
    key: string;
    title: string;
    help: string;
    link: string | null;
    secret: boolean;
    generated: boolean;
    pattern: string | null;
    expects: string | null;
    default: string | null;
    options: { value: string; label: string }[] | null;
  }[];
  steps: { n: number; text: string; shows: string | null }[];
  settings: { properties: Record<string, { secret?: boolean }> };
}
interface Test {
  ok: boolean;
  state: string;
  sentence: string;
  display_name: string | null;
  problems: { pointer: string; message: string }[];
}
interface Account {
  id: string;
  webhook_url: string | null;
  verify_token: string;
  health: { state: string; cause: string | null };
  errors_24h: number;
  last_inbound_at: string | null;
  last_outbound_at: string | null;
  callback: { url: string; verify_token: string | null; registered: boolean; set_by: string };
}
interface Entry {
  kind: string;
  ok: boolean;
  sentence: string;
  details: Record<string, string | number>;
}
interface Session {
  state: string;
  sentence: string;
  qr_svg: string | null;
  pairing_code: string | null;
}

const token = "200900:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

describe("connecting a channel", () => {
  const stores = testStores();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let telegram: TelegramSimulator;
  let graph: GraphSimulator;
  let api: ReturnType<typeof apiOf>;
  let stranger: ReturnType<typeof apiOf>;

  beforeAll(async () => {
    telegram = await startTelegramSimulator({ port: 0 });
    telegram.addBot({ token, username: "wizard_bot" });
    graph = await startGraphSimulator({ port: 0, timeScale: 0.01 });
    gateway = await startGateway({ ...stores, telegramApiRoot: telegram.apiRoot, graphApiRoot: graph.apiRoot });
    api = apiOf(gateway.url, gateway.first!.apiKey);
    stranger = apiOf(gateway.url, (await gateway.services.identity.createWorkspace("Other")).apiKey);
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.close();
    await graph.close();
    await stores.drop();
  });

  const log = async (id: string, errors = false) => {
    await gateway.services.channelLog.flush();
    return (await api<Page<Entry>>("GET", `/api/v1/channels/${id}/log?limit=100&errors=${errors}`)).body.data;
  };
  const logged = (id: string, fits: (entry: Entry) => boolean) =>
    eventually("the entry of the log", async () => (await log(id)).find(fits));
  const tried = async (kind: string, settings: Record<string, unknown>) =>
    (await api<Test>("POST", `/api/v1/channels/kinds/${kind}/test`, { settings })).body;

  it("finds every kind complete: tile, steps, and for each field a title, where it is found, and what it must be", async () => {
    const { body } = await api<{ data: Kind[]; public_url: { https: boolean } }>("GET", "/api/v1/channels/kinds");
    expect(body.public_url.https).toBe(false);
    expect(body.data.map((one) => one.kind).sort()).toEqual([
      "http",
      "messenger",
      "telegram",
      "whatsapp",
      "whatsapp_web",
    ]);
    for (const { kind, tile, fields, steps, settings } of body.data) {
      expect(tile).toMatchObject({ key: `channels:${kind}.tile` });
      expect([tile.summary, tile.cost].every((text) => text.length > 5) && tile.minutes > 0).toBe(true);
      expect(steps.length).toBeGreaterThan(0);
      expect(steps.map((step) => step.n)).toEqual(steps.map((_, index) => index + 1));
      expect(fields.map((field) => field.name)).toEqual(Object.keys(settings.properties));
      for (const field of fields) {
        expect(field.key).toBe(`channels:${kind}.${field.name}`);
        expect([field.title, field.help].every((text) => text.length > 3)).toBe(true);
        expect(field.link === null || field.link.startsWith("https://")).toBe(true);
        if (!field.generated && field.pattern !== null) expect(field.expects).not.toBeNull();
        if (field.secret || field.generated) expect(field.default).toBeNull();
        for (const option of field.options ?? []) expect(option.label).not.toBe(option.value);
        if (/token|secret/i.test(field.name)) expect(field.secret).toBe(true);
      }
    }
    const [byHand] = body.data.filter((one) => one.kind === "whatsapp");
    expect(byHand!.steps.map((step) => step.shows).filter((shows) => shows !== null)).toEqual([
      "callback_url",
      "verify_token",
    ]);
  });

  it("says in words what is wrong with credentials, and saves nothing", async () => {
    const number = graph.addNumber({ name: "Shop" });
    const page = graph.addPage({ name: "Shop page" });
    const old = graph.addNumber({ name: "Old" });
    old.expired = true;
    const whatsapp = { accessToken: number.token, appSecret: number.appSecret, phoneNumberId: number.id };
    const messenger = { pageAccessToken: page.token, appSecret: page.appSecret };

    expect(await tried("telegram", { token, mode: "polling" })).toMatchObject({
      ok: true,
      display_name: "@wizard_bot",
    });
    expect(await tried("telegram", { token: "1:wrong" })).toMatchObject({
      ok: false,
      state: "needs_reauth",
      sentence: expect.stringContaining("@BotFather"),
      problems: [{ pointer: "/settings/token" }],
    });
    expect(await tried("telegram", { token: "hello" })).toMatchObject({
      ok: false,
      problems: [{ pointer: "/settings/token" }],
    });
    expect(await tried("whatsapp", whatsapp)).toMatchObject({ ok: true });
    expect((await tried("whatsapp", { ...whatsapp, accessToken: "EAAwrong-token" })).sentence).toMatch(
      /does not know this access token/,
    );
    expect(await tried("whatsapp", { ...whatsapp, appSecret: "another-secret" })).toMatchObject({
      ok: false,
      sentence: expect.stringContaining("app secret"),
      problems: [{ pointer: "/settings/appSecret" }],
    });
    expect(
      (await tried("whatsapp", { ...whatsapp, accessToken: old.token, appSecret: old.appSecret })).sentence,
    ).toMatch(/has expired/);
    expect((await tried("messenger", { ...messenger, appSecret: "another-secret" })).sentence).toMatch(/app secret/);
    expect((await tried("messenger", { ...messenger, pageAccessToken: "EAAwrong-token" })).sentence).toMatch(
      /does not know/,
    );
    expect((await tried("messenger", { ...messenger, pageId: "12345" })).sentence).toMatch(/another page/);
    const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    expect((await tried("http", { deliveryUrl: "http://127.0.0.1:9/x", signingSecret: secret })).sentence).toMatch(
      /private network/,
    );
    expect(await tried("whatsapp_web", { number: "+49 151 2345", riskAccepted: false })).toMatchObject({ ok: false });
    expect((await api("POST", "/api/v1/channels/kinds/pigeon/test", { settings: {} })).status).toBe(422);

    const refused = await api<ProblemView>("POST", "/api/v1/channels", {
      kind: "whatsapp",
      settings: { ...whatsapp, appSecret: "another-secret" },
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/settings/appSecret" }] } });
    expect(refused.body.detail).toMatch(/Nothing was saved/);
    expect((await api<{ data: unknown[] }>("GET", "/api/v1/channels")).body.data).toEqual([]);
    expect(gateway.lines.join("")).not.toContain("another-secret");
  });

  it("keeps a log: failed handshakes with their cause, signatures, sends; never what was said, never a secret", async () => {
    const draft = (await api<Account>("POST", "/api/v1/channels", { kind: "whatsapp" })).body;
    expect(draft.callback).toMatchObject({ registered: false, set_by: "hand", verify_token: draft.verify_token });
    const shake = (verify: string) =>
      fetch(`${draft.callback.url}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${verify}`);
    expect((await shake("abcdef")).status).toBe(403);
    const failed = await logged(draft.id, (entry) => entry.kind === "handshake" && !entry.ok);
    expect(failed.sentence).toContain(`got ab…, expected ${draft.verify_token.slice(0, 2)}…`);
    expect(JSON.stringify(failed)).not.toContain(draft.verify_token);
    expect((await shake(draft.verify_token)).status).toBe(200);
    await logged(draft.id, (entry) => entry.kind === "handshake" && entry.ok);
    const number = graph.addNumber({ name: "Shop", webhook: draft.callback.url });
    const settings = { accessToken: number.token, appSecret: number.appSecret, phoneNumberId: number.id };
    await api("PUT", `/api/v1/channels/${draft.id}/settings`, { settings });
    await fetch(draft.callback.url, { method: "POST", body: "{}", headers: { "x-hub-signature-256": "sha256=00" } });
    expect((await logged(draft.id, (entry) => entry.kind === "refused")).sentence).toMatch(/app secret/);

    graph.customer({ id: "15551230001", name: "Ana" }, number).write("a private question");
    const look = lookThrough(api);
    const conversation = await look.conversationSaying("a private question");
    await logged(draft.id, (entry) => entry.kind === "event");
    await look.reply(conversation.id, { kind: "text", text: "a private answer" });
    await logged(draft.id, (entry) => entry.kind === "sent");
    graph.fault({ path: "/messages", status: 400, code: 131026, message: "cannot deliver a private answer" });
    await look.reply(conversation.id, { kind: "text", text: "a second answer" });
    expect(await logged(draft.id, (entry) => entry.kind === "send_failed")).toMatchObject({
      details: { reason: "recipient" },
    });
    const all = JSON.stringify(await log(draft.id));
    for (const secret of ["private", number.appSecret, number.token, draft.verify_token])
      expect(all).not.toContain(secret);
    expect((await log(draft.id, true)).every((entry) => !entry.ok)).toBe(true);

    const now = (await api<Account>("GET", `/api/v1/channels/${draft.id}`)).body;
    expect(now.callback.registered).toBe(true);
    expect(now.errors_24h).toBeGreaterThanOrEqual(3);
    expect([now.last_inbound_at, now.last_outbound_at].every((at) => at !== null)).toBe(true);
    const test = await api<Test>("POST", `/api/v1/channels/${draft.id}/test`);
    expect(test.body).toMatchObject({ ok: true });
    await logged(draft.id, (entry) => entry.kind === "health" && entry.sentence.startsWith("Tested"));

    expect((await stranger("GET", `/api/v1/channels/${draft.id}/log`)).status).toBe(404);
    expect((await stranger("POST", `/api/v1/channels/${draft.id}/test`)).status).toBe(404);
    const rows = () => gateway.services.mongo.collection("channel_log").estimatedDocumentCount();
    const before = await rows();
    expect(
      (await fetch(`${gateway.url}/webhooks/whatsapp/nobody-has-this-key`, { method: "POST", body: "{}" })).status,
    ).toBe(404);
    await gateway.services.channelLog.flush();
    expect(await rows()).toBe(before);
  });

  it("shows accounts to those who only read conversations, without their addresses", async () => {
    const workspaceId = gateway.first!.workspaceId;
    const { key } = await gateway.services.identity.createKey(workspaceId, "reader", ["conversations:read"], null);
    const reader = apiOf(gateway.url, key);
    const { body } = await reader<{ data: Account[] }>("GET", "/api/v1/channels");
    expect(body.data.length).toBeGreaterThan(0);
    expect(body.data.every((one) => one.webhook_url === null)).toBe(true);
    expect((await reader("GET", `/api/v1/channels/${body.data[0]!.id}`)).status).toBe(403);
    expect((await reader("GET", `/api/v1/channels/${body.data[0]!.id}/log`)).status).toBe(403);
  });

  it("is deleted with everything that came over it, when that is asked for, and nothing else", async () => {
    telegram.addBot({ token: "200901:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "goes_bot" });
    const goes = await api<Account>("POST", "/api/v1/channels", {
      kind: "telegram",
      settings: { token: "200901:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2" },
    });
    telegram.customer({ id: 901, firstName: "Gil" }, "goes_bot").write("this goes");
    const look = lookThrough(api);
    const conversation = await look.conversationSaying("this goes");
    const stays = await look.conversationWhere("Ana's", (one) => one.contact.name === "Ana");
    const path = `/api/v1/channels/${goes.body.id}`;
    expect((await stranger("DELETE", `${path}?with_conversations=true`)).status).toBe(404);
    expect((await api("GET", `/api/v1/conversations/${conversation.id}`)).status).toBe(200);
    expect((await api("DELETE", `${path}?with_conversations=true`)).status).toBe(204);
    expect((await api("GET", `/api/v1/conversations/${conversation.id}`)).status).toBe(404);
    expect((await api("GET", `/api/v1/contacts/${conversation.contact.id}`)).status).toBe(404);
    expect((await api("GET", `/api/v1/contacts/${stays.contact.id}`)).status).toBe(200);
    expect((await look.thread(stays.id)).length).toBeGreaterThan(0);
    expect(
      (await look.events()).some(
        (one) => one.type === "conversation.removed" && one.conversation_id === conversation.id,
      ),
    ).toBe(true);
  });

  it("shows how a number is linked: the code as a picture to its managers, and never anywhere else", async () => {
    const made = await api<Account>("POST", "/api/v1/channels", { kind: "whatsapp_web", name: "Linked" });
    const path = `/api/v1/channels/${made.body.id}/session`;
    expect((await api<Session>("GET", path)).body).toMatchObject({ state: "off", qr_svg: null });
    expect((await api("POST", `${path}/restart`)).status).toBe(409);
    const { inbox, channelSessions } = gateway.services;
    const { workspaceId } = gateway.first!;
    const settings = { number: "4915123456789", pairing: "qr", riskAccepted: true };
    await inbox.accounts.saveSettings(workspaceId, made.body.id, { settings, accountRef: "4915123456789" });
    const account = (await inbox.accounts.find(workspaceId, made.body.id))!;
    await channelSessions.progress(account, { phase: "scan", qr: "2@what-the-code-says" });
    const scan = (await api<Session>("GET", path)).body;
    expect(scan.state).toBe("scan");
    expect(scan.qr_svg).toMatch(/^<svg/);
    await channelSessions.progress(account, { phase: "scan", code: "ABCD1234" });
    expect((await api<Session>("GET", path)).body).toMatchObject({ pairing_code: "ABCD1234", qr_svg: null });
    await channelSessions.progress(account, { phase: "syncing", percent: 40 });
    expect((await api<Session>("GET", path)).body).toMatchObject({ state: "syncing", pairing_code: null });
    expect(gateway.lines.join("")).not.toMatch(/what-the-code-says|ABCD1234/);

    const other = await api<ProblemView>("POST", `${path}/pairing-code`, { phone: "+49 151 000000" });
    expect(other).toMatchObject({ status: 422, body: { errors: [{ pointer: "/phone" }] } });
    expect(await api<Session>("POST", `${path}/pairing-code`, { phone: "+49 151 23456789" })).toMatchObject({
      status: 202,
    });
    expect((await inbox.accounts.find(workspaceId, made.body.id))!.settings).toMatchObject({ pairing: "phone" });
    expect((await stranger("GET", path)).status).toBe(404);
    expect((await stranger("POST", `${path}/restart`)).status).toBe(404);
    await api("DELETE", `/api/v1/channels/${made.body.id}`);
  });

  it("tells operators how the server is doing, and no secret", async () => {
    const { status, body } = await api<{
      stores: { name: string; ok: boolean; version: string | null }[];
      queues: { name: string }[];
      lag: { channel: string; stage: string; count: number; p50: number; p95: number }[];
      disk: { free_bytes: number } | null;
      settings: { name: string; value: string | null }[];
    }>("GET", "/api/v1/operations/health");
    expect(status).toBe(200);
    expect(body.stores).toMatchObject([
      { name: "mongodb", ok: true, version: expect.stringMatching(/^\d+\./) },
      { name: "redis", ok: true, version: expect.stringMatching(/^\d+\./) },
    ]);
    expect(body.queues.map((one) => one.name)).toContain("inbound");
    const sent = body.lag.find((one) => one.channel === "whatsapp" && one.stage === "sent")!;
    expect(sent.count).toBeGreaterThan(0);
    expect(sent.p95).toBeGreaterThanOrEqual(sent.p50);
    const value = (name: string) => body.settings.find((one) => one.name === name)?.value;
    expect([value("MASTER_KEY"), value("SESSION_SECRET"), value("SMTP_URL") ?? null]).toEqual(["(set)", "(set)", null]);
    expect(JSON.stringify(body)).not.toContain("0123456789abcdef0123456789abcdef");
    const { workspaceId } = gateway.first!;
    const { key } = await gateway.services.identity.createKey(workspaceId, "reader", ["conversations:read"], null);
    expect((await apiOf(gateway.url, key)("GET", "/api/v1/operations/health")).status).toBe(403);
  });
});

describe("an address that is not https", () => {
  it("is named when a channel needs one", async () => {
    const stores = testStores();
    const graph = await startGraphSimulator({ port: 0, timeScale: 0.01 });
    const telegram = await startTelegramSimulator({ port: 0 });
    telegram.addBot({ token, username: "plain_bot" });
    const roots = { telegramApiRoot: telegram.apiRoot, graphApiRoot: graph.apiRoot };
    const gateway = await startGateway({ ...stores, ...roots, publicUrl: "http://shop.example" });
    const api = apiOf(gateway.url, gateway.first!.apiKey);
    const number = graph.addNumber({ name: "Shop" });
    const settings = { accessToken: number.token, appSecret: number.appSecret, phoneNumberId: number.id };
    const expected = /PUBLIC_URL is http:\/\/shop\.example, which is not an https address/;
    const test = await api<Test>("POST", "/api/v1/channels/kinds/whatsapp/test", { settings });
    expect(test.body).toMatchObject({ ok: false, state: "degraded", sentence: expect.stringMatching(expected) });
    const made = await api<Account>("POST", "/api/v1/channels", { kind: "whatsapp", settings });
    expect(made.body.health).toMatchObject({ state: "degraded", cause: expect.stringMatching(expected) });
    const hook = await api<Account>("POST", "/api/v1/channels", { kind: "telegram", settings: { token } });
    expect(hook.body.health).toMatchObject({ state: "degraded", cause: expect.stringMatching(/choose polling/) });
    expect(hook.body.callback.registered).toBe(false);
    await gateway.stop();
    await graph.close();
    await telegram.close();
    await stores.drop();
  });
});
