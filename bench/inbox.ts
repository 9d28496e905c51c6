import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";
import { MongoClient } from "mongodb";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { Server } from "socket.io";
import { startTelegramSimulator } from "../simulator/telegram/index.js";
import { loadConfig } from "../config/load.js";
import { createServices, type Services } from "../src/app/services.js";
import { storesOf } from "../src/app/start.js";
import type { AcceptedEvent } from "../src/inbox/usecases/recordInbound.js";
import { createLog } from "../src/platform/log.js";
import { connectRedis, dropKeys } from "./leftovers.js";
import { median } from "./rounds.js";

const database = `switchboard_bench_${process.pid}`;
const token = "110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";
const secret = "bench-secret-token-of-forty-three-characters";
const owner = { name: "Bench", email: "bench@example.com", password: "a kettle on the bench" };
/** A crowded workspace, and one that nobody would notice: what must not depend on size is the same in both. */
const crowd = Number(process.argv[3] ?? 100_000);
const longThread = Number(process.argv[4] ?? 10_000);
const few = 60;
const rounds = 7;
const batch = 200;

interface Me {
  memberships: { workspace: { id: string; name: string } }[];
}

interface Shop {
  workspaceId: string;
  accountId: string;
  webhook: string;
}

const environment = (dataDir: string, apiRoot: string) => ({
  ...process.env,
  NODE_ENV: "test",
  DATA_DIR: dataDir,
  PORT: "0",
  MONGODB_DATABASE: database,
  REDIS_PREFIX: database,
  TELEGRAM_API_ROOT: apiRoot,
  GRAPH_API_ROOT: "http://127.0.0.1:9",
  PUBLIC_URL: "",
  LOG_LEVEL: "error",
  API_READS_PER_MINUTE: "0",
  API_WRITES_PER_MINUTE: "0",
});

async function startGateway(env: NodeJS.ProcessEnv): Promise<{ url: string; setupLink: string; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL("../src/main.js", import.meta.url)), [], {
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.on("message", (message: { type?: string; url: string; setupLink: string }) => {
      if (message.type === "ready") resolve({ ...message, child });
    });
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
  });
}

/** Calls the API as the signed-in owner. */
async function call<T>(context: BrowserContext, url: string, path: string, body: unknown, workspace?: string) {
  const answer = await context.request.fetch(`${url}/api/v1${path}`, {
    method: "POST",
    headers: { "x-requested-with": "switchboard", ...(workspace ? { "switchboard-workspace": workspace } : {}) },
    data: body,
  });
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** A text somebody wrote, as the Telegram adapter would have read it. */
function written(shop: Shop, customer: number, n: number, at: number, text: string): AcceptedEvent {
  const chat = String(10_000 + customer);
  return {
    workspaceId: shop.workspaceId,
    accountId: shop.accountId,
    traceId: null,
    event: {
      v: 1,
      type: "message",
      eventKey: `${chat}/${n}`,
      channel: "telegram",
      accountRef: token.split(":")[0]!,
      peer: { chat, user: chat, name: `Customer ${customer}` },
      at: new Date(at).toISOString(),
      raw: null,
      message: { externalId: `${chat}:${n}`, direction: "in", sequence: n, content: { kind: "text", text } },
    },
  };
}

async function fill(services: Services, events: (index: number) => AcceptedEvent, count: number): Promise<void> {
  for (let done = 0; done < count; done += batch) {
    const size = Math.min(batch, count - done);
    await services.inbox.recordInbound(Array.from({ length: size }, (_, index) => events(done + index)));
    if (process.stdout.isTTY) process.stdout.write(`\r${done + size} of ${count} written `);
  }
  if (process.stdout.isTTY) process.stdout.write("\r");
}

/** Milliseconds until `shown` is drawn. */
async function until(page: Page, act: () => Promise<unknown>, shown: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  await shown();
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => resolve()))");
  return performance.now() - started;
}

