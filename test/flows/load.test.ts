import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import { endChild, eventually, forkGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores } from "../support/stores.js";
import { underFire } from "../support/underFire.js";
import type { EventView } from "../support/views.js";

const token = "200600:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const customers = 50;
const each = 20;

/** What one thread must read like, oldest first. */
const lines = (side: string) => Array.from({ length: each }, (_, index) => `${side} ${index}`);

describe("a thousand messages each way, while processes are killed", () => {
  const stores = testStores();
  const dir = mkdtempSync(join(tmpdir(), "switchboard-load-"));
  let telegram: TelegramSimulator;
  let settings: GatewaySettings;
  let gateway: Awaited<ReturnType<typeof forkGateway>>;
  let key = "";

  beforeAll(async () => {
    telegram = await startTelegramSimulator({ port: 0, timeScale: 0.01 });
    telegram.addBot({ token, username: "load_bot" });
    settings = {
      ...stores,
      dataDir: dir,
      telegramApiRoot: telegram.apiRoot,
      masterKey: randomBytes(32).toString("base64"),
      sendPace: "1000",
    };
    gateway = await forkGateway(settings);
    key = gateway.firstKey!;
  });
  afterAll(async () => {
    await endChild(gateway.child, "SIGTERM");
    await telegram.close();
    await stores.drop();
    rmSync(dir, { recursive: true, force: true });
  });

  const { stubborn, conversations, thread, reply } = underFire(() => ({ url: gateway.url, key }));

  it("loses nothing, doubles nothing, keeps the order, and says what it cannot know", async () => {
    await stubborn("POST", "/channels", { kind: "telegram", settings: { token, mode: "polling" } });
    const people = Array.from({ length: customers }, (_, index) =>
      telegram.customer({ id: 9_000 + index, firstName: `C${index}` }),
    );
    for (const person of people) person.write("in 0");
    const open = await eventually(
      "every conversation",
      async () => {
        const list = await conversations();
        return list.length === customers ? list : undefined;
      },
      30_000,
    );

    let busy = true;
    let answered = 0;
    const killing = (async () => {
      for (let round = 0; round < 4 && busy; round++) {
        // Something of this round gets through first, however slow the machine is.
        const before = answered;
        await eventually("an answer", () => (answered > before || !busy ? true : undefined), 90_000);
        await sleep(400 + Math.random() * 900);
        await endChild(gateway.child, "SIGKILL");
        gateway = await forkGateway(settings);
      }
    })();
    const inbound = (async () => {
      for (let n = 1; n < each; n++) {
        for (const person of people) person.write(`in ${n}`);
        await sleep(100);
      }
    })();
    const outbound = reply(open, each, () => {
      answered += 1;
    });
    await Promise.all([inbound, outbound]);
    busy = false;
    await killing;

    const settled = await eventually(
      "every message has an end",
      async () => {
        const all = await Promise.all(
          (await conversations()).map(async (one) => ({ one, messages: await thread(one.id) })),
        );
        const done = all.every(
          ({ messages }) =>
            messages.length >= 2 * each && messages.every(({ status }) => !["queued", "sending"].includes(status)),
        );
        return done ? all : undefined;
      },
      110_000,
    );

    const arrived = new Map<string, string[]>();
    for (const { text, params } of telegram.sent()) {
      const chat = String(params.chat_id);
      arrived.set(chat, [...(arrived.get(chat) ?? []), text ?? ""]);
    }
    let unknown = 0;
    for (const { one, messages } of settled) {
      const oldestFirst = messages.toReversed();
      const texts = (direction: string) =>
        oldestFirst.filter((message) => message.direction === direction).map((message) => message.content.text!);
      expect(texts("in")).toEqual(lines("in"));
      expect(texts("out").toSorted((a, b) => number(a) - number(b))).toEqual(lines("out"));
      const chat = String(9_000 + Number(one.contact.name!.slice(1)));
      const got = arrived.get(chat) ?? [];
      // Nothing twice, nothing overtakes.
      expect(got).toEqual([...new Set(got)].toSorted((a, b) => number(a) - number(b)));
      for (const message of messages.filter(({ direction }) => direction === "out")) {
        if (message.status === "sent") expect(got).toContain(message.content.text);
        else {
          expect(message.status).toBe("unknown");
          unknown += 1;
        }
      }
    }
    // Each kill leaves at most one message of each lane in doubt.
    expect(unknown).toBeLessThanOrEqual(4 * customers);

    // What a process that died could not tell any more is told by the sweep of another.
    const sent = settled.flatMap(({ messages }) => messages.filter(({ status }) => status === "sent"));
    const events = await eventually(
      "every sending is told",
      async () => {
        const all = await everyEvent();
        const told = new Set(
          all
            .filter(({ type, data }) => type === "message.status.updated" && data.status === "sent")
            .map(({ data }) => data.message_id),
        );
        return sent.every(({ id, direction }) => direction !== "out" || told.has(id)) ? all : undefined;
      },
      60_000,
    );
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const told = (type: string) => events.filter((event) => event.type === type).map((event) => event.data.message_id);
    expect(new Set(told("message.received")).size).toBe(customers * each);
    expect(told("message.received")).toHaveLength(customers * each);
    expect(told("message.created")).toHaveLength(customers * each);
    expect(new Set(told("message.created")).size).toBe(customers * each);
  }, 400_000);

  async function everyEvent(): Promise<EventView[]> {
    const events: EventView[] = [];
    for (;;) {
      const { body } = await stubborn<{ data: EventView[]; has_more: boolean }>(
        "GET",
        `/events?limit=500&after=${events.at(-1)?.seq ?? 0}`,
      );
      events.push(...body.data);
      if (!body.has_more) return events;
    }
  }
});

const number = (text: string) => Number(text.split(" ")[1]);
