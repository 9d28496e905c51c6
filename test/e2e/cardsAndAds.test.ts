/** What a message brings along beside its words: the card of a contact, and the advertisement that brought who wrote. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions } from "playwright-core";
import { startGraphSimulator, type GraphSimulator } from "../../simulator/graph/index.js";
import { eventually } from "../support/gateway.js";
import { logOf, saidIn } from "./floor.js";
import { openHouse, picture, setUp, type House, type Visitor } from "./house.js";

const looks: readonly [look: string, options: BrowserContextOptions, language: string][] = [
  ["light", {}, "en"],
  ["dark", { colorScheme: "dark" }, "en"],
  ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, "en"],
  ["arabic", { locale: "ar" }, "ar"],
];

describe("beside the words", () => {
  let house: House;
  let graph: GraphSimulator;
  let mara: Visitor;
  let workspaceId: string;
  let conversation: string;
  const person = "15557790100";

  beforeAll(async () => {
    graph = await startGraphSimulator({ port: 0, timeScale: 0.01 });
    const number = graph.addNumber({ name: "Blue Shop" });
    house = await openHouse({ graphApiRoot: graph.apiRoot });
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
    const { token: accessToken, appSecret, id: phoneNumberId, business: businessAccountId } = number;
    const settings = { accessToken, appSecret, phoneNumberId, businessAccountId };
    const made = await mara.api("POST", "/channels", { workspaceId, body: { kind: "whatsapp", settings } });
    expect(made.status).toBe(201);
    const said = (id: string, minute: number, more: Record<string, unknown>) => ({
      from: person,
      id: `wamid.${id}`,
      timestamp: String(Math.floor(Date.now() / 1000) - 600 + minute * 60),
      ...more,
    });
    const messages = [
      said("ad", 1, {
        type: "text",
        text: { body: "Hello! Is this still on?" },
        referral: {
          source_url: "https://fb.me/succulents",
          source_id: "120226305854810726",
          source_type: "ad",
          headline: "Succulents at half the price",
          body: "Only this week: every pot that fits into one hand, with soil, and a saucer that is worth a look by itself. Write to us and we tell you more about all of it.",
          image_url: "https://cdn.example/ad.jpg",
          ctwa_clid: "Aff-n8ZTODiE79d22KtAwQKj",
        },
      }),
      said("product", 2, {
        type: "text",
        text: { body: "And this one?" },
        context: { from: number.phone, referred_product: { catalog_id: "1", product_retailer_id: "pot-07" } },
      }),
      said("card", 3, {
        type: "contacts",
        contacts: [
          {
            name: { formatted_name: "Barbara J. Johnson" },
            phones: [{ phone: "+1 650 555 9999" }],
            emails: [{ email: "barbara.johnson.of.the.old.mill@lucky-shrub.example" }],
            addresses: [{ street: "1 Lucky Shrub Way", city: "Menlo Park", state: "CA", zip: "94025", country: "US" }],
            org: { company: "Lucky Shrub", title: "Counsel" },
            urls: [{ url: "https://lucky-shrub.example/people" }],
          },
          { name: { formatted_name: "Bo" }, phones: [{ phone: "+49 30 1234" }] },
        ],
      }),
    ];
    const metadata = { display_phone_number: number.phone, phone_number_id: number.id };
    const contacts = [{ wa_id: person, profile: { name: "Ana Ruiz" } }];
    const value = { messaging_product: "whatsapp", metadata, contacts, messages };
    graph.push(number, {
      object: "whatsapp_business_account",
      entry: [{ id: "1", changes: [{ field: "messages", value }] }],
    });
    conversation = await eventually("the conversation", async () => {
      const { body } = await mara.api<{ data: { id: string; last_message: { kind: string } | null }[] }>(
        "GET",
        "/conversations",
        { workspaceId },
      );
      return body.data.find(({ last_message: last }) => last?.kind === "contacts")?.id;
    });
  }, 300_000);
  afterAll(async () => {
    await house.close();
    await graph.close();
  }, 60_000);

  it("shows what brought the customer above what they wrote, and where it leads", async () => {
    const { page } = mara;
    await page.goto(`${house.url}/w/${workspaceId}/inbox/all/${conversation}`);
    const message = saidIn(page, "Is this still on?");
    await message.getByText("Came from an advertisement").waitFor({ timeout: 30_000 });
    const link = message.getByRole("link", { name: "Succulents at half the price" });
    expect(await link.getAttribute("href")).toBe("https://fb.me/succulents");
    await saidIn(page, "And this one?").getByText("Asks about a product: pot-07").waitFor();
    // The rest stands among the message's ids.
    await message.hover();
    await message.getByRole("button", { name: "More for this message" }).click();
    await page.getByRole("menuitem", { name: "Details" }).click();
    await page.getByRole("tab", { name: "IDs" }).click();
    const drawer = page.getByRole("dialog");
    for (const [label, value] of [
      ["Advertisement, post or product", "120226305854810726"],
      ["Click", "Aff-n8ZTODiE79d22KtAwQKj"],
      ["Picture or film", "https://cdn.example/ad.jpg"],
    ] as const)
      expect(await drawer.getByRole("textbox", { name: label, exact: true }).inputValue()).toBe(value);
    await picture(page, "beside/details");
    await page.keyboard.press("Escape");
  }, 120_000);

  it("shows all of a contact's card", async () => {
    const { page } = mara;
    const card = saidIn(page, "Barbara J. Johnson");
    await card.getByText("Counsel · Lucky Shrub").waitFor();
    await card.getByText("1 Lucky Shrub Way, 94025 Menlo Park, CA, US").waitFor();
    const hrefs = await card
      .getByRole("link")
      .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href));
    expect(hrefs).toEqual([
      "tel:+16505559999",
      "mailto:barbara.johnson.of.the.old.mill@lucky-shrub.example",
      "https://lucky-shrub.example/people",
      "tel:+49301234",
    ]);
  }, 60_000);

  it.each(looks)(
    "fits: %s",
    async (look, options, language) => {
      expect((await mara.api("PATCH", "/me", { body: { language } })).status).toBe(200);
      const { page } = await house.visitor({ storageState: await mara.context.storageState(), ...options });
      await page.goto(`${house.url}/w/${workspaceId}/inbox/all/${conversation}`);
      await logOf(page).getByText("Barbara J. Johnson").waitFor({ timeout: 30_000 });
      await picture(page, `beside/${look}`);
      const wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      expect(wide).toBeLessThanOrEqual(0);
      await page.close();
    },
    60_000,
  );

  it("asks nobody outside and complains of nothing", () => {
    expect([house.strangers, house.complaints]).toEqual([[], []]);
  });
});
