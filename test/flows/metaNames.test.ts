/** What Meta tells of people and things beside what is said: cards, advertisements, names of groups and of the address book. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { openMetaShop, type MetaShop } from "../support/metaShop.js";
import type { MessageView, Page } from "../support/views.js";

let shop: MetaShop;
beforeAll(async () => {
  shop = await openMetaShop();
});
afterAll(() => shop.close());

const seconds = () => String(Math.floor(Date.now() / 1000));

function tell(field: string, value: Record<string, unknown>): void {
  const metadata = { display_phone_number: shop.number.phone, phone_number_id: shop.number.id };
  const change = { field, value: { messaging_product: "whatsapp", metadata, ...value } };
  shop.graph.push(shop.number, { object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] });
}

let said = 0;
/** Somebody writes; `name` is that of their profile. */
function write(from: string, more: Record<string, unknown>, name?: string): void {
  const contacts = name === undefined ? [] : [{ wa_id: from, profile: { name } }];
  const message = { from, id: `wamid.names${(said += 1)}`, timestamp: seconds(), ...more };
  tell("messages", { contacts, messages: [message] });
}
const words = (body: string) => ({ type: "text", text: { body } });
const named = (name: string) => shop.conversationWhere(name, (one) => one.contact.name === name);
const rename = (id: string, name: string) => shop.api("PATCH", `/api/v1/contacts/${id}`, { name });

describe("cards of contacts", () => {
  const card = {
    name: "Barbara Johnson",
    phones: ["+1 650 555 9999"],
    emails: ["barbara@wanders.example"],
    addresses: [{ street: "1 Way", city: "Menlo Park", postcode: "94025", country: "US" }],
    organization: "Lucky Shrub",
    title: "Counsel",
  };

  it("are kept whole, and found by whatever stands on them", async () => {
    const contact = {
      name: { formatted_name: card.name },
      phones: [{ phone: card.phones[0] }],
      emails: [{ email: card.emails[0] }],
      addresses: [{ street: "1 Way", city: "Menlo Park", zip: "94025", country: "US" }],
      org: { company: card.organization, title: card.title },
    };
    shop.graph
      .customer({ id: "15557790001", name: "Sheena" }, shop.number)
      .send({ type: "contacts", contacts: [contact] });
    const conversation = await named("Sheena");
    const message = await shop.messageWhere(conversation.id, "the card", (one) => one.content.kind === "contacts");
    expect(message.content.contacts).toEqual([card]);
    expect((await shop.conversationSaying(card.name)).id).toBe(conversation.id);
    for (const q of ["barbara@wanders.example", "Lucky Shrub", "94025"]) {
      const found = await shop.api<Page<{ message: MessageView }>>(
        "GET",
        `/api/v1/search/messages?q=${encodeURIComponent(q)}`,
      );
      expect(found.body.data.map((hit) => hit.message.id)).toEqual([message.id]);
    }
  });

  it("are sent whole, and refused when an address is none", async () => {
    const { id } = await named("Sheena");
    const sent = await shop.reply(id, { kind: "contacts", contacts: [card] });
    expect(sent).toMatchObject({ failure: null, status: "sent", content: { contacts: [card] } });
    expect(shop.graph.sent().at(-1)?.body).toMatchObject({
      contacts: [{ emails: [{ email: card.emails[0] }], org: { company: card.organization, title: card.title } }],
    });
    const odd = { kind: "contacts", contacts: [{ ...card, emails: ["nobody"] }] };
    expect((await shop.api("POST", `/api/v1/conversations/${id}/messages`, { content: odd })).status).toBe(400);
  });
});

describe("what brought a customer", () => {
  it("is kept with its advertisement", async () => {
    const referral = {
      source_url: "https://fb.me/x",
      source_id: "1202",
      source_type: "ad",
      headline: "Chat with us",
      body: "Succulents",
      image_url: "https://cdn.example/ad.jpg",
      ctwa_clid: "Aff-n8",
    };
    write("15557790002", { ...words("Hi from the ad"), referral }, "Tom");
    const { id } = await shop.conversationSaying("Hi from the ad");
    expect((await shop.thread(id))[0]).toMatchObject({
      referral: "1202",
      referral_details: {
        source: "ad",
        source_id: "1202",
        url: "https://fb.me/x",
        title: "Chat with us",
        text: "Succulents",
        media_url: "https://cdn.example/ad.jpg",
        click_id: "Aff-n8",
      },
    });
    write("15557790002", words("and one more thing"));
    const next = await shop.messageWhere(id, "the next", (one) => one.content.text === "and one more thing");
    expect(next).toMatchObject({ referral: null, referral_details: null });
  });
});

describe("what else comes over Messenger", () => {
  const event = (more: Record<string, unknown>) => {
    const whole = { sender: { id: "88007790001" }, recipient: { id: shop.page.id }, timestamp: Date.now(), ...more };
    shop.graph.push(shop.page, {
      object: "page",
      entry: [{ id: shop.page.id, time: Date.now(), messaging: [whole] }],
    });
  };

  it("is an advertisement, and a cart, which is an order", async () => {
    const ads_context_data = { ad_title: "Blue shirts", photo_url: "https://cdn.example/shirts.jpg" };
    event({ referral: { ref: "spring", ad_id: "6045", source: "ADS", type: "OPEN_THREAD", ads_context_data } });
    const { id } = await shop.conversationWhere("the ad", (one) => one.last_message?.kind === "referral");
    expect((await shop.thread(id))[0]).toMatchObject({
      referral: "spring",
      referral_details: { source: "ad", source_id: "6045", title: "Blue shirts", click_id: null },
    });
    const products = [
      { id: 123, retailer_id: "sku-1", name: "Blue shirt", unit_price: 11, currency: "THB", quantity: 2 },
    ];
    event({ order: { products, note: "as a gift" } });
    const order = await shop.messageWhere(id, "the cart", (one) => one.content.kind === "order");
    expect(order.content.summary).toBe("2 × Blue shirt at 11 THB. as a gift");
  });
});

