import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { startOidcStandIn, type OidcStandIn } from "../../simulator/oidc.js";
import { openHouse, owner, picture, setUp, type House, type Visitor } from "./house.js";

/** Coming in by other ways than a password, and being kept out. */
describe("signing in", () => {
  let standIn: OidcStandIn;
  let house: House;
  let mara: Visitor;
  let workspaceId: string;

  beforeAll(async () => {
    standIn = await startOidcStandIn();
    const provider = { issuer: standIn.issuer, client_id: standIn.clientId, client_secret: standIn.clientSecret };
    house = await openHouse({
      authPace: "1",
      oidcProviders: JSON.stringify([
        { id: "company", label: "Company <b>login</b>", ...provider },
        { id: "away", label: "Away", ...provider, issuer: "http://127.0.0.1:9" },
      ]),
    });
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
    const { body } = await mara.api<{ id: string }>("GET", "/me");
    await house.gateway.services.identity.users.setVerified(body.id);
  }, 180_000);
  afterAll(async () => {
    await house.close();
    await standIn.close();
  });

  const company = (page: Page) => page.getByRole("link", { name: "Continue with Company <b>login</b>" });

  it("with a provider leads to the page that was wanted", async () => {
    standIn.person = { sub: "mara", email: owner.email, email_verified: true };
    const { page, context } = await house.visitor();
    const wanted = `/w/${workspaceId}/settings/labels?search=a`;
    await page.goto(house.url + wanted);
    await company(page).waitFor();
    await picture(page, "sign-in/providers");
    await company(page).click();
    await page.waitForURL(house.url + wanted);
    await page.getByRole("heading", { name: "Labels" }).waitFor();
    await context.close();
  });

  it("never leads to another site", async () => {
    const { page, context } = await house.visitor();
    for (const next of ["https://evil.example/x", "//evil.example/x", "/\\evil.example/x"]) {
      await context.clearCookies();
      await page.goto(`${house.url}/api/v1/auth/oidc/company?next=${encodeURIComponent(next)}`);
      await page.waitForURL(/\/inbox/);
      expect(new URL(page.url()).origin).toBe(house.url);
    }
    await context.close();
  });

  it("that is cancelled or fails there says so, and keeps the page that was wanted", async () => {
    const { page, context } = await house.visitor();
    const wanted = `/w/${workspaceId}/settings/labels`;
    standIn.fault = "denies";
    await page.goto(house.url + wanted);
    await company(page).click();
    await page.getByText("You did not finish signing in there.", { exact: false }).waitFor();
    await picture(page, "sign-in/cancelled");
    standIn.fault = "wrong_signature";
    await company(page).click();
    await page.getByText("Signing in there did not work.", { exact: false }).waitFor();
    await page.getByRole("link", { name: "Continue with Away" }).click();
    await page.getByText("cannot be reached", { exact: false }).waitFor();
    standIn.fault = "none";
    standIn.person = { sub: "nobody", email: "nobody@example.com", email_verified: true };
    await company(page).click();
    await page.getByText("There is no account for that address here.", { exact: false }).waitFor();
    standIn.person = { sub: "mara", email: owner.email, email_verified: true };
    await company(page).click();
    await page.waitForURL(house.url + wanted);
    await context.close();
  });

  it("too often is stopped, with the time left, alike for known and unknown addresses", async () => {
    const told: string[] = [];
    for (const email of [owner.email, "stranger@example.com"]) {
      const { page, context, api } = await house.visitor();
      // The seconds are not counted down before they are read.
      await page.clock.setFixedTime(Date.now());
      await page.goto(`${house.url}/sign-in`);
      await page.getByLabel("E-mail address").fill(email);
      await page.getByLabel("Password", { exact: true }).fill("wrong at last");
      // Five within twenty seconds are too many; by hand they take longer on a busy machine.
      await Promise.all(
        [1, 2, 3, 4, 5].map((n) => api("POST", "/auth/sign-in", { body: { email, password: `wrong ${n}` } })),
      );
      const button = page.getByRole("main").getByRole("button", { name: "Sign in", exact: true });
      await button.click();
      told.push((await page.getByText(/^Too many tries/).innerText()).replace(/\d+ seconds?/, "N seconds"));
      expect(await button.isDisabled()).toBe(true);
      await picture(page, `sign-in/locked-${email.split("@")[0]!}`);
      await page.clock.setFixedTime(Date.now() + 30_000);
      await page.getByText("Too many tries. You can try again now.").waitFor();
      await context.close();
    }
    expect(told).toEqual([
      "Too many tries. Wait N seconds, then try again.",
      "Too many tries. Wait N seconds, then try again.",
    ]);
  }, 180_000);

  it("asked nobody but the gateway and the provider, and broke nowhere", () => {
    expect(house.strangers.filter((url) => !url.startsWith(standIn.issuer))).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
