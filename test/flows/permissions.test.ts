import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { io } from "socket.io-client";
import type { Endpoint } from "../../src/api/endpoint.js";
import { endpointsOf } from "../../src/app/endpoints.js";
import { actionOf } from "../../src/http/auditTrail.js";
import { oidcPaths } from "../../src/http/oidcRoutes.js";
import { apiOf, eventually } from "../support/gateway.js";
import { bodies, ofNobody, onlyRefusals, permissions, socketEvents } from "../support/permissionTable.js";
import { invited, openBrowser, setUp, type Browser } from "../support/person.js";
import { openShop, type Shop } from "../support/telegramShop.js";

const nameOf = ({ method, path }: Pick<Endpoint, "method" | "path">) => `${method.toUpperCase()} ${path}`;
const declared = ({ access = "workspace", scope }: Endpoint) => (access === "workspace" ? (scope ?? "anyone") : access);

/** What the built-in roles are meant to permit; said here again, so that a slip in the code shows. */
const viewerMay = new Set(["conversations:read", "contacts:read"]);
const agentMay = new Set([...viewerMay, "conversations:write", "contacts:write", "messages:send"]);

describe("who may call what", () => {
  let shop: Shop;
  let endpoints: Endpoint[];
  let owner: Browser;
  let agent: Browser;
  let viewer: Browser;
  /** Owns another workspace, and has a key of it. */
  let foreign: Browser;
  let foreignKey: string;
  /** Ids of the first workspace, by the first word of the path they stand in. */
  const subjects: Record<string, string> = {};

  beforeAll(async () => {
    shop = await openShop({
      token: "200999:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2",
      username: "walk_bot",
      outboundAllow: "127.0.0.1",
    });
    endpoints = endpointsOf(shop.gateway.services, () => shop.gateway.url);
    const first = await setUp(shop.gateway);
    owner = first.browser;
    agent = (await invited(owner, shop.gateway.url, "agent")).browser;
    viewer = (await invited(owner, shop.gateway.url, "viewer")).browser;

    shop.telegram.customer({ id: 901, firstName: "Walk" }).write("canary of the first workspace");
    const conversation = await shop.conversationSaying("canary of the first workspace");
    const [message] = await shop.thread(conversation.id);
    const made = async (path: string, body?: unknown) => (await owner.call<{ id: string }>("POST", path, body)).body.id;
    const sessions = await owner.call<{ data: { id: string }[] }>("GET", "/me/sessions");
    const bin = (await owner.call<{ id: string; url: string }>("POST", "/webhook-bins")).body;
    Object.assign(subjects, {
      conversations: conversation.id,
      messages: message!.id,
      contacts: conversation.contact.id,
      channels: shop.account.id,
      labels: await made("/labels", { name: "walk" }),
      teams: await made("/teams", { name: "walk" }),
      members: first.me.memberships[0]!.member_id,
      roles: await made("/roles", { name: "walk", permissions: ["audit:read"] }),
      invitations: await made("/invitations", { email: "walk@example.org", role_id: "viewer" }),
      "api-keys": await made("/api-keys", { name: "walk", scopes: ["audit:read"] }),
      "webhook-endpoints": await made("/webhook-endpoints", { url: bin.url }),
      "webhook-bins": bin.id,
      me: sessions.body.data[0]!.id,
      views: await made("/views", { name: "walk", shared: true, filters: {} }),
      "contact-segments": await made("/contact-segments", { name: "walk", filters: {} }),
      macros: await made("/macros", { name: "walk", actions: [{ kind: "priority", priority: "low" }] }),
      "canned-replies": await made("/canned-replies", { shortcut: "walk", name: "walk", text: "walk" }),
      // Nothing went wrong here, so there are none: ids of their form.
      "webhook-deliveries": "whd_none",
      attachments: "fil_none",
      quarantine: "qrt_none",
      "dead-letters": "dlq_none",
    });

    const second = await shop.gateway.services.identity.createWorkspace("Second");
    foreignKey = second.apiKey;
    foreign = (await invited(owner, shop.gateway.url, "viewer", "Mallory")).browser;
    const own = await foreign.call<{ memberships: { workspace: { id: string; name: string } }[] }>(
      "POST",
      "/me/workspaces",
      { name: "Mallory's" },
    );
    foreign.workspace = own.body.memberships.find((one) => one.workspace.name === "Mallory's")!.workspace.id;
    // From here on a stranger to the first workspace.
    const list = await owner.call<{ data: { id: string; name: string }[] }>("GET", "/members");
    await owner.call("PATCH", `/members/${list.body.data.find((one) => one.name === "Mallory")!.id}`, {
      active: false,
    });
  }, 120_000);
  afterAll(() => shop.close());

  /** The path with a subject of the first workspace, or with an id that is nobody's. */
  function pathOf({ path }: Endpoint, real: boolean): string {
    const word = path.split("/")[1]!;
    const id = real ? subjects[word] : "x_none";
    if (path.includes(":") && id === undefined) {
      throw new Error(`test/flows/permissions.test.ts has no subject for ${path}: add "${word}" to \`subjects\`.`);
    }
    let first = true;
    return path.replace(/:\w+/g, () => {
      const filled = first ? id! : "x_none";
      first = false;
      return filled;
    });
  }
  const bodyOf = (endpoint: Endpoint, valid: boolean) =>
    endpoint.method === "get" || (!endpoint.body && endpoint.method !== "post")
      ? undefined
      : valid
        ? (bodies[nameOf(endpoint)] ?? {})
        : {};
  const call = (by: Browser, endpoint: Endpoint, real: boolean, valid = false) =>
    by.call<{ code?: string }>(endpoint.method.toUpperCase(), pathOf(endpoint, real), bodyOf(endpoint, valid));

  it("has a row for every endpoint, and no endpoint says otherwise", () => {
    const missing = endpoints.filter((one) => !(nameOf(one) in permissions));
    const lines = missing.map((one) => `  ${JSON.stringify(nameOf(one))}: ${JSON.stringify(declared(one))},`);
    if (lines.length > 0) {
      throw new Error(
        `test/support/permissionTable.ts lacks rows. Decide who may call these, then add:\n${lines.join("\n")}`,
      );
    }
    const told = Object.fromEntries(endpoints.map((one) => [nameOf(one), declared(one)]));
    expect(told).toEqual(permissions);
  });

  it("has words in the audit log for every change that is written down", () => {
    const { audit } = JSON.parse(readFileSync("web/dashboard/locales/en/settings.json", "utf8")) as {
      audit: { action: Record<string, string> };
    };
    const shown = readFileSync("web/dashboard/areas/settings/auditActions.ts", "utf8");
    const told = endpoints.flatMap((one) => (one.access === "public" ? [] : (actionOf(one) ?? [])));
    expect(told.filter((action) => !shown.includes(`"${action}"`))).toEqual([]);
    expect(told.filter((action) => !(action.replaceAll(/[.-]/g, "_") in audit.action))).toEqual([]);
  });

  it("lets no stranger in", async () => {
    for (const endpoint of endpoints) {
      const { status, body } = await call(openBrowser(shop.gateway.url), endpoint, true);
      const row = permissions[nameOf(endpoint)];
      if (row === "public")
        expect([nameOf(endpoint), [200, 204, 400, 401].includes(status)]).toEqual([nameOf(endpoint), true]);
      else expect([nameOf(endpoint), status, body.code]).toEqual([nameOf(endpoint), 401, "unauthenticated"]);
    }
    const upload = await fetch(`${shop.gateway.url}/api/v1/attachments?name=x.txt`, { method: "POST", body: "x" });
    expect(upload.status).toBe(401);
    // Plain pages that lead a browser on.
    for (const path of oidcPaths) {
      const page = await openBrowser(shop.gateway.url).call("GET", path.replace(":provider", "none"));
      expect([path, page.status, page.headers.get("location")]).toEqual([path, 303, "/sign-in?error=oidc_unknown"]);
    }
  }, 120_000);

  it.each([
    ["viewer", () => viewer, viewerMay],
    ["agent", () => agent, agentMay],
  ])(
    "lets a %s do what the role permits and nothing else",
    async (_role, by, may) => {
      for (const endpoint of endpoints) {
        const name = nameOf(endpoint);
        const row = permissions[name]!;
        if (row === "public" || row === "user") continue;
        if (row !== "anyone" && !may.has(row)) {
          const { status, body } = await call(by(), endpoint, true, true);
          expect([name, status, body.code]).toEqual([name, 403, "forbidden"]);
        } else if (!onlyRefusals.has(name)) {
          const { status } = await call(by(), endpoint, false);
          expect([name, [401, 403].includes(status)]).toEqual([name, false]);
        }
      }
      const upload = await by().call("POST", "/attachments?name=x.txt", "x", { "content-type": "text/plain" });
      expect(upload.status).toBe(may.has("messages:send") ? 201 : 403);
    },
    120_000,
  );

  it("lets another workspace's owner reach nothing, by key or by session, and change nothing", async () => {
    const lists = [
      "conversations",
      "contacts",
      "members",
      "labels",
      "teams",
      "roles",
      "channels",
      "api-keys",
      "webhook-endpoints",
      "views",
      "macros",
      "canned-replies",
    ];
    const look = async () =>
      Promise.all(
        [...lists.map((one) => `/${one}`), `/conversations/${subjects.conversations}/messages`].map(async (path) =>
          (
            await shop.api<{ data: { last_used_at?: unknown; last_seen_at?: unknown }[] }>("GET", `/api/v1${path}`)
          ).body.data.map(({ last_used_at: _used, last_seen_at: _seen, ...row }) => stable(row)),
        ),
      );
    const before = await look();
    const needy: string[] = [];
    const byKey = apiOf(shop.gateway.url, foreignKey);
    for (const endpoint of endpoints) {
      const name = nameOf(endpoint);
      const row = permissions[name]!;
      if (row === "public" || ofNobody.has(name)) continue;
      if (!endpoint.path.includes(":")) {
        if (endpoint.method !== "get" || row === "user") continue;
        const text = JSON.stringify((await call(foreign, endpoint, true)).body);
        expect([name, Object.values(subjects).filter((id) => text.includes(id))]).toEqual([name, []]);
        continue;
      }
      const bySession = await call(foreign, endpoint, true, true);
      if (bySession.status === 400 && endpoint.body) {
        needy.push(`${name}: ${JSON.stringify((bySession.body as { errors?: unknown }).errors)}`);
        continue;
      }
      expect([name, bySession.status]).toEqual([name, 404]);
      if (row === "user") continue;
      const path = `/api/v1${pathOf(endpoint, true)}`;
      const answer = await byKey(endpoint.method.toUpperCase(), path, bodyOf(endpoint, true));
      expect([name, answer.status]).toEqual([name, 404]);
      // Naming the first workspace does not help who is no member of it.
      const named = await foreign.call<{ code: string }>(
        endpoint.method.toUpperCase(),
        pathOf(endpoint, true),
        bodyOf(endpoint, true),
        { "switchboard-workspace": owner.workspace! },
      );
      expect([name, named.status, named.body.code]).toEqual([name, 403, "forbidden"]);
    }
    if (needy.length > 0) {
      throw new Error(
        `These looked at their body first: give each a good one in \`bodies\` of permissionTable.ts.\n${needy.join("\n")}`,
      );
    }
    expect(await look()).toEqual(before);
  }, 120_000);

  it("gives a socket the events of its own workspace, and hears nothing about another", async () => {
    const sources = readdirSync("src/realtime").map((file) => readFileSync(`src/realtime/${file}`, "utf8"));
    const heard = sources.flatMap((text) => [...text.matchAll(/socket\.on\("([^"]+)"/g)].map((match) => match[1]!));
    const events = heard.filter((name) => name !== "disconnect");
    const missing = events.filter((name) => !(name in socketEvents));
    if (missing.length > 0) {
      throw new Error(
        `Sockets take ${missing.join(", ")}: add what a foreigner would send to \`socketEvents\` of permissionTable.ts.`,
      );
    }
    const connect = (by: Browser) => {
      const seen: string[] = [];
      const socket = io(shop.gateway.url, {
        path: "/realtime",
        auth: { workspace: by.workspace },
        extraHeaders: { cookie: by.cookieHeader() },
        transports: ["websocket"],
        reconnection: false,
      });
      socket.onAny((...event: unknown[]) => seen.push(JSON.stringify(event)));
      return new Promise<{ socket: typeof socket; seen: string[] }>((resolve, reject) => {
        socket.once("connect", () => resolve({ socket, seen }));
        socket.once("connect_error", reject);
      });
    };
    const stranger = openBrowser(shop.gateway.url);
    stranger.workspace = owner.workspace;
    await expect(connect(stranger)).rejects.toMatchObject({ data: { code: "unauthenticated" } });
    const [inside, outside] = [await connect(viewer), await connect(foreign)];
    for (const name of events) outside.socket.emit(name, socketEvents[name]!(subjects));
    await agent.call("POST", `/conversations/${subjects.conversations}/notes`, { text: "heard inside" });
    await shop.api("PATCH", `/api/v1/conversations/${subjects.conversations}`, { priority: "high" });
    await eventually("heard inside", () => inside.seen.find((one) => one.includes("conversation.updated")));
    // It hears who is there in its own workspace, and that is nobody of the first one.
    const own = /"type":"(presence\.snapshot|agents\.online)"/;
    expect(outside.seen.filter((one) => !own.test(one))).toEqual([]);
    expect(Object.values(subjects).filter((id) => outside.seen.join().includes(id))).toEqual([]);
    expect(inside.seen.filter((one) => /"type":"presence"|Mallory/.test(one))).toEqual([]);
    for (const { socket } of [inside, outside]) socket.disconnect();
  }, 60_000);
});

/** Addresses of files are signed anew with every answer. */
const stable = (row: unknown) => JSON.stringify(row).replace(/[?&][ewps]=[^"&]*/g, "");
