import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { composerFor, openFloor, restOf, rowAnyhow as rowOf, type Floor, type Kind } from "./floor.js";
import { picture } from "./house.js";

const customers: readonly (readonly [Kind, string])[] = [
  ["telegram", "Ana Pérez"],
  ["telegram", "Bo Lind"],
  ["messenger", "Cem Kaya"],
  ["messenger", "Dina Roth"],
  ["whatsapp", "Eli Stone"],
  ["whatsapp", "Fay Wong"],
];

interface Row {
  id: string;
  status: string;
  assignee_id: string | null;
  unread_for_me: number;
  contact: { name: string };
}

/** What is open or chosen while customers write: it stays, and what was typed into it too. */
describe("what is open in a rush", () => {
  let floor: Floor;
  let page: Page;
  let round = 0;

  const rows = async () =>
    (await floor.mara.api<{ data: Row[] }>("GET", "/conversations?limit=100", { workspaceId: floor.workspaceId })).body
      .data;
  const go = async (name: string) => {
    await rowOf(page, name).click();
    await composerFor(page, name).waitFor();
  };
  /** Everybody writes at once, and the page has shown it. */
  const burst = async () => {
    round += 1;
    const said = `round ${round}.`;
    await Promise.all(customers.map(([kind, name]) => floor.customer(kind, name, `${name}, ${said}`)));
    for (const [, name] of customers) await rowOf(page, name).getByText(said).waitFor({ state: "attached" });
  };
  const focused = (field: Locator) => field.evaluate((element) => element === element.ownerDocument.activeElement);
  /** What is typed into a field half before and half during a burst is there as a whole, with the focus. */
  const survives = async (field: Locator, words: string) => {
    await field.pressSequentially(words.slice(0, 3));
    await Promise.all([burst(), field.pressSequentially(words.slice(3), { delay: 80 })]);
    expect(await field.inputValue()).toBe(words);
    expect(await focused(field)).toBe(true);
  };

  beforeAll(async () => {
    floor = await openFloor();
    ({ page } = floor.mara);
    for (const [kind, name] of customers) await floor.customer(kind, name, `Hello from ${name}`);
    for (const [, name] of customers) await floor.conversationOf(name);
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all`);
    await rowOf(page, "Ana Pérez").waitFor();
  }, 180_000);
  afterAll(() => floor.house.close());

  it("is a window over the page: search, palette, snooze, assign and macros", async () => {
    await go("Ana Pérez");
    await page.getByRole("log", { name: /Ana Pérez/ }).click();
    for (const [key, words] of [
      ["/", "hello"],
      ["Control+k", "settings"],
      ["h", "tomorrow 9"],
      ["a", "mara"],
      ["m", "close"],
    ] as const) {
      await page.keyboard.press(key);
      const field = page.getByRole("dialog").getByRole("combobox");
      await field.waitFor();
      await survives(field, words);
      await page.keyboard.press("Escape");
      if (await page.getByRole("dialog").isVisible()) await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
  }, 240_000);

  it("is what the composer opens: emoji, templates, who is mentioned, and when to send", async () => {
    await go("Eli Stone");
    await page.getByRole("button", { name: "Emoji" }).click();
    await survives(page.getByRole("dialog", { name: "Emoji" }).getByRole("searchbox"), "heart");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Choose a template" }).click();
    await page.getByRole("dialog", { name: /template/i }).waitFor();
    await burst();
    await picture(page, "rush/template");
    await page.getByRole("dialog", { name: /template/i }).waitFor();
    await page.keyboard.press("Escape");
    await composerFor(page, "Eli Stone").fill("Until then");
    await page.getByRole("button", { name: "Send later" }).click();
    await survives(page.getByRole("dialog", { name: "Send later" }).getByRole("combobox"), "tomorrow 9");
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Note" }).click();
    const note = page.getByRole("combobox", { name: "Private note" });
    await note.pressSequentially("For @Ma");
    await page.getByRole("option", { name: "Mara Lind" }).waitFor();
    await burst();
    await page.getByRole("option", { name: "Mara Lind" }).waitFor();
    await note.press("Enter");
    expect(await note.inputValue()).toBe("For @Mara Lind ");
    await note.fill("");
    await page.getByRole("tab", { name: "Reply" }).click();
    await composerFor(page, "Eli Stone").fill("");
  }, 240_000);

  it("is what is being put right beside the thread, and a menu of the list", async () => {
    await go("Bo Lind");
    const panel = page.getByRole("complementary", { name: "Details" });
    await panel.getByText("Bo Lind").first().waitFor();
    await panel.getByRole("button", { name: "Edit contact" }).click();
    const name = panel.getByRole("textbox", { name: "Name" });
    await name.fill("");
    await survives(name, "Bo Lindqvist");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Filters" }).click();
    const item = page.getByRole("menuitemcheckbox", { name: "Snoozed" });
    const before = await restOf(item);
    await burst();
    expect(await item.boundingBox()).toEqual(before);
    await page.keyboard.press("Escape");
  }, 180_000);

  it("are the rows that were chosen, wherever they move, and nothing else is changed", async () => {
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all`);
    const chosen = ["Bo Lind", "Eli Stone"];
    for (const name of chosen) {
      await rowOf(page, name).hover();
      await rowOf(page, name).getByRole("checkbox").check();
    }
    const bar = page.getByRole("toolbar", { name: "Selected conversations" });
    await bar.getByText("2 selected").waitFor();
    // The pointer is elsewhere: the list may move.
    await page.mouse.move(800, 500);
    await page.evaluate("document.activeElement.blur()");
    await burst();
    await floor.customer("messenger", "Cem Kaya", "First of all");
    await eventually("another order", async () =>
      (await page.getByRole("row").first().innerText()).includes("First of all") ? true : undefined,
    );
    for (const [, name] of customers)
      expect([name, await rowOf(page, name).getByRole("checkbox").isChecked()]).toEqual([name, chosen.includes(name)]);
    await picture(page, "rush/chosen");
    await bar.getByRole("button", { name: "Resolve" }).click();
    await eventually("both resolved", async () =>
      (await rows()).filter(({ status }) => status === "resolved").length === 2 ? true : undefined,
    );
    expect(
      (await rows())
        .filter(({ status }) => status === "resolved")
        .map(({ contact }) => contact.name)
        .toSorted(),
    ).toEqual(chosen);
    // Taken back while the list moves.
    const others = customers.filter(([, name]) => !chosen.includes(name));
    await Promise.all(others.map(([kind, name]) => floor.customer(kind, name, "Meanwhile")));
    await page.getByRole("button", { name: "Undo" }).first().click();
    for (const name of chosen) await rowOf(page, name).waitFor();
    await eventually("all open", async () =>
      (await rows()).every(({ status }) => status === "open") ? true : undefined,
    );
  }, 180_000);

  it("counts right in the end: rows, views and the title", async () => {
    await floor.mara.api("POST", "/conversations/bulk", {
      workspaceId: floor.workspaceId,
      body: { ids: (await rows()).map(({ id }) => id), change: { assignee_id: floor.memberId }, read: true },
    });
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all`);
    await rowOf(page, "Ana Pérez").waitFor();
    await burst();
    await burst();
    for (const [, name] of customers) await rowOf(page, name).getByText("2 unread").waitFor({ state: "attached" });
    await go("Fay Wong");
    await rowOf(page, "Fay Wong").getByText("2 unread").waitFor({ state: "detached" });
    await burst();
    for (const [, name] of customers)
      if (name !== "Fay Wong") await rowOf(page, name).getByText("3 unread").waitFor({ state: "attached" });
    await rowOf(page, "Fay Wong").getByText("unread").waitFor({ state: "detached" });
    const views = page.getByRole("navigation", { name: "Views" });
    await views.getByRole("link", { name: /^Mine.*6/ }).waitFor();
    await eventually("the title", async () => ((await page.title()).startsWith("(5)") ? true : undefined));
    expect((await rows()).map(({ unread_for_me: unread }) => unread).toSorted()).toEqual([0, 3, 3, 3, 3, 3]);
  }, 180_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
