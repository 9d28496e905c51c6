import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { apiOf, eventually } from "../support/gateway.js";
import { openOffice, type Office, type Person, type ScheduledView, type SeenConversation } from "../support/desk.js";
import type { ConversationView, MessageView, Page, ProblemView } from "../support/telegramShop.js";

// Many round trips each.
jest.setTimeout(90_000);

describe("an inbox that several agents share", () => {
  let office: Office;
  let ann: Person;
  let ben: Person;
  let stranger: ReturnType<typeof apiOf>;

  beforeAll(async () => {
    office = await openOffice({ token: "210400:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "office_bot" });
    ann = await office.hire("Ann Agent");
    ben = await office.hire("Ben Agent");
    const other = await office.gateway.services.identity.createWorkspace("Elsewhere");
    stranger = apiOf(office.gateway.url, other.apiKey);
  });
  afterAll(() => office.close());

  const seen = async (who: Person, id: string) =>
    (await who.call<SeenConversation>("GET", `/conversations/${id}`)).body;
  const unreadOf = async (who: Person, id: string) => (await seen(who, id)).unread_for_me;
  const list = async (who: Person, query: string) =>
    (await who.call<Page<SeenConversation>>("GET", `/conversations?${query}`)).body.data.map((one) => one.id);
  const label = async (name: string) => (await office.api<{ id: string }>("POST", "/api/v1/labels", { name })).body.id;
  const send = (who: Person, id: string, body: Record<string, unknown>) =>
    who.call<ScheduledView & ProblemView & { message?: MessageView }>("POST", `/conversations/${id}/messages`, body);
  const text = (words: string) => ({ kind: "text", text: words });
  const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

  it("tells each reader how much they have not read, and where that begins", async () => {
    await office.writes(301, "Cleo", "one of three");
    await office.writes(301, "Cleo", "two of three");
    const { id } = await office.writes(301, "Cleo", "three of three");
    const [third, second, first] = await office.thread(id);
    expect([await unreadOf(ann, id), await unreadOf(ben, id)]).toEqual([3, 3]);
    expect((await seen(ann, id)).first_unread_id).toBe(first!.id);

    expect((await ann.call("POST", `/conversations/${id}/read`, { up_to: first!.id })).status).toBe(204);
    expect(await seen(ann, id)).toMatchObject({ unread_for_me: 2, first_unread_id: second!.id });
    expect((await ann.call("POST", `/conversations/${id}/read`)).status).toBe(204);
    expect(await seen(ann, id)).toMatchObject({ unread_for_me: 0, first_unread_id: null });
    expect(await unreadOf(ben, id)).toBe(3);

    const unread = (body?: unknown) => ann.call("POST", `/conversations/${id}/unread`, body);
    expect((await unread({ from_message_id: second!.id })).status).toBe(204);
    expect(await seen(ann, id)).toMatchObject({ unread_for_me: 2, first_unread_id: second!.id });
    await ann.call("POST", `/conversations/${id}/read`);
    await unread();
    expect(await seen(ann, id)).toMatchObject({ unread_for_me: 1, first_unread_id: third!.id });
    await unread({ from_message_id: first!.id });
    expect(await unreadOf(ann, id)).toBe(3);
    expect((await unread({ from_message_id: "msg_none" })).status).toBe(422);
    expect((await stranger("POST", `/api/v1/conversations/${id}/unread`)).status).toBe(404);

    const row = (await ben.call<Page<SeenConversation>>("GET", "/conversations")).body.data.find(
      (one) => one.id === id,
    );
    expect(row?.unread_for_me).toBe(3);
    const program = (await office.api<SeenConversation>("GET", `/api/v1/conversations/${id}`)).body;
    expect(program).toMatchObject({ unread_for_me: null, first_unread_id: null });
  });

  it("remembers who takes part, and shows views of me", async () => {
    const mine = await office.writes(302, "Dora", "for Ann");
    const noted = await office.writes(303, "Edda", "noted by Ben");
    await ann.call("PATCH", `/conversations/${mine.id}`, { assignee_id: ann.memberId });
    await ben.call("POST", `/conversations/${noted.id}/notes`, { text: "I know her", mentions: [ann.memberId] });
    expect((await seen(ann, mine.id)).participants).toEqual([ann.memberId]);
    expect((await seen(ann, noted.id)).participants).toEqual([ben.memberId]);
    expect(await list(ann, "assignee_id=me&status=open")).toEqual([mine.id]);
    expect(await list(ben, "participating=me")).toEqual([noted.id]);
    expect(await list(ann, "mentioned=me")).toEqual([noted.id]);
    expect((await office.api("GET", "/api/v1/conversations?assignee_id=me")).status).toBe(422);
    expect(await list(ann, "channel=whatsapp")).toEqual([]);
    const counts = (await ann.call<Record<string, { count: number; more: boolean }>>("GET", "/inbox/counts")).body;
    expect(counts).toMatchObject({
      mine: { count: 1, more: false },
      mentions: { count: 1 },
      participating: { count: 1 },
      views: {},
    });
    expect(counts.all!.count).toBe(3);
    expect((await stranger<typeof counts>("GET", "/api/v1/inbox/counts")).body.all!.count).toBe(0);
  });

  it("pages through every order without losing or repeating any", async () => {
    const ids: string[] = [];
    for (const [index, priority] of ["none", "urgent", "low", "urgent", "none"].entries()) {
      const { id } = await office.writes(310 + index, `Row${index}`, `row ${index}`);
      if (priority !== "none") await ann.call("PATCH", `/conversations/${id}`, { priority });
      ids.push(id);
    }
    const [a, b, c, d, e] = ids;
    const walk = async (query: string) => {
      const rows: string[] = [];
      let cursor = "";
      do {
        const page = (await ann.call<Page<ConversationView>>("GET", `/conversations?limit=2&${query}${cursor}`)).body;
        rows.push(...page.data.map((one) => one.id));
        cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
      } while (cursor !== "");
      return rows.filter((id) => ids.includes(id));
    };
    expect(await walk("")).toEqual([e, d, c, b, a]);
    expect(await walk("sort=oldest")).toEqual([a, b, c, d, e]);
    expect(await walk("sort=priority")).toEqual([d, b, c, e, a]);
    expect(await walk("sort=priority&assignee_id=none&status=open")).toEqual([d, b, c, e, a]);
    expect(await walk("channel=telegram&assignee_id=none")).toEqual([e, d, c, b, a]);
    expect(await walk("channel=telegram&sort=oldest&status=open")).toEqual([a, b, c, d, e]);
    await ann.call("PATCH", `/conversations/${b!}`, { status: "resolved" });
    expect(await walk("unattended=true")).toEqual([a, c, d, e]);
    expect(await walk("unattended=true&sort=newest")).toEqual([e, d, c, a]);
    expect((await ann.call("GET", "/conversations?sort=priority&cursor=WyJ4Il0")).status).toBe(400);
  });

  it("changes many at once, says what each was, and can be taken back", async () => {
    const [one, two] = [await office.writes(320, "Fay", "bulk one"), await office.writes(321, "Gil", "bulk two")];
    const red = await label("red");
    await ann.call("PATCH", `/conversations/${one.id}`, { labels: [red], priority: "low" });
    const bulk = (body: unknown) =>
      ann.call<{
        data: { id: string; ok: boolean; before: { status: string; labels: string[]; priority: string } | null }[];
      }>("POST", "/conversations/bulk", body);
    const done = await bulk({ ids: [one.id, two.id, "cnv_none"], change: { status: "resolved" }, read: true });
    expect(done.body.data.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(done.body.data[0]!.before).toMatchObject({ status: "open", labels: [red], priority: "low" });
    expect(await seen(ann, one.id)).toMatchObject({ status: "resolved", unread_for_me: 0, waiting_since: null });
    expect(await unreadOf(ben, one.id)).toBe(1);

    await bulk({ ids: [one.id, two.id], change: { status: "open" } });
    const back = await seen(ann, one.id);
    expect([back.status, back.unread, back.waiting_since]).toEqual(["open", 1, one.waiting_since]);
    expect((await bulk({ ids: [one.id], change: { assignee_id: "mem_none" } })).status).toBe(422);
    const elsewhere = await stranger<{ data: { ok: boolean }[] }>("POST", "/api/v1/conversations/bulk", {
      ids: [one.id],
      change: { status: "resolved" },
    });
    expect(elsewhere.body.data).toMatchObject([{ ok: false, before: null }]);
    expect((await seen(ann, one.id)).status).toBe("open");
  });

  it("loses no label when several people label at once", async () => {
    const { id } = await office.writes(322, "Hal", "label me");
    const names = ["l1", "l2", "l3", "l4", "l5", "l6"];
    const labels = await Promise.all(names.map(label));
    await Promise.all(
      labels.map((one, index) => (index % 2 ? ann : ben).call("PATCH", `/conversations/${id}`, { add_labels: [one] })),
    );
    expect((await seen(ann, id)).labels.sort()).toEqual([...labels].sort());
    await Promise.all([
      ann.call("PATCH", `/conversations/${id}`, { remove_labels: [labels[0]] }),
      ben.call("PATCH", `/conversations/${id}`, { remove_labels: [labels[1]], add_labels: [labels[2]] }),
    ]);
    expect((await seen(ann, id)).labels.sort()).toEqual(labels.slice(2).sort());
  });

  it("sends later: at its time, by itself, and shows it until then", async () => {
    const { id } = await office.writes(330, "Ida", "remind me soon");
    const at = soon(1_200);
    const made = await send(ann, id, { content: text("as promised"), send_at: at });
    expect(made).toMatchObject({ status: 201, body: { status: "scheduled", scheduled_at: at, at } });
    expect((await office.thread(id))[0]).toMatchObject({ id: made.body.id, status: "scheduled" });
    expect((await seen(ann, id)).last_message?.preview).toBe("remind me soon");
    const sent = await office.messageWhere(id, "sent", (one) => one.id === made.body.id && one.status === "sent");
    expect(sent.content.text).toBe("as promised");
    expect(await seen(ann, id)).toMatchObject({ waiting_since: null, last_message: { preview: "as promised" } });
    const types = (await office.events()).filter((one) => one.data.message_id === made.body.id).map((one) => one.type);
    expect(types).toEqual(["message.scheduled", "message.created", "message.status.updated"]);
    expect((await send(ann, id, { content: text("x"), send_at: soon(-1_000) })).status).toBe(422);
    expect((await send(ann, id, { content: text("x"), send_at: soon(400 * 86_400_000) })).status).toBe(422);
  });

  it("finds what waits although its job is gone", async () => {
    const { id } = await office.writes(333, "Jil", "any time soon");
    const one = (await send(ann, id, { content: text("found by the sweep"), send_at: soon(3_600_000) })).body;
    // Its time has come, and its job says in an hour.
    const client = await MongoClient.connect(office.stores.mongoUri);
    const rows = client.db(office.stores.database).collection<{ _id: string }>("messages");
    await rows.updateOne({ _id: one.id }, { $set: { sendAt: new Date(Date.now() - 1_000) } });
    await client.close();
    await office.messageWhere(id, "sent all the same", (m) => m.id === one.id && m.status === "sent");
  });

  it("lets what waits be changed, moved, sent now and taken back, each by one of many at once", async () => {
    const { id } = await office.writes(331, "Jon", "later please");
    const at = soon(3_600_000);
    const one = (await send(ann, id, { content: text("draft of later"), send_at: at })).body;
    const path = `/messages/${one.id}`;
    const moved = await ann.call<ScheduledView>("PATCH", path, { content: text("final"), send_at: soon(7_200_000) });
    expect(moved.body).toMatchObject({ status: "scheduled", content: { text: "final" } });
    expect(moved.body.scheduled_at! > at).toBe(true);
    expect((await stranger("POST", `/api/v1${path}/send-now`)).status).toBe(404);
    const acts = await Promise.all(
      [ann, ben, ann, ben].map((who, index) => who.call("POST", `${path}/${index < 2 ? "send-now" : "cancel"}`)),
    );
    // Sent now, and taken back before a worker had it: then both were first at something. Nobody is twice.
    const well = (some: typeof acts) => some.filter(({ status }) => status === 200).length;
    expect(acts.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect([well(acts.slice(0, 2)) <= 1, well(acts.slice(2)) <= 1, well(acts) >= 1]).toEqual([true, true, true]);
    const end = await office.messageWhere(
      id,
      "an end",
      (m) => m.id === one.id && ["sent", "cancelled"].includes(m.status),
    );
    const arrived = () => office.telegram.sent().filter((m) => JSON.stringify(m).includes("final")).length;
    expect(arrived()).toBe(end.status === "sent" ? 1 : 0);

    const two = (await send(ann, id, { content: text("never mind"), send_at: at })).body;
    expect((await ann.call<MessageView>("POST", `/messages/${two.id}/cancel`)).body.status).toBe("cancelled");
    expect((await ann.call("PATCH", `/messages/${two.id}`, { send_at: soon(60_000) })).status).toBe(409);
    expect((await ann.call("POST", `/messages/${two.id}/retry`)).status).toBe(200);
    await office.messageWhere(id, "sent after all", (m) => m.id === two.id && m.status === "sent");
  });

  it("asks the policy again when the time has come", async () => {
    const { id } = await office.writes(332, "Kim", "before I block you");
    const made = await send(ann, id, { content: text("too late"), send_at: soon(1_500) });
    office.telegram.customer({ id: 332, firstName: "Kim" }).block();
    const row = await office.conversationWhere("blocked", (one) => one.id === id && one.blocked);
    expect(row.blocked).toBe(true);
    const failed = await office.messageWhere(id, "refused", (m) => m.id === made.body.id && m.status === "failed");
    expect(failed.failure?.reason).toBe("blocked");
    const told = (await office.events()).filter((one) => one.conversation_id === id);
    expect(told.some((one) => one.data.blocked === true)).toBe(true);
  });

  it("lets nobody answer over somebody else's answer without seeing it", async () => {
    const { id } = await office.writes(340, "Lea", "who helps me?");
    const [last] = await office.thread(id);
    const tries = await Promise.all(
      [ann, ben].map((who) => send(who, id, { content: text("I do"), seen_message_id: last!.id })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = tries.find(({ status }) => status === 409)!;
    const accepted = tries.find(({ status }) => status === 201)!;
    expect(refused.body).toMatchObject({ code: "overtaken", message: { id: accepted.body.id } });
    const second = refused === tries[0] ? ann : ben;
    const first = second === ann ? ben : ann;
    expect((await send(first, id, { content: text("more"), seen_message_id: last!.id })).status).toBe(201);
    expect((await send(second, id, { content: text("me too"), seen_message_id: last!.id, force: true })).status).toBe(
      201,
    );
    expect((await send(second, id, { content: text("x"), seen_message_id: "msg_none" })).status).toBe(422);
    await eventually("all sent", async () =>
      (await office.thread(id)).filter((m) => m.status === "sent").length === 3 ? true : undefined,
    );
  });

  it("sends a message on, and never a private note", async () => {
    const from = await office.writes(341, "Mia", "forward this to Nils");
    const to = await office.writes(342, "Nils", "anything from Mia?");
    const [said] = await office.thread(from.id);
    const sent = await send(ann, to.id, { forward_of: said!.id });
    expect(sent).toMatchObject({ status: 201, body: { content: { kind: "text", text: "forward this to Nils" } } });
    const upload = await ann.call<{ id: string }>("POST", "/attachments?name=price.txt", "42", {
      "content-type": "text/plain",
    });
    const file = await send(ann, from.id, { content: { kind: "media", attachment_id: upload.body.id } });
    const again = await send(ann, to.id, { forward_of: file.body.id });
    for (const each of [file, again]) {
      const shown = (await ann.call<MessageView>("GET", `/messages/${each.body.id}`)).body.content.media?.attachment;
      expect(shown).toMatchObject({ id: upload.body.id, state: "stored", name: "price.txt" });
    }
    await office.messageWhere(to.id, "the file has left", (m) => m.id === again.body.id && m.status === "sent");
    const note = await ann.call<MessageView>("POST", `/conversations/${from.id}/notes`, { text: "secret" });
    expect((await send(ann, to.id, { forward_of: note.body.id })).status).toBe(422);
    expect((await send(ann, to.id, { forward_of: said!.id, content: text("both") })).status).toBe(400);
    expect((await send(ann, to.id, {})).status).toBe(400);
  });

  it("shows the way of a message, and to operators what the provider said, without secrets", async () => {
    const { id } = await office.writes(343, "Olga", "trace me");
    const [inbound] = await office.thread(id);
    interface Trace {
      data: { step: string; ok: boolean; detail: string | null; at: string }[];
    }
    const steps = async (messageId: string) =>
      (await ann.call<Trace>("GET", `/messages/${messageId}/trace`)).body.data.map((one) => one.step);
    expect((await steps(inbound!.id)).sort()).toEqual(["accepted", "provider", "recorded"]);
    const bin = await office.api<{ url: string }>("POST", "/api/v1/webhook-bins");
    await office.api("POST", "/api/v1/webhook-endpoints", { url: bin.body.url });
    const reply = await send(ann, id, { content: text("traced") });
    const full = await eventually("told to integrators", async () => {
      const found = await steps(reply.body.id);
      return found.includes("webhook") && found.includes("sent") ? found : undefined;
    });
    expect(full.filter((step) => step !== "webhook")).toEqual(["queued", "attempt", "sent"]);
    expect(JSON.stringify((await ann.call("GET", `/messages/${reply.body.id}/trace`)).body)).not.toContain("traced");

    const raw = await office.api<{ normalized: { type: string }; provider: unknown }>(
      "GET",
      `/api/v1/messages/${inbound!.id}/raw`,
    );
    expect(raw.body.normalized.type).toBe("message");
    expect(JSON.stringify(raw.body.provider)).toContain("trace me");
    expect((await ann.call("GET", `/messages/${inbound!.id}/raw`)).status).toBe(403);
    expect((await stranger("GET", `/api/v1/messages/${inbound!.id}/raw`)).status).toBe(404);
    expect((await stranger("GET", `/api/v1/messages/${inbound!.id}/trace`)).status).toBe(404);
  });

  it("keeps notes about contacts, with those of whoever was merged into them", async () => {
    const [one, two] = [await office.writes(344, "Pia", "note one"), await office.writes(345, "Pia B", "note two")];
    interface Note {
      id: string;
      text: string;
      author: { kind: string; id: string };
    }
    const path = (id: string) => `/contacts/${id}/notes`;
    const note = await ann.call<Note>("POST", path(one.contact.id), { text: "likes tea" });
    expect(note.body).toMatchObject({ text: "likes tea", author: { kind: "agent", id: ann.memberId } });
    await ben.call("POST", path(two.contact.id), { text: "likes coffee" });
    await ann.call("POST", `/contacts/${one.contact.id}/merge`, { from: two.contact.id });
    const texts = async () =>
      (await ann.call<{ data: Note[] }>("GET", path(one.contact.id))).body.data.map((each) => each.text);
    expect(await texts()).toEqual(["likes coffee", "likes tea"]);
    expect((await stranger("GET", `/api/v1${path(one.contact.id)}`)).status).toBe(404);
    expect((await stranger("DELETE", `/api/v1${path(one.contact.id)}/${note.body.id}`)).status).toBe(404);
    expect((await ann.call("DELETE", `${path(one.contact.id)}/${note.body.id}`)).status).toBe(204);
    expect(await texts()).toEqual(["likes coffee"]);
    expect(office.gateway.lines.join("")).not.toContain("likes coffee");
  });

  it("searches by who wrote it, where, and until when", async () => {
    const { id } = await office.writes(346, "Quin", "the pineapple order");
    await send(ann, id, { content: text("your pineapple is on its way") });
    await ben.call("POST", `/conversations/${id}/notes`, { text: "pineapple again" });
    const search = async (query: string) =>
      (await ann.call<Page<{ message: MessageView }>>("GET", `/search/messages?q=pineapple&${query}`)).body.data
        .map(({ message }) => message.direction)
        .sort();
    expect(await search("")).toEqual(["in", "note", "out"]);
    expect(await search("from=contact")).toEqual(["in"]);
    expect(await search("from=agent")).toEqual(["note", "out"]);
    expect(await search("from=me")).toEqual(["out"]);
    expect(await search(`from=${ben.memberId}`)).toEqual(["note"]);
    expect(await search("is=resolved")).toEqual([]);
    expect(await search("in=telegram&is=open&from=contact")).toEqual(["in"]);
    expect(await search(`in=${office.account.id}&from=contact`)).toEqual(["in"]);
    expect(await search("in=whatsapp")).toEqual([]);
    expect(await search(`before=${encodeURIComponent(soon(-3_600_000))}`)).toEqual([]);
  });

  it("tells of whatever a row shows, with the conversation it is about", async () => {
    const { id, contact } = await office.writes(347, "Rosa", "watch my row");
    const start = (await office.events()).at(-1)!.seq;
    const change = (body: unknown) => ann.call("PATCH", `/conversations/${id}`, body);
    const blue = await label("blue");
    await change({ assignee_id: ben.memberId });
    await change({ add_labels: [blue] });
    await change({ priority: "urgent" });
    await change({ snoozed_until: soon(3_600_000) });
    await office.writes(347, "Rosa", "awake again");
    await ann.call("PATCH", `/contacts/${contact.id}`, { name: "Rosa L." });
    await ann.call("POST", `/conversations/${id}/notes`, { text: "see", mentions: [ben.memberId] });
    const told = await eventually("all told", async () => {
      const events = (await office.events(start)).filter((one) => one.conversation_id === id);
      return events.some((one) => one.type === "note.created") && events.some((one) => one.data.cause)
        ? events
        : undefined;
    });
    const of = (name: string) =>
      told.filter((one) => one.type === "conversation.updated" && (one.data.changes as string[]).includes(name));
    expect(of("assignee_id")[0]!.data).toMatchObject({ assignee_id: ben.memberId, by: "agent", by_id: ann.memberId });
    expect(of("labels")[0]!.data).toMatchObject({ labels_added: [blue] });
    expect(of("priority")[0]!.data).toMatchObject({ priority: "urgent" });
    expect(of("status").map((one) => one.data.status)).toEqual(["snoozed", "open"]);
    expect(of("contact")[0]!.data).toMatchObject({ contact_id: contact.id });
    expect(told.find((one) => one.type === "message.received")!.data.contact_id).toBe(contact.id);
    expect(told.find((one) => one.type === "note.created")!.data.mentions).toEqual([ben.memberId]);
    expect(JSON.stringify(told)).not.toMatch(/Rosa|awake again/);
  });
});
