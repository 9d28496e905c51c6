import { randomBytes } from "node:crypto";
import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../../config/load.js";
import { startProgram, type Program } from "../../src/app/program.js";
import { createLog } from "../../src/platform/log.js";

/** The environment of one gateway of a suite. */
export interface GatewaySettings {
  mongoUri: string;
  database: string;
  redisUrl: string;
  prefix: string;
  /** Where files lie. */
  dataDir: string;
  telegramApiRoot?: string;
  /** Where Meta's Graph API is played. */
  graphApiRoot?: string;
  whatsappWebApiRoot?: string;
  masterKey?: string;
  /** A multiple of the providers' own pace; suites are in a hurry. */
  sendPace?: string;
  /** Private targets that webhooks may reach. */
  outboundAllow?: string;
  /** What a key may ask for; suites ask for a lot. */
  requestsPerMinute?: number;
  roles?: string;
  /** How often signing in may be tried, as a multiple of the usual; suites sign in a lot. */
  authPace?: string;
  smtpUrl?: string;
  /** A JSON list. */
  oidcProviders?: string;
  publicUrl?: string;
  /** Whether the built-in stand-ins may run: on or off. */
  simulator?: string;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** Calls the API of a gateway with one key. */
export function apiOf(url: string, key: string) {
  return async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // Some answers are a text that is sent while it comes into being.
    const json = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
    const read: unknown = json ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: (text ? read : undefined) as T };
  };
}

const environment = (settings: GatewaySettings) => ({
  NODE_ENV: "test",
  DATA_DIR: settings.dataDir,
  PORT: "0",
  LOG_LEVEL: "warn",
  MONGODB_URI: settings.mongoUri,
  MONGODB_DATABASE: settings.database,
  REDIS_URL: settings.redisUrl,
  REDIS_PREFIX: settings.prefix,
  MASTER_KEY: settings.masterKey ?? randomBytes(32).toString("base64"),
  SESSION_SECRET: "0123456789abcdef0123456789abcdef",
  ADMIN_TOKEN: "admin-token-of-a-test",
  ...(settings.telegramApiRoot === undefined ? {} : { TELEGRAM_API_ROOT: settings.telegramApiRoot }),
  // Nothing may leave this machine: without a stand-in Meta is out of reach.
  GRAPH_API_ROOT: settings.graphApiRoot ?? "http://127.0.0.1:9",
  ...(settings.whatsappWebApiRoot === undefined ? {} : { WHATSAPP_WEB_API_ROOT: settings.whatsappWebApiRoot }),
  SEND_PACE: settings.sendPace ?? "100",
  OUTBOUND_ALLOW: settings.outboundAllow ?? "",
  API_READS_PER_MINUTE: String(settings.requestsPerMinute ?? 0),
  API_WRITES_PER_MINUTE: String(settings.requestsPerMinute ?? 0),
  ROLES: settings.roles ?? "all",
  AUTH_PACE: settings.authPace ?? "1000",
  ...(settings.smtpUrl === undefined ? {} : { SMTP_URL: settings.smtpUrl }),
  ...(settings.oidcProviders === undefined ? {} : { OIDC_PROVIDERS: settings.oidcProviders }),
  ...(settings.simulator === undefined ? {} : { SIMULATOR: settings.simulator }),
  ...(settings.publicUrl === undefined ? {} : { PUBLIC_URL: settings.publicUrl }),
});

/** A gateway inside this process. `lines` is what it logged. Stopping it fails when a query went without an index. */
export async function startGateway(settings: GatewaySettings): Promise<Program & { url: string; lines: string[] }> {
  const config = loadConfig(environment(settings));
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const stores = {
    mongoUri: config.MONGODB_URI!,
    redisUrl: config.REDIS_URL!,
    masterKeys: config.MASTER_KEY!,
    sessionSecret: config.SESSION_SECRET!,
  };
  const program = await startProgram(config, stores, log);
  const end = program.stop.bind(program);
  const stop = async () => {
    await end();
    const scans = lines.filter((line) => line.includes("notablescan"));
    if (scans.length > 0) throw new Error(`read a whole collection: ${scans.slice(0, 3).join("\n")}`);
  };
  return Object.assign(program, { url: program.url ?? "", lines, stop });
}

/** A gateway as a process of its own, for what only a process can suffer. Needs dist/, which `npm test` builds. */
export async function forkGateway(
  settings: GatewaySettings,
): Promise<{ child: ChildProcess; url: string; firstKey: string | undefined }> {
  const child = fork("dist/src/main.js", [], {
    env: { ...process.env, ...environment(settings) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = await new Promise<{ url: string; firstKey?: string }>((resolve, reject) => {
    child.on("message", (message: { type?: string; url: string; firstKey?: string }) => {
      if (message.type === "ready") resolve(message);
    });
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
  });
  return { child, url: ready.url, firstKey: ready.firstKey };
}

/** Ends a child by a signal and waits until it is gone. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  child.kill(signal);
  return gone;
}

/** Asks again until a gateway answers, whichever it is now: the same request, under the same key. */
export function stubbornly(gateway: () => { url: string; key: string }) {
  return async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    let last = "nothing";
    const look = async () => {
      try {
        const { url, key } = gateway();
        const answer = await apiOf(url, key)<T>(method, `/api/v1${path}`, body, headers);
        if (answer.status < 500) return answer;
        last = `${answer.status} ${JSON.stringify(answer.body)}`;
      } catch (error) {
        last = String((error as Error).cause ?? error);
      }
      return undefined;
    };
    try {
      return await eventually(`${method} ${path}`, look, 150_000);
    } catch (error) {
      throw new Error(`${(error as Error).message}; the last answer: ${last}`);
    }
  };
}

/** Looks again and again until there is something to see. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 60_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`${what} did not happen in time`);
    await sleep(25);
  }
}
