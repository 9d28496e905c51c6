import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Redis } from "ioredis";
import { bareEnvironment, findBrowser } from "../../../config/programs.js";
import type { AdapterTools, Channel, SessionProgress } from "../../../src/adapters/contract.js";
import { whatsappWeb, type WhatsAppWebSettings } from "../../../src/adapters/whatsapp-web/index.js";
import { usualTimings, type Timings } from "../../../src/adapters/whatsapp-web/protocol.js";
import { runSession } from "../../../src/adapters/whatsapp-web/session.js";
import type { InboundEvent } from "../../../src/core/events.js";
import { systemClock, type Log } from "../../../src/core/ports.js";
import { createBlobStore, directoryBackend } from "../../../src/platform/blobs/index.js";
import { createKeyring } from "../../../src/platform/keyring/index.js";
import { connectMongo } from "../../../src/platform/mongo.js";
import { createSessionCalls } from "../../../src/sessions/calls.js";
import { createSessionVaults } from "../../../src/sessions/vault.js";
import { startWhatsAppWebSimulator, type WhatsAppWebSimulator } from "../../../simulator/whatsapp-web/index.js";
import { eventually } from "../../support/gateway.js";
import { connectTestRedis, testStores } from "../../support/stores.js";

export const number = "491510000001";
export const workspaceId = "ws_shop";
export const ada = { phone: "4915123456789@c.us", lid: "118273645500012@lid", name: "Ada Okafor" };

/** In a hurry, but with everything a session does. */
export const timings: Timings = {
  ...usualTimings,
  ...{ beatMs: 500, beatTimeoutMs: 1_500, sendGapMs: 20, sendTimeoutMs: 8_000, firstSaveMs: 200, saveMs: 60_000 },
};

/** A session that runs, and what was heard of it. */
export interface Running {
  events: InboundEvent[];
  states: { state: string; cause: string | undefined }[];
  progress: SessionProgress[];
  /** Where it would go on. */
  cursor(): string | null;
  /** Settles when the session ends; undefined when it was stopped. */
  over: Promise<Error | undefined>;
  stop(): Promise<void>;
  /** The first event that fits, also one from before. */
  event<T extends InboundEvent>(what: string, fits: (event: InboundEvent) => event is T): Promise<T>;
  event(what: string, fits: (event: InboundEvent) => boolean): Promise<InboundEvent>;
  phase(phase: SessionProgress["phase"]): Promise<SessionProgress>;
}

export interface Shop {
  simulator: WhatsAppWebSimulator;
  tools: AdapterTools;
  settings: WhatsAppWebSettings;
  redis: Redis;
  /** Files that were uploaded to us, by source. */
  uploads: Map<string, { bytes: Buffer; name: string }>;
  /** A channel in another process would do the same: it reaches the session over Redis. */
  channel(): Channel;
  run(options?: {
    timings?: Partial<Timings>;
    cursor?: string | null;
    pairing?: "qr" | "phone";
    machine?: string;
  }): Running;
  /** A session that is linked and ready. */
  linked(options?: Parameters<Shop["run"]>[0]): Promise<Running>;
  close(): Promise<void>;
}

export async function openShop(log: Log): Promise<Shop> {
  const stores = testStores();
  const simulator = await startWhatsAppWebSimulator();
  const connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log });
  const keyring = createKeyring({ connection, masterKeys: [randomBytes(32)], clock: systemClock });
  await keyring.ensureIndexes();
  const blobs = createBlobStore({ backend: directoryBackend(join(stores.dataDir, "blobs")), keyring });
  const vaults = createSessionVaults({ connection, blobs, clock: systemClock });
  await vaults.ensureIndexes();
  const redis = connectTestRedis(stores.redisUrl);
  const connect = () => connectTestRedis(stores.redisUrl);
  const calls = createSessionCalls({ redis, connect, prefix: stores.prefix, keyring, log });
  const uploads: Shop["uploads"] = new Map();
  const settings = whatsappWeb.manifest.settings.parse({ number, riskAccepted: true });
  const running = new Set<Running>();

  const toolsOf = (machine: string): AdapterTools => ({
    log,
    apiRoot: simulator.apiRoot,
    openUpload: (source) => {
      const file = uploads.get(source);
      if (!file) return Promise.reject(new Error("no such upload"));
      return Promise.resolve({ stream: Readable.from([file.bytes]), name: file.name });
    },
    session: calls.port(workspaceId, "whatsapp_web"),
    vault: vaults.vault(workspaceId, "whatsapp_web"),
    spool: vaults.spool(workspaceId),
    workDir: join(stores.dataDir, machine),
    browserPath: findBrowser(),
    environment: bareEnvironment(),
  });

  function run(options: Parameters<Shop["run"]>[0] = {}): Running {
    const stop = new AbortController();
    let cursor = options.cursor ?? null;
    const heard: Pick<Running, "events" | "states" | "progress"> = { events: [], states: [], progress: [] };
    const sink = {
      deliver: (payloads: readonly unknown[]) => {
        // As JSON: what is delivered must survive being stored.
        const plain = JSON.parse(JSON.stringify(payloads)) as unknown[];
        heard.events.push(...whatsappWeb.normalize(plain, number));
        return Promise.resolve();
      },
      state: (state: string, cause?: string) => Promise.resolve(void heard.states.push({ state, cause })),
      loadCursor: () => Promise.resolve(cursor),
      saveCursor: (value: string) => Promise.resolve(void (cursor = value)),
      progress: (progress: SessionProgress) => Promise.resolve(void heard.progress.push(progress)),
    };
    const own = { ...settings, pairing: options.pairing ?? settings.pairing };
    const tools = toolsOf(options.machine ?? "machine");
    const over = runSession(own, tools, sink, stop.signal, { ...timings, ...options.timings }).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const one: Running = {
      ...heard,
      cursor: () => cursor,
      over,
      async stop() {
        stop.abort();
        await over;
        running.delete(one);
      },
      event: (what: string, fits: (event: InboundEvent) => boolean) =>
        eventually<never>(what, () => heard.events.find(fits) as undefined, 20_000),
      phase: (phase) =>
        eventually(`phase ${phase}`, () => heard.progress.findLast((progress) => progress.phase === phase), 40_000),
    };
    running.add(one);
    return one;
  }

  return {
    simulator,
    tools: toolsOf("elsewhere"),
    settings,
    redis,
    uploads,
    channel: () => whatsappWeb.connect(settings, toolsOf("elsewhere")),
    run,
    async linked(options) {
      const session = run(options);
      const { qr } = await session.phase("scan");
      simulator.scan(number, qr!);
      await session.phase("ready");
      return session;
    },
    async close() {
      await Promise.all([...running].map((session) => session.stop()));
      await calls.close();
      await simulator.close();
      redis.disconnect();
      await connection.close();
      await rm(stores.dataDir, { recursive: true, force: true });
      await stores.drop();
    },
  };
}

/** Processes whose command line speaks of this: a browser and all that belongs to it by its folder. */
export function processesOf(words: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(name, "cmdline").includes(words))
    .map(Number);
}

/** The process of a session that this process started; other suites have theirs at the same time. */
export function sessionProcess(): number {
  const parentOf = (pid: number) => Number(/\) \S+ (\d+)/.exec(read(String(pid), "stat"))?.[1]);
  const found = processesOf(join("whatsapp-web", "child.js")).find((pid) => parentOf(pid) === process.pid);
  if (found === undefined) throw new Error("there is no session process");
  return found;
}

/** A process may be gone by the time it is looked at. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
