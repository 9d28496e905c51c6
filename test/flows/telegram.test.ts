import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { InboundEvent } from "../../src/core/events.js";
import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import { apiOf, eventually, startGateway } from "../support/gateway.js";
import { testStores } from "../support/stores.js";

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
interface Conversation {
  id: string;
  unread: number;
  contact: { name: string | null };
  last_message: { preview: string } | null;
}
interface Message {
  id: string;
  direction: string;
  status: string;
  provider_id: string | null;
  content: { kind: string; text?: string; hint?: string };
  reply_to: { message_id: string | null; quote: string | null } | null;
  failure: { reason: string } | null;
}
interface Account {
  id: string;
  webhook_url: string;
  health: { state: string; cause: string | null };
}
interface Problem {
  code: string;
  status: number;
  errors?: { pointer: string }[];
}

const token = "200100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

describe("a Telegram bot, from update to reply", () => {
  const stores = testStores();
  let telegram: TelegramSimulator;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let api: ReturnType<typeof apiOf>;
  let secret = "";
  let account: Account;

  beforeAll(async () => {
    telegram = await startTelegramSimulator({ port: 0 });
    telegram.addBot({ token, username: "flow_bot", name: "Flow" });
    gateway = await startGateway({ ...stores, telegramApiRoot: telegram.apiRoot });
    api = apiOf(gateway.url, gateway.first!.apiKey);
    const connected = await api<Account>("POST", "/api/v1/channels", {
      kind: "telegram",
      settings: { token, mode: "webhook" },
    });
    expect(connected.status).toBe(201);
    account = connected.body;
    const row = await gateway.services.inbox.accounts.findById(account.id);
    secret = (row!.settings as { secretToken: string }).secretToken;
  });

  afterAll(async () => {
    await gateway.stop();
    await telegram.close();
    await stores.drop();
  });

  const post = (body: string, headers: Record<string, string> = { "x-telegram-bot-api-secret-token": secret }) =>
    fetch(account.webhook_url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

  const update = (updateId: number, chat: number, text: string, messageId = updateId) =>
    JSON.stringify({
      update_id: updateId,
      message: {
        message_id: messageId,
        date: Math.floor(Date.now() / 1000),
        chat: { id: chat, type: "private", first_name: "Zoë" },
        from: { id: chat, is_bot: false, first_name: "Zoë" },
        text,
      },
    });

  const conversationSaying = (preview: string) =>
    eventually(`a conversation saying ${preview}`, async () => {
      const { body } = await api<Page<Conversation>>("GET", "/api/v1/conversations?limit=100");
      return body.data.find((one) => one.last_message?.preview === preview);
    });
  /** A customer whom the stand-in knows, so that replies can reach her. */
  const anaWrites = (text: string) => {
    telegram.customer({ id: 31, firstName: "Ana" }).write(text);
    return conversationSaying(text);
  };
  const thread = async (id: string) =>
    (await api<Page<Message>>("GET", `/api/v1/conversations/${id}/messages?limit=100`)).body.data;

  it("shows what a customer writes and delivers the reply", async () => {
    telegram.customer({ id: 31, firstName: "Ana" }).write("Is the blue one in stock?");
    const conversation = await conversationSaying("Is the blue one in stock?");
    expect(conversation).toMatchObject({ contact: { name: "Ana" }, unread: 1 });

    const reply = await api<Message>("POST", `/api/v1/conversations/${conversation.id}/messages`, {
      content: { kind: "text", text: "Yes, two left." },
    });
    expect(reply).toMatchObject({ status: 201, body: { status: "queued", direction: "out" } });
    const arrived = await telegram.waitFor((sent) => sent.params.text === "Yes, two left.");
    expect(String(arrived.params.chat_id)).toBe("31");

    const messages = await eventually("sent", async () => {
      const list = await thread(conversation.id);
      return list[0]?.status === "sent" ? list : undefined;
    });
    expect(messages.map((one) => [one.direction, one.content.text])).toEqual([
      ["out", "Yes, two left."],
      ["in", "Is the blue one in stock?"],
    ]);
    expect(messages[0]!.provider_id).toMatch(/^31\/\d+$/);
  });

  it("shows what was answered where that message is not here, and leads to it where it is", async () => {
    const answer = (updateId: number, text: string, answered: Record<string, unknown>) => {
      const body = JSON.parse(update(updateId, 443, text)) as { message: Record<string, unknown> };
      const { chat, date } = body.message;
      return JSON.stringify({ ...body, message: { ...body.message, reply_to_message: { chat, date, ...answered } } });
    };
    await post(update(900011, 443, "kept here"));
    const { id } = await conversationSaying("kept here");
    await post(answer(900012, "to one of old", { message_id: 7, text: "Long before the bot" }));
    await post(answer(900013, "to one of now", { message_id: 900011, text: "kept here" }));
    const answers = await eventually("both answers", async () => {
      const list = (await thread(id)).filter((one) => one.content.text?.startsWith("to one"));
      return list.length === 2 ? list : undefined;
    });
    expect(answers.map((one) => one.reply_to)).toEqual([
      { message_id: (await thread(id)).find((one) => one.content.text === "kept here")!.id, quote: null },
      { message_id: null, quote: "Long before the bot" },
    ]);
  });

  it("stores the same update once, however often and at once it comes", async () => {
    const body = update(900001, 41, "only once");
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await answers[0]!.text()).toBe("");
    const conversation = await conversationSaying("only once");
    await post(body);
    await sleep(500);
    expect(await thread(conversation.id)).toHaveLength(1);
    expect((await conversationSaying("only once")).unread).toBe(1);
  });

  it("opens one conversation for different first messages that come at once", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => post(update(910_000 + index, 42, `part ${index}`))));
    const count = await eventually("all twenty", async () => {
      const { body } = await api<Page<Conversation>>("GET", "/api/v1/conversations?limit=100");
      const mine = body.data.filter((one) => one.last_message?.preview.startsWith("part "));
      return mine[0]?.unread === 20 ? mine.length : undefined;
    });
    expect(count).toBe(1);
  });

  it("turns what it does not know into a typed message", async () => {
    await post(JSON.stringify({ update_id: 920_001, something_new: { chat: { id: 43, type: "private" }, date: 1 } }));
    const conversation = await eventually("it is shown", async () => {
      const { body } = await api<Page<Conversation & { last_message: { kind: string } | null }>>(
        "GET",
        "/api/v1/conversations?limit=100",
      );
      return body.data.find((one) => one.last_message?.kind === "unsupported");
    });
    expect((await thread(conversation.id))[0]!.content.kind).toBe("unsupported");
  });

  it("refuses forged requests and unknown addresses without a word", async () => {
    for (const headers of [
      {},
      { "x-telegram-bot-api-secret-token": "wrong" },
      { "x-telegram-bot-api-secret-token": `${secret}x` },
    ]) {
      const answer = await post(update(930_001, 44, "forged"), headers);
      expect([answer.status, await answer.text()]).toEqual([401, ""]);
    }
    const unknown = await fetch(account.webhook_url.replace(/[^/]+$/, "nobody"), { method: "POST", body: "{}" });
    expect(unknown.status).toBe(404);
    await sleep(300);
    const { body } = await api<Page<Conversation>>("GET", "/api/v1/conversations?limit=100");
    expect(body.data.some((one) => one.last_message?.preview === "forged")).toBe(false);
  });

  it("shows that somebody knocks with a wrong secret, and that all is well again", async () => {
    const health = async () => (await api<Account>("GET", `/api/v1/channels/${account.id}`)).body.health;
    await post(update(931_001, 45, "forged again"), { "x-telegram-bot-api-secret-token": "wrong" });
    const ill = await eventually("degraded", async () =>
      (await health()).state === "degraded" ? health() : undefined,
    );
    expect(ill.cause).toMatch(/secret/i);
    await post(update(931_002, 45, "genuine"));
    await eventually("ok", async () => ((await health()).state === "ok" ? true : undefined));
  });

  it("lets an event that cannot be recorded fail alone", async () => {
    const { inbox } = gateway.services;
    const of = (n: number, content: unknown) => ({
      workspaceId: gateway.first!.workspaceId,
      accountId: account.id,
      traceId: null,
      event: {
        v: 1,
        type: "message",
        eventKey: `tg:94000${n}`,
        channel: "telegram",
        accountRef: "200100",
        peer: { chat: `4600${n}`, user: `4600${n}`, name: "Zoë" },
        at: new Date().toISOString(),
        raw: {},
        message: { externalId: `4600${n}/1`, direction: "in", content },
      } as InboundEvent,
    });
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((n) =>
        inbox.recordInbound([of(n, n === 2 ? undefined : { kind: "text", text: `healthy ${n}` })]),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    for (const n of [0, 1, 3, 4]) expect((await conversationSaying(`healthy ${n}`)).unread).toBe(1);
  });

  it("keeps what it cannot read in quarantine and answers 200", async () => {
    for (const body of ["not json", "[]", "null", '{"no":"update id"}', '"x"'])
      expect((await post(body)).status).toBe(200);
    const kept = await eventually("quarantine", async () => {
      const { body } = await api<Page<{ id: string }>>("GET", "/api/v1/quarantine");
      return body.data.length >= 4 ? body.data : undefined;
    });
    const details = await Promise.all(
      kept.map(async ({ id }) => (await api<{ raw: string }>("GET", `/api/v1/quarantine/${id}?open=true`)).body.raw),
    );
    expect(details).toContain('{"no":"update id"}');
  });

  it("answers one request once, whatever the network does to it", async () => {
    const conversation = await anaWrites("please answer once");
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    const body = { content: { kind: "text", text: "idempotent" } };
    const key = { "idempotency-key": "k-1" };
    const answers = await Promise.all([1, 2, 3].map(() => api<Message>("POST", path, body, key)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true")).toHaveLength(2);
    const other = await api<Problem>("POST", path, { content: { kind: "text", text: "something else" } }, key);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_mismatch"]);
    await telegram.waitFor((sent) => sent.params.text === "idempotent");
    await sleep(300);
    expect(telegram.sent().filter((sent) => sent.params.text === "idempotent")).toHaveLength(1);
  });

  it("sends the replies of one conversation in the order they were given", async () => {
    const conversation = await anaWrites("tell me in order");
    const texts = Array.from({ length: 15 }, (_, index) => `in order ${index}`);
    for (const text of texts) {
      await api("POST", `/api/v1/conversations/${conversation.id}/messages`, { content: { kind: "text", text } });
    }
    await telegram.waitFor((sent) => sent.params.text === "in order 14");
    const order = telegram
      .sent()
      .map((sent) => String(sent.params.text))
      .filter((text) => text.startsWith("in order"));
    expect(order).toEqual(texts);
  });

  it("tells why a reply failed, and that a send without an answer is unknown", async () => {
    const conversation = await anaWrites("what went wrong");
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    const ended = async (id: string) =>
      eventually("an outcome", async () => {
        const { body } = await api<Message>("GET", `/api/v1/messages/${id}`);
        return ["queued", "sending"].includes(body.status) ? undefined : body;
      });
    telegram.faults.next({ method: "sendMessage", status: 403, description: "Forbidden: bot was blocked by the user" });
    const blocked = await api<Message>("POST", path, { content: { kind: "text", text: "to someone who blocked us" } });
    expect(await ended(blocked.body.id)).toMatchObject({ status: "failed", failure: { reason: "blocked" } });

    // What is known to be in vain is refused at once, until the customer writes again.
    const vain = await api<Problem & { reason: string }>("POST", path, { content: { kind: "text", text: "in vain" } });
    expect([vain.status, vain.body.reason]).toEqual([422, "blocked"]);
    await anaWrites("I am back");

    telegram.faults.next({ method: "sendMessage", status: 500 });
    const unknown = await api<Message>("POST", path, { content: { kind: "text", text: "perhaps" } });
    expect(await ended(unknown.body.id)).toMatchObject({ status: "unknown" });

    telegram.faults.next({ method: "sendMessage", status: 429, retryAfter: 1 });
    const late = await api<Message>("POST", path, { content: { kind: "text", text: "after a pause" } });
    expect(await ended(late.body.id)).toMatchObject({ status: "sent" });
  });

  it("seals anew what an older key of the workspace sealed, when it is read", async () => {
    const conversation = await conversationSaying("after a pause");
    const [before] = await thread(conversation.id);
    const { mongo, keyring } = gateway.services;
    const stored = async () => {
      const row = await mongo
        .collection<{ _id: string; content: { buffer: Buffer } }>("messages")
        .findOne({ _id: before!.id });
      return row!.content.buffer;
    };
    const place = { workspaceId: gateway.first!.workspaceId, collection: "messages", field: "content" };
    await keyring.rotateWorkspace(gateway.first!.workspaceId);
    expect(await keyring.needsReseal(place, await stored())).toBe(true);
    expect((await thread(conversation.id))[0]).toEqual(before);
    expect(await keyring.needsReseal(place, await stored())).toBe(false);
    expect((await thread(conversation.id))[0]).toEqual(before);
    expect((await api<Page<Account>>("GET", "/api/v1/channels")).body.data).toHaveLength(1);
  });

  it("keeps workspaces apart", async () => {
    const conversation = await conversationSaying("after a pause");
    const [message] = await thread(conversation.id);
    const { apiKey } = await gateway.services.identity.createWorkspace("Other");
    const stranger = apiOf(gateway.url, apiKey);
    expect((await stranger<Page<Conversation>>("GET", "/api/v1/conversations")).body.data).toEqual([]);
    expect((await stranger<Page<Account>>("GET", "/api/v1/channels")).body.data).toEqual([]);
    for (const [method, path] of [
      ["GET", `/api/v1/conversations/${conversation.id}`],
      ["GET", `/api/v1/conversations/${conversation.id}/messages`],
      ["GET", `/api/v1/messages/${message!.id}`],
      ["GET", `/api/v1/channels/${account.id}`],
    ] as const) {
      expect((await stranger(method, path)).status).toBe(404);
    }
    const reply = await stranger("POST", `/api/v1/conversations/${conversation.id}/messages`, {
      content: { kind: "text", text: "x" },
    });
    expect(reply.status).toBe(404);
  });

  it("lets a key do what its scopes say and no more", async () => {
    const { key } = await gateway.services.identity.createKey(
      gateway.first!.workspaceId,
      "Reader",
      ["conversations:read"],
      null,
    );
    const reader = apiOf(gateway.url, key);
    expect((await reader("GET", "/api/v1/conversations")).status).toBe(200);
    const [conversation] = (await reader<Page<Conversation>>("GET", "/api/v1/conversations")).body.data;
    const send = { content: { kind: "text", text: "not allowed" } };
    expect((await reader("POST", `/api/v1/conversations/${conversation!.id}/messages`, send)).status).toBe(403);
    // Who reads conversations sees which channels there are, but not where they deliver.
    const seen = await reader<Page<{ id: string; webhook_url: string | null }>>("GET", "/api/v1/channels");
    expect(seen.body.data.map(({ id, webhook_url }) => [id, webhook_url])).toContainEqual([account.id, null]);
    expect((await reader("GET", `/api/v1/channels/${account.id}`)).status).toBe(403);
    expect((await reader("POST", "/api/v1/channels", { kind: "telegram" })).status).toBe(403);
  });

  it("pages through a list without missing or repeating", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const { body } = await api<Page<Conversation>>("GET", `/api/v1/conversations?limit=2${query}`);
      seen.push(...body.data.map((one) => one.id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    const all = (await api<Page<Conversation>>("GET", "/api/v1/conversations?limit=100")).body.data.map(
      (one) => one.id,
    );
    expect(seen).toEqual(all);
  });

  it("answers bad requests with a problem document that says where", async () => {
    const conversation = await conversationSaying("after a pause");
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    const cases: [unknown, number, string?][] = [
      ["{broken", 400],
      [{ content: { kind: "text", text: "" } }, 400, "/content/text"],
      [{ content: { kind: "text", text: { $ne: null } } }, 400, "/content/text"],
      [{ content: { kind: "text", text: "x" }, workspaceId: "wsp_other" }, 400, ""],
      [{ content: { kind: "text", text: "x" }, reply_to: "msg_nothing" }, 422, "/reply_to"],
    ];
    for (const [body, status, pointer] of cases) {
      const answer = await api<Problem>("POST", path, body);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        status,
        expect.stringContaining("application/problem+json"),
      ]);
      if (pointer !== undefined) expect(answer.body.errors![0]!.pointer).toBe(pointer);
    }
    expect((await api("GET", "/api/v1/conversations?status[$ne]=open")).status).toBe(400);
    expect((await api("GET", "/api/v1/conversations?cursor=bm9uc2Vuc2U")).status).toBe(400);
    expect((await apiOf(gateway.url, "sb_live_wrong")("GET", "/api/v1/conversations")).status).toBe(401);
  });

  it("says in plain words that a token is not accepted, and saves nothing", async () => {
    const before = (await api<Page<Account>>("GET", "/api/v1/channels")).body.data.length;
    const answer = await api<Problem & { detail: string }>("POST", "/api/v1/channels", {
      kind: "telegram",
      settings: { token: "999999:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9", mode: "webhook" },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContain("does not know this token");
    expect((await api<Page<Account>>("GET", "/api/v1/channels")).body.data).toHaveLength(before);
  });

  it("writes no message text, no token and no secret to its log", () => {
    const log = gateway.lines.join("\n");
    expect(gateway.lines.length).toBeGreaterThan(20);
    for (const canary of ["blue one", "only once", token, secret, gateway.first!.apiKey, "Zoë"])
      expect(log).not.toContain(canary);
  });
});
