import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { joinWorkspace, picture, type Visitor } from "./house.js";

const wait = { timeout: 60_000 };

/** What of the channels is offered to whom, and what those are told who may not. */
describe("the channels and those who may not change them", () => {
  let crew: Crew;
  const refused: string[] = [];
  const people = new Map<string, Visitor>();

  const at = (path: string) => `${crew.house.url}/w/${crew.workspaceId}/${path}`;
  /** Notes what the server refuses: nothing that is offered may come to that. */
  const note = ({ page }: Visitor) =>
    page.on("response", (response) => {
      if (response.status() === 403) refused.push(new URL(response.url()).pathname);
    });
  const main = (page: Page) => page.getByRole("main");

  beforeAll(async () => {
    crew = await openCrew();
    await crew.write("Ana Pérez", "Hello");
    const viewer = await joinWorkspace(crew.house, crew.mara, crew.workspaceId, {
      name: "Vera Holm",
      email: "vera@example.com",
      roleId: "viewer",
    });
    people.set("agent", crew.tom).set("viewer", viewer);
    for (const one of people.values()) note(one);
  }, 180_000);
  afterAll(() => crew.house.close());

  it("are not offered to an agent and a viewer, anywhere", async () => {
    for (const [role, { page }] of people) {
      await page.goto(at("home"));
      await main(page).getByRole("region", { name: "Channels" }).getByText("Shop number").waitFor(wait);
      await picture(page, `channel-rights/${role}-home`);
      await expect(page.locator('a[href*="/channels"]').count()).resolves.toBe(0);
      await page.goto(at("contacts"));
      await main(page).getByText("Ana Pérez").first().waitFor(wait);
      await expect(page.locator('a[href*="/channels"]').count()).resolves.toBe(0);
      await page.goto(crew.inbox());
      await rowOf(page, "Ana Pérez").waitFor(wait);
      await page.keyboard.press("Control+k");
      const palette = page.getByRole("dialog");
      await palette.getByRole("combobox").fill("channel");
      await eventually("the palette has looked", async () =>
        (await palette.getByRole("option", { name: /Go to Inbox/ }).count()) === 0 ? true : undefined,
      );
      await expect(palette.getByRole("option", { name: /Connect a channel|Channels/ }).count()).resolves.toBe(0);
      await page.keyboard.press("Escape");
      await palette.waitFor({ state: "detached" });
    }
    expect(refused).toEqual([]);
  }, 180_000);

  it("say at their address what it needs and who has it, without asking for anything in vain", async () => {
    const paths = ["channels", "channels/new", `channels/${crew.accountId}`, `channels/${crew.accountId}/connect`];
    for (const [role, { page }] of people)
      for (const path of paths) {
        await page.goto(at(path));
        await main(page).getByText("You may not see this").waitFor(wait);
        await main(page).getByText("This needs the permission “Connect and change channels”").waitFor(wait);
        await main(page).getByRole("listitem").filter({ hasText: "Mara Lind · Owner" }).waitFor(wait);
        await expect(main(page).getByRole("listitem").count()).resolves.toBe(1);
        if (path === "channels/new") await picture(page, `channel-rights/${role}-wizard`);
      }
    expect(refused).toEqual([]);
  }, 180_000);

  it("say so in the dark, from right to left and on a phone", async () => {
    const { context: own } = people.get("viewer")!;
    const looks = {
      dark: { colorScheme: "dark" },
      arabic: { locale: "ar" },
      phone: { viewport: { width: 390, height: 844 } },
    } as const;
    for (const [look, options] of Object.entries(looks)) {
      await people.get("viewer")!.api("PATCH", "/me", { body: { language: look === "arabic" ? "ar" : "en" } });
      const { context, page } = await crew.house.visitor(options);
      await context.addCookies(await own.cookies());
      await page.goto(at("channels/new"));
      await main(page).getByRole("listitem").filter({ hasText: "Mara Lind" }).waitFor(wait);
      await picture(page, `channel-rights/${look}`);
      await context.close();
    }
  });

  it("are changed by who may do that only, and what else it takes is said in words", async () => {
    const { id } = await crew.ask<{ id: string }>("POST", "/roles", {
      name: "Technician",
      permissions: ["conversations:read", "channels:manage"],
    });
    const technician = await joinWorkspace(crew.house, crew.mara, crew.workspaceId, {
      name: "Theo Falk",
      email: "theo@example.com",
      roleId: id,
    });
    note(technician);
    const { page } = technician;
    await page.goto(at("channels"));
    await main(page).getByRole("link", { name: "Shop number" }).waitFor(wait);
    await expect(page.getByRole("button", { name: "Try with the simulator" }).count()).resolves.toBe(0);
    await page.goto(at(`channels/${crew.accountId}`));
    await page.getByRole("tab", { name: "Connection" }).waitFor(wait);
    for (const name of ["Templates", "Simulator"])
      await expect(page.getByRole("tab", { name }).count()).resolves.toBe(0);
    await page.goto(at(`channels/${crew.accountId}/connect/roundtrip`));
    await main(page).getByText("Ana Pérez wrote to you.").waitFor(wait);
    await main(page).getByText("Your role does not send messages").waitFor(wait);
    await expect(main(page).getByRole("button", { name: "Send test reply" }).count()).resolves.toBe(0);
    await expect(main(page).getByRole("link", { name: "Invite the team" }).count()).resolves.toBe(0);
    await picture(page, "channel-rights/technician-roundtrip");
    expect(refused).toEqual([]);
    // The others are told of both who may.
    const viewer = people.get("viewer")!.page;
    await viewer.goto(at("channels/new"));
    await main(viewer).getByRole("listitem").filter({ hasText: "Theo Falk · Technician" }).waitFor(wait);

    await page.goto(at("channels/new"));
    const tile = main(page)
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "Telegram", exact: true }) });
    await tile.getByRole("button", { name: /^Connect/ }).click();
    await page.waitForURL(/\/connect\/\w+/);
    await page.goto(at(`channels/${/acc_[^/]+/.exec(page.url())![0]}/connect/credentials`));
    const token = main(page).getByLabel("Bot token", { exact: true });
    await token.fill("123456:half a token");
    const { data: members } = await crew.ask<{ data: { id: string; name: string }[] }>("GET", "/members");
    const seat = members.find(({ name }) => name === "Theo Falk")!.id;
    await crew.ask("PATCH", `/members/${seat}`, { role_id: "viewer" });
    // Who is in the middle of it is told, and keeps what was typed.
    await page
      .getByText(/role|permission|may/i)
      .first()
      .waitFor(wait);
    await eventually("the navigation without channels", async () =>
      (await page.getByRole("navigation").getByRole("link", { name: "Channels" }).count()) === 0 ? true : undefined,
    );
    await expect(token.inputValue()).resolves.toBe("123456:half a token");
    await picture(page, "channel-rights/taken-away");
  }, 240_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
