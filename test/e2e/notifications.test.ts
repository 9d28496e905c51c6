import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BrowserContext, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { picture } from "./house.js";

interface Told {
  page: string;
  way: string;
  text: string;
}

/** What is told, by which way, and when it is kept quiet. */
describe("notifications", () => {
  let crew: Crew;
  let page: Page;
  let told: Told[] = [];
  const of = (way: string) => told.filter((one) => one.way === way);

  /** Hears what pages of a browser tell the system, and lets a suite say which of them somebody looks at. */
  async function listenTo(context: BrowserContext): Promise<void> {
    await context.grantPermissions(["notifications"], { origin: crew.house.url });
    await context.exposeFunction("suiteTold", (name: string, way: string, text: string) => {
      told.push({ page: name, way, text });
    });
    await context.addInitScript(`
      let looking = true;
      document.hasFocus = () => looking;
      addEventListener("suite-focus", (event) => {
        looking = event.detail;
        dispatchEvent(new Event(looking ? "focus" : "blur"));
      });
      const say = (way, text) => void window.suiteTold(window.name || "first", way, text);
      window.Notification = class extends EventTarget {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title) { super(); say("push", title); }
        close() {}
      };
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...given) { say("sound", String(this.frequency.value)); return start.apply(this, given); };
    `);
  }
  const look = (which: Page, looking: boolean) =>
    which.evaluate(`dispatchEvent(new CustomEvent("suite-focus", { detail: ${String(looking)} }))`);
  const prefer = async (change: object) => {
    const me = await crew.mara.api<{ preferences: object }>("GET", "/me");
    const { status } = await crew.mara.api("PUT", "/me/preferences", { body: { ...me.body.preferences, ...change } });
    expect(status).toBe(200);
    await page.goto(crew.inbox());
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /^All/ }).waitFor();
  };
  const arrives = async (name: string, text: string) => {
    await crew.write(name, text);
    await rowOf(page, name).getByText(text).waitFor();
  };
  /** A word to another conversation comes and is told: whatever was to be told before has been told by then. */
  const settle = async () => {
    await page.waitForLoadState("load");
    const before = told.length;
    await prefer({ sound: "all", sound_only_inactive: false, quiet_hours: null });
    await crew.write("Bo Lind", `Word ${String(before)}`);
    await eventually("the word", () => (of("sound").length > 0 && told.length > before ? true : undefined));
  };

  beforeAll(async () => {
    crew = await openCrew();
    ({ page } = crew.mara);
    await listenTo(crew.mara.context);
    for (const name of ["Ana Pérez", "Bo Lind", "Cem Kaya"]) await crew.write(name, `Hello from ${name}`);
    await page.goto(crew.inbox());
    await rowOf(page, "Cem Kaya").waitFor();
    for (const name of ["Ana Pérez", "Bo Lind"])
      await crew.ask("PATCH", `/conversations/${(await crew.conversationOf(name)).id}`, {
        assignee_id: crew.marasSeat,
      });
  }, 180_000);
  afterAll(() => crew.house.close());
  beforeEach(() => {
    told = [];
  });

  it("shows a toast for a message in a conversation of mine, and the way to it", async () => {
    await look(page, true);
    await arrives("Ana Pérez", "Are you there?");
    const toasts = page.getByRole("region", { name: /Notifications/ });
    await toasts.getByText("Ana Pérez wrote").first().waitFor();
    await picture(page, "notifications/toast");
    await toasts.getByRole("button", { name: "Open" }).first().click();
    await page.getByRole("log", { name: /Ana Pérez/ }).waitFor();
    expect(of("push")).toEqual([]);
  });

  it("counts what I have not read in the title and at the place", async () => {
    await page.goto(crew.inbox());
    await rowOf(page, "Bo Lind").waitFor();
    await eventually("one unread", async () => ((await page.title()).startsWith("(1) ") ? true : undefined));
    await arrives("Ana Pérez", "Still waiting");
    await eventually("two unread", async () => ((await page.title()).startsWith("(2) ") ? true : undefined));
    const icon = () => page.locator('link[rel="icon"]').getAttribute("href");
    await eventually("the icon", async () => ((await icon())?.startsWith("data:image/png") ? true : undefined));
    await page.getByRole("link", { name: /Inbox/ }).getByText("2").first().waitFor();
    // Elsewhere too, where no list is open.
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/contacts`);
    await eventually("two unread", async () => ((await page.title()).startsWith("(2) ") ? true : undefined));
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").getByText("Ana Pérez").click();
    await page.getByRole("log").getByText("Still waiting").waitFor();
    await eventually("one unread", async () => ((await page.title()).startsWith("(1) ") ? true : undefined));
    await page.goto(crew.inbox());
    await crew.ask("PATCH", `/conversations/${(await crew.conversationOf("Bo Lind")).id}`, { assignee_id: null });
    await eventually("none unread", async () => ((await page.title()).startsWith("(") ? undefined : true));
    await crew.ask("PATCH", `/conversations/${(await crew.conversationOf("Bo Lind")).id}`, {
      assignee_id: crew.marasSeat,
    });
    await eventually("one unread", async () => ((await page.title()).startsWith("(1) ") ? true : undefined));
  });

  it("tells the system and sounds only while nobody looks", async () => {
    await look(page, false);
    await arrives("Ana Pérez", "Anybody home?");
    await eventually("the notification", () => (of("push").length > 0 ? true : undefined));
    expect(of("push").map(({ text }) => text)).toEqual(["Ana Pérez wrote"]);
    await eventually("the sound", () => (of("sound").length === 2 ? true : undefined));
  });

  it("tells once however many tabs there are, and nothing to the system while one of them is looked at", async () => {
    const second = await crew.mara.context.newPage();
    await second.goto(crew.inbox());
    await rowOf(second, "Ana Pérez").waitFor();
    await look(page, false);
    await look(second, false);
    await arrives("Ana Pérez", "Two tabs now");
    await eventually("the notification", () => (of("push").length > 0 ? true : undefined));
    await second.getByText("Ana Pérez wrote").first().waitFor();
    expect(of("push")).toHaveLength(1);
    expect(of("sound")).toHaveLength(2);
    told = [];
    await look(second, true);
    await arrives("Ana Pérez", "Somebody reads this");
    await second
      .getByRole("region", { name: /Notifications/ })
      .getByText("Somebody reads this")
      .waitFor();
    await settle();
    expect(of("push")).toEqual([]);
    await second.close();
  });

  it("says what the matrix says, event by event", async () => {
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/settings/notifications`);
    const table = page.getByRole("table", { name: /./ });
    await table.waitFor();
    await picture(page, "notifications/settings");
    for (const way of ["In the app", "Sound"])
      await table.getByRole("checkbox", { name: `Message in a conversation of yours: ${way}` }).click();
    await eventually("the choice", async () => {
      const { body } = await crew.mara.api<{ preferences: { notifications: { message_assigned?: object } } }>(
        "GET",
        "/me",
      );
      const kept = JSON.stringify(body.preferences.notifications.message_assigned);
      return kept === JSON.stringify({ app: false, sound: false, push: true, email: false }) ? true : undefined;
    });
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor();
    await look(page, false);
    told = [];
    await arrives("Ana Pérez", "Only to the system");
    await eventually("the notification", () => (of("push").length === 1 ? true : undefined));
    expect(of("sound")).toEqual([]);
    await expect(page.getByText("Ana Pérez wrote").count()).resolves.toBe(0);
  });

  it("keeps quiet in quiet hours, but shows what came", async () => {
    await prefer({
      notifications: {},
      sound: "all",
      sound_only_inactive: false,
      quiet_hours: { from: "00:00", to: "23:59" },
    });
    await look(page, false);
    told = [];
    await arrives("Ana Pérez", "Hush");
    await page.getByText("Ana Pérez wrote").first().waitFor();
    expect(told).toEqual([]);
    await prefer({ quiet_hours: null });
  });

  it("sounds again every half minute until it is read", async () => {
    await prefer({ sound: "all", sound_only_inactive: true, sound_repeat: true, quiet_hours: null });
    await page.clock.install();
    await page.reload();
    await rowOf(page, "Ana Pérez").waitFor();
    await look(page, false);
    await arrives("Ana Pérez", "Please");
    await eventually("unread", async () => {
      await page.clock.runFor(2_000);
      return (await page.title()).startsWith("(") ? true : undefined;
    });
    told = [];
    await page.clock.runFor(31_000);
    await eventually("the first reminder", () => (of("sound").length >= 2 ? true : undefined));
    told = [];
    await page.clock.runFor(31_000);
    await eventually("the second reminder", () => (of("sound").length >= 2 ? true : undefined));
    for (const name of ["Ana Pérez", "Bo Lind"])
      await crew.ask("POST", `/conversations/${(await crew.conversationOf(name)).id}/read`, {});
    // The jumps of its clock may have cost the page its connection: it comes back, and tells.
    await eventually(
      "all read",
      async () => {
        await page.clock.runFor(2_000);
        return (await page.title()).startsWith("(") ? undefined : true;
      },
      90_000,
    );
    told = [];
    await page.clock.runFor(65_000);
    expect(of("sound")).toEqual([]);
  }, 240_000);

  it("covers neither the navigation nor the composer of a phone", async () => {
    const phone = await crew.mara.context.newPage();
    await phone.setViewportSize({ width: 390, height: 844 });
    await phone.goto(crew.inbox());
    await rowOf(phone, "Bo Lind").getByText("Bo Lind").click();
    await phone.getByRole("combobox", { name: "Reply to Bo Lind" }).waitFor();
    await crew.write("Ana Pérez", "On the phone");
    const toast = phone.getByText("Ana Pérez wrote").first();
    await toast.waitFor();
    await eventually("the toast at its place", async () => ((await toast.boundingBox())!.y > 20 ? true : undefined));
    await picture(phone, "notifications/phone-toast");
    await phone.getByRole("combobox", { name: "Reply to Bo Lind" }).click({ trial: true });
    await phone.getByRole("button", { name: "Resolve" }).click({ trial: true });
    await phone.getByRole("button", { name: "More", exact: true }).click({ trial: true });
    await expect(toast.isVisible()).resolves.toBe(true);
    await phone.close();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
