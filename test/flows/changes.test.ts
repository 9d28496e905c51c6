import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/gateway.js";
import { openShop, type MessageView, type Page, type ProblemView, type Shop } from "../support/telegramShop.js";

interface WaitingView {
  id: string;
  change: string;
  provider_id: string | null;
  emoji: string | null;
  content: { text?: string } | null;
}

const token = "200200:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";

describe("what happens to a message after it was written", () => {
  let shop: Shop;
  let secret = "";

  beforeAll(async () => {
    shop = await openShop({ token, username: "changes_bot" });
    const row = await shop.gateway.services.inbox.accounts.findById(shop.account.id);
    secret = (row!.settings as { secretToken: string }).secretToken;
  });
  afterAll(() => shop.close());

  /** An update exactly as given, past the stand-in: for orders it would not send them in. */
  const post = async (update: unknown) => {
    const answer = await fetch(shop.account.webhook_url, {
      method: "POST",
      body: JSON.stringify(update),
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
    });
    expect(answer.status).toBe(200);
  };
  const get = async (id: string) => (await shop.api<MessageView>("GET", `/api/v1/messages/${id}`)).body;
  const person = (id: number) => ({
    chat: { id, type: "private", first_name: "Mia" },
    from: { id, is_bot: false, first_name: "Mia" },
  });
  const seconds = () => Math.floor(Date.now() / 1000);

  it("shows a customer's edit, keeps what it said before, and finds the new words only", async () => {
    const ana = shop.telegram.customer({ id: 71, firstName: "Ana" });
    const written = ana.write("I want two crocodiles");
    const conversation = await shop.conversationSaying("I want two crocodiles");
    ana.edit(written.message_id, "I want two alligators");
    const edited = await shop.messageWhere(conversation.id, "the edit", (one) => one.edited_at !== null);
    expect(edited.content.text).toBe("I want two alligators");
    expect((await get(edited.id)).revisions.map((one) => one.content.text)).toEqual(["I want two crocodiles"]);
    expect((await shop.conversationSaying("I want two alligators")).id).toBe(conversation.id);

    const found = async (q: string) =>
      (await shop.api<{ data: unknown[] }>("GET", `/api/v1/search/messages?q=${q}`)).body.data.length;
    expect(await found("alligators")).toBe(1);
    expect(await found("crocodiles")).toBe(0);
  });

  it("keeps an edit that comes before its message, and does not let an older edit undo a newer one", async () => {
    const at = seconds();
    const message = { message_id: 501, date: at, ...person(72) };
    await post({ update_id: 810_003, edited_message: { ...message, text: "third", edit_date: at + 3 } });
    await post({ update_id: 810_002, edited_message: { ...message, text: "second", edit_date: at + 2 } });
    await post({ update_id: 810_001, message: { ...message, text: "first" } });
    const conversation = await shop.conversationWhere("Mia", (one) => one.contact.name === "Mia");
    const edited = await shop.messageWhere(conversation.id, "the last edit", (one) => one.content.text === "third");
    // The older edit may still be on its way.
    await eventually("both earlier texts are kept", async () => {
      const texts = (await get(edited.id)).revisions.map((one) => one.content.text).sort();
      return texts.join() === "first,second" || undefined;
    });
    expect((await get(edited.id)).content.text).toBe("third");
  });

  it("shows what waits for a message that is not here, tells of it once, and forgets it when the message comes", async () => {
    const at = seconds();
    const waiting = async (query = "") =>
      (await shop.api<Page<WaitingView>>("GET", `/api/v1/waiting-changes?limit=100${query}`)).body;
    const message = { message_id: 509, date: at, ...person(79) };
    const edit = { update_id: 815_001, edited_message: { ...message, text: "edited", edit_date: at + 1 } };
    await Promise.all([post(edit), post(edit)]);
    const reaction = { ...message, from: undefined, user: message.from, old_reaction: [] };
    await post({
      update_id: 815_002,
      message_reaction: { ...reaction, new_reaction: [{ type: "emoji", emoji: "👍" }] },
    });
    const two = await eventually("both wait", async () => {
      const { data } = await waiting();
      return data.length === 2 ? data : undefined;
    });
    expect(two.map(({ change, provider_id, emoji, content }) => [change, provider_id, emoji, content?.text])).toEqual(
      expect.arrayContaining([
        ["edit", "79/509", null, "edited"],
        ["reaction", "79/509", "👍", undefined],
      ]),
    );
    const first = await shop.api<Page<WaitingView>>("GET", "/api/v1/waiting-changes?limit=1");
    const second = await shop.api<Page<WaitingView>>(
      "GET",
      `/api/v1/waiting-changes?limit=1&cursor=${first.body.next_cursor}`,
    );
    expect([first, second].map(({ body }) => body.data[0]?.id).sort()).toEqual(two.map((one) => one.id).sort());
    expect(second.body.next_cursor).toBeNull();
    const told = await eventually("both are told", async () => {
      const events = (await shop.events()).filter((one) => two.some(({ id }) => id === one.data.waiting_id));
      return events.length >= 2 ? events : undefined;
    });
    expect(told.map((one) => [one.type, one.data.change]).sort()).toEqual([
      ["message.change.waiting", "edit"],
      ["message.change.waiting", "reaction"],
    ]);
    await post({ update_id: 815_003, message: { ...message, text: "plain" } });
    const conversation = await shop.conversationSaying("edited");
    await shop.messageWhere(conversation.id, "the reaction", (one) => one.reactions[0]?.emoji === "👍");
    await eventually("nothing waits", async () => ((await waiting()).data.length === 0 ? true : undefined));
  });

  it("applies the same edit once, however often it comes", async () => {
    const at = seconds();
    const message = { message_id: 502, date: at, ...person(73) };
    await post({ update_id: 811_001, message: { ...message, text: "draft" } });
    const again = { update_id: 811_002, edited_message: { ...message, text: "final", edit_date: at + 1 } };
    await Promise.all([1, 2, 3, 4, 5].map(() => post(again)));
    const conversation = await shop.conversationSaying("final");
    const edited = await shop.messageWhere(conversation.id, "the edit", (one) => one.edited_at !== null);
    await eventually("settled", async () => {
      const events = await shop.events();
      return events.some((one) => one.type === "message.updated" && one.data.message_id === edited.id)
        ? true
        : undefined;
    });
    expect((await get(edited.id)).revisions).toHaveLength(1);
    const told = (await shop.events()).filter(
      (one) => one.type === "message.updated" && one.data.message_id === edited.id,
    );
    expect(told).toHaveLength(1);
  });

  it("shows one reaction per person, the latest, also when it comes before the message", async () => {
    const ben = { ...person(74), from: undefined, user: person(74).from };
    const reaction = (id: number, emoji: string | null, at: number) => ({
      update_id: id,
      message_reaction: {
        ...ben,
        message_id: 503,
        date: at,
        old_reaction: [],
        new_reaction: emoji === null ? [] : [{ type: "emoji", emoji }],
      },
    });
    const at = seconds();
    await post(reaction(812_002, "❤", at + 2));
    await post({ update_id: 812_001, message: { message_id: 503, date: at, text: "thanks!", ...person(74) } });
    const conversation = await shop.conversationSaying("thanks!");
    const loved = await shop.messageWhere(conversation.id, "the reaction", (one) => one.reactions.length === 1);
    expect(loved.reactions[0]).toMatchObject({ emoji: "❤", author: { kind: "contact" } });
    await post(reaction(812_003, "👍", at + 1));
    await post(reaction(812_004, "🔥", at + 4));
    await shop.messageWhere(conversation.id, "the newer one", (one) => one.reactions[0]?.emoji === "🔥");
    await post(reaction(812_005, null, at + 5));
    await shop.messageWhere(conversation.id, "none", (one) => one.id === loved.id && one.reactions.length === 0);
  });

  it("forgets what a customer of a business account deletes, and says that it was there", async () => {
    const connection = { business_connection_id: "biz-1" };
    const message = { message_id: 504, date: seconds(), text: "my card number is 4111", ...person(75), ...connection };
    await post({ update_id: 813_001, business_message: message });
    const conversation = await shop.conversationSaying("my card number is 4111");
    await post({
      update_id: 813_002,
      deleted_business_messages: { ...connection, chat: person(75).chat, message_ids: [504] },
    });
    const removed = await shop.messageWhere(conversation.id, "removed", (one) => one.removed_at !== null);
    expect(removed.content).toEqual({ kind: "removed" });
    expect((await get(removed.id)).revisions).toEqual([]);
    // The list follows the message a moment later.
    const gone = (one: { id: string; last_message: { kind: string } | null }) =>
      one.id === conversation.id && one.last_message?.kind === "removed";
    expect((await shop.conversationWhere("no preview", gone)).last_message).toMatchObject({ preview: "" });
  });

  it("merges an album into one message, whatever the order its pictures come in", async () => {
    const picture = (id: number, messageId: number, caption?: string) => ({
      update_id: id,
      message: {
        message_id: messageId,
        date: seconds(),
        media_group_id: "album-9",
        photo: [{ file_id: `pic${messageId}`, file_unique_id: `u${messageId}`, width: 90, height: 90 }],
        ...(caption === undefined ? {} : { caption }),
        ...person(76),
      },
    });
    await Promise.all([
      post(picture(814_003, 603)),
      post(picture(814_001, 601, "three views")),
      post(picture(814_002, 602)),
    ]);
    const conversation = await shop.conversationWhere("the album", (one) => one.last_message?.kind === "album");
    const album = await shop.messageWhere(conversation.id, "all three", (one) => one.content.items?.length === 3);
    expect(album.content).toMatchObject({ kind: "album", caption: "three views" });
    expect(await shop.thread(conversation.id)).toHaveLength(1);
    expect((await shop.conversationWhere("once", (one) => one.id === conversation.id)).unread).toBe(1);
    const { body } = await shop.api<{ data: { message: { id: string } }[] }>("GET", "/api/v1/search/messages?q=views");
    expect(body.data.map((hit) => hit.message.id)).toEqual([album.id]);
  });

  it("keeps referral, forward and answer", async () => {
    const cleo = shop.telegram.customer({ id: 77, firstName: "Cleo" });
    cleo.start("spring-sale");
    const conversation = await shop.conversationSaying("/start spring-sale");
    expect((await shop.thread(conversation.id))[0]).toMatchObject({ referral: "spring-sale" });
    const question = cleo.write("Do you ship to Chile?");
    await shop.conversationSaying("Do you ship to Chile?");
    cleo.write("Or to Peru?", {
      replyTo: question.message_id,
      fields: { forward_origin: { type: "hidden_user", sender_user_name: "Dario", date: seconds() } },
    });
    const answer = await shop.messageWhere(conversation.id, "the answer", (one) => one.content.text === "Or to Peru?");
    const asked = await shop.messageWhere(
      conversation.id,
      "the question",
      (one) => one.content.text === "Do you ship to Chile?",
    );
    expect(answer).toMatchObject({ forwarded_from: "Dario", reply_to: { message_id: asked.id } });
  });

  it("follows a group that became a supergroup: one conversation, answers reach the new chat", async () => {
    const group = shop.telegram.group({ id: -4001, title: "Neighbours" });
    group.member({ id: 78, firstName: "Eve" }).write("Who has a ladder?");
    const conversation = await shop.conversationSaying("Who has a ladder?");
    const bigger = group.migrate(-100_4001);
    bigger.member({ id: 78, firstName: "Eve" }).write("Still looking");
    expect((await shop.conversationSaying("Still looking")).id).toBe(conversation.id);
    await shop.reply(conversation.id, { kind: "text", text: "We do." });
    const sent = await shop.telegram.waitFor((one) => one.text === "We do.");
    expect(String(sent.params.chat_id)).toBe("-1004001");
  });

  it("learns of the move from a refused send as well, and sends once", async () => {
    const group = shop.telegram.group({ id: -4002, title: "Choir" });
    group.member({ id: 79, firstName: "Fay" }).write("Rehearsal?");
    const conversation = await shop.conversationSaying("Rehearsal?");
    shop.telegram.faults.next({ method: "sendMessage", migrateTo: -100_4002 });
    shop.telegram.group({ id: -100_4002, title: "Choir", type: "supergroup" }).member({ id: 79, firstName: "Fay" });
    const sent = await shop.reply(conversation.id, { kind: "text", text: "Thursday at eight" });
    expect(sent).toMatchObject({ status: "sent" });
    const there = shop.telegram.sent().filter((one) => one.text === "Thursday at eight");
    expect(there.map((one) => String(one.params.chat_id))).toEqual(["-1004002"]);
  });

  it("says that a customer blocked the account, refuses to send in vain, and opens when they write again", async () => {
    const gus = shop.telegram.customer({ id: 80, firstName: "Gus" });
    gus.write("hello there");
    const conversation = await shop.conversationSaying("hello there");
    gus.block();
    await shop.conversationWhere("blocked", (one) => one.id === conversation.id && one.blocked);
    const path = `/api/v1/conversations/${conversation.id}`;
    const refused = await shop.api<ProblemView>("POST", `${path}/messages`, { content: { kind: "text", text: "x" } });
    expect([refused.status, refused.body.reason]).toEqual([422, "blocked"]);
    expect((await shop.api<{ allowed: boolean; reason: string }>("GET", `${path}/reply-policy`)).body).toMatchObject({
      allowed: false,
      reason: "blocked",
    });
    gus.unblock();
    gus.write("sorry, me again");
    await shop.conversationWhere("open again", (one) => one.id === conversation.id && !one.blocked);
    expect((await shop.reply(conversation.id, { kind: "text", text: "Welcome back" })).status).toBe("sent");
  });

  it("carries options with long ids, and gives back the id that was meant", async () => {
    const hal = shop.telegram.customer({ id: 81, firstName: "Hal" });
    hal.write("menu");
    const conversation = await shop.conversationSaying("menu");
    const long = `order/${"x".repeat(150)}`;
    await shop.reply(conversation.id, {
      kind: "choices",
      text: "What will it be?",
      options: [
        { id: long, label: "The long one" },
        { id: "short", label: "The short one" },
      ],
    });
    const query = hal.pressButton("The long one");
    const choice = await shop.messageWhere(conversation.id, "the choice", (one) => one.content.kind === "choice_made");
    expect(choice.content).toMatchObject({ option_id: long, label: "The long one" });
    await eventually("answered at once", () => hal.answerTo(query));
  });

  describe("by us", () => {
    it("is edited, reacted to and deleted at the provider as well", async () => {
      const ida = shop.telegram.customer({ id: 82, firstName: "Ida" });
      ida.write("price?");
      const conversation = await shop.conversationSaying("price?");
      const sent = await shop.reply(conversation.id, { kind: "text", text: "12 euro" });
      const path = `/api/v1/messages/${sent.id}`;

      const edited = await shop.api<MessageView>("PATCH", path, { content: { kind: "text", text: "11 euro" } });
      expect(edited).toMatchObject({ status: 200, body: { content: { text: "11 euro" } } });
      expect(edited.body.revisions.map((one) => one.content.text)).toEqual(["12 euro"]);
      expect(ida.messages().map((one) => one.text)).toContain("11 euro");

      const [asked] = (await shop.thread(conversation.id)).filter((one) => one.direction === "in");
      const reacted = await shop.api<MessageView>("PUT", `/api/v1/messages/${asked!.id}/reaction`, { emoji: "👍" });
      expect(reacted.body.reactions).toMatchObject([{ emoji: "👍", author: { kind: "api" } }]);
      expect(shop.telegram.calls().some((one) => one.method === "setMessageReaction")).toBe(true);

      expect((await shop.api("DELETE", path)).status).toBe(204);
      expect((await get(sent.id)).content).toEqual({ kind: "removed" });
      expect(ida.messages().map((one) => one.text)).not.toContain("11 euro");
      expect((await shop.api("DELETE", path)).status).toBe(204);
    });

    it("loses its formatting rather than not being said, and shows that somebody writes", async () => {
      shop.telegram.customer({ id: 85, firstName: "Lou" }).write("bold?");
      const conversation = await shop.conversationSaying("bold?");
      const path = `/api/v1/conversations/${conversation.id}`;
      expect((await shop.api("POST", `${path}/typing`)).status).toBe(204);
      expect(shop.telegram.calls().some((one) => one.method === "sendChatAction")).toBe(true);
      const description = "Bad Request: can't parse entities: Can't find end of the entity";
      shop.telegram.faults.next({ method: "sendMessage", status: 400, description });
      const entities = [{ kind: "bold", offset: 0, length: 4 }];
      const sent = await shop.reply(conversation.id, { kind: "text", text: "bold it is", entities });
      expect(sent.status).toBe("sent");
      const arrived = await shop.telegram.waitFor((one) => one.text === "bold it is");
      expect(arrived.params.entities).toBeUndefined();
    });

    it("is not said to be changed when the provider refuses", async () => {
      shop.telegram.customer({ id: 83, firstName: "Jo" }).write("late question");
      const conversation = await shop.conversationSaying("late question");
      const sent = await shop.reply(conversation.id, { kind: "text", text: "an answer" });
      const description = "Bad Request: message can't be edited";
      shop.telegram.faults.next({ method: "editMessageText", status: 400, description });
      const content = { kind: "text", text: "another answer" };
      const edit = await shop.api<ProblemView>("PATCH", `/api/v1/messages/${sent.id}`, { content });
      expect(edit.status).toBe(422);
      expect(edit.body.detail).toContain("Nothing was changed");
      expect((await get(sent.id)).content.text).toBe("an answer");
    });

    it("can be cancelled while it waits, and tried again under an attempt of its own", async () => {
      shop.telegram.customer({ id: 84, firstName: "Kim" }).write("are you there?");
      const conversation = await shop.conversationSaying("are you there?");
      const post = (text: string) =>
        shop.api<MessageView>("POST", `/api/v1/conversations/${conversation.id}/messages`, {
          content: { kind: "text", text },
        });
      shop.telegram.faults.next({ method: "sendMessage", status: 429, retryAfter: 2 });
      const first = (await post("waits for its turn")).body;
      await eventually("asked to wait", async () => ((await get(first.id)).attempts.length > 0 ? true : undefined));
      const second = (await post("not needed any more")).body;
      const cancelled = await shop.api<MessageView>("POST", `/api/v1/messages/${second.id}/cancel`);
      expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled" } });
      expect((await shop.api<ProblemView>("POST", `/api/v1/messages/${second.id}/cancel`)).status).toBe(409);
      await eventually("the first has left", async () => ((await get(first.id)).status === "sent" ? true : undefined));
      expect(shop.telegram.sent().some((one) => one.text === "not needed any more")).toBe(false);

      const again = await shop.api<MessageView>("POST", `/api/v1/messages/${second.id}/retry`);
      expect(again).toMatchObject({ status: 200, body: { status: "queued" } });
      const sent = await eventually("sent after all", async () => {
        const now = await get(second.id);
        return now.status === "sent" ? now : undefined;
      });
      expect(sent.attempts.map((one) => [one.number, one.outcome])).toEqual([[1, "sent"]]);
      const attempts = (await get(first.id)).attempts;
      expect(attempts.map((one) => one.outcome)).toEqual(["retry", "sent"]);
      expect(new Set(attempts.map((one) => one.id)).size).toBe(2);
    });
  });
});
