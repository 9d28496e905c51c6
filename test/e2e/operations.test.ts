import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { OperationsHealthDto } from "../../src/wire/operations.js";
import { eventually } from "../support/gateway.js";
import { joinWorkspace, openHouse, picture, setUp, type House, type Visitor } from "./house.js";

const payload = "<script>alert('quarantine')</script>";

/** What does not go through, as whoever runs the server meets it. */
describe("operations", () => {
  let house: House;
  let mara: Visitor;
  let workspaceId: string;
  let accountId: string;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara));
    const channel = await mara.api<{ id: string }>("POST", "/simulator/channels", {
      workspaceId,
      body: { kind: "telegram", name: "Shop bot" },
    });
    expect(channel.status).toBe(201);
    accountId = channel.body.id;
  }, 180_000);
  afterAll(() => house.close());

  const place = (page: string) => `${house.url}/w/${workspaceId}/operations/${page}`;

  /** A delivery that is signed as the provider signs, and that nobody can read. */
  async function malformed(updateId: number, text = payload): Promise<void> {
    const account = (await house.gateway.services.inbox.accounts.findById(accountId))!;
    const { secretToken } = account.settings as { secretToken: string };
    const { body } = await mara.api<{ webhook_url: string }>("GET", `/channels/${accountId}`, { workspaceId });
    const answer = await fetch(body.webhook_url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secretToken },
      body: JSON.stringify({ update: updateId, message: { message_id: "seven", text } }),
    });
    expect(answer.status).toBe(200);
  }

  it("quarantine: an entry is shown covered, opened by the server, mended and read into the inbox", async () => {
    await malformed(1);
    const { page } = mara;
    await page.goto(place("quarantine"));
    await page.getByRole("table").getByText("Shop bot").waitFor();
    await picture(page, "operations/quarantine");
    const [entry] = (await mara.api<{ data: { id: string }[] }>("GET", "/quarantine", { workspaceId })).body.data;
    const covered = await mara.api<{ raw: string; redacted: boolean }>("GET", `/quarantine/${entry!.id}`, {
      workspaceId,
    });
    expect(covered.body.redacted).toBe(true);
    expect(covered.body.raw).not.toContain("alert");
    await page.getByRole("button", { name: "Open: Shop bot" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("Texts, names and numbers are covered.").waitFor();
    await expect(drawer.innerText()).resolves.not.toContain("alert");
    await picture(page, "operations/quarantine-covered");
    await drawer.getByRole("button", { name: "Read again" }).click();
    await drawer.getByRole("alert").waitFor();
    await drawer.getByRole("button", { name: "Show everything" }).click();
    await drawer.getByText(payload, { exact: false }).waitFor();
    await picture(page, "operations/quarantine-opened");
    await drawer.getByRole("button", { name: "Edit" }).click();
    await drawer.getByLabel("The delivery as it came").fill(
      JSON.stringify({
        update_id: 900_001,
        message: {
          message_id: 900_001,
          date: Math.floor(Date.now() / 1000),
          chat: { id: 735, type: "private", first_name: "Flo" },
          from: { id: 735, is_bot: false, first_name: "Flo" },
          text: "mended by hand",
        },
      }),
    );
    await picture(page, "operations/quarantine-edit");
    await drawer.getByRole("button", { name: "Save and read again" }).click();
    await page.getByText("It could be read and is in the inbox now.").waitFor();
    await page.getByText("Everything that came could be read").waitFor();
    await page.goto(`${house.url}/w/${workspaceId}/inbox/all`);
    await page.getByRole("row").filter({ hasText: "mended by hand" }).waitFor();
  });

  it("quarantine: an entry is discarded after a question; who may not read conversations sees the shape only", async () => {
    await malformed(2);
    const role = await mara.api<{ id: string }>("POST", "/roles", {
      workspaceId,
      body: { name: "Machinist", permissions: ["operations"] },
    });
    const otto = await joinWorkspace(house, mara, workspaceId, {
      name: "Otto",
      email: "otto@example.com",
      roleId: role.body.id,
    });
    await otto.page.goto(place("quarantine"));
    await otto.page.getByRole("button", { name: /^Open: / }).click();
    await otto.page.getByRole("button", { name: "Show everything" }).click();
    await otto.page.getByText("Your role does not let you read what customers wrote.").waitFor();
    await expect(otto.page.getByRole("dialog").innerText()).resolves.not.toContain("alert");
    await picture(otto.page, "operations/quarantine-machinist");
    await otto.context.close();
    const { page } = mara;
    await page.goto(place("quarantine"));
    await page.getByRole("button", { name: "Open: Shop bot" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    const question = page.getByRole("dialog", { name: "Discard this delivery?" });
    await question.getByRole("button", { name: "Discard" }).click();
    await page.getByText("Everything that came could be read").waitFor();
  });

  it("dead letters: looked at, tried again one by one and all at once, discarded", async () => {
    const queue = house.gateway.services.queues.byName.get("inbound")!;
    const fail = (traceId: string) =>
      queue.add(
        "inbound.record",
        { v: 1, workspaceId, accountId, acceptedAt: new Date().toISOString(), traceId, events: "AAAA" },
        { attempts: 1 },
      );
    const failed = (count: number) =>
      eventually("failed for good", async () => ((await queue.getFailedCount()) === count ? true : undefined));
    await fail("req_one");
    await fail("req_two");
    await failed(2);
    const { page } = mara;
    await page.goto(place("dead"));
    await page.getByRole("table").getByText("Incoming messages").first().waitFor();
    await picture(page, "operations/dead");
    await page
      .getByRole("button", { name: /^Open: / })
      .first()
      .click();
    const drawer = page.getByRole("dialog");
    await drawer
      .getByText(/req_(one|two)/)
      .first()
      .waitFor();
    await picture(page, "operations/dead-open");
    await drawer.getByRole("button", { name: "Try again" }).click();
    await page.getByText("It is being tried again.").waitFor();
    await failed(2);
    await page.getByRole("button", { name: "Try all again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Try all again" }).click();
    await page.getByText("2 are being tried again.").waitFor();
    await failed(2);
    for (let left = 2; left > 0; left -= 1) {
      await page.goto(place("dead"));
      await page
        .getByRole("button", { name: /^Open: / })
        .first()
        .click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      const question = page.getByRole("dialog", { name: "Discard this work?" });
      await question.getByRole("button", { name: "Discard" }).click();
      await failed(left - 1);
    }
    await page.goto(place("dead"));
    await page.getByText("Nothing failed for good").waitFor();
  }, 150_000);

  it("health: stores, queues and the time messages take; a demo's old messages are no lag", async () => {
    const loaded = await mara.api("POST", "/demo", { workspaceId });
    expect(loaded.status).toBeLessThan(300);
    await eventually(
      "the demo",
      async () => {
        const { body } = await mara.api<{ state: string }>("GET", "/demo", { workspaceId });
        return body.state === "ready" ? true : undefined;
      },
      200_000,
    );
    const { body } = await mara.api<OperationsHealthDto>("GET", "/operations/health", { workspaceId });
    expect(body.stores.every(({ ok }) => ok)).toBe(true);
    const accepted = body.lag.filter(({ stage }) => stage === "accepted");
    expect(accepted.filter(({ p95 }) => p95 > 60)).toEqual([]);
    const { page } = mara;
    await page.goto(place("health"));
    await page.getByRole("table", { name: "Queues" }).getByText("Incoming messages").waitFor();
    await page.getByRole("heading", { name: "MongoDB" }).waitFor();
    await picture(page, "operations/health");
  }, 300_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
