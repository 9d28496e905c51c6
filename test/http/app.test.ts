import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { Server } from "node:http";
import { Router } from "express";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { AppError, type ErrorCode } from "../../src/core/errors.js";
import { createApp, serverFor } from "../../src/http/app.js";
import { healthRoutes } from "../../src/http/health.js";
import { parse } from "../../src/http/request.js";
import { createLog } from "../../src/platform/log.js";

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  errors?: { pointer: string; message: string }[];
}

const shape = z.strictObject({
  name: z.string().min(1),
  "a/b": z.number().optional(),
  list: z.array(z.object({ n: z.number() })).optional(),
});

describe("the HTTP app", () => {
  let server: Server;
  let url = "";
  let well = true;
  const lines: string[] = [];

  beforeAll(async () => {
    const routes = Router();
    routes.get("/fails/:code", (request) => {
      throw new AppError(request.params.code as ErrorCode, "A sentence.", { retryAfterSeconds: 7 });
    });
    routes.get("/breaks", () => {
      throw new Error("private detail of the inside");
    });
    routes.post("/things", (request, response) => {
      response.json({ got: parse(shape, request.body, "body"), polluted: ({} as { admin?: boolean }).admin ?? false });
    });
    const metrics = new Registry();
    const log = createLog({ level: "info", destination: { write: (line) => lines.push(line) } });
    const app = createApp({
      log,
      metrics,
      trustProxy: 0,
      jsonLimitBytes: 2_000,
      webhooks: Router(),
      health: healthRoutes({
        checks: {
          one: () => Promise.resolve(),
          two: () => (well ? Promise.resolve() : Promise.reject(new Error("down"))),
        },
        version: "1.2.3",
        metrics,
        draining: () => false,
      }),
      api: {
        authenticate: (_request, _response, next) => next(),
        limit: (_request, _response, next) => next(),
        uploads: [Router()],
        routes: [routes],
      },
      pages: [],
    });
    server = serverFor(app);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );

  async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${url}${path}`, { method, ...(body === undefined ? {} : { body }), headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Problem };
  }
  const json = { "content-type": "application/json" };

  it("answers every kind of refusal with a problem document of its status", async () => {
    const expected: [ErrorCode, number][] = [
      ["invalid_request", 400],
      ["unauthenticated", 401],
      ["forbidden", 403],
      ["not_found", 404],
      ["conflict", 409],
      ["unprocessable", 422],
      ["rate_limited", 429],
      ["unavailable", 503],
    ];
    for (const [code, status] of expected) {
      const answer = await ask("GET", `/api/v1/fails/${code}`);
      expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
      expect(answer).toMatchObject({ status, body: { status, code, detail: "A sentence." } });
      expect(answer.body.instance).toBe(answer.headers.get("x-request-id"));
      expect(answer.headers.get("retry-after")).toBe("7");
    }
  });

  it("tells nothing of the inside when something breaks, and writes it down without private text", async () => {
    const answer = await ask("GET", "/api/v1/breaks");
    expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
    expect(JSON.stringify(answer.body)).not.toMatch(/private detail|\.ts|node_modules/);
    expect(lines.some((line) => line.includes("request_failed") && line.includes(answer.body.instance))).toBe(true);
    expect(lines.join("")).not.toContain("private detail");
  });

  it.each([
    ["broken JSON", "{", json, 400],
    ["no object", '"x"', json, 400],
    ["another type", "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["an unknown encoding", "x", { ...json, "content-encoding": "br2" }, 415],
    ["one byte too much", JSON.stringify({ name: "x".repeat(2_000 - 10) }), json, 413],
    ["a missing field", "{}", json, 400],
    ["a field too many", '{"name":"a","role":"owner"}', json, 400],
    ["an operator for a string", '{"name":{"$ne":""}}', json, 400],
  ])("refuses %s", async (_what, body, headers, status) => {
    const answer = await ask("POST", "/api/v1/things", body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.status).toBe(status);
  });

  it("points at what is wrong", async () => {
    const answer = await ask("POST", "/api/v1/things", '{"name":"","a/b":"x","list":[{"n":1},{"n":"2"}]}', json);
    expect(answer.body.errors!.map((error) => error.pointer).sort()).toEqual(["/a~1b", "/list/1/n", "/name"]);
  });

  it("drops keys that reach for a prototype", async () => {
    const answer = await ask("POST", "/api/v1/things", '{"name":"a","__proto__":{"admin":true}}', json);
    expect(answer.body).toEqual({ got: { name: "a" }, polluted: false });
  });

  it("knows an unknown address from an unknown method", async () => {
    expect((await ask("GET", "/api/v1/nothing")).status).toBe(404);
    expect((await ask("GET", "/nothing")).body).toMatchObject({ status: 404, code: "not_found" });
    const answer = await ask("DELETE", "/api/v1/things");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("takes a sane request id and makes its own otherwise", async () => {
    expect(
      (await ask("GET", "/livez", undefined, { "x-request-id": "trace-12345678" })).headers.get("x-request-id"),
    ).toBe("trace-12345678");
    expect((await ask("GET", "/livez", undefined, { "x-request-id": "<script>" })).headers.get("x-request-id")).toMatch(
      /^req_/,
    );
  });

  it("tells by name which store is away", async () => {
    expect(await ask("GET", "/readyz")).toMatchObject({ status: 200 });
    well = false;
    const answer = await ask("GET", "/readyz");
    well = true;
    expect(answer).toMatchObject({
      status: 503,
      body: {
        checks: [
          { name: "one", ok: true },
          { name: "two", ok: false },
        ],
      },
    });
    expect(await ask("GET", "/version")).toMatchObject({ body: { version: "1.2.3" } });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("switchboard_http_request_seconds");
  });

  it("logs a route's pattern, never its address", async () => {
    await ask("GET", "/api/v1/fails/not_found?token=canary-in-query");
    expect(lines.join("")).not.toContain("canary-in-query");
    expect(lines.some((line) => line.includes('"route":"/api/v1/fails/:code"'))).toBe(true);
  });

  it("survives what is not HTTP", async () => {
    const { port } = server.address() as AddressInfo;
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("\u0000\u0001 nonsense\r\n\r\n"));
      let text = "";
      socket.on("data", (chunk) => (text += String(chunk)));
      socket.on("close", () => resolve(text));
    });
    expect(answer).toContain("400");
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });
});
