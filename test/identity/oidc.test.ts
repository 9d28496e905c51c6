import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Secret, TOTP } from "otpauth";
import { startOidcStandIn, type OidcFault, type OidcStandIn } from "../../simulator/oidc.js";
import { startGateway } from "../support/gateway.js";
import { goodPassword, newEmail, openBrowser, setUp, signIn, type Browser, type MeView } from "../support/person.js";
import { testStores } from "../support/stores.js";

describe("signing in with an account elsewhere", () => {
  const stores = testStores();
  let standIn: OidcStandIn;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let owner: { browser: Browser; me: MeView; email: string };

  beforeAll(async () => {
    standIn = await startOidcStandIn();
    const provider = {
      label: "Stand-in",
      issuer: standIn.issuer,
      client_id: standIn.clientId,
      client_secret: standIn.clientSecret,
    };
    gateway = await startGateway({
      ...stores,
      oidcProviders: JSON.stringify([
        { id: "strict", ...provider },
        { id: "open", ...provider, allow_sign_up: true },
        { id: "away", ...provider, issuer: "http://127.0.0.1:9" },
      ]),
    });
    owner = await setUp(gateway);
  });
  beforeEach(() => {
    standIn.fault = "none";
  });
  afterAll(async () => {
    await gateway.stop();
    await standIn.close();
    await stores.drop();
  });

  /** Follows the browser to the provider and back; resolves to where it ends. */
  async function walk(browser: Browser, provider = "strict", change: (callback: string) => string = (url) => url) {
    const out = await browser.call("GET", `/auth/oidc/${provider}`);
    const to = out.headers.get("location")!;
    if (!to.startsWith("http")) return to;
    const back = await fetch(to, { redirect: "manual" });
    const end = await browser.call("GET", change(back.headers.get("location")!));
    expect(end.status).toBe(303);
    return end.headers.get("location")!;
  }
  const me = async (browser: Browser) => (await browser.call<MeView>("GET", "/me")).body;

  it("links a verified address to the account that proved it, and knows it by its subject from then on", async () => {
    standIn.person = { sub: "olive", email: owner.email.toUpperCase(), email_verified: true, name: "Elsewhere" };
    // Nobody has proved the address here yet: somebody else may have made this account.
    expect(await walk(openBrowser(gateway.url))).toBe("/sign-in?error=oidc_email_unverified");
    await gateway.services.identity.users.setVerified(owner.me.id);
    const browser = openBrowser(gateway.url);
    expect(await walk(browser)).toBe("/");
    expect(await me(browser)).toMatchObject({ id: owner.me.id, name: "Olive Owner" });
    standIn.person = { sub: "olive" };
    const later = openBrowser(gateway.url);
    expect(await walk(later)).toBe("/");
    expect((await me(later)).id).toBe(owner.me.id);
    expect((await later.call<{ providers: unknown }>("GET", "/auth/state")).body.providers).toContainEqual({
      id: "strict",
      label: "Stand-in",
    });
  });

  it("believes no address that the provider did not check, and lets nobody in who was not asked", async () => {
    standIn.person = { sub: "liar", email: owner.email, email_verified: false };
    expect(await walk(openBrowser(gateway.url), "open")).toBe("/sign-in?error=oidc_email_unverified");
    standIn.person = { sub: "shy" };
    expect(await walk(openBrowser(gateway.url), "open")).toBe("/sign-in?error=oidc_no_email");
    const email = newEmail("elsewhere");
    standIn.person = { sub: "new", email, email_verified: true, name: "Nadia" };
    expect(await walk(openBrowser(gateway.url))).toBe("/sign-in?error=oidc_no_account");
    await owner.browser.call("POST", "/invitations", { email, role_id: "agent" });
    const asked = openBrowser(gateway.url);
    expect(await walk(asked)).toBe("/");
    expect(await me(asked)).toMatchObject({ email, name: "Nadia", has_password: false, email_verified: true });
    standIn.person = { sub: "newer", email: newEmail("open"), email_verified: true };
    expect(await walk(openBrowser(gateway.url), "open")).toBe("/");
  });

  it.each<[OidcFault, string]>([
    ["denies", "oidc_denied"],
    ["wrong_nonce", "oidc_failed"],
    ["wrong_signature", "oidc_failed"],
    ["wrong_audience", "oidc_failed"],
    ["expired", "oidc_failed"],
  ])("a provider that %s signs nobody in", async (fault, error) => {
    standIn.person = { sub: "olive" };
    standIn.fault = fault;
    const browser = openBrowser(gateway.url);
    expect(await walk(browser)).toBe(`/sign-in?error=${error}`);
    expect(browser.cookies.has("sb_session")).toBe(false);
  });

  it("takes only what this browser began: no foreign state, no other provider, no second time", async () => {
    standIn.person = { sub: "olive" };
    const state = (url: string) => url.replace(/state=[^&]+/, "state=planted");
    expect(await walk(openBrowser(gateway.url), "strict", state)).toBe("/sign-in?error=oidc_failed");
    const other = (url: string) => url.replace("/strict/", "/open/");
    expect(await walk(openBrowser(gateway.url), "strict", other)).toBe("/sign-in?error=oidc_state");
    let callback = "";
    const browser = openBrowser(gateway.url);
    await walk(browser, "strict", (url) => (callback = url));
    expect((await browser.call("GET", callback)).headers.get("location")).toBe("/sign-in?error=oidc_state");
    expect((await openBrowser(gateway.url).call("GET", callback)).headers.get("location")).toBe(
      "/sign-in?error=oidc_state",
    );
    expect(await walk(openBrowser(gateway.url), "unheard-of")).toBe("/sign-in?error=oidc_unknown");
    expect(await walk(openBrowser(gateway.url), "away")).toBe("/sign-in?error=oidc_unavailable");
    expect(gateway.lines.join("\n")).not.toContain(standIn.clientSecret);
  });

  it("asks for the second factor here all the same", async () => {
    await signIn(owner.browser, owner.email);
    const { body } = await owner.browser.call<{ secret: string }>("POST", "/me/two-factor", { password: goodPassword });
    const totp = new TOTP({ secret: Secret.fromBase32(body.secret) });
    const at = (step: number) => totp.generate({ timestamp: Date.now() + step * 30_000 });
    await owner.browser.call("POST", "/me/two-factor/confirm", { code: at(-1) });
    standIn.person = { sub: "olive" };
    const browser = openBrowser(gateway.url);
    expect(await walk(browser)).toBe("/sign-in?step=two-factor");
    expect((await browser.call("GET", "/me")).status).toBe(401);
    const second = await browser.call<{ state: string }>("POST", "/auth/two-factor", { code: at(0) });
    expect(second.body.state).toBe("signed_in");
  });
});
