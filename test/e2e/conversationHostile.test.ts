import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { composerOf, logOf, moreOf, noteOf, openFloor, saidIn, type Floor } from "./floor.js";
import { picture } from "./house.js";

const img = `<img src=x onerror="window.ran=1">`;
const script = `"><script>window.ran=1</script>`;
const link = "javascript:window.ran=1";
const markdown = `[press](javascript:window.ran=1) data:text/html,<script>window.ran=1</script> https://good.example/"onmouseover="window.ran=1`;

/** Scripts that somebody stored in every place that takes words: shown as words, and nothing else. */
describe("stored scripts", () => {
  let floor: Floor;
  let page: Page;
  const dialogs: string[] = [];
  const post = async (path: string, body: unknown) => {
    const answer = await floor.mara.api<{ id: string }>("POST", path, { workspaceId: floor.workspaceId, body });
    expect([path, answer.status, answer.body]).toEqual([path, 201, expect.anything()]);
    return answer.body;
  };
  /** Nothing ran, nothing became an element or a link. */
  const harmless = async () => {
    await expect(page.evaluate("window.ran")).resolves.toBeUndefined();
    await expect(page.locator("img[src='x']").count()).resolves.toBe(0);
    await expect(page.locator("a[href^='javascript' i], a[href^='data:text' i]").count()).resolves.toBe(0);
    await expect(page.locator("[onmouseover], [onerror], [onload]").count()).resolves.toBe(0);
    expect(dialogs).toEqual([]);
  };

  beforeAll(async () => {
    floor = await openFloor(["whatsapp", "telegram"]);
    page = floor.mara.page;
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const { workspaceId } = floor;
    for (const text of [img, script, link, markdown]) await floor.customer("whatsapp", img, text);
    await floor.customer("whatsapp", img, { kind: "document", text: script });
    await floor.customer("telegram", script, { kind: "contact" });
    await floor.customer("telegram", script, link);
    const id = await floor.conversationOf(img);
    await eventually("the templates", async () => {
      const { body } = await floor.mara.api<{ data: unknown[] }>(
        "GET",
        `/channels/${floor.accounts.whatsapp}/templates`,
        { workspaceId },
      );
      return body.data.length > 0 ? true : undefined;
    });
    const label = await post("/labels", { name: img.slice(0, 50), color: "#0b7268" });
    await post("/teams", { name: script.slice(0, 50) });
    await post("/canned-replies", { shortcut: "evil", name: img, text: `${script} ${link}`, language: null });
    await post("/macros", { name: img, shared: true, actions: [{ kind: "note", text: script }] });
    await post("/views", { name: img, shared: true, filters: {}, sort: "newest" });
    await post(`/conversations/${id}/notes`, { text: `${img} ${script} ${link}` });
    await post(`/conversations/${id}/messages`, { content: { kind: "text", text: `${img} ${markdown}` } });
    await post(`/conversations/${id}/messages`, {
      content: {
        kind: "template",
        name: "reminder",
        language: "en",
        parameters: [
          { name: "name", value: img },
          { name: "day", value: script },
          { name: "time", value: link },
        ],
      },
    });
    await post(`/conversations/${id}/messages`, {
      content: { kind: "text", text: script },
      send_at: new Date(Date.now() + 86_400_000).toISOString(),
    });
    const change = await floor.mara.api("PATCH", `/conversations/${id}`, {
      workspaceId,
      body: { add_labels: [label.id] },
    });
    expect(change.status).toBe(200);
    const { body } = await floor.mara.api<{ contact: { id: string } }>("GET", `/conversations/${id}`, { workspaceId });
    await post(`/contacts/${body.contact.id}/notes`, { text: `${img} ${script}` });
    const contact = await floor.mara.api("PATCH", `/contacts/${body.contact.id}`, {
      workspaceId,
      body: { attributes: { evil: img, address: link } },
    });
    expect(contact.status).toBe(200);
    expect((await floor.mara.api("PATCH", "/me", { body: { name: img } })).status).toBe(200);
  }, 180_000);
  afterAll(() => floor.house.close());

  it("stand in the thread, the list and beside it as words", async () => {
    await floor.open(page, img);
    for (const words of [script, link]) await logOf(page).getByText(words).first().waitFor({ state: "attached" });
    await logOf(page).getByText(`Hello ${img}, we expect you on`).waitFor({ state: "attached" });
    await page.getByRole("row").filter({ hasText: img }).first().waitFor();
    await page.getByRole("complementary").or(page.getByText("Notes about the contact")).first().waitFor();
    await picture(page, "conversation/hostile");
    await harmless();
    // A real link beside it is one, and gives nothing away.
    const good = logOf(page)
      .getByRole("link", { name: /good\.example/ })
      .first();
    await expect(good.getAttribute("rel")).resolves.toBe("noopener noreferrer nofollow");
    await floor.open(page, script);
    await harmless();
  });

  it("stay words in every list, menu and window of a conversation", async () => {
    await floor.open(page, img);
    await composerOf(page).pressSequentially("/ev");
    await page.getByRole("option", { name: /img src=x/ }).waitFor();
    await page.keyboard.press("Enter");
    await eventually("the reply is put in", async () =>
      (await composerOf(page).inputValue()).includes("script") ? true : undefined,
    );
    await harmless();
    await composerOf(page).press("Control+a");
    await composerOf(page).press("Delete");
    await page.getByRole("tab", { name: "Note" }).click();
    await noteOf(page).pressSequentially("@");
    await page.getByRole("option", { name: /img src=x/ }).waitFor();
    await harmless();
    await page.keyboard.press("Escape");
    await noteOf(page).fill("");
    await page.getByRole("tab", { name: "Reply" }).click();
    await moreOf(page, link);
    await page.getByRole("menuitem", { name: "Details" }).click();
    const drawer = page.getByRole("dialog", { name: "Message details" });
    for (const tab of ["Normalized", "Provider", "IDs"]) {
      await drawer.getByRole("tab", { name: tab }).click();
      await harmless();
    }
    await page.keyboard.press("Escape");
    await moreOf(page, link);
    await page.getByRole("menuitem", { name: "Forward" }).click();
    await page.getByRole("dialog", { name: "Forward message" }).getByRole("radio").first().waitFor();
    await harmless();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Scheduled", exact: true }).click();
    await page.getByRole("dialog", { name: "Scheduled messages" }).getByText(script).waitFor();
    await harmless();
    await page.keyboard.press("Escape");
    await saidIn(page, link).first().waitFor();
    for (const key of ["a", "l"]) {
      await logOf(page).focus();
      await page.keyboard.press(key);
      await page.getByRole("dialog").getByText("img src=x").first().waitFor();
      await harmless();
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press("/");
    await page
      .getByRole("dialog", { name: "Search messages" })
      .getByRole("combobox")
      .or(page.getByPlaceholder("Search all messages"))
      .first()
      .fill("script");
    await page.getByRole("dialog", { name: "Search messages" }).getByText("script").first().waitFor();
    await harmless();
    await page.keyboard.press("Escape");
  });

  it("stay words on the pages around the inbox", async () => {
    for (const path of [
      "contacts",
      "settings/canned",
      "settings/labels",
      "settings/macros",
      "settings/members",
      "settings/teams",
    ]) {
      await page.goto(`${floor.house.url}/w/${floor.workspaceId}/${path}`);
      await page
        .getByText(/img src=x|script>/)
        .first()
        .waitFor();
      await harmless();
    }
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
