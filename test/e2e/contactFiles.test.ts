import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { openCrew, type Crew } from "./crew.js";
import { owner, picture } from "./house.js";

const people =
  "Name;Mobile;E-Mail;Customer tier;Name\n" +
  "Ada Byron;+49 30 901820;ada@example.org;gold;1\n" +
  '"Bo <script>alert(1)</script>";;bo@example.org;"=cmd|\' /C calc\'!A0";2\n' +
  "Cy;not a number;;;3\n" +
  "Dee;;;silver;4\n";

/** Contacts from a file, into a file, and by what is known of them, in the browser. */
describe("files and segments of contacts", () => {
  let crew: Crew;
  let page: Page;
  const folder = mkdtempSync(join(tmpdir(), "contact-files-"));
  const fileOf = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const list = () => `${crew.house.url}/w/${crew.workspaceId}/contacts`;
  const dialog = (of: Page = page) => of.getByRole("dialog", { name: "Import contacts" });
  const choose = async (name: string, content: string | Uint8Array) => {
    await page.locator("input[type=file]").setInputFiles(fileOf(name, content));
  };
  const figure = (name: string, within: Locator) =>
    within.locator("dl > div").filter({ hasText: name }).locator("dd").innerText();

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
  }, 180_000);
  afterAll(() => crew.house.close());

  it("are read, mapped, tried and imported, and nothing is written before the last step", async () => {
    await page.goto(list());
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Import from CSV" }).click();
    await dialog().getByText("Step 1 of 4").waitFor();
    await picture(page, "contact-files/file");
    await choose("people.csv", people);
    await dialog().getByText("4 rows").waitFor();
    await picture(page, "contact-files/columns");
    const holds = (heading: string) => dialog().getByRole("combobox", { name: `What “${heading}” holds` });
    expect(await holds("Mobile").innerText()).toContain("Phone number");
    expect(await holds("E-Mail").innerText()).toContain("E-mail address");
    // The second column of that name is left out until somebody says what it is.
    expect(await holds("Name").last().innerText()).toContain("Not imported");
    await expect(dialog().getByRole("textbox", { name: "Attribute for “Customer tier”" }).inputValue()).resolves.toBe(
      "Customer_tier",
    );
    await dialog().getByRole("textbox", { name: "Attribute for “Customer tier”" }).fill("tier");
    await dialog().getByRole("button", { name: "See what would happen" }).click();
    await dialog().getByText("Nothing has been written yet.", { exact: false }).waitFor();
    expect(await figure("New", dialog())).toBe("2");
    expect(await figure("Refused", dialog())).toBe("2");
    await dialog().getByText("This is no phone number, or its country code is missing.").waitFor();
    await picture(page, "contact-files/check");
    expect((await crew.ask<{ data: unknown[] }>("GET", "/contacts")).data).toEqual([]);
    await dialog().getByRole("button", { name: "Import 2 contacts" }).click();
    await dialog().getByText("The file is imported.").waitFor();
    await picture(page, "contact-files/done");
    const saving = page.waitForEvent("download");
    await dialog().getByRole("button", { name: "Download the list" }).click();
    const refused = readFileSync(await (await saving).path(), "utf8");
    expect(refused.split("\r\n").slice(1, 3)).toEqual([
      '4,Mobile,"This is no phone number, or its country code is missing."',
      "5,,It has neither a phone number nor an e-mail address.",
    ]);
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("link", { name: /Ada Byron/ }).waitFor();
    await page.getByRole("link", { name: /Bo <script>/ }).waitFor();
  });

  it("change nothing the second time", async () => {
    await page.goto(`${list()}/import`);
    await choose("people.csv", people);
    await dialog().getByRole("textbox", { name: "Attribute for “Customer tier”" }).fill("tier");
    await dialog().getByRole("button", { name: "See what would happen" }).click();
    await dialog().getByText("Nothing has been written yet.", { exact: false }).waitFor();
    expect(await figure("Unchanged", dialog())).toBe("2");
    await dialog()
      .getByRole("button", { name: /^Import 0/ })
      .isDisabled();
    await dialog().getByRole("button", { name: "Back to the columns" }).click();
    await dialog().getByText("What its columns hold", { exact: false }).first().waitFor();
  });

  it("that are none are refused in words", async () => {
    await page.goto(`${list()}/import`);
    await choose("picture.csv", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]));
    await dialog().getByText("This is no CSV file. Nothing was imported.").waitFor();
    await choose("utf16.csv", new Uint8Array([0xff, 0xfe, 65, 0]));
    await dialog().getByText("The file is not encoded as UTF-8.", { exact: false }).waitFor();
    await picture(page, "contact-files/refused");
  });

  it("narrow the list down by what is known, keep that as a segment, and come out as a file without formulas", async () => {
    await page.goto(list());
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    const asked = page.getByRole("dialog", { name: "Filter contacts" });
    await asked.getByRole("textbox", { name: "Attribute" }).fill("tier");
    await asked.getByRole("textbox", { name: "Its value" }).fill("GOLD");
    await picture(page, "contact-files/filter");
    await asked.getByRole("button", { name: "Show them" }).click();
    await page.getByRole("link", { name: /Bo <script>/ }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: /Ada Byron/ }).waitFor();
    expect(page.url()).toContain("attribute=tier&attribute_value=GOLD");
    await page.getByRole("button", { name: "Save as a segment" }).click();
    const saving = page.getByRole("dialog", { name: "Save as a segment" });
    await saving.getByRole("textbox", { name: "Name" }).fill("Gold customers");
    await saving.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Gold customers", pressed: true }).waitFor();
    await picture(page, "contact-files/segment");
    await page.getByRole("button", { name: "Everybody" }).click();
    await page.getByRole("link", { name: /Bo <script>/ }).waitFor();
    const keeping = page.waitForEvent("download");
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Export all as CSV" }).click();
    const text = readFileSync(await (await keeping).path(), "utf8");
    expect(text).toContain("'=cmd|");
    expect(text).toContain("'+4930901820");
    // The colleague has the segment as well, and an address leads to the same list.
    await crew.tom.page.goto(`${list()}?attribute=tier&attribute_value=gold`);
    await crew.tom.page.getByRole("button", { name: "Gold customers" }).click();
    await crew.tom.page.getByRole("link", { name: /Ada Byron/ }).waitFor();
    await crew.tom.page.getByRole("link", { name: /Bo <script>/ }).waitFor({ state: "detached" });
  });

  it("have segments that get another name, and go after it was said what that means", async () => {
    await page.goto(list());
    await page.getByRole("button", { name: "Gold customers" }).click();
    const more = (name: string) => page.getByRole("button", { name: `More for the segment ${name}` });
    await more("Gold customers").click();
    await picture(page, "contact-files/segment-menu");
    await page.getByRole("menuitem", { name: "Rename" }).click();
    const renaming = page.getByRole("dialog", { name: "Rename the segment" });
    const name = renaming.getByRole("textbox", { name: "Name" });
    expect(await name.inputValue()).toBe("Gold customers");
    await name.fill(" ");
    await page.keyboard.press("Enter");
    await renaming.getByText("A name is needed.").waitFor();
    await name.fill("Golden");
    await picture(page, "contact-files/segment-rename");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Golden", exact: true, pressed: true }).waitFor();
    expect(await crew.ask<{ data: { name: string }[] }>("GET", "/contact-segments")).toMatchObject({
      data: [{ name: "Golden" }],
    });
    await more("Golden").click();
    await page.getByRole("menuitem", { name: "Delete the segment Golden" }).click();
    const asked = page.getByRole("dialog", { name: "Delete the segment Golden?" });
    await asked.getByText("The contacts in it stay as they are.", { exact: false }).waitFor();
    await picture(page, "contact-files/segment-remove");
    await asked.getByRole("button", { name: "Delete segment" }).click();
    await page.getByRole("button", { name: "Golden", exact: true }).waitFor({ state: "detached" });
    await page.getByText("Golden was deleted").waitFor();
    await page.getByRole("link", { name: /Ada Byron/ }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Golden", exact: true, pressed: true }).waitFor();
  });

  it.each([
    ["dark", { colorScheme: "dark" as const }, "en"],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, "en"],
    ["arabic", { locale: "ar" }, "ar"],
    ["phone-arabic", { locale: "ar", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, "ar"],
  ])(
    "fit the screen: %s",
    async (look, context, language) => {
      await crew.mara.api("PATCH", "/me", { body: { language } });
      const visitor = await crew.house.visitor(context);
      await visitor.api("POST", "/auth/sign-in", { body: { email: owner.email, password: owner.password } });
      const own = visitor.page;
      await own.goto(`${list()}?attribute=tier&attribute_value=gold&blocked=false`);
      await own.locator("[data-contact]").first().waitFor();
      await picture(own, `contact-files/${look}-list`);
      await own.goto(`${list()}/import`);
      await own.locator("input[type=file]").setInputFiles(fileOf("people.csv", people));
      const window = own.getByRole("dialog");
      await window.getByRole("table").waitFor();
      await picture(own, `contact-files/${look}-columns`);
      await window.getByRole("button").last().click();
      await window.locator("dl").waitFor();
      await picture(own, `contact-files/${look}-check`);
      expect(await own.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
      expect(await window.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
      const table = window.getByRole("table");
      expect(await table.evaluate((one) => one.scrollWidth <= one.parentElement!.clientWidth)).toBe(true);
      await visitor.context.close();
    },
    90_000,
  );

  it("who share an address are shown to be perhaps one, a click from the merge", async () => {
    await crew.mara.api("PATCH", "/me", { body: { language: "en" } });
    const { id } = await crew.ask<{ id: string }>("POST", "/contacts", {
      name: "A. Byron",
      attributes: { email: "ADA@example.org" },
    });
    await page.goto(`${list()}/${id}`);
    const drawer = page.getByRole("dialog", { name: "A. Byron" });
    await drawer.getByText("Ada Byron has the same number or address.", { exact: false }).waitFor();
    await picture(page, "contact-files/alike");
    await drawer.getByRole("button", { name: "Compare" }).click();
    const merging = page.getByRole("dialog", { name: "Merge two contacts" });
    await merging.getByText("Ada Byron").first().waitFor();
    await merging.getByRole("button", { name: "Merge", exact: true }).click();
    await merging.waitFor({ state: "detached" });
    await drawer.getByText("has the same number or address", { exact: false }).waitFor({ state: "detached" });
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
