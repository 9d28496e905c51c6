import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import type { Account, Json } from "../../simulator/graph/index.js";
import { eventually } from "../support/gateway.js";
import { lookAt, openChannelHouse, type ChannelHouse } from "./channelHouse.js";
import { picture, type Visitor } from "./house.js";

const wait = { timeout: 90_000 };

describe("the pages of a channel", () => {
  let shop: ChannelHouse;
  let page: Page;
  let number: Account;
  let id: string;

  beforeAll(async () => {
    shop = await openChannelHouse();
    ({ page } = shop.mara);
    number = shop.graph.addNumber({ name: "Blue Number", phone: "4930111222" });
    shop.graph.addTemplate(number, {
      name: "order_ready",
      language: "en",
      category: "UTILITY",
      quality_score: { score: "GREEN" },
      components: [{ type: "BODY", text: "Hello {{1}}, order {{2}} is ready." }],
    });
    const { status, body } = await shop.mara.api<{ id: string }>("POST", "/channels", {
      workspaceId: shop.workspaceId,
      body: {
        kind: "whatsapp",
        name: "Blue Number",
        settings: {
          accessToken: number.token,
          appSecret: number.appSecret,
          phoneNumberId: number.id,
          businessAccountId: number.business,
        },
      },
    });
    expect(status).toBe(201);
    ({ id } = body);
  }, 300_000);
  afterAll(() => shop.close());

  const says = (text: string | RegExp) => page.getByText(text).first().waitFor(wait);
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const go = (path: string) => page.goto(shop.at(path));
  const row = (name: string): Locator => page.getByRole("main").getByRole("listitem").filter({ hasText: name });
  const customer = () => shop.graph.customer({ id: "15551230001", name: "Dora" }, number);
  const state = async (wanted: string) =>
    eventually(`the account is ${wanted}`, async () =>
      (await shop.account(id)).health.state === wanted ? true : undefined,
    );
  const conversationOf = (name: string) =>
    eventually("the conversation", async () => {
      const { body } = await shop.mara.api<{ data: { id: string; contact: { name: string } }[] }>(
        "GET",
        "/conversations?limit=100",
        { workspaceId: shop.workspaceId },
      );
      return body.data.find(({ contact }) => contact.name === name)?.id;
    });
  const reply = async (conversationId: string, text: string) => {
    const { status } = await shop.mara.api("POST", `/conversations/${conversationId}/messages`, {
      workspaceId: shop.workspaceId,
      body: { content: { kind: "text", text } },
    });
    expect(status).toBe(201);
  };

  it("bring templates here, hear of their changes live, and show them filled in", async () => {
    await go(`channels/${id}/templates`);
    const order = page.getByRole("row").filter({ hasText: "order_ready" });
    await order.getByText("Approved").waitFor(wait);
    for (const name of ["spring", "summer", "autumn"]) {
      const components = [{ type: "BODY", text: `It is ${name}.` }];
      shop.graph.addTemplate(number, { name, language: "de", category: "MARKETING", status: "PENDING", components });
    }
    shop.graph.fault({ path: "/message_templates", delayMs: 0 });
    shop.graph.fault({ path: "/message_templates", delayMs: 8_000 });
    await press("Fetch from the provider");
    await says("2 templates have come so far…");
    await picture(page, "channels/templates-progress");
    await says("4 templates are here.");
    await eventually("no progress is told any more", async () =>
      (await page.getByText(/have come so far/).count()) === 0 ? true : undefined,
    );
    const spring = page.getByRole("row").filter({ hasText: "spring" });
    await spring.getByText("In review").waitFor(wait);

    const told = (field: string, value: Json) =>
      shop.graph.push(number, {
        object: "whatsapp_business_account",
        entry: [{ id: number.business, time: Math.floor(Date.now() / 1000), changes: [{ field, value }] }],
      });
    const templateId = Number(number.templates.find((one) => one.name === "spring")!.id);
    const about = { message_template_id: templateId, message_template_name: "spring", message_template_language: "de" };
    told("message_template_status_update", { ...about, event: "REJECTED", reason: "INVALID_FORMAT" });
    await spring.getByText("Rejected").waitFor(wait);
    await spring.getByText(/invalid.format/i).waitFor(wait);
    told("message_template_quality_update", { ...about, previous_quality_score: "UNKNOWN", new_quality_score: "RED" });
    await spring.getByText("Low").waitFor(wait);
    told("template_category_update", { ...about, previous_category: "MARKETING", new_category: "UTILITY" });
    await spring.getByText("Service").waitFor(wait);
    await lookAt(shop, `channels/${id}/templates`, "templates");

    await order.getByRole("button", { name: "Preview" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText(/The place 1 is empty/).waitFor(wait);
    await drawer.getByLabel(/Value of .*1/).fill("Ana");
    await drawer.getByLabel(/Value of .*2/).fill("1007");
    await drawer.getByText("Hello Ana, order 1007 is ready.").waitFor(wait);
    await expect(drawer.getByText(/is empty/).count()).resolves.toBe(0);
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  }, 300_000);

  it("lead from an expired token in the list to a new one that works", async () => {
    customer().write("Hello number");
    const conversation = await conversationOf("Dora");
    number.expired = true;
    await reply(conversation, "This cannot go out.");
    await state("needs_reauth");
    await go("channels");
    await row("Blue Number").getByText("Sign-in needed").waitFor(wait);
    await lookAt(shop, "channels", "list-reauth");
    await row("Blue Number").getByRole("link", { name: "Reconnect" }).click();
    await page.waitForURL(/connection/);
    await says(/does not accept the sign-in data any more/);
    await press("Test connection");
    await says(/The access token has expired/);
    await lookAt(shop, `channels/${id}/connection`, "connection-reauth");
    await press("Replace");
    number.expired = false;
    number.token = `${number.token}new`;
    await page.getByLabel("Access token", { exact: true }).fill(number.token);
    await page.getByLabel("Phone number id", { exact: true }).fill(number.id);
    await page.getByLabel("WhatsApp business account id (optional)", { exact: true }).fill(number.business);
    await page.getByLabel("App secret", { exact: true }).fill(number.appSecret);
    await press("Check and save");
    await says("The new sign-in data works and is saved.");
    await state("ok");
    await page.locator("main h1").getByText("Working").waitFor(wait);
    await lookAt(shop, `channels/${id}/connection`, "connection");
  }, 300_000);

  it("tell of an address that changed, and register it again by one button", async () => {
    const { accounts } = shop.house.gateway.services.inbox;
    await accounts.setRegistered(id, { at: new Date(), url: "https://old.example.test/webhooks/whatsapp/key" });
    number.webhook = "http://127.0.0.1:9/old";
    await go("channels");
    await row("Blue Number").getByText("The address of this server changed.", { exact: false }).waitFor(wait);
    await lookAt(shop, "channels", "list-address");
    await row("Blue Number").getByRole("link", { name: "Register again" }).click();
    await says(/WhatsApp still has the old one/);
    await lookAt(shop, `channels/${id}/connection`, "connection-address");
    await press("Tell WhatsApp the address");
    await says("WhatsApp knows your address.");
    await eventually("the alert is gone", async () =>
      (await page.getByText(/still has the old one/).count()) === 0 ? true : undefined,
    );
    const account = await shop.account(id);
    expect([account.address_changed, number.webhook]).toEqual([false, account.callback.url]);

    const owned = shop.graph.addPage({ name: "By hand" });
    const { body: byHand } = await shop.mara.api<{ id: string; callback: { url: string; verify_token: string } }>(
      "POST",
      "/channels",
      {
        workspaceId: shop.workspaceId,
        body: { kind: "messenger", settings: { pageAccessToken: owned.token, appSecret: owned.appSecret } },
      },
    );
    await accounts.setRegistered(byHand.id, { at: new Date(), url: "https://old.example.test/webhooks/messenger/key" });
    await go(`channels/${byHand.id}/connection`);
    await says(/Messenger still has the old one.*Put the address below/);
    await press("Show the steps");
    await says("Put this into Verify token, and choose Verify and save.");
    const { url, verify_token: token } = byHand.callback;
    await fetch(`${url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${token}`);
    await eventually("the alert is gone", async () =>
      (await page.getByText(/still has the old one/).count()) === 0 ? true : undefined,
    );
  }, 300_000);

  it("show the log by kind, by what failed, and page by page", async () => {
    const { channelLog } = shop.house.gateway.services;
    for (let index = 1; index <= 55; index += 1) {
      const sentence = `A proxy answered number ${index} in its own words.`;
      channelLog.note({ id, workspaceId: shop.workspaceId }, { kind: "refused", ok: false, sentence });
    }
    await channelLog.flush();
    await go(`channels/${id}/log`);
    await says(/number 55 in/);
    await page.getByRole("combobox", { name: "What to show" }).click();
    await page.getByRole("option", { name: "Settings" }).click();
    await says("The provider was told where to deliver.");
    await eventually("only those", async () =>
      (await page.getByText(/number 55 in/).count()) === 0 ? true : undefined,
    );
    await page.getByRole("combobox", { name: "What to show" }).click();
    await page.getByRole("option", { name: "Refused delivery" }).click();
    await page.getByRole("switch", { name: "Only what failed" }).click();
    await says(/number 55 in/);
    await expect(page.getByText(/number 2 in/).count()).resolves.toBe(0);
    await press("Show older entries");
    await says(/number 1 in/);
    await page.reload();
    await expect(page.getByRole("switch", { name: "Only what failed" }).isChecked()).resolves.toBe(true);
    await says(/number 55 in/);
    await lookAt(shop, `channels/${id}/log`, "log");
    await go("channels");
    await row("Blue Number")
      .getByRole("link", { name: /^5\d|^6\d/ })
      .click();
    await page.waitForURL(/log\?errors=1/);
  }, 300_000);

  it("switch off and on without losing what was written meanwhile", async () => {
    await go(`channels/${id}/danger`);
    await press("Switch off");
    await says("Blue Number is switched off.");
    await page.locator("main h1").getByText("Switched off").waitFor(wait);
    customer().write("Written while it was off");
    await shop.house.gateway.services.channelLog.flush();
    await eventually("it is kept", async () => {
      const { body } = await shop.mara.api<{ data: { sentence: string }[] }>("GET", `/channels/${id}/log`, {
        workspaceId: shop.workspaceId,
      });
      return body.data.some(({ sentence }) => sentence.includes("kept until")) || undefined;
    });
    await press("Switch on");
    await says("Blue Number is switched on.");
    await page.locator("main h1").getByText("Working").waitFor(wait);
    await go(`inbox/all/${await conversationOf("Dora")}`);
    await page.getByRole("log").getByText("Written while it was off").waitFor(wait);
  }, 300_000);

  it("delete what is confirmed by its name, and say what that means", async () => {
    const conversation = await conversationOf("Dora");
    await go("channels");
    await row("Blue Number").getByRole("button", { name: "More about Blue Number" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await press("Delete channel");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/This cannot be undone/).waitFor(wait);
    const wholly = dialog.getByRole("button", { name: "Delete and erase everything" });
    await dialog.getByRole("radio", { name: /Erase the conversations too/ }).check();
    await expect(wholly.isDisabled()).resolves.toBe(true);
    await dialog.getByLabel("Type Blue Number to confirm").fill("blue");
    await expect(wholly.isDisabled()).resolves.toBe(true);
    await dialog.getByLabel("Type Blue Number to confirm").fill("Blue Number");
    await wholly.click();
    await says("Blue Number was deleted.");
    await page.waitForURL(/\/channels$/);
    await row("By hand").first().waitFor(wait);
    await row("Blue Number").waitFor({ ...wait, state: "detached" });
    const { status } = await shop.mara.api("GET", `/conversations/${conversation}`, { workspaceId: shop.workspaceId });
    expect(status).toBe(404);
  }, 300_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(shop.house.strangers).toEqual([]);
    expect(shop.house.complaints).toEqual([]);
  });
});

describe("the simulator of a channel", () => {
  let shop: ChannelHouse;
  let page: Page;
  let id: string;

  beforeAll(async () => {
    shop = await openChannelHouse();
    ({ page } = shop.mara);
  }, 300_000);
  afterAll(() => shop.close());

  const phone = () => page.getByRole("region", { name: "The customer's phone" });
  const bubble = (text: string) => phone().getByRole("log").locator(".group").filter({ hasText: text });
  const actOn = async (text: string, act: string) => {
    await bubble(text).getByRole("button", { name: "Message actions" }).click();
    await page.getByRole("menuitem", { name: act, exact: true }).click();
  };
  const type = async (text: string) => {
    await phone().getByRole("textbox", { name: "Write as the customer" }).fill(text);
    await phone().getByRole("button", { name: "Send", exact: true }).click();
  };
  const thread = async (needle: string | RegExp) => {
    const log = page.getByRole("log").filter({ hasText: needle });
    await log.first().waitFor(wait);
  };

  it("lets an owner write as a customer, and shows the wire and what became of it", async () => {
    await page.goto(shop.at("channels"));
    await page.getByRole("button", { name: "Try with the simulator" }).click();
    await page.getByRole("menuitem", { name: "WhatsApp" }).click();
    await page.waitForURL(/\/simulator$/);
    id = /channels\/(acc_[^/]+)/.exec(page.url())![1]!;
    await shop.mara.api("PATCH", `/channels/${id}/simulator`, {
      workspaceId: shop.workspaceId,
      body: { talkative: false },
    });
    await phone().getByRole("button", { name: "New customer" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Ana Pérez");
    await page.getByRole("dialog").getByRole("button", { name: "Add and say hello" }).click();
    await bubble("Hello!").waitFor(wait);
    await type("Is the blue one back?");
    await bubble("Is the blue one back?").waitFor(wait);
    await page.getByText("From the provider to us").first().waitFor(wait);
    await page.locator("pre").filter({ hasText: "Is the blue one back?" }).first().waitFor(wait);
    await page.locator("pre").filter({ hasText: "eventKey" }).first().waitFor(wait);
    await phone().getByRole("button", { name: "Send something else" }).click();
    await page.getByRole("menuitem", { name: "Picture" }).click();
    await eventually("the picture", async () => ((await phone().locator(".group").count()) === 3 ? true : undefined));
    await lookAt(shop, `channels/${id}/simulator`, "simulator");
    await page.getByRole("link", { name: "Open conversation" }).click();
    await thread("Is the blue one back?");
    await page.getByRole("combobox", { name: "Reply to Ana Pérez" }).fill("Since this morning.");
    await page.keyboard.press("Enter");
    await page
      .getByRole("log")
      .getByText(/^Read \d/)
      .first()
      .waitFor(wait);

    await page.goto(shop.at(`channels/${id}/simulator`));
    await bubble("Since this morning.").waitFor(wait);
    await actOn("Since this morning.", "Reply");
    await phone()
      .getByText(/Replying to:/)
      .waitFor(wait);
    await type("Then I take two.");
    await bubble("Then I take two.").waitFor(wait);
    await actOn("Since this morning.", "React with 👍");
    await actOn("Then I take two.", "Change message");
    await type("Then I take three.");
    await bubble("Then I take three.").waitFor(wait);
    await page.getByRole("link", { name: "Open conversation" }).click();
    await thread("Then I take three.");
    await thread(/👍/);
  }, 240_000);

  it("is nothing that an admin or an agent sees or reaches", async () => {
    for (const [role, email] of Object.entries({ admin: "ada@example.com", agent: "tom@example.com" })) {
      const visitor = await joined(role, email);
      const other = visitor.page;
      await other.goto(shop.at(`channels/${id}/simulator`));
      if (role === "admin") {
        await other.waitForURL(/\/connection$/);
        await other.getByRole("tab", { name: "Events log" }).waitFor(wait);
        await expect(other.getByRole("tab", { name: "Simulator" }).count()).resolves.toBe(0);
        await other.goto(shop.at("channels"));
        await other.getByText("Simulated WhatsApp").first().waitFor(wait);
      } else {
        await other
          .getByText(/permission|not allowed|may not/i)
          .first()
          .waitFor(wait);
      }
      await expect(other.getByRole("button", { name: "Try with the simulator" }).count()).resolves.toBe(0);
      const { status } = await visitor.api("GET", `/channels/${id}/simulator`, { workspaceId: shop.workspaceId });
      expect(status).toBe(403);
      await visitor.context.close();
    }
  }, 300_000);

  async function joined(role: string, email: string): Promise<Visitor> {
    const invited = await shop.mara.api<{ link: string }>("POST", "/invitations", {
      workspaceId: shop.workspaceId,
      body: { email, role_id: role },
    });
    expect(invited.status).toBe(201);
    const visitor = await shop.house.visitor();
    await visitor.page.goto(invited.body.link);
    await visitor.page.getByLabel("Your name").fill(email.split("@")[0]!);
    await visitor.page.getByLabel("New password", { exact: true }).fill("green lamp at the door");
    await visitor.page.getByRole("main").getByRole("button", { name: "Create account and join" }).click();
    await visitor.page.waitForURL(/\/w\//);
    return visitor;
  }

  it("is off for accounts whose customers are real", async () => {
    const owned = shop.graph.addPage({ name: "Live page" });
    const { body: live } = await shop.mara.api<{ id: string }>("POST", "/channels", {
      workspaceId: shop.workspaceId,
      body: { kind: "messenger", settings: { pageAccessToken: owned.token, appSecret: owned.appSecret } },
    });
    await page.goto(shop.at(`channels/${live.id}/simulator`));
    await page.waitForURL(/\/connection$/);
    await page.getByRole("tab", { name: "Connection" }).waitFor(wait);
    await expect(page.getByRole("tab", { name: "Simulator" }).count()).resolves.toBe(0);
    const answer = await shop.mara.api("POST", `/channels/${live.id}/simulator/messages`, {
      workspaceId: shop.workspaceId,
      body: { customer_name: "Nobody", kind: "text", text: "Hi" },
    });
    expect(answer.status).toBe(409);
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(shop.house.strangers).toEqual([]);
    expect(shop.house.complaints).toEqual([]);
  });
});
