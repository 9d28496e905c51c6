import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { startPushService, type PushService } from "../support/pushService.js";
import { eventually } from "../support/gateway.js";
import { openCrew, rowOf, type Crew } from "./crew.js";
import { owner, picture, type House, type Visitor } from "./house.js";

interface Shown {
  title: string;
  body: string;
  tag: string;
}

/** What the worker does with what the server tells, and the page where it is turned on. */
describe("notifications of the browser", () => {
  let crew: Crew;
  let house: House;
  let mara: Visitor;
  let workspaceId: string;
  let service: PushService;
  let devtools: CDPSession;
  let registrationId = "";
  /** A page of nobody's, beside those of the dashboard. */
  let beside: Page;

  let subscribed: ReturnType<PushService["browser"]> | undefined;
  /** What this browser would be to a push service, if it had one. */
  const browser = () => (subscribed ??= service.browser("mara"));
  const settings = () => `${house.url}/w/${workspaceId}/settings/notifications`;
  const message = (more: object = {}) => ({
    ...{ v: 1, title: "Ana Pérez wrote", body: "Blue Shop", tag: "cnv_1" },
    ...{ url: `/w/${workspaceId}/contacts`, ...more },
  });
  const deliver = (data: object) =>
    devtools.send("ServiceWorker.deliverPushMessage", {
      origin: house.url,
      registrationId,
      data: JSON.stringify(data),
    });
  const shown = () =>
    mara.page.evaluate<Shown[]>(
      `navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))`,
    );
  /** Says to the worker which pages somebody looks at: a browser without a window cannot know. */
  const look = async (focused: boolean) => {
    const [worker] = mara.context.serviceWorkers();
    await worker!.evaluate(`(() => {
      const all = self.suiteMatchAll ?? self.clients.matchAll.bind(self.clients);
      self.suiteMatchAll = all;
      self.clients.matchAll = async (options) =>
        (await all(options)).map((page) => new Proxy(page, {
          get: (target, name) => {
            if (name === "focused") return ${String(focused)};
            if (name === "focus") return async () => target;
            const value = target[name];
            return typeof value === "function" ? value.bind(target) : value;
          },
        }));
    })()`);
  };

  beforeAll(async () => {
    crew = await openCrew({ outboundAllow: "127.0.0.1" });
    ({ house, mara, workspaceId } = crew);
    service = await startPushService();
    await mara.context.grantPermissions(["notifications"], { origin: house.url });
    beside = await mara.context.newPage();
    devtools = await mara.context.newCDPSession(beside);
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      registrationId =
        registrations.find(({ scopeURL }) => scopeURL.startsWith(house.url))?.registrationId ?? registrationId;
    });
    await devtools.send("ServiceWorker.enable");
    await mara.page.goto(settings());
    await mara.page.getByRole("heading", { name: "Notifications", level: 1 }).waitFor({ timeout: 60_000 });
    await eventually("the worker has the page", async () =>
      (await mara.page.evaluate("navigator.serviceWorker.controller !== null")) ? true : undefined,
    );
    await eventually("the registration", () => (registrationId === "" ? undefined : true));
  }, 180_000);
  beforeEach(async () => {
    await mara.page.evaluate(
      `navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.forEach((shown) => shown.close()))`,
    );
    await eventually("an empty tray", async () => ((await shown()).length === 0 ? true : undefined));
  });
  afterAll(async () => {
    await house.close();
    await service.close();
  });

  it("shows what the server tells while nobody looks, one for each conversation", async () => {
    await look(false);
    await deliver(message());
    await deliver(message({ title: "Ana Pérez wrote again" }));
    await deliver(message({ title: "Bo Lind wrote", tag: "cnv_2" }));
    const all = await eventually(
      "two of them",
      async () => {
        const now = await shown();
        return now.length === 2 && now.some(({ title }) => title.endsWith("again")) ? now : undefined;
      },
      30_000,
    );
    expect(all.map(({ tag }) => tag).sort()).toEqual(["cnv_1", "cnv_2"]);
    expect(all.find(({ tag }) => tag === "cnv_1")).toEqual({
      ...{ title: "Ana Pérez wrote again", body: "Blue Shop", tag: "cnv_1" },
    });
  });

  it("is silent while somebody looks at a page, save for a test, and understands nothing else", async () => {
    await look(true);
    await deliver(message());
    await deliver({ v: 2, title: "From the future" });
    await deliver(message({ title: "This is a test", tag: "test", always: true }));
    await eventually("the test", async () => ((await shown()).length > 0 ? true : undefined));
    expect((await shown()).map(({ title }) => title)).toEqual(["This is a test"]);
  });

  it("leads an open page to the conversation without loading it anew", async () => {
    await look(false);
    await mara.page.evaluate("window.suiteSame = true");
    await deliver(message());
    await eventually("it", async () => ((await shown()).length === 1 ? true : undefined));
    const [worker] = mara.context.serviceWorkers();
    await worker!.evaluate(`self.registration.getNotifications().then(([notification]) =>
      self.dispatchEvent(new NotificationEvent("notificationclick", { notification })))`);
    await mara.page.waitForURL(/\/contacts$/);
    expect(await mara.page.evaluate("window.suiteSame")).toBe(true);
    await eventually("it is put away", async () => ((await shown()).length === 0 ? true : undefined));
    await mara.page.goto(settings());
  });

  it("is turned on for this browser, tested and turned off; and says what stands in the way", async () => {
    const { page } = mara;
    await page.addInitScript(`
      const given = ${JSON.stringify(browser().subscription)};
      let here = sessionStorage.getItem("suite-push") !== null;
      const one = { endpoint: given.endpoint, options: { applicationServerKey: null }, toJSON: () => given,
        unsubscribe: async () => { here = false; sessionStorage.removeItem("suite-push"); return true; } };
      PushManager.prototype.getSubscription = async () => (here ? one : null);
      PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        if (window.suiteNoService) throw new DOMException("Registration failed - push service not available", "AbortError");
        if (!/^[\\w-]{87}$/.test(applicationServerKey)) throw new TypeError("no key");
        here = true;
        sessionStorage.setItem("suite-push", "on");
        return one;
      };
    `);
    await page.reload();
    const turnOn = page.getByRole("button", { name: "Turn on for this browser" });
    await turnOn.waitFor();
    await page.evaluate("window.suiteNoService = true");
    await turnOn.click();
    await page.getByText("The push service of this browser cannot be reached.").first().waitFor();
    await page.evaluate("window.suiteNoService = false");
    await turnOn.click();
    await page.getByText("On for this browser, also while Switchboard is closed.").waitFor();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The test is on its way to this browser.").first().waitFor();
    expect(browser().got()).toMatchObject([{ title: "This is a test", always: true }]);
    await picture(page, "push/on");
    // Still so after a reload: and no page tells by itself what the server tells.
    await page.reload();
    await page.getByText("On for this browser, also while Switchboard is closed.").waitFor();
    service.answer = () => 410;
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The push service does not know this browser any more.").first().waitFor();
    await turnOn.waitFor();
    service.answer = () => 201;
    await turnOn.click();
    await page.getByRole("button", { name: "Turn off" }).click();
    await turnOn.waitFor();
    expect((await mara.api<{ on: boolean }>("GET", "/me/push")).body.on).toBe(false);
  });

  it("tells by the server what the page would tell, and only once", async () => {
    const { page } = mara;
    await crew.write("Ana Pérez", "Hello");
    const { id } = await eventually("the conversation", () => crew.conversationOf("Ana Pérez").catch(() => undefined));
    await crew.ask("PATCH", `/conversations/${id}`, { assignee_id: crew.marasSeat });
    await page.getByRole("button", { name: "Turn on for this browser" }).click();
    await page.getByText("On for this browser, also while Switchboard is closed.").waitFor();
    await page.addInitScript(`
      document.hasFocus = () => false;
      window.suiteTold = [];
      window.Notification = class extends EventTarget {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title) { super(); window.suiteTold.push(title); }
        close() {}
      };
    `);
    await page.goto(crew.inbox());
    await rowOf(page, "Ana Pérez").waitFor({ timeout: 60_000 });
    const kept = page.waitForResponse((one) => one.url().endsWith("/me/push") && one.request().method() === "POST");
    await page.reload();
    await kept;
    await rowOf(page, "Ana Pérez").waitFor({ timeout: 60_000 });
    await crew.write("Ana Pérez", "Are you there?");
    await page.getByText("Ana Pérez wrote").first().waitFor();
    await eventually(
      "the push",
      () =>
        browser()
          .got()
          .some(({ title }) => title === "Ana Pérez wrote")
          ? true
          : undefined,
      30_000,
    );
    expect(await page.evaluate("window.suiteTold")).toEqual([]);
    await mara.api("DELETE", "/me/push");
    await page.goto(settings());
  });

  it("offers mail only to who has confirmed their address, and asks where quiet hours hold", async () => {
    const { page } = mara;
    const box = page.getByRole("checkbox", { name: "Somebody mentions you: E-mail" });
    await box.waitFor();
    await page.getByText("Confirm your e-mail address first, under Profile.").waitFor();
    expect(await box.isDisabled()).toBe(true);
    const { caught } = house.gateway.services.mailer;
    const { text } = caught!().find(({ to, text: one }) => to === owner.email && one.includes("/verify#"))!;
    await mara.api("POST", "/auth/email/verify", { body: { token: /\/verify#(\S+)/.exec(text)![1] } });
    await page.reload();
    await page.getByText("E-mail comes after three minutes").waitFor();
    await box.click();
    await page.getByRole("switch", { name: /Quiet hours/ }).click();
    await page.getByText(/By the clock of/).waitFor();
    await eventually(
      "the choice",
      async () => {
        const { body } = await mara.api<{
          preferences: {
            notifications: Record<string, { email: boolean }>;
            quiet_hours: { time_zone?: string } | null;
          };
        }>("GET", "/me");
        const { notifications, quiet_hours: quiet } = body.preferences;
        return notifications.mention?.email === true && quiet?.time_zone !== undefined ? true : undefined;
      },
      30_000,
    );
  });

  const looks: Record<string, { context: BrowserContextOptions; language: string; denied?: boolean }> = {
    light: { context: { colorScheme: "light" }, language: "en" },
    dark: { context: { colorScheme: "dark" }, language: "en", denied: true },
    arabic: { context: { colorScheme: "light", locale: "ar" }, language: "ar" },
    phone: {
      context: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
      language: "en",
    },
  };
  it.each(Object.entries(looks))(
    "has its picture: %s",
    async (name, { context, language, denied }) => {
      await mara.api("PATCH", "/me", { body: { language } });
      const visitor = await house.visitor(context);
      if (denied)
        await visitor.page.addInitScript(`Object.defineProperty(Notification, "permission", { get: () => "denied" })`);
      await visitor.api("POST", "/auth/sign-in", { body: { email: owner.email, password: owner.password } });
      await visitor.page.goto(settings());
      await visitor.page.getByRole("table").waitFor({ timeout: 60_000 });
      if (denied) await visitor.page.getByText("Blocked in the browser.").waitFor();
      await visitor.page.getByRole("switch").last().waitFor();
      expect(await visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
      await picture(visitor.page, `push/${name}`);
      await visitor.page.getByRole("switch").last().scrollIntoViewIfNeeded();
      await picture(visitor.page, `push/${name}-below`);
      await visitor.context.close();
      await mara.api("PATCH", "/me", { body: { language: "en" } });
    },
    90_000,
  );

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
