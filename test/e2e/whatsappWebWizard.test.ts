import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { startWhatsAppWebSimulator, type WhatsAppWebSimulator } from "../../simulator/whatsapp-web/index.js";
import { eventually } from "../support/gateway.js";
import { choose, goOn, lookAt, openChannelHouse, shownAccount, type ChannelHouse } from "./channelHouse.js";

const wait = { timeout: 90_000 };
const number = "491510000002";
const ada = { phone: "4915123456789@c.us", lid: "118273645500012@lid", name: "Ada Okafor" };

describe("the wizard of a number that is linked like WhatsApp Web", () => {
  let shop: ChannelHouse;
  let whatsapp: WhatsAppWebSimulator;
  let page: Page;
  let id: string;

  beforeAll(async () => {
    whatsapp = await startWhatsAppWebSimulator();
    shop = await openChannelHouse({ whatsappWebApiRoot: whatsapp.apiRoot });
    ({ page } = shop.mara);
  }, 180_000);
  afterAll(async () => {
    await shop.close();
    await whatsapp.close();
  });

  const heading = (name: string) => page.getByRole("heading", { name, level: 2, exact: true }).waitFor(wait);
  const says = (text: string | RegExp) => page.getByText(text).first().waitFor(wait);
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const qr = () => page.getByRole("img", { name: "QR code to scan with WhatsApp on the phone" });

  it("states the risk, which has to be accepted first", async () => {
    await choose(shop, page, "WhatsApp Web (unofficial)");
    id = shownAccount(page);
    await heading("Know the risk");
    await says(/WhatsApp may ban the number at any time/);
    const next = page.getByRole("button", { name: "Continue", exact: true });
    await expect(next.isDisabled()).resolves.toBe(true);
    await lookAt(shop, `channels/${id}/connect/risk`, "linked-risk");
    await page.goto(shop.at(`channels/${id}/connect/risk`));
    await page.getByRole("checkbox", { name: "I accept that this number may be banned" }).click();
    await next.click();
    await heading("Sign-in data");
    await page.reload();
    await page.getByLabel("Phone number", { exact: true }).fill("hello");
    await press("Check and save");
    await says(/Expected: the number with its country code/);
    await page.getByLabel("Phone number", { exact: true }).fill(`+${number}`);
    await press("Check and save");
    await heading("Link the phone");
  }, 180_000);

  it("shows a code that renews itself, and links by scanning it", async () => {
    await qr().waitFor(wait);
    const shown = await qr().getAttribute("src");
    expect(shown).toMatch(/^data:image\/svg\+xml/);
    await lookAt(shop, `channels/${id}/connect/link`, "linked-scan");
    whatsapp.refreshCodes();
    await eventually(
      "another code",
      async () => ((await qr().getAttribute("src")) === shown ? undefined : true),
      60_000,
    );
    await expect(page.getByRole("button", { name: "Continue", exact: true }).isDisabled()).resolves.toBe(true);
    expect(whatsapp.scanShown(number)).toBe(true);
    await says("Linked and connected.");
    await goOn(page);
    await says("Waiting for the first message…");
    whatsapp.phone(number).receive(ada, { type: "chat", body: "Do you have the blue one?" });
    await says(/delivers\. Last message/);
    await goOn(page);
    await page.getByLabel(`Test reply to ${ada.name}`).fill("Yes, two of them");
    await press("Send test reply");
    await says("Your reply went out. The channel works both ways.");
    expect(whatsapp.sent()).toMatchObject([{ number, chat: ada.phone, body: "Yes, two of them" }]);
  }, 300_000);

  it("tells at once that the link was lost, and links again by phone number", async () => {
    await page.goto(shop.at(`channels/${id}/connection`));
    await says("Linked and connected.");
    await lookAt(shop, `channels/${id}/connection`, "linked-ready");
    whatsapp.phone(number).logOut();
    await says(/The phone is not linked any more/);
    await page.goto(shop.at("channels"));
    const row = page.getByRole("listitem").filter({ hasText: "Sign-in needed" });
    await row.waitFor(wait);
    await lookAt(shop, "channels", "linked-lost");
    await row.getByRole("link", { name: "Reconnect" }).click();
    const again = page.getByRole("button", { name: "Link again" });
    await again.or(qr()).first().waitFor(wait);
    if (await again.isVisible()) await again.click();
    await qr().waitFor(wait);
    await says(`This channel is for +${number}`);
    await press("Link with a phone number instead");
    await expect(page.getByLabel("Phone number", { exact: true }).inputValue()).resolves.toBe(`+${number}`);
    await page.getByLabel("Phone number", { exact: true }).fill("+49 151 2345");
    await press("Get a code");
    await says(/This channel is for the number/);
    await page.getByLabel("Phone number", { exact: true }).fill(`+${number}`);
    await press("Get a code");
    const code = page.locator("output");
    await code.waitFor(wait);
    await lookAt(shop, `channels/${id}/connection`, "linked-code");
    whatsapp.typeCode(number, (await code.innerText()).replace(/[^A-Z0-9]/g, ""));
    await says("Linked and connected.");
    await page.locator("main h1").getByText("Working").waitFor(wait);
  }, 300_000);

  it("tells what ended the link, in the wizard too, and leads out of it", async () => {
    const link = `channels/${id}/connect/link`;
    await page.goto(shop.at(`channels/${id}/connection`));
    await says("Linked and connected.");
    whatsapp.phone(number).state("CONFLICT");
    await says("WhatsApp Web was opened elsewhere with the same link.");
    await page.locator("main h1").getByText("Working").waitFor(wait);
    whatsapp.phone(number).state("TOS_BLOCK");
    await says("WhatsApp banned this number");
    const another = page.getByRole("link", { name: "Connect another number" });
    await expect(another.getAttribute("href")).resolves.toMatch(/\/channels\/new$/);
    await lookAt(shop, `channels/${id}/connection`, "linked-banned");
    await page.goto(shop.at(link));
    await says("WhatsApp banned this number");
    await page.getByRole("button", { name: "Link again" }).waitFor(wait);
    await lookAt(shop, link, "linked-banned-wizard");
  }, 300_000);

  it("shows after a reload how the number is being linked", async () => {
    whatsapp.phone(number).logOut();
    await page.goto(shop.at(`channels/${id}/connect/link`));
    await press("Link again");
    const code = page.locator("output");
    await code.or(qr()).first().waitFor(wait);
    if (await code.isVisible()) {
      await press("Scan a QR code instead");
      await qr().waitFor(wait);
    }
    await press("Link with a phone number instead");
    await page.getByLabel("Phone number", { exact: true }).fill(`+${number}`);
    await press("Get a code");
    await code.waitFor(wait);
    await page.reload();
    await code.waitFor(wait);
    await page.getByLabel("Phone number", { exact: true }).waitFor(wait);
    await press("Scan a QR code instead");
    await qr().waitFor(wait);
  }, 300_000);

  it("says that another phone was linked than the one it is for, and links the right one", async () => {
    const path = `channels/${id}/connection`;
    await page.goto(shop.at(path));
    await qr().waitFor(wait);
    expect(whatsapp.scanShown("491510000099")).toBe(true);
    await says("Another number was linked than the one in the settings. It was unlinked again.");
    await lookAt(shop, path, "linked-another");
    await page.goto(shop.at(path));
    const again = page.getByRole("button", { name: "Link again" });
    await again.or(qr()).first().waitFor(wait);
    if (await again.isVisible()) await again.click();
    await qr().waitFor(wait);
    await says(`This channel is for +${number}`);
    await lookAt(shop, path, "linked-again");
    await page.goto(shop.at(path));
    await qr().waitFor(wait);
    expect(whatsapp.scanShown(number)).toBe(true);
    await says("Linked and connected.");
    await page.locator("main h1").getByText("Working").waitFor(wait);
  }, 300_000);

  it("is switched on before it is linked, once it was off", async () => {
    const path = `channels/${id}/connection`;
    const { status } = await shop.mara.api("PATCH", `/channels/${id}`, {
      workspaceId: shop.workspaceId,
      body: { enabled: false },
    });
    expect(status).toBe(200);
    await page.goto(shop.at(path));
    const on = page.getByRole("button", { name: "Switch on", exact: true });
    await on.waitFor(wait);
    await expect(page.getByRole("button", { name: "Link again" }).count()).resolves.toBe(0);
    await lookAt(shop, path, "linked-off");
    await page.goto(shop.at(path));
    await on.click();
    await says("Linked and connected.");
    await page.locator("main h1").getByText("Working").waitFor(wait);
  }, 300_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(shop.house.strangers).toEqual([]);
    expect(shop.house.complaints).toEqual([]);
  });
});
