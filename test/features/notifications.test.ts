import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { decided, noticesWait, openNotifyShop, type NotifyShop } from "../support/notifyShop.js";
import { openBrowser } from "../support/person.js";

const mailed = { email: true };
const canary = "canary-of-a-message";

describe("digests by e-mail", () => {
  let notify: NotifyShop;
  let since = 0;
  const mails = () =>
    notify.shop.gateway.services.mailer.caught!()
      .filter(({ id }) => Number(id) > since)
      .filter(({ html }) => html.includes("/settings/notifications"));
  const mail = (count = 1) =>
    eventually(`${count} mails`, () => (mails().length >= count ? mails() : undefined), 30_000);
  /** Nothing is due any more: what was to be told has been, or was dropped. */
  const settled = () => noticesWait(notify, "mail", 0);

  beforeAll(async () => {
    notify = await openNotifyShop("200900:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawN", "notify_bot");
  }, 60_000);
  afterEach(async () => {
    await notify.choose(notify.agent, {});
    await notify.choose(notify.owner, {});
    await decided(notify);
    await notify.timePasses();
    await settled();
    since = Number(notify.shop.gateway.services.mailer.caught!()[0]?.id ?? 0);
  });
  afterAll(() => notify.close());

  it("tells of a message in a conversation of mine, by name and without a word of it", async () => {
    await notify.choose(notify.agent, { message_assigned: mailed });
    const id = await notify.writes(901, "Ana <b>Pérez</b>", `${canary} one`);
    await notify.assign(id, notify.agentSeat);
    await notify.writes(901, "Ana <b>Pérez</b>", `${canary} two`);
    await notify.writes(901, "Ana <b>Pérez</b>", `${canary} three`);
    await noticesWait(notify, "mail", 1);
    await decided(notify);
    expect(mails()).toEqual([]);
    await notify.timePasses();
    const [one] = await mail();
    expect(one).toMatchObject({ to: notify.agentEmail, subject: "1 conversation in Acme has news for you" });
    expect(one!.text).toContain("Ana <b>Pérez</b>\nNew message in a conversation of yours · 3 unread messages");
    expect(one!.text).toContain(`${notify.shop.gateway.url}/w/${notify.agent.workspace!}/inbox/all/${id}?status=any`);
    expect(one!.text).toContain(`${notify.shop.gateway.url}/w/${notify.agent.workspace!}/settings/notifications`);
    expect(one!.html).toContain("Ana &lt;b&gt;Pérez&lt;/b&gt;");
    expect(one!.text + one!.html + one!.subject).not.toContain(canary);
    await settled();
    expect(mails()).toHaveLength(1);
  }, 60_000);

  it("drops what was read meanwhile, and what the reader lost the right to", async () => {
    await notify.choose(notify.agent, { message_assigned: mailed });
    const read = await notify.writes(902, "Bo", "Bo begins");
    await notify.assign(read, notify.agentSeat);
    await notify.writes(902, "Bo", "Bo goes on");
    await noticesWait(notify, "mail", 1);
    await decided(notify);
    await notify.agent.call("POST", `/conversations/${read}/read`, {});
    await notify.timePasses();
    await settled();
    expect(mails()).toEqual([]);
    const lost = await notify.writes(903, "Cem", "Cem begins");
    await notify.assign(lost, notify.agentSeat);
    await notify.writes(903, "Cem", "Cem goes on");
    await noticesWait(notify, "mail", 1);
    await decided(notify);
    const rights = await notify.owner.call<{ id: string }>("POST", "/roles", { name: "Nothing", permissions: [] });
    await notify.owner.call("PATCH", `/members/${notify.agentSeat}`, { role_id: rights.body.id });
    notify.shop.gateway.services.notifications.preferencesChanged();
    await notify.timePasses();
    await settled();
    expect(mails()).toEqual([]);
    await notify.owner.call("PATCH", `/members/${notify.agentSeat}`, { role_id: "agent" });
  }, 90_000);

  it("puts everything that is due into one mail, names twenty and counts the rest", async () => {
    await notify.choose(notify.owner, { created: mailed });
    for (let n = 0; n < 23; n++) notify.shop.telegram.customer({ id: 1_000 + n, firstName: `New ${n}` }).write("hi");
    await noticesWait(notify, "mail", 23);
    await notify.timePasses();
    const [one] = await mail();
    expect(one!.to).toBe(notify.ownerEmail);
    expect(one!.subject).toBe("23 conversations in Acme have news for you");
    expect(one!.text.match(/New conversation · 1 unread message\n/g)).toHaveLength(20);
    expect(one!.text).toContain("and 3 more conversations");
    await settled();
    expect(mails()).toHaveLength(1);
  }, 90_000);

  it("tells of mentions and of what is given to somebody, to nobody who did it themselves, and not who looked since", async () => {
    await notify.choose(notify.agent, { mention: mailed, assigned: mailed });
    await notify.choose(notify.owner, { mention: mailed, assigned: mailed });
    const [given, mentioned, looked] = [
      await notify.writes(910, "Gil", "give me"),
      await notify.writes(911, "Mia", "mention me"),
      await notify.writes(912, "Lou", "look at me"),
    ];
    for (const id of [given, mentioned, looked]) await notify.agent.call("POST", `/conversations/${id}/read`, {});
    await notify.owner.call("PATCH", `/conversations/${given}`, { assignee_id: notify.agentSeat });
    await notify.owner.call("PATCH", `/conversations/${mentioned}`, { assignee_id: notify.ownerSeat });
    for (const id of [mentioned, looked]) {
      const { status } = await notify.owner.call("POST", `/conversations/${id}/notes`, {
        text: `${canary} note`,
        mentions: [notify.agentSeat, notify.ownerSeat],
      });
      expect(status).toBe(201);
    }
    await noticesWait(notify, "mail", 3);
    // Nothing of a customer is unread there: having looked is enough.
    await notify.agent.call("POST", `/conversations/${looked}/read`, {});
    await notify.timePasses();
    const [one] = await mail();
    expect(one!.to).toBe(notify.agentEmail);
    expect(one!.text).toContain("Gil\nGiven to you\n");
    expect(one!.text).toContain("Mia\nYou were mentioned\n");
    expect(one!.text).not.toContain("Lou");
    expect(one!.text).not.toContain(canary);
    await settled();
    expect(mails()).toHaveLength(1);
  }, 90_000);

  it("waits in quiet hours, by the clock of where somebody is", async () => {
    const hour = (zone: string, ahead: number) =>
      new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
        new Date(Date.now() + ahead * 3_600_000),
      );
    const zone = "Pacific/Kiritimati";
    const quiet = { from: hour(zone, -1), to: hour(zone, 2), time_zone: zone };
    await notify.choose(notify.agent, { message_assigned: mailed }, { quiet_hours: quiet });
    const id = await notify.writes(920, "Quinn", "psst");
    await notify.assign(id, notify.agentSeat);
    await notify.writes(920, "Quinn", "psst psst");
    await noticesWait(notify, "mail", 1);
    await decided(notify);
    await notify.timePasses();
    const due = await eventually(
      "the wait",
      async () => {
        const row = await notify.shop.gateway.services.mongo
          .collection<{ _id: string; dueAt: Date }>("notices")
          .findOne({ _id: `mail/${notify.agentSeat}/${id}` });
        return row && row.dueAt.getTime() > Date.now() ? row.dueAt : undefined;
      },
      30_000,
    );
    expect(due.getTime() - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    expect(mails()).toEqual([]);
    await notify.choose(notify.agent, { message_assigned: mailed }, { quiet_hours: null });
    await notify.timePasses();
    expect((await mail())[0]!.text).toContain("Quinn");
    const wrong = await notify.agent.call("PUT", "/me/preferences", {
      quiet_hours: { from: "20:00", to: "07:00", time_zone: "Nowhere/Town" },
    });
    expect(wrong.status).toBe(400);
  }, 90_000);

  it("is written in the reader's language", async () => {
    await notify.agent.call("PATCH", "/me", { language: "ar" });
    await notify.choose(notify.agent, { message_assigned: mailed });
    const id = await notify.writes(930, "Salma", "marhaba");
    await notify.assign(id, notify.agentSeat);
    await notify.writes(930, "Salma", "marhaba again");
    await noticesWait(notify, "mail", 1);
    await decided(notify);
    await notify.timePasses();
    const [one] = await mail();
    expect(one!.subject).toBe("هناك جديد لك في محادثة واحدة في Acme");
    expect(one!.html).toContain('dir="rtl"');
    expect(one!.text).toContain("رسالتان غير مقروءتين");
    await notify.agent.call("PATCH", "/me", { language: "en" });
  }, 60_000);

  it("says nothing to who has not confirmed their address, and nothing of another workspace", async () => {
    await notify.choose(notify.owner, { created: mailed, message_assigned: mailed });
    await notify.choose(notify.agent, { created: mailed });
    const users = notify.shop.gateway.services.mongo.collection("users");
    const seat = await notify.shop.gateway.services.identity.members.find(notify.owner.workspace!, notify.agentSeat);
    await users.updateOne({ _id: seat!.userId as never }, { $set: { verifiedAt: null } });
    notify.shop.gateway.services.notifications.preferencesChanged();
    const made = await notify.owner.call<{ memberships: { workspace: { id: string } }[] }>("POST", "/me/workspaces", {
      name: "Second",
    });
    expect(made.status).toBe(201);
    const id = await notify.writes(940, "Only Acme", "hello");
    await noticesWait(notify, "mail", 1);
    const second = made.body.memberships
      .map(({ workspace }) => workspace.id)
      .find((one) => one !== notify.owner.workspace)!;
    await notify.shop.gateway.services.notifications.relay(second);
    expect(await notify.waiting("mail")).toBe(1);
    await notify.timePasses();
    const [one] = await mail();
    expect([one!.to, one!.text.includes(id), one!.subject.includes("Second")]).toEqual([
      notify.ownerEmail,
      true,
      false,
    ]);
    await users.updateOne({ _id: seat!.userId as never }, { $set: { verifiedAt: new Date() } });
    // The same events again, as after a lost position, tell nothing a second time.
    const { mongo, notifications } = notify.shop.gateway.services;
    await settled();
    await mongo.collection("notice_positions").updateMany({}, { $set: { seq: 0 } }, { hint: { _id: 1 } });
    await notifications.relay(notify.owner.workspace!);
    const again = await mongo.collection<{ _id: string }>("notices").findOne({ _id: `mail/${notify.ownerSeat}/${id}` });
    expect(again).toMatchObject({ kinds: [] });
    expect(again).not.toHaveProperty("dueAt");
  }, 90_000);

  it("finds what no hint told of, tells nobody of history, and spends few round trips on a rush", async () => {
    const { mongo, inbox, notifications } = notify.shop.gateway.services;
    const workspaceId = notify.owner.workspace!;
    const ids = await Promise.all(
      [950, 951].map((customer) => notify.writes(customer, `R${customer}`, `r ${customer}`)),
    );
    for (const id of ids) await notify.assign(id, notify.ownerSeat);
    // What happened so far was told to nobody.
    await notifications.relay(workspaceId);
    await notify.choose(notify.owner, { message_participating: mailed, message_assigned: mailed });
    const [message] = (await notify.shop.thread(ids[0]!)).filter(({ direction }) => direction === "in");
    const old = await mongo
      .collection<{ _id: string }>("messages")
      .findOneAndUpdate({ _id: message!.id }, { $set: { at: new Date(Date.now() - 3_600_000) } });
    expect(old).not.toBeNull();
    const tell = (count: number, name: string, about: Record<string, unknown>, conversationId: string) =>
      inbox.events.append(
        Array.from({ length: count }, (_, n) => ({
          ...{ id: `evt_${name}_${n}`, workspaceId, type: "message.received", at: new Date() },
          ...{ conversationId, data: { ...about } },
        })),
      );
    // Straight into the log: nobody is given a hint.
    await tell(1, "history", { message_id: message!.id }, ids[0]!);
    await tell(1_000, "rush", {}, ids[1]!);
    await noticesWait(notify, "mail", 1);
    const due = await mongo
      .collection("notices")
      .find({ way: "mail", dueAt: { $type: "date", $lte: new Date(Date.now() + 3_600_000) } })
      .toArray();
    expect(due.map(({ conversationId }) => conversationId as unknown)).toEqual([ids[1]]);
    let asked = 0;
    const count = () => (asked += 1);
    mongo.getClient().on("commandStarted", count);
    await tell(1_000, "second rush", {}, ids[1]!);
    await notifications.relay(workspaceId);
    mongo.getClient().off("commandStarted", count);
    expect(await notify.waiting("mail")).toBe(1);
    expect(asked).toBeLessThan(100);
  }, 90_000);

  it("lets people have no say over each other, and asks for a person", async () => {
    const stranger = openBrowser(notify.shop.gateway.url);
    for (const [method, path] of [
      ["GET", "/me/push"],
      ["POST", "/me/push"],
      ["DELETE", "/me/push"],
      ["POST", "/me/push/test"],
    ] as const)
      expect((await stranger.call(method, path, method === "POST" ? {} : undefined)).status).toBe(401);
  });
});
