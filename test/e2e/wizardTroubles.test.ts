import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { picture } from "./house.js";
import { choose, goOn, lookAt, openChannelHouse, shownAccount, type ChannelHouse } from "./channelHouse.js";

const wait = { timeout: 60_000 };
const taken = "300200:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const free = "300201:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const gone = "300202:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

describe("a wizard in which something goes wrong", () => {
  let shop: ChannelHouse;
  let page: Page;

  beforeAll(async () => {
    shop = await openChannelHouse();
    shop.telegram.addBot({ token: taken, username: "taken_bot" });
    shop.telegram.addBot({ token: free, username: "free_bot" });
    shop.telegram.addBot({ token: gone, username: "gone_bot" }).revoke();
    ({ page } = shop.mara);
    const connected = await shop.mara.api("POST", "/channels", {
      workspaceId: shop.workspaceId,
      body: { kind: "telegram", name: "The first bot", settings: { token: taken, mode: "polling" } },
    });
    expect(connected.status).toBe(201);
  }, 240_000);
  afterAll(() => shop.close());

  const field = (name: string) => page.getByLabel(name, { exact: true });
  const heading = (name: string) => page.getByRole("heading", { name, level: 2, exact: true }).waitFor(wait);
  const says = (text: string | RegExp) => page.getByText(text).first().waitFor(wait);
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const test = () => press("Test connection");

  /** Nothing that was typed is gone, and nothing was saved. */
  async function keeps(values: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(values)) await expect(field(name).inputValue()).resolves.toBe(value);
    expect((await shop.account(shownAccount(page))).connected).toBe(false);
  }

  it("names what is wrong with a bot's token", async () => {
    await choose(shop, page, "Telegram");
    await goOn(page);
    await heading("Sign-in data");
    await page.getByText("Show where it is").first().click();
    await page.getByRole("img", { name: /write \/newbot/ }).waitFor(wait);
    await page.getByRole("radio", { name: /Polling/ }).check();
    await field("Bot token").fill("hello");
    await test();
    await says(/Expected: a token from @BotFather/);
    for (const token of ["300999:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", gone]) {
      await field("Bot token").fill(token);
      await test();
      await says(/does not know this token: it is mistyped, or it was revoked/);
      await keeps({ "Bot token": token });
      await press("Check and save");
      await says("Nothing was saved.");
      await keeps({ "Bot token": token });
    }
    await lookAt(shop, `channels/${shownAccount(page)}/connect/credentials`, "telegram-credentials");
    await field("Bot token").fill(taken);
    await press("Check and save");
    await says(/connected to this workspace already.*The first bot/);
    await keeps({ "Bot token": taken });
    await expect(page.getByRole("radio", { name: /Polling/ }).isChecked()).resolves.toBe(true);
  }, 240_000);

  it("names what is wrong with Meta's credentials", async () => {
    const good = shop.graph.addPage({ name: "Good page" });
    const old = shop.graph.addPage({ name: "Old page" });
    old.expired = true;
    const revoked = shop.graph.addPage({ name: "Revoked page" });
    revoked.revoked = true;
    await choose(shop, page, "Facebook Messenger");
    await goOn(page);
    await heading("Sign-in data");
    const cases: [token: string, secret: string, says: RegExp][] = [
      [`${good.token}x`, good.appSecret, /does not know this access token/],
      [revoked.token, revoked.appSecret, /does not know this access token/],
      [old.token, old.appSecret, /access token has expired/],
      [good.token, "another-secret", /app secret does not belong to this token/],
    ];
    for (const [token, secret, sentence] of cases) {
      await field("Page access token").fill(token);
      await field("App secret").fill(secret);
      await test();
      await says(sentence);
      await keeps({ "Page access token": token, "App secret": secret });
      await press("Check and save");
      await says("Nothing was saved.");
      await says(sentence);
      await keeps({ "Page access token": token, "App secret": secret });
    }
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.type());
      void dialog.accept();
    });

    const number = shop.graph.addNumber({ name: "Good number" });
    await choose(shop, page, "WhatsApp");
    await goOn(page);
    await heading("Sign-in data");
    await field("Access token").fill(number.token);
    for (const one of await page.getByText("Show where it is").all()) await one.click();
    await page.getByRole("img", { name: /System users/ }).waitFor(wait);
    await page.getByRole("img", { name: /App secret/ }).waitFor(wait);
    await picture(page, "channels/sketches");
    await field("Phone number id").fill("4930111222");
    await field("App secret").fill(number.appSecret);
    await test();
    await says(/finds no phone number of this id/);
    await keeps({ "Access token": number.token, "Phone number id": "4930111222" });
    expect(dialogs).toEqual(["beforeunload"]);
  }, 240_000);

  it("names what is wrong with an address of one's own system", async () => {
    await choose(shop, page, "Custom HTTP channel");
    await goOn(page);
    await heading("Sign-in data");
    await field("Where we deliver").fill("ftp://example.com");
    await field("Signing secret").fill("short");
    await test();
    await says(/Expected: an address that begins with https/);
    await says(/Expected: whsec_/);
    await field("Signing secret").fill(shop.own.settings.signingSecret);
    await field("Where we deliver").fill("http://127.0.0.1:9/nothing");
    await test();
    await says(/private network/);
    await keeps({ "Where we deliver": "http://127.0.0.1:9/nothing" });
  }, 240_000);

  it("says what hinders the provider from delivering, and lets one try again", async () => {
    const number = shop.graph.addNumber({ name: "Blue Number" });
    await choose(shop, page, "WhatsApp");
    const id = shownAccount(page);
    await goOn(page);
    await heading("Sign-in data");
    await field("Access token").fill(number.token);
    await field("Phone number id").fill(number.id);
    await field("WhatsApp business account id (optional)").fill(number.business);
    await field("App secret").fill(number.appSecret);
    const refused = {
      path: "/subscribed_apps",
      status: 400,
      code: 2200,
      message: "(#2200) Callback verification failed",
    };
    shop.graph.fault(refused);
    await press("Check and save");
    await heading("Set up delivery");
    await says("WhatsApp could not be told of your address yet.");
    await says(/Callback verification failed/);
    await lookAt(shop, `channels/${id}/connect/register`, "whatsapp-register-failed");
    await press("Tell WhatsApp the address");
    await says("WhatsApp knows your address.");
    expect(number.webhook).toBe((await shop.account(id)).callback.url);
  }, 240_000);

  it("goes back and forth by the browser and by itself, reloads at every step, and stands in two tabs", async () => {
    await choose(shop, page, "Telegram");
    const id = shownAccount(page);
    const base = shop.at(`channels/${id}/connect`);
    await goOn(page);
    await page.getByRole("radio", { name: /Polling/ }).check();
    await page.reload();
    await heading("Sign-in data");
    await expect(page.getByRole("radio", { name: /Polling/ }).isChecked()).resolves.toBe(true);
    await page.goBack();
    await heading("Address");
    await page.goForward();
    await heading("Sign-in data");
    await page.getByRole("link", { name: "Address" }).first().click();
    await heading("Address");
    // A step that is not reached yet leads to the one that is.
    await page.goto(`${base}/listen`);
    await heading("Address");
    await goOn(page);
    await field("Bot token").fill(free);

    // Leaving by a link asks; going back within the wizard does not, and keeps what was typed.
    await page.goBack();
    await heading("Address");
    await page.goForward();
    await expect(field("Bot token").inputValue()).resolves.toBe(free);
    await page.getByRole("navigation").getByRole("link", { name: "Contacts" }).first().click();
    const question = page.getByRole("dialog");
    await question.getByText("Leave without saving?").waitFor(wait);
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(field("Bot token").inputValue()).resolves.toBe(free);

    const second = await shop.mara.context.newPage();
    await second.goto(`${base}/credentials`);
    await second.getByLabel("Bot token", { exact: true }).waitFor(wait);
    await press("Check and save");
    await heading("Set up delivery");
    // The other tab sees that the account is connected now.
    await second.getByText("The sign-in data is in place for").waitFor(wait);
    await second.getByText("@free_bot").waitFor(wait);
    await second.close();

    for (const [step, name] of Object.entries({
      address: "Address",
      credentials: "Sign-in data",
      register: "Set up delivery",
      listen: "First message",
      roundtrip: "Try it",
    })) {
      await page.goto(`${base}/${step}`);
      await heading(name);
      await page.reload();
      await heading(name);
    }
    for (const name of ["First message", "Set up delivery", "Sign-in data", "Address"]) {
      await page.locator("main header").getByRole("link").first().click();
      await heading(name);
    }
    for (const step of ["Sign-in data", "Set up delivery", "First message", "Try it"]) {
      await page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name: step }).click();
      await heading(step);
    }
    for (const name of ["First message", "Set up delivery"]) {
      await page.goBack();
      await heading(name);
    }
    await page.locator("main header").getByRole("link").first().click();
    await heading("Sign-in data");
  }, 240_000);

  it("keeps a draft a draft, whatever reaches its address, and writes each thing down once", async () => {
    const { body: draft } = await shop.mara.api<{ id: string; callback: { url: string } }>("POST", "/channels", {
      workspaceId: shop.workspaceId,
      body: { kind: "messenger", name: "Just a draft" },
    });
    expect((await fetch(`${draft.callback.url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=no`)).status).toBe(
      403,
    );
    expect((await fetch(draft.callback.url, { method: "POST", body: "not json" })).status).toBe(401);
    await page.goto(shop.at(`channels/${draft.id}/log`));
    await says(/verify token did not match/);
    await says(/X-Hub-Signature-256/);
    await eventually("both entries, once", async () => {
      const count = await page.getByRole("list", { name: "Events log" }).getByRole("listitem").count();
      return count === 2 || undefined;
    });
    expect((await shop.account(draft.id)).health.state).toBe("draft");

    const account = shop.graph.addPage({ name: "Once page" });
    const { body: connected } = await shop.mara.api<{ id: string; callback: { url: string } }>("POST", "/channels", {
      workspaceId: shop.workspaceId,
      body: { kind: "messenger", settings: { pageAccessToken: account.token, appSecret: account.appSecret } },
    });
    expect(
      (await fetch(`${connected.callback.url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=no`)).status,
    ).toBe(403);
    await eventually("the account is degraded", async () =>
      (await shop.account(connected.id)).health.state === "degraded" ? true : undefined,
    );
    await page.goto(shop.at(`channels/${connected.id}/log?errors=1`));
    await says(/verify token did not match/);
    await shop.house.gateway.services.channelLog.flush();
    await page.reload();
    await says(/verify token did not match/);
    await expect(
      page
        .getByRole("list", { name: "Events log" })
        .getByText(/verify token/)
        .count(),
    ).resolves.toBe(1);
  }, 240_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(shop.house.strangers).toEqual([]);
    expect(shop.house.complaints).toEqual([]);
  });
});

describe("a gateway whose address nobody can deliver to", () => {
  let shop: ChannelHouse;
  const token = "300300:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

  beforeAll(async () => {
    shop = await openChannelHouse({ publicUrl: "http://shop.example.test" });
    shop.telegram.addBot({ token, username: "far_bot" });
  }, 240_000);
  afterAll(() => shop.close());

  it("is told of that before anything is lost", async () => {
    const { page } = shop.mara;
    await choose(shop, page, "Telegram");
    await goOn(page);
    await page.getByLabel("Bot token", { exact: true }).fill(token);
    await page.getByRole("radio", { name: /Webhook/ }).check();
    await page.getByRole("button", { name: "Test connection" }).click();
    await page
      .getByText(/not an https address: Telegram cannot deliver to it/)
      .first()
      .waitFor(wait);
    await page
      .getByText(/Or choose polling/)
      .first()
      .waitFor(wait);
    await page.getByRole("radio", { name: /Polling/ }).check();
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("@far_bot").waitFor(wait);
  }, 240_000);
});
