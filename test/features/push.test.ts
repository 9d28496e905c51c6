import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { io } from "socket.io-client";
import { eventually } from "../support/gateway.js";
import { noticesWait, openNotifyShop, type NotifyShop } from "../support/notifyShop.js";
import { openBrowser, signIn, type Browser } from "../support/person.js";
import { startPushService, vapidOf, type PushService } from "../support/pushService.js";

const pushed = { push: true };
const canary = "canary-of-a-message";

describe("web push", () => {
  let notify: NotifyShop;
  let service: PushService;
  let names = 0;

  beforeAll(async () => {
    service = await startPushService();
    notify = await openNotifyShop("201000:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawP", "push_bot");
  }, 60_000);
  afterEach(async () => {
    service.answer = () => 201;
    await notify.choose(notify.agent, {});
    await notify.agent.call("DELETE", "/me/push");
    await decided();
    service.taken.length = 0;
  });
  afterAll(async () => {
    await notify.close();
    await service.close();
  });

  /** Everything the log holds has been decided upon. */
  const decided = async () => {
    await notify.shop.gateway.services.notifications.relay(notify.agent.workspace!);
    await noticesWait(notify, "push", 0);
  };
  const subscribe = async (who: Browser) => {
    const browser = service.browser(`b${(names += 1)}`);
    const { status, body } = await who.call("POST", "/me/push", browser.subscription);
    expect([status, body]).toEqual([200, { public_key: expect.stringMatching(/^[\w-]{87}$/), on: true }]);
    return browser;
  };
  const isOn = async (who: Browser) => (await who.call<{ on: boolean }>("GET", "/me/push")).body.on;
  const got = (browser: ReturnType<PushService["browser"]>, count: number) =>
    eventually(`${count} pushes`, () => (browser.got().length >= count ? browser.got() : undefined), 30_000);
  const mine = async (customer: number, name: string) => {
    const id = await notify.writes(customer, name, `${canary} from ${name}`);
    await notify.assign(id, notify.agentSeat);
    await notify.agent.call("POST", `/conversations/${id}/read`, {});
    return id;
  };

  it("tells a browser what concerns its person: sealed for it, signed by us, and without a word of a message", async () => {
    const browser = await subscribe(notify.agent);
    await notify.choose(notify.agent, { message_assigned: pushed });
    const id = await mine(801, "Ana");
    await notify.writes(801, "Ana", `${canary} again`);
    const [message] = await got(browser, 1);
    expect(message).toEqual({
      ...{ v: 1, title: "Ana wrote", body: "Acme", tag: id },
      url: `/w/${notify.agent.workspace!}/inbox/all/${id}?status=any`,
    });
    const [request] = service.taken;
    expect(request!.headers).toMatchObject({ "content-encoding": "aes128gcm", urgency: "high" });
    expect(request!.headers.topic).toMatch(/^[\w-]{1,32}$/);
    expect(request!.body.includes(canary)).toBe(false);
    const { key, claims } = vapidOf(request!);
    expect(key).toBe((await notify.agent.call<{ public_key: string }>("GET", "/me/push")).body.public_key);
    expect(claims).toMatchObject({ aud: service.origin, sub: "mailto:switchboard@localhost" });
    expect(claims.exp * 1_000).toBeGreaterThan(Date.now());
    const rows = JSON.stringify([
      await notify.shop.gateway.services.mongo
        .collection("push_subscriptions")
        .find({}, { hint: { _id: 1 } })
        .toArray(),
      await notify.shop.gateway.services.mongo
        .collection("installation_keys")
        .find({}, { hint: { _id: 1 } })
        .toArray(),
    ]);
    expect(rows).not.toContain(service.origin);
    expect(rows).toContain(key);
  }, 60_000);

  it("rings a conversation once for what comes at once, and again for what comes later", async () => {
    const browser = await subscribe(notify.agent);
    await notify.choose(notify.agent, { message_assigned: pushed });
    const id = await mine(802, "Bo");
    for (const word of ["one", "two", "three"]) await notify.writes(802, "Bo", `${canary} ${word}`);
    await got(browser, 1);
    await decided();
    const before = browser.got().length;
    expect(before).toBeLessThanOrEqual(2);
    await notify.shop.gateway.services.mongo
      .collection<{ _id: string }>("notices")
      .updateOne({ _id: `push/${notify.agentSeat}/${id}` }, { $set: { toldAt: new Date(0) } });
    await notify.writes(802, "Bo", `${canary} later`);
    await got(browser, before + 1);
  }, 90_000);

  it("rests also when more was written while it rang", async () => {
    const browser = await subscribe(notify.agent);
    await notify.choose(notify.agent, { message_assigned: pushed });
    await mine(811, "Fay");
    let taken = (_status: number): void => undefined;
    const ringing = new Promise<number>((resolve) => (taken = resolve));
    service.answer = () => ringing;
    await notify.writes(811, "Fay", "first");
    await got(browser, 1);
    await notify.writes(811, "Fay", "while it rings");
    const { notifications } = notify.shop.gateway.services;
    await notifications.relay(notify.agent.workspace!);
    await notifications.tellBrowsers(notify.agent.workspace!);
    expect(browser.got()).toHaveLength(1);
    taken(201);
    await decided();
  });

  it("keeps quiet while its person looks at the conversation, in quiet hours, and for what they did not choose", async () => {
    const browser = await subscribe(notify.agent);
    await notify.choose(notify.agent, { message_assigned: pushed });
    const id = await mine(803, "Cem");
    const socket = io(notify.shop.gateway.url, {
      path: "/realtime",
      transports: ["websocket"],
      extraHeaders: { cookie: notify.agent.cookieHeader(), origin: notify.shop.gateway.url },
      auth: { workspace: notify.agent.workspace },
    });
    await new Promise<void>((resolve, reject) => {
      socket.on("connect", () => resolve());
      socket.on("connect_error", reject);
    });
    socket.emit("presence", { conversation_id: id, state: "viewing" });
    const { mongo } = notify.shop.gateway.services;
    await notify.writes(803, "Cem", "while looking");
    await decided();
    socket.close();
    await notify.agent.call("POST", `/conversations/${id}/read`, {});
    const all = { from: "00:00", to: "23:59", time_zone: "UTC" };
    await notify.choose(notify.agent, { message_assigned: pushed }, { quiet_hours: all });
    await notify.writes(803, "Cem", "while it is quiet");
    await decided();
    await notify.agent.call("POST", `/conversations/${id}/read`, {});
    await notify.choose(notify.agent, { mention: pushed }, { quiet_hours: null });
    await notify.writes(803, "Cem", "not chosen");
    await decided();
    expect(browser.got()).toEqual([]);
    expect(await mongo.collection("push_subscriptions").countDocuments({ userId: { $gt: "" } })).toBe(1);
  }, 90_000);

  it("forgets a browser that its push service does not know any more, and tries again what it could not take", async () => {
    const browser = await subscribe(notify.agent);
    await notify.choose(notify.agent, { message_assigned: pushed });
    await mine(804, "Dee");
    service.answer = () => 503;
    await notify.writes(804, "Dee", "busy");
    await got(browser, 1);
    await noticesWait(notify, "push", 1);
    service.answer = () => 201;
    await notify.shop.gateway.services.mongo
      .collection("notices")
      .updateMany(
        { way: "push", dueAt: { $type: "date", $lte: new Date(Date.now() + 3_600_000) } },
        { $set: { dueAt: new Date(0) } },
      );
    await got(browser, 2);
    await noticesWait(notify, "push", 0);
    service.answer = () => 410;
    const test = await notify.agent.call<{ reason: string }>("POST", "/me/push/test");
    expect([test.status, test.body.reason]).toEqual([409, "push_gone"]);
    expect(await isOn(notify.agent)).toBe(false);
    const none = await notify.agent.call<{ reason: string }>("POST", "/me/push/test");
    expect([none.status, none.body.reason]).toEqual([409, "push_off"]);

    const other = await subscribe(notify.agent);
    await mine(805, "Eli");
    await notify.writes(805, "Eli", "gone");
    await got(other, 1);
    await eventually("the end", async () => ((await isOn(notify.agent)) ? undefined : true));
  }, 90_000);

  it("ends with the session, and belongs to who turned it on last", async () => {
    const second = openBrowser(notify.shop.gateway.url);
    expect((await signIn(second, notify.agentEmail)).status).toBe(200);
    const [here, there] = [await subscribe(notify.agent), await subscribe(second)];
    await notify.choose(notify.agent, { message_assigned: pushed });
    await mine(806, "Flo");
    await notify.writes(806, "Flo", "to both");
    await Promise.all([got(here, 1), got(there, 1)]);
    await second.call("POST", "/auth/sign-out");
    await mine(807, "Gus");
    await notify.writes(807, "Gus", "to one");
    await got(here, 2);
    expect(there.got()).toHaveLength(1);
    // Somebody else is signed in with the same browser now.
    await notify.owner.call("POST", "/me/push", here.subscription);
    expect([await isOn(notify.agent), await isOn(notify.owner)]).toEqual([false, true]);
    await notify.owner.call("DELETE", "/me/push");
    expect(await isOn(notify.owner)).toBe(false);
  }, 90_000);

  it("sends a test to this browser, and nothing to addresses that are nobody's to name", async () => {
    const browser = await subscribe(notify.agent);
    expect((await notify.agent.call("POST", "/me/push/test")).status).toBe(204);
    expect((await got(browser, 1))[0]).toMatchObject({ title: "This is a test", always: true, url: "/" });
    const { keys } = browser.subscription;
    for (const endpoint of ["http://169.254.169.254/x", "https://10.0.0.1/x", "http://localhost:1/x"]) {
      const { status, body } = await notify.agent.call<{ reason: string }>("POST", "/me/push", { endpoint, keys });
      expect([endpoint, status, body.reason]).toEqual([endpoint, 422, "push_address_refused"]);
    }
    for (const wrong of [
      { endpoint: "ftp://127.0.0.1/x", keys },
      { endpoint: browser.subscription.endpoint, keys: { ...keys, auth: "short" } },
      { endpoint: browser.subscription.endpoint },
    ])
      expect((await notify.agent.call("POST", "/me/push", wrong)).status).toBe(400);
  }, 60_000);
});
