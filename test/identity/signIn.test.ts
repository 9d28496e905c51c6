import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import { Secret, TOTP } from "otpauth";
import { eventually, startGateway } from "../support/gateway.js";
import { goodPassword, newEmail, openBrowser, setUp, signIn, type Browser, type MeView } from "../support/person.js";
import { testStores } from "../support/stores.js";

interface Problem {
  code: string;
  detail: string;
  reason?: string;
  errors?: { pointer: string }[];
}
interface SessionView {
  id: string;
  current: boolean;
  address: string | null;
  agent: string | null;
}

describe("signing in", () => {
  const stores = testStores();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let owner: { browser: Browser; me: MeView; email: string };

  beforeAll(async () => {
    gateway = await startGateway(stores);
    const before = await openBrowser(gateway.url).call<{ setup_needed: boolean }>("GET", "/auth/state");
    expect(before.body).toMatchObject({ setup_needed: true, signed_in: false, providers: [], mail: true });
    owner = await setUp(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await stores.drop();
  });

  const mails = async () =>
    (
      await openBrowser(gateway.url).call<{ data: { to: string; subject: string; text: string }[] }>(
        "GET",
        `${gateway.url}/dev/mail.json`,
      )
    ).body.data;
  const mailTo = (email: string, page: string) =>
    eventually(`a mail with a ${page} link`, async () => {
      const mail = (await mails()).find((one) => one.to === email && one.text.includes(`/${page}#`));
      return mail ? new RegExp(`/${page}#(\\S+)`).exec(mail.text)![1] : undefined;
    });

  it("makes the first owner by the one-time link, once, and signs in", async () => {
    expect(gateway.setupLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup#[\w-]{40,}$/);
    expect(owner.me).toMatchObject({
      name: "Olive Owner",
      email: owner.email,
      email_verified: false,
      memberships: [{ workspace: { name: "Acme" }, role: { id: "owner" }, permissions: ["*"] }],
    });
    const again = await openBrowser(gateway.url).call<Problem>("POST", "/auth/setup", {
      token: gateway.setupLink!.split("#")[1],
      name: "Late",
      email: newEmail(),
      password: goodPassword,
      workspace_name: "Late",
    });
    expect(again).toMatchObject({ status: 409, body: { code: "conflict", reason: "used" } });
    const state = await owner.browser.call("GET", "/auth/state");
    expect(state.body).toMatchObject({ setup_needed: false, signed_in: true });
    expect(await gateway.services.identity.setup.issue()).toBeUndefined();
    expect((await owner.browser.call("GET", "/conversations")).status).toBe(200);
  });

  it("sets a cookie that scripts and other sites cannot use, new with every sign-in", async () => {
    const browser = openBrowser(gateway.url);
    browser.cookies.set("sb_session", "planted-by-somebody-else");
    const answer = await signIn(browser, owner.email.toUpperCase());
    expect(answer).toMatchObject({ status: 200, body: { state: "signed_in", me: { email: owner.email } } });
    const line = browser.lastSetCookie.find((one) => one.startsWith("sb_session="))!;
    expect(line).toMatch(/Path=\//);
    expect(line).toMatch(/HttpOnly/);
    expect(line).toMatch(/SameSite=Lax/);
    expect(line).not.toMatch(/Domain=/);
    expect(browser.cookies.get("sb_session")).not.toBe("planted-by-somebody-else");
    expect((await browser.call("POST", "/auth/sign-out")).status).toBe(204);
    expect(browser.cookies.has("sb_session")).toBe(false);
    expect((await browser.call<Problem>("GET", "/me")).body.code).toBe("unauthenticated");
  });

  it("refuses what another site could make a browser send", async () => {
    const { browser } = owner;
    const change = (headers: Record<string, string>) =>
      browser.call<Problem>("PATCH", "/me", { name: "Olive Owner" }, headers);
    expect((await change({})).status).toBe(200);
    for (const headers of [
      { "x-requested-with": "" },
      { "x-requested-with": "XMLHttpRequest" },
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${gateway.url}.evil.example` },
    ]) {
      expect([headers, (await change(headers)).body]).toMatchObject([
        headers,
        { code: "forbidden", reason: "cross_site" },
      ]);
    }
    const text = await browser.call<Problem>("POST", "/me/password", "{}", { "content-type": "text/plain" });
    expect(text.status).toBe(415);
  });

  it("answers the same for a wrong password and for nobody", async () => {
    const wrong = await signIn(openBrowser(gateway.url), owner.email, "not the password");
    const nobody = await signIn(openBrowser(gateway.url), newEmail("nobody"), "not the password");
    const { instance: _one, ...first } = wrong.body as unknown as Record<string, unknown>;
    const { instance: _two, ...second } = nobody.body as unknown as Record<string, unknown>;
    expect(wrong.status).toBe(401);
    expect(first).toEqual(second);
    for (const body of [
      { email: { $ne: null }, password: "x" },
      { email: owner.email, password: { $gt: "" } },
    ]) {
      expect((await openBrowser(gateway.url).call("POST", "/auth/sign-in", body)).status).toBe(400);
    }
  });

  it("takes long passwords whole and refuses short and well-known ones", async () => {
    const next = (password: string) =>
      owner.browser.call<Problem>("POST", "/me/password", { current: goodPassword, next: password });
    expect((await next("1234567")).body.errors![0]!.pointer).toBe("/next");
    expect((await next("password123")).body.errors![0]!.pointer).toBe("/next");
    expect((await next("x".repeat(1_001))).status).toBe(400);
    const long = "ü z".repeat(333);
    expect((await next(long)).status).toBe(204);
    expect((await signIn(openBrowser(gateway.url), owner.email, long.slice(0, 72))).status).toBe(401);
    const back = await owner.browser.call("POST", "/me/password", { current: long, next: goodPassword });
    expect(back.status).toBe(204);
  });

  it("lists sessions and ends them; a session that ended is nobody's on its next request", async () => {
    const phone = openBrowser(gateway.url);
    await phone.call(
      "POST",
      "/auth/sign-in",
      { email: owner.email, password: goodPassword },
      { "user-agent": "Phone/1" },
    );
    const list = (await owner.browser.call<{ data: SessionView[] }>("GET", "/me/sessions")).body.data;
    expect(list.filter((one) => one.current)).toHaveLength(1);
    const other = list.find((one) => one.agent === "Phone/1")!;
    expect(other).toMatchObject({ current: false, address: "127.0.0.1" });
    expect((await phone.call("GET", "/me")).status).toBe(200);
    expect((await owner.browser.call("DELETE", `/me/sessions/${other.id}`)).status).toBe(204);
    // In the middle of typing: the draft's next save is told that the session is over.
    expect((await phone.call<Problem>("PATCH", "/me", { name: "x" })).body).toMatchObject({
      code: "unauthenticated",
      detail: "The session is over. Sign in again.",
    });
    expect((await owner.browser.call("DELETE", `/me/sessions/${other.id}`)).status).toBe(404);
    await signIn(phone, owner.email);
    expect((await owner.browser.call("DELETE", "/me/sessions")).status).toBe(204);
    expect((await phone.call("GET", "/me")).status).toBe(401);
    expect((await owner.browser.call("GET", "/me")).status).toBe(200);
    await signIn(phone, owner.email);
    const change = { current: goodPassword, next: goodPassword };
    expect((await owner.browser.call("POST", "/me/password", change)).status).toBe(204);
    expect((await phone.call("GET", "/me")).status).toBe(401);
  });

  it("sets a new password by mail, once, and ends every session; says nothing about who has an account", async () => {
    const browser = openBrowser(gateway.url);
    await signIn(browser, owner.email);
    const forgot = (email: string) => openBrowser(gateway.url).call("POST", "/auth/password/forgot", { email });
    expect((await forgot(newEmail("nobody"))).status).toBe(204);
    expect((await forgot(owner.email)).status).toBe(204);
    const token = await mailTo(owner.email, "reset");
    const reset = (password: string) =>
      openBrowser(gateway.url).call<Problem>("POST", "/auth/password/reset", { token, password });
    expect((await reset("password")).status).toBe(400);
    expect((await reset(goodPassword)).status).toBe(204);
    expect((await reset(goodPassword)).body).toMatchObject({ code: "not_found", reason: "used" });
    expect((await browser.call("GET", "/me")).status).toBe(401);
    await signIn(owner.browser, owner.email);
    // Who has the mail has the address.
    expect((await owner.browser.call<MeView>("GET", "/me")).body.email_verified).toBe(true);
  });

  it("confirms an address by mail, in the person's language", async () => {
    const { identity, accounts } = gateway.services;
    const { workspaceId } = await identity.createWorkspace("Zweite");
    const email = newEmail("ada");
    const ada = await identity.users.create({
      email,
      name: "Ada",
      passwordHash: null,
      verified: false,
      language: "de",
    });
    await identity.members.join(workspaceId, { userId: ada.id, name: "Ada", roleId: "viewer" });
    await accounts.verifyAgain({ kind: "user", userId: ada.id, sessionId: "" });
    const token = await mailTo(email, "verify");
    expect((await mails()).find((one) => one.to === email)!.subject).toBe("Bestätige deine E-Mail-Adresse");
    const verify = () => openBrowser(gateway.url).call("POST", "/auth/email/verify", { token });
    expect([(await verify()).status, (await verify()).status]).toEqual([204, 404]);
    expect((await identity.users.find(ada.id))!.verified).toBe(true);
    const page = await openBrowser(gateway.url).call<string>("GET", `${gateway.url}/dev/mail`);
    expect(page.body).toContain("E-Mail-Adresse");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    // Through a tunnel or a proxy nobody reads other people's mails.
    for (const headers of [{ "x-forwarded-for": "203.0.113.9" }]) {
      expect((await openBrowser(gateway.url).call("GET", `${gateway.url}/dev/mail`, undefined, headers)).status).toBe(
        404,
      );
    }
  });

  it("keeps preferences, known keys only", async () => {
    const put = await owner.browser.call<Record<string, unknown>>("PUT", "/me/preferences", {
      theme: "dark",
      keys: { resolve: "KeyE" },
      notifications: { mention: { app: true, sound: false, push: true, email: false } },
      quiet_hours: { from: "22:00", to: "07:00" },
      invented: true,
    });
    expect(put).toMatchObject({
      status: 200,
      body: { theme: "dark", density: "comfortable", keys: { resolve: "KeyE" } },
    });
    expect(put.body).not.toHaveProperty("invented");
    expect((await owner.browser.call<MeView>("GET", "/me")).body.preferences).toEqual(put.body);
    expect((await owner.browser.call("PUT", "/me/preferences", { theme: "neon" })).status).toBe(400);
    const large = { keys: Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`action-${n}`, "x".repeat(50)])) };
    expect((await owner.browser.call("PUT", "/me/preferences", large)).status).toBe(413);
  });

  it("asks for a second factor, takes each code once, and recovery codes once each", async () => {
    const { browser, email } = owner;
    const start = await browser.call<{ secret: string; uri: string; qr_svg: string }>("POST", "/me/two-factor", {
      password: goodPassword,
    });
    expect(start.body.qr_svg).toMatch(/^<svg/);
    expect(start.body.uri).toContain("otpauth://totp/");
    expect((await browser.call("POST", "/me/two-factor", { password: "wrong" })).status).toBe(422);
    const totp = new TOTP({ secret: Secret.fromBase32(start.body.secret) });
    expect((await browser.call("POST", "/me/two-factor/confirm", { code: "000000" })).status).toBe(422);
    const at = (step: number) => totp.generate({ timestamp: Date.now() + step * 30_000 });
    const on = await browser.call<{ recovery_codes: string[] }>("POST", "/me/two-factor/confirm", { code: at(-1) });
    expect(on.body.recovery_codes).toHaveLength(10);

    const phone = openBrowser(gateway.url);
    const second = (body: Record<string, string>) =>
      phone.call<Problem & { state: string }>("POST", "/auth/two-factor", body);
    expect((await signIn(phone, email)).body).toEqual({ state: "two_factor_needed", me: null });
    expect((await phone.call("GET", "/me")).status).toBe(401);
    expect((await second({ code: at(-1) })).body.reason).toBe("wrong_code");
    const code = at(0);
    expect((await second({ code })).body.state).toBe("signed_in");
    await phone.call("POST", "/auth/sign-out");
    await signIn(phone, email);
    expect((await second({ code })).body).toMatchObject({ code: "unauthenticated", reason: "wrong_code" });
    for (let tries = 0; tries < 4; tries++) await second({ code: "123456" });
    // Five wrong ones, and it begins again with the password, whatever comes next.
    expect((await second({ recovery_code: on.body.recovery_codes[0]! })).status).toBe(401);
    await signIn(phone, email);
    expect((await second({ recovery_code: on.body.recovery_codes[0]!.toUpperCase() })).body.state).toBe("signed_in");
    await signIn(phone, email);
    expect((await second({ recovery_code: on.body.recovery_codes[0]! })).status).toBe(401);

    expect((await browser.call("POST", "/me/two-factor", { password: goodPassword })).status).toBe(409);
    const renewed = await browser.call<{ recovery_codes: string[] }>("POST", "/me/two-factor/recovery-codes", {
      password: goodPassword,
    });
    const off = (more: string) => browser.call("DELETE", "/me/two-factor", { password: goodPassword, code: more });
    expect((await off(on.body.recovery_codes[1]!)).status).toBe(422);
    expect((await off(renewed.body.recovery_codes[1]!)).status).toBe(204);
    expect((await signIn(openBrowser(gateway.url), email)).body.state).toBe("signed_in");
  });

  it("leaves no password, token, code or address in the clear: not in the store, not in the log", async () => {
    const client = await MongoClient.connect(stores.mongoUri);
    const dump: string[] = [];
    for (const { name } of await client.db(stores.database).listCollections().toArray()) {
      for (const row of await client.db(stores.database).collection(name).find().hint({ _id: 1 }).toArray())
        dump.push(JSON.stringify(row));
    }
    await client.close();
    const everything = `${dump.join("\n")}\n${gateway.lines.join("\n")}`;
    for (const secret of [
      owner.email,
      owner.email.split("@")[0]!,
      goodPassword,
      owner.browser.cookies.get("sb_session")!,
      gateway.setupLink!.split("#")[1]!,
    ]) {
      expect(everything.includes(secret)).toBe(false);
    }
  });
});

describe("signing in, at its usual pace", () => {
  const stores = testStores();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let owner: { browser: Browser; me: MeView; email: string };
  beforeAll(async () => {
    gateway = await startGateway({ ...stores, authPace: "1", publicUrl: "https://inbox.example.org" });
  });
  afterAll(async () => {
    await gateway.stop();
    await stores.drop();
  });

  it("over TLS the cookie belongs to this host alone", async () => {
    expect(gateway.setupLink).toMatch(/^https:\/\/inbox\.example\.org\/setup#/);
    owner = await setUp(gateway);
    const line = owner.browser.lastSetCookie.find((one) => one.includes("session="))!;
    expect(line).toMatch(/^__Host-sb_session=/);
    expect(line).toMatch(/Secure/);
    const planted = openBrowser(gateway.url);
    planted.cookies.set("sb_session", owner.browser.cookies.get("__Host-sb_session")!);
    expect((await planted.call("GET", "/me")).status).toBe(401);
  });

  it("makes an address wait, in words, known account or not", async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 7; tries++)
      statuses.push((await signIn(openBrowser(gateway.url), newEmail(), "wrong")).status);
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.slice(5)).toEqual([429, 429]);
    const answer = await signIn(openBrowser(gateway.url), owner.email);
    expect(answer.body.detail).toMatch(/^Too many tries\. Wait \d+ seconds, then try again\.$/);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    // Whoever is inside stays inside.
    expect((await owner.browser.call("GET", "/me")).status).toBe(200);
  });

  it("makes an account wait whatever the address, but not the browser that knows it", async () => {
    const { accounts } = gateway.services;
    const device = owner.browser.cookies.get("__Host-sb_device");
    let outcome = "";
    for (let tries = 0; tries < 25 && outcome !== "rate_limited"; tries++) {
      await accounts
        .signIn(
          { email: owner.email, password: "wrong", device: undefined },
          { address: `192.0.2.${tries}`, agent: null },
        )
        .catch((error: unknown) => (outcome = (error as { code: string }).code));
    }
    expect(outcome).toBe("rate_limited");
    const from = { address: "198.51.100.7", agent: null };
    const known = await accounts.signIn({ email: owner.email, password: goodPassword, device }, from);
    expect(known.state).toBe("signed_in");
    const forged = accounts.signIn({ email: owner.email, password: goodPassword, device: `${owner.me.id}.x.y` }, from);
    await expect(forged).rejects.toMatchObject({ code: "rate_limited" });
  }, 60_000);
});
