import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { picture } from "./house.js";

/** The palette, the sheet of keys, keys of one's own, and the shape of the page that an account remembers. */
describe("the keyboard and the shape of the page", () => {
  let crew: Crew;
  let page: Page;
  const palette = () => page.getByRole("dialog", { name: "Command palette" });
  const ready = async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
  };

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
    for (const name of ["Ana Pérez", "Bo Lind"]) await crew.write(name, `Hello from ${name}`);
    await ready();
  }, 180_000);
  afterAll(() => crew.house.close());

  it("finds actions with their keys, places and contacts, and loses nothing typed while it loads", async () => {
    // Nothing of the palette is there yet, and its code takes its time.
    let letIn = () => {};
    const typed = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    await page.route(/CommandPalette/, async (route) => {
      await typed;
      await route.continue();
    });
    await ready();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ana p");
    letIn();
    await expect(palette().getByRole("combobox").inputValue()).resolves.toBe("ana p");
    await page.unroute(/CommandPalette/);
    await palette().getByRole("option", { name: "Ana Pérez" }).waitFor();
    await picture(page, "keyboard/palette");
    await palette().getByRole("option", { name: "Ana Pérez", selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Ana Pérez" }).waitFor();
    await ready();
    await page.keyboard.press("Control+k");
    await palette().getByRole("combobox").fill("snooze");
    await expect(palette().getByRole("option").first().innerText()).resolves.toMatch(/Snooze\s*H/);
    await palette().getByRole("combobox").fill("contacts");
    await palette()
      .getByRole("option", { name: /Contacts/, selected: true })
      .waitFor();
    await picture(page, "keyboard/palette-place");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/contacts/);
  });

  it("shows the keys, searchable, and turns single ones off", async () => {
    await ready();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await sheet.getByRole("searchbox").fill("resolve");
    await sheet.getByText("Resolve and open the next").waitFor();
    await expect(sheet.getByText("Snooze", { exact: true }).count()).resolves.toBe(0);
    await picture(page, "keyboard/sheet");
    await sheet.getByRole("switch").click();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("Alt+j");
    await page.keyboard.press("Alt+x");
    await page.getByRole("toolbar", { name: "Selected conversations" }).getByText("1 selected").waitFor();
    await page.keyboard.press("Alt+Escape");
  });

  it("takes a key of one's own, after it was said whose it was", async () => {
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/settings/keyboard`);
    await page.getByRole("switch").first().click();
    await page
      .getByRole("button", { name: /Snooze/ })
      .first()
      .click();
    await page.keyboard.press("e");
    const conflict = page.getByRole("alert").filter({ hasText: "Resolve or reopen" });
    await conflict.waitFor();
    await picture(page, "keyboard/conflict");
    await conflict.getByRole("button").first().click();
    await conflict.waitFor({ state: "detached" });
    await ready();
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    await page.getByRole("dialog", { name: "Snooze until" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("remembers widths and what was put away in the account, for every device", async () => {
    await ready();
    const line = page.getByRole("separator", { name: "Width of the list" });
    const width = async (of: Page) =>
      of.getByRole("separator", { name: "Width of the list" }).getAttribute("aria-valuenow");
    await line.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(width(page)).resolves.toBe("372");
    const box = (await line.boundingBox())!;
    await page.mouse.move(box.x, 400);
    await page.mouse.down();
    await page.mouse.move(box.x + 40, 400, { steps: 4 });
    await page.mouse.up();
    await expect(width(page)).resolves.toBe("412");
    const panes = async () =>
      (await crew.mara.api<{ preferences: { panes: Record<string, number> } }>("GET", "/me")).body.preferences.panes;
    await eventually("the width", async () => ((await panes())["inbox.list"] === 412 ? true : undefined));

    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/home`);
    await page
      .getByRole("button", { name: /Dismiss|Hide/ })
      .first()
      .click();
    await picture(page, "keyboard/home");
    await eventually("the choice", async () => {
      const { body } = await crew.mara.api<{ preferences: { dismissed: string[] } }>("GET", "/me");
      return body.preferences.dismissed.includes(`checklist:${crew.workspaceId}`) ? true : undefined;
    });
    const other = await crew.house.visitor();
    await other.api("POST", "/auth/sign-in", {
      body: { email: "mara@example.com", password: "blue kettle on a shelf" },
    });
    await other.page.goto(crew.inbox());
    await rowOf(other.page, "Ana Pérez").waitFor();
    await expect(width(other.page)).resolves.toBe("412");
    await other.context.close();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
