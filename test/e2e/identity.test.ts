import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import {
  anybodysPassword,
  joinWorkspace,
  openHouse,
  owner,
  picture,
  setUp,
  type House,
  type Visitor,
} from "./house.js";

/** Waits for the newest mail to somebody about something, and follows its link. */
async function followMail(house: House, page: Page, to: string, subject: string): Promise<void> {
  await page.goto(`${house.url}/dev/mail`);
  const mail = page
    .getByRole("article")
    .filter({ hasText: `To ${to}` })
    .filter({ hasText: subject })
    .first();
  await eventually("the mail", async () => {
    if (await mail.isVisible()) return true;
    await page.reload();
    return undefined;
  });
  await mail.getByRole("link").first().click();
}

const signInForm = (page: Page) => ({
  async fill(email: string, password: string) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("main").getByRole("button", { name: "Sign in", exact: true }).click();
  },
});

/** Accounts as people meet them: links by mail, invitations, workspaces, sessions. */
describe("an account", () => {
  let house: House;
  let mara: Visitor;
  let workspaceId: string;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
  }, 180_000);
  afterAll(() => house.close());

  const settings = (section: string, id = workspaceId) => `${house.url}/w/${id}/settings/${section}`;

  it("has its address confirmed by the link of a mail, once", async () => {
    const { page } = mara;
    await page.goto(settings("profile"));
    await page.getByText("Not confirmed").waitFor();
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("A link is on its way.", { exact: false }).waitFor();
    await page.goto(`${house.url}/dev/mail`);
    await picture(page, "accounts/dev-mail");
    await followMail(house, page, owner.email, "Confirm your e-mail address");
    await page.getByRole("heading", { name: "Address confirmed" }).waitFor();
    expect(page.url()).not.toContain("#");
    await picture(page, "accounts/verified");
    await followMail(house, page, owner.email, "Confirm your e-mail address");
    await page.getByText("This link was used before, or it ran out.", { exact: false }).waitFor();
    await page.goto(settings("profile"));
    await page.getByText("Confirmed", { exact: true }).waitFor();
  });

  it("gets a new password by mail; other browsers are asked to sign in again, and their text is still there", async () => {
    const elsewhere = await house.visitor();
    const entered = await elsewhere.api("POST", "/auth/sign-in", {
      body: { email: owner.email, password: owner.password },
    });
    expect(entered.status).toBe(200);
    await elsewhere.page.goto(settings("profile"));
    await elsewhere.page.getByLabel("Name").fill("Mara Lind, half typed");

    const { page } = await house.visitor();
    await page.goto(house.url);
    await page.getByRole("link", { name: "Forgot it?" }).click();
    await page.getByLabel("E-mail address").fill(owner.email);
    await picture(page, "accounts/forgot");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
    await followMail(house, page, owner.email, "Set a new password");
    await page.getByLabel("New password").fill("mara@example.com");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("alert").first().waitFor();
    await picture(page, "accounts/reset-refused");
    await page.getByLabel("New password").fill("a red kettle instead");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByText("The password is set. Sign in with it.").waitFor();
    await signInForm(page).fill(owner.email, owner.password);
    await page.getByText("E-mail address or password is not right.").waitFor();
    await picture(page, "accounts/sign-in-wrong");
    await signInForm(page).fill(owner.email, "a red kettle instead");
    await page.waitForURL(/\/inbox/);

    const again = elsewhere.page.getByRole("dialog", { name: "You were signed out" });
    await again.waitFor({ timeout: 60_000 });
    await picture(elsewhere.page, "accounts/signed-out");
    await again.getByLabel("Password", { exact: true }).fill("a red kettle instead");
    await elsewhere.page.keyboard.press("Enter");
    await again.waitFor({ state: "detached" });
    await expect(elsewhere.page.getByLabel("Name").inputValue()).resolves.toBe("Mara Lind, half typed");
    await elsewhere.context.close();
    await page.context().close();
    await mara.api("POST", "/auth/sign-in", { body: { email: owner.email, password: "a red kettle instead" } });
  }, 150_000);

  it("is made by an invitation, through the dialog and the mail", async () => {
    const { page } = mara;
    await page.goto(settings("members"));
    await page.getByRole("button", { name: "Invite people" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("E-mail address").fill("tom@example.com");
    await picture(page, "accounts/invite");
    await dialog.getByRole("button", { name: "Invite", exact: true }).click();
    await dialog.getByLabel("Link").waitFor();
    await picture(page, "accounts/invited");
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("tom@example.com").waitFor();
    const tom = await house.visitor();
    await followMail(house, tom.page, "tom@example.com", "Invitation to Blue Shop");
    await tom.page.getByRole("heading", { name: "Join Blue Shop" }).waitFor();
    await tom.page.getByText("Mara Lind invites you, as Agent.").waitFor();
    await picture(tom.page, "accounts/invitation-new");
    await tom.page.getByLabel("Your name").fill("<img src=x onerror=alert(1)>");
    await tom.page.getByLabel("New password", { exact: true }).fill(anybodysPassword);
    await tom.page.getByRole("button", { name: "Create account and join" }).click();
    await tom.page.waitForURL(/\/w\/.*\/inbox/);
    await page.getByRole("list", { name: "Members" }).getByText("<img src=x onerror=alert(1)>").waitFor();
    await tom.page.goto(settings("profile"));
    await tom.page.getByLabel("Name").fill("Tom Baker");
    await tom.page.getByRole("button", { name: "Save" }).first().click();
    await tom.page.getByText("Saved").first().waitFor();
    await tom.context.close();
  });

  it("makes another workspace, and goes between them by the switcher", async () => {
    const { page } = mara;
    await page.goto(settings("workspace"));
    await page.getByRole("button", { name: "New workspace" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Red Shop <script>alert(1)</script>");
    await picture(page, "accounts/new-workspace");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Create/ })
      .click();
    await page.waitForURL((url) => url.pathname.endsWith("/home") && !url.pathname.includes(workspaceId));
    await page
      .getByRole("button", { name: /Red Shop/ })
      .first()
      .click();
    await page.getByRole("menu").getByText("Blue Shop").waitFor();
    await picture(page, "accounts/switcher");
    await page.getByRole("menu").getByText("Blue Shop").click();
    await page.waitForURL(new RegExp(`/w/${workspaceId}/`));
  });

  it("joins another workspace with the account it has: signed out, signed in, or signed in as somebody else", async () => {
    const { body: me } = await mara.api<{ memberships: { workspace: { id: string; name: string } }[] }>("GET", "/me");
    const red = me.memberships.find(({ workspace }) => workspace.name.startsWith("Red"))!.workspace.id;
    const invite = async (email: string) => {
      const { status, body } = await mara.api<{ link: string }>("POST", "/invitations", {
        workspaceId: red,
        body: { email, role_id: "agent" },
      });
      expect(status).toBe(201);
      return body.link;
    };
    // Signed out.
    const tom = await house.visitor();
    await tom.page.goto(await invite("tom@example.com"));
    await tom.page.getByText("You have an account already. Its password lets you in.").waitFor();
    await tom.page.getByLabel("Password", { exact: true }).fill("not his password");
    await tom.page.getByRole("button", { name: "Sign in and join" }).click();
    await tom.page.getByText("The password is not right.").waitFor();
    await picture(tom.page, "accounts/invitation-existing");
    await tom.page.getByLabel("Password", { exact: true }).fill(anybodysPassword);
    await tom.page.getByRole("button", { name: "Sign in and join" }).click();
    await tom.page.waitForURL(new RegExp(`/w/${red}/inbox`));
    // Signed in.
    const ines = await joinWorkspace(house, mara, workspaceId, {
      name: "Ines",
      email: "ines@example.com",
      roleId: "viewer",
    });
    const link = await invite("ines@example.com");
    await ines.page.goto(link);
    await ines.page.getByRole("button", { name: "Join", exact: true }).waitFor();
    await picture(ines.page, "accounts/invitation-signed-in");
    await ines.page.getByRole("button", { name: "Join", exact: true }).click();
    await ines.page.waitForURL(new RegExp(`/w/${red}/inbox`));
    await ines.page.goto(link);
    await ines.page.getByText("This invitation was used, taken back or ran out.", { exact: false }).waitFor();
    // Signed in as somebody else.
    await tom.page.goto(await invite("uma@example.com"));
    await tom.page
      .getByText("The invitation is for uma@example.com, and you are signed in as tom@example.com.")
      .waitFor();
    await picture(tom.page, "accounts/invitation-other");
    await tom.page.getByRole("button", { name: "Sign out and go on" }).click();
    await tom.page.getByLabel("Your name").fill("Uma");
    await tom.page.getByLabel("New password", { exact: true }).fill(anybodysPassword);
    await tom.page.getByRole("button", { name: "Create account and join" }).click();
    await tom.page.waitForURL(new RegExp(`/w/${red}/inbox`));
    await tom.context.close();
    await ines.context.close();
  }, 150_000);

  it("lists its sessions, and ends one: the other browser says so and keeps its text", async () => {
    const tom = await house.visitor();
    await tom.api("POST", "/auth/sign-in", { body: { email: "tom@example.com", password: anybodysPassword } });
    const phone = await house.visitor({
      userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
      viewport: { width: 390, height: 844 },
    });
    await phone.api("POST", "/auth/sign-in", { body: { email: "tom@example.com", password: anybodysPassword } });
    await phone.page.goto(settings("profile"));
    await phone.page.getByLabel("Name").fill("Tom on his phone");
    await tom.page.goto(settings("security"));
    const other = tom.page.getByRole("listitem").filter({ hasText: "Safari · iPhone" });
    await other.waitFor();
    await picture(tom.page, "accounts/sessions");
    await other.getByRole("button", { name: "Sign out" }).click();
    await tom.page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await other.waitFor({ state: "detached" });
    const again = phone.page.getByRole("dialog", { name: "You were signed out" });
    await again.waitFor({ timeout: 60_000 });
    await picture(phone.page, "accounts/signed-out-phone");
    await again.getByLabel("Password", { exact: true }).fill(anybodysPassword);
    await phone.page.keyboard.press("Enter");
    await again.waitFor({ state: "detached" });
    await expect(phone.page.getByLabel("Name").inputValue()).resolves.toBe("Tom on his phone");
    // All others at once.
    await tom.page.reload();
    await tom.page.getByRole("button", { name: "Sign out all others" }).click();
    await tom.page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await again.waitFor({ timeout: 60_000 });
    await phone.context.close();
    await tom.context.close();
  }, 150_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});

/** A code of the app: `step` 0 is the one of now. Each is good once. */
const codeOf = (secret: string, step = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + step * 30_000 });

