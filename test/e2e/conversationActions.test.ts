import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { composerOf, logOf, moreOf, openFloor, saidIn, type Floor } from "./floor.js";
import { copied, picture } from "./house.js";

/** What can be done to a message: everything its channel can, and a reason for everything else. */
describe("an agent and single messages", () => {
  let floor: Floor;
  let page: Page;
  const item = (name: string) => page.getByRole("menuitem", { name: new RegExp(`^${name}`) });
  const reply = async (text: string) => {
    await composerOf(page).fill(text);
    await composerOf(page).press("Enter");
    await saidIn(page, text)
      .getByText(/^Sent$|^Delivered$|^Read \d/)
      .first()
      .waitFor({ state: "attached" });
  };

  beforeAll(async () => {
    floor = await openFloor();
    page = floor.mara.page;
    await floor.mara.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await floor.customer("telegram", "Tim Gram", "Do you have it in red?");
    await floor.customer("whatsapp", "Ana App", "Is the blue one back?");
    await floor.customer("messenger", "Mia Page", "When do you open?");
  }, 180_000);
  afterAll(() => floor.house.close());

  it("edits and deletes where the channel can", async () => {
    await floor.open(page, "Tim Gram");
    await reply("Yes, in dark red.");
    await moreOf(page, "Yes, in dark red.");
    await picture(page, "conversation/menu-telegram");
    await item("Edit").click();
    const dialog = page.getByRole("dialog", { name: "Edit message" });
    await picture(page, "conversation/edit");
    await dialog.getByLabel("Text").fill("Yes, in light red.");
    await dialog.getByRole("button", { name: "Save" }).click();
    await saidIn(page, "Yes, in light red.").getByRole("button", { name: "edited" }).click();
    const drawer = page.getByRole("dialog", { name: "Message details" });
    await drawer.getByRole("tab", { name: "Versions" }).click();
    await drawer.getByText("Yes, in dark red.").waitFor();
    await picture(page, "conversation/drawer-versions");
    await page.keyboard.press("Escape");
    expect((await floor.sent("telegram")).some(({ url }) => url.endsWith("/editMessageText"))).toBe(true);
    await moreOf(page, "Yes, in light red.");
    await item("Delete for everyone").click();
    const sure = page.getByRole("alertdialog").or(page.getByRole("dialog", { name: "Delete this message?" }));
    await sure.getByRole("button", { name: "Delete" }).click();
    await logOf(page).getByText("This message was deleted.").waitFor();
    await picture(page, "conversation/deleted");
    expect((await floor.sent("telegram")).some(({ url }) => url.endsWith("/deleteMessage"))).toBe(true);
  });

  it("reads why not where the channel cannot", async () => {
    await floor.open(page, "Ana App");
    await reply("Five of them.");
    await moreOf(page, "Five of them.");
    await item("Edit").getByText("WhatsApp cannot change what was sent.").waitFor();
    await item("Delete for everyone").getByText("WhatsApp cannot take back what was sent.").waitFor();
    await picture(page, "conversation/menu-whatsapp");
    await item("Edit").click({ force: true });
    await expect(page.getByRole("dialog").count()).resolves.toBe(0);
    await page.keyboard.press("Escape");
    await floor.open(page, "Mia Page");
    await saidIn(page, "When do you open?").hover();
    const react = saidIn(page, "When do you open?").getByRole("button", {
      name: "Messenger lets customers react only.",
    });
    await react.hover();
    await page.getByRole("tooltip").getByText("Messenger lets customers react only.").waitFor();
  });

  it("reacts by keyboard, with any emoji that the channel takes", async () => {
    await floor.open(page, "Ana App");
    const message = saidIn(page, "Is the blue one back?");
    await message.getByRole("button", { name: "React" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "React with 👍" }).waitFor();
    await picture(page, "conversation/reactions-usual");
    await page.keyboard.press("End");
    for (let step = 0; step < 6; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const search = page.getByRole("searchbox", { name: "Search emoji" });
    await search.fill("snail");
    await page.locator("button[data-active]").filter({ hasText: "🐌" }).waitFor();
    await picture(page, "conversation/reactions-all");
    await page.keyboard.press("Enter");
    await message.getByRole("button", { name: "🐌, 1" }).waitFor();
    await picture(page, "conversation/reaction-given");
    // Pressed again it is taken back.
    await message.getByRole("button", { name: "🐌, 1" }).click();
    await message.getByRole("button", { name: "🐌, 1" }).waitFor({ state: "detached" });
    await floor.open(page, "Tim Gram");
    const asked = saidIn(page, "Do you have it in red?");
    await asked.getByRole("button", { name: "React" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "React with 😂" }).count()).resolves.toBe(0);
    await page.getByRole("button", { name: "More emoji" }).click();
    await picture(page, "conversation/reactions-telegram");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await asked.getByRole("button", { name: /, 1$/ }).waitFor();
    // The customer's own reaction comes beside it.
    const { body } = await floor.mara.api<{ customers: { messages: { id: string; from: string }[] }[] }>(
      "GET",
      `/channels/${floor.accounts.telegram}/simulator`,
      { workspaceId: floor.workspaceId },
    );
    const target = body.customers[0]!.messages.find(({ from }) => from === "customer")!.id;
    await floor.customer("telegram", "Tim Gram", { kind: "reaction", target, text: "🔥" });
    await asked.getByRole("button", { name: "🔥, 1" }).waitFor();
  });

  it("answers one message, and goes from an answer to what it answers", async () => {
    await floor.open(page, "Tim Gram");
    await saidIn(page, "Do you have it in red?").hover();
    await saidIn(page, "Do you have it in red?").getByRole("button", { name: "Reply", exact: true }).click();
    await page.getByRole("region", { name: "Write" }).getByText("Do you have it in red?").waitFor();
    await picture(page, "conversation/reply-to");
    await reply("About that one: yes.");
    const quote = saidIn(page, "About that one: yes.").getByRole("button", { name: /In reply to/ });
    // The mark does not last: somebody looks for it while it is made.
    const mark = saidIn(page, "Do you have it in red?").first().locator("[class*='outline-focus']").first();
    await Promise.all([mark.waitFor({ state: "attached" }), quote.click()]);
    await picture(page, "conversation/quoted");
    const call = (await floor.sent("telegram")).find(({ url }) => url.endsWith("/sendMessage"));
    expect(JSON.stringify(call?.request)).toContain("reply_parameters");
  });

  it("forwards a message with a comment, and copies one", async () => {
    await floor.open(page, "Tim Gram");
    await moreOf(page, "Do you have it in red?");
    await item("Copy text").click();
    await copied(page, "Do you have it in red?");
    await moreOf(page, "Do you have it in red?");
    await item("Forward").click();
    const dialog = page.getByRole("dialog", { name: "Forward message" });
    await dialog.getByRole("searchbox").fill("mia");
    await dialog.getByRole("radio", { name: /Mia Page/ }).click();
    await dialog.getByLabel("Comment before it (optional)").fill("Somebody else asked:");
    await picture(page, "conversation/forward");
    await dialog.getByRole("button", { name: "Forward" }).click();
    await floor.open(page, "Mia Page");
    await saidIn(page, "Somebody else asked:").waitFor();
    await saidIn(page, "Do you have it in red?").waitFor();
    const order = (await logOf(page).innerText()).replaceAll("\n", " ");
    expect(order).toMatch(/Somebody else asked:.*Do you have it in red\?/);
    await picture(page, "conversation/forwarded");
  });

  it("sees what customers edit and take back", async () => {
    const id = await floor.customer("whatsapp", "Ana App", "Or the grean one?");
    await floor.open(page, "Ana App");
    await saidIn(page, "Or the grean one?").waitFor();
    await floor.customer("whatsapp", "Ana App", { kind: "edit", target: id, text: "Or the green one?" });
    await saidIn(page, "Or the green one?").getByText("edited").waitFor();
    await floor.customer("whatsapp", "Ana App", { kind: "remove", target: id });
    await logOf(page).getByText("This message was deleted.").waitFor();
  });

  it("works in the dark, in Arabic and on a phone", async () => {
    const phone = await floor.again({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await floor.open(phone.page, "Tim Gram");
    await saidIn(phone.page, "About that one: yes.").waitFor();
    await picture(phone.page, "conversation/thread-phone");
    await phone.context.close();
    const dark = await floor.again({ colorScheme: "dark" });
    await floor.open(dark.page, "Tim Gram");
    await saidIn(dark.page, "About that one: yes.").waitFor();
    await moreOf(dark.page, "About that one: yes.");
    await picture(dark.page, "conversation/thread-dark");
    await dark.context.close();
    const { status } = await floor.mara.api("PATCH", "/me", { body: { language: "ar" } });
    expect(status).toBe(200);
    const arabic = await floor.again();
    await arabic.page.goto(page.url());
    await arabic.page.getByRole("log").waitFor();
    await arabic.page.getByRole("article").last().hover();
    await picture(arabic.page, "conversation/thread-arabic");
    await arabic.context.close();
    await floor.mara.api("PATCH", "/me", { body: { language: "en" } });
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
