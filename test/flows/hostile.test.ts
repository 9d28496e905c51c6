import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import mongoose from "mongoose";
import { telegram } from "../../src/adapters/telegram/index.js";
import { eventually } from "../support/gateway.js";
import { openShop, type MessageView, type Shop } from "../support/telegramShop.js";

const token = "201100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

describe("what a provider, or somebody in its name, may send", () => {
  let shop: Shop;
  let secret = "";
  let updates = 900_000;

  beforeAll(async () => {
    shop = await openShop({ token, username: "hostile_bot" });
    const row = await shop.gateway.services.inbox.accounts.findById(shop.account.id);
    secret = (row!.settings as { secretToken: string }).secretToken;
  });
  afterAll(() => shop.close());

  const post = (body: string) =>
    fetch(shop.account.webhook_url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
    });
  const message = (chat: number | string, more: Record<string, unknown>, name = "Odd") => {
    updates += 1;
    const person = { id: chat, first_name: name };
    return {
      update_id: updates,
      message: {
        message_id: updates,
        date: Math.floor(Date.now() / 1000),
        chat: { ...person, type: "private" },
        from: { ...person, is_bot: false },
        ...more,
      },
    };
  };
  const sends = async (chat: number | string, more: Record<string, unknown>, name?: string) => {
    const body = JSON.stringify(message(chat, more, name));
    expect((await post(body)).status).toBe(200);
  };
  const firstOf = async (name: string): Promise<MessageView> => {
    const conversation = await shop.conversationWhere(name, (one) => one.contact.name === name);
    return eventually(`a message of ${name}`, async () => (await shop.thread(conversation.id))[0]);
  };

  it("keeps texts exactly: a hundred thousand characters, directions, nothing visible, half characters", async () => {
    const long = "Ω".repeat(100_000);
    const odd = "a\u202Eb\u200B\u0000c";
    await sends(211, { text: long }, "Long");
    await sends(212, { text: odd }, "Direction");
    await sends(213, { text: "half \uD83D end" }, "Half");
    expect((await firstOf("Long")).content.text).toBe(long);
    expect((await firstOf("Direction")).content.text).toBe(odd);
    expect((await firstOf("Half")).content.text).toMatch(/^half .+ end$/);
  });

  it("keeps ids that no double can hold apart", async () => {
    const raw = (id: string, text: string) =>
      JSON.stringify(message(0, { text }, text)).replaceAll('"id":0', `"id":${id}`);
    expect((await post(raw("9007199254740993", "One"))).status).toBe(200);
    expect((await post(raw("9007199254740992", "Two"))).status).toBe(200);
    const one = await shop.conversationWhere("one", (conversation) => conversation.contact.name === "One");
    const two = await shop.conversationWhere("two", (conversation) => conversation.contact.name === "Two");
    expect(one.id).not.toBe(two.id);
    expect((await post(raw("9223372036854775807", "Three"))).status).toBe(200);
    expect((await firstOf("Three")).content.text).toBe("Three");
  });

  it("takes deleted users, clocks a day off, and no sender at all", async () => {
    await sends(214, { text: "ghost", from: undefined, chat: { id: 214, type: "private", first_name: "" } });
    await sends(215, { text: "from tomorrow", date: Math.floor(Date.now() / 1000) + 90_000 }, "Tomorrow");
    await sends(216, { text: "from 1970", date: 1 }, "Old");
    await shop.conversationSaying("ghost");
    const tomorrow = await firstOf("Tomorrow");
    expect(Date.parse((tomorrow as unknown as { at: string }).at)).toBeLessThanOrEqual(Date.now() + 1_000);
    expect((await firstOf("Old")).content.text).toBe("from 1970");
  });

  it("takes a thousand updates in one body, each once, and leaves out none because one is bad", async () => {
    const all = Array.from({ length: 1_000 }, (_, index) =>
      message(220 + (index % 10), { text: `bulk ${index}` }, `Bulk${index % 10}`),
    );
    const body = JSON.stringify(all);
    expect((await post(body)).status).toBe(200);
    expect((await post(body)).status).toBe(200);
    const threads = await eventually(
      "all of them",
      async () => {
        const { body: page } = await shop.api<{
          data: { id: string; unread: number; contact: { name: string | null } }[];
        }>("GET", "/api/v1/conversations?limit=100");
        const bulk = page.data.filter((one) => one.contact.name?.startsWith("Bulk"));
        return bulk.length === 10 && bulk.every((one) => one.unread === 100) ? bulk : undefined;
      },
      30_000,
    );
    expect(threads).toHaveLength(10);
    const mixed = JSON.stringify([
      message(231, { text: "before the bad one" }, "Mixed"),
      { update_id: ++updates, message: { chat: 7 } },
    ]);
    expect((await post(mixed)).status).toBe(200);
    expect((await firstOf("Mixed")).content.text).toBe("before the bad one");
  }, 60_000);

  it("survives a megabyte of nesting, keys that reach for prototypes, and numbers beyond reason", async () => {
    const nested = `{"update_id":1,"message":${"[".repeat(400_000)}${"]".repeat(400_000)}}`;
    expect([200, 413]).toContain((await post(nested)).status);
    expect([200, 413]).toContain((await post(`${"[".repeat(400_000)}${"]".repeat(400_000)}`)).status);
    const polluted = JSON.stringify(message(232, { text: "clean" }, "Proto")).replace(
      '"text"',
      '"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"text"',
    );
    expect((await post(polluted)).status).toBe(200);
    await firstOf("Proto");
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect((await post(`{"update_id":${"9".repeat(1_000_000)}}`)).status).toBe(200);
    expect((await post(JSON.stringify(message(233, { text: "still here" }, "Alive")))).status).toBe(200);
    await firstOf("Alive");
  });

  it("costs one round trip to the queue before its 200, and few to the database however many messages come at once", async () => {
    await sends(241, { text: "warm" }, "Warm");
    await shop.conversationSaying("warm");
    await sends(241, { text: "warm again" }, "Warm");
    await shop.conversationSaying("warm again");
    const stream = shop.gateway.services.redis.stream as unknown as { write(...args: unknown[]): boolean };
    const write = stream.write.bind(stream);
    let writes = 0;
    stream.write = (...args) => {
      writes += 1;
      return write(...args);
    };
    const one = await post(JSON.stringify(message(241, { text: "counted" }, "Warm")));
    const before200 = writes;
    stream.write = write;
    expect(one.status).toBe(200);
    expect(before200).toBe(1);
    await shop.conversationSaying("counted");

    const calls: string[] = [];
    const together = Array.from({ length: 100 }, (_, index) => message(241, { text: `together ${index}` }, "Warm"));
    const events = telegram.normalize(together, "200100");
    const accepted = events.map((event) => ({
      workspaceId: shop.gateway.first!.workspaceId,
      accountId: shop.account.id,
      traceId: null,
      event,
    }));
    mongoose.set("debug", (collection: string, method: string) => calls.push(`${collection}.${method}`));
    await shop.gateway.services.inbox.recordInbound(accepted);
    mongoose.set("debug", false);
    const own = calls.filter(
      (call) =>
        !/^(channel_accounts|workspaces|api_keys|webhook_|notice|members|raw_events|attachments|contacts)/.test(call),
    );
    // Conversations, messages, counting, the event log (two), settling, what waited for them; upkeep may run in between.
    // The account's log is written now and then, many entries at once; readers of the event log read it when they like.
    const upkeep =
      /^((conversations|messages)\.(find|updateMany)|demos\.find|events\.find|read_marks\.find|channel_log\.insertMany)$/;
    // Each write once; a sweep may look for the same things, so that what is read is compared by its name.
    const told = own.filter((call) => !upkeep.test(call));
    expect(told.filter((call) => !/\.find/.test(call)).sort()).toEqual(
      ["conversations.bulkWrite", "events.insertMany", "messages.insertMany"].sort(),
    );
    expect(new Set(told.filter((call) => /\.find/.test(call)))).toEqual(new Set(["events.findOne", "parked.find"]));
    expect(own.length).toBeLessThanOrEqual(20);
    await shop.conversationSaying("together 99");
  });
});
