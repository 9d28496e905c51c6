import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page, Route } from "playwright-core";
import { eventually } from "../support/gateway.js";
import {
  composerFor,
  composerOf,
  moreOf,
  openFloor,
  restOf,
  rowAnyhow as rowOf,
  type Floor,
  type Kind,
} from "./floor.js";
import { picture } from "./house.js";

const customers: readonly (readonly [Kind, string])[] = [
  ["telegram", "Ana Pérez"],
  ["telegram", "Bo Lind"],
  ["messenger", "Cem Kaya"],
  ["whatsapp", "Dina Roth"],
];
const paintedPixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgaGD4DwAChAGA6m1p0wAAAABJRU5ErkJggg==",
  "base64",
);

/** Holds what matches back until it is let go. */
async function hold(page: Page, method: string, path: RegExp, answered = false) {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let waiting = 0;
  const held: Promise<void>[] = [];
  const wait = async (route: Route) => {
    // The answer tells how things were when it was asked for, however late it comes.
    const response = answered ? await route.fetch() : undefined;
    waiting += 1;
    await gate;
    await (response ? route.fulfill({ response }) : route.continue());
  };
  const handler = (route: Route) => {
    if (route.request().method() !== method) return route.fallback();
    const one = wait(route);
    held.push(one);
    return one;
  };
  await page.route(path, handler);
  return {
    caught: () => eventually(`a ${method}`, async () => Promise.resolve(waiting > 0 ? true : undefined)),
    async letGo() {
      open();
      await Promise.all(held);
      await page.unroute(path, handler);
    },
  };
}