describe("the name of a group", () => {
  const group_id = "R3JvdXAtNzkw";
  const subject = (text: string) =>
    tell("group_settings_update", {
      groups: [{ timestamp: seconds(), group_id, type: "group_settings_update", group_subject: { text } }],
    });

  it("changes with its subject, whose change open pages hear of", async () => {
    tell("group_lifecycle_update", {
      groups: [{ timestamp: seconds(), group_id, type: "group_create", subject: "Walkers" }],
    });
    const { id, contact } = await named("Walkers");
    write("15557790003", { ...words("who comes along?"), group_id }, "Olga");
    await shop.conversationSaying("who comes along?");
    subject("Long walks");
    expect(await named("Long walks")).toMatchObject({ id, contact: { id: contact.id } });
    await eventually("the event", async () =>
      (await shop.events()).find((one) => one.type === "contact.updated" && one.data.contact_id === contact.id),
    );
    write("15557790003", { ...words("when do we start?"), group_id }, "Olga");
    expect((await shop.conversationSaying("when do we start?")).contact.name).toBe("Long walks");
    const found = await shop.api<Page<{ id: string }>>("GET", "/api/v1/contacts?q=long");
    expect(found.body.data.map((one) => one.id)).toEqual([contact.id]);
  });

  it("stays when one of us gave another one", async () => {
    const { id, contact } = await named("Long walks");
    await rename(contact.id, "VIP walkers");
    subject("Short walks");
    await shop.messageWhere(id, "the line", (one) => one.content.summary?.includes("Short walks") ?? false);
    write("15557790003", { ...words("still there?"), group_id }, "Olga");
    expect((await shop.conversationSaying("still there?")).contact.name).toBe("VIP walkers");
  });
});

describe("the names of the phone's address book", () => {
  let entries = 0;
  /** The phone tells of a change of its address book; resolves when it was taken in. */
  async function book(phone: string, name: string | null, timestamp = seconds()): Promise<void> {
    const notices = async () => (await shop.events()).filter((one) => one.type === "channel.notice").length;
    const before = await notices();
    tell("smb_app_state_sync", {
      state_sync: [
        {
          type: "contact",
          contact: { phone_number: phone, ...(name === null ? {} : { full_name: name }) },
          action: name === null ? "remove" : "add",
          metadata: { timestamp, version: (entries += 1) },
        },
      ],
    });
    await eventually("it was taken in", async () => (await notices()) > before || undefined);
  }

  it("name who has none, and count more than what somebody calls themselves", async () => {
    write("15557790004", words("nobody knows me"));
    const { id } = await shop.conversationSaying("nobody knows me");
    await book("15557790004", "Dana Ruiz");
    expect((await named("Dana Ruiz")).id).toBe(id);
    write("15557790004", words("with a profile now"), "dana_r");
    expect((await shop.conversationSaying("with a profile now")).contact.name).toBe("Dana Ruiz");
    await book("15557790004", "Dana Ruiz, bakery");
    expect((await named("Dana Ruiz, bakery")).id).toBe(id);
    // What the phone said before that comes late.
    await book("15557790004", "Dana of old", "1700000000");
    expect((await named("Dana Ruiz, bakery")).id).toBe(id);
  });

  it("name who writes for the first time later", async () => {
    await book("15557790006", "Ferdi Blum");
    write("15557790006", words("here I am at last"), "ferdi");
    expect((await shop.conversationSaying("here I am at last")).contact.name).toBe("Ferdi Blum");
    const found = await shop.api<Page<{ name: string }>>("GET", "/api/v1/contacts?q=Blum");
    expect(found.body.data.map((one) => one.name)).toEqual(["Ferdi Blum"]);
  });

  it("never take the place of what one of us called somebody", async () => {
    const { id, contact } = await named("Ferdi Blum");
    await rename(contact.id, "Ferdinand");
    await book("15557790006", "Ferdi the second");
    write("15557790006", words("me again"), "ferdi");
    expect(await shop.conversationSaying("me again")).toMatchObject({ id, contact: { name: "Ferdinand" } });
  });

  it("give way to the profile once somebody is taken out of it", async () => {
    await book("15557790007", "Gus");
    write("15557790007", words("who am I?"), "gus_official");
    const { id } = await named("Gus");
    await book("15557790007", null);
    write("15557790007", words("who am I now?"), "gus_official");
    expect(await shop.conversationSaying("who am I now?")).toMatchObject({ id, contact: { name: "gus_official" } });
  });

  it("lie sealed, and go with their number", async () => {
    const { workspaceId } = shop.gateway.first!;
    const rows = () => shop.gateway.services.mongo.collection("address_book").find({ workspaceId }).toArray();
    const before = await rows();
    expect(before).toHaveLength(3);
    for (const secret of ["Dana", "Ferdi", "15557790006"]) expect(JSON.stringify(before)).not.toContain(secret);
    await shop.api("DELETE", `/api/v1/channels/${shop.whatsapp.id}?with_conversations=true`);
    await eventually("it is empty", async () => ((await rows()).length === 0 ? true : undefined));
  });
});
