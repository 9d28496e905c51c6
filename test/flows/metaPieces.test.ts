/** What Meta tells in pieces, or of somebody known by less until now, put together in the inbox. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openMetaShop, type MetaShop } from "../support/metaShop.js";

let shop: MetaShop;
beforeAll(async () => {
  shop = await openMetaShop();
});
afterAll(() => shop.close());

const seconds = () => Math.floor(Date.now() / 1000);

/** Changes of one request. */
function tellAll(...told: [field: string, value: Record<string, unknown>][]): void {
  const metadata = { display_phone_number: shop.number.phone, phone_number_id: shop.number.id };
  const changes = told.map(([field, value]) => ({
    field,
    value: { messaging_product: "whatsapp", metadata, ...value },
  }));
  shop.graph.push(shop.number, { object: "whatsapp_business_account", entry: [{ id: "1", changes }] });
}
const tell = (field: string, value: Record<string, unknown>) => tellAll([field, value]);
const says = (from: string, id: string, body: string) => ({
  from,
  id,
  timestamp: String(seconds()),
  type: "text",
  text: { body },
});
const named = (id: string, name: string) => [{ wa_id: id, profile: { name } }];

describe("files of what was said before", () => {
  const person = "15557780001";
  const placeholder = (id: string) => ({
    id,
    from: person,
    timestamp: "1700000000",
    type: "media_placeholder",
    history_context: { status: "READ" },
  });
  const thread = (ids: string[]) =>
    tell("history", {
      history: [
        {
          metadata: { phase: 0, chunk_order: 1, progress: 9 },
          threads: [{ id: person, messages: ids.map(placeholder) }],
        },
      ],
    });
  const file = (id: string, caption: string) =>
    tell("history", {
      messages: [
        {
          from: person,
          id,
          timestamp: "1700000000",
          type: "image",
          image: { id: "4711", mime_type: "image/png", caption },
        },
      ],
    });

  it("take the place that was kept for them, whichever comes first, and are no edit and no news", async () => {
    thread(["wamid.first"]);
    const conversation = await shop.conversationWhere("the place", (one) => one.last_message?.kind === "unsupported");
    file("wamid.first", "a plan of old");
    const filled = await shop.messageWhere(
      conversation.id,
      "the file",
      (one) => one.content.caption === "a plan of old",
    );
    expect(filled).toMatchObject({ provider_id: "wamid.first", direction: "in", edited_at: null });
    expect(filled.content.media?.role).toBe("image");

    file("wamid.second", "another of old");
    await shop.messageWhere(conversation.id, "the file alone", (one) => one.content.caption === "another of old");
    thread(["wamid.second", "wamid.third"]);
    await shop.messageWhere(conversation.id, "the thread", (one) => one.provider_id === "wamid.third");
    const all = await shop.thread(conversation.id);
    expect(all).toHaveLength(3);
    expect(all.find((one) => one.provider_id === "wamid.second")).toMatchObject({
      content: { kind: "media", caption: "another of old" },
      edited_at: null,
    });
    const now = await shop.conversationWhere("it", (one) => one.id === conversation.id);
    expect(now).toMatchObject({ unread: 0, waiting_since: null });
  });
});

describe("who somebody is", () => {
  it("is what they say when they write, also where the business wrote first", async () => {
    const person = "15557780002";
    const message = { ...says(shop.number.phone, "wamid.echo1", "from the phone"), to: person };
    const answer = { contacts: named(person, "Nora"), messages: [says(person, "wamid.nora1", "here I am")] };
    tellAll(["smb_message_echoes", { message_echoes: [message] }], ["messages", answer]);
    const { id } = await shop.conversationWhere("her name", (one) => one.contact.name === "Nora");
    for (const direction of ["out", "in"]) await shop.messageWhere(id, direction, (one) => one.direction === direction);
    expect(await shop.thread(id)).toHaveLength(2);
  });

  it("is what they say in a new conversation, when nobody knew it in the one before", async () => {
    const person = "15557780003";
    tell("messages", { messages: [says(person, "wamid.pia1", "without a name")] });
    const { id } = await shop.conversationSaying("without a name");
    const closed = await shop.api("PATCH", `/api/v1/conversations/${id}`, { status: "resolved" });
    expect(closed.status).toBeLessThan(300);
    tell("messages", { contacts: named(person, "Pia"), messages: [says(person, "wamid.pia2", "back with a name")] });
    const again = await shop.conversationSaying("back with a name");
    expect(again.contact.name).toBe("Pia");
  });

  it("keeps the name of a group whose messages say but its id", async () => {
    const group_id = "R3JvdXAtNzc4";
    const at = String(seconds());
    tell("group_lifecycle_update", { groups: [{ timestamp: at, group_id, type: "group_create", subject: "Walkers" }] });
    const { id } = await shop.conversationWhere("the group", (one) => one.contact.name === "Walkers");
    const message = { ...says("15557780004", "wamid.walk", "who comes along?"), group_id };
    tell("messages", { contacts: named("15557780004", "Olga"), messages: [message] });
    const told = await shop.conversationSaying("who comes along?");
    expect(told).toMatchObject({ id, contact: { name: "Walkers" } });
  });

  it("goes on where a checkbox on a web site began", async () => {
    const event = (more: Record<string, unknown>) =>
      shop.graph.push(shop.page, {
        object: "page",
        entry: [
          {
            id: shop.page.id,
            time: Date.now(),
            messaging: [{ recipient: { id: shop.page.id }, timestamp: Date.now(), ...more }],
          },
        ],
      });
    event({ optin: { ref: "newsletter", user_ref: "ref-778" } });
    const begun = await shop.conversationWhere(
      "the tick",
      (one) => one.last_message?.preview.startsWith("Opted in") ?? false,
    );
    event({
      sender: { id: "88007780005" },
      message: { mid: "m_after_tick", text: "I ticked it" },
      prior_message: { source: "checkbox_plugin", identifier: "ref-778" },
    });
    expect((await shop.conversationSaying("I ticked it")).id).toBe(begun.id);
  });
});
