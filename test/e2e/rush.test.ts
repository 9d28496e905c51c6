import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openHouse, picture, setUp, type House, type Visitor } from "./house.js";

const kinds = ["whatsapp", "telegram", "messenger"] as const;
const customers = Array.from({ length: 10 }, (_, index) => ({
  name: `Rush ${String.fromCharCode(65 + index)}`,
  kind: kinds[index % kinds.length]!,
}));
const each = 12;
const line = (name: string, n: number) => `${name} asks ${n} of ${each}`;

const rowOf = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });
const composerOf = (page: Page, name: string): Locator => page.getByRole("combobox", { name: `Reply to ${name}` });
const yOf = async (shown: Locator) => Math.round((await shown.boundingBox())!.y);

/** Ten customers write at once on three channels while an agent reads, types and answers. */
describe("a rush", () => {
  let house: House;
  let agent: Visitor;
  let workspaceId: string;
  const accounts = new Map<string, string>();
  const ids = new Map<string, string>();

  const write = async ({ name, kind }: (typeof customers)[number], text: string) => {
    const { status, body } = await agent.api<{ customer_id: string }>(
      "POST",
      `/channels/${accounts.get(kind)!}/simulator/messages`,
      {
        workspaceId,
        body: { ...(ids.has(name) ? { customer_id: ids.get(name) } : { customer_name: name }), kind: "text", text },
      },
    );
    expect(status).toBe(202);
    ids.set(name, body.customer_id);
  };
  /** Every customer says their lines from `first` to `last`, all of them at the same time. */
  const rush = (first: number, last: number) =>
    Promise.all(
      customers.map(async (customer) => {
        for (let n = first; n <= last; n++) await write(customer, line(customer.name, n));
      }),
    );
  const threadOf = async (name: string) => {
    const list = await agent.api<{ data: { id: string; contact: { name: string } }[] }>(
      "GET",
      "/conversations?limit=100",
      { workspaceId },
    );
    const id = list.body.data.find(({ contact }) => contact.name === name)?.id;
    if (!id) return [];
    const { body } = await agent.api<{ data: { direction: string; content: { text: string } }[] }>(
      "GET",
      `/conversations/${id}/messages?limit=100`,
      { workspaceId },
    );
    return body.data;
  };

  beforeAll(async () => {
    house = await openHouse();
    agent = await house.visitor();
    ({ workspaceId } = await setUp(house, agent));
    for (const kind of kinds) {
      const { status, body } = await agent.api<{ id: string }>("POST", "/simulator/channels", {
        workspaceId,
        body: { kind, name: `Shop ${kind}` },
      });
      expect(status).toBe(201);
      accounts.set(kind, body.id);
      await agent.api("PATCH", `/channels/${body.id}/simulator`, { workspaceId, body: { talkative: false } });
    }
    await rush(1, 2);
    await agent.page.goto(`${house.url}/w/${workspaceId}/inbox/all`);
    for (const { name } of customers) await rowOf(agent.page, name).waitFor();
  }, 180_000);
  afterAll(() => house.close());

  it("takes neither the focus nor a letter from who is typing, and the thread shows what comes", async () => {
    const { page } = agent;
    await rowOf(page, "Rush A").click();
    const composer = composerOf(page, "Rush A");
    await composer.click();
    const text = "Good morning, the blue one is back since today, in all sizes.";
    await Promise.all([rush(3, 6), composer.pressSequentially(text, { delay: 60 })]);
    await page.getByRole("log").getByText(line("Rush A", 6)).waitFor();
    expect(await composer.inputValue()).toBe(text);
    expect(await composer.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await picture(page, "rush/typing");
    await composer.press("Enter");
    await page.getByRole("log").getByText(text).waitFor();
    await eventually("the answer in its thread", async () =>
      (await threadOf("Rush A")).filter(({ direction }) => direction === "out").length === 1 ? true : undefined,
    );
  }, 180_000);

  it("moves no row away from under the pointer", async () => {
    const { page } = agent;
    const row = rowOf(page, "Rush E");
    await row.hover();
    const { x, y } = (await row.boundingBox())!;
    await page.evaluate(`(() => {
      const row = [...document.querySelectorAll("[data-row]")].find((one) => one.textContent.includes("Rush E"));
      const stood = new Set();
      const look = () => {
        stood.add(Math.round(document.querySelector('[data-row="' + row.dataset.row + '"]').getBoundingClientRect().y));
        window.suiteFrame = requestAnimationFrame(look);
      };
      // A hand is never quite still.
      const move = () => document.elementFromPoint(${x + 60}, ${y + 20})
        .dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: ${x + 60}, clientY: ${y + 20} }));
      move();
      look();
      const hand = setInterval(move, 100);
      window.suiteStood = () => (clearInterval(hand), cancelAnimationFrame(window.suiteFrame), [...stood]);
    })()`);
    await rush(7, 9);
    await page.getByRole("button", { name: /new$/ }).waitFor();
    for (const { name } of customers) await rowOf(page, name).getByText(line(name, 9)).waitFor();
    expect(await page.evaluate("window.suiteStood()")).toHaveLength(1);
  }, 180_000);

  it("takes a click right after the list moved for the row that was pointed at", async () => {
    const { page } = agent;
    await agent.page.goto(`${house.url}/w/${workspaceId}/inbox/all`);
    await rowOf(page, "Rush A").waitFor();
    const first = page.getByRole("row").first();
    const said = await first.innerText();
    const { name } = customers.find((one) => said.includes(one.name))!;
    const { x, y } = (await first.boundingBox())!;
    await page.mouse.move(Math.round(x + 60), Math.round(y + 20));
    // As a hand that was on its way: once the list has moved, at the very same place.
    const clicked = page.evaluate(`new Promise((resolve) => {
      const [x, y] = [${Math.round(x + 60)}, ${Math.round(y + 20)}];
      const there = () => document.elementFromPoint(x, y).closest("[data-row]");
      const name = () => there()?.textContent ?? "";
      const look = () => {
        if (name() === "" || name().includes("${name}")) return requestAnimationFrame(look);
        const link = there().querySelector("a");
        link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, clientX: x, clientY: y, detail: 1 }));
        resolve(link.textContent);
      };
      look();
    })`);
    await write(
      customers.find((one) => one.name !== name)!,
      "Up to the top",
    );
    expect(await clicked).not.toContain(name);
    await composerOf(page, name).waitFor();
    await page.mouse.move(900, 300);
  }, 180_000);

  it("leaves a thread where it is while one reads further up", async () => {
    const { page } = agent;
    for (let n = 1; n <= 25; n++) await write(customers[1]!, `Page ${n}. ${"And so on. ".repeat(12)}`);
    await rowOf(page, "Rush B").click();
    const log = page.getByRole("log", { name: /Rush B/ });
    await log.getByText("Page 25.").waitFor();
    await log.hover();
    await page.mouse.wheel(0, -900);
    await page.getByRole("button", { name: "Jump to latest" }).waitFor();
    const read = log.getByText("Page 18.");
    await read.waitFor();
    const before = await yOf(read);
    await rush(10, each);
    await page.getByRole("button", { name: /3 new/ }).waitFor();
    expect(await yOf(read)).toBe(before);
    await picture(page, "rush/reading");
  }, 180_000);

  it("loses nothing, doubles nothing, and keeps the order where the provider tells it", async () => {
    for (const { name, kind } of customers) {
      const said = Array.from({ length: each }, (_, index) => line(name, index + 1));
      const shown = await eventually(`all of ${name}`, async () => {
        const lines = (await threadOf(name))
          .filter(({ direction, content }) => direction === "in" && content.text.startsWith("Rush"))
          .map(({ content }) => content.text);
        return lines.length >= said.length ? lines : undefined;
      });
      // WhatsApp's clock has whole seconds: nobody says what came first within one.
      if (kind === "whatsapp") expect(shown.toSorted()).toEqual(said.toSorted());
      else expect(shown).toEqual([...said].reverse());
    }
    await agent.page.goto(`${house.url}/w/${workspaceId}/inbox/all`);
    await rowOf(agent.page, "Rush J").getByText(line("Rush J", each)).waitFor();
    await picture(agent.page, "rush/after");
  }, 180_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
