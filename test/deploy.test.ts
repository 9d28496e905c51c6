import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { isSecret, schema, type SettingName } from "../config/schema.js";

interface Service {
  image?: string;
  build?: unknown;
  pull_policy?: string;
  environment?: Record<string, string>;
  ports?: string[];
  command?: string[];
  env_file?: { path: string; required: boolean }[];
  init?: boolean;
  healthcheck?: unknown;
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
}

const known = (name: string) =>
  name in schema.shape || (name.endsWith("_FILE") && isSecret(name.slice(0, -"_FILE".length) as SettingName));

describe("compose.yaml", () => {
  const compose = parse(readFileSync("compose.yaml", "utf8")) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };
  const { app, mongo, redis, secrets } = compose.services as Record<"app" | "mongo" | "redis" | "secrets", Service>;

  it("names settings that exist", () => {
    expect(Object.keys(app.environment!).filter((name) => !known(name))).toEqual([]);
    expect(Object.keys(app.environment!)).toEqual(
      expect.arrayContaining(["MONGODB_URI", "REDIS_URL", "MASTER_KEY_FILE", "SESSION_SECRET_FILE"]),
    );
  });

  it("takes settings of one's own, and needs none", () => {
    expect(app.env_file).toEqual([{ path: ".env", required: false }]);
  });

  it("builds the image once: two services that build one tag at the same time fail on the first start", () => {
    expect([secrets.build, secrets.image, secrets.pull_policy]).toEqual([undefined, app.image, "never"]);
    expect(app).toMatchObject({ image: expect.any(String), build: "." });
    const built = Object.values(compose.services).filter((service) => service.build !== undefined);
    expect(built).toHaveLength(1);
  });

  it("opens ports to this machine only", () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  it("waits for healthy stores that keep what they accept", () => {
    expect(app.depends_on).toEqual({
      secrets: { condition: "service_completed_successfully" },
      mongo: { condition: "service_healthy" },
      redis: { condition: "service_healthy" },
    });
    expect(mongo.healthcheck && redis.healthcheck).toBeTruthy();
    expect(mongo).toMatchObject({ image: "mongo:8", command: expect.arrayContaining(["--replSet"]) });
    expect(redis.command!.join(" ")).toContain("--appendonly yes --appendfsync always --maxmemory-policy noeviction");
    const named = Object.values(compose.services)
      .flatMap((service) => service.volumes ?? [])
      .map((volume) => volume.split(":")[0]!);
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    expect(secrets.command).toContain("scripts/makeSecrets.mjs");
  });
});

describe("the Dockerfile", () => {
  const text = readFileSync("Dockerfile", "utf8");
  const lines = text.split("\n");
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM")));

  it("ends in an image without build tools, that runs as nobody special and tells its health", () => {
    expect(last[0]).toBe("FROM node:24-slim");
    expect(last.some((line) => /npm /.test(line))).toBe(false);
    // Nothing but what channels run: a browser, and what makes voice messages.
    const installed = [...last.join("\n").matchAll(/apt-get install -y --no-install-recommends ([^&]*)/g)];
    expect(installed.map(([, packages]) => packages!.trim().split(" "))).toEqual([["chromium", "ffmpeg"]]);
    expect(last.join("\n")).toContain("rm -rf /var/lib/apt/lists");
    // In the packages of the final image these two are dependencies of dependencies, or of a start from a clone.
    const packages = text.slice(text.indexOf("AS packages"), text.lastIndexOf("FROM"));
    expect(packages).toContain("npm ci --omit=dev");
    for (const tool of ["esbuild", "@esbuild", "typescript"]) expect(packages).toContain(`node_modules/${tool} `);
    expect(last).toContain("USER node");
    expect(last.some((line) => line.startsWith("HEALTHCHECK"))).toBe(true);
    expect(last.join("\n")).toContain("/livez");
  });

  it("names settings that exist", () => {
    const names = last
      .filter((line) => line.startsWith("ENV"))
      .flatMap((line) =>
        line
          .slice(4)
          .split(" ")
          .map((pair) => pair.split("=")[0]!),
      );
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known(name))).toEqual([]);
  });
});

describe("the workflow", () => {
  const workflow = parse(readFileSync(".github/workflows/test.yml", "utf8")) as {
    jobs: Record<
      string,
      {
        strategy?: { matrix: { node: number[] } };
        env?: Record<string, string>;
        services?: Record<string, Service>;
        steps: { run?: string }[];
      }
    >;
  };

  it("runs the one test command on every supported Node, and once against real servers", () => {
    const jobs = Object.values(workflow.jobs);
    expect(jobs.every((job) => job.steps.some((step) => step.run === ".ci/run"))).toBe(true);
    expect(jobs.find((job) => job.strategy)!.strategy!.matrix.node).toEqual([20, 22, 24]);
    const real = jobs.find((job) => job.services)!;
    expect(Object.values(real.services!).map((service) => service.image)).toEqual(["mongo:8", "redis:8"]);
    expect(Object.keys(real.env!).filter((name) => !known(name))).toEqual([]);
    expect(readFileSync(".ci/run", "utf8")).toContain("npm test");
  });
});
