import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { picture } from "./house.js";

const customers = ["Ana Pérez", "Bo Lind", "Cem Kaya", "Dana Roth", "Eli Berg"];

/** The notices at the edge of the page, when much comes at once. */
describe("notices", () => {
  let crew: Crew;
  let page: Page;
  let notices: Locator;

  /** Notices of a page that nobody sees stand until it is seen again: no machine is too slow for them. */
  const hide = (which: Page, hidden: boolean) =>
    which.evaluate(
      `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${String(hidden)} });
       document.dispatchEvent(new Event("visibilitychange"));`,
    );
  const noticesOf = (which: Page) =>
    which.getByRole("region", { name: /Notifications|الإشعارات/ }).getByRole("listitem");
  const openInbox = async (which: Page) => {
    await which.goto(crew.inbox());
    for (const name of customers) await rowOf(which, name).waitFor({ timeout: 60_000 });
    await hide(which, true);
  };
  const write = async (name: string, ...texts: string[]) => {
    for (const text of texts) await crew.write(name, text);
  };
  const none = () => eventually("no notice", async () => ((await notices.count()) === 0 ? true : undefined), 60_000);

  beforeAll(async () => {
    crew = await openCrew();
    for (const name of customers) await crew.write(name, `Hello from ${name}`);
    ({ page } = crew.mara);
    notices = noticesOf(page);
    await openInbox(page);
    for (const name of customers)
      await crew.ask("PATCH", `/conversations/${(await crew.conversationOf(name)).id}`, {
        assignee_id: crew.marasSeat,
      });
  }, 180_000);
  afterAll(() => crew.house.close());

  it("makes one notice of all that one person writes, with the newest of it", async () => {
    await write("Ana Pérez", "Hello?", "Is anybody there?", "It is about my order");
    const ana = notices.filter({ hasText: "Ana Pérez wrote 3 messages" });
    await ana.getByText("It is about my order").waitFor({ timeout: 60_000 });
    await write("Ana Pérez", "And another thing");
    await notices.filter({ hasText: "Ana Pérez wrote 4 messages" }).getByText("And another thing").waitFor();
    await expect(notices.filter({ hasText: "Ana Pérez" }).count()).resolves.toBe(1);
    await picture(page, "notices/one");
  });

  it("shows three at once, of more the newest and how many others there are", async () => {
    await write("Bo Lind", "One from Bo");
    await write("Cem Kaya", "One from Cem");
    for (const name of ["Bo Lind wrote", "Cem Kaya wrote"]) await notices.filter({ hasText: name }).waitFor();
    await expect(notices.count()).resolves.toBe(3);
    await picture(page, "notices/three");
    await write("Dana Roth", "One from Dana");
    const rest = notices.filter({ hasText: "more conversation" });
    await rest.filter({ hasText: "2 more conversations" }).getByText("Bo Lind · Ana Pérez").waitFor();
    await notices.filter({ hasText: "Dana Roth wrote" }).waitFor();
    await write("Eli Berg", "One from Eli");
    await rest.filter({ hasText: "3 more conversations" }).waitFor();
    await eventually("three at once", async () => ((await notices.count()) === 3 ? true : undefined));
    await picture(page, "notices/more");
    // Who writes again comes out of the others.
    await write("Ana Pérez", "Me again");
    await notices.filter({ hasText: "Ana Pérez wrote 5 messages" }).getByText("Me again").waitFor();
    await rest.getByText("Dana Roth · Cem Kaya · Bo Lind").waitFor();
    await eventually("three at once", async () => ((await notices.count()) === 3 ? true : undefined));
  }, 180_000);

  it("takes a notice away once its conversation is looked at, and leads to the others", async () => {
    await rowOf(page, "Eli Berg").getByText("Eli Berg").first().click();
    await page.getByRole("log", { name: /Eli Berg/ }).waitFor();
    await eventually("the notice gone", async () =>
      (await notices.filter({ hasText: "Eli Berg" }).count()) === 0 ? true : undefined,
    );
    await notices.filter({ hasText: "Ana Pérez" }).getByRole("button", { name: "Open" }).click();
    await page.getByRole("log", { name: /Ana Pérez/ }).waitFor();
    await notices.filter({ hasText: "more conversations" }).getByRole("button", { name: "Open" }).click();
    await page.waitForURL(/\/inbox\/all$/);
    await hide(page, false);
    await none();
  });

  it("lets a notice live anew with what is new in it", async () => {
    await page.clock.install();
    await openInbox(page);
    const ana = notices.filter({ hasText: "Ana Pérez" });
    /** From now on time goes on only when told to. */
    await page.clock.pauseAt((await page.evaluate<number>("Date.now()")) + 1_000);
    const told = async (text: string) => {
      await write("Ana Pérez", text);
      await eventually("the notice", async () => {
        await page.clock.runFor(200);
        return (await ana.getByText(text).isVisible()) ? true : undefined;
      });
    };
    await told("The first");
    await hide(page, false);
    await page.clock.runFor(4_000);
    await hide(page, true);
    await told("The second");
    await hide(page, false);
    await page.clock.runFor(4_000);
    await expect(ana.count()).resolves.toBe(1);
    await page.clock.runFor(4_000);
    await none();
    await page.clock.resume();
  });

  it("is calm in the dark, from right to left and on a phone", async () => {
    const looks = [
      ["dark", { colorScheme: "dark" }],
      ["arabic", { locale: "ar" }],
      ["phone", { viewport: { width: 390, height: 844 } }],
    ] as const;
    for (const [look, options] of looks) {
      const { context, page: other } = await crew.house.visitor(options);
      await context.addCookies(await crew.mara.context.cookies());
      await crew.mara.api("PATCH", "/me", { body: { language: look === "arabic" ? "ar" : "en" } });
      await openInbox(other);
      for (const name of customers) await write(name, "A question about what I ordered last week", `Signed: ${name}`);
      const most = look === "phone" ? 2 : 3;
      await eventually("all told", async () => {
        const texts = (await noticesOf(other).allInnerTexts()).join();
        return customers.every((name) => texts.includes(name)) ? true : undefined;
      });
      await eventually("few at once", async () => ((await noticesOf(other).count()) === most ? true : undefined));
      await picture(other, `notices/${look}`);
      await context.close();
    }
  }, 240_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
