import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openHouse, setUp, type House, type Visitor } from "./house.js";

const rowOf = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });
const composerOf = (page: Page, name: string): Locator => page.getByRole("combobox", { name: `Reply to ${name}` });

/** Two agents in two browsers, and customers who write over a simulated channel. */
describe("agents who share an inbox", () => {
  let house: House;
  let mara: Visitor;
  let tom: Visitor;
  let workspaceId: string;
  let accountId: string;
  let tomsSeat: string;

  const known = new Map<string, string>();
  /** A customer writes; who wrote before is the same person. */
  const write = async (customer: string, text: string) => {
    const id = known.get(customer);
    const { status, body } = await mara.api<{ customer_id: string }>(
      "POST",
      `/channels/${accountId}/simulator/messages`,
      { workspaceId, body: { ...(id ? { customer_id: id } : { customer_name: customer }), kind: "text", text } },
    );
    expect(status).toBe(202);
    known.set(customer, body.customer_id);
  };
  const inbox = (view = "all") => `${house.url}/w/${workspaceId}/inbox/${view}`;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
    const invited = await mara.api<{ link: string }>("POST", "/invitations", {
      workspaceId,
      body: { email: "tom@example.com", role_id: "agent" },
    });
    expect(invited.status).toBe(201);
    tom = await house.visitor();
    await tom.page.goto(invited.body.link);
    await tom.page.getByLabel("Your name").fill("Tom Baker");
    await tom.page.getByLabel("New password", { exact: true }).fill("green lamp at the door");
    await tom.page.getByRole("main").getByRole("button", { name: "Create account and join" }).click();
    await tom.page.waitForURL(/\/w\//);
    const me = await tom.api<{ memberships: { member_id: string }[] }>("GET", "/me");
    tomsSeat = me.body.memberships[0]!.member_id;
    const channel = await mara.api<{ id: string }>("POST", "/simulator/channels", {
      workspaceId,
      body: { kind: "whatsapp", name: "Shop number" },
    });
    expect(channel.status).toBe(201);
    accountId = channel.body.id;
    await mara.api("PATCH", `/channels/${accountId}/simulator`, { workspaceId, body: { talkative: false } });
    await write("Ana Pérez", "Is the blue one back?");
    await write("Bo Lind", "Where is my parcel?");
    await Promise.all([mara.page.goto(inbox()), tom.page.goto(inbox())]);
    await Promise.all([rowOf(mara.page, "Ana Pérez").waitFor(), rowOf(tom.page, "Bo Lind").waitFor()]);
  }, 180_000);
  afterAll(() => house.close());

  it("see a new message appear by itself", async () => {
    await write("Ana Pérez", "And in size M?");
    for (const { page } of [mara, tom]) await rowOf(page, "Ana Pérez").getByText("And in size M?").waitFor();
  });

  it("see who else is there, and who is replying", async () => {
    for (const { page } of [mara, tom]) await rowOf(page, "Ana Pérez").getByText("Ana Pérez").click();
    await composerOf(tom.page, "Ana Pérez").pressSequentially("Let me look");
    await mara.page.getByText("Tom Baker is replying…").first().waitFor();
  });

  it("are asked before they answer what a colleague has just answered", async () => {
    await composerOf(mara.page, "Ana Pérez").fill("It is back since today.");
    // Tom's answer goes out while Mara's page does not know of it yet.
    await mara.context.setOffline(true);
    await composerOf(tom.page, "Ana Pérez").fill("Yes, five of them.");
    await composerOf(tom.page, "Ana Pérez").press("Enter");
    await tom.page.getByRole("log").getByText("Yes, five of them.").waitFor();
    await tom.page
      .getByRole("log")
      .getByText(/^Read \d|^Delivered|^Sent/)
      .first()
      .waitFor();
    await composerOf(mara.page, "Ana Pérez").press("Enter");
    await mara.context.setOffline(false);
    const question = mara.page.getByRole("dialog", { name: /Tom Baker already replied/ });
    await question.waitFor();
    await question.getByRole("button", { name: "Discard mine" }).click();
    await mara.page.getByRole("log").getByText("Yes, five of them.").waitFor();
    const { body } = await mara.api<{ data: { direction: string; content: { text?: string } }[] }>(
      "GET",
      `/conversations/${mara.page.url().split("/").at(-1)!.split("?")[0]!}/messages`,
      { workspaceId },
    );
    expect(body.data.filter(({ direction }) => direction === "out").map(({ content }) => content.text)).toEqual([
      "Yes, five of them.",
    ]);
  });

  it("see an assignment at once, in the row and in the view", async () => {
    await tom.page.goto(inbox("mine"));
    await rowOf(mara.page, "Bo Lind").getByText("Bo Lind").click();
    await mara.page.getByRole("log").getByText("Where is my parcel?").waitFor();
    await mara.page.getByRole("log").click();
    await mara.page.keyboard.press("a");
    const dialog = mara.page.getByRole("dialog");
    await dialog.getByRole("combobox").fill("Tom");
    await dialog.getByRole("option", { selected: true }).filter({ hasText: "Tom" }).waitFor();
    await mara.page.keyboard.press("Enter");
    await rowOf(tom.page, "Bo Lind").waitFor();
  });

  it("triage by keyboard alone: open, reply, note, take, snooze, resolve, undo", async () => {
    const { page } = mara;
    await write("Cem Kaya", "Do you open on Sunday?");
    await page.goto(inbox());
    await rowOf(page, "Cem Kaya").waitFor();
    // The newest stands first.
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("log", { name: /Cem Kaya/ }).waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("Yes, from ten to four.");
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("Yes, from ten to four.").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.keyboard.type("Asked twice this week.");
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("Asked twice this week.").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("i");
    await page.getByText("Assigned to you.").waitFor();
    await page.keyboard.press("h");
    await page.keyboard.type("in 2h");
    await page.keyboard.press("Enter");
    await page.getByText("Snoozed.").waitFor();
    await page.keyboard.press("z");
    await page.keyboard.press("e");
    await page.getByText("Resolved.").waitFor();
    const found = async () => {
      const { body } = await mara.api<{ data: { contact: { name: string }; status: string; assignee_id: string }[] }>(
        "GET",
        "/conversations?limit=100",
        { workspaceId },
      );
      return body.data.find(({ contact }) => contact.name === "Cem Kaya")!;
    };
    // Each change waits for the one before it.
    const resolved = await eventually("the resolving", async () => {
      const now = await found();
      return now.status === "resolved" ? now : undefined;
    });
    expect(resolved.assignee_id).not.toBeNull();
    await page.keyboard.press("z");
    await eventually("the undo", async () => ((await found()).status === "open" ? true : undefined));
  });

  it("get exactly what they missed after a time without a connection, in order and once", async () => {
    const { page, context } = tom;
    await page.goto(inbox());
    await rowOf(page, "Bo Lind").getByText("Bo Lind").click();
    await page.getByRole("log").getByText("Where is my parcel?").waitFor();
    await context.setOffline(true);
    const said = Array.from({ length: 12 }, (_, index) => `Missed number ${index + 1}.`);
    for (const text of said) await write("Bo Lind", text);
    await page.getByText("No connection.", { exact: false }).first().waitFor();
    // What is written meanwhile waits in this browser, whatever happens to the page.
    await composerOf(page, "Bo Lind").fill("I am looking for it.");
    await composerOf(page, "Bo Lind").press("Enter");
    await page.getByText("Waiting for the connection").waitFor();
    await context.setOffline(false);
    await page.getByRole("log").getByText(said.at(-1)!).waitFor({ timeout: 60_000 });
    await page
      .getByRole("log")
      .getByText(/^Read \d/)
      .last()
      .waitFor({ timeout: 60_000 });
    const shown = await page.getByRole("log").innerText();
    const order = [...shown.matchAll(/Missed number \d+\./g)].map(([text]) => text);
    expect(order).toEqual(said);
    expect(shown.match(/I am looking for it\./g)).toHaveLength(1);
  });

  it("sign in again over the page when their session ends while they write, and lose nothing", async () => {
    const { page } = tom;
    await composerOf(page, "Bo Lind").fill("Half a sentence");
    const elsewhere = await house.visitor();
    const entered = await elsewhere.api("POST", "/auth/sign-in", {
      body: { email: "tom@example.com", password: "green lamp at the door" },
    });
    expect(entered.status).toBe(200);
    expect((await elsewhere.api("DELETE", "/me/sessions")).status).toBe(204);
    const again = page.getByRole("dialog", { name: "You were signed out" });
    await again.waitFor();
    await again.getByLabel("Password", { exact: true }).fill("green lamp at the door");
    await page.keyboard.press("Enter");
    await again.waitFor({ state: "detached" });
    await expect(composerOf(page, "Bo Lind").inputValue()).resolves.toBe("Half a sentence");
    await write("Bo Lind", "Any news?");
    await page.getByRole("log").getByText("Any news?").waitFor();
    await elsewhere.context.close();
  });

  it("are told in words when they are taken out of the workspace", async () => {
    const { status } = await mara.api("PATCH", `/members/${tomsSeat}`, { workspaceId, body: { active: false } });
    expect(status).toBe(200);
    await tom.page.getByText("You are no longer in Blue Shop").waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
