import { readdirSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startStore } from "../../embedded/mongo/index.js";
import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import { apiOf, endChild, eventually, forkGateway, type GatewaySettings } from "../support/gateway.js";
import { startOwnRedis, type OwnRedis } from "../support/redis.js";

interface Conversation {
  id: string;
  unread: number;
  contact: { name: string | null };
}
interface Message {
  direction: string;
  status: string;
  content: { text: string };
}
interface Page<T> {
  data: T[];
}

const token = "300100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw3";
const canary = "canary-9f2c the text nobody may find on disk";

/** Everything with processes and stores of its own, because they are about to be killed. */
describe("a gateway whose parts are killed", () => {
  const dir = mkdtempSync(join(tmpdir(), "sb-faults-"));
  let redis: OwnRedis;
  let store: Awaited<ReturnType<typeof startStore>>;
  let telegram: TelegramSimulator;
  let settings: GatewaySettings;
  let gateway: Awaited<ReturnType<typeof forkGateway>>;
  let key = "";

  beforeAll(async () => {
    redis = await startOwnRedis(join(dir, "redis"));
    store = await startStore({ dir: join(dir, "mongo"), port: 0 });
    telegram = await startTelegramSimulator({ port: 0, timeScale: 0.01 });
    telegram.addBot({ token, username: "fault_bot", name: "Faults" });
    settings = {
      mongoUri: store.uri,
      database: "faults",
      redisUrl: redis.url,
      prefix: "faults",
      dataDir: join(dir, "files"),
      telegramApiRoot: telegram.apiRoot,
      masterKey: randomBytes(32).toString("base64"),
    };
    gateway = await forkGateway(settings);
    key = gateway.firstKey!;
  });

  afterAll(async () => {
    await endChild(gateway.child, "SIGTERM");
    await telegram.close();
    await store.close();
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const api = <T>(method: string, path: string, body?: unknown) =>
    apiOf(gateway.url, key)<T>(method, `/api/v1${path}`, body);
  const conversations = async () => (await api<Page<Conversation>>("GET", "/conversations?limit=100")).body.data;
  const threadOf = async (id: string) =>
    (await api<Page<Message>>("GET", `/conversations/${id}/messages?limit=100`)).body.data;

  it("loses nothing and doubles nothing when it is killed with work in hand", async () => {
    await api("POST", "/channels", { kind: "telegram", settings: { token, mode: "polling" } });
    const customers = Array.from({ length: 10 }, (_, index) =>
      telegram.customer({ id: 7000 + index, firstName: `C${index}` }),
    );
    let written = 0;
    const write = async (count: number) => {
      for (let n = 0; n < count; n++) {
        customers[written % 10]!.write(`message ${Math.floor(written / 10)}`);
        written += 1;
        if (n % 10 === 9) await sleep(15);
      }
    };
    for (let round = 0; round < 3; round++) {
      await write(60);
      await endChild(gateway.child, "SIGKILL");
      gateway = await forkGateway(settings);
    }
    await write(20);

    const expected = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    const threads = await eventually(
      "every message",
      async () => {
        const list = await conversations();
        const all = await Promise.all(list.map(async (one) => ({ one, messages: await threadOf(one.id) })));
        return all.length === 10 && all.every(({ one, messages }) => one.unread >= 20 && messages.length >= 20)
          ? all
          : undefined;
      },
      60_000,
    );
    for (const { one, messages } of threads) {
      expect(messages.map((message) => message.content.text).reverse()).toEqual(expected);
      expect(one.unread).toBe(20);
    }
  }, 120_000);

  it("tells the truth about a reply whose worker was killed while sending", async () => {
    const [conversation] = await conversations();
    telegram.faults.next({ method: "sendMessage", hang: true });
    await api("POST", `/conversations/${conversation!.id}/messages`, { content: { kind: "text", text: "cut off" } });
    await eventually("the attempt", async () => {
      const [first] = await threadOf(conversation!.id);
      return first?.status === "sending" ? first : undefined;
    });
    await endChild(gateway.child, "SIGKILL");
    gateway = await forkGateway(settings);
    await api("POST", `/conversations/${conversation!.id}/messages`, { content: { kind: "text", text: "after it" } });
    await sleep(1_500);
    // Nobody sends it a second time, and nothing overtakes it while its outcome is open.
    expect(telegram.sent().filter((sent) => sent.params.text === "cut off")).toHaveLength(0);
    expect(telegram.sent().filter((sent) => sent.params.text === "after it")).toHaveLength(0);
    const statuses = (await threadOf(conversation!.id))
      .filter((message) => message.direction === "out")
      .map((message) => message.status);
    expect(statuses.sort()).toEqual(["queued", "sending"]);
  }, 60_000);

  it("answers 503 while Redis is away, and goes on when it is back", async () => {
    const connected = await api<{ webhook_url: string }>("POST", "/channels", {
      kind: "telegram",
      settings: { token, mode: "webhook", secretToken: "a-secret-of-the-test" },
    });
    const post = (updateId: number) =>
      fetch(connected.body.webhook_url.replace(/^https?:\/\/[^/]+/, gateway.url), {
        method: "POST",
        headers: { "x-telegram-bot-api-secret-token": "a-secret-of-the-test", "content-type": "application/json" },
        body: JSON.stringify({
          update_id: updateId,
          message: {
            message_id: updateId,
            date: 1_800_000_000,
            chat: { id: 8000, type: "private", first_name: "Late" },
            from: { id: 8000, is_bot: false, first_name: "Late" },
            text: canary,
          },
        }),
      });
    expect((await post(1)).status).toBe(200);
    await redis.kill();
    const refused = await post(2);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);

    await redis.start();
    await eventually("accepting again", async () => ((await post(2)).status === 200 ? true : undefined));
    const conversation = await eventually(
      "both messages",
      async () => {
        const found = (await conversations()).find((one) => one.contact.name === "Late");
        return found?.unread === 2 ? found : undefined;
      },
      40_000,
    );
    expect(await threadOf(conversation.id)).toHaveLength(2);
  }, 90_000);

  it("leaves no text, name or token in any file of its stores", async () => {
    await redis.rewrite();
    const found: string[] = [];
    let files = 0;
    const look = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) look(path);
        if (!entry.isFile()) continue;
        files += 1;
        const bytes = readFileSync(path);
        for (const word of ["canary-9f2c", "message 7", "Late", token.slice(7)])
          if (bytes.includes(word)) found.push(`${word} in ${path}`);
      }
    };
    look(dir);
    expect(files).toBeGreaterThan(3);
    expect(found).toEqual([]);
  });
});
