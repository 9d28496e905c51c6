import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { composerOf, logOf, openFloor, saidIn, type Floor } from "./floor.js";
import { picture } from "./house.js";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What was said and what happened, near and far back. */
describe("a long conversation", () => {
  let floor: Floor;
  let page: Page;
  let id: string;
  const long = 240;
  const patch = (body: unknown) =>
    floor.mara.api("PATCH", `/conversations/${id}`, { workspaceId: floor.workspaceId, body });

  beforeAll(async () => {
    floor = await openFloor(["whatsapp"]);
    page = floor.mara.page;
    for (let index = 0; index < long; index++) {
      const text = index === 7 ? "The pelican is what I ask about." : `Line number ${index}.`;
      await floor.customer("whatsapp", "Ana Long", { text, at: minutesAgo(2_420 - index * 10) });
    }
    id = await floor.conversationOf("Ana Long");
    await eventually("all of it", async () => {
      const found = await floor.messages(id);
      return JSON.stringify(found[0]?.content).includes(`Line number ${long - 1}.`) ? true : undefined;
    });
    for (const change of [
      { assignee_id: floor.memberId },
      { priority: "high" },
      { status: "resolved" },
      { status: "open" },
    ])
      expect((await patch(change)).status).toBe(200);
  }, 300_000);
  afterAll(() => floor.house.close());

  it("shows days, what is new, and what happened before the page was opened", async () => {
    await floor.open(page, "Ana Long");
    for (const line of [
      "Mara Lind took it",
      "Mara Lind set the priority to High",
      "Mara Lind resolved it",
      "Mara Lind reopened it",
    ])
      await logOf(page).getByText(line).waitFor();
    await picture(page, "conversation/thread-activity");
    // What happens now stands there once.
    expect((await patch({ status: "pending" })).status).toBe(200);
    await logOf(page).getByText("Mara Lind gave it to the bot").waitFor();
    await expect(logOf(page).getByText("Mara Lind gave it to the bot").count()).resolves.toBe(1);
    expect((await patch({ status: "open" })).status).toBe(200);
    const { body } = await floor.mara.api<{ data: { changes: string[] }[]; next_cursor: string | null }>(
      "GET",
      `/conversations/${id}/activity?limit=2`,
      { workspaceId: floor.workspaceId },
    );
    expect(body.data).toHaveLength(2);
    expect(body.next_cursor).not.toBeNull();
  });

  it("jumps to what was found far back, without reading everything between", async () => {
    let pages = 0;
    page.on("request", (request) => {
      if (/\/conversations\/[^/]+\/messages/.test(request.url()) && request.method() === "GET") pages += 1;
    });
    const { body } = await floor.mara.api<{ data: { message: { id: string } }[] }>(
      "GET",
      "/search/messages?q=pelican",
      {
        workspaceId: floor.workspaceId,
      },
    );
    const found = body.data[0]!.message.id;
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all/${id}?message=${found}`);
    await logOf(page).getByText("The pelican is what I ask about.").waitFor();
    expect(pages).toBeLessThanOrEqual(4);
    await picture(page, "conversation/thread-around");
    await logOf(page).getByText("Line number 9.", { exact: true }).waitFor();
    // Down again, page by page, up to now.
    await page.getByRole("button", { name: "Jump to latest" }).waitFor();
    await logOf(page).hover();
    await eventually(
      "the end by scrolling",
      async () => {
        await page.mouse.wheel(0, 3_000);
        return (await logOf(page)
          .getByText(`Line number ${long - 1}.`, { exact: true })
          .count()) > 0
          ? true
          : undefined;
      },
      60_000,
    );
    // And by one press; what is written meanwhile is at the end.
    await page.goto(`${floor.house.url}/w/${floor.workspaceId}/inbox/all/${id}?message=${found}`);
    await logOf(page).getByText("The pelican is what I ask about.").waitFor();
    await composerOf(page).fill("About the pelican: yes.");
    await composerOf(page).press("Enter");
    await saidIn(page, "About the pelican: yes.").waitFor();
    await logOf(page)
      .getByText(`Line number ${long - 1}.`, { exact: true })
      .waitFor();
  });

  it("goes from an answer to what it answers, however far back", async () => {
    const target = (
      await floor.mara.api<{ data: { message: { id: string } }[] }>("GET", "/search/messages?q=pelican", {
        workspaceId: floor.workspaceId,
      })
    ).body.data.at(-1)!.message.id;
    const { status } = await floor.mara.api("POST", `/conversations/${id}/messages`, {
      workspaceId: floor.workspaceId,
      body: { content: { kind: "text", text: "Here is the answer." }, reply_to: target },
    });
    expect(status).toBe(201);
    await floor.open(page, "Ana Long");
    const answer = saidIn(page, "Here is the answer.");
    await answer.getByRole("button", { name: /In reply to/ }).click();
    await logOf(page).getByText("The pelican is what I ask about.").waitFor();
    await page.getByRole("button", { name: "Jump to latest" }).click();
    await saidIn(page, "Here is the answer.").waitFor();
  });

  it("refuses to look around a message of another conversation", async () => {
    await floor.customer("whatsapp", "Bo Short", "Hi");
    const other = await floor.conversationOf("Bo Short");
    const [message] = await floor.messages(other);
    const { status } = await floor.mara.api("GET", `/conversations/${id}/messages?around=${message!.id}`, {
      workspaceId: floor.workspaceId,
    });
    expect(status).toBe(404);
  });

  it("counts what comes while one reads further up", async () => {
    await floor.open(page, "Ana Long");
    await saidIn(page, "Here is the answer.").waitFor();
    await logOf(page).hover();
    await eventually("somewhere further up", async () => {
      await page.mouse.wheel(0, -1_500);
      return (await page.getByRole("button", { name: "Jump to latest" }).isVisible()) ? true : undefined;
    });
    await floor.customer("whatsapp", "Ana Long", "One more thing.");
    await page.getByRole("button", { name: "1 new" }).click();
    await saidIn(page, "One more thing.").waitFor();
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
