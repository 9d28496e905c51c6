import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { startOwnRedis } from "../support/redis.js";

interface Launched {
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
}

const root = mkdtempSync(join(tmpdir(), "sb-start-"));
let serial = 0;

/** The environment of a launcher: nothing of this run's that would change it. */
function environment(dir: string, env: Record<string, string> = {}) {
  const { MONGODB_URI: _mongo, REDIS_URL: _redis, NODE_ENV: _node, ...rest } = process.env;
  return { ...rest, DATA_DIR: dir, PORT: "0", LOG_LEVEL: "warn", ...env };
}

function launch(dir: string, env: Record<string, string> = {}): Launched {
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    env: environment(dir, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return { child, output: () => output, exited: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

const fresh = () => join(root, String(serial++));
const ready = (one: Launched) =>
  eventually(
    "a running server",
    () => {
      if (one.child.exitCode !== null) throw new Error(`it ended: ${one.output()}`);
      return one.output().includes("Ctrl-C stops it.") ? /http:\/\/\S+/.exec(one.output())![0] : undefined;
    },
    60_000,
  );
const processesOf = (dir: string) =>
  spawnSync("pgrep", ["-f", dir], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);

/** What was said, without the steps that a slow machine shows while they take long. */
const sentences = (output: string) =>
  output
    .trim()
    .split("\n")
    .filter((line) => !/^Starting [^:]+( …( \d+ s)?|: [\d.]+ s)$/.test(line));

describe("npm start", () => {
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("starts, refuses a second instance, drains, and starts again with the same data", async () => {
    const dir = fresh();
    const first = launch(dir);
    const url = await ready(first);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    for (const line of ["Redis: local, appendfsync always", "MongoDB: local store", "First API key"])
      expect(first.output()).toContain(line);
    expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const key = /sb_live_\S+/.exec(first.output())![0];

    const second = launch(dir);
    expect(await second.exited).toBe(1);
    expect(second.output().trim().split("\n")).toEqual([expect.stringContaining("Another Switchboard is running")]);

    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(processesOf(dir)).toEqual([]);

    const again = launch(dir);
    const newUrl = await ready(again);
    expect(again.output()).not.toContain("First API key");
    const answer = await fetch(`${newUrl}/api/v1/conversations`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);

    // kill -9 of the launcher: nothing it leaves behind may stand in the way, and nothing of it stays.
    const before = processesOf(dir);
    expect(before.length).toBeGreaterThan(1);
    again.child.kill("SIGKILL");
    await again.exited;
    const third = launch(dir);
    await ready(third);
    await eventually(
      "the end of what the killed launcher started",
      () => (processesOf(dir).some((pid) => before.includes(pid)) ? undefined : true),
      30_000,
    );
    expect((await fetch(`${/http:\/\/\S+/.exec(third.output())![0]}/readyz`)).status).toBe(200);
    third.child.kill("SIGINT");
    expect(await third.exited).toBe(0);
    await eventually("no process left", () => (processesOf(dir).length === 0 ? true : undefined), 20_000);
  }, 180_000);

  it("refuses a master key that cannot open what is stored, and takes it as the second of a list", async () => {
    const dir = fresh();
    const first = launch(dir);
    await ready(first);
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    const { MASTER_KEY: kept } = JSON.parse(readFileSync(join(dir, "secrets.json"), "utf8")) as { MASTER_KEY: string };
    const keys = (...command: string[]) =>
      spawnSync(process.execPath, ["scripts/run.mjs", "src/cli/keys.js", ...command], {
        env: environment(dir),
        encoding: "utf8",
      });
    const workspace = /^wsp_\S+/m.exec(keys("status").stdout)![0];
    expect(keys("rotate-workspace", "wsp_nobody")).toMatchObject({ status: 1 });
    // Makes the first data key.
    expect(keys("rotate-workspace", workspace)).toMatchObject({ status: 0 });

    const other = randomBytes(32).toString("base64");
    const wrong = launch(dir, { MASTER_KEY: other });
    expect(await wrong.exited).toBe(1);
    expect(sentences(wrong.output())).toEqual([expect.stringMatching(/MASTER_KEY lacks the key [0-9a-f]{16}/)]);
    for (const secret of [other, kept]) expect(wrong.output()).not.toContain(secret);
    expect(processesOf(dir)).toEqual([]);

    const rotating = launch(dir, { MASTER_KEY: `${other},${kept}` });
    await ready(rotating);
    rotating.child.kill("SIGTERM");
    expect(await rotating.exited).toBe(0);
  }, 120_000);

  it("tells every wrong setting in one go and touches nothing", async () => {
    const dir = fresh();
    const one = launch(dir, { PORT: "99999", LOG_LEVEL: "loud", SESSION_SECRET: "short-canary" });
    expect(await one.exited).toBe(1);
    for (const name of ["PORT:", "LOG_LEVEL:", "SESSION_SECRET:"]) expect(one.output()).toContain(name);
    expect(one.output()).not.toContain("short-canary");
    expect(existsSync(dir)).toBe(false);
  }, 60_000);

  it("says in one sentence why it cannot use a directory", async () => {
    const dir = fresh();
    writeFileSync(dir, "a file");
    const one = launch(dir);
    expect(await one.exited).toBe(1);
    expect(one.output().trim().split("\n")).toEqual([expect.stringMatching(/cannot be used.*Nothing was changed/)]);
    expect(readFileSync(dir, "utf8")).toBe("a file");
  }, 60_000);

  it("says in one sentence that a port is taken, and leaves no process", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const dir = fresh();
    const one = launch(dir, { PORT: String(port) });
    expect(await one.exited).toBe(1);
    // On a slow machine the steps before it are told, too.
    const told = one.output().trim().split("\n");
    expect(told.filter((line) => !line.startsWith("Starting "))).toEqual([
      expect.stringContaining(`Port ${port} is taken`),
    ]);
    expect(processesOf(dir)).toEqual([]);
    server.close();
  }, 60_000);

  it("refuses stores that are away or would lose messages, each with the reason", async () => {
    const evicting = await startOwnRedis(join(root, "evicting"), { "maxmemory-policy": "allkeys-lru" });
    const cases = [
      [{ REDIS_URL: evicting.url }, "noeviction"],
      [{ REDIS_URL: "redis://127.0.0.1:1" }, "Redis cannot be reached"],
      [{ MONGODB_URI: "mongodb://127.0.0.1:1" }, "MongoDB cannot be reached"],
    ] as const;
    for (const [env, reason] of cases) {
      const one = launch(fresh(), env);
      expect([await one.exited, one.output().trim()]).toEqual([1, expect.stringContaining(reason)]);
      expect(sentences(one.output())).toHaveLength(1);
    }
    await evicting.stop();
  }, 120_000);

  it("keeps its directory private", async () => {
    const dir = fresh();
    const one = launch(dir);
    await ready(one);
    expect(readdirSync(dir).sort()).toEqual(["lock.sock", "mongo", "redis", "run.json", "secrets.json"]);
    expect(statSync(join(dir, "run.json")).mode & 0o777).toBe(0o600);
    one.child.kill("SIGTERM");
    expect(await one.exited).toBe(0);
    expect(existsSync(join(dir, "run.json"))).toBe(false);
  }, 60_000);
});