/** The hands of an agent: going from one conversation to another in the midst of everything. */
describe("hands in a rush", () => {
  let floor: Floor;
  let page: Page;

  const out = async (name: string) =>
    (await floor.messages(await floor.conversationOf(name))).filter(({ direction }) => direction === "out");
  const words = async (name: string) =>
    (await out(name)).map(({ content }) => ("text" in content ? content.text : content.kind));
  const go = async (name: string) => {
    await rowOf(page, name).click();
    await composerFor(page, name).waitFor();
  };
  const inbox = async () => {
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all`);
    await rowOf(page, "Ana Pérez").waitFor();
  };
  /** Everybody writes at once. */
  const burst = async (what: string, times = 2) => {
    for (let n = 1; n <= times; n++)
      await Promise.all(customers.map(([kind, name]) => floor.customer(kind, name, `${name}: ${what} ${n}`)));
  };

  beforeAll(async () => {
    floor = await openFloor();
    ({ page } = floor.mara);
    await burst("hello", 1);
    for (const [, name] of customers) await floor.conversationOf(name);
    await inbox();
  }, 180_000);
  afterAll(() => floor.house.close());

  it("leave what is typed where it was typed, and send it there", async () => {
    await go("Ana Pérez");
    await composerFor(page, "Ana Pérez").pressSequentially("For Ana");
    await go("Bo Lind");
    await composerFor(page, "Bo Lind").pressSequentially("For Bo");
    await Promise.all([burst("on the way"), go("Ana Pérez")]);
    expect(await composerFor(page, "Ana Pérez").inputValue()).toBe("For Ana");
    await composerFor(page, "Ana Pérez").press("Enter");
    // At once to the next one, and Enter there.
    await rowOf(page, "Bo Lind").click();
    await composerFor(page, "Bo Lind").press("Enter");
    for (const [name, text] of [
      ["Ana Pérez", "For Ana"],
      ["Bo Lind", "For Bo"],
    ] as const)
      await eventually(text, async () => ((await words(name)).length > 0 ? true : undefined)).then(async () =>
        expect(await words(name)).toEqual([text]),
      );
  });

  it("keep the file that goes up, and what is written beside it, with its conversation", async () => {
    await go("Ana Pérez");
    const upload = await hold(page, "POST", /\/attachments/);
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: paintedPixel });
    await upload.caught();
    await composerFor(page, "Ana Pérez").pressSequentially("See the");
    await go("Bo Lind");
    await composerFor(page, "Bo Lind").pressSequentially("Nothing to see");
    await go("Ana Pérez");
    await page.getByText("dot.png").waitFor();
    await composerFor(page, "Ana Pérez").pressSequentially(" dot");
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await picture(page, "rush/upload");
    await go("Bo Lind");
    await upload.letGo();
    await go("Ana Pérez");
    expect(await composerFor(page, "Ana Pérez").inputValue()).toBe("See the dot");
    await eventually("what can be sent", async () =>
      (await page.getByRole("button", { name: "Send", exact: true }).isEnabled()) ? true : undefined,
    );
    await composerFor(page, "Ana Pérez").press("Enter");
    await eventually("the picture", async () => ((await out("Ana Pérez")).length === 2 ? true : undefined));
    expect((await out("Ana Pérez")).map(({ content }) => content.kind)).toContain("media");
    await go("Bo Lind");
    expect(await composerFor(page, "Bo Lind").inputValue()).toBe("Nothing to see");
    expect(await out("Bo Lind")).toHaveLength(1);
    await composerFor(page, "Bo Lind").fill("");
  });

  it("send what was pending to whom it was meant for, once", async () => {
    await go("Cem Kaya");
    const sending = await hold(page, "POST", /\/conversations\/[^/]+\/messages/);
    await composerFor(page, "Cem Kaya").pressSequentially("Only for Cem");
    await composerFor(page, "Cem Kaya").press("Enter");
    await go("Ana Pérez");
    await composerFor(page, "Ana Pérez").pressSequentially("Only for Ana");
    await sending.caught();
    await sending.letGo();
    await composerFor(page, "Ana Pérez").press("Enter");
    await eventually("both", async () =>
      (await words("Cem Kaya")).length === 1 && (await words("Ana Pérez")).length === 3 ? true : undefined,
    );
    expect(await words("Cem Kaya")).toEqual(["Only for Cem"]);
    expect((await words("Ana Pérez"))[0]).toBe("Only for Ana");
  });

  it("open what the keyboard is on with R and begin to write, and no letter of it is a command", async () => {
    await inbox();
    const first = await page.getByRole("row").first().innerText();
    const name = customers.find(([, one]) => first.includes(one))![1];
    await page.keyboard.press("j");
    await rowOf(page, name).locator("a:focus").waitFor();
    await page.keyboard.type("rhe is here");
    const composer = composerFor(page, name);
    await composer.waitFor();
    await eventually("the words", async () =>
      (await composer.inputValue()) === "he is here" ? true : undefined,
    ).catch(async () => expect(await composer.inputValue()).toBe("he is here"));
    expect(await composer.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    // From one conversation to the next, without a look.
    await composer.fill("");
    await composer.press("Escape");
    await page.keyboard.type("jrhe too");
    await eventually("the words of the next", async () =>
      (await composerOf(page).inputValue()) === "he too" ? true : undefined,
    );
    expect(await composerOf(page).getAttribute("aria-label")).not.toContain(name);
    const { body } = await floor.mara.api<{ data: { status: string }[] }>("GET", "/conversations?limit=100", {
      workspaceId: floor.workspaceId,
    });
    expect(body.data.map(({ status }) => status)).toEqual(customers.map(() => "open"));
    await composerOf(page).fill("");
  });

  it("lose no message that comes while a thread or what is older of it is being fetched", async () => {
    await inbox();
    const first = await hold(page, "GET", /\/messages\?/, true);
    await rowOf(page, "Dina Roth").click();
    await first.caught();
    await floor.customer("whatsapp", "Dina Roth", "In between");
    await rowOf(page, "Dina Roth").getByText("In between").waitFor();
    await first.letGo();
    const log = page.getByRole("log", { name: /Dina Roth/ });
    await log.getByText("In between").waitFor();

    for (let n = 1; n <= 60; n++) await floor.customer("telegram", "Bo Lind", `Line ${n}. ${"And so on. ".repeat(8)}`);
    await eventually("all lines", async () => {
      const { body } = await floor.mara.api<{ data: unknown[] }>(
        "GET",
        `/conversations/${await floor.conversationOf("Bo Lind")}/messages?limit=100`,
        { workspaceId: floor.workspaceId },
      );
      return body.data.length > 60 ? true : undefined;
    });
    const older = await hold(page, "GET", /\/messages\?.*cursor/, true);
    await go("Bo Lind");
    const thread = page.getByRole("log", { name: /Bo Lind/ });
    await thread.getByText("Line 60.").waitFor();
    // Right away: what is still being measured does not take her back to the end.
    await thread.hover();
    await page.mouse.wheel(0, -50_000);
    await older.caught();
    await page.getByRole("button", { name: "Jump to latest" }).waitFor();
    await floor.customer("telegram", "Bo Lind", "While it was fetched");
    await page.getByRole("button", { name: /1 new/ }).last().waitFor();
    await older.letGo();
    await page.getByRole("button", { name: /1 new/ }).last().click();
    await thread.getByText("While it was fetched").waitFor();
    await thread.getByText("Line 60.").waitFor();
    await picture(page, "rush/older");
  }, 180_000);

  it("see what comes between the first look at a list and the first event", async () => {
    const fresh = await floor.again();
    const events = await hold(fresh.page, "GET", /\/events\?/, true);
    await fresh.page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all`);
    await rowOf(fresh.page, "Cem Kaya").waitFor();
    await events.caught();
    await floor.customer("messenger", "Cem Kaya", "Before you listen");
    await eventually("the message", async () =>
      (await floor.messages(await floor.conversationOf("Cem Kaya"))).some(
        ({ content }) => "text" in content && content.text === "Before you listen",
      )
        ? true
        : undefined,
    );
    await events.letGo();
    await rowOf(fresh.page, "Cem Kaya").getByText("Before you listen").waitFor();
    await fresh.context.close();
  });

  it("find a menu where it was opened, and the thread at its end when it is closed", async () => {
    await go("Bo Lind");
    const item = (await moreOf(page, "While it was fetched")).getByRole("menuitem").last();
    const before = await restOf(item);
    await burst("under a menu", 3);
    await rowOf(page, "Bo Lind").getByText("under a menu 3").waitFor();
    await page.getByRole("log", { includeHidden: true }).getByText("under a menu 3").waitFor({ state: "attached" });
    expect(await item.boundingBox()).toEqual(before);
    await page.keyboard.press("Escape");
    const last = page.getByRole("log").getByText("Bo Lind: under a menu 3");
    await eventually("the end", async () =>
      (await last.evaluate((element) => {
        const view = element.closest("[role=log]")!.getBoundingClientRect();
        const { bottom } = element.getBoundingClientRect();
        return bottom <= view.bottom;
      }))
        ? true
        : undefined,
    );
  });

  it("see the end of the thread while the composer grows", async () => {
    await go("Bo Lind");
    const composer = composerFor(page, "Bo Lind");
    await composer.click();
    for (let n = 0; n < 8; n++) await composer.press("Shift+Enter");
    const last = page.getByRole("log").getByText("Bo Lind: under a menu 3");
    await eventually("the last line above the composer", async () => {
      const [line, box] = [await last.boundingBox(), await composer.boundingBox()];
      return line!.y + line!.height < box!.y ? true : undefined;
    });
    await picture(page, "rush/grown");
    await composer.fill("");
  });

  it("leave what is noted about a person with that person", async () => {
    await go("Ana Pérez");
    const note = () => page.getByRole("textbox", { name: "Add a note about the person" });
    await note().fill("Prefers blue");
    await page.getByRole("button", { name: "Add an attribute" }).click();
    await page.getByRole("textbox", { name: "Value" }).fill("42");
    await go("Bo Lind");
    await page.getByRole("complementary", { name: "Details" }).getByText("Bo Lind").waitFor();
    expect(await note().inputValue()).toBe("");
    expect(await page.getByRole("textbox", { name: "Value" }).count()).toBe(0);
    await go("Ana Pérez");
    expect(await note().inputValue()).toBe("Prefers blue");
    expect(await page.getByRole("textbox", { name: "Value" }).inputValue()).toBe("42");
  });

  it("find with the files what they were recording when they went elsewhere", async () => {
    await go("Dina Roth");
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await page
      .getByRole("timer")
      .getByText(/0:0[1-9]/)
      .waitFor();
    await go("Bo Lind");
    expect(await page.getByRole("timer").count()).toBe(0);
    await go("Dina Roth");
    await page.getByRole("list", { name: "Files of this message" }).getByRole("listitem").waitFor();
    await picture(page, "rush/recorded");
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