describe("two-factor sign-in", () => {
  let house: House;
  let mara: Visitor;
  let workspaceId: string;
  let secret = "";
  let codes: string[] = [];

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
  }, 180_000);
  afterAll(() => house.close());

  const settings = (section: string) => `${house.url}/w/${workspaceId}/settings/${section}`;
  const toSecondStep = async (next = "") => {
    const visitor = await house.visitor();
    await visitor.page.goto(`${house.url}/sign-in${next}`);
    await signInForm(visitor.page).fill(owner.email, owner.password);
    await visitor.page.getByRole("heading", { name: "Two-factor sign-in" }).waitFor();
    return visitor;
  };

  it("is set up with a picture or a key, and hands out recovery codes", async () => {
    const { page } = mara;
    await page.goto(settings("security"));
    await page.getByRole("button", { name: "Turn on" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill("not the password");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("alert").getByText("The password is not right.").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill(owner.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
    secret = await dialog.getByLabel("Or type this key").inputValue();
    await picture(page, "two-factor/set-up");
    await dialog.getByLabel("Six-digit code").fill("000000");
    await dialog.getByRole("button", { name: "Turn on" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await picture(page, "two-factor/wrong-code");
    await dialog.getByLabel("Six-digit code").fill(codeOf(secret, -1));
    await dialog.getByRole("button", { name: "Turn on" }).click();
    await dialog.getByText("Keep these codes somewhere safe.", { exact: false }).waitFor();
    await picture(page, "two-factor/recovery-codes");
    codes = (await dialog.locator("pre").innerText()).split("\n").filter((line) => line.trim() !== "");
    expect(codes.length).toBeGreaterThanOrEqual(8);
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("A code is asked for when you sign in").waitFor();
    await picture(page, "two-factor/on");
  });

  it("asks for a code; refuses a wrong and a used one; goes on to the page that was wanted", async () => {
    const wanted = `/w/${workspaceId}/settings/labels`;
    const { page, context } = await toSecondStep(`?next=${encodeURIComponent(wanted)}`);
    await page.getByLabel("Six-digit code").fill("123456");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The code is not right, was used before", { exact: false }).waitFor();
    await picture(page, "two-factor/sign-in-wrong");
    const code = codeOf(secret);
    await page.getByLabel("Six-digit code").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${house.url}${wanted}`);
    await context.close();

    const second = await toSecondStep();
    await second.page.getByLabel("Six-digit code").fill(code);
    await second.page.getByRole("button", { name: "Continue" }).click();
    await second.page.getByText("The code is not right, was used before", { exact: false }).waitFor();
    await second.page.getByRole("button", { name: "Use a recovery code" }).click();
    await second.page.getByLabel("Recovery code").fill(codes[0]!);
    await picture(second.page, "two-factor/recovery");
    await second.page.getByRole("button", { name: "Continue" }).click();
    await second.page.waitForURL(/\/inbox/);
    await second.context.close();

    const third = await toSecondStep();
    await third.page.getByRole("button", { name: "Use a recovery code" }).click();
    await third.page.getByLabel("Recovery code").fill(codes[0]!);
    await third.page.getByRole("button", { name: "Continue" }).click();
    await third.page.getByText("The code is not right, was used before", { exact: false }).waitFor();
    await third.context.close();
  });

  it("makes new recovery codes, and the old ones stop working", async () => {
    const { page } = mara;
    await page.goto(settings("security"));
    await page.getByRole("button", { name: "New recovery codes" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill(owner.password);
    await dialog.getByRole("button", { name: "New recovery codes" }).click();
    await dialog.getByRole("button", { name: "I have kept them" }).waitFor();
    const fresh = (await dialog.locator("pre").innerText()).split("\n").filter((line) => line.trim() !== "");
    expect(fresh).not.toContain(codes[1]);
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    const visitor = await toSecondStep();
    await visitor.page.getByRole("button", { name: "Use a recovery code" }).click();
    await visitor.page.getByLabel("Recovery code").fill(codes[1]!);
    await visitor.page.getByRole("button", { name: "Continue" }).click();
    await visitor.page.getByText("The code is not right, was used before", { exact: false }).waitFor();
    await visitor.context.close();
    codes = fresh;
  });

  it("is asked of a whole workspace: a member without it is led to set it up, and to nothing else", async () => {
    const tom = await joinWorkspace(house, mara, workspaceId, {
      name: "Tom Baker",
      email: "tom@example.com",
      roleId: "agent",
    });
    await tom.page.goto(`${house.url}/w/${workspaceId}/contacts`);
    await tom.page.getByRole("heading", { name: "Contacts" }).waitFor();
    const { page } = mara;
    await page.goto(settings("workspace"));
    await page.getByRole("switch", { name: /Everybody needs two-factor/ }).click();
    await page.getByText("1 member has none yet", { exact: false }).waitFor();
    await picture(page, "two-factor/enforce");
    await page.getByRole("dialog").getByRole("button", { name: "Require it" }).click();
    await tom.page.getByRole("heading", { name: "Blue Shop asks for two-factor sign-in" }).waitFor();
    await picture(tom.page, "two-factor/gate");
    await tom.page.goto(`${house.url}/w/${workspaceId}/channels`);
    await tom.page.getByRole("heading", { name: "Blue Shop asks for two-factor sign-in" }).waitFor();
    const refused = await tom.api<{ code: string }>("GET", "/conversations", { workspaceId });
    expect([refused.status, refused.body.code]).toEqual([403, "two_factor_required"]);
    await tom.page.getByLabel("Password", { exact: true }).fill(anybodysPassword);
    await tom.page.getByRole("button", { name: "Continue" }).click();
    const toms = await tom.page.getByLabel("Or type this key").inputValue();
    await tom.page.getByLabel("Six-digit code").fill(codeOf(toms));
    await tom.page.getByRole("button", { name: "Turn on" }).click();
    await tom.page.getByRole("button", { name: "I have kept them" }).click();
    await tom.page
      .getByRole("heading", { name: "Blue Shop asks for two-factor sign-in" })
      .waitFor({ state: "detached" });
    await tom.page.goto(`${house.url}/w/${workspaceId}/contacts`);
    await tom.page.getByRole("heading", { name: "Contacts" }).waitFor();
    await tom.context.close();
  }, 150_000);

  it("is turned off with password and a code", async () => {
    const { page } = mara;
    await mara.api("PATCH", "/workspace", { workspaceId, body: { two_factor_required: false } });
    await page.goto(settings("security"));
    await page.getByRole("button", { name: "Turn off" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill(owner.password);
    await dialog.getByLabel(/Code of the app/).fill("999999");
    await dialog.getByRole("button", { name: "Turn off" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await picture(page, "two-factor/off-wrong");
    await dialog.getByLabel(/Code of the app/).fill(codes[2]!);
    await dialog.getByRole("button", { name: "Turn off" }).click();
    await page.getByText("Only your password is asked for").waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
