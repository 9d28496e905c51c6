import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  startTelegramSimulator,
  type BotHandle,
  type Customer,
  type TelegramSimulator,
} from "../../simulator/telegram/index.js";

const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
let simulator: TelegramSimulator;
let bot: BotHandle;
let ana: Customer;

beforeEach(async () => {
  simulator = await startTelegramSimulator({ timeScale: 0.001 });
  bot = simulator.addBot({ token, username: "shop_bot", name: "Shop" });
  ana = simulator.customer({ id: 42, firstName: "Ana" });
});
afterEach(() => simulator.close());

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { ok: boolean; result?: unknown; error_code?: number; description?: string; parameters?: unknown };
}

async function call(method: string, parameters: object = {}, path = `/bot${token}/`): Promise<Answer> {
  const response = await fetch(`${simulator.apiRoot}${path}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(parameters),
  });
  const retryAfter = response.headers.get("retry-after");
  return { status: response.status, retryAfter, body: (await response.json()) as Answer["body"] };
}

/** The sentence of an error, after checking that code and form are Telegram's. */
async function refusal(method: string, parameters: object = {}, path?: string): Promise<string> {
  const { status, body } = await call(method, parameters, path);
  expect(body).toMatchObject({ ok: false, error_code: status });
  return `${status} ${body.description}`;
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("simulator: calls", () => {
  it("answers as Telegram does: getMe, any case of the name, GET and POST", async () => {
    const result = { id: 110201543, is_bot: true, first_name: "Shop", username: "shop_bot" };
    expect((await call("getMe")).body).toMatchObject({ ok: true, result });
    const get = await fetch(`${simulator.apiRoot}/bot${token}/GETME`);
    expect(await get.json()).toMatchObject({ ok: true, result });
  });

  it.each([
    ["404 Not Found", "getMe", "/"],
    ["404 Not Found", "getMe", "/botnonsense/"],
    ["401 Unauthorized", "getMe", "/bot110201543:other/"],
    ["404 Not Found: method not found", "getMagic", `/bot${token}/`],
  ])("refuses with %s", async (expected, method, path) => {
    expect(await refusal(method, {}, path)).toBe(expected);
  });

  it("refuses a revoked token", async () => {
    bot.revoke();
    expect(await refusal("getMe")).toBe("401 Unauthorized");
  });

  it("takes arguments from JSON, forms and the query alike", async () => {
    ana.write("hi");
    const url = `${simulator.apiRoot}/bot${token}/sendMessage`;
    await fetch(`${url}?chat_id=42&text=query`);
    await fetch(url, { method: "POST", body: new URLSearchParams({ chat_id: "42", text: "form" }) });
    const form = new FormData();
    form.append("chat_id", "42");
    form.append("text", "multipart");
    await fetch(url, { method: "POST", body: form });
    await call("sendMessage", { chat_id: 42, text: "json" });
    expect(simulator.sent().map(({ text }) => text)).toEqual(["query", "form", "multipart", "json"]);
  });
});

describe("simulator: sending", () => {
  it("gives the whole message back and shows it to the customer", async () => {
    const question = ana.write("hi");
    const { body } = await call("sendMessage", {
      chat_id: 42,
      text: "  hello you ",
      entities: [{ type: "bold", offset: 2, length: 5 }],
      reply_parameters: { message_id: question.message_id },
    });
    expect(body.result).toMatchObject({
      message_id: 2,
      from: { id: 110201543, is_bot: true },
      chat: { id: 42, type: "private" },
      text: "hello you",
      entities: [{ type: "bold", offset: 0, length: 5 }],
      reply_to_message: { message_id: 1, text: "hi" },
    });
    expect(ana.messages().map(({ text }) => text)).toEqual(["hi", "hello you"]);
  });

  const bad = (why: string) => `400 Bad Request: ${why}`;
  it.each([
    [bad("chat_id is empty"), "sendMessage", { text: "x" }],
    [bad("chat not found"), "sendMessage", { chat_id: 43, text: "x" }],
    [bad("message text is empty"), "sendMessage", { chat_id: 42, text: " \n " }],
    [bad("message is too long"), "sendMessage", { chat_id: 42, text: "x".repeat(4097) }],
    [bad("strings must be encoded in UTF-8"), "sendMessage", { chat_id: 42, text: "a\ud83d" }],
    [
      bad("message to be replied not found"),
      "sendMessage",
      { chat_id: 42, text: "x", reply_parameters: { message_id: 9 } },
    ],
    [
      bad("BUTTON_DATA_INVALID"),
      "sendMessage",
      { chat_id: 42, text: "x", reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "x".repeat(65) }]] } },
    ],
    [
      bad("message caption is too long"),
      "sendPhoto",
      { chat_id: 42, photo: "http://a.example/a.jpg", caption: "x".repeat(1025) },
    ],
    [bad("there is no photo in the request"), "sendPhoto", { chat_id: 42 }],
    [bad("wrong file identifier/HTTP URL specified"), "sendPhoto", { chat_id: 42, photo: "nope" }],
    [bad("message to edit not found"), "editMessageText", { chat_id: 42, message_id: 9, text: "x" }],
    [bad("message can't be edited"), "editMessageText", { chat_id: 42, message_id: 1, text: "x" }],
    [bad("message to delete not found"), "deleteMessage", { chat_id: 42, message_id: 9 }],
    [
      bad("REACTION_INVALID"),
      "setMessageReaction",
      { chat_id: 42, message_id: 1, reaction: [{ type: "emoji", emoji: "x" }] },
    ],
    [
      bad("query is too old and response timeout expired or query ID is invalid"),
      "answerCallbackQuery",
      { callback_query_id: "1" },
    ],
    [bad("wrong file_id or the file is temporarily unavailable"), "getFile", { file_id: "nope" }],
  ])("%s", async (expected, method, parameters) => {
    ana.write("hi");
    expect(await refusal(method, parameters)).toBe(expected);
    expect(simulator.sent()).toHaveLength(0);
  });

  it("refuses to write to those who blocked the bot, left, or moved", async () => {
    ana.write("hi");
    ana.block();
    expect(await refusal("sendMessage", { chat_id: 42, text: "x" })).toBe("403 Forbidden: bot was blocked by the user");
    ana.unblock();
    expect((await call("sendMessage", { chat_id: 42, text: "x" })).status).toBe(200);
    ana.deactivate();
    expect(await refusal("sendMessage", { chat_id: 42, text: "x" })).toBe("403 Forbidden: user is deactivated");
    const group = simulator.group({ id: -5, title: "Fans" });
    const moved = group.migrate(-1005);
    const { body } = await call("sendMessage", { chat_id: -5, text: "x" });
    expect(body).toMatchObject({ error_code: 400, parameters: { migrate_to_chat_id: -1005 } });
    moved.kickBot();
    expect(await refusal("sendMessage", { chat_id: -1005, text: "x" })).toBe(
      "403 Forbidden: bot was kicked from the supergroup chat",
    );
  });

  it("keeps uploads and gives them back, also those of an album", async () => {
    ana.write("hi");
    const form = new FormData();
    form.append("chat_id", "42");
    form.append(
      "media",
      JSON.stringify([
        { type: "photo", media: "attach://one", caption: "two" },
        { type: "photo", media: "attach://two" },
      ]),
    );
    form.append("one", new Blob(["first"]), "1.jpg");
    form.append("two", new Blob(["second"]), "2.jpg");
    const response = await fetch(`${simulator.apiRoot}/bot${token}/sendMediaGroup`, { method: "POST", body: form });
    const { result } = (await response.json()) as {
      result: { media_group_id: string; photo: { file_id: string }[] }[];
    };
    expect(new Set(result.map(({ media_group_id }) => media_group_id)).size).toBe(1);
    const file = await call("getFile", { file_id: result[1]!.photo.at(-1)!.file_id });
    const { file_path } = file.body.result as { file_path: string };
    const download = await fetch(`${simulator.apiRoot}/file/bot${token}/${file_path}`);
    expect(await download.text()).toBe("second");
  });

  it("has ids that are unique within a chat only", () => {
    const bo = simulator.customer({ id: 43, firstName: "Bo" });
    expect([ana.write("a").message_id, bo.write("b").message_id]).toEqual([1, 1]);
  });
});

describe("simulator: getUpdates", () => {
  const ids = async (parameters: object = {}) =>
    ((await call("getUpdates", parameters)).body.result as { update_id: number }[]).map(({ update_id }) => update_id);

  it("repeats updates until a higher offset confirms them", async () => {
    for (const text of ["a", "b", "c"]) ana.write(text);
    const first = await ids({ limit: 2 });
    expect(first).toHaveLength(2);
    expect(await ids()).toHaveLength(3);
    expect(await ids({ offset: first[1]! + 1 })).toEqual([first[1]! + 1]);
    expect(await ids({ offset: -1 })).toHaveLength(1);
    expect(await ids({ offset: first[1]! + 2 })).toEqual([]);
    expect(simulator.pendingUpdates()).toBe(0);
  });

  it("waits for the next update, and gives way to a second poller with 409", async () => {
    const first = call("getUpdates", { timeout: 30 });
    await call("getWebhookInfo");
    const second = call("getUpdates", { timeout: 30 });
    const { body } = await first;
    expect(body.description).toBe(
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
    ana.write("here");
    expect((await second).body.result).toMatchObject([{ message: { text: "here" } }]);
  });

  it("tells of reactions only when they are asked for", async () => {
    ana.write("hi");
    ana.react(1, "👍");
    expect(await ids({ allowed_updates: ["message", "message_reaction", "unknown"] })).toHaveLength(1);
    ana.react(1, "👍");
    expect(await ids()).toHaveLength(2);
  });

  it("is refused while a webhook is set", async () => {
    await call("setWebhook", { url: "http://127.0.0.1:1/" });
    expect(await refusal("getUpdates")).toMatch(/^409 Conflict: can't use getUpdates method while webhook is active/);
  });
});

describe("simulator: webhook", () => {
  let received: { secret: unknown; update: { message?: { text: string; chat: { id: number } } } }[];
  let answer: (request: IncomingMessage, response: ServerResponse, n: number) => void;
  let server: ReturnType<typeof createServer>;
  let url: string;

  beforeEach(async () => {
    received = [];
    answer = (_request, response) => response.writeHead(200).end();
    server = createServer((request, response) => {
      void textOf(request).then((body) => {
        received.push({
          secret: request.headers["x-telegram-bot-api-secret-token"],
          update: JSON.parse(body) as (typeof received)[number]["update"],
        });
        answer(request, response, received.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const texts = () => received.map(({ update }) => update.message?.text);

  it.each([
    ["400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook", { url: "http://a.example/" }],
    ["400 Bad Request: invalid webhook URL specified", { url: "not a url" }],
    [
      "400 Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
      { url: "https://a.example:444/" },
    ],
    ["400 Bad Request: secret token contains unallowed characters", { url: "https://a.example/", secret_token: "a b" }],
    ["400 Bad Request: secret token is too long", { url: "https://a.example/", secret_token: "a".repeat(257) }],
  ])("%s", async (expected, parameters) => {
    expect(await refusal("setWebhook", parameters)).toBe(expected);
  });

  it("delivers what waited and what comes with the secret, in the order of each chat", async () => {
    ana.write("before");
    await call("setWebhook", { url, secret_token: "S-e_1" });
    for (const text of ["1", "2", "3"]) ana.write(text);
    await until(() => simulator.pendingUpdates() === 0);
    expect(texts()).toEqual(["before", "1", "2", "3"]);
    expect(new Set(received.map(({ secret }) => secret))).toEqual(new Set(["S-e_1"]));
  });

  it("retries the failed one before the others of its chat, and other chats pass by", async () => {
    const bo = simulator.customer({ id: 43, firstName: "Bo" });
    let failures = 3;
    answer = (_request, response, n) => {
      const fails = received[n - 1]?.update.message?.text === "a1" && failures > 0;
      if (fails) failures -= 1;
      response.writeHead(fails ? 500 : 200).end();
    };
    await call("setWebhook", { url });
    ana.write("a1");
    ana.write("a2");
    bo.write("b1");
    await until(() => simulator.pendingUpdates() === 0);
    expect(texts().filter((text) => text !== "b1")).toEqual(["a1", "a1", "a1", "a1", "a2"]);
    expect(texts().filter((text) => text === "b1")).toHaveLength(1);
    const info = (await call("getWebhookInfo")).body.result;
    const last_error_message = "Wrong response from the webhook: 500 Internal Server Error";
    expect(info).toMatchObject({ url, pending_update_count: 0, last_error_message });
  });

  it("waits as long as Retry-After says, while other chats pass by", async () => {
    const bo = simulator.customer({ id: 43, firstName: "Bo" });
    answer = (_request, response, n) => {
      const fails = received[n - 1]?.update.message?.text === "a1";
      if (fails) response.setHeader("retry-after", "3600");
      response.writeHead(fails ? 503 : 200).end();
    };
    await call("setWebhook", { url });
    ana.write("a1");
    ana.write("a2");
    for (let n = 0; n < 20; n += 1) bo.write(`b${n}`);
    await until(() => texts().includes("b19"));
    expect(texts().filter((text) => text?.startsWith("a"))).toEqual(["a1"]);
    expect(simulator.pendingUpdates()).toBeGreaterThanOrEqual(2);
  });

  it("runs a method that stands in the answer", async () => {
    answer = (_request, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"method":"sendMessage","chat_id":42,"text":"from the hook"}');
    await call("setWebhook", { url });
    ana.write("x");
    expect((await simulator.waitFor(({ text }) => text === "from the hook")).chatId).toBe(42);
  });

  it("stops when the webhook is deleted, and keeps what was not delivered", async () => {
    answer = (_request, response) => response.writeHead(500).end();
    await call("setWebhook", { url });
    ana.write("x");
    await until(() => received.length > 0);
    expect((await call("deleteWebhook")).body).toEqual({ ok: true, result: true, description: "Webhook was deleted" });
    expect((await call("getUpdates")).body.result).toMatchObject([{ message: { text: "x" } }]);
  });
});

describe("simulator: customers and faults", () => {
  it("lets a customer do what customers do", async () => {
    const first = ana.start("promo");
    ana.edit(first.message_id, "/start other");
    ana.sendAlbum([{}, { kind: "video" }], "two");
    ana.send({ location: { latitude: 1, longitude: 2 } });
    await call("sendMessage", {
      chat_id: 42,
      text: "?",
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] },
    });
    const queryId = ana.pressButton("Yes");
    expect((await call("answerCallbackQuery", { callback_query_id: queryId, text: "ok" })).status).toBe(200);
    ana.block();
    const updates = (await call("getUpdates")).body.result as Record<string, unknown>[];
    expect(updates.map((update) => Object.keys(update)[1])).toEqual([
      "message",
      "edited_message",
      "message",
      "message",
      "message",
      "callback_query",
      "my_chat_member",
    ]);
    expect(ana.answerTo(queryId)).toEqual({ text: "ok", show_alert: false });
    expect(() => ana.pressButton("No")).toThrow("There is no button");
  });

  it("strikes the calls it was told to, as often as it was told", async () => {
    ana.write("hi");
    simulator.faults.next({ method: "sendmessage", status: 429, retryAfter: 7, times: 2 });
    const send = () => call("sendMessage", { chat_id: 42, text: "x" });
    expect((await call("getMe")).status).toBe(200);
    for (const answered of [await send(), await send()]) {
      expect(answered).toEqual({
        status: 429,
        retryAfter: "7",
        body: {
          ok: false,
          error_code: 429,
          description: "Too Many Requests: retry after 7",
          parameters: { retry_after: 7 },
        },
      });
    }
    expect((await send()).status).toBe(200);
    simulator.faults.next({ dropAfterAccept: true });
    await expect(send()).rejects.toThrow();
    expect(simulator.sent()).toHaveLength(2);
    simulator.faults.next({ dropBeforeAccept: true });
    await expect(send()).rejects.toThrow();
    expect(simulator.sent()).toHaveLength(2);
    simulator.faults.next({ hang: true });
    const hanging = AbortSignal.timeout(50);
    await expect(
      fetch(`${simulator.apiRoot}/bot${token}/sendMessage?chat_id=42&text=x`, { signal: hanging }),
    ).rejects.toThrow();
    expect(simulator.sent()).toHaveLength(2);
  });

  it("can be steered over HTTP", async () => {
    const control = async (path: string, body?: object) => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      return (await (await fetch(`${simulator.apiRoot}/__control${path}`, init)).json()) as {
        result?: unknown;
        error?: string;
      };
    };
    const bo = { id: 77, firstName: "Bo" };
    expect((await control("/customers/write", { customer: bo, text: "hi" })).result).toMatchObject({ text: "hi" });
    expect((await control("/pending")).result).toEqual({ pending: 1 });
    await control("/faults", { method: "sendMessage", status: 500 });
    expect(await refusal("sendMessage", { chat_id: 77, text: "x" })).toBe("500 Internal Server Error");
    await call("sendMessage", { chat_id: 77, text: "yes" });
    expect((await control("/sent")).result).toMatchObject([{ text: "yes", chatId: 77 }]);
    const photo = { kind: "photo", base64: Buffer.from("picture").toString("base64") };
    expect((await control("/customers/sendFile", { customer: bo, file: photo })).result).toMatchObject({
      photo: [{}, { file_size: 7 }],
    });
    expect((await control("/updates", { update: { poll: { id: "1" } } })).result).toMatchObject({ poll: { id: "1" } });
    expect((await call("getUpdates", { offset: -1 })).body.result).toMatchObject([{ poll: { id: "1" } }]);
    expect((await control("/nothing")).error).toBe("There is no control /nothing.");
  });
});
