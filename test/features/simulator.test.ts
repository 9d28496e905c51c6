import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiOf, eventually, startGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { lookThrough, type ProblemView } from "../support/views.js";

interface Account {
  id: string;
  kind: string;
  simulated: boolean;
  connected: boolean;
  webhook_url: string;
  health: { state: string; cause: string | null };
  callback: { registered: boolean };
}
interface Exchange {
  direction: string;
  url: string;
  request: unknown;
  status: number | null;
  event: { type: string }[] | null;
}
interface View {
  customers: { id: string; name: string; messages: { id: string; from: string; text: string }[] }[];
  faults: { fault: string; supported: boolean; on: boolean }[];
  exchanges: Exchange[];
}

const kinds = ["telegram", "whatsapp", "messenger", "http"] as const;

describe("the built-in simulator", () => {
  const stores = testStores();
  const masterKey = Buffer.alloc(32, 7).toString("base64");
  const settings: GatewaySettings = { ...stores, masterKey };
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let key: string;
  let api: ReturnType<typeof apiOf>;
  let look: ReturnType<typeof lookThrough>;
  const accounts = new Map<string, Account>();

  const use = () => {
    api = apiOf(gateway.url, key);
    look = lookThrough(api);
  };
  beforeAll(async () => {
    gateway = await startGateway(settings);
    key = gateway.first!.apiKey;
    use();
  });
  afterAll(async () => {
    await gateway.stop();
    await stores.drop();
  });

  const view = async (kind: string) =>
    (await api<View>("GET", `/api/v1/channels/${accounts.get(kind)!.id}/simulator`)).body;
  const act = (kind: string, body: Record<string, unknown>) =>
    api<{ customer_id: string; message_id: string | null } & ProblemView>(
      "POST",
      `/api/v1/channels/${accounts.get(kind)!.id}/simulator/messages`,
      body,
    );
  const silent = (kind: string) =>
    api("PATCH", `/api/v1/channels/${accounts.get(kind)!.id}/simulator`, { talkative: false });

  it.each(kinds)(
    "connects an account of %s whose customers write over the real way, and hear the answer",
    async (kind) => {
      const made = await api<Account>("POST", "/api/v1/simulator/channels", { kind });
      expect(made).toMatchObject({
        status: 201,
        body: { kind, simulated: true, connected: true, health: { state: "ok" } },
      });
      accounts.set(kind, made.body);
      expect((await silent(kind)).status).toBe(200);

      const wrote = await act(kind, { customer_name: `Ana of ${kind}`, language: "es", text: `Hola ${kind}` });
      expect(wrote.status).toBe(202);
      const conversation = await look.conversationSaying(`Hola ${kind}`);
      expect(conversation.contact.name).toBe(`Ana of ${kind}`);
      const sent = await look.reply(conversation.id, { kind: "text", text: `Buenos días ${kind}` });
      expect(["sent", "delivered", "read"]).toContain(sent.status);
      if (kind === "whatsapp" || kind === "messenger") {
        await look.messageWhere(conversation.id, "read", (one) => one.id === sent.id && one.status === "read");
      }
      const shown = await view(kind);
      expect(shown.customers).toMatchObject([
        {
          id: wrote.body.customer_id,
          messages: [{ from: "customer" }, { from: "business", text: `Buenos días ${kind}` }],
        },
      ]);
      const inward = shown.exchanges.find((one) => one.direction === "in" && one.event?.[0]?.type === "message");
      expect(inward).toMatchObject({ status: 200, url: expect.stringMatching(/\/webhooks\/\w+\/.{4}…$/) });
      expect(JSON.stringify(shown.exchanges)).not.toContain(made.body.webhook_url.split("/").at(-1)!);
    },
  );

  it("plays files, places, reactions, edits and removals, and says what a network does not have", async () => {
    const { customers } = await view("whatsapp");
    const customer_id = customers[0]!.id;
    for (const kind of ["image", "voice", "document", "sticker", "location", "contact"]) {
      expect((await act("whatsapp", { customer_id, kind })).status).toBe(202);
    }
    const first = (await act("whatsapp", { customer_id, text: "to be changed" })).body.message_id!;
    const conversation = await look.conversationWhere("Ana", (one) => one.contact.name === "Ana of whatsapp");
    const said = await look.messageWhere(conversation.id, "it", (one) => one.content.text === "to be changed");
    await act("whatsapp", { customer_id, kind: "edit", target: first, text: "changed" });
    await look.messageWhere(conversation.id, "edited", (one) => one.id === said.id && one.content.text === "changed");
    await act("whatsapp", { customer_id, kind: "remove", target: first });
    await look.messageWhere(conversation.id, "removed", (one) => one.id === said.id && one.removed_at !== null);
    const picture = await look.messageWhere(conversation.id, "stored", (one) => {
      return one.content.media?.role === "image" && one.content.media.attachment?.state === "stored";
    });
    expect(picture.content.media?.attachment).toMatchObject({ mime: "image/jpeg", width: 1024 });
    const ours = (await look.thread(conversation.id)).find((one) => one.direction === "out")!;
    await act("whatsapp", { customer_id, kind: "reaction", target: ours.provider_id, text: "👍" });
    await look.messageWhere(conversation.id, "liked", (one) => one.reactions[0]?.emoji === "👍");

    const telegram = (await view("telegram")).customers[0]!.id;
    const unable = await act("telegram", { customer_id: telegram, kind: "remove", target: "1" });
    expect([unable.status, unable.body.detail]).toEqual([422, expect.stringContaining("Telegram")]);
    expect((await act("telegram", { customer_id: "999" })).status).toBe(422);
    expect((await act("telegram", { customer_id: telegram, kind: "edit", text: "x" })).status).toBe(422);
  });

  it("has a provider fail on demand, and mends it", async () => {
    const id = accounts.get("telegram")!.id;
    const fault = (name: string, on: boolean) =>
      api<View & ProblemView>("POST", `/api/v1/channels/${id}/simulator/faults`, { fault: name, on });
    expect((await fault("window_closed", true)).status).toBe(422);
    expect((await fault("refuse_token", true)).body.faults.find((one) => one.fault === "refuse_token")?.on).toBe(true);
    const conversation = await look.conversationWhere("Ana", (one) => one.contact.name === "Ana of telegram");
    const failed = await look.reply(conversation.id, { kind: "text", text: "too late" });
    expect(failed).toMatchObject({ status: "failed", failure: { reason: "auth_expired" } });
    await fault("refuse_token", false);
    expect((await look.reply(conversation.id, { kind: "text", text: "again" })).status).toBe("sent");

    const duplicate = accounts.get("messenger")!.id;
    await api("POST", `/api/v1/channels/${duplicate}/simulator/faults`, { fault: "duplicate", on: true });
    const { customers } = await view("messenger");
    await act("messenger", { customer_id: customers[0]!.id, text: "only once" });
    const twice = await look.conversationSaying("only once");
    await eventually("delivered twice", async () => {
      const { exchanges } = await view("messenger");
      const same = exchanges.filter((one) => JSON.stringify(one.request).includes("only once"));
      return same.length === 2 ? true : undefined;
    });
    expect((await look.thread(twice.id)).filter((one) => one.content.text === "only once")).toHaveLength(1);
    await api("POST", `/api/v1/channels/${duplicate}/simulator/faults`, { fault: "duplicate", on: false });
  });

  it("has customers who answer by themselves unless they are told not to", async () => {
    const id = accounts.get("whatsapp")!.id;
    await api("PATCH", `/api/v1/channels/${id}/simulator`, { talkative: true });
    await act("whatsapp", { customer_name: "Karim", language: "ar", text: "مرحبا" });
    const conversation = await look.conversationSaying("مرحبا");
    await look.reply(conversation.id, { kind: "text", text: "Welcome" });
    const answer = await look.messageWhere(
      conversation.id,
      "an answer",
      (one) => one.direction === "in" && one.content.text !== "مرحبا",
    );
    expect(answer.content.text).toMatch(/[\u0600-\u06ff]/);
    await silent("whatsapp");
  });

  it("goes on after a restart: customers are known, nothing is lost and nothing is doubled", async () => {
    await gateway.stop();
    gateway = await startGateway(settings);
    use();
    for (const kind of kinds) {
      const customer = await eventually(`${kind} is played again`, async () => {
        const answer = await api<View>("GET", `/api/v1/channels/${accounts.get(kind)!.id}/simulator`);
        return answer.status === 200 ? answer.body.customers.find((one) => one.name === `Ana of ${kind}`) : undefined;
      });
      await eventually("the address is known again", async () => {
        const wrote = await act(kind, { customer_id: customer.id, text: `After the restart of ${kind}` });
        return wrote.status === 202 ? true : undefined;
      });
      const conversation = await look.conversationSaying(`After the restart of ${kind}`);
      expect(conversation.contact.name).toBe(`Ana of ${kind}`);
      const thread = await look.thread(conversation.id);
      const before = thread.find((one) => one.content.text === `Hola ${kind}`)!;
      const { body } = await api<{ id: string }>("POST", `/api/v1/conversations/${conversation.id}/messages`, {
        content: { kind: "text", text: `Still here, ${kind}` },
        reply_to: before.id,
      });
      await look.messageWhere(conversation.id, "sent", (one) => {
        return one.id === body.id && ["sent", "delivered", "read"].includes(one.status);
      });
      // That the stand-ins were not there for a moment is no trouble of the account.
      await eventually(`${kind} is well`, async () => {
        const { body: now } = await api<Account>("GET", `/api/v1/channels/${accounts.get(kind)!.id}`);
        return now.health.state === "ok" ? true : undefined;
      });
    }
  });

  it("is closed to live accounts, to other workspaces, and to keys without its scope", async () => {
    const live = await api<Account>("POST", "/api/v1/channels", { kind: "telegram" });
    const refused = await api<ProblemView>("GET", `/api/v1/channels/${live.body.id}/simulator`);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining("live")]);
    const { identity } = gateway.services;
    const other = apiOf(gateway.url, (await identity.createWorkspace("Other")).apiKey);
    const id = accounts.get("telegram")!.id;
    for (const [method, path, body] of [
      ["GET", `/channels/${id}/simulator`, undefined],
      ["POST", `/channels/${id}/simulator/messages`, { customer_name: "x", text: "x" }],
      ["POST", `/channels/${id}/simulator/faults`, { fault: "slow", on: true }],
      ["PATCH", `/channels/${id}/simulator`, { talkative: true }],
    ] as const) {
      expect((await other(method, `/api/v1${path}`, body)).status).toBe(404);
    }
    const workspaceId = gateway.services.inbox && (await identity.workspaces())[0]!.id;
    const { key: weak } = await identity.createKey(workspaceId, "weak", ["channels:manage"], null);
    expect((await apiOf(gateway.url, weak)("GET", `/api/v1/channels/${id}/simulator`)).status).toBe(403);
    const { key: half } = await identity.createKey(workspaceId, "half", ["simulator"], null);
    expect((await apiOf(gateway.url, half)("POST", "/api/v1/simulator/channels", { kind: "http" })).status).toBe(403);
    const put = await api<ProblemView>("PUT", `/api/v1/channels/${id}/settings`, { settings: { token: "1:abc" } });
    expect(put.status).toBe(409);
  });
});
