import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiOf, eventually } from "../support/gateway.js";
import {
  openShop,
  type ConversationView,
  type MessageView,
  type Page,
  type ProblemView,
  type Shop,
} from "../support/telegramShop.js";

const token = "200400:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
interface Contact {
  id: string;
  name: string | null;
  attributes: Record<string, unknown>;
  merged_into: string | null;
  identities: { id: string; provider_chat: string; aliases: { value: string; until: string | null }[] }[];
}

describe("the work around a conversation", () => {
  let shop: Shop;
  let member = "";
  let team = "";
  let label = "";

  beforeAll(async () => {
    shop = await openShop({ token, username: "agents_bot" });
    const made = async (path: string, body: unknown) => (await shop.api<{ id: string }>("POST", path, body)).body.id;
    member = await made("/api/v1/members", { name: "Rosa" });
    team = await made("/api/v1/teams", { name: "Sales", member_ids: [member] });
    label = await made("/api/v1/labels", { name: "VIP" });
  });
  afterAll(() => shop.close());

  const writes = async (id: number, firstName: string, text: string, username?: string) => {
    shop.telegram.customer({ id, firstName, ...(username === undefined ? {} : { username }) }).write(text);
    return shop.conversationSaying(text);
  };
  const change = (id: string, body: unknown) =>
    shop.api<ConversationView & ProblemView>("PATCH", `/api/v1/conversations/${id}`, body);
  const list = async (query: string) =>
    (await shop.api<Page<ConversationView>>("GET", `/api/v1/conversations?${query}`)).body.data.map((one) => one.id);

  it("is assigned, labelled and prioritised, and each view shows what belongs to it", async () => {
    const mine = await writes(101, "Sam", "for Rosa");
    const open = await writes(102, "Tia", "for nobody yet");
    const changed = await change(mine.id, { assignee_id: member, team_id: team, labels: [label], priority: "high" });
    expect(changed.body).toMatchObject({ assignee_id: member, labels: [label] });

    expect(await list(`assignee_id=${member}`)).toEqual([mine.id]);
    expect(await list(`team_id=${team}&status=open`)).toEqual([mine.id]);
    expect(await list(`label=${label}&assignee_id=${member}`)).toEqual([mine.id]);
    expect(await list("priority=high")).toEqual([mine.id]);
    expect(await list("assignee_id=none&status=open")).toEqual([open.id]);
    expect(await list(`channel_account_id=${shop.account.id}`)).toEqual([open.id, mine.id]);
    expect(await list(`contact_id=${mine.contact.id}`)).toEqual([mine.id]);
    expect((await list("sort=waiting")).slice(0, 2)).toEqual([mine.id, open.id]);
  });

  it("takes nobody and nothing that is not of this workspace", async () => {
    const conversation = await writes(103, "Udo", "whose is this");
    for (const body of [{ assignee_id: "mem_none" }, { team_id: "tea_none" }, { labels: ["lbl_none"] }]) {
      const refused = await change(conversation.id, body);
      expect([refused.status, refused.body.errors?.length]).toEqual([422, 1]);
    }
    const other = await shop.gateway.services.identity.createWorkspace("Elsewhere");
    const stranger = apiOf(shop.gateway.url, other.apiKey);
    expect((await stranger("PATCH", `/api/v1/conversations/${conversation.id}`, { status: "resolved" })).status).toBe(
      404,
    );
    expect((await stranger("POST", `/api/v1/conversations/${conversation.id}/notes`, { text: "x" })).status).toBe(404);
    expect((await stranger("POST", `/api/v1/conversations/${conversation.id}/read`)).status).toBe(404);
    expect((await stranger("GET", `/api/v1/contacts/${conversation.contact.id}`)).status).toBe(404);
    expect((await stranger<Page<unknown>>("GET", "/api/v1/search/messages?q=whose")).body.data).toEqual([]);
    expect((await stranger<Page<unknown>>("GET", "/api/v1/contacts?q=Udo")).body.data).toEqual([]);
    expect((await stranger<{ data: unknown[] }>("GET", "/api/v1/events")).body.data).toEqual([]);
  });

  it("sleeps until its time, wakes by itself, and earlier when the customer writes", async () => {
    const conversation = await writes(104, "Vera", "remind me");
    expect((await change(conversation.id, { status: "snoozed" })).status).toBe(422);
    expect((await change(conversation.id, { snoozed_until: new Date(Date.now() - 1000).toISOString() })).status).toBe(
      422,
    );
    const soon = new Date(Date.now() + 1_500).toISOString();
    expect((await change(conversation.id, { snoozed_until: soon })).body).toMatchObject({
      status: "snoozed",
      snoozed_until: soon,
    });
    await shop.conversationWhere("awake", (one) => one.id === conversation.id && one.status === "open");
    await change(conversation.id, { snoozed_until: new Date(Date.now() + 3_600_000).toISOString() });
    const awake = await writes(104, "Vera", "no need to wait");
    expect(awake).toMatchObject({ id: conversation.id, status: "open", snoozed_until: null });
    const causes = await eventually("both told", async () => {
      const events = (await shop.events()).filter((one) => one.conversation_id === conversation.id);
      const found = events.map((one) => one.data.cause).filter((cause) => cause !== undefined);
      return found.length >= 2 ? found : undefined;
    });
    expect(causes).toEqual(["snooze_over", "customer_wrote"]);
  });

  it("is resolved, and reopened by whatever the customer does", async () => {
    const conversation = await writes(105, "Wim", "all good?");
    expect((await change(conversation.id, { status: "resolved" })).body).toMatchObject({
      status: "resolved",
      unread: 0,
      waiting_since: null,
    });
    expect((await writes(105, "Wim", "one more thing")).status).toBe("open");
  });

  it("carries private notes that never leave, with mentions", async () => {
    const conversation = await writes(106, "Xenia", "a difficult case");
    const path = `/api/v1/conversations/${conversation.id}/notes`;
    const before = shop.telegram.sent().length;
    const note = await shop.api<MessageView>("POST", path, { text: "check with Rosa", mentions: [member] });
    expect(note).toMatchObject({ status: 201, body: { direction: "note", status: "noted" } });
    expect((await shop.api("POST", path, { text: "x", mentions: ["mem_none"] })).status).toBe(422);
    expect((await shop.thread(conversation.id)).map((one) => one.direction)).toEqual(["note", "in"]);
    expect(await list(`mentioned=${member}`)).toEqual([conversation.id]);
    expect((await shop.conversationWhere("still", (one) => one.id === conversation.id)).last_message?.preview).toBe(
      "a difficult case",
    );
    const edited = await shop.api<MessageView>("PATCH", `/api/v1/messages/${note.body.id}`, {
      content: { kind: "text", text: "checked" },
    });
    expect(edited.body.content.text).toBe("checked");
    expect((await shop.api("DELETE", `/api/v1/messages/${note.body.id}`)).status).toBe(204);
    expect(shop.telegram.sent()).toHaveLength(before);
  });

  it("remembers how far everybody has read, and never goes back", async () => {
    const conversation = await writes(107, "Yan", "first of two");
    const again = await writes(107, "Yan", "second of two");
    expect(again.unread).toBe(2);
    const [second, first] = await shop.thread(conversation.id);
    const path = `/api/v1/conversations/${conversation.id}`;
    const unread = async () => (await shop.api<ConversationView>("GET", path)).body.unread;
    const marks = async () =>
      (await shop.api<{ data: { reader_id: string; message_id: string }[] }>("GET", `${path}/read-marks`)).body.data;

    expect((await shop.api("POST", `${path}/read`, { member_id: member, up_to: first!.id })).status).toBe(204);
    expect(await unread()).toBe(2);
    expect((await shop.api("POST", `${path}/read`, { member_id: member })).status).toBe(204);
    expect(await unread()).toBe(0);
    expect((await shop.api("POST", `${path}/read`, { member_id: member, up_to: first!.id })).status).toBe(204);
    expect(await marks()).toMatchObject([{ reader_id: member, message_id: second!.id }]);
    expect((await shop.api("POST", `${path}/read`, { up_to: "msg_other" })).status).toBe(422);
  });

  it("finds sealed messages by words and beginnings, with filters and a stable cursor", async () => {
    const words = ["apricot", "banana", "cherry"];
    for (const [index, word] of words.entries()) {
      await writes(110 + index, `Zoe${index}`, `Straße ${word} in the market`);
    }
    interface Hit {
      message: MessageView;
      conversation: ConversationView;
    }
    const search = async (query: string) => (await shop.api<Page<Hit>>("GET", `/api/v1/search/messages?${query}`)).body;
    const texts = (page: Page<Hit>) => page.data.map(({ message }) => message.content.text);
    expect(texts(await search("q=cherry"))).toEqual(["Straße cherry in the market"]);
    expect(texts(await search("q=market+chér"))).toEqual(["Straße cherry in the market"]);
    expect((await search("q=market+cherub")).data).toEqual([]);
    expect((await search(`q=${encodeURIComponent('"apricot" OR $ne .*')}`)).data).toEqual([]);
    const first = await search("q=market&limit=2");
    const second = await search(`q=market&limit=2&cursor=${first.next_cursor!}`);
    expect([...texts(first), ...texts(second)]).toEqual(
      ["cherry", "banana", "apricot"].map((w) => `Straße ${w} in the market`),
    );
    const { conversation } = (await search("q=banana")).data[0]!;
    await change(conversation.id, { labels: [label] });
    expect(texts(await search(`q=market&label=${label}`))).toEqual(["Straße banana in the market"]);
    expect(texts(await search(`q=market&contact_id=${conversation.contact.id}`))).toEqual([
      "Straße banana in the market",
    ]);
    expect(texts(await search(`q=market&until=${new Date(Date.now() - 60_000).toISOString()}`))).toEqual([]);
    expect(texts(await search("q=market&channel=whatsapp"))).toEqual([]);
  });

  it("keeps contacts with dated aliases, finds them, and merges and un-merges them", async () => {
    const conversation = await writes(120, "Aida", "hi", "aida_old");
    const path = `/api/v1/contacts/${conversation.contact.id}`;
    await writes(120, "Aida Verdi", "I renamed myself", "aida_new");
    const contact = (await shop.api<Contact>("GET", path)).body;
    expect(contact.name).toBe("Aida Verdi");
    expect(contact.identities[0]!.provider_chat).toBe("120");
    expect(contact.identities[0]!.aliases.map((alias) => [alias.value, alias.until === null])).toEqual([
      ["aida_old", false],
      ["aida_new", true],
    ]);
    const found = async (q: string) =>
      (await shop.api<Page<Contact>>("GET", `/api/v1/contacts?q=${q}`)).body.data.map((one) => one.id);
    expect(await found("verdi")).toEqual([contact.id]);
    expect(await found("aida_n")).toEqual([contact.id]);

    const patched = await shop.api<Contact>("PATCH", path, { name: "Ms Verdi", attributes: { plan: "gold", age: 40 } });
    expect(patched.body).toMatchObject({ name: "Ms Verdi", attributes: { plan: "gold", age: 40 } });
    await shop.api("PATCH", path, { attributes: { age: null } });
    await writes(120, "Aida the Third", "another name", "aida_new");
    expect((await shop.api<Contact>("GET", path)).body).toMatchObject({
      name: "Ms Verdi",
      attributes: { plan: "gold" },
    });

    const second = await writes(121, "A. Verdi", "from my other phone");
    const merge = await shop.api<Contact>("POST", `${path}/merge`, { from: second.contact.id });
    expect(merge.body.identities).toHaveLength(2);
    expect((await shop.api<ConversationView>("GET", `/api/v1/conversations/${second.id}`)).body.contact.id).toBe(
      contact.id,
    );
    expect((await shop.api<Contact>("GET", `/api/v1/contacts/${second.contact.id}`)).body.merged_into).toBe(contact.id);
    expect((await shop.api("POST", `${path}/merge`, { from: contact.id })).status).toBe(422);
    expect((await writes(121, "A. Verdi", "still me")).contact.id).toBe(contact.id);

    const back = await shop.api<Contact>("POST", `/api/v1/contacts/${second.contact.id}/unmerge`);
    expect(back.body).toMatchObject({ id: second.contact.id, merged_into: null });
    expect((await shop.api<Contact>("GET", path)).body.identities).toHaveLength(1);
    expect((await shop.api<ConversationView>("GET", `/api/v1/conversations/${second.id}`)).body.contact.id).toBe(
      second.contact.id,
    );
    expect((await shop.api("POST", `/api/v1/contacts/${second.contact.id}/unmerge`)).status).toBe(409);
  });

  it("tells of everything in a sequence without gaps, each thing once", async () => {
    await eventually("all is told", async () =>
      (await shop.events()).some((one) => one.type === "contact.merged") ? true : undefined,
    );
    const events = await shop.events();
    expect(events.map((one) => one.seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map((one) => one.id)).size).toBe(events.length);
    const types = new Set(events.map((one) => one.type));
    for (const type of [
      "conversation.created",
      "message.received",
      "conversation.assigned",
      "conversation.resolved",
      "note.created",
      "contact.merged",
      "channel.status.updated",
    ]) {
      expect([...types]).toContain(type);
    }
  });
});
