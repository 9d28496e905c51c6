import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { InboundEvent } from "../../../src/core/events.js";
import type { Channel } from "../../../src/adapters/contract.js";
import { can } from "../../../src/adapters/whatsapp-web/manifest.js";
import { captureLog } from "../captureLog.js";
import { eventually } from "../../support/gateway.js";
import { ada, number, openShop, type Running, type Shop } from "./shop.js";

type Message = Extract<InboundEvent, { type: "message" }>;
type Receipt = Extract<InboundEvent, { type: "receipt" }>;

const captured = captureLog();
let shop: Shop;
let session: Running;
let channel: Channel;
const chat = ada.phone;
const words = (text: string) => ({
  id: "msg_1",
  chat,
  content: { kind: "text" as const, text },
  byHuman: true,
});
const messageWith =
  (id: string) =>
  (event: InboundEvent): event is Message =>
    event.type === "message" && event.message.externalId === id;
const phone = () => shop.simulator.phone(number);

beforeAll(async () => {
  shop = await openShop(captured.log);
  session = await shop.linked();
  channel = shop.channel();
}, 90_000);
afterAll(async () => {
  await shop.close();
}, 60_000);

describe("linking", () => {
  it("went through every phase, and the account is well", () => {
    const phases = [...new Set(session.progress.map((progress) => progress.phase))];
    // A page with little to sync may be done before anybody could be told.
    expect(phases.filter((phase) => phase !== "syncing")).toEqual(["starting", "scan", "authenticating", "ready"]);
    expect(session.states.at(-1)).toEqual({ state: "ok", cause: undefined });
  });

  it("shows the code as WhatsApp means it", () => {
    const { qr } = session.progress.find((progress) => progress.phase === "scan")!;
    expect(qr!.split(",")).toHaveLength(5);
  });
});

