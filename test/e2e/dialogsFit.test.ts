import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { owner, picture } from "./house.js";

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const dark: BrowserContextOptions = { colorScheme: "dark" };

type Texts = Record<string, Record<string, string>>;
const textsOf = (language: string, area: string) =>
  JSON.parse(readFileSync(`web/dashboard/locales/${language}/${area}.json`, "utf8")) as Texts;

/** Windows over the inbox that are seldom open: to block, to merge and part, and what waits to be sent. */
describe("seldom windows fit the screen", () => {
  let crew: Crew;
  let ana: string;

  const fits = async (page: Page, box: Locator) => {
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    expect(await box.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  };

  beforeAll(async () => {
    crew = await openCrew();
    const names = ["Ana Pérez", "Ana P. with a name that is longer than most names of customers are", "ليلى حداد"];
    for (const name of names) await crew.write(name, `Hello from ${name}`);
    const { page } = crew.mara;
    await page.goto(crew.inbox());
    for (const name of names) await rowOf(page, name).waitFor();
    const { id, contact } = await crew.conversationOf("Ana Pérez");
    ana = id;
    await crew.ask("PATCH", `/contacts/${contact.id}`, {
      language: "es",
      attributes: { email: "ana@example.com", "a-very-long-name-of-an-attribute": "x".repeat(90), tier: "gold" },
    });
    const at = Date.now() + 3 * 86_400_000;
    const later = async (conversation: string, text: string, hours: number) =>
      crew.ask("POST", `/conversations/${conversation}/messages`, {
        content: { kind: "text", text },
        send_at: new Date(at + hours * 3_600_000).toISOString(),
      });
    await later(ana, "Your parcel is ready. See https://shop.example/orders/very/long/address/of/an/order?id=1", 0);
    await later((await crew.conversationOf("ليلى حداد")).id, "مرحباً ليلى، طلبك جاهز للاستلام من المتجر غداً.", 5);
    await later((await crew.conversationOf(names[1]!)).id, `A long one. ${"And so on. ".repeat(40)}`, 9);
  }, 180_000);
  afterAll(() => crew.house.close());

  it.each([
    ["light", "en", {}],
    ["dark", "en", dark],
    ["phone", "en", phone],
    ["phone-dark", "en", { ...phone, ...dark }],
    ["arabic", "ar", { locale: "ar" }],
    ["arabic-dark", "ar", { locale: "ar", ...dark }],
    ["phone-arabic", "ar", { locale: "ar", ...phone }],
    ["phone-arabic-dark", "ar", { locale: "ar", ...phone, ...dark }],
  ] as const)(
    "%s",
    async (look, language, context) => {
      const [inbox, contacts] = [textsOf(language, "inbox"), textsOf(language, "contacts")];
      await crew.mara.api("PATCH", "/me", { body: { language } });
      const visitor = await crew.house.visitor(context);
      await visitor.api("POST", "/auth/sign-in", { body: { email: owner.email, password: owner.password } });
      const { page } = visitor;
      const dialog = page.getByRole("dialog");
      const keep = async (name: string) => {
        await page.evaluate(`Promise.all(document.getAnimations()
          .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
          .map((one) => one.finished.catch(() => undefined)))`);
        await picture(page, `dialogs/${look}-${name}`);
      };
      const runs = (shown: Locator) =>
        shown.evaluate((one) => one.ownerDocument.defaultView!.getComputedStyle(one).direction);
      const close = async () => {
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
      };

      await page.goto(`${crew.inbox()}/${ana}`);
      await page.getByRole("button", { name: inbox.header!.more! }).click();
      await page.getByRole("menuitem", { name: inbox.action!.block! }).click();
      await dialog.waitFor();
      await keep("block");
      await fits(page, dialog);
      await close();

      await page.goto(`${crew.inbox()}/${ana}?details=1`);
      await page.getByRole("button", { name: inbox.merge!.open! }).click();
      await dialog.getByRole("list").getByRole("button").first().waitFor();
      // What an empty field asks for runs as the page does.
      expect(await runs(dialog.getByRole("searchbox"))).toBe(language === "ar" ? "rtl" : "ltr");
      await keep("merge-pick");
      await fits(page, dialog);
      await dialog.getByRole("button", { name: /Ana P\. with/ }).click();
      await dialog.getByText(contacts.merge!.stays!, { exact: true }).waitFor();
      await keep("merge-compare");
      await fits(page, dialog);
      await dialog.getByRole("button", { name: contacts.merge!.yes!, exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByText(contacts.merge!.done!).waitFor();
      await keep("merged");
      await page
        .getByRole("button", { name: textsOf(language, "common").action!.undo! })
        .last()
        .click();
      await page.getByText(contacts.merge!.undone!).waitFor();

      await page.goto(crew.inbox());
      const scheduled = page.getByRole("button", { name: inbox.scheduled!.open!, exact: true });
      if (look.includes("phone")) await page.getByRole("heading", { name: inbox.view!.all! }).click();
      await scheduled.click();
      await dialog.getByRole("listitem").nth(2).waitFor();
      // A name that is cut is cut at its end.
      expect(await runs(dialog.getByRole("link", { name: /Ana P\. with/ }))).toBe("ltr");
      await keep("scheduled");
      await fits(page, dialog);
      await visitor.context.close();
    },
    120_000,
  );

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
