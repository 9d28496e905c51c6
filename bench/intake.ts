import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Queue, Worker } from "bullmq";
import express from "express";
import { MongoClient } from "mongodb";
import { Pool } from "undici";
import { startTelegramSimulator } from "../simulator/telegram/index.js";
import { connectRedis, dropKeys } from "./leftovers.js";
import { contest, median } from "./rounds.js";
import { rowOf } from "./rows.js";

const token = "110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";
const secret = "bench-secret-token-of-forty-three-characters";
const database = `switchboard_bench_${process.pid}`;
const connections = 32;
const requests = 2_000;
const chats = 200;
const rounds = 3;

let updates = 0;
/** About 900 bytes, as a webhook of a messenger is. */
function update(): string {
  updates += 1;
  const id = 5_000_000 + (updates % chats);
  const person = { id, first_name: `Bench ${id}`, username: `bench_${id}`, language_code: "en" };
  return JSON.stringify({
    update_id: updates,
    message: {
      message_id: updates,
      date: Math.floor(Date.now() / 1000),
      chat: { ...person, type: "private" },
      from: { ...person, is_bot: false },
      text: `message ${updates} ${"lorem ipsum dolor sit amet ".repeat(20)}`,
    },
  });
}

/** Posts the same number of updates over as many connections; resolves when all were answered with 200. */
async function load(url: string): Promise<number> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  let left = requests;
  const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret };
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left > 0) {
        left -= 1;
        const answer = await pool.request({ method: "POST", path: pathname, headers, body: update() });
        await answer.body.dump();
        if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
      }
    }),
  );
  await pool.close();
  return requests;
}

/** The least a webhook can be: read the body, compare the secret, parse. */
async function bareServer(): Promise<{ url: string; close(): Promise<void> }> {
  const child = fork(fileURLToPath(import.meta.url), ["bare"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [url] = (await once(child, "message")) as [string];
  return { url, close: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

function serveBare(): void {
  const expected = Buffer.from(secret);
  const app = express();
  app.post("/hook", express.raw({ type: () => true, limit: 3_000_000 }), (request, response) => {
    const given = Buffer.from(request.get("x-telegram-bot-api-secret-token") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) response.status(401).end();
    else {
      JSON.parse((request.body as Buffer).toString("utf8"));
      response.end();
    }
  });
  const server = app.listen(0, "127.0.0.1", () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
  });
}

async function gateway(apiRoot: string, roles: string): Promise<{ url: string; key: string; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL("../src/main.js", import.meta.url)), [], {
    env: {
      ...process.env,
      PORT: "0",
      ROLES: roles,
      MONGODB_DATABASE: database,
      REDIS_PREFIX: database,
      TELEGRAM_API_ROOT: apiRoot,
      PUBLIC_URL: "",
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ready = await new Promise<{ url: string; firstKey: string }>((resolve, reject) => {
    child.on("message", (message: { type?: string; url: string; firstKey: string }) => {
      if (message.type === "ready") resolve(message);
    });
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
  });
  return { url: ready.url, key: ready.firstKey, child };
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
};

/** Runs `work` for numbers below `count`, so many at once. */
async function inFlight(count: number, atOnce: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/** `npm run bench -- intake`: what accepting and recording a message costs beside the bare steps it consists of. */
export async function run(): Promise<void> {
  const redisUrl = process.env.REDIS_URL!;
  const redis = connectRedis(redisUrl);
  const mongo = await MongoClient.connect(process.env.MONGODB_URI!, { writeConcern: { w: "majority", journal: true } });
  const db = mongo.db(database);
  const telegram = await startTelegramSimulator({ port: 0 });
  telegram.addBot({ token, username: "bench_bot" });
  const bare = await bareServer();
  let program = await gateway(telegram.apiRoot, "api");
  const connect = async () => {
    const answer = await fetch(`${program.url}/api/v1/channels`, {
      method: "POST",
      headers: { authorization: `Bearer ${program.key}`, "content-type": "application/json" },
      body: JSON.stringify({ kind: "telegram", settings: { token, mode: "webhook", secretToken: secret } }),
    });
    return ((await answer.json()) as { webhook_url: string }).webhook_url;
  };

  try {
    const url = new URL(await connect());
    await contest({
      name: "P1 webhook accepted durably, against reading, comparing and parsing alone",
      aim: 0.45,
      floor: () => load(bare.url),
      ours: () => load(`${program.url}${url.pathname}`),
      rounds,
    });
    const { key } = program;
    await ended(program.child);
    const inbound = new Queue("inbound", { connection: redis, prefix: database });
    await inbound.obliterate({ force: true });
    program = { ...(await gateway(telegram.apiRoot, "all")), key };

    const messages = db.collection("messages");
    const ratios: number[] = [];
    const own: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const b1 = requests / (await seconds(() => load(bare.url)));
      const queue = new Queue(`bench${round + 1}`, { connection: redis, prefix: database });
      const b3a =
        requests / (await seconds(() => inFlight(requests, 64, (n) => queue.add("job", { n, text: rowOf(n).text }))));
      let done = 0;
      const b3p =
        requests /
        (await seconds(
          () =>
            new Promise<void>((resolve) => {
              const worker = new Worker(
                queue.name,
                () => {
                  done += 1;
                  if (done === requests) void worker.close().then(() => resolve());
                  return Promise.resolve();
                },
                { connection: redis.duplicate(), prefix: database, concurrency: 50 },
              );
            }),
        ));
      await queue.close();
      const bareRows = db.collection<{ _id: number; n?: number }>(`bare${round + 1}`);
      const b4i = requests / (await seconds(() => inFlight(requests, 32, (n) => bareRows.insertOne(rowOf(n)))));
      const b4u =
        requests /
        (await seconds(() =>
          inFlight(requests, 32, (n) => bareRows.updateOne({ _id: n % chats }, { $inc: { n: 1 } })),
        ));
      await bareRows.drop();
      const floor = 1 / (1 / b1 + 1 / b3a + 1 / b3p + 1 / b4i + 1 / b4u);

      const before = await messages.estimatedDocumentCount();
      const took = await seconds(async () => {
        await load(`${program.url}${url.pathname}`);
        for (;;) {
          const { waiting, active, delayed } = await inbound.getJobCounts("waiting", "active", "delayed");
          if ((waiting ?? 0) + (active ?? 0) + (delayed ?? 0) === 0) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      });
      const stored = (await messages.estimatedDocumentCount()) - before;
      if (stored !== requests) throw new Error(`${stored} of ${requests} messages were stored`);
      if (round < 0) continue;
      own.push(requests / took);
      ratios.push(requests / took / floor);
    }
    const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const ratio = median(ratios);
    console.log(
      `P3 from the webhook into the inbox, against its bare steps one after the other: ratio ${ratio.toFixed(2)} (${spread}), aim ≥ 0.6; ours ${Math.round(median(own))}/s${ratio >= 0.6 ? "" : "  BELOW THE AIM"}`,
    );
    await inbound.close();
  } finally {
    await ended(program.child);
    await bare.close();
    await telegram.close();
    await db.dropDatabase();
    await mongo.close();
    await dropKeys(redis, database);
    redis.disconnect();
  }
}

if (process.argv[2] === "bare") serveBare();
