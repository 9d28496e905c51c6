import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { namesIn, openCrew, rowOf, type Conversation, type Crew } from "./crew.js";
import { picture } from "./house.js";

const customers = ["Ana Pérez", "Bo Lind", "Cem Kaya", "Dina Roth", "Eli Stone"];

/** One, or many conversations at once: what is done with them, and how it is taken back. */
describe("triage", () => {
  let crew: Crew;
  let page: Page;
  let vip: string;
  let team: string;

  const states = async <T>(read: (one: Conversation) => T): Promise<T[]> => {
    const { data } = await crew.ask<{ data: Conversation[] }>("GET", "/conversations?limit=100");
    return customers.map((name) => read(data.find(({ contact }) => contact.name === name)!));
  };
  const becomes = <T>(read: (one: Conversation) => T, expected: readonly T[]) =>
    eventually("the change", async () =>
      JSON.stringify(await states(read)) === JSON.stringify(expected) ? true : undefined,
    ).catch(async () => expect(await states(read)).toEqual(expected));
  const each = <T>(value: T): T[] => customers.map(() => value);
  const shows = (expected: readonly string[]) =>
    eventually("the list", async () =>
      JSON.stringify(await namesIn(page, customers)) === JSON.stringify(expected) ? true : undefined,
    ).catch(async () => expect(await namesIn(page, customers)).toEqual(expected));
  const selected = (count: number) =>
    page.getByRole("toolbar", { name: "Selected conversations" }).getByText(`${count} selected`).waitFor();
  const choose = async (name: string) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox").fill(name);
    await dialog.getByRole("option", { selected: true }).filter({ hasText: name }).waitFor();
    await page.keyboard.press("Enter");
  };
  const all = async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+A");
    await selected(5);
  };

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
    for (const name of customers) await crew.write(name, `Hello from ${name}`);
    vip = (await crew.ask<{ id: string }>("POST", "/labels", { name: "VIP", color: "#b42318" })).id;
    team = (await crew.ask<{ id: string }>("POST", "/teams", { name: "Returns", member_ids: [] })).id;
    await crew.ask("POST", "/macros", {
      name: "Close politely",
      actions: [
        { kind: "note", text: "Closed by a macro." },
        { kind: "labels", add: [vip], remove: [] },
        { kind: "status", status: "resolved" },
      ],
    });
    await eventually("all of them", async () => {
      const { data } = await crew.ask<{ data: unknown[] }>("GET", "/conversations?limit=100");
      return data.length === customers.length ? true : undefined;
    });
  }, 180_000);
  afterAll(() => crew.house.close());

  it("ticks one, a range and all by key", async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await selected(1);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    await selected(3);
    await picture(page, "triage/range");
    await page.getByRole("checkbox", { name: "Select all shown" }).click();
    await selected(5);
    await page.keyboard.press("Escape");
    await page.getByRole("toolbar", { name: "Selected conversations" }).waitFor({ state: "detached" });
  });

  it("assigns, labels, prioritises and gives many to a team, each taken back by one undo", async () => {
    await all();
    await page.keyboard.press("a");
    await choose("Tom");
    await page.getByText("5 assigned to Tom Baker.").waitFor();
    await becomes((one) => one.assignee_id, each(crew.tomsSeat));
    await page.keyboard.press("z");
    await becomes((one) => one.assignee_id, each(null));
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });

    await page.keyboard.press("l");
    await choose("VIP");
    await becomes((one) => one.labels, each([vip]));
    // What all of them have is ticked, and can be taken away again.
    await page.getByRole("dialog").getByLabel("chosen").waitFor();
    await picture(page, "triage/labels");
    await page.keyboard.press("Escape");
    await page.keyboard.press("z");
    await becomes((one) => one.labels, each([]));

    await page.keyboard.press("p");
    await choose("High");
    await becomes((one) => one.priority, each("high"));
    await page.keyboard.press("z");
    await becomes((one) => one.priority, each("none"));

    await page.getByRole("toolbar", { name: "Selected conversations" }).getByRole("button", { name: "Team" }).click();
    await choose("Returns");
    await becomes((one) => one.team_id, each(team));
    await page.getByRole("button", { name: "Undo" }).first().click();
    await becomes((one) => one.team_id, each(null));
  });

  it("resolves many and brings them back, and lets nobody change what they do not see any more", async () => {
    await all();
    await page.keyboard.press("e");
    await becomes((one) => one.status, each("resolved"));
    await shows([]);
    await page.keyboard.press("z");
    await becomes((one) => one.status, each("open"));
    await shows([...customers].reverse());
    await all();
    await crew.ask("PATCH", `/conversations/${(await crew.conversationOf("Bo Lind")).id}`, { status: "resolved" });
    await selected(4);
    await crew.ask("PATCH", `/conversations/${(await crew.conversationOf("Bo Lind")).id}`, { status: "open" });
    await page.keyboard.press("Escape");
  });

  it("snoozes in words, says what it understood, and takes it back", async () => {
    await all();
    await page.keyboard.press("h");
    const dialog = page.getByRole("dialog", { name: "Snooze 5 conversations until" });
    const input = dialog.getByRole("combobox");
    const tomorrow = new Date(Date.now() + 86_400_000);
    await input.fill("tomorrow 9");
    const weekday = new Intl.DateTimeFormat("en", { weekday: "short" }).format(tomorrow);
    await dialog
      .getByRole("option")
      .filter({ hasText: "tomorrow 9" })
      .getByText(new RegExp(`${weekday}.*9:00`))
      .waitFor();
    await picture(page, "triage/snooze");
    await input.fill("whenever");
    await dialog.getByText("Not understood.", { exact: false }).waitFor();
    await input.fill("mon");
    await dialog
      .getByRole("option")
      .filter({ hasText: "mon" })
      .getByText(/Mon.*9:00/)
      .first()
      .waitFor();
    await input.fill("tomorrow 9");
    await page.keyboard.press("Enter");
    await page.getByText("5 snoozed.").waitFor();
    const nine = new Date(tomorrow.getFullYear(), tomorrow.getMonth(), tomorrow.getDate(), 9).toISOString();
    await becomes((one) => [one.status, one.snoozed_until], each(["snoozed", nine]));
    await shows([]);
    await page.getByRole("button", { name: "Undo" }).first().click();
    await becomes((one) => one.status, each("open"));
  });

  it("stays where it was when a row leaves the list: by key in the list, and with a conversation open", async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    const [first, second, third, fourth] = await namesIn(page, customers);
    const focused = (name: string) => rowOf(page, name).locator("a:focus").waitFor();
    await page.keyboard.press("j");
    await focused(first!);
    await page.keyboard.press("j");
    await focused(second!);
    await page.keyboard.press("h");
    await page.getByRole("dialog").getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
    await rowOf(page, second!).waitFor({ state: "detached" });
    await focused(third!);
    await page.keyboard.press("j");
    await focused(fourth!);
    await page.getByRole("button", { name: "Undo" }).first().click();
    await rowOf(page, second!).waitFor();
    await rowOf(page, third!).click();
    await page.getByRole("log").getByText(`Hello from ${third!}`).waitFor();
    await page.keyboard.press("e");
    await rowOf(page, third!).waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.getByRole("log").getByText(`Hello from ${fourth!}`).waitFor();
    await page.getByRole("button", { name: "Undo" }).first().click();
    await becomes(({ status }) => status, each("open"));
  });

  it("gets a snoozed conversation back at its time, and earlier when the customer writes", async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    const put = async (name: string, ms: number) =>
      crew.ask("PATCH", `/conversations/${(await crew.conversationOf(name)).id}`, {
        status: "snoozed",
        snoozed_until: new Date(Date.now() + ms).toISOString(),
      });
    await put("Ana Pérez", 4_000);
    await put("Bo Lind", 86_400_000);
    await rowOf(page, "Bo Lind").waitFor({ state: "detached" });
    await rowOf(page, "Ana Pérez").waitFor({ timeout: 60_000 });
    await crew.write("Bo Lind", "It is urgent now");
    await rowOf(page, "Bo Lind").waitFor();
    await becomes((one) => one.status, each("open"));
  });

  it("marks as read and unread: one, from a message on, and all that is shown", async () => {
    await crew.write("Cem Kaya", "A second line");
    await crew.write("Cem Kaya", "A third line");
    await page.goto(crew.inbox());
    await rowOf(page, "Cem Kaya").getByText("A third line").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+U");
    await becomes((one) => one.unread_for_me, each(0));
    await page.keyboard.press("u");
    await eventually("one unread", async () => {
      const counts = await states((one) => one.unread_for_me);
      return counts.reduce((sum, count) => sum + count, 0) === 1 ? true : undefined;
    });
    await page.keyboard.press("u");
    await becomes((one) => one.unread_for_me, each(0));
    await rowOf(page, "Cem Kaya").getByRole("link").click();
    const log = page.getByRole("log", { name: /Cem Kaya/ });
    const second = log.getByRole("article").filter({ hasText: "A second line" });
    await second.hover();
    await second.getByRole("button", { name: /More for this message/ }).click();
    await page.getByRole("menuitem", { name: "Mark unread from here" }).click();
    await becomes((one) => one.unread_for_me, [0, 0, 2, 0, 0]);
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /^Mine/ }).click();
  });

  it("runs a macro on one and on many, and says so", async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Dina Roth").getByRole("link").click();
    await page.getByRole("log", { name: /Dina Roth/ }).click();
    await page.keyboard.press("m");
    await choose("Close politely");
    await page.getByText("The macro ran.").waitFor();
    await page.getByRole("log").getByText("Closed by a macro.").waitFor();
    await becomes((one) => one.status, ["open", "open", "open", "resolved", "open"]);
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+A");
    await selected(4);
    await page.keyboard.press("m");
    await choose("Close politely");
    await page.getByText("The macro ran on 4 conversations.").waitFor();
    await becomes((one) => [one.status, one.labels], each(["resolved", [vip]]));
    await shows([]);
    await picture(page, "triage/empty");
  });

  it("says in the language of the page why a macro stopped, and why some of many were not changed", async () => {
    await crew.ask("POST", "/macros", {
      name: "Send the number",
      actions: [{ kind: "reply", text: "It is {{ contact.attributes.parcel }}." }],
    });
    for (const name of customers) await crew.write(name, "One more thing");
    await becomes(({ status }) => status, each("open"));
    await crew.mara.api("PATCH", "/me", { body: { language: "de" } });
    await page.goto(crew.inbox());
    await rowOf(page, "Dina Roth").getByRole("link").click();
    await page.getByRole("log", { name: /Dina Roth/ }).click();
    await page.keyboard.press("m");
    await choose("Send the number");
    await page.getByText("Das Makro hat angehalten:", { exact: false }).waitFor();
    await picture(page, "triage/macro-german");
    await page.getByText("Das Makro hat angehalten: Für contact.attributes.parcel ist nichts bekannt.").waitFor();
    // A page without a worker: what passes through one may pass by the route below.
    const storageState = await crew.mara.context.storageState();
    const context = await crew.house.browser.newContext({ serviceWorkers: "block", storageState });
    const bare = await context.newPage();
    await bare.goto(crew.inbox());
    await rowOf(bare, "Ana Pérez").waitFor();
    await bare.keyboard.press("j");
    await bare.keyboard.press("Shift+A");
    await bare.getByRole("toolbar", { name: "Ausgewählte Unterhaltungen" }).getByText("5 ausgewählt").waitFor();
    // One of them is gone by the time the server hears of it.
    await bare.route("**/conversations/bulk", async (route) => {
      const body = route.request().postDataJSON() as { ids: string[] };
      await route.continue({ postData: { ...body, ids: [...body.ids, "cnv_gone"] } });
    });
    const answer = bare.waitForResponse("**/conversations/bulk");
    await bare.keyboard.press("e");
    const { data } = (await (await answer).json()) as { data: { id: string; ok: boolean }[] };
    expect(data.filter(({ ok }) => !ok)).toMatchObject([{ id: "cnv_gone" }]);
    await bare.getByText("Eine Unterhaltung konnte nicht geändert werden: Diese Unterhaltung gibt es nicht.").waitFor();
    await picture(bare, "triage/refused-german");
    await context.close();
    await crew.mara.api("PATCH", "/me", { body: { language: "en" } });
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
