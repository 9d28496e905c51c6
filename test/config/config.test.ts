import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { envExample, settingsTable } from "../../config/describe.js";
import { ConfigError, loadConfig } from "../../config/load.js";

const key = Buffer.alloc(32, 7).toString("base64");

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

describe("the settings", () => {
  it("need nothing on one's own machine", () => {
    expect(loadConfig({})).toMatchObject({ PORT: 8080, HOST: "127.0.0.1", ROLES: ["all"], DATA_DIR: "./data" });
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  it("tell everything that is wrong at once, each by name", () => {
    const problems = problemsOf({
      PORT: "eighty",
      HOST: " ",
      LOG_LEVEL: "loud",
      ROLES: "api,cook",
      MONGODB_URI: "http://x",
      PUBLIC_URL: "ftp://x",
      WORKER_CONCURRENCY: "0",
    });
    for (const name of ["PORT", "HOST", "LOG_LEVEL", "ROLES", "MONGODB_URI", "PUBLIC_URL", "WORKER_CONCURRENCY"]) {
      expect(problems.filter((problem) => problem.startsWith(`${name}:`))).toHaveLength(1);
    }
  });

  it("never repeat the value of a secret", () => {
    const canary = "canary-0123";
    const problems = problemsOf({
      MASTER_KEY: canary,
      SESSION_SECRET: canary,
      ADMIN_TOKEN: canary,
      MONGODB_URI: `ftp://user:${canary}@host`,
      REDIS_URL: `ftp://:${canary}@host`,
    });
    expect(problems).toHaveLength(5);
    expect(problems.join("\n")).not.toContain(canary);
  });

  it("take secrets from files, and say when a file cannot be read or both are set", () => {
    const dir = mkdtempSync(join(tmpdir(), "sb-config-"));
    const file = join(dir, "key");
    writeFileSync(file, `${key}\n`);
    expect(loadConfig({ MASTER_KEY_FILE: file }).MASTER_KEY).toEqual([Buffer.alloc(32, 7)]);
    expect(problemsOf({ MASTER_KEY_FILE: join(dir, "nothing") })).toEqual([expect.stringContaining("MASTER_KEY_FILE")]);
    expect(problemsOf({ MASTER_KEY_FILE: file, MASTER_KEY: key })).toEqual([expect.stringContaining("not both")]);
    rmSync(dir, { recursive: true });
  });

  it("demand every secret in production", () => {
    const problems = problemsOf({ NODE_ENV: "production" });
    for (const name of ["MASTER_KEY", "SESSION_SECRET"]) {
      expect(problems.some((problem) => problem.startsWith(`${name}:`))).toBe(true);
    }
    const complete = { MASTER_KEY: key, SESSION_SECRET: "s".repeat(32) };
    expect(problemsOf({ NODE_ENV: "production", ...complete })).toEqual([]);
  });

  it("demand what a bucket needs once files go to one", () => {
    const needed = ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
    expect(problemsOf({ BLOB_STORE: "s3", PORT: "eighty" })).toEqual([
      expect.stringMatching(/^PORT:/),
      ...needed.map((name) => `${name}: is required when BLOB_STORE is s3.`),
    ]);
    expect(problemsOf({ BLOB_STORE: "s3", ...Object.fromEntries(needed.map((name) => [name, "x"])) })).toEqual([]);
  });

  it("take hosts, addresses and ranges as private targets to let through", () => {
    const OUTBOUND_ALLOW =
      "crm.internal, crm.internal:8080,10.1.2.3,10.0.0.0/8,10.0.0.0/8:80,[fd00::1]:443,fd00::/8,[fd00::/8]:80";
    expect(loadConfig({ OUTBOUND_ALLOW }).OUTBOUND_ALLOW).toEqual(OUTBOUND_ALLOW.split(/, ?/));
    expect(loadConfig({}).OUTBOUND_ALLOW).toEqual([]);
    for (const wrong of ["http://crm.internal", "a b", "a,,b", "host:port"]) {
      expect(problemsOf({ OUTBOUND_ALLOW: wrong })).toEqual([expect.stringMatching(/^OUTBOUND_ALLOW: must be/)]);
    }
  });

  it("are what .env.example and the README say (npm run docs writes both)", () => {
    expect(readFileSync(".env.example", "utf8")).toBe(envExample());
    expect(readFileSync("README.md", "utf8")).toContain(settingsTable());
  });
});
