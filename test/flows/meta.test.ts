/** Messenger and WhatsApp as their users meet them: through signed webhooks in, and the Graph API out. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { signatureOf, type GraphCustomer } from "../../simulator/graph/index.js";
import { eventually } from "../support/gateway.js";
import { openMetaShop, type AccountView, type MetaShop } from "../support/metaShop.js";
import type { ConversationView, ProblemView } from "../support/views.js";

let shop: MetaShop;
beforeAll(async () => {
  shop = await openMetaShop();
});
afterAll(() => shop.close());

const text = (words: string) => ({ kind: "text", text: words });
let people = 0;
/** Somebody new, who has written once. */
async function somebody(kind: "messenger" | "whatsapp", name = `Person ${(people += 1)}`) {
  const account = kind === "messenger" ? shop.page : shop.number;
  const id = String(49_150_000_000 + Math.floor(Math.random() * 1e9));
  const customer: GraphCustomer = shop.graph.customer({ id, name }, account);
  const hello = `hello from ${name}`;
  customer.write(hello);
  const conversation = await shop.conversationSaying(hello);
  return { id, customer, conversation };
}

describe.each(["messenger", "whatsapp"] as const)("%s", (kind) => {
  it("has its webhook set by itself, after a handshake with a token of ours", () => {
    const account = shop[kind];
    expect(account.health.state).toBe("ok");
    expect(account.verify_token).toMatch(/^.{22}$/);
    expect((kind === "messenger" ? shop.page : shop.number).webhook).toBe(account.webhook_url);
  });

  it("brings a message in, with the name of who wrote it, and the answer back out", async () => {
    const { customer, conversation } = await somebody(kind, "Ana Pérez");
    await shop.conversationWhere("the name", (one) => one.contact.name === "Ana Pérez");
    const sent = await shop.reply(conversation.id, text(`Yes, two left (${kind}).`));
    expect(["sent", "delivered", "read"]).toContain(sent.status);
    const there = await shop.graph.waitFor((one) => one.text === `Yes, two left (${kind}).`);
    expect(there.to).toBe(customer.profile.id);
    expect(JSON.stringify(there.body)).toContain(sent.id);
    const delivered = await shop.messageWhere(
      conversation.id,
      "it is delivered",
      (one) => one.id === sent.id && ["delivered", "read"].includes(one.status),
    );
    expect(delivered.provider_id).toBe(there.id);
    // Its echo is no second message.
    expect((await shop.thread(conversation.id)).filter((one) => one.direction === "out")).toHaveLength(1);
  });

  it("quotes, reacts, edits and shows choices", async () => {
    const { customer, conversation } = await somebody(kind);
    const asked = await shop.reply(conversation.id, {
      kind: "choices",
      text: "Which one?",
      options: [
        { id: "blue-one", label: "Blue" },
        { id: "red-one", label: "Red" },
      ],
    });
    expect(asked.failure).toBeNull();
    customer.choose("blue-one", "Blue", { replyTo: asked.provider_id! });
    const chosen = await shop.messageWhere(conversation.id, "the choice", (one) => one.content.kind === "choice_made");
    expect(chosen.content).toMatchObject({ option_id: "blue-one", label: "Blue" });
    customer.react(asked.provider_id!, "❤");
    await shop.messageWhere(conversation.id, "the reaction", (one) => one.reactions[0]?.emoji === "❤");
    customer.react(asked.provider_id!, null);
    await shop.messageWhere(conversation.id, "no reaction", (one) => one.id === asked.id && one.reactions.length === 0);
    const wrote = customer.write("Or green?", { replyTo: asked.provider_id! });
    const answer = await shop.messageWhere(conversation.id, "the answer", (one) => one.content.text === "Or green?");
    expect(answer.reply_to?.message_id).toBe(asked.id);
    customer.edit(wrote, "Or violet?");
    await shop.messageWhere(conversation.id, "the edit", (one) => one.content.text === "Or violet?");
    const quoted = await shop.reply(conversation.id, text(`No, sorry (${kind}).`), answer.id);
    expect(quoted.failure).toBeNull();
    const there = await shop.graph.waitFor((one) => one.text === `No, sorry (${kind}).`);
    expect(JSON.stringify(there.body)).toContain(wrote);
  });

  it("brings files in and sends files out", async () => {
    const { customer, conversation } = await somebody(kind);
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    customer.sendFile({ bytes: png, mime: "image/png", name: "dot.png" }, "image", "look");
    const stored = await shop.messageWhere(
      conversation.id,
      "the picture is here",
      (one) => one.content.media?.attachment?.state === "stored",
    );
    expect(stored.content.caption).toBe("look");
    expect(stored.content.media!.attachment!.mime).toBe("image/png");

    const upload = await fetch(`${shop.gateway.url}/api/v1/attachments?name=dot.png`, {
      method: "POST",
      headers: { authorization: `Bearer ${shop.gateway.first!.apiKey}`, "content-type": "image/png" },
      body: png,
    });
    const { id } = (await upload.json()) as { id: string };
    const sent = await shop.reply(conversation.id, { kind: "media", attachment_id: id, caption: "for you" });
    expect(sent.failure).toBeNull();
    const there = await shop.graph.waitFor((one) => one.to === customer.profile.id && one.n > 0);
    expect(JSON.stringify(there.body)).toMatch(/attachment_id|"image":\{"id"/);
  });

  it("shows what the business writes on its own phone or in the provider's inbox", async () => {
    const { customer, conversation } = await somebody(kind);
    const account = kind === "messenger" ? shop.page : shop.number;
    shop.graph.writeAsBusiness(account, customer.profile.id, "from my phone");
    const echo = await shop.messageWhere(conversation.id, "the echo", (one) => one.content.text === "from my phone");
    expect(echo).toMatchObject({ direction: "out", author: { kind: "business" }, status: "sent" });
  });

  it("refuses forged and unsigned requests, and takes what is signed however odd it is", async () => {
    const account = kind === "messenger" ? shop.page : shop.number;
    const post = (body: string, headers: Record<string, string>) =>
      fetch(account.webhook!, { method: "POST", body, headers });
    expect((await post("{}", {})).status).toBe(401);
    expect((await post("{}", { "x-hub-signature-256": signatureOf("{}", "another secret") })).status).toBe(401);
    for (const body of ["{}", "[]", '{"entry":[]}', '{"entry":[{}]}', "not json", '{"entry":[{"messaging":[1]}]}']) {
      const answer = await post(body, { "x-hub-signature-256": signatureOf(body, account.appSecret) });
      expect([body, answer.status]).toEqual([body, 200]);
    }
    const wrong = await fetch(`${account.webhook!}?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1`);
    expect(wrong.status).toBe(403);
  });

  it("settles a send without an answer by what the provider repeats", async () => {
    const { conversation } = await somebody(kind);
    shop.graph.fault({ path: "/messages", dropAfterAccept: true });
    const sent = await shop.reply(conversation.id, text(`did it arrive by ${kind}?`));
    const settled = await shop.messageWhere(
      conversation.id,
      "it is settled",
      (one) => one.id === sent.id && ["sent", "delivered", "read"].includes(one.status),
    );
    const [there, ...twice] = shop.graph.sent().filter((one) => one.text === `did it arrive by ${kind}?`);
    expect(twice).toEqual([]);
    await shop.messageWhere(conversation.id, "its id is known", (one) => one.provider_id === there!.id);
    expect(settled.failure).toBeNull();
  });

  it("waits as long as the provider says, and says when the token is over", async () => {
    const { conversation } = await somebody(kind);
    shop.graph.fault({ path: "/messages", status: 503, code: 2, message: "Service temporarily unavailable" });
    const sent = await shop.reply(conversation.id, text("a second try"));
    expect(["sent", "delivered", "read"]).toContain(sent.status);
    shop.graph.fault({ path: "/messages", status: 401, code: 190, message: "Error validating access token" });
    const failed = await shop.reply(conversation.id, text("no token"));
    expect(failed.failure).toMatchObject({ reason: "auth_expired", provider_code: "190" });
    const account = await shop.api<AccountView>("GET", `/api/v1/channels/${shop[kind].id}`);
    expect(account.body.health.state).toBe("needs_reauth");
  });
});

describe("messenger", () => {
  it("applies watermarks, names who has the conversation, and keeps the window", async () => {
    const { customer, conversation } = await somebody("messenger");
    const one = await shop.reply(conversation.id, text("first"));
    const two = await shop.reply(conversation.id, text("second"));
    customer.read();
    await eventually("both are read", async () => {
      const thread = await shop.thread(conversation.id);
      return [one, two].every(({ id }) => thread.find((m) => m.id === id)?.status === "read") || undefined;
    });
    customer.event({ message: { mid: "m_standby", text: "somebody else has it" } }, "standby");
    const standby = await shop.messageWhere(conversation.id, "standby", (m) => m.provider_id === "m_standby");
    expect(standby.standby).toBe(true);
    customer.event({ pass_thread_control: { new_owner_app_id: 263902037430900 } });
    await shop.messageWhere(conversation.id, "handover", (m) => m.content.kind === "system");
  });

  it("shows several files of one message as an album", async () => {
    const { customer, conversation } = await somebody("messenger");
    const picture = (name: string) => ({ type: "image", payload: { url: `${shop.graph.apiRoot}/__media/${name}` } });
    customer.send({ text: "two", attachments: [picture("a"), picture("b")] });
    const album = await shop.messageWhere(conversation.id, "the album", (one) => one.content.kind === "album");
    expect(album.content.items).toHaveLength(2);
  });

  it("sends cards", async () => {
    const { conversation } = await somebody("messenger");
    const card = { title: "Blue shirt", subtitle: "Size M", options: [{ id: "buy", label: "Buy" }] };
    const sent = await shop.reply(conversation.id, { kind: "cards", cards: [card] });
    expect(sent.failure).toBeNull();
    const there = shop.graph.sent().find((one) => one.id === sent.provider_id);
    expect(there?.body).toMatchObject({
      messaging_type: "RESPONSE",
      message: { attachment: { payload: { template_type: "generic", elements: [{ title: "Blue shirt" }] } } },
    });
  });

  it("serves several pages by one address: one nobody connected becomes a draft, and nothing is lost", async () => {
    const other = shop.graph.addPage({ appSecret: shop.page.appSecret, webhook: shop.page.webhook! });
    const customer = shop.graph.customer({ id: "909", name: "Zoe" }, other);
    customer.write("to the other page");
    const conversation = await shop.conversationSaying("to the other page");
    expect(conversation.channel_account_id).not.toBe(shop.messenger.id);
    const draft = await shop.api<AccountView>("GET", `/api/v1/channels/${conversation.channel_account_id}`);
    expect(draft.body).toMatchObject({ provider_ref: other.id, health: { state: "draft" } });
    const connected = await shop.api<AccountView>("POST", "/api/v1/channels", {
      kind: "messenger",
      settings: { pageAccessToken: other.token, appSecret: other.appSecret },
    });
    expect(connected.body.id).toBe(conversation.channel_account_id);
    expect((await shop.reply(conversation.id, text("now we can answer"))).failure).toBeNull();
  });
});

describe("whatsapp", () => {
  it("knows people by any of their ids", async () => {
    const name = "Lin";
    const both = { id: "15557770001", name, userId: "US.13491208655302741918" };
    shop.graph.customer(both, shop.number).write("with both ids");
    const first = await shop.conversationSaying("with both ids");
    shop.graph.customer({ ...both, hidesPhone: true }, shop.number).write("only the scoped id");
    const second = await shop.conversationSaying("only the scoped id");
    expect(second.id).toBe(first.id);
    const value = { user_id_update: [{ user_id: { previous: both.userId, current: "US.999" }, wa_id: both.id }] };
    const change = { field: "user_id_update", value: { metadata: { phone_number_id: shop.number.id }, ...value } };
    shop.graph.push(shop.number, { object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] });
    await eventually("the new id is known", async () => {
      shop.graph.customer({ ...both, userId: "US.999", hidesPhone: true }, shop.number).write("with the new id");
      const found = await shop.conversationSaying("with the new id");
      return found.id === first.id || undefined;
    });
    const reply = await shop.reply(first.id, text("to the phone"));
    expect(shop.graph.sent().find((one) => one.id === reply.provider_id)?.to).toBe(both.id);
  });

  it("applies statuses by rank, whatever their order, and keeps price and error", async () => {
    const { customer, conversation } = await somebody("whatsapp");
    shop.graph.statuses("backwards");
    const sent = await shop.reply(conversation.id, text("backwards"));
    const read = await shop.messageWhere(conversation.id, "read", (m) => m.id === sent.id && m.status === "read");
    expect(read.pricing).toMatchObject({ category: "service" });
    shop.graph.statuses("as they happen");
    shop.number.lastInbound.set(customer.profile.id, shop.graph.now() - 25 * 3_600_000);
    const late = await shop.reply(conversation.id, text("too late"));
    const failed = await shop.messageWhere(conversation.id, "failed", (m) => m.id === late.id && m.status === "failed");
    expect(failed.failure).toMatchObject({ reason: "window_closed", provider_code: "131047" });
  });

  it("closes the window a day after the customer wrote, and takes templates then", async () => {
    const id = "15557770002";
    const at = Math.floor(Date.now() / 1000) - 25 * 3_600;
    const message = { from: id, id: "wamid.old", timestamp: String(at), type: "text", text: { body: "long ago" } };
    const contacts = [{ profile: { name: "Old" }, wa_id: id }];
    const value = { metadata: { phone_number_id: shop.number.id }, contacts, messages: [message] };
    const change = { field: "messages", value };
    shop.graph.push(shop.number, { object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] });
    const conversation = await shop.conversationSaying("long ago");
    const path = `/api/v1/conversations/${conversation.id}`;
    const refused = await shop.api<{ reason: string }>("POST", `${path}/messages`, { content: text("hi") });
    expect([refused.status, refused.body.reason]).toEqual([422, "window_closed"]);
    shop.graph.addTemplate(shop.number, {
      name: "order_ready",
      language: "en",
      category: "UTILITY",
      components: [
        { type: "BODY", text: "Hello {{1}}, order {{2}} is ready." },
        { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://shop.example/{{1}}" }] },
      ],
    });
    shop.graph.addTemplate(shop.number, { name: "paused", language: "en", status: "PAUSED", components: [] });
    shop.graph.addTemplate(shop.number, { name: "third", language: "en", components: [] });
    const listed = await shop.api<{ data: { name: string }[] }>(
      "POST",
      `/api/v1/channels/${shop.whatsapp.id}/templates/sync`,
    );
    expect(listed.body.data.map((one) => one.name)).toEqual(["order_ready", "paused", "third"]);

    const template = (parameters: unknown[]) => ({ kind: "template", name: "order_ready", language: "en", parameters });
    const bad = await shop.api<{ reason: string; errors: unknown[] }>("POST", `${path}/messages`, {
      content: template([{ value: "Ana" }]),
    });
    expect(bad.status).toBe(422);
    expect(bad.body.reason).toBe("template_parameters");
    expect(bad.body.errors).toHaveLength(2);
    const whole = [{ value: "Ana" }, { value: "77" }, { in: "button", index: 0, value: "77" }];
    const preview = await shop.api<{ body: string; problems: unknown[] }>(
      "POST",
      `/api/v1/channels/${shop.whatsapp.id}/templates/preview`,
      { name: "order_ready", language: "en", parameters: whole },
    );
    expect(preview.body).toMatchObject({ body: "Hello Ana, order 77 is ready.", problems: [] });
    const sent = await shop.reply(conversation.id, template(whole));
    expect(sent.failure).toBeNull();
    expect(sent.content.text).toBe("Hello Ana, order 77 is ready.");
    const paused = await shop.api<{ reason: string }>("POST", `${path}/messages`, {
      content: { kind: "template", name: "paused", language: "en", parameters: [] },
    });
    expect(paused.body.reason).toBe("template_not_approved");
  });

  it("hears of templates and of the account's standing", async () => {
    const told = (field: string, value: Record<string, unknown>) =>
      shop.graph.push(shop.number, {
        object: "whatsapp_business_account",
        entry: [{ id: shop.number.business, time: 1_780_000_000, changes: [{ field, value }] }],
      });
    const name = { message_template_id: 1, message_template_name: "spring", message_template_language: "de" };
    told("message_template_status_update", { ...name, event: "REJECTED", reason: "INVALID_FORMAT" });
    told("account_update", { event: "ACCOUNT_VIOLATION", violation_info: { violation_type: "SPAM" } });
    await eventually("both are told", async () => {
      const types = (await shop.events()).map((event) => event.type);
      return (types.includes("template.updated") && types.includes("channel.notice")) || undefined;
    });
    const account = await shop.api<AccountView>("GET", `/api/v1/channels/${shop.whatsapp.id}`);
    expect(account.body.health).toMatchObject({ state: "degraded", cause: expect.stringContaining("SPAM") as unknown });
  });

  it("brings history in without asking anybody to answer it", async () => {
    const history = [
      {
        metadata: { phase: 0, chunk_order: 1, progress: 55 },
        threads: [
          {
            id: "15557770003",
            messages: [
              { from: "15557770003", id: "wamid.h1", timestamp: "1700000000", type: "text", text: { body: "old one" } },
              {
                from: shop.number.phone,
                id: "wamid.h2",
                timestamp: "1700000060",
                type: "text",
                text: { body: "old answer" },
                history_context: { status: "READ", from_me: true },
              },
            ],
          },
        ],
      },
    ];
    const metadata = { display_phone_number: shop.number.phone, phone_number_id: shop.number.id };
    const change = { field: "history", value: { metadata, history } };
    shop.graph.push(shop.number, { object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] });
    const conversation = await shop.conversationSaying("old answer");
    expect(conversation).toMatchObject({ unread: 0, waiting_since: null });
    expect((await shop.thread(conversation.id)).map((one) => one.direction)).toEqual(["out", "in"]);
  });

  it("keeps people from writing, and shows typing and reading at the provider", async () => {
    const { customer, conversation } = await somebody("whatsapp");
    const path = `/api/v1/conversations/${conversation.id}`;
    expect((await shop.api("PUT", `${path}/block`, { blocked: true })).status).toBe(204);
    expect(shop.number.blocked.has(customer.profile.id)).toBe(true);
    await shop.api("PUT", `${path}/block`, { blocked: true });
    const blocked = await shop.api<ConversationView>("GET", path);
    expect(blocked.body).toMatchObject({ blocked: false, blocked_by_us: true });
    const refused = await shop.api<ProblemView>("POST", `${path}/messages`, { content: { kind: "text", text: "x" } });
    expect([refused.status, refused.body.reason]).toEqual([422, "blocked_by_us"]);
    await shop.api("PUT", `${path}/block`, { blocked: false });
    expect(shop.number.blocked.size).toBe(0);
    expect((await shop.api<ConversationView>("GET", path)).body.blocked_by_us).toBe(false);
    const said = (await shop.api<{ data: { changes: string[] }[] }>("GET", `${path}/activity`)).body.data;
    expect(said.filter(({ changes }) => changes.includes("blocked_by_us"))).toHaveLength(2);
    await shop.api("POST", `${path}/typing`);
    await shop.api("POST", `${path}/read`, {});
    const bodies = () => shop.graph.calls().map((call) => call.body);
    await eventually(
      "both are asked",
      () => bodies().filter((body) => body.status === "read").length >= 2 || undefined,
    );
    expect(bodies().some((body) => body.typing_indicator !== undefined)).toBe(true);
    expect((await shop.reply(conversation.id, { kind: "text", text: "Welcome back" })).status).not.toBe("failed");
  });

  it("lets one chat wait that gets too much, and no other", async () => {
    const { conversation } = await somebody("whatsapp");
    const other = await somebody("whatsapp");
    shop.graph.fault({ path: "/messages", code: 131056, message: "pair rate limit hit" });
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    const { body } = await shop.api<{ id: string }>("POST", path, { content: text("slowly") });
    await eventually("it was tried", async () => {
      const { body: now } = await shop.api<{ attempts: unknown[] }>("GET", `/api/v1/messages/${body.id}`);
      return now.attempts.length === 1 || undefined;
    });
    expect((await shop.reply(other.conversation.id, text("at once"))).failure).toBeNull();
    await shop.messageWhere(conversation.id, "sent later", (m) => m.id === body.id && m.status !== "queued");
  });
});

it("writes no secret and no word of a customer into the log", () => {
  const log = shop.gateway.lines.join("");
  for (const secret of [shop.page.token, shop.page.appSecret, shop.number.token, shop.number.appSecret]) {
    expect(log).not.toContain(secret);
  }
  expect(log).not.toContain("hello from");
});