/** Turns the wheel over an element for two seconds; the time each frame took, in milliseconds. */
async function framesWhileScrolling(page: Page, selector: string, step: number): Promise<number[]> {
  const box = (await page.locator(selector).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const frames = page.evaluate<number[]>(`new Promise((resolve) => {
    const took = [];
    const started = performance.now();
    let last = started;
    const next = (now) => {
      took.push(now - last);
      last = now;
      if (now - started < 2000) requestAnimationFrame(next);
      else resolve(took.slice(1));
    };
    requestAnimationFrame(next);
  })`);
  for (let turned = 0; turned < 40; turned++) {
    await page.mouse.wheel(0, step);
    await page.waitForTimeout(40);
  }
  return frames;
}

const share = (frames: number[], slower: number) => frames.filter((took) => took > slower).length / frames.length;

function report(name: string, crowded: number[], plain: number[], aim: number): void {
  const ratio = median(crowded) / median(plain);
  const beyond = ratio <= aim ? "" : "  BEYOND THE AIM";
  console.log(
    `${name}: ratio ${ratio.toFixed(2)}, aim ≤ ${aim}; ${Math.round(median(crowded))} ms to ${Math.round(median(plain))} ms${beyond}`,
  );
}

/** The least there can be between a webhook and a page: read, answer, tell a socket, write it into the page. */
async function barePage(context: BrowserContext) {
  const app = express();
  app.get("/", (_, response) => {
    response.type("html").send(
      `<main style="height:100vh;overflow:auto">${Array.from({ length: 3_000 }, (__, row) => `<p style="height:64px;margin:0">Row ${row}<br>line</p>`).join("")}</main>
       <script src="/socket.io/socket.io.js"></script>
       <script>io({transports:["websocket"]}).on("text", (text) => { const p = document.createElement("p"); p.textContent = text; document.querySelector("main").prepend(p); });</script>`,
    );
  });
  app.post("/hook", express.json(), (request, response) => {
    response.end();
    sockets.emit("text", (request.body as { message: { text: string } }).message.text);
  });
  const server = app.listen(0, "127.0.0.1");
  const sockets = new Server(server);
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await context.newPage();
  await page.goto(url);
  return { page, hook: `${url}/hook`, close: () => sockets.close() };
}

/** Milliseconds from the 200 of a webhook to the text being in the page. Both clocks are this machine's. */
async function fromAcceptance(page: Page, hook: string, n: number): Promise<number> {
  const text = `arrival ${n} ${Math.random().toString(36).slice(2)}`;
  await page.evaluate(`globalThis.seen = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      if (!document.body.textContent.includes(${JSON.stringify(text)})) return;
      watch.disconnect();
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  }); undefined`);
  const chat = { id: 10_001, first_name: "Customer 1", type: "private" };
  const answer = await fetch(hook, {
    method: "POST",
    headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
    body: JSON.stringify({
      update_id: 1_000_000 + n,
      message: {
        message_id: 1_000_000 + n,
        date: Math.floor(Date.now() / 1000),
        chat,
        from: { ...chat, is_bot: false },
        text,
      },
    }),
  });
  const accepted = performance.timeOrigin + performance.now();
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  const seen = await page.evaluate<number>("globalThis.seen");
  return seen - accepted;
}

/** `npm run bench -- inbox`: the inbox in a browser, crowded against nearly empty, and against a bare page. */
export async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchboard-bench-"));
  const telegram = await startTelegramSimulator({ port: 0 });
  const mongo = await MongoClient.connect(process.env.MONGODB_URI!);
  const env = environment(dataDir, telegram.apiRoot);
  const gateway = await startGateway(env);
  const config = loadConfig(env);
  const services = await createServices(config, storesOf(config), createLog({ level: "error" }), () => gateway.url);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
  try {
    const setupToken = gateway.setupLink.split("#")[1];
    const me = await call<Me>(context, gateway.url, "/auth/setup", {
      token: setupToken,
      ...owner,
      workspace_name: "Crowd",
      language: "en",
      demo: false,
    });
    const connect = async (workspaceId: string, bot: string): Promise<Shop> => {
      telegram.addBot({ token: bot, username: `bench_${bot.slice(0, 4)}_bot` });
      const channel = await call<{ id: string; webhook_url: string }>(
        context,
        gateway.url,
        "/channels",
        { kind: "telegram", settings: { token: bot, mode: "webhook", secretToken: secret } },
        workspaceId,
      );
      return { workspaceId, accountId: channel.id, webhook: `${gateway.url}${new URL(channel.webhook_url).pathname}` };
    };
    const crowded = await connect(me.memberships[0]!.workspace.id, token);
    const mine = await call<Me>(context, gateway.url, "/me/workspaces", { name: "Quiet" });
    const second = mine.memberships.find(({ workspace }) => workspace.name === "Quiet")!.workspace;
    const quiet = await connect(second.id, token.replace("1102", "2202"));

    const now = Date.now();
    const minute = 60_000;
    const one = (shop: Shop) => (n: number) =>
      written(shop, n, 1, now - (crowd - n) * 1000 - 60 * minute, `Question ${n}: is the blue one back in stock?`);
    const talk = (shop: Shop, count: number) => (n: number) =>
      written(
        shop,
        1,
        n + 2,
        now - (count - n) * 1000 - minute,
        `Line ${n} of a long story. ${"It goes on. ".repeat(n % 12)}`,
      );
    console.log(`writing ${crowd} conversations, and ${longThread} messages into one of them`);
    await fill(services, one(crowded), crowd);
    await fill(services, talk(crowded, longThread), longThread);
    await fill(services, one(quiet), few);
    await fill(services, talk(quiet, few), few);

    const page = await context.newPage();
    const inbox = (shop: Shop, view = "all") => `${gateway.url}/w/${shop.workspaceId}/inbox/${view}`;
    const rows = (name: string) =>
      page.getByRole("row").filter({ hasText: name }).first().waitFor({ timeout: 120_000 });
    const both = async (measure: (shop: Shop) => Promise<number>) => {
      const figures = { crowded: [] as number[], quiet: [] as number[] };
      for (let round = -1; round < rounds; round++) {
        const [big, small] = [await measure(crowded), await measure(quiet)];
        if (round < 0) continue;
        figures.crowded.push(big);
        figures.quiet.push(small);
      }
      return figures;
    };
    const opened = await both((shop) =>
      until(
        page,
        () => page.goto(inbox(shop)),
        () => rows("Customer 1"),
      ),
    );
    report("I1 the inbox is opened", opened.crowded, opened.quiet, 1.3);
    const counted = await both(async (shop) => {
      await page.goto(inbox(shop));
      await rows("Customer 1");
      return until(
        page,
        () => page.goto(inbox(shop, "unassigned")),
        () => rows("Customer 1"),
      );
    });
    report("I2 another view is opened", counted.crowded, counted.quiet, 1.3);
    const threads = await both(async (shop) => {
      await page.goto(inbox(shop));
      await rows("Customer 1");
      const row = page.getByRole("row").filter({ hasText: "Customer 1" }).filter({ hasText: "long story" }).first();
      return until(
        page,
        () => row.click(),
        () =>
          page
            .getByRole("log")
            .getByText(/^Line \d+ of a long story/)
            .last()
            .waitFor(),
      );
    });
    report("I3 a conversation is opened", threads.crowded, threads.quiet, 1.3);

    const bare = await barePage(context);
    for (const shop of [crowded, quiet]) {
      await page.goto(inbox(shop));
      await rows("Customer 1");
      await page.waitForTimeout(2_000);
      const ours: number[] = [];
      const floor: number[] = [];
      for (let round = -1; round < rounds * 3; round++) {
        await bare.page.bringToFront();
        const least = await fromAcceptance(bare.page, bare.hook, round + 1);
        await page.bringToFront();
        const took = await fromAcceptance(page, shop.webhook, round + (shop === crowded ? 1_000 : 5_000));
        if (round < 0) continue;
        floor.push(least);
        ours.push(took);
      }
      const spread = `${Math.round(Math.min(...ours))}–${Math.round(Math.max(...ours))} ms`;
      console.log(
        `I4 from acceptance to the screen, ${shop === crowded ? "crowded" : "quiet"}: ${Math.round(median(ours))} ms (${spread}); a bare server and page ${Math.round(median(floor))} ms; ratio ${(median(ours) / median(floor)).toFixed(1)}`,
      );
    }

    await bare.page.bringToFront();
    const still = await framesWhileScrolling(bare.page, "main", 400);
    await page.bringToFront();
    await page.goto(inbox(crowded));
    await rows("Customer 1");
    const list = await framesWhileScrolling(page, '[role="grid"]', 400);
    await page.getByRole("row").first().click();
    await page.goto(inbox(crowded));
    await rows("Customer 1");
    await page.getByRole("row").filter({ hasText: "Customer 1" }).first().click();
    await page.getByRole("log").waitFor();
    await page.waitForTimeout(1_000);
    const thread = await framesWhileScrolling(page, '[role="log"]', -400);
    const p95 = (frames: number[]) => frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)]!;
    for (const [name, frames] of [
      ["the list", list],
      ["the thread", thread],
    ] as const) {
      console.log(
        `I5 frames while ${name} is scrolled: 95 % within ${Math.round(p95(frames))} ms, ${(share(frames, 50) * 100).toFixed(1)} % beyond 50 ms; a bare page ${Math.round(p95(still))} ms, ${(share(still, 50) * 100).toFixed(1)} %; ratio ${(p95(frames) / p95(still)).toFixed(2)}`,
      );
    }
    await bare.close();
  } finally {
    await browser.close();
    await services.close();
    const gone = once(gateway.child, "exit");
    gateway.child.kill("SIGTERM");
    await gone;
    await telegram.close();
    await mongo.db(database).dropDatabase();
    await mongo.close();
    const redis = connectRedis(process.env.REDIS_URL!);
    await dropKeys(redis, database);
    redis.disconnect();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
