/** A Redis of our own: durable (every write on disk before it is answered) and never evicting. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { alive, end, firstOf, run } from "./command.mjs";
import { root } from "./prepare.mjs";
import { step, Stop } from "./say.mjs";

/** Unix socket paths are cut at 107 bytes. */
export const socketPathMost = 100;

/** How long the app may take to finish when the launcher is gone: its own bound and a little more. */
const graceMs = () => (Number(process.env.SHUTDOWN_TIMEOUT_MS) || 10_000) + 2_000;

/** The program, installed first where that is possible. */
export async function redisProgram() {
  const there = firstOf("redis-server", "valkey-server");
  if (there) return there;
  const debian = existsSync("/etc/debian_version") && firstOf("apt-get");
  if (!debian || process.getuid?.() !== 0) {
    throw new Stop("Redis is needed: install the package redis-server (or valkey-server), or set REDIS_URL.");
  }
  await installPackages(["redis-server"]);
  return firstOf("redis-server");
}

/** Installs Debian packages without letting them start services. */
export async function installPackages(names) {
  await step(`Installing ${names.join(", ")}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const allowServices = forbidServices();
    const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", ...names], { env });
    try {
      let result = await install();
      if (result.code !== 0) {
        await run("apt-get", ["update"], { env });
        result = await install();
      }
      if (result.code !== 0)
        throw new Stop(`${names.join(", ")} could not be installed:\n${result.output.trim().split("\n").at(-1)}`);
    } finally {
      allowServices();
    }
  });
}

/** Debian's own way of saying that an installation starts no service. Returns what takes it back. */
function forbidServices() {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return () => undefined;
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  return () => rmSync(policy, { force: true });
}

/** One command over a new connection; resolves to the raw answer, rejects when nobody listens. */
function ask(where, ...words) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(where);
    let answer = "";
    socket.setTimeout(2_000, () => socket.destroy(new Error("no answer")));
    socket.on("connect", () =>
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`),
    );
    socket.on("data", (chunk) => {
      answer += chunk;
      socket.end();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Ends a server that a killed launcher left behind in this directory. */
async function endOrphan(dir) {
  const pidFile = join(dir, "redis.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  if (!pid || !alive(pid)) return;
  const command = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "redis-server";
  if (!/redis-server|valkey-server/.test(command)) return;
  // Its keeper may be ending it already.
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    return;
  }
  for (let tries = 0; tries < 100 && alive(pid); tries++) await sleep(100);
  if (alive(pid)) throw new Stop(`A Redis of an earlier start (process ${pid}) does not end; end it and start again.`);
}

/**
 * Starts a server on a unix socket in `dir` (or a free loopback port where the path is too long). It runs under a keeper
 * that ends it when the launcher is gone. Resolves to its URL and a way to stop it.
 */
export async function startRedis(dir) {
  const program = await redisProgram();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await endOrphan(dir);
  const socket = join(dir, "redis.sock");
  const bySocket = socket.length <= socketPathMost;
  rmSync(socket, { force: true });
  const port = bySocket ? 0 : await freePort();
  const settings = {
    dir,
    port: String(port),
    bind: "127.0.0.1",
    ...(bySocket ? { unixsocket: socket, unixsocketperm: "600" } : {}),
    pidfile: join(dir, "redis.pid"),
    logfile: join(dir, "redis.log"),
    appendonly: "yes",
    appendfsync: "always",
    save: "",
    "maxmemory-policy": "noeviction",
    daemonize: "no",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const keeper = spawn(process.execPath, [join(root, "scripts", "keeper.mjs"), String(graceMs()), program, ...args], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    detached: true,
  });
  const where = bySocket ? { path: socket } : { port, host: "127.0.0.1" };
  for (let tries = 0; ; tries++) {
    if (keeper.exitCode !== null || tries > 200)
      throw new Stop(`Redis did not start; ${join(dir, "redis.log")} says why.`);
    const answer = await ask(where, "PING").catch(() => "");
    if (answer.startsWith("+PONG")) break;
    await sleep(50);
  }
  return {
    url: bySocket ? `unix:${socket}` : `redis://127.0.0.1:${port}`,
    exited: new Promise((resolve) => keeper.once("exit", resolve)),
    stop: () => end(keeper, 15_000),
  };
}
