import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openHouse, owner, picture, type House, type Visitor } from "./house.js";

/** The first minutes of a newcomer, through the dashboard alone. */
describe("the first run", () => {
  let house: House;
  let mara: Visitor;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
  });
  afterAll(() => house.close());

  it("leads from the set-up link to an inbox in which a customer writes", async () => {
    const { page } = mara;
    await page.goto(house.setupLink);
    await page.getByLabel("Your name").fill(owner.name);
    await page.getByLabel("E-mail address").fill(owner.email);
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    // The token is not left in the address for whoever looks over a shoulder, or at the history.
    expect(page.url()).not.toContain("#");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByLabel("Name of the workspace").fill("Blue Shop");
    await expect(page.getByRole("checkbox").isChecked()).resolves.toBe(true);
    await picture(page, "first-run");
    await page.getByRole("button", { name: "Create the workspace" }).click();
    await page.waitForURL(/\/inbox\//, { timeout: 120_000 });
    await page.getByRole("row").filter({ hasText: "Sofia Marino" }).waitFor({ timeout: 60_000 });
  }, 240_000);

  it("sees the ticks of a reply move until the customer has read it", async () => {
    const { page } = mara;
    await page.getByRole("row").filter({ hasText: "Sofia Marino" }).getByText("Sofia Marino").click();
    const writing = page.getByRole("combobox", { name: "Reply to Sofia Marino" });
    await writing.fill("Hello Sofia, yes, we ship to Ireland.");
    await writing.press("Enter");
    const thread = page.getByRole("log");
    await thread.getByText("Hello Sofia, yes, we ship to Ireland.").waitFor();
    await thread.getByText(/^Read \d/).waitFor({ timeout: 60_000 });
    await picture(page, "first-reply");
  });

  it("does not let the set-up link be used twice", async () => {
    const { page, context } = await house.visitor();
    await page.goto(house.setupLink);
    await page.getByRole("heading", { name: /already|used/i }).waitFor();
    await context.close();
  });

  it("removes the demo with one button, and the inbox is empty", async () => {
    const { page } = mara;
    const workspace = page.url().split("/")[4]!;
    await page.goto(`${house.url}/w/${workspace}/home`);
    await page.getByRole("button", { name: "Remove demo data" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Remove/ })
      .click();
    await page.getByRole("button", { name: "Load demo data" }).waitFor({ timeout: 120_000 });
    const left = await mara.api<{ data: unknown[] }>("GET", "/conversations", { workspaceId: workspace });
    expect(left.body.data).toEqual([]);
    const channels = await mara.api<{ data: unknown[] }>("GET", "/channels", { workspaceId: workspace });
    expect(channels.body.data).toEqual([]);
  }, 180_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
