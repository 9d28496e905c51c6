import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { setUp } from "../support/person.js";
import { openShop, type Shop } from "../support/telegramShop.js";

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean; schema: unknown }[];
  requestBody?: { required: boolean; content: Record<string, { schema: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
  "x-scope"?: string;
  security?: unknown[];
}
type Schema = Record<string, unknown>;
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: { schemas: Record<string, Schema> };
}

describe("the OpenAPI document", () => {
  let shop: Shop;
  let document: Document;
  let operations: { method: string; path: string; operation: Operation }[];

  beforeAll(async () => {
    shop = await openShop({
      token: "200800:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2",
      username: "api_bot",
      outboundAllow: "127.0.0.1",
    });
    document = (await (await fetch(`${shop.gateway.url}/openapi.json`)).json()) as Document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  });
  afterAll(() => shop.close());

  it("is whole: every reference leads somewhere, every operation has its own name, every answer its shape", () => {
    expect(document.openapi).toBe("3.1.0");
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1]!,
    );
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.length).toBeGreaterThan(50);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (status !== "204")
          expect([method, path, status, Object.keys(content ?? {}).length]).toEqual([method, path, status, 1]);
      }
      for (const name of [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])) {
        expect(operation.parameters?.some((one) => one.in === "path" && one.name === name)).toBe(true);
      }
    }
    expect(Object.keys(document.webhooks)).toContain("message.received");
  });

  it("promises what is checked: the addresses' methods, bodies that must be there, names and numbers", async () => {
    const methods = await fetch(`${shop.gateway.url}/api/v1/channels/kinds`, {
      method: "OPTIONS",
      headers: { authorization: `Bearer ${shop.gateway.first!.apiKey}` },
    });
    expect(methods.headers.get("allow")).toBe("GET");

    const made = await shop.api<{ id: string }>("POST", "/api/v1/contacts", { name: "Ana" });
    const empty = await fetch(`${shop.gateway.url}/api/v1/contacts/${made.body.id}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${shop.gateway.first!.apiKey}`, "content-length": "0" },
    });
    expect(empty.status).toBe(400);
    const schema = document.components.schemas.ContactChange as { properties: { attributes: Schema } };
    expect(schema.properties.attributes).toMatchObject({ propertyNames: { pattern: expect.any(String) } });
  });

  it("tells what a provider refuses while somebody waits, in its words and not as an error of ours", async () => {
    const draft = await shop.api<{ id: string }>("POST", "/api/v1/channels", { kind: "whatsapp" });
    const refused = await shop.api<{ detail: string }>("POST", `/api/v1/channels/${draft.body.id}/templates/sync`);
    expect(refused.status).toBe(422);
    expect(refused.body.detail).toBe("The channel has no credentials yet.");
  });

  it("says what is true: answers have the shape it promises", async () => {
    shop.telegram.customer({ id: 161, firstName: "Spec" }).write("hello spec");
    const conversation = await shop.conversationSaying("hello spec");
    const [message] = await shop.thread(conversation.id);
    await shop.reply(conversation.id, { kind: "text", text: "hello reader" });
    await shop.api("POST", `/api/v1/labels`, { name: "spec" });
    await shop.api("POST", `/api/v1/members`, { name: "Spec" });
    await shop.api("POST", `/api/v1/webhook-endpoints`, { url: "http://127.0.0.1:9/" });
    const known: Record<string, string> = {
      "/conversations/{id}": conversation.id,
      "/conversations/{id}/messages": conversation.id,
      "/conversations/{id}/reply-policy": conversation.id,
      "/conversations/{id}/read-marks": conversation.id,
      "/conversations/{id}/draft": conversation.id,
      "/messages/{id}/trace": message!.id,
      "/messages/{id}/raw": message!.id,
      "/contacts/{id}/notes": conversation.contact.id,
      "/messages/{id}": message!.id,
      "/contacts/{id}": conversation.contact.id,
      "/channels/{id}": shop.account.id,
    };
    let looked = 0;
    const { browser } = await setUp(shop.gateway);
    for (const { method, path, operation } of operations) {
      if (method !== "get") continue;
      if (path.includes("{") && !known[path]) continue;
      const query = path === "/search/messages" ? "?q=hello" : "";
      const real = `${path.replace("{id}", known[path] ?? "")}${query}`;
      const answer =
        accessOf(operation) === "user"
          ? await browser.call<unknown>("GET", real)
          : await shop.api<unknown>("GET", `/api/v1${real}`);
      expect([path, answer.status]).toEqual([path, 200]);
      const schema = operation.responses["200"]!.content!["application/json"]!.schema;
      const check = z.fromJSONSchema(inlined(schema, document.components.schemas) as never);
      const result = check.safeParse(answer.body);
      expect([path, result.success ? [] : result.error.issues]).toEqual([path, []]);
      looked += 1;
    }
    expect(looked).toBeGreaterThan(15);
  }, 180_000);

  it("is kept by every operation: nobody without a key, no key without the scope, nothing of another workspace", async () => {
    const { identity } = shop.gateway.services;
    const other = await identity.createWorkspace("Stranger");
    const weak = await identity.createKey(shop.gateway.first!.workspaceId, "Weak", ["contacts:write"], null);
    const ask = (method: string, path: string, key?: string) =>
      fetch(`${shop.gateway.url}/api/v1${path}`, {
        method: method.toUpperCase(),
        headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), "content-type": "application/json" },
        ...(method === "get" || method === "delete" ? {} : { body: "{}" }),
      });
    for (const { method, path, operation } of operations) {
      // What anybody may do is walked in test/flows/permissions.test.ts.
      if (accessOf(operation) === "public") continue;
      const real = path.replace("{id}", "x_none");
      expect([method, path, (await ask(method, real)).status]).toEqual([method, path, 401]);
      // After many wrong keys the address has to wait.
      expect([401, 429]).toContain((await ask(method, real, "sb_live_wrong")).status);
      const scope = operation["x-scope"];
      if (scope !== undefined && scope !== "contacts:write") {
        expect([method, path, (await ask(method, real, weak.key)).status]).toEqual([method, path, 403]);
      }
      if (accessOf(operation) === "user") {
        expect([method, path, (await ask(method, real, other.apiKey)).status]).toEqual([method, path, 403]);
      } else if (path.includes("{")) {
        const { status } = await ask(method, real, other.apiKey);
        expect([method, path, [400, 404, 422].includes(status)]).toEqual([method, path, true]);
      }
    }
  }, 180_000);

  it("survives what a fuzzer sends: every answer is one it documents", async () => {
    const hostile: unknown[] = [
      null,
      [],
      "x",
      0,
      {},
      { content: { $ne: null } },
      { name: { $gt: "" }, __proto__: { admin: true } },
      { q: "x".repeat(10_000) },
      { content: { kind: "text", text: "\u0000\uD800".repeat(20) } },
      { emoji: "😀".repeat(100), labels: Array.from({ length: 200 }, () => "x"), status: "constructor" },
    ];
    const queries = ["", "?limit=0", "?limit=1e9", "?cursor=!!", "?status[$ne]=x", "?unknown=1", "?after=-1", "?q=%00"];
    for (const { method, path, operation } of operations) {
      const documented = Object.keys(operation.responses);
      const send = async (target: string, body: unknown) => {
        const answer = await shop.api<unknown>(method.toUpperCase(), target, body);
        expect([method, target, body, answer.status, documented.includes(String(answer.status))]).toEqual([
          method,
          target,
          body,
          answer.status,
          true,
        ]);
      };
      const real = `/api/v1${path.replace("{id}", encodeURIComponent("../$where"))}`;
      if (method === "get") for (const query of queries) await send(`${real}${query}`, undefined);
      else if (operation.requestBody) for (const body of hostile) await send(real, JSON.stringify(body));
      else if (!["/webhook-bins"].includes(path)) await send(real, undefined);
    }
  }, 180_000);

  it("has a page to read it and a page of errors, without a request to anywhere else", async () => {
    for (const path of [
      "/docs",
      "/docs/errors",
      "/docs/start.js",
      "/docs/theme.css",
      "/docs/swagger-ui.css",
      "/docs/swagger-ui-bundle.js",
    ]) {
      const answer = await fetch(`${shop.gateway.url}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).not.toMatch(/https?:/);
      if (!/\.(css|js)$/.test(path)) expect(await answer.text()).not.toMatch(/(src|href)="https?:/);
    }
    expect((await fetch(`${shop.gateway.url}/docs/package.json`)).status).toBe(404);
    expect((await fetch(`${shop.gateway.url}/docs/..%2fpackage.json`)).status).toBe(404);
  }, 180_000);
});

/** Who may call it, by what it says of security: nothing means a workspace's key or member. */
function accessOf({ security }: Operation): "workspace" | "user" | "public" {
  if (security === undefined) return "workspace";
  return security.length === 0 ? "public" : "user";
}

/** The schema with every reference replaced by what it leads to. */
function inlined(schema: unknown, components: Record<string, Schema>): unknown {
  if (Array.isArray(schema)) return schema.map((one) => inlined(one, components));
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref !== undefined) return inlined(components[$ref.split("/").at(-1)!], components);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inlined(value, components)]));
}
