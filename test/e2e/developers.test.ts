import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { copied, openHouse, picture, setUp, type House, type Visitor } from "./house.js";

/** What programs need, as whoever writes them meets it. */
describe("developers", () => {
  let house: House;
  let mara: Visitor;
  let workspaceId: string;
  let system: Server;
  let systemUrl: string;
  let answers = 200;

  beforeAll(async () => {
    system = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(answers, { "content-type": "text/plain" }).end("<b>noted</b>"));
    });
    await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
    systemUrl = `http://127.0.0.1:${(system.address() as AddressInfo).port}/hook`;
    house = await openHouse({ outboundAllow: "127.0.0.1" });
    mara = await house.visitor({ permissions: ["clipboard-read", "clipboard-write"] });
    ({ workspaceId } = await setUp(house, mara));
  }, 180_000);
  afterAll(async () => {
    await house.close();
    await new Promise((resolve) => system.close(resolve));
  });

  const place = (page: string) => `${house.url}/w/${workspaceId}/developers/${page}`;

  it("an API key is made with chosen scopes, shown once, works, and is revoked", async () => {
    const { page } = mara;
    await page.goto(place("keys"));
    await page.getByRole("button", { name: "New API key" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("<script>alert(1)</script>");
    await expect(dialog.getByRole("checkbox", { name: /Read conversations/ }).isChecked()).resolves.toBe(true);
    await picture(page, "developers/new-key");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await dialog.getByText("Copy the key now. It is not shown again.").waitFor();
    await picture(page, "developers/key");
    const key = await dialog.locator("input[readonly]").first().inputValue();
    await dialog.getByRole("button", { name: "Done" }).click();
    const asks = async (path: string) =>
      (await fetch(`${house.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await asks("/conversations"), await asks("/api-keys")]).toEqual([200, 403]);
    await page.getByRole("button", { name: "Revoke <script>alert(1)</script>" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("table").getByText("Revoked").waitFor();
    expect(await asks("/conversations")).toBe(401);
  });

  it("a request bin takes a test event, is listed in another browser, and is deleted", async () => {
    const { page } = mara;
    await page.goto(place("bins"));
    await page.getByRole("button", { name: "Make a bin" }).click();
    const url = await page.getByLabel("Address of the bin").inputValue();
    await page.getByRole("link", { name: "Use as a webhook" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByLabel("Address of your system").inputValue()).resolves.toBe(url);
    await dialog.getByRole("button", { name: "Create webhook" }).click();
    await page.getByText("Copy it now and keep it safe.", { exact: false }).waitFor();
    await picture(page, "developers/secret");
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
    await page.goto(place("webhooks"));
    await page.getByRole("link", { name: url }).first().click();
    await page.getByRole("button", { name: "Send test event" }).click();
    await page.getByText(/The test arrived/).waitFor();
    await page.evaluate("localStorage.clear()");
    await page.goto(place("bins"));
    await expect(page.getByLabel("Address of the bin").inputValue()).resolves.toBe(url);
    await page.getByText("Signature", { exact: false }).first().waitFor();
    await picture(page, "developers/bin");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("There is no request bin yet").waitFor();
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(404);
  }, 150_000);

  it("an endpoint: what failed is shown, sent again, filtered by event; its secret is changed", async () => {
    answers = 500;
    const made = await mara.api<{ id: string }>("POST", "/webhook-endpoints", {
      workspaceId,
      body: { url: systemUrl, events: ["*"] },
    });
    expect(made.status).toBe(201);
    const channel = await mara.api<{ id: string }>("POST", "/simulator/channels", {
      workspaceId,
      body: { kind: "telegram", name: "Shop bot" },
    });
    await mara.api("POST", `/channels/${channel.body.id}/simulator/messages`, {
      workspaceId,
      body: { customer_name: "Ana", kind: "text", text: "Hello" },
    });
    const { page } = mara;
    await page.goto(place(`webhooks/${made.body.id}`));
    await page.getByRole("button", { name: "Details of message.received" }).first().waitFor({ timeout: 60_000 });
    await picture(page, "developers/deliveries");
    await page.getByRole("combobox", { name: "Event" }).click();
    await page.getByRole("option", { name: "message.received" }).click();
    await page.getByRole("button", { name: "Details of conversation.created" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Details of message.received" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("500").first().waitFor();
    await drawer.getByText("<b>noted</b>").waitFor();
    await picture(page, "developers/delivery");
    await drawer.getByRole("button", { name: "Copy as curl" }).click();
    await copied(page, /^curl/);
    await page.keyboard.press("Escape");
    // While it goes it gives the focus back, which would close a menu.
    await drawer.waitFor({ state: "detached" });
    answers = 200;
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "New secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
    await page.getByText(/Old secret, valid until/).waitFor();
    await picture(page, "developers/rotated");
  }, 180_000);

  it("what failed is delivered now, one by one or all of it; an endpoint that wants no more is off, and why", async () => {
    const { page } = mara;
    const dialog = page.getByRole("dialog");
    const { body } = await mara.api<{ data: { id: string; url: string }[] }>("GET", "/webhook-endpoints", {
      workspaceId,
    });
    const { id } = body.data.find(({ url }) => url === systemUrl)!;
    answers = 500;
    const { body: before } = await mara.api<{ data: { id: string }[] }>("GET", "/channels", { workspaceId });
    await mara.api("POST", `/channels/${before.data[0]!.id}/simulator/messages`, {
      workspaceId,
      body: { customer_name: "Cleo", kind: "text", text: "Hello" },
    });
    // After the second try the next one is minutes away: nothing mends itself while somebody looks.
    await eventually(
      "what failed twice",
      async () => {
        const { body: waiting } = await mara.api<{ data: { event_type: string; attempts: unknown[] }[] }>(
          "GET",
          `/webhook-endpoints/${id}/deliveries?state=waiting&limit=100`,
          { workspaceId },
        );
        const told = waiting.data.some(({ event_type: type }) => type === "message.received");
        return told && waiting.data.length > 1 && waiting.data.every(({ attempts }) => attempts.length > 1)
          ? true
          : undefined;
      },
      60_000,
    );
    answers = 200;
    await page.goto(place(`webhooks/${id}`));
    await page.getByRole("button", { name: "Details of message.received" }).first().click();
    await dialog.getByRole("button", { name: "Deliver once more" }).click();
    await page.getByText("It is on its way again.").waitFor();
    await dialog.getByText("Delivered", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Deliver again" }).click();
    await page.getByRole("menuitem", { name: "Everything that failed since…" }).click();
    await dialog.getByRole("button", { name: "Deliver again" }).click();
    await page.getByText(/deliver(y is|ies are) on (its|their) way\./).waitFor();
    await page.getByRole("table").getByText("Waiting").first().waitFor({ state: "detached", timeout: 60_000 });
    await page.getByRole("button", { name: "Deliver again" }).click();
    await page.getByRole("menuitem", { name: "Everything that failed since…" }).click();
    await dialog.getByRole("button", { name: "Deliver again" }).click();
    await page.getByText("Nothing of this time has to be delivered again.").waitFor();
    await page.getByRole("button", { name: "Deliver again" }).click();
    await page.getByRole("menuitem", { name: "Everything of a time…" }).click();
    await picture(page, "developers/replay");
    await dialog.getByRole("button", { name: "Deliver again" }).click();
    await page.getByText(/\d+ deliveries are on their way\./).waitFor();
    answers = 500;
    await page.getByRole("button", { name: "Send test event" }).click();
    await page.getByText("Your system answered 500. Only answers from 200 to 299 count.").waitFor();
    await expect(page.getByText("Something unexpected happened").count()).resolves.toBe(0);
    answers = 410;
    const { body: channels } = await mara.api<{ data: { id: string }[] }>("GET", "/channels", { workspaceId });
    await mara.api("POST", `/channels/${channels.data[0]!.id}/simulator/messages`, {
      workspaceId,
      body: { customer_name: "Bo", kind: "text", text: "Hello" },
    });
    await page
      .getByText("Your system answered 410: it wants no more deliveries.", { exact: false })
      .waitFor({ timeout: 60_000 });
    await picture(page, "developers/gone");
    await page.getByRole("button", { name: "Deliver again" }).click();
    await page.getByRole("menuitem", { name: "Everything that failed since…" }).click();
    await dialog.getByRole("button", { name: "Deliver again" }).click();
    await dialog.getByText("The webhook is switched off. Switch it on first.").waitFor();
    await page.keyboard.press("Escape");
    await page.goto(place("webhooks"));
    await page.getByText("Your system answered 410: it wants no more deliveries.").waitFor();
    await page.getByRole("link", { name: systemUrl }).click();
    answers = 200;
    await page.getByRole("button", { name: "Switch on" }).click();
    await dialog.getByRole("button", { name: "Switch on" }).click();
    await page.getByText("Switched on.").waitFor();
    await page.getByText("Delivering").waitFor();
    const { body: conversations } = await mara.api<{ data: { id: string }[] }>("GET", "/conversations?limit=1", {
      workspaceId,
    });
    await page.goto(`${house.url}/w/${workspaceId}/inbox/all/${conversations.data[0]!.id}`);
    await page.getByRole("button", { name: "More for this message" }).first().click();
    await page.getByRole("menuitem", { name: "Details" }).click();
    const way = page.getByRole("dialog", { name: "Message details" });
    await way
      .getByText(/Try \d+: answered \d+/)
      .first()
      .waitFor();
    await picture(page, "developers/way");
    await way.getByRole("link", { name: "message.received" }).first().click();
    await page.waitForURL(/\/developers\/webhooks\/whk_/);
    await way.waitFor({ state: "detached" });
  }, 240_000);

  it("shows events and how signatures are checked; the API documentation opens", async () => {
    const { page } = mara;
    await page.goto(place("events"));
    await page.getByText("message.received", { exact: true }).first().waitFor();
    await page.goto(place("verify"));
    await page.getByText("Remember the webhook-id", { exact: false }).waitFor();
    await page.goto(`${house.url}/docs/errors`);
    await page.getByText("last_owner").first().waitFor();
    await picture(page, "developers/errors");
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
