import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { joinWorkspace, picture, type Visitor } from "./house.js";

const wait = { timeout: 60_000 };
const longName = "customer_reference_number_of_the_warehouse_in_Hamburg";
const longValue = "Order 2026-11-4711 of the blue kettle, to be left with the neighbours on the second floor";
const arabicValue = "طلب الغلاية الزرقاء الذي يجب أن يُترك عند الجيران في الطابق الثاني من المبنى المجاور";

interface Seen {
  direction: string;
  textAlign: string;
  /** Not all of it is there. */
  cut: boolean;
  /** Its first letter is. */
  begins: boolean;
}

/** What is known of a person, beside the thread, in a language that runs from right to left. */
describe("the panel of a contact, from right to left", () => {
  let crew: Crew;
  let mara: Visitor;
  let vera: Visitor;
  let conversationId: string;
  let contactId: string;

  /** Where the text of an element begins is to be seen, and which way it runs. */
  const seen = (element: Locator): Promise<Seen> =>
    element.evaluate((node) => {
      const { direction, textAlign } = node.ownerDocument.defaultView!.getComputedStyle(node);
      const box = node.getBoundingClientRect();
      const first = node.ownerDocument.createRange();
      first.setStart(node.firstChild, 0);
      first.setEnd(node.firstChild, 1);
      const letter = first.getBoundingClientRect();
      const begins = box.left - letter.left <= 1 && letter.right - box.right <= 1;
      return { direction, textAlign, cut: node.scrollWidth > node.clientWidth, begins };
    });
  /** How a field that is written into shows what stands in it. */
  const field = (element: Locator): Promise<{ direction: string; textOverflow: string; from: number }> =>
    element.evaluate((node) => {
      const { direction, textOverflow } = node.ownerDocument.defaultView!.getComputedStyle(node);
      return { direction, textOverflow, from: node.scrollLeft };
    });

  beforeAll(async () => {
    crew = await openCrew();
    await crew.write("Ana Pérez", "Hello");
    const found = await eventually("the conversation", () => crew.conversationOf("Ana Pérez").catch(() => undefined));
    conversationId = found.id;
    contactId = found.contact.id;
    await crew.ask("PATCH", `/contacts/${contactId}`, {
      name: "Ana María de los Ángeles Pérez y Fernández de Córdoba",
      attributes: { [longName]: longValue, note: arabicValue, plan: "gold" },
    });
    vera = await joinWorkspace(
      crew.house,
      crew.mara,
      crew.workspaceId,
      { name: "Vera Holm", email: "vera@example.com", roleId: "viewer" },
      { locale: "ar" },
    );
    await vera.api("PATCH", "/me", { body: { language: "ar" } });
    mara = await crew.house.visitor({ locale: "ar" });
    await mara.context.addCookies(await crew.mara.context.cookies());
    await crew.mara.api("PATCH", "/me", { body: { language: "ar" } });
  }, 180_000);
  afterAll(() => crew.house.close());

  async function openPanel(page: Page): Promise<Locator> {
    await page.goto(`${crew.inbox()}/${conversationId}`);
    await rowOf(page, "Ana").first().waitFor(wait);
    await page.locator("html[dir=rtl]").waitFor(wait);
    const name = page.getByRole("complementary").getByText(longName);
    await name.waitFor(wait);
    return page.getByRole("complementary");
  }

  it("cuts Latin names and values at their end, and stands them where lines begin", async () => {
    const panel = await openPanel(mara.page);
    for (const text of [longName, "Ana María de los Ángeles"]) {
      const it = await seen(panel.getByText(text).first());
      expect([text, it]).toEqual([text, expect.objectContaining({ direction: "ltr", cut: true, begins: true })]);
    }
    const short = await seen(panel.getByText("plan", { exact: true }));
    expect(short).toMatchObject({ direction: "ltr", cut: false, begins: true, textAlign: "right" });
    const value = panel.getByRole("textbox", { name: longName });
    await expect(value.inputValue()).resolves.toBe(longValue);
    await expect(field(value)).resolves.toEqual({ direction: "ltr", textOverflow: "ellipsis", from: 0 });
    await expect(field(panel.getByRole("textbox", { name: "note" }))).resolves.toMatchObject({ direction: "rtl" });
    await picture(mara.page, "contact-panel/arabic");
  });

  it("shows whoever only reads the whole of it", async () => {
    const panel = await openPanel(vera.page);
    const value = await seen(panel.getByText(longValue));
    expect(value).toMatchObject({ direction: "ltr", cut: false, begins: true });
    await expect(panel.getByRole("textbox").count()).resolves.toBe(0);
    await picture(vera.page, "contact-panel/arabic-viewer");
  });

  it("does so in the contacts and their list", async () => {
    const { page } = mara;
    await page.goto(`${crew.house.url}/w/${crew.workspaceId}/contacts/${contactId}`);
    const drawer = page.getByRole("dialog");
    const name = drawer.getByText(longName);
    await name.waitFor(wait);
    await expect(seen(name)).resolves.toMatchObject({ direction: "ltr", cut: true, begins: true });
    await picture(page, "contact-panel/arabic-contacts");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    await picture(page, "contact-panel/arabic-list");
    const phone = await crew.house.visitor({ locale: "ar", viewport: { width: 390, height: 844 } });
    await phone.context.addCookies(await crew.mara.context.cookies());
    await phone.page.goto(`${crew.house.url}/w/${crew.workspaceId}/contacts`);
    const row = phone.page.getByText("Ana María de los Ángeles").first();
    await row.waitFor(wait);
    await expect(seen(row)).resolves.toMatchObject({ direction: "ltr", begins: true });
    await picture(phone.page, "contact-panel/arabic-phone");
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(crew.house.strangers).toEqual([]);
    expect(crew.house.complaints).toEqual([]);
  });
});
