import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { composerOf, logOf, noteOf, openFloor, saidIn, type Floor } from "./floor.js";
import { picture } from "./house.js";

/** What an agent writes: with help, without loss, and only to whom it is meant for. */
describe("an agent who writes", () => {
  let floor: Floor;
  let page: Page;
  const post = (path: string, body: unknown) =>
    floor.mara.api<{ id: string }>("POST", path, { workspaceId: floor.workspaceId, body });
  const draftOf = async (name: string) =>
    (
      await floor.mara.api<{ text: string } | null>("GET", `/conversations/${await floor.conversationOf(name)}/draft`, {
        workspaceId: floor.workspaceId,
      })
    ).body;
  /** Comes back to a page, as from another window. */
  const comeBack = (to: Page) => to.evaluate("window.dispatchEvent(new Event('focus'))");

  beforeAll(async () => {
    floor = await openFloor(["telegram", "whatsapp"]);
    page = floor.mara.page;
    for (const name of ["Ana Lopez", "Bo Lind", "Cem Kaya"]) await floor.customer("whatsapp", name, "Hello");
    await post("/canned-replies", {
      shortcut: "hours",
      name: "Opening hours",
      text: "Hello {{ contact.first_name }}, we are open from ten to four. {{ agent.first_name }}",
      language: null,
    });
    await post("/canned-replies", {
      shortcut: "parcel",
      name: "Parcel",
      text: "Your parcel is {{ contact.attributes.parcel }}.",
      language: null,
    });
  }, 180_000);
  afterAll(() => floor.house.close());

  it("keeps the page usable when a megabyte is pasted, and loses nothing", async () => {
    await floor.open(page, "Ana Lopez");
    await composerOf(page).fill("Before it: ");
    await page.evaluate(`(() => {
      const box = document.querySelector("textarea");
      box.focus();
      document.execCommand("insertText", false, "word ".repeat(210_000));
    })()`);
    await page.getByText(/1\.1 MB of text; one message holds at most 100,000 characters/).waitFor({ timeout: 60_000 });
    await expect(composerOf(page).inputValue()).resolves.toBe("Before it: ");
    await picture(page, "conversation/too-much");
    await page.getByRole("button", { name: "Attach as a file" }).click();
    await page.getByRole("list", { name: "Files of this message" }).getByText("text.txt").waitFor();
    await composerOf(page).fill("word ".repeat(700));
    await page.getByText("3,500 of 4,096").waitFor();
    await page.getByRole("button", { name: "Remove text.txt" }).click();
    await composerOf(page).fill("word ".repeat(900));
    await page.getByText("4,500 of 4,096").waitFor();
    await expect(page.getByRole("button", { name: "Send", exact: true }).isDisabled()).resolves.toBe(true);
    await picture(page, "conversation/too-long");
    await composerOf(page).fill("");
  });

  it("takes canned replies by / with their variables, and is warned of what is missing", async () => {
    await floor.open(page, "Bo Lind");
    await composerOf(page).pressSequentially("/ho");
    await page.getByRole("option", { name: /Opening hours/ }).waitFor();
    await picture(page, "conversation/canned");
    await page.keyboard.press("Enter");
    await eventually("the reply", async () =>
      (await composerOf(page).inputValue()) === "Hello Bo, we are open from ten to four. Mara" ? true : undefined,
    );
    await composerOf(page).fill("");
    await composerOf(page).pressSequentially("/par");
    await page.getByRole("option", { name: /Parcel/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText(/Nothing is known for: .*parcel/).waitFor();
    await picture(page, "conversation/canned-missing");
    await composerOf(page).fill("");
    await composerOf(page).pressSequentially("Good :thumb");
    await page.getByRole("option").first().waitFor();
    await picture(page, "conversation/emoji-colon");
    await page.keyboard.press("Enter");
    await eventually("the emoji", async () => (/👍|👎/u.test(await composerOf(page).inputValue()) ? true : undefined));
    await composerOf(page).fill("");
  });

  it("formats by key and by button, as the channel writes it", async () => {
    await floor.open(page, "Bo Lind");
    await composerOf(page).fill("It is back");
    await composerOf(page).press("Shift+Home");
    await composerOf(page).press("Control+b");
    await expect(composerOf(page).inputValue()).resolves.toBe("**It is back**");
    await composerOf(page).press("End");
    await composerOf(page).pressSequentially(" since today");
    await composerOf(page).press("Control+Shift+ArrowLeft");
    await page.getByRole("button", { name: "Formatting" }).click();
    await picture(page, "conversation/formatting");
    await page.getByRole("menuitem", { name: /Italic/ }).click();
    await eventually("the signs", async () =>
      (await composerOf(page).inputValue()) === "**It is back** since _today_" ? true : undefined,
    );
    await composerOf(page).press("Enter");
    const sent = saidIn(page, "It is back since today");
    await sent.locator("strong", { hasText: "It is back" }).waitFor();
    await sent.locator("em", { hasText: "today" }).waitFor();
    await sent.getByText(/^Read \d/).waitFor();
    await picture(page, "conversation/formatted");
    expect(JSON.stringify((await floor.sent("whatsapp")).map(({ request }) => request))).toContain(
      "*It is back* since _today_",
    );
  });

  it("writes notes that look different and never leave the building", async () => {
    await floor.open(page, "Bo Lind");
    const before = (await floor.sent("whatsapp")).length;
    const look = () =>
      page.evaluate(`getComputedStyle(document.querySelector("textarea").parentElement).backgroundColor`);
    const reply = await look();
    await page.getByRole("tab", { name: "Note" }).click();
    await eventually("another colour", async () => ((await look()) !== reply ? true : undefined));
    await noteOf(page).pressSequentially("@Mar");
    await page.getByRole("option", { name: "Mara Lind" }).waitFor();
    await picture(page, "conversation/note-mention");
    await page.keyboard.press("Enter");
    await noteOf(page).pressSequentially("he asked twice.");
    await page.keyboard.press("Enter");
    await saidIn(page, "@Mara Lind he asked twice.").waitFor();
    await picture(page, "conversation/note");
    const [message] = await floor.messages(await floor.conversationOf("Bo Lind"));
    expect(message).toMatchObject({ direction: "note", mentions: [floor.memberId], status: "noted" });
    expect((await floor.sent("whatsapp")).length).toBe(before);
    await page.getByRole("tab", { name: "Reply" }).click();
  });

  it("finds a draft again in another browser, and is asked when it was written on in two", async () => {
    await floor.open(page, "Cem Kaya");
    await composerOf(page).fill("We are looking");
    await eventually("the draft", async () =>
      (await draftOf("Cem Kaya"))?.text === "We are looking" ? true : undefined,
    );
    const other = await floor.again();
    await floor.open(other.page, "Cem Kaya");
    await eventually("the same draft", async () =>
      (await composerOf(other.page).inputValue()) === "We are looking" ? true : undefined,
    );
    await composerOf(other.page).fill("We are looking into it");
    await eventually("the longer draft", async () =>
      (await draftOf("Cem Kaya"))?.text === "We are looking into it" ? true : undefined,
    );
    // Who comes back to the first window without having written there sees it.
    await comeBack(page);
    await eventually("the longer draft here", async () =>
      (await composerOf(page).inputValue()) === "We are looking into it" ? true : undefined,
    );
    // Both write on: the second one is asked.
    await composerOf(page).fill("We found it");
    await eventually("the first one", async () =>
      (await draftOf("Cem Kaya"))?.text === "We found it" ? true : undefined,
    );
    await composerOf(other.page).fill("We are still looking");
    await other.page.getByText("This draft was changed in another window:").waitFor();
    await picture(other.page, "conversation/draft-elsewhere");
    await expect(composerOf(other.page).inputValue()).resolves.toBe("We are still looking");
    await other.page.getByRole("button", { name: "Keep this one" }).click();
    await eventually("mine", async () =>
      (await draftOf("Cem Kaya"))?.text === "We are still looking" ? true : undefined,
    );
    // What is sent in one is no draft in the other.
    await composerOf(other.page).press("Enter");
    await saidIn(other.page, "We are still looking").waitFor();
    await eventually("no draft", async () => ((await draftOf("Cem Kaya")) === null ? true : undefined));
    await comeBack(page);
    await eventually("an empty box", async () => ((await composerOf(page).inputValue()) === "" ? true : undefined));
    await other.context.close();
  });

  it("sends later, changes its mind, and sees everything that waits", async () => {
    await floor.open(page, "Cem Kaya");
    await composerOf(page).fill("Good morning, it is here.");
    await page.getByRole("button", { name: "Send later" }).click();
    await page
      .getByRole("combobox", { name: "Send later" })
      .or(page.getByPlaceholder("tomorrow 9, mon, in 2h, next week"))
      .first()
      .fill("in 3h");
    await picture(page, "conversation/send-later");
    await page.keyboard.press("Enter");
    const later = saidIn(page, "Good morning, it is here.");
    await later.getByText(/^Leaves /).waitFor();
    await picture(page, "conversation/scheduled");
    await later.getByRole("button", { name: "Edit" }).click();
    const edit = page.getByRole("dialog", { name: "Edit message" });
    await edit.getByLabel("Text").fill("Good evening, it is here.");
    await picture(page, "conversation/scheduled-edit");
    await edit.getByRole("button", { name: "Save" }).click();
    await saidIn(page, "Good evening, it is here.")
      .getByText(/^Leaves /)
      .waitFor();
    await page.getByRole("button", { name: "Scheduled", exact: true }).click();
    const drawer = page.getByRole("dialog", { name: "Scheduled messages" });
    await drawer.getByRole("listitem").filter({ hasText: "Good evening, it is here." }).waitFor();
    await picture(page, "conversation/scheduled-list");
    await drawer.getByRole("button", { name: "Send now" }).click();
    await drawer.getByText("Nothing is waiting for its time").waitFor();
    await page.keyboard.press("Escape");
    await saidIn(page, "Good evening, it is here.")
      .getByText(/^Read \d/)
      .waitFor();
    await composerOf(page).fill("Never mind.");
    await page.getByRole("button", { name: "Send later" }).click();
    await page.getByText("Tomorrow morning").click();
    await saidIn(page, "Never mind.").getByRole("button", { name: "Do not send" }).click();
    await saidIn(page, "Never mind.").getByText("Cancelled").waitFor();
  });

  it("is refused in words when a conversation has too much that waits", async () => {
    const id = await floor.conversationOf("Ana Lopez");
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    for (let index = 0; index < 50; index++) {
      const { status } = await post(`/conversations/${id}/messages`, {
        content: { kind: "text", text: `Number ${index}` },
        send_at: at(60 + index),
      });
      expect(status).toBe(201);
    }
    const { status, body } = await post(`/conversations/${id}/messages`, {
      content: { kind: "text", text: "One more" },
      send_at: at(200),
    });
    expect([status, body]).toEqual([422, expect.objectContaining({ reason: "too_many_scheduled" })]);
    const read = async (cursor?: string) =>
      (
        await floor.mara.api<{ data: { message: { id: string; scheduled_at: string } }[]; next_cursor: string | null }>(
          "GET",
          `/scheduled-messages?limit=20${cursor ? `&cursor=${cursor}` : ""}`,
          { workspaceId: floor.workspaceId },
        )
      ).body;
    const times: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const part = await read(cursor);
      times.push(...part.data.map(({ message }) => message.scheduled_at));
      cursor = part.next_cursor;
    }
    expect(times).toHaveLength(50);
    expect(times).toEqual([...times].sort());
  });

  it("goes by the server's time when the browser's clock is two hours off", async () => {
    for (const hours of [2, -2]) {
      const wrong = await floor.again();
      await wrong.page.clock.install({ time: Date.now() + hours * 3_600_000 });
      await floor.customer("whatsapp", "Bo Lind", `Still there? ${hours}`);
      await floor.open(wrong.page, "Bo Lind");
      await saidIn(wrong.page, `Still there? ${hours}`).waitFor();
      await wrong.page.getByText(/23 hrs? 5\d mins? left to reply/).waitFor();
      await expect(logOf(wrong.page).getByRole("separator", { name: "Today" }).count()).resolves.toBe(1);
      const text = `Sent by a wrong clock ${hours}`;
      await composerOf(wrong.page).fill(text);
      await composerOf(wrong.page).press("Enter");
      await saidIn(wrong.page, text)
        .getByText(/^Sent$|^Delivered$|^Read \d/)
        .first()
        .waitFor({ state: "attached" });
      const shown = await logOf(wrong.page).innerText();
      expect(shown.indexOf(text)).toBeGreaterThan(shown.indexOf(`Still there? ${hours}`));
      await composerOf(wrong.page).fill(`Later ${hours}`);
      await wrong.page.getByRole("button", { name: "Send later" }).click();
      await wrong.page.getByPlaceholder("tomorrow 9, mon, in 2h, next week").fill("in 1h");
      await wrong.page.keyboard.press("Enter");
      await saidIn(wrong.page, `Later ${hours}`)
        .getByText(/^Leaves /)
        .waitFor();
      const later = (await floor.messages(await floor.conversationOf("Bo Lind"))).find(
        ({ content }) => content.kind === "text" && content.text === `Later ${hours}`,
      );
      const ahead = Date.parse(later!.scheduled_at!) - Date.now();
      expect(Math.abs(ahead - 3_600_000)).toBeLessThan(300_000);
      await wrong.context.close();
    }
  }, 180_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
