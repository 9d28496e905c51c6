import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import express from "express";
import { dashboardRoutes } from "../../src/http/dashboard.js";

describe("the dashboard's files", () => {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
  let server: Server;
  let url: string;
  const page = { headers: { accept: "text/html,*/*;q=0.8" } };

  beforeAll(async () => {
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Switchboard</title>");
    writeFileSync(join(folder, "assets", "app-1a2b.js"), "1;");
    writeFileSync(join(folder, "assets", "app-1a2b.js.br"), brotliCompressSync("1;"));
    writeFileSync(join(folder, "manifest.json"), "{}");
    const app = express().use(dashboardRoutes(folder));
    await new Promise<void>((resolve) => (server = createServer(app).listen(0, "127.0.0.1", resolve)));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("gives the page at every address a browser opens, asked for anew each time and with a strict policy", async () => {
    for (const path of ["/", "/w/1/inbox/2", "/sign-in"]) {
      const response = await fetch(url + path, page);
      expect([path, response.status, response.headers.get("cache-control")]).toEqual([path, 200, "no-cache"]);
      expect(response.headers.get("content-type")).toMatch(/^text\/html/);
      const policy = response.headers.get("content-security-policy")!;
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    }
  });

  it("keeps out of the way of everything else", async () => {
    for (const path of ["/api/v1/none", "/webhooks/x", "/files/x", "/metrics", "/assets/none.js"]) {
      expect([path, (await fetch(url + path, page)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`${url}/w/1`, { headers: { accept: "application/json" } })).status).toBe(404);
    for (const path of ["/assets/..%2findex.html", "/.sources"]) {
      expect(await (await fetch(url + path)).text()).not.toContain("doctype html><title>Switch");
    }
    expect((await fetch(`${url}/assets/%2e%2e/manifest.json`)).status).toBe(404);
  });

  it("gives the worker the page as a file, as it asks for all that it keeps", async () => {
    const response = await fetch(`${url}/index.html`, { headers: { accept: "*/*" } });
    expect([response.status, await response.text()]).toEqual([200, "<!doctype html><title>Switchboard</title>"]);
  });

  it("sends assets compressed, to be kept", async () => {
    const response = await fetch(`${url}/assets/app-1a2b.js`, { headers: { "accept-encoding": "br" } });
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toMatch(/javascript/);
    expect(await response.text()).toBe("1;");
    const plain = await fetch(`${url}/assets/app-1a2b.js`, { headers: { "accept-encoding": "identity" } });
    expect([plain.headers.get("content-encoding"), await plain.text()]).toEqual([null, "1;"]);
  });

  it("says what to do when it is not built", async () => {
    const bare = createServer(express().use(dashboardRoutes(join(folder, "missing"))));
    await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
    const response = await fetch(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`, page);
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining("npm run build")]);
    bare.close();
  });
});
