import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { joinWorkspace, openHouse, picture, setUp, type House, type Visitor } from "./house.js";

const script = "<script>alert(1)</script>";

/** The settings of a workspace, as its owner and its members meet them. */
describe("settings", () => {
  let house: House;
  let mara: Visitor;
  let tom: Visitor & { memberId: string };
  let workspaceId: string;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor({ acceptDownloads: true });
    ({ workspaceId } = await setUp(house, mara));
    tom = await joinWorkspace(house, mara, workspaceId, {
      name: `Tom ${script}`,
      email: "tom@example.com",
      roleId: "agent",
    });
  }, 180_000);
  afterAll(() => house.close());

  const settings = (section: string) => `${house.url}/w/${workspaceId}/settings/${section}`;

  it("a role of one's own: made, changed, given, kept while somebody has it, deleted afterwards", async () => {
    const { page } = mara;
    await page.goto(settings("roles"));
    await page.getByRole("button", { name: "Add a role" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name of the role").fill(`Night ${script}`);
    await expect(dialog.getByRole("checkbox", { name: "Read conversations" }).isChecked()).resolves.toBe(true);
    await dialog.getByRole("checkbox", { name: "Send messages" }).click();
    await picture(page, "settings/role");
    await dialog.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("listitem").filter({ hasText: `Night ${script}` });
    await row.waitFor();
    await row.getByRole("button", { name: /^Edit/ }).click();
    await dialog.getByLabel("Name of the role").fill("Night shift");
    await dialog.getByRole("checkbox", { name: "Change the workspace, teams and labels" }).click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Roles" }).getByText("Night shift").waitFor();
    await page.goto(settings("members"));
    await page.getByRole("list", { name: "Members" }).getByText(`Tom ${script}`).waitFor();
    await page.getByRole("combobox", { name: /^Role of Tom/ }).click();
    await page.getByRole("option", { name: "Night shift" }).click();
    await picture(page, "settings/role-given");
    await page.getByRole("dialog").getByRole("button", { name: "Change the role" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.goto(settings("roles"));
    await page.getByRole("button", { name: "Delete Night shift" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    await picture(page, "settings/role-in-use");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("list", { name: "Roles" }).getByText("Night shift").waitFor();
  });

  it("a role that is lowered is noticed at once on the open page, in words, and what was typed stays", async () => {
    const { page } = tom;
    await page.goto(settings("labels"));
    await page.getByRole("button", { name: "Add a label" }).first().click();
    await page.getByLabel("Name of the label").fill("Half a label");
    const lowered = await mara.api("PATCH", `/members/${tom.memberId}`, { workspaceId, body: { role_id: "viewer" } });
    expect(lowered.status).toBe(200);
    await page.getByText("Your role is now Viewer. Some things are not open to you any more.").waitFor();
    await picture(page, "settings/role-lowered");
    await expect(page.getByLabel("Name of the label").inputValue()).resolves.toBe("Half a label");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    await picture(page, "settings/role-lowered-refused");
    await expect(page.getByLabel("Name of the label").inputValue()).resolves.toBe("Half a label");
    const raised = await mara.api("PATCH", `/members/${tom.memberId}`, { workspaceId, body: { role_id: "admin" } });
    expect(raised.status).toBe(200);
    await page.getByText("Your role is now Admin.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Labels" }).getByText("Half a label").waitFor();
  });

  it("the last owner stays, and says why", async () => {
    const { page } = mara;
    await page.goto(settings("members"));
    await page.getByText("You are the last owner. Make somebody else an owner before you leave.").waitFor();
    await picture(page, "settings/last-owner");
    const me = await mara.api<{ memberships: { member_id: string }[] }>("GET", "/me");
    const refused = await mara.api<{ reason: string }>("PATCH", `/members/${me.body.memberships[0]!.member_id}`, {
      workspaceId,
      body: { role_id: "agent" },
    });
    expect([refused.status, refused.body.reason]).toEqual([409, "last_owner"]);
  });

  it("teams, labels and canned replies: made, shown as text, changed, deleted", async () => {
    const { page } = mara;
    const dialog = page.getByRole("dialog");
    await page.goto(settings("teams"));
    await page.getByRole("button", { name: "Add a team" }).first().click();
    await dialog.getByLabel("Name of the team").fill(`Team ${script}`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Teams" }).getByText(`Team ${script}`).waitFor();
    await page.goto(settings("canned"));
    await page.getByRole("button", { name: "Add a canned reply" }).first().click();
    await dialog.getByLabel("Shortcut").fill("two words");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Letters, digits, _ and - only, up to 40.").waitFor();
    await dialog.getByLabel("Shortcut").fill("hours");
    await dialog.getByLabel("Name", { exact: true }).fill(`Hours ${script}`);
    await dialog.getByLabel("Text", { exact: true }).fill("Hello {{contact.first_name}}, we are open until six.");
    await picture(page, "settings/canned");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Canned replies" }).getByText(`Hours ${script}`).waitFor();
    await page.getByRole("button", { name: "Add a canned reply" }).first().click();
    await dialog.getByLabel("Shortcut").fill("hours");
    await dialog.getByLabel("Name", { exact: true }).fill("Again");
    await dialog.getByLabel("Text", { exact: true }).fill("x");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await picture(page, "settings/canned-conflict");
    await page.keyboard.press("Escape");
    await page.locator("button:focus").filter({ hasText: "Add a canned reply" }).waitFor();
    await page.goto(settings("labels"));
    await page.getByRole("button", { name: "Delete Half a label" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("No labels yet").waitFor();
    // The button that had the focus is gone with its row: Tab goes on from the page, not from its beginning.
    await page.locator("main:focus").waitFor();
  });

  it("macros: one with two steps is made and listed", async () => {
    const { page } = mara;
    await page.goto(settings("macros"));
    await page.getByRole("button", { name: "Add a macro" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name of the macro").fill(`Close ${script}`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("A step is empty. Fill it in, or remove it.").waitFor();
    await dialog.getByRole("textbox").last().fill("Thank you, closing this.");
    await dialog.getByRole("button", { name: "Add a step" }).click();
    await page.getByRole("menuitem", { name: "Private note" }).click();
    await dialog.getByRole("textbox").last().fill("Closed by macro.");
    await picture(page, "settings/macro");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Macros" }).getByText(`Close ${script}`).waitFor();
  });

  it("keys: an action takes another's key only when asked to, and all go back", async () => {
    const { page } = mara;
    await page.goto(settings("keyboard"));
    await page.getByLabel("Search actions").fill("Shortcuts");
    await page.getByLabel("Search actions").fill("");
    const buttons = page.getByRole("button", { name: /^Change the key of/ });
    await buttons.first().waitFor();
    await buttons.first().click();
    await page.keyboard.press("Control+KeyK");
    await buttons.nth(1).click();
    await page.keyboard.press("Control+KeyK");
    await page.getByRole("alert").getByText("has this key.", { exact: false }).waitFor();
    await picture(page, "settings/key-conflict");
    await page.getByRole("alert").getByRole("button", { name: "Take it" }).click();
    await page.getByRole("button", { name: "Reset all keys" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await page.getByRole("button", { name: "Reset all keys" }).waitFor({ state: "detached" });
  });

  it("search in settings leads to a page by what it holds", async () => {
    const { page } = mara;
    await page.goto(settings("profile"));
    await page.getByPlaceholder("Search in settings").fill("authenticator");
    await picture(page, "settings/search");
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("heading", { name: "Security", exact: true }).waitFor();
  });

  it("the audit log is filtered, and saved as CSV that no spreadsheet runs", async () => {
    await mara.api("POST", "/teams", { workspaceId, body: { name: "=1+1" } });
    const { page } = mara;
    await page.goto(settings("audit"));
    await page.getByRole("list", { name: "Audit log" }).getByRole("listitem").first().waitFor();
    await picture(page, "settings/audit");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as CSV" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    expect(csv).toContain("members.update");
    expect(csv.split("\n").filter((line) => /(^|,)"?[=+@]/.test(line))).toEqual([]);
    const log = page.getByRole("list", { name: "Audit log" });
    await log.getByText("Team added: =1+1").waitFor();
    await page.getByLabel("Action", { exact: true }).click();
    await page.getByPlaceholder("Search").last().fill("Member changed");
    await page.getByRole("option", { name: "Member changed" }).click();
    await log.getByText("Team added").first().waitFor({ state: "detached" });
    await log.getByText("Member changed").first().waitFor();
    await picture(page, "settings/audit-filtered");
  });

  it.each([
    ["dark", { colorScheme: "dark" as const }],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
    ["arabic", { locale: "ar" }],
  ])(
    "looks right: %s",
    async (name, options) => {
      const one = await house.visitor(options);
      await one.api("POST", "/auth/sign-in", {
        body: { email: "mara@example.com", password: "blue kettle on a shelf" },
      });
      if (name === "arabic") await one.api("PATCH", "/me", { body: { language: "ar" } });
      for (const section of ["members", "roles", "security", "audit"]) {
        await one.page.goto(settings(section));
        await one.page.getByRole("heading", { level: 1 }).first().waitFor();
        await one.page.waitForLoadState("networkidle");
        await picture(one.page, `settings/${name}-${section}`);
      }
      if (name === "arabic") await one.api("PATCH", "/me", { body: { language: "en" } });
      await one.context.close();
    },
    120_000,
  );

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
