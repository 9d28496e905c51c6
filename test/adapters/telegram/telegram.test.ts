import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { adapterFor, adapters } from "../../../src/adapters/registry.js";
import { Malformed } from "../../../src/adapters/contract.js";
import { telegram, type TelegramSettings } from "../../../src/adapters/telegram/index.js";
import type { Failure } from "../../../src/core/errors.js";
import type { Fault } from "../../../simulator/telegram/index.js";
import { channelSuite, type ErrorCase } from "../channelSuite.js";
import { connected, secretToken, self, settings, token, type Connected } from "./standIn.js";

let running: Connected;

const text = { id: "msg_1", content: { kind: "text" as const, text: "hi" }, byHuman: true };

/** A send that meets a fault of the provider. */
const faulty = (name: string, fault: Fault, failure: Failure): ErrorCase => ({
  name,
  failure,
  provoke: (standIn) => {
    running.simulator.faults.next({ method: "sendMessage", ...fault });
    return standIn.channel.send({ ...text, chat: standIn.chat });
  },
});

const bad = (description: string, failure: Failure): ErrorCase =>
  faulty(description, { status: 400, description: `Bad Request: ${description}` }, failure);

const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });

const errors: ErrorCase[] = [
  faulty("429", { status: 429, retryAfter: 17 }, { kind: "rate_limited", retryAfterMs: 17_000 }),
  faulty("401, the token was revoked", { status: 401 }, { kind: "auth_expired" }),
  faulty("404, the token has no form", { status: 404, description: "Not Found" }, { kind: "auth_expired" }),
  faulty("404, no such method", { status: 404, description: "Not Found: method not found" }, { kind: "unexpected" }),
  faulty("403, blocked by the user", { status: 403 }, refused("blocked")),
  faulty("403, deactivated", { status: 403, description: "Forbidden: user is deactivated" }, refused("recipient")),
  faulty(
    "403, kicked",
    { status: 403, description: "Forbidden: bot was kicked from the supergroup chat" },
    refused("recipient"),
  ),
  faulty(
    "403, not started",
    { status: 403, description: "Forbidden: bot can't initiate conversation with a user" },
    refused("policy"),
  ),
  faulty("a group that moved", { migrateTo: -1002223334445 }, { kind: "moved", newChat: "-1002223334445" }),
  faulty("409", { status: 409 }, { kind: "unreachable", mayHaveBeenSent: false }),
  faulty("413", { status: 413 }, refused("content")),
  faulty("500", { status: 500 }, { kind: "unreachable", mayHaveBeenSent: true }),
  faulty("502", { status: 502 }, { kind: "unreachable", mayHaveBeenSent: true }),
  faulty("a broken connection", { dropBeforeAccept: true }, { kind: "unreachable", mayHaveBeenSent: true }),
  faulty(
    "a connection that broke after it was sent",
    { dropAfterAccept: true },
    { kind: "unreachable", mayHaveBeenSent: true },
  ),
  faulty("a sentence nobody knows", { status: 400, description: "Bad Request: brand new" }, { kind: "unexpected" }),
  bad("message is too long", refused("content")),
  bad("can't parse entities: unsupported start tag", refused("content")),
  bad("wrong file identifier/HTTP URL specified", refused("content")),
  bad("PHOTO_INVALID_DIMENSIONS", refused("content")),
  bad("not enough rights to send text messages to the chat", refused("policy")),
  bad("have no access to the user", refused("recipient")),
  {
    name: "a chat that is not known",
    failure: refused("recipient"),
    provoke: (standIn) => standIn.channel.send({ ...text, chat: "555" }),
  },
  {
    name: "a text with nothing in it",
    failure: refused("content"),
    provoke: (standIn) =>
      standIn.channel.send({ ...text, chat: standIn.chat, content: { kind: "text", text: " \n " } }),
  },
  {
    name: "a kind Telegram does not have",
    failure: { kind: "unsupported", feature: "template" },
    provoke: (standIn) =>
      standIn.channel.send({
        ...text,
        chat: standIn.chat,
        content: { kind: "template", name: "hello", language: "en", parameters: [] },
      }),
  },
  {
    name: "a server nobody listens on",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
    provoke: () =>
      telegram.connect(settings, { log: running.log, apiRoot: "http://127.0.0.1:1" }).send({ ...text, chat: "1" }),
  },
  {
    name: "a server whose name does not exist",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
    provoke: () =>
      telegram.connect(settings, { log: running.log, apiRoot: "http://nowhere.invalid" }).send({ ...text, chat: "1" }),
  },
];

