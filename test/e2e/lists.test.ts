import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { namesIn, openCrew, rowOf, type Crew } from "./crew.js";
import { picture } from "./house.js";

const customers = ["Ana Pérez", "Bo Lind", "Cem Kaya", "Dina Roth", "Eli Stone"];

/** The list of the inbox: its views, filters, orders and search. */
describe("the list of conversations", () => {
  let crew: Crew;
  let page: Page;
  const order = () => namesIn(page, customers);
  const shows = (expected: readonly string[]) =>
    eventually("the list", async () => {
      const now = await order();
      return JSON.stringify(now) === JSON.stringify(expected) ? true : undefined;
    }).catch(async () => expect(await order()).toEqual(expected));
  const chooseFilter = async (menu: string, item: string) => {
    await page.getByRole("button", { name: menu, exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: item, exact: true }).click();
    await page.getByRole("menu").waitFor({ state: "detached" });
  };
  const away = async () => {
    await page.mouse.move(700, 500);
    await page.getByRole("heading", { name: "Inbox" }).click();
  };

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
    const { write, ask, conversationOf, tomsSeat, marasSeat } = crew;
    for (const name of customers) await write(name, `Hello from ${name}`);
    await eventually("all of them", async () => {
      const { data } = await ask<{ data: unknown[] }>("GET", "/conversations?limit=100");
      return data.length === customers.length ? true : undefined;
    });
    await ask("POST", "/labels", { name: "VIP", color: "#b42318" });
    await ask("PATCH", `/conversations/${(await conversationOf("Bo Lind")).id}`, { assignee_id: tomsSeat });
    await ask("PATCH", `/conversations/${(await conversationOf("Cem Kaya")).id}`, {
      assignee_id: marasSeat,
      priority: "urgent",
    });
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
  }, 180_000);
  afterAll(() => crew.house.close());

  it("stands in every order that can be chosen", async () => {
    await shows([...customers].reverse());
    await chooseFilter("Order", "Oldest first");
    await shows(customers);
    await chooseFilter("Order", "Waiting longest");
    await shows(customers);
    await chooseFilter("Order", "Priority");
    await shows(["Cem Kaya", "Eli Stone", "Dina Roth", "Bo Lind", "Ana Pérez"]);
    await chooseFilter("Order", "Newest first");
    await shows([...customers].reverse());
  });

  it("is narrowed by filters, which the address keeps and a chip takes away", async () => {
    await chooseFilter("Filters", "Urgent");
    await shows(["Cem Kaya"]);
    expect(page.url()).toContain("priority=urgent");
    await page.reload();
    await shows(["Cem Kaya"]);
    await picture(page, "lists/filtered");
    await page.getByRole("button", { name: "Remove Urgent" }).click();
    await chooseFilter("Filters", "Tom Baker");
    await shows(["Bo Lind"]);
    await page.getByRole("button", { name: "Remove Tom Baker" }).click();
    await shows([...customers].reverse());
  });

  it("counts what is in its views, and leaves the focus where it was when another is chosen", async () => {
    const views = page.getByRole("navigation", { name: "Views" });
    await views.getByRole("link", { name: /^Mine\s*1$/ }).waitFor();
    await views.getByRole("link", { name: /^Unassigned\s*3$/ }).waitFor();
    await views.getByRole("link", { name: /^All\s*5$/ }).waitFor();
    const mine = views.getByRole("link", { name: /^Mine/ });
    await mine.focus();
    await page.keyboard.press("Enter");
    await shows(["Cem Kaya"]);
    expect(await mine.evaluate((link) => link.matches(":focus"))).toBe(true);
    await views.getByRole("link", { name: /^All/ }).click();
    await shows([...customers].reverse());
  });

  it("is kept as a view, changed, seen by a colleague at its address, and deleted", async () => {
    await chooseFilter("Filters", "Urgent");
    await page.getByRole("button", { name: "Save what is shown as a view" }).click();
    const dialog = page.getByRole("dialog", { name: "New view" });
    await dialog.getByLabel("Name").fill("Fires <script>alert(1)</script>");
    await dialog.getByRole("switch", { name: "Share with everybody" }).click();
    await picture(page, "lists/view-dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const views = page.getByRole("navigation", { name: "Views" });
    const saved = views.getByRole("link", { name: /Fires/ });
    await expect(saved.innerText()).resolves.toContain("<script>alert(1)</script>");
    await shows(["Cem Kaya"]);
    const address = page.url();

    await crew.tom.page.goto(address);
    await rowOf(crew.tom.page, "Cem Kaya").waitFor();
    expect(await namesIn(crew.tom.page, customers)).toEqual(["Cem Kaya"]);

    await saved.hover();
    await views.getByRole("button", { name: /More for Fires/ }).click();
    await page.getByRole("menuitem", { name: "Edit view" }).click();
    const edit = page.getByRole("dialog", { name: "Edit view" });
    await edit.getByLabel("Name").fill("Quiet ones");
    await edit.getByLabel("Priority").click();
    await page.getByRole("option", { name: "Any" }).click();
    await edit.getByLabel("Assigned to").click();
    await page.getByRole("option", { name: "Nobody" }).click();
    await edit.getByRole("button", { name: "Save" }).click();
    await edit.waitFor({ state: "detached" });
    await shows(["Eli Stone", "Dina Roth", "Ana Pérez"]);
    await views.getByRole("link", { name: /Quiet ones.*3/s }).waitFor();

    await views.getByRole("link", { name: /Quiet ones/ }).hover();
    await views.getByRole("button", { name: "More for Quiet ones" }).click();
    await page.getByRole("menuitem", { name: "Delete view" }).click();
    await page
      .getByRole("dialog", { name: /Delete the view/ })
      .getByRole("button", { name: "Delete view" })
      .click();
    await shows([...customers].reverse());
    await views.getByRole("link", { name: /Quiet ones/ }).waitFor({ state: "detached" });
    // Whoever still has the address is told, and finds a way on.
    await crew.tom.page.reload();
    await crew.tom.page.getByText("This view is not there any more").waitFor();
    await picture(crew.tom.page, "lists/view-gone");
  });

  it("does not move under whoever looks at it, and says what came", async () => {
    await page.keyboard.press("j");
    await rowOf(page, "Eli Stone").getByRole("link").first().waitFor();
    await crew.write("Ana Pérez", "One more thing");
    await rowOf(page, "Ana Pérez").getByText("One more thing").waitFor();
    expect(await order()).toEqual([...customers].reverse());
    const fresh = page.getByRole("button", { name: "1 new" });
    await fresh.waitFor();
    await picture(page, "lists/waiting-above");
    await fresh.click();
    await shows(["Ana Pérez", "Eli Stone", "Dina Roth", "Cem Kaya", "Bo Lind"]);
  });

  it("stays where it was scrolled to while messages come, and is there again after a look at another view", async () => {
    const many = Array.from({ length: 30 }, (_, index) => `Guest ${String(index + 1).padStart(2, "0")}`);
    for (const name of many) await crew.write(name, `I am ${name}`);
    await away();
    await rowOf(page, "Guest 30").waitFor();
    const grid = page.getByRole("grid", { name: "Conversations" });
    await grid.hover();
    await page.mouse.wheel(0, 900);
    const top = () => grid.evaluate((box) => box.scrollTop);
    await eventually("the scrolling", async () => ((await top()) >= 850 ? true : undefined));
    const before = await top();
    const seen = await rowOf(page, "Guest 12").boundingBox();
    await page.mouse.move(900, 500);
    await crew.write("Bo Lind", "I write while you read");
    await page.getByRole("button", { name: /new$/ }).waitFor();
    expect(await top()).toBe(before);
    expect((await rowOf(page, "Guest 12").boundingBox())!.y).toBe(seen!.y);
    const views = page.getByRole("navigation", { name: "Views" });
    await views.getByRole("link", { name: /^Mine/ }).click();
    await rowOf(page, "Guest 12").waitFor({ state: "detached" });
    await views.getByRole("link", { name: /^All/ }).click();
    await rowOf(page, "Guest 12").waitFor();
    await eventually("the old place", async () => (Math.abs((await top()) - before) < 90 ? true : undefined));
  });

  it("is searched by words and operators, with the keyboard alone", async () => {
    await away();
    await page.keyboard.press("/");
    const dialog = page.getByRole("dialog", { name: "Search messages" });
    const input = dialog.getByRole("combobox");
    await input.pressSequentially("hello");
    await dialog.getByRole("option").filter({ hasText: "Hello from Ana Pérez" }).waitFor();
    await expect(dialog.getByRole("option").count()).resolves.toBe(5);
    await input.fill("hello from:contact in:whatsapp is:open");
    await dialog.getByRole("option").filter({ hasText: "Hello from Bo Lind" }).waitFor();
    await input.fill("hello label:VIP");
    await dialog.getByText("Nothing was found.").waitFor();
    await input.fill("hello label:nobody");
    await dialog.getByText("Not understood: label:nobody").waitFor();
    await input.fill("hello before:2020-01-31");
    await dialog.getByText("Nothing was found.").waitFor();
    await input.fill("hello from:me");
    await dialog.getByText("Nothing was found.").waitFor();
    // An operator that is chosen is typed on at once.
    await input.fill("hello");
    await dialog.getByRole("button", { name: "is:" }).click();
    await page.keyboard.type("open");
    await expect(input.inputValue()).resolves.toBe("hello is:open");
    await input.fill("cem hello");
    await eventually("Cem alone", async () => ((await dialog.getByRole("option").count()) === 1 ? true : undefined));
    await picture(page, "lists/search");
    await page.keyboard.press("Enter");
    await page.getByRole("log", { name: /Cem Kaya/ }).waitFor();
    // Who does not wait for the answer gets what they asked for, not what stood there before.
    await page.keyboard.press("Escape");
    await away();
    await page.keyboard.press("/");
    await input.fill("hello");
    await eventually("all of them", async () => ((await dialog.getByRole("option").count()) === 5 ? true : undefined));
    await input.fill("dina hello");
    await page.keyboard.press("Enter");
    await page.getByRole("log", { name: /Dina Roth/ }).waitFor();
    // Operators alone lead to a list of what they say.
    await page.keyboard.press("Escape");
    await away();
    await page.keyboard.press("/");
    await input.fill("is:resolved");
    await dialog.getByRole("option", { name: /Show these conversations/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove Resolved" }).waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