describe("hearing", () => {
  it("hears a customer under one address, whichever WhatsApp uses", async () => {
    const first = phone().receive(ada, { type: "chat", body: "Do you have the blue one?" });
    const event = await session.event("the message", messageWith(first));
    expect(event).toMatchObject({
      peer: { chat: ada.phone, user: ada.phone, name: ada.name },
      message: { direction: "in", content: { kind: "text", text: "Do you have the blue one?" } },
    });
    expect(event.peer.aliases).toEqual([
      { kind: "phone", value: "+4915123456789" },
      { kind: "lid", value: ada.lid },
    ]);
    const hidden = phone().receive({ lid: ada.lid, name: ada.name }, { type: "chat", body: "And in green?" });
    expect(hidden).toContain(ada.lid);
    expect((await session.event("the other one", messageWith(hidden))).peer.chat).toBe(ada.phone);
  });

  it("hears what the phone's address book calls somebody, before what they call themselves", async () => {
    const bea = { phone: "4917155501234@c.us", name: "bea", savedAs: "Beatrix Stone" };
    const id = phone().receive(bea, { type: "chat", body: "It is me" });
    const event = await session.event("the message", messageWith(id));
    expect(event.peer).toMatchObject({ chat: bea.phone, name: "Beatrix Stone", namedBy: "address_book" });
  });

  it("hears what the business writes on its phone as an echo", async () => {
    const id = phone().writes(ada, "We open at nine");
    const event = await session.event("the echo", messageWith(id));
    expect(event.message).toMatchObject({ direction: "echo", content: { kind: "text", text: "We open at nine" } });
  });

  it("hears a group with its title and the one who wrote", async () => {
    const group = phone().group("120363041234567890@g.us", "Neighbours");
    const id = phone().receive(ada, { type: "chat", body: "Good morning" }, group);
    const event = await session.event("the message", messageWith(id));
    expect(event.peer).toMatchObject({ chat: group, user: ada.phone, group: { title: "Neighbours" } });
  });

  it("hears corrections, reactions, votes and what is taken back", async () => {
    const id = phone().receive(ada, { type: "chat", body: "helo" });
    await session.event("the message", messageWith(id));
    phone().edit(id, "hello");
    const edit = await session.event("the edit", (event) => event.type === "edit" && event.target === id);
    expect(edit).toMatchObject({ content: { kind: "text", text: "hello" } });
    phone().react(id, ada, "❤️");
    const reaction = await session.event("the reaction", (event) => event.type === "reaction" && event.target === id);
    expect(reaction).toMatchObject({ emoji: "❤️", peer: { chat: ada.phone } });
    phone().revoke(id);
    await session.event("the removal", (event) => event.type === "removal" && event.target === id);
    const options = [
      { name: "Monday", localId: 0 },
      { name: "Tuesday", localId: 1 },
    ];
    const poll = phone().receive(ada, { type: "poll_creation", pollName: "When?", pollOptions: options });
    await session.event("the poll", messageWith(poll));
    phone().vote(poll, ada, [1]);
    const vote = await session.event(
      "the vote",
      (event): event is Message => event.type === "message" && event.message.content.kind === "choice_made",
    );
    expect(vote.message).toMatchObject({ content: { label: "Tuesday" }, replyTo: { externalId: poll } });
  });

  it("fetches the file of a message", async () => {
    const bytes = Buffer.from("a picture");
    const directPath = shop.simulator.file(bytes);
    const attributes = { type: "image", caption: "This one", directPath, mimetype: "image/jpeg", size: bytes.length };
    const event = await session.event("the picture", messageWith(phone().receive(ada, attributes)));
    const { content } = event.message;
    if (content.kind !== "media") throw new Error("not a file");
    expect(content).toMatchObject({ caption: "This one", media: { role: "image", mime: "image/jpeg", bytes: 9 } });
    const file = await channel.openMedia!(content.media);
    expect(file).toMatchObject({ mime: "image/jpeg", bytes: 9 });
    const chunks: Buffer[] = [];
    for await (const chunk of file.stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(bytes);
  });

  it.each([
    ["location", { type: "location", lat: 52.5, lng: 13.4, loc: "Shop\nAlexanderplatz 1" }, "location"],
    ["vcard", { type: "vcard", body: "BEGIN:VCARD\nFN:Bo\nTEL:+49 1\nEND:VCARD" }, "contacts"],
    ["multi_vcard", { type: "multi_vcard", vcardList: [{ vcard: "BEGIN:VCARD\nFN:Bo\nEND:VCARD" }] }, "contacts"],
    ["ptt", { type: "ptt", directPath: "/x", mimetype: "audio/ogg; codecs=opus", duration: "3" }, "media"],
    ["sticker", { type: "sticker", directPath: "/x", mimetype: "image/webp" }, "media"],
    ["order", { type: "order", orderTitle: "Set", itemCount: 2 }, "order"],
    [
      "list_response",
      { type: "list_response", body: "L", listResponse: { singleSelectReply: { selectedRowId: "l" } } },
      "choice_made",
    ],
    ["buttons_response", { type: "buttons_response", body: "Yes", selectedButtonId: "y" }, "choice_made"],
    ["call_log", { type: "call_log", callOutcome: "Missed" }, "system"],
    ["a type nobody knows", { type: "hologram" }, "unsupported"],
  ])("hears %s", async (_name, attributes, kind) => {
    const event = await session.event("the message", messageWith(phone().receive(ada, attributes)));
    expect(event.message.content.kind).toBe(kind);
  });
});

describe("sending", () => {
  it("sends a text as an answer, and hears no echo of it", async () => {
    const asked = phone().receive(ada, { type: "chat", body: "Any news?" });
    await session.event("the question", messageWith(asked));
    const outcome = await channel.send({ ...words("Yes: it is here"), replyTo: { externalId: asked } });
    const sent = shop.simulator.sent().find((one) => one.id === outcome.externalIds[0])!;
    expect(sent).toMatchObject({ chat, type: "chat", body: "Yes: it is here" });
    expect(asked).toContain(String(sent.message.quotedStanzaID));
    // Whatever follows would come after the echo.
    await session.event("what follows", messageWith(phone().receive(ada, { type: "chat", body: "Thanks" })));
    expect(session.events.filter(messageWith(outcome.externalIds[0]!))).toEqual([]);
  });

  it("tells how far a message came, once for each step", async () => {
    const { externalIds } = await channel.send(words("On its way"));
    const [id] = externalIds;
    for (const ack of [2, 2, 3, 2]) phone().ack(id!, ack);
    const isReceipt = (event: InboundEvent): event is Receipt =>
      event.type === "receipt" && "id" in event.receipt.target && event.receipt.target.id === id;
    await session.event(
      "the reading",
      (event): event is Receipt => isReceipt(event) && event.receipt.status === "read",
    );
    await session.event("what follows", messageWith(phone().receive(ada, { type: "chat", body: "Seen" })));
    expect(session.events.filter(isReceipt).map((event) => event.receipt.status)).toEqual(["delivered", "read"]);
  });

  it("sends files, places and contacts", async () => {
    shop.uploads.set("upload:1", { bytes: Buffer.from("%PDF-1.7 invoice"), name: "Invoice 7.pdf" });
    const media = { role: "document" as const, source: "upload:1", mime: "application/pdf", name: "Invoice 7.pdf" };
    const file = await channel.send({ ...words(""), content: { kind: "media", media, caption: "Your invoice" } });
    const sentFile = shop.simulator.sent().find((one) => one.id === file.externalIds[0])!.message;
    expect(sentFile).toMatchObject({ type: "document", caption: "Your invoice", mimetype: "application/pdf" });
    expect(shop.simulator.fileAt(String(sentFile.directPath))?.toString()).toBe("%PDF-1.7 invoice");

    await channel.send({ ...words(""), content: { kind: "location", lat: 52.5, lng: 13.4, label: "Shop" } });
    expect(shop.simulator.sent().at(-1)!.message).toMatchObject({ type: "location", lat: 52.5, loc: "Shop" });

    const contacts = [{ name: "Bo, Lin", phones: ["+86 138 0013 8000"], emails: ["bo@lin.example"] }];
    await channel.send({ ...words(""), content: { kind: "contacts", contacts } });
    const card = shop.simulator.sent().at(-1)!.message;
    expect(card).toMatchObject({ type: "vcard", body: expect.stringContaining("EMAIL;type=INTERNET:bo@lin.example") });
  });

  it("corrects, takes back, reacts, reads and types", async () => {
    const { externalIds } = await channel.send(words("Nine o'clock"));
    const [id] = externalIds;
    await channel.edit!(chat, id!, { kind: "text", text: "Ten o'clock" });
    await channel.react!(chat, id!, "👍");
    await channel.react!(chat, id!, null);
    await channel.typing!(chat);
    await channel.markRead!(chat, id!);
    await channel.remove!(chat, id!);
    const deeds = shop.simulator.deeds().filter((deed) => deed.id === id || deed.id === chat);
    expect(deeds).toEqual(
      expect.arrayContaining([
        { op: "edit", id, value: "Ten o'clock" },
        { op: "react", id, value: "👍" },
        { op: "react", id, value: "" },
        { op: "revoke", id, value: "" },
        { op: "typing", id: chat, value: "" },
        { op: "seen", id: chat, value: "" },
      ]),
    );
  });

  it("tells which parts went through, and goes on behind them", async () => {
    const { max } = can.text;
    const long = `${"a".repeat(max)}${"b".repeat(10)}`;
    const before = shop.simulator.sent().length;
    const first = await channel.send({ ...words(""), content: { kind: "text", text: long } });
    expect(first.externalIds).toHaveLength(2);
    const rest = await channel.send({
      ...words(""),
      content: { kind: "text", text: long },
      sentParts: [first.externalIds[0]!],
    });
    expect(rest.externalIds[0]).toBe(first.externalIds[0]);
    expect(
      shop.simulator
        .sent()
        .slice(before)
        .map((sent) => sent.body[0]),
    ).toEqual(["a", "b", "b"]);
  });

  it("says how the number is doing", async () => {
    await expect(channel.probe!()).resolves.toEqual({ state: "ok", accountRef: number, displayName: `+${number}` });
  });

  it("leaves no word of a message in Redis or in the log", async () => {
    await channel.send(words("a very private sentence"));
    const keys = await shop.redis.keys("*:session:*");
    const dumps = await Promise.all(keys.map((key) => shop.redis.dump(key)));
    expect(dumps.join("")).not.toContain("private sentence");
    expect(captured.text()).not.toContain("private sentence");
  });
});

it("ends when it is asked to, and can be asked no more", async () => {
  await session.stop();
  await expect(session.over).resolves.toBeUndefined();
  const error = await channel.send(words("too late")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ failure: { kind: "unreachable", mayHaveBeenSent: false } });
  await eventually("the browser's end", () => (shop.simulator.pages() === 0 ? true : undefined));
});
