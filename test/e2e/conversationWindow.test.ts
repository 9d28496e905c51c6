import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { composerOf, logOf, moreOf, noteOf, openFloor, saidIn, type Floor } from "./floor.js";
import { copied, picture } from "./house.js";

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** What may be said, what came of it, and what an agent is told of either. */
describe("an agent at the edge of the reply window", () => {
  let floor: Floor;
  let page: Page;

  beforeAll(async () => {
    floor = await openFloor(["whatsapp", "telegram"]);
    page = floor.mara.page;
    await floor.mara.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await floor.customer("whatsapp", "Lena Old", { text: "Is my order there yet?", at: hoursAgo(30) });
    await floor.customer("whatsapp", "Rui Late", { text: "Can I still change it?", at: hoursAgo(22.5) });
    await floor.customer("whatsapp", "Ana Fresh", "Is the blue one back?");
    await floor.customer("telegram", "Tim Gram", "Hi there");
  }, 180_000);
  afterAll(() => floor.house.close());

  it("sees that the time is over, and sends a template instead", async () => {
    await floor.open(page, "Lena Old");
    await page.getByText("The time to answer freely is over.", { exact: true }).first().waitFor();
    await logOf(page).getByRole("separator", { name: "New" }).waitFor();
    await picture(page, "conversation/window-closed");
    await page
      .getByRole("region", { name: "Write" })
      .getByRole("button", { name: "Choose a template" })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("spring_sale").waitFor();
    await expect(dialog.getByRole("button", { name: /spring_sale/ }).isDisabled()).resolves.toBe(true);
    await picture(page, "conversation/templates");
    await dialog.getByRole("searchbox").fill("order");
    await dialog.getByRole("button", { name: /order_update en/ }).click();
    // The name of the customer is offered where the text begins.
    await expect(dialog.getByLabel("Text: 1").inputValue()).resolves.toBe("Lena Old");
    const send = dialog.getByRole("button", { name: "Send template" });
    await dialog.getByText("Fill in every place before you send it.").waitFor();
    await expect(send.isDisabled()).resolves.toBe(true);
    await picture(page, "conversation/template-missing");
    await dialog.getByLabel("Header: 1").fill("4711");
    await dialog.getByLabel("Text: 2").fill("Friday");
    await dialog.getByLabel("Button: 1").fill("4711");
    const shown = dialog.getByRole("region", { name: "What the customer reads" });
    await shown.getByText("Hello Lena Old, your order is on its way and should be with you on Friday.").waitFor();
    await shown.getByText("Follow the parcel").waitFor();
    await picture(page, "conversation/template-filled");
    await eventually("the preview without problems", async () => ((await send.isEnabled()) ? true : undefined));
    await send.click();
    await saidIn(page, "should be with you on Friday")
      .getByText(/^Read \d/)
      .waitFor();
    await saidIn(page, "should be with you on Friday").getByText("Template order_update (en)").waitFor();
    await picture(page, "conversation/template-sent");
    // Notes are possible whatever the window says.
    await page.getByRole("button", { name: "Write a note" }).click();
    await noteOf(page).waitFor();
  });

  it("is told how much time is left, louder when it is little", async () => {
    await floor.open(page, "Rui Late");
    await page.getByText(/1 hrs? (29|30) mins? left to reply/).waitFor();
    await picture(page, "conversation/window-countdown");
    await floor.open(page, "Tim Gram");
    await composerOf(page).waitFor();
    await expect(page.getByText("left to reply").count()).resolves.toBe(0);
  });

  it("reads why a message failed, and is offered the way that is allowed", async () => {
    await floor.fault("whatsapp", "window_closed", true);
    await floor.open(page, "Ana Fresh");
    await composerOf(page).fill("It is back since today.");
    await composerOf(page).press("Enter");
    const failed = saidIn(page, "It is back since today.").getByRole("group", { name: "Not delivered" });
    await failed.waitFor();
    await failed.getByText("The time to answer freely is over on this channel.").waitFor();
    await picture(page, "conversation/failed");
    await failed.getByRole("button", { name: "Use a template" }).click();
    await page.getByRole("dialog", { name: "Choose a template" }).waitFor();
    await page.keyboard.press("Escape");
    // A retry is an attempt of its own, and the mark stays until the provider takes it.
    await failed.getByRole("button", { name: "Try again" }).click();
    const id = await floor.conversationOf("Ana Fresh");
    const attempts = async () => {
      const [message] = await floor.messages(id);
      const { body } = await floor.mara.api<{ attempts: { outcome: string }[]; status: string }>(
        "GET",
        `/messages/${message!.id}`,
        { workspaceId: floor.workspaceId },
      );
      return body;
    };
    await eventually("the second failure", async () => {
      const { attempts: tried, status } = await attempts();
      return tried.length === 2 && status === "failed" ? true : undefined;
    });
    await failed.waitFor();
    await floor.fault("whatsapp", "window_closed", false);
    await failed.getByRole("button", { name: "Edit" }).click();
    await eventually("the words once more", async () =>
      (await composerOf(page).inputValue()) === "It is back since today." ? true : undefined,
    );
    await composerOf(page).fill("");
    await failed.getByRole("button", { name: "Copy" }).click();
    await copied(page, "It is back since today.");
    // The drawer lists what came of each attempt, and makes the next one.
    await failed.getByRole("button", { name: "Attempts" }).click();
    const drawer = page.getByRole("dialog", { name: "Message details" });
    await eventually("two attempts", async () =>
      (await drawer.getByText("Attempt", { exact: true }).count()) === 2 ? true : undefined,
    );
    await picture(page, "conversation/drawer-failed");
    await drawer.getByRole("button", { name: "Try to send it again" }).click();
    await eventually("the third attempt", async () =>
      (await drawer.getByText("Attempt", { exact: true }).count()) === 3 ? true : undefined,
    );
    await page.keyboard.press("Escape");
    await saidIn(page, "It is back since today.")
      .getByText(/^Read \d/)
      .waitFor();
    await failed.waitFor({ state: "detached" });
    expect((await attempts()).attempts.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "sent"]);
  });

  it("follows a message station by station", async () => {
    const { workspaceId } = floor;
    const bin = await floor.mara.api<{ url: string }>("POST", "/webhook-bins", { workspaceId, body: {} });
    const hook = await floor.mara.api("POST", "/webhook-endpoints", { workspaceId, body: { url: bin.body.url } });
    expect([hook.status, hook.body]).toEqual([201, expect.anything()]);
    await floor.open(page, "Ana Fresh");
    await composerOf(page).fill("Anything else?");
    await composerOf(page).press("Enter");
    await saidIn(page, "Anything else?")
      .getByText(/^Read \d/)
      .waitFor();
    const menu = await moreOf(page, "It is back since today.");
    await menu.getByRole("menuitem", { name: "Details" }).click();
    const drawer = page.getByRole("dialog", { name: "Message details" });
    await drawer.getByText("Attempt").first().waitFor();
    await expect(drawer.getByText("Attempt", { exact: true }).count()).resolves.toBe(3);
    await picture(page, "conversation/drawer-trace");
    await drawer.getByRole("tab", { name: "Normalized" }).click();
    await drawer.getByText('"It is back since today."').waitFor();
    await picture(page, "conversation/drawer-normalized");
    await drawer.getByRole("tab", { name: "IDs" }).click();
    await drawer.getByText("Conversation", { exact: true }).waitFor();
    await picture(page, "conversation/drawer-ids");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    const second = await moreOf(page, "Anything else?");
    await second.getByRole("menuitem", { name: "Details" }).click();
    await drawer.getByText("Webhook", { exact: true }).first().waitFor();
    await picture(page, "conversation/drawer-webhooks");
    await page.keyboard.press("Escape");
    await logOf(page).waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
