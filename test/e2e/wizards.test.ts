import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { choose, goOn, lookAt, openChannelHouse, shownAccount, type ChannelHouse } from "./channelHouse.js";
import { copied } from "./house.js";

const botToken = "300100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const pollingToken = "300101:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const wait = { timeout: 60_000 };

describe("the wizards", () => {
  let shop: ChannelHouse;
  let page: Page;

  beforeAll(async () => {
    shop = await openChannelHouse();
    shop.telegram.addBot({ token: botToken, username: "blue_shop_bot" });
    shop.telegram.addBot({ token: pollingToken, username: "blue_poll_bot" });
    ({ page } = shop.mara);
  }, 300_000);
  afterAll(() => shop.close());

  const field = (name: string) => page.getByLabel(name, { exact: true });
  const heading = (name: string) => page.getByRole("heading", { name, level: 2, exact: true }).waitFor(wait);
  const banner = (text: string | RegExp) => page.getByText(text).first().waitFor(wait);

  /** The first event is there: on to the reply, sent from here and answered from the inbox. */
  async function roundTrip(customer: string, heard: (text: string) => Promise<unknown>): Promise<void> {
    await heading("First message");
    await banner(/delivers\. Last message/);
    await goOn(page);
    await heading("Try it");
    const tick = (title: string) => page.getByRole("listitem").filter({ hasText: title });
    await tick("A message comes in").getByText("done", { exact: true }).waitFor(wait);
    await page.getByLabel(`Test reply to ${customer}`).fill("Hello from the wizard.");
    await page.getByRole("button", { name: "Send test reply" }).click();
    await tick("A reply goes out").getByText("done", { exact: true }).waitFor(wait);
    await heard("Hello from the wizard.");
    await page.getByRole("link", { name: "Go to the inbox" }).click();
    await page.getByRole("log").getByText("Hello from the wizard.").waitFor(wait);
    await page.getByRole("combobox", { name: `Reply to ${customer}` }).fill("And from the inbox.");
    await page.keyboard.press("Enter");
    await heard("And from the inbox.");
  }

  it("connect a Telegram bot that this server asks", async () => {
    await choose(shop, page, "Telegram");
    await heading("Address");
    const id = shownAccount(page);
    await lookAt(shop, `channels/${id}/connect/address`, "telegram-address");
    await goOn(page);
    await heading("Sign-in data");
    await page.getByRole("radio", { name: /Polling/ }).check();
    await field("Bot token").fill(pollingToken);
    await page.getByRole("button", { name: "Test connection" }).click();
    await banner("@blue_poll_bot");
    await page.getByRole("button", { name: "Check and save" }).click();
    await heading("Set up delivery");
    await banner(/asks Telegram for new messages by itself/);
    await goOn(page);
    await banner("Waiting for the first message…");
    shop.telegram.customer({ id: 501, firstName: "Ana" }, "blue_poll_bot").write("Do you have the blue one?");
    await roundTrip("Ana", (text) => shop.telegram.waitFor((sent) => sent.text === text));
    expect((await shop.account(id)).health.state).toBe("ok");
  }, 300_000);

  it("connect a Telegram bot that calls this server", async () => {
    await choose(shop, page, "Telegram");
    await heading("Address");
    const id = shownAccount(page);
    await goOn(page);
    await heading("Sign-in data");
    await field("Bot token").fill(botToken);
    await page.getByRole("radio", { name: /Webhook/ }).check();
    await page.getByRole("button", { name: "Test connection" }).click();
    await banner("@blue_shop_bot");
    await page.getByRole("button", { name: "Check and save" }).click();
    await heading("Set up delivery");
    await banner("Telegram knows your address.");
    await lookAt(shop, `channels/${id}/connect/register`, "telegram-register");
    await goOn(page);
    await banner("Waiting for the first message…");
    shop.telegram.customer({ id: 502, firstName: "Bo" }, "blue_shop_bot").write("Are you open?");
    await roundTrip("Bo", (text) => shop.telegram.waitFor((sent) => sent.text === text));
  }, 300_000);

  it("connect a page: address and token first, then by hand, with what fails shown as it happens", async () => {
    const account = shop.graph.addPage({ name: "Blue Page" });
    await choose(shop, page, "Facebook Messenger");
    await heading("Address");
    const id = shownAccount(page);
    const draft = await shop.account(id);
    await expect(field("Callback URL").inputValue()).resolves.toBe(draft.callback.url);
    await expect(field("Verify token").inputValue()).resolves.toBe(draft.callback.verify_token);
    await page.getByRole("button", { name: "Copy", exact: true }).first().click();
    await copied(page, draft.callback.url);
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await copied(page, draft.callback.verify_token!);
    await lookAt(shop, `channels/${id}/connect/address`, "messenger-address");
    await goOn(page);
    await heading("Sign-in data");
    await field("Page access token").fill(account.token);
    await field("App secret").fill(account.appSecret);
    await page.getByRole("button", { name: "Test connection" }).click();
    await banner("Blue Page");
    await lookAt(shop, `channels/${id}/connect/credentials`, "messenger-credentials");
    await page.getByRole("button", { name: "Check and save" }).click();
    await heading("Set up delivery");
    const shake = (token: string) =>
      fetch(`${draft.callback.url}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`);
    expect((await shake("abcdef")).status).toBe(403);
    await banner(/verify token did not match: got ab…/);
    await lookAt(shop, `channels/${id}/connect/register`, "messenger-register");
    expect((await shake(draft.callback.verify_token!)).status).toBe(200);
    await banner("Facebook Messenger knows your address.");
    await goOn(page);
    await banner("Waiting for the first message…");
    await fetch(draft.callback.url, { method: "POST", body: "{}", headers: { "x-hub-signature-256": "sha256=00" } });
    await banner(/app secret/i);
    await lookAt(shop, `channels/${id}/connect/listen`, "messenger-listen");
    account.webhook = draft.callback.url;
    shop.graph.customer({ id: "7001", name: "Cem Kaya" }, account).write("Hello page");
    await roundTrip("Cem Kaya", (text) =>
      shop.graph.waitFor((sent) => sent.account === account.id && sent.text === text),
    );
  }, 300_000);

  it("connect a number, whose webhook is set by us", async () => {
    const account = shop.graph.addNumber({ name: "Blue Number", phone: "4930111222" });
    await choose(shop, page, "WhatsApp");
    await heading("Address");
    const id = shownAccount(page);
    await goOn(page);
    await heading("Sign-in data");
    await field("Access token").fill(account.token);
    await field("Phone number id").fill(account.id);
    await field("WhatsApp business account id (optional)").fill(account.business);
    await field("App secret").fill(account.appSecret);
    await page.getByRole("button", { name: "Test connection" }).click();
    await banner(/Blue Number/);
    await page.getByRole("button", { name: "Check and save" }).click();
    await heading("Set up delivery");
    await banner("WhatsApp knows your address.");
    await goOn(page);
    await banner("Waiting for the first message…");
    shop.graph.customer({ id: "15551230001", name: "Dora" }, account).write("Hello number");
    await roundTrip("Dora", (text) => shop.graph.waitFor((sent) => sent.account === account.id && sent.text === text));
    await page.goto(shop.at(`channels/${id}/connect`));
    await heading("Try it");
    await lookAt(shop, `channels/${id}/connect/roundtrip`, "whatsapp-roundtrip");
  }, 300_000);

  it("connect a system of somebody's own", async () => {
    await choose(shop, page, "Custom HTTP channel");
    await heading("Address");
    const id = shownAccount(page);
    const { callback } = await shop.account(id);
    await goOn(page);
    await heading("Sign-in data");
    await field("Where we deliver").fill(shop.own.settings.deliveryUrl);
    await field("Signing secret").fill(shop.own.settings.signingSecret);
    await page.getByRole("button", { name: "Test connection" }).click();
    await banner(/It works|answers|accepts/);
    await page.getByRole("button", { name: "Check and save" }).click();
    await heading("Set up delivery");
    await lookAt(shop, `channels/${id}/connect/register`, "http-register");
    await page.getByRole("button", { name: "I have entered it" }).click();
    await banner("Waiting for the first message…");
    await shop.own.say(callback.url, { id: "c-1", name: "Eli" }, "Hello system");
    await roundTrip("Eli", (text) => eventually("the delivery", () => shop.own.delivered.includes(text) || undefined));
  }, 300_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(shop.house.strangers).toEqual([]);
    expect(shop.house.complaints).toEqual([]);
  });
});