channelSuite<TelegramSettings>({
  adapter: telegram,
  self,
  fixtures: join(import.meta.dirname, "fixtures"),
  settings,
  secrets: [token, token.slice(token.indexOf(":") + 1), secretToken],
  join: (payloads) => payloads.flat(),
  saying: (() => {
    let number = 5_000_000;
    return (said: string) => {
      number += 1;
      const person = { id: 77, first_name: "Ana" };
      const message = { message_id: number, date: 1_780_000_000, chat: { ...person, type: "private" }, text: said };
      return { update_id: number, message: { ...message, from: { ...person, is_bot: false } } };
    };
  })(),
  unknown: [
    { update_id: 1, hologram_call: { from: { id: 5, first_name: "A" }, chat: { id: 5, type: "private" } } },
    { update_id: 2, chat_hologram: { chat: { id: -1005, type: "channel", title: "C" }, hologram: {} } },
    { update_id: 3 },
    { update_id: 4, message: null },
    { update_id: 5, message: "text" },
    { update_id: "6", message: {} },
    { update_id: 7, constructor: { x: 1 } },
  ],
  webhook: {
    header: "x-telegram-bot-api-secret-token",
    rotated: { ...settings, secretToken: "another_secret_token_1234", previousSecretToken: secretToken },
    signed: (own, body) => ({
      method: "POST",
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": own.secretToken },
      query: {},
      body,
    }),
  },
  async start(log) {
    running = await connected({ log });
    const { simulator, channel, chat, close } = running;
    return {
      channel,
      chat,
      takenTexts: () => simulator.sent().flatMap((sent) => (sent.text === undefined ? [] : [sent.text])),
      close,
    };
  },
  errors,
});

describe("telegram: the adapter", () => {
  it("is in the registry", () => {
    expect(adapterFor("telegram")).toBe(telegram);
    expect(adapterFor("pigeon")).toBeUndefined();
    expect(new Set(adapters.map(({ manifest }) => manifest.kind)).size).toBe(adapters.length);
  });

  it.each([
    ["no object", "text"],
    ["an object without an id", { message: {} }],
    ["an id that is no id", { update_id: { a: 1 } }],
    ["an array with something else in it", [{ update_id: 1, message: {} }, 7]],
  ])("calls %s malformed, without quoting it", (_name, payload) => {
    expect(() => telegram.normalize(payload, self)).toThrow(Malformed);
  });

  it("makes a secret of Telegram's alphabet when none is given, and takes no token of another form", () => {
    const { settings: schema } = telegram.manifest;
    const made = [schema.parse({ token }), schema.parse({ token })];
    expect(made[0]).toMatchObject({ token, mode: "webhook" });
    expect(made[0]!.secretToken).toMatch(/^[A-Za-z0-9_-]{40,256}$/);
    expect(made[0]!.secretToken).not.toBe(made[1]!.secretToken);
    for (const wrong of ["", "abc", "123", "123:", "123:a/b", "123:a b", "0:abc", "123:abc/../x"]) {
      expect(schema.safeParse({ token: wrong }).success).toBe(false);
    }
    expect(schema.safeParse({ token, secretToken: "with space" }).success).toBe(false);
  });

  it("marks what is secret for the connect form", () => {
    const shape = (telegram.manifest.settings as unknown as { shape: Record<string, { meta(): { secret?: boolean } }> })
      .shape;
    const secret = Object.entries(shape).filter(([, field]) => field.meta()?.secret === true);
    expect(secret.map(([name]) => name).sort()).toEqual(["previousSecretToken", "secretToken", "token"]);
  });

  it("knows the bot's id from the token", () => {
    expect(telegram.accountRef(settings)).toBe(self);
  });
});
