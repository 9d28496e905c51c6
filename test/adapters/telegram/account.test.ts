import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { telegram } from "../../../src/adapters/telegram/index.js";
import type { ProviderError } from "../../../src/core/errors.js";
import type { InboundEvent } from "../../../src/core/events.js";
import type { Message } from "../../../simulator/telegram/index.js";
import { connected, secretToken, self, settings, token, type Connected } from "./standIn.js";

let world: Connected;
beforeAll(async () => {
  world = await connected();
});
afterAll(() => world.close());

const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as ProviderError,
  );

describe("telegram: the account", () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

  it("says who it is", async () => {
    expect(await world.channel.probe!()).toEqual({ state: "ok", accountRef: self, displayName: "@shop_bot" });
  });

  it("rejects a token that Telegram does not know", async () => {
    const other = telegram.connect(
      { ...settings, token: "110201543:wrong" },
      { log: world.log, apiRoot: world.simulator.apiRoot },
    );
    expect((await failed(other.probe!()))?.failure).toEqual({ kind: "auth_expired" });
  });

  it("sets a webhook that Telegram uses with our secret, says when it cannot deliver, and removes it", async () => {
    const heard: { secret: unknown; update: unknown }[] = [];
    let status = 500;
    server = createServer((request, response) => {
      void textOf(request).then((body) => {
        heard.push({ secret: request.headers["x-telegram-bot-api-secret-token"], update: JSON.parse(body) });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await world.channel.register!({ url: `http://127.0.0.1:${port}/hook`, verifyToken: "unused" });
    await until(() => heard.length > 0);
    expect(heard[0]).toMatchObject({ secret: secretToken, update: { message: { text: "/start" } } });
    await until(async () => (await world.channel.probe!()).state === "degraded");
    expect((await world.channel.probe!()).cause).toContain("500 Internal Server Error");

    status = 200;
    await until(() => world.simulator.pendingUpdates() === 0);
    expect((await world.channel.probe!()).state).toBe("ok");
    await world.channel.unregister!();
    const calls = world.simulator.calls().filter(({ method }) => method === "deleteWebhook");
    expect(calls.at(-1)?.params).toEqual({ drop_pending_updates: "false" });
  });

  it("has either a webhook or polling", () => {
    const tools = { log: world.log, apiRoot: undefined };
    const polling = telegram.connect({ ...settings, mode: "polling" }, tools);
    expect([polling.listen, polling.register].map((power) => power !== undefined)).toEqual([true, false]);
    const webhook = telegram.connect(settings, tools);
    expect([webhook.listen, webhook.register].map((power) => power !== undefined)).toEqual([false, true]);
  });

  it("answers a pressed button; a second answer fails without harm to others", async () => {
    await world.channel.send({
      id: "msg_1",
      chat: world.chat,
      content: { kind: "choices", text: "?", options: [{ id: "y", label: "Yes" }] },
      byHuman: true,
    });
    const queryId = world.ana.pressButton("Yes");
    const event = { raw: { update_id: 1, callback_query: { id: queryId } } } as unknown as InboundEvent;
    await world.channel.acknowledge!(event);
    expect(world.ana.answerTo(queryId)).toEqual({ text: "", show_alert: false });
    expect((await failed(world.channel.acknowledge!(event)))?.failure).toEqual({ kind: "refused", why: "policy" });
    await world.channel.acknowledge!({ raw: { update_id: 2, message: {} } } as unknown as InboundEvent);
  });
});

describe("telegram: files of customers", () => {
  const refOf = (message: Message) => {
    const { file_id } = message.document as { file_id: string };
    return { role: "document" as const, source: file_id, mime: "text/plain" };
  };

  it("opens a file as a stream, with its size", async () => {
    const ref = refOf(world.ana.sendFile({ bytes: Buffer.from("hello file"), name: "a b#?.txt" }));
    const opened = await world.channel.openMedia!(ref);
    expect(opened).toMatchObject({ bytes: 10, mime: "text/plain" });
    expect(await textOf(opened.stream)).toBe("hello file");
  });

  it("says what is too big or unknown for good, and what may work later, without the token", async () => {
    const big = refOf(world.ana.sendFile({ size: 21 * 1024 * 1024 }));
    const tooBig = await failed(world.channel.openMedia!(big));
    expect(tooBig?.failure).toEqual({ kind: "refused", why: "content" });
    expect(tooBig?.message).toContain("file is too big");
    const unknown = await failed(world.channel.openMedia!({ role: "document", source: "nope" }));
    expect(unknown?.failure).toEqual({ kind: "refused", why: "content" });

    const ref = refOf(world.ana.sendFile({ bytes: Buffer.from("x") }));
    world.simulator.faults.next({ method: "file", status: 502 });
    const broken = await failed(world.channel.openMedia!(ref));
    expect(broken?.failure.kind).toBe("unreachable");
    for (const error of [tooBig, unknown, broken]) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(token.split(":")[1]);
    }
  });
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
}
