/** The command for whoever looks after the machine, as it is run on it: a program of its own beside the server. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { openShop, type Shop } from "../support/telegramShop.js";

const run = promisify(execFile);

describe("npm run operations", () => {
  const masterKey = randomBytes(32).toString("base64");
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ token: "200520:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "cli_bot", masterKey });
  });
  afterAll(() => shop.close());

  /** What it prints. Needs dist/, which `npm test` builds. */
  const operations = async (...args: string[]) => {
    const { mongoUri, database, redisUrl, prefix, dataDir } = shop.stores;
    const env = {
      ...process.env,
      NODE_ENV: "test",
      DATA_DIR: dataDir,
      MONGODB_URI: mongoUri,
      MONGODB_DATABASE: database,
      REDIS_URL: redisUrl,
      REDIS_PREFIX: prefix,
      MASTER_KEY: masterKey,
      SESSION_SECRET: "0123456789abcdef0123456789abcdef",
    };
    const { stdout } = await run(process.execPath, ["dist/src/cli/operations.js", ...args], { env });
    return stdout.trim();
  };
  const firstWord = (printed: string) => printed.split(/\s/)[0]!;
  const file = (content: unknown) => {
    const path = join(shop.stores.dataDir, `${randomBytes(6).toString("hex")}.json`);
    mkdirSync(shop.stores.dataDir, { recursive: true });
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const message = (text: string, number: number) => ({
    message_id: number,
    date: Math.floor(Date.now() / 1000),
    chat: { id: 611, type: "private", first_name: "Ida" },
    from: { id: 611, is_bot: false, first_name: "Ida" },
    text,
  });

  it("lists, shows, mends, replays and discards payloads that could not be read", async () => {
    const row = await shop.gateway.services.inbox.accounts.findById(shop.account.id);
    const { secretToken } = row!.settings as { secretToken: string };
    for (const text of ["what a customer wrote", "what nobody needs"]) {
      const answer = await fetch(shop.account.webhook_url, {
        method: "POST",
        headers: { "x-telegram-bot-api-secret-token": secretToken },
        body: JSON.stringify({ message: message(text, 1) }),
      });
      expect(answer.status).toBe(200);
    }
    const listed = await eventually("both are there", async () => {
      const lines = (await operations("quarantine", "list")).split("\n");
      return lines.length === 2 ? lines : undefined;
    });
    const [unneeded, id] = listed.map(firstWord);
    const shown = await operations("quarantine", "show", id!);
    expect(shown).toContain('"first_name": "<text of 3>"');
    expect(shown).not.toContain("customer");
    expect(await operations("quarantine", "show", id!, "--open")).toContain("what a customer wrote");
    await expect(operations("quarantine", "replay", id!)).rejects.toThrow(/still cannot be read/);
    await operations(
      "quarantine",
      "edit",
      id!,
      file({ update_id: 720_001, message: message("mended at the desk", 2) }),
    );
    await operations("quarantine", "replay", id!);
    await shop.conversationSaying("mended at the desk");
    await operations("quarantine", "discard", unneeded!);
    expect(await operations("quarantine", "list")).toBe("Nothing is in quarantine.");
  }, 180_000);

  it("lists, shows, mends, retries and discards jobs that failed for good", async () => {
    const queue = shop.gateway.services.queues.byName.get("inbound")!;
    const bad = {
      v: 1,
      workspaceId: shop.gateway.first!.workspaceId,
      accountId: shop.account.id,
      acceptedAt: new Date().toISOString(),
      traceId: "req_cli",
      events: "AAAA",
    };
    const failing = async () => {
      await queue.add("inbound.record", bad, { attempts: 1 });
      return eventually("a dead job", async () => {
        const printed = await operations("dead", "list");
        return printed.includes("inbound.record") ? firstWord(printed) : undefined;
      });
    };
    const id = await failing();
    const event = {
      v: 1,
      type: "message",
      eventKey: "tg:720002",
      channel: "telegram",
      accountRef: "200520",
      at: new Date().toISOString(),
      peer: { chat: "611", user: "611" },
      message: { externalId: "611/3", direction: "in", content: { kind: "text", text: "mended in the queue" } },
      raw: {},
    };
    await expect(operations("dead", "edit", id, file({ events: [{ type: "message" }] }))).rejects.toThrow(
      /not as it should be/,
    );
    await operations("dead", "edit", id, file({ events: [event] }));
    expect(await operations("dead", "show", id)).not.toContain("mended in the queue");
    expect(await operations("dead", "show", id, "--open")).toContain("mended in the queue");
    await operations("dead", "retry", id);
    await shop.conversationSaying("mended in the queue");
    await operations("dead", "discard", await failing());
    expect(await operations("dead", "list")).toBe("No job has failed for good.");
  }, 180_000);
});
