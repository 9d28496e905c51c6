import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { io, type Socket } from "socket.io-client";
import { Secret, TOTP } from "otpauth";
import { apiOf, eventually, startGateway } from "../support/gateway.js";
import { goodPassword, invited, newEmail, openBrowser, setUp, type Browser, type MeView } from "../support/person.js";
import { testStores } from "../support/stores.js";

interface Problem {
  code: string;
  detail: string;
  reason?: string;
}
interface MemberView {
  id: string;
  name: string;
  email: string | null;
  role: { id: string; name: string };
  active: boolean;
  two_factor: boolean | null;
}
interface AuditView {
  action: string;
  outcome: string;
  actor: { kind: string; id: string | null; name: string | null };
  target: { kind: string; id: string; name: string | null } | null;
  details: Record<string, unknown>;
  address: string | null;
}

describe("who belongs to a workspace", () => {
  const stores = testStores();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** A second process of the same installation. */
  let second: Awaited<ReturnType<typeof startGateway>>;
  let owner: { browser: Browser; me: MeView; email: string };
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const masterKey = Buffer.alloc(32, 9).toString("base64");
    gateway = await startGateway({ ...stores, masterKey });
    second = await startGateway({ ...stores, masterKey, roles: "api" });
    owner = await setUp(gateway);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await second.stop();
    await gateway.stop();
    await stores.drop();
  });

  async function listen(url: string, browser: Browser, workspace = browser.workspace) {
    const ended: { code: string }[] = [];
    const ephemeral: { type: string }[] = [];
    const socket = io(url, {
      path: "/realtime",
      auth: { workspace },
      extraHeaders: { cookie: browser.cookieHeader(), origin: url },
      transports: ["websocket"],
      reconnection: false,
    });
    sockets.push(socket);
    socket.on("session.ended", (one: { code: string }) => ended.push(one));
    socket.on("ephemeral", (one: { type: string }) => ephemeral.push(one));
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    return { socket, ended, ephemeral };
  }
  const refusedWith = (error: unknown) => (error as { data?: { code: string } }).data?.code;

  it("invites by link, once, for the role that was meant", async () => {
    const email = newEmail("new");
    const invite = (body: unknown) =>
      owner.browser.call<Problem & { id: string; link: string }>("POST", "/invitations", body);
    const made = await invite({ email, role_id: "agent" });
    expect(made).toMatchObject({
      status: 201,
      body: { email, role: { id: "agent", name: "Agent" }, invited_by: "Olive Owner" },
    });
    expect((await invite({ email: email.toUpperCase(), role_id: "viewer" })).status).toBe(409);
    expect((await invite({ email: newEmail(), role_id: "rol_none" })).status).toBe(422);
    const again = await owner.browser.call<{ link: string }>("POST", `/invitations/${made.body.id}/resend`);
    const stranger = openBrowser(gateway.url);
    const look = (link: string) =>
      stranger.call<Problem>("POST", "/auth/invitations/look", { token: link.split("#")[1] });
    expect((await look(made.body.link)).status).toBe(404);
    expect((await look(again.body.link)).body).toMatchObject({
      workspace_name: "Acme",
      email,
      role_name: "Agent",
      invited_by: "Olive Owner",
      account_exists: false,
    });
    const token = again.body.link.split("#")[1];
    const accept = (body: object) =>
      stranger.call<MeView & Problem>("POST", "/auth/invitations/accept", { token, ...body });
    expect((await accept({})).status).toBe(400);
    expect((await accept({ name: "Nils", password: "password" })).status).toBe(400);
    const joined = await accept({ name: "Nils", password: goodPassword, language: "fr" });
    expect(joined).toMatchObject({
      status: 201,
      body: { email, language: "fr", memberships: [{ workspace: { name: "Acme" }, role: { id: "agent" } }] },
    });
    expect((await accept({ name: "Nils", password: goodPassword })).status).toBe(404);
    const list = await owner.browser.call<{ data: { email: string }[] }>("GET", "/invitations");
    expect(list.body.data.map((one) => one.email)).not.toContain(email);
    expect((await invite({ email, role_id: "viewer" })).status).toBe(409);
    const taken = await invite({ email: newEmail(), role_id: "viewer" });
    expect((await owner.browser.call("DELETE", `/invitations/${taken.body.id}`)).status).toBe(204);
    expect((await look(taken.body.link)).status).toBe(404);
  });

  it("several workspaces per person: each request names one, and nothing of the other is in reach", async () => {
    const agent = await invited(owner.browser, gateway.url, "agent");
    const own = await agent.browser.call<MeView>("POST", "/me/workspaces", { name: "Mine" });
    expect(own.body.memberships.map((one) => [one.workspace.name, one.role.id]).sort()).toEqual([
      ["Acme", "agent"],
      ["Mine", "owner"],
    ]);
    const mine = own.body.memberships.find((one) => one.workspace.name === "Mine")!.workspace.id;
    expect((await agent.browser.call("GET", "/audit-log")).status).toBe(403);
    agent.browser.workspace = mine;
    expect((await agent.browser.call("GET", "/audit-log")).status).toBe(200);
    // The owner of Acme is nobody in Mine, and not knowing a workspace looks the same.
    for (const workspace of [mine, "wsp_none"]) {
      owner.browser.workspace = workspace;
      expect((await owner.browser.call<Problem>("GET", "/members")).body.code).toBe("forbidden");
      await expect(listen(gateway.url, owner.browser, workspace)).rejects.toMatchObject({
        data: { code: "forbidden" },
      });
    }
    owner.browser.workspace = undefined;
    expect((await owner.browser.call<Problem>("GET", "/members")).body.reason).toBe("workspace_missing");
    owner.browser.workspace = owner.me.memberships[0]!.workspace.id;
    // An invitation into a further workspace is accepted by whoever is signed in.
    agent.browser.workspace = mine;
    const invitation = await agent.browser.call<{ link: string }>("POST", "/invitations", {
      email: owner.email,
      role_id: "viewer",
    });
    const token = invitation.body.link.split("#")[1];
    const other = await agent.browser.call<Problem>("POST", "/auth/invitations/accept", { token });
    expect(other.body.reason).toBe("signed_in_as_another");
    const accepted = await owner.browser.call<MeView>("POST", "/auth/invitations/accept", { token });
    expect(accepted.body.memberships).toHaveLength(2);
  });

  it("nobody gives what they lack, and the last owner stays", async () => {
    const admin = await invited(owner.browser, gateway.url, "admin", "Adam Admin");
    const call = <T>(method: string, path: string, body?: unknown) =>
      admin.browser.call<T & Problem>(method, path, body);
    expect((await call("POST", "/invitations", { email: newEmail(), role_id: "owner" })).status).toBe(403);
    expect((await call("POST", "/roles", { name: "Sneaky", permissions: ["simulator"] })).status).toBe(403);
    expect((await call("POST", "/api-keys", { name: "All", scopes: ["*"] })).status).toBe(403);
    expect((await call("PATCH", `/members/${admin.memberId}`, { role_id: "owner" })).status).toBe(403);
    const boss = owner.me.memberships[0]!.member_id;
    expect((await call("PATCH", `/members/${boss}`, { active: false })).status).toBe(403);
    const lower = await owner.browser.call<Problem>("PATCH", `/members/${boss}`, { role_id: "agent" });
    expect(lower).toMatchObject({ status: 409, body: { reason: "last_owner" } });
    // Two owners that take each other out at once: one of them stays.
    expect((await owner.browser.call("PATCH", `/members/${admin.memberId}`, { role_id: "owner" })).status).toBe(200);
    const both = await Promise.all([
      owner.browser.call("PATCH", `/members/${admin.memberId}`, { role_id: "agent" }),
      owner.browser.call("PATCH", `/members/${boss}`, { role_id: "agent" }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 409]);
    const { members } = gateway.services.identity;
    await members.update(owner.browser.workspace!, boss, { roleId: "owner" });
    await members.update(owner.browser.workspace!, admin.memberId, { roleId: "admin" });
    gateway.services.identity.access.forget();
  });

  it("own roles are sets of permissions; a change acts within seconds, in every process and on open sockets", async () => {
    const role = await owner.browser.call<Problem & { id: string }>("POST", "/roles", {
      name: "Auditor",
      permissions: ["conversations:read", "audit:read"],
    });
    expect(role.status).toBe(201);
    expect((await owner.browser.call("POST", "/roles", { name: "auditor", permissions: [] })).status).toBe(409);
    expect((await owner.browser.call("PATCH", "/roles/agent", { permissions: ["*"] })).status).toBe(409);
    const { browser, memberId } = await invited(owner.browser, gateway.url, role.body.id);
    const there = openBrowser(second.url);
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    there.workspace = browser.workspace;
    expect((await there.call("GET", "/audit-log")).status).toBe(200);
    expect((await owner.browser.call("DELETE", `/roles/${role.body.id}`)).status).toBe(409);
    const open = await listen(second.url, there);
    second.services.fanout.ephemeral(browser.workspace!, "secret.thing", {}, "audit:read");
    await eventually("told to its holders", () => open.ephemeral.find((one) => one.type === "secret.thing"));

    await owner.browser.call("PATCH", `/roles/${role.body.id}`, { permissions: ["conversations:read"] });
    await eventually(
      "lowered",
      async () => ((await there.call("GET", "/audit-log")).status === 403 ? true : undefined),
      5_000,
    );
    expect((await there.call("GET", "/members")).status).toBe(200);
    await owner.browser.call("PATCH", `/members/${memberId}`, { active: false });
    await eventually("sent off", () => (open.socket.connected ? undefined : true), 5_000);
    expect(open.ended).toEqual([expect.objectContaining({ code: "forbidden" })]);
    await eventually(
      "nobody any more",
      async () => ((await there.call("GET", "/members")).status === 403 ? true : undefined),
      5_000,
    );
    expect((await there.call("GET", "/me")).status).toBe(200);
  });

  it("sockets of a session that ended are closed with a word", async () => {
    const { browser } = await invited(owner.browser, gateway.url, "agent");
    await expect(listen(gateway.url, openBrowser(gateway.url), browser.workspace).catch(refusedWith)).resolves.toBe(
      "unauthenticated",
    );
    const open = await listen(second.url, browser);
    expect((await browser.call("POST", "/auth/sign-out")).status).toBe(204);
    await eventually("sent off", () => (open.socket.connected ? undefined : true), 5_000);
    expect(open.ended).toEqual([expect.objectContaining({ code: "unauthenticated" })]);
  });

  it("a workspace can ask everybody for a second factor", async () => {
    const { browser } = await invited(owner.browser, gateway.url, "agent");
    const ask = (on: boolean) => owner.browser.call<Problem>("PATCH", "/workspace", { two_factor_required: on });
    expect((await ask(true)).body.reason).toBe("two_factor_missing");
    const enrol = async (person: Browser) => {
      const { body } = await person.call<{ secret: string }>("POST", "/me/two-factor", { password: goodPassword });
      const code = new TOTP({ secret: Secret.fromBase32(body.secret) }).generate();
      expect((await person.call("POST", "/me/two-factor/confirm", { code })).status).toBe(200);
    };
    await enrol(owner.browser);
    const open = await listen(second.url, browser);
    expect((await ask(true)).status).toBe(200);
    expect((await browser.call<Problem>("GET", "/conversations")).body.code).toBe("two_factor_required");
    await eventually("sent off", () => (open.socket.connected ? undefined : true), 5_000);
    expect(open.ended).toEqual([expect.objectContaining({ code: "two_factor_required" })]);
    expect((await browser.call<MeView>("GET", "/me")).body.memberships[0]!.workspace.two_factor_required).toBe(true);
    await enrol(browser);
    expect((await browser.call("GET", "/conversations")).status).toBe(200);
    expect((await ask(false)).status).toBe(200);
  });

  it("keeps scripts in names as text, and shows addresses only to those who manage members", async () => {
    const name = `<img src=x onerror="alert(1)">`;
    const { browser, memberId, email } = await invited(owner.browser, gateway.url, "agent", name);
    const seen = async (by: Browser) =>
      (await by.call<{ data: MemberView[] }>("GET", "/members")).body.data.find((one) => one.id === memberId)!;
    expect(await seen(owner.browser)).toMatchObject({ name, email, two_factor: false, role: { id: "agent" } });
    expect(await seen(browser)).toMatchObject({ name, email: null, two_factor: null });
    await owner.browser.call("PATCH", "/workspace", {
      name: "<b>Acme</b>\r\nBcc: x@evil.example",
      brand_color: "#0b7268",
    });
    const target = newEmail("mail");
    await owner.browser.call("POST", "/invitations", { email: target, role_id: "viewer" });
    const mail = await eventually("the mail", () => gateway.services.mailer.caught!().find((one) => one.to === target));
    expect(mail.html).not.toContain("<b>Acme");
    expect(mail.html).toContain("&lt;b&gt;Acme");
    expect(mail.subject).not.toMatch(/[\r\n]/);
    await owner.browser.call("PATCH", "/workspace", { name: "Acme" });
  });

  it("members that only integrators know stay, and have nothing to do with signing in", async () => {
    const api = apiOf(gateway.url, gateway.first!.apiKey);
    const made = await api<MemberView>("POST", "/api/v1/members", { name: "Bot handler" });
    expect(made.body).toMatchObject({ active: true, email: null, role: { id: "agent" } });
    expect((await api("PATCH", `/api/v1/members/${made.body.id}`, { role_id: "owner" })).status).toBe(422);
    expect((await api("GET", "/api/v1/me")).status).toBe(403);
  });

  it("writes down who did what from where: never what was written, never a secret", async () => {
    const { browser, memberId, email } = await invited(owner.browser, gateway.url, "admin", "Alma Admin");
    await browser.call("POST", "/labels", { name: "audited" });
    await browser.call("POST", "/api-keys", { name: "All", scopes: ["*"] });
    await openBrowser(gateway.url).call("POST", "/auth/sign-in", { email, password: "wrong wrong" });
    const page = (query: string) =>
      owner.browser.call<{ data: AuditView[]; next_cursor: string | null }>("GET", `/audit-log?${query}`);
    const mine = await eventually("all of it", async () => {
      const { data } = (await page(`actor_id=${memberId}`)).body;
      return data.length >= 4 ? data : undefined;
    });
    expect(mine.map((one) => [one.action, one.outcome])).toEqual([
      ["sign_in", "unauthenticated"],
      ["api-keys.create", "forbidden"],
      ["labels.create", "done"],
      ["sign_in", "done"],
    ]);
    expect(mine[2]).toMatchObject({
      actor: { kind: "member", id: memberId, name: "Alma Admin" },
      target: { kind: "label" },
      address: "127.0.0.1",
    });
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await page(`limit=7${cursor}`);
      seen.push(...body.data.map((one) => (one as unknown as { id: string }).id));
      cursor = body.next_cursor === null ? "" : `&cursor=${body.next_cursor}`;
    } while (cursor !== "");
    expect(new Set(seen).size).toBe(seen.length);
    const one = await page("action=members.update&limit=1");
    expect(one.body.data[0]).toMatchObject({ action: "members.update", target: { kind: "member" } });
    expect((await page("until=2020-01-01T00:00:00Z")).body.data).toEqual([]);
    const all = JSON.stringify((await page("limit=100")).body);
    for (const secret of [email, owner.email, goodPassword]) expect(all).not.toContain(secret);
    for (const method of ["POST", "PATCH", "DELETE"]) {
      expect((await owner.browser.call(method, "/audit-log", method === "POST" ? {} : undefined)).status).toBe(405);
    }
  });
});
