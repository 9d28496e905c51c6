import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { picture } from "./house.js";

interface Contact {
  id: string;
  name: string;
  attributes: Record<string, unknown>;
  merged_into: string | null;
  identities: { blocked: boolean; blocked_by_us: boolean }[];
}

/** What is known of customers: beside the conversation, and in their own list. */
describe("contacts", () => {
  let crew: Crew;
  let page: Page;
  const details = () => page.getByRole("complementary", { name: "Details" });
  const contactOf = async (name: string) => {
    const { contact } = await crew.conversationOf(name);
    return crew.ask<Contact>("GET", `/contacts/${contact.id}`);
  };
  const open = async (name: string) => {
    await page.goto(crew.inbox());
    await rowOf(page, name).getByRole("link").click();
    await details().getByText(name).first().waitFor();
  };

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
    for (const name of ["Ana Pérez", "Ana P.", "Bo Lind"]) await crew.write(name, `Hello from ${name}`);
    await page.goto(crew.inbox());
    for (const name of ["Ana Pérez", "Ana P.", "Bo Lind"]) await rowOf(page, name).waitFor();
  }, 180_000);
  afterAll(() => crew.house.close());

  it("show what is known, take attributes and notes, and put them right in place", async () => {
    await open("Ana Pérez");
    const panel = details();
    await panel.getByRole("button", { name: "Add an attribute" }).click();
    await panel.getByRole("textbox", { name: "Name" }).fill("tier");
    await panel.getByRole("textbox", { name: "Value" }).fill("=cmd|' /C calc'!A0");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByRole("textbox", { name: "tier" }).fill("gold");
    await page.keyboard.press("Enter");
    await eventually("the attribute", async () =>
      (await contactOf("Ana Pérez")).attributes.tier === "gold" ? true : undefined,
    );
    await panel.getByRole("textbox", { name: "Add a note about the person" }).fill("Likes <b>blue</b>");
    await panel.getByRole("button", { name: "Save note" }).click();
    await panel.getByText("Likes <b>blue</b>").waitFor();
    await panel.getByText("This is the only one.").waitFor();
    await picture(page, "contacts/panel");
  });

  it("are blocked at the channel, after it was said what that means", async () => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Block" }).click();
    const question = page.getByRole("dialog", { name: "Block Ana Pérez?" });
    await picture(page, "contacts/block");
    await question.getByRole("button", { name: "Block" }).click();
    await page.getByText("The customer is blocked.").first().waitFor();
    const { exchanges } = await crew.ask<{ exchanges: { method: string; url: string; direction: string }[] }>(
      "GET",
      `/channels/${crew.accountId}/simulator`,
    );
    expect(exchanges.some(({ direction, url }) => direction === "out" && url.includes("block_users"))).toBe(true);
    const header = page.getByRole("heading", { name: "Ana Pérez" }).locator("..");
    await header.getByText("Blocked", { exact: true }).waitFor();
    await details().getByText("You have blocked this customer.").waitFor();
    await picture(page, "contacts/blocked");
    expect(await crew.conversationOf("Ana Pérez")).toMatchObject({ blocked: false, blocked_by_us: true });
    expect((await contactOf("Ana Pérez")).identities).toMatchObject([{ blocked: false, blocked_by_us: true }]);
  });

  it("are not written to while they are blocked, whoever looks, and are unblocked by anybody", async () => {
    const toms = crew.tom.page;
    const thread = toms.getByRole("region", { name: /Conversation with Ana Pérez|Ana Pérez/ });
    await toms.goto(crew.inbox());
    await rowOf(toms, "Ana Pérez").getByRole("link").click();
    await thread.getByText("You have blocked this customer.").waitFor();
    await thread.getByText("Unblock them in the menu above to write to them.").waitFor();
    await thread.getByText(/ blocked the customer/).waitFor();
    await toms.getByRole("button", { name: "More actions" }).click();
    await toms.getByRole("menuitem", { name: "Unblock" }).click();
    await toms.getByText("The customer may write again.").first().waitFor();
    // Whoever has it open sees it without asking.
    const mine = page.getByRole("combobox", { name: "Reply to Ana Pérez" });
    await mine.waitFor();
    await page.getByText("Tom Baker unblocked the customer").waitFor();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Block", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    expect(await crew.conversationOf("Ana Pérez")).toMatchObject({ blocked_by_us: false });
  });

  it("are merged after both were shown, with everything that was said, and parted again", async () => {
    await open("Ana Pérez");
    await details().getByRole("button", { name: "Merge with another contact" }).click();
    const dialog = page.getByRole("dialog", { name: "Merge two contacts" });
    await dialog.getByRole("searchbox", { name: "Search names, numbers, handles" }).fill("Ana P.");
    await dialog.getByRole("button", { name: /Ana P\./ }).click();
    await dialog.getByText("whose name and attributes stay", { exact: false }).waitFor();
    await picture(page, "contacts/merge");
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    // The other one's conversation is now among the previous ones of this person.
    await details()
      .getByRole("link", { name: /Hello from Ana P\./ })
      .waitFor();
    await page.getByRole("button", { name: "Undo" }).first().click();
    await details()
      .getByRole("link", { name: /Hello from Ana P\./ })
      .waitFor({ state: "detached" });
    await rowOf(page, "Ana P.").first().waitFor();
  });

  it("are walked through with J and K, and opened with Enter", async () => {
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/contacts`);
    await page.getByRole("link", { name: /Bo Lind/ }).waitFor();
    // Customers whose first words came in one batch came at the same time: which is first is nobody's to say.
    const shown = await page.locator("[data-contact]").evaluateAll((rows) => rows.map((row) => row.dataset.contact));
    const [first, second] = shown;
    const focused = (id: string | undefined) => page.locator(`[data-contact="${id}"]:focus`).waitFor();
    await page.keyboard.press("j");
    await focused(first);
    await page.keyboard.press("j");
    await focused(second);
    await page.keyboard.press("k");
    await focused(first);
    const name = await page.locator(`[data-contact="${first}"] .font-medium`).innerText();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name, exact: true }).waitFor();
    await picture(page, "contacts/drawer");
    // One Escape closes it: nothing of it took the key for itself.
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name, exact: true }).waitFor({ state: "detached" });
  });

  it("are added by hand, and what is wrong is said at its field", async () => {
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/contacts`);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Add a contact" });
    await dialog.getByLabel("E-mail").fill("nobody");
    await dialog.getByRole("button", { name: "Add contact" }).click();
    await dialog.getByText("A name is needed.").waitFor();
    await dialog.getByText("This is no e-mail address.").waitFor();
    await picture(page, "contacts/add");
    await dialog.getByLabel("Name").fill("Zoë <img src=x onerror=alert(1)>");
    await dialog.getByLabel("E-mail").fill("zoe@example.com");
    await dialog.getByLabel("Phone").fill("+49 30 1234567");
    await dialog.getByRole("button", { name: "Add contact" }).click();
    const drawer = page.getByRole("dialog", { name: /Zoë/ });
    await drawer.getByRole("textbox", { name: "phone" }).waitFor();
    await expect(drawer.getByRole("textbox", { name: "phone" }).inputValue()).resolves.toBe("+49 30 1234567");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: /Zoë <img/ }).waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
