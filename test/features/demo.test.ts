import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { apiOf, endChild, eventually, forkGateway, startGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { lookThrough, type ConversationView, type MessageView, type Page } from "../support/views.js";

interface DemoView {
  state: string;
  conversations: number;
  total: number;
  channel_account_ids: string[];
}
const loadMs = 120_000;
jest.setTimeout(300_000);

describe("demo data", () => {
  const stores = testStores();
  const settings: GatewaySettings = { ...stores, masterKey: Buffer.alloc(32, 9).toString("base64") };
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let key: string;
  let api: ReturnType<typeof apiOf>;
  let workspaceId: string;

  beforeAll(async () => {
    gateway = await startGateway(settings);
    key = gateway.first!.apiKey;
    workspaceId = gateway.first!.workspaceId;
    api = apiOf(gateway.url, key);
    await gateway.services.identity.members.create(workspaceId, "Dana");
  });
  afterAll(async () => {
    await gateway.stop();
    await stores.drop();
  });

  const demo = async () => (await api<DemoView>("GET", "/api/v1/demo")).body;
  const reached = (state: string) =>
    eventually(
      `the demo is ${state}`,
      async () => {
        const now = await demo();
        return now.state === state ? now : undefined;
      },
      loadMs,
    );
  const conversations = async () =>
    (await api<Page<ConversationView>>("GET", "/api/v1/conversations?limit=100")).body.data;
  /** How many rows every collection of the inbox has, files on disk included. */
  const census = async () => {
    const { mongo } = gateway.services;
    const names = ["channel_accounts", "conversations", "messages", "contacts", "identities", "attachments"];
    const more = ["labels", "read_marks", "raw_events", "channel_log", "demos", "templates"];
    const counts = [...names, ...more].map(
      async (name) => [name, await mongo.collection(name).estimatedDocumentCount()] as const,
    );
    return Object.fromEntries(await Promise.all(counts));
  };
  /** Somebody's own conversation, which no removal may touch. */
  const own = async () => {
    const made = await api<{ id: string }>("POST", "/api/v1/simulator/channels", { kind: "http", name: "Own" });
    await api("PATCH", `/api/v1/channels/${made.body.id}/simulator`, { talkative: false });
    const path = `/api/v1/channels/${made.body.id}/simulator/messages`;
    await api("POST", path, { customer_name: "Real", text: "I am not part of the demo" });
    await lookThrough(api).conversationSaying("I am not part of the demo");
    await api("POST", "/api/v1/labels", { name: "order", color: "#112233" });
  };

  it("fills a workspace with history in four languages, and empties it of exactly that", async () => {
    await own();
    await eventually("the log is written", async () => {
      await gateway.services.channelLog.flush();
      return (await census()).channel_log! > 0 ? true : undefined;
    });
    const before = await census();
    expect((await api<DemoView>("POST", "/api/v1/demo", { language: "de" })).status).toBe(202);
    expect((await api<DemoView>("POST", "/api/v1/demo")).body.state).toBe("loading");
    const ready = await reached("ready");
    expect(ready).toMatchObject({ conversations: 25, total: 25 });

    const look = lookThrough(api);
    await look.conversationSaying("Hallo! Ich habe gerade Ihren Laden entdeckt. Liefern Sie nach Irland?");
    const all = (await conversations()).filter((one) => ready.channel_account_ids.includes(one.channel_account_id));
    expect(all).toHaveLength(26);
    const statuses = new Set(all.map((one) => one.status));
    expect([...statuses].sort()).toEqual(["open", "pending", "resolved", "snoozed"]);
    const threads = await Promise.all(all.map(async (one) => look.thread(one.id)));
    const said = threads.flat();
    const dates = said.map((one) => Date.parse((one as MessageView & { at: string }).at));
    expect(Math.min(...dates)).toBeLessThan(Date.now() - 9 * 86_400_000);
    expect(said.filter((one) => one.status === "failed")).toMatchObject([{ failure: { reason: "window_closed" } }]);
    for (const what of [
      (one: MessageView) => one.content.media?.role === "image" && one.content.media.attachment?.state === "stored",
      (one: MessageView) => one.content.media?.role === "voice",
      (one: MessageView) => one.content.kind === "location",
      (one: MessageView) => one.reactions.length > 0,
      (one: MessageView) => one.edited_at !== null,
      (one: MessageView) => one.removed_at !== null,
      (one: MessageView) => one.content.kind === "choice_made" && one.content.label === "Heute Abend",
      (one: MessageView) => one.direction === "note",
      (one: MessageView) => one.author.kind === "agent" && one.status === "read",
    ]) {
      expect(said.filter(what).length).toBeGreaterThan(0);
    }
    expect(all.some((one) => one.assignee_id !== null)).toBe(true);

    // Nothing on its way any more, so that nothing comes after the removal.
    await eventually("quiet", async () => {
      const jobs = (["inbound", "media"] as const).map((name) =>
        gateway.services.queues.byName.get(name)!.getJobCounts("waiting", "active", "delayed"),
      );
      const left = (await Promise.all(jobs)).flatMap((count) => Object.values(count));
      return left.every((count) => count === 0) ? true : undefined;
    });
    expect((await api<DemoView>("DELETE", "/api/v1/demo")).status).toBe(202);
    await reached("none");
    await gateway.services.channelLog.flush();
    expect(await census()).toEqual(before);
    expect((await conversations()).map((one) => one.last_message?.preview)).toEqual(["I am not part of the demo"]);
    expect((await api("DELETE", "/api/v1/demo")).status).toBe(202);
  });

  it("is another workspace's own matter", async () => {
    const { apiKey } = await gateway.services.identity.createWorkspace("Other");
    const other = apiOf(gateway.url, apiKey);
    expect((await other<DemoView>("GET", "/api/v1/demo")).body.state).toBe("none");
    const { key: weak } = await gateway.services.identity.createKey(workspaceId, "weak", ["conversations:read"], null);
    expect((await apiOf(gateway.url, weak)("POST", "/api/v1/demo")).status).toBe(403);
    expect((await apiOf(gateway.url, weak)("DELETE", "/api/v1/demo")).status).toBe(403);
    expect((await apiOf(gateway.url, weak)("GET", "/api/v1/demo")).status).toBe(200);
  });

  it("is whole after the process was killed in the middle", async () => {
    await gateway.stop();
    const first = await forkGateway(settings);
    const call = apiOf(first.url, key);
    await call("POST", "/api/v1/demo");
    await eventually(
      "half of it is there",
      async () => {
        const { body } = await call<DemoView>("GET", "/api/v1/demo");
        return body.conversations >= 3 ? true : undefined;
      },
      loadMs,
    );
    await endChild(first.child, "SIGKILL");
    gateway = await startGateway(settings);
    api = apiOf(gateway.url, key);
    const ready = await reached("ready");
    expect(ready.conversations).toBe(25);
    expect(ready.channel_account_ids).toHaveLength(3);
    const accounts = (await api<{ data: { id: string; name: string }[] }>("GET", "/api/v1/channels")).body.data;
    expect(accounts.filter((one) => one.name.startsWith("Demo "))).toHaveLength(3);
    const people = (await conversations())
      .filter((one) => one.channel_account_id !== undefined)
      .map((one) => one.contact.name);
    expect(new Set(people).size).toBe(people.length);
  });
});
