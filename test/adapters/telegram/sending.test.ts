import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readCard } from "../../../src/adapters/shared/vcard.js";
import type { ProviderError } from "../../../src/core/errors.js";
import type { Content, MediaRef, OutboundMessage } from "../../../src/core/message.js";
import { connected, type Connected } from "./standIn.js";

let world: Connected;
const uploads = new Map<string, Buffer>([
  ["upload:picture", Buffer.from("\x89PNG picture")],
  ["upload:paper", Buffer.from("%PDF paper")],
]);

/** A stream that ends with an error half way. */
function broken(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.alloc(1024);
      await Promise.resolve();
      throw new Error("the disk is gone");
    })(),
  );
}

beforeAll(async () => {
  world = await connected({
    tools: {
      openUpload: (source) =>
        Promise.resolve({ stream: source === "upload:broken" ? broken() : Readable.from([uploads.get(source)!]) }),
    },
  });
});
afterAll(() => world.close());

const message = (content: Content, more: Partial<OutboundMessage> = {}): OutboundMessage => ({
  id: "msg_1",
  chat: world.chat,
  content,
  byHuman: true,
  ...more,
});
const send = (content: Content, more?: Partial<OutboundMessage>) => world.channel.send(message(content, more));
const sent = () => world.simulator.sent();
const last = () => sent().at(-1)!;
const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as ProviderError,
  );
/** A file a customer sent before: has an id the bot may use again. */
const known = (role: MediaRef["role"]): MediaRef => {
  const photo = world.ana.sendPhoto().photo as { file_id: string }[];
  return { role, source: photo.at(-1)!.file_id };
};

describe("telegram: texts", () => {
  it("sends a text and gives back Telegram's id and time", async () => {
    const outcome = await send({ kind: "text", text: "Hello" });
    expect(last()).toMatchObject({ method: "sendMessage", chatId: 420001, text: "Hello" });
    expect(outcome.externalIds).toEqual([`420001/${last().message.message_id}`]);
    expect(outcome.at.getTime()).toBe(last().message.date * 1000);
  });

  it("sends entities as entities, and leaves out what Telegram marks by itself", async () => {
    await send({
      kind: "text",
      text: "bold link @ana_p",
      entities: [
        { kind: "bold", offset: 0, length: 4 },
        { kind: "link", offset: 5, length: 4, value: "https://a.example/" },
        { kind: "mention", offset: 10, length: 6 },
        { kind: "other", offset: 0, length: 1, value: "custom_emoji" },
      ],
    });
    expect(last().message.entities).toEqual([
      { type: "bold", offset: 0, length: 4 },
      { type: "text_link", offset: 5, length: 4, url: "https://a.example/" },
    ]);
    expect(last().params.parse_mode).toBeUndefined();
  });

  it("replaces lone surrogates, which Telegram refuses", async () => {
    await send({ kind: "text", text: "a\ud83db" });
    expect(last().text).toBe("a\uFFFDb");
  });

  it("answers a message, with a quote when it has one", async () => {
    const question = world.ana.write("red or blue?");
    const externalId = `420001/${question.message_id}`;
    await send({ kind: "text", text: "blue" }, { replyTo: { externalId, quote: "blue" } });
    expect(last().message).toMatchObject({
      reply_to_message: { message_id: question.message_id },
      quote: { text: "blue", position: 7 },
    });
  });

  it.each([
    ["a message that is gone", { externalId: "420001/99999" }],
    ["a quote that does not match", { externalId: "420001/1", quote: "never said" }],
    ["something that is no message", { externalId: "callback/123" }],
  ])("still sends an answer to %s", async (_name, replyTo) => {
    await send({ kind: "text", text: "anyway" }, { replyTo });
    expect(last().text).toBe("anyway");
    expect(last().message.reply_to_message).toBeUndefined();
  });

  it("says which parts went through when a long text stops half way, and goes on from there", async () => {
    const text = `${"a ".repeat(2000)}\n\n${"b ".repeat(2000)}\n\n${"c ".repeat(2000)}`;
    const before = sent().length;
    const tellFault = () => {
      world.simulator.faults.next({ method: "sendMessage", delayMs: 0 });
      world.simulator.faults.next({ method: "sendMessage", status: 429, retryAfter: 3 });
    };
    tellFault();
    const blind = await failed(send({ kind: "text", text }));
    expect(blind?.failure).toEqual({ kind: "unreachable", mayHaveBeenSent: true });
    expect(blind?.sentParts).toHaveLength(1);

    tellFault();
    const half = await failed(send({ kind: "text", text }, { sentParts: [] }));
    expect(half?.failure).toEqual({ kind: "rate_limited", retryAfterMs: 3000 });
    const outcome = await send({ kind: "text", text }, { sentParts: half!.sentParts });
    expect(outcome.externalIds).toHaveLength(3);
    expect(outcome.externalIds[0]).toBe(half!.sentParts[0]);
    const firstLetters = sent()
      .slice(before + 1)
      .map((one) => one.text?.charAt(0));
    expect(firstLetters).toEqual(["a", "b", "c"]);
  });

  it("shows choices as buttons whose presses carry the option's id", async () => {
    await send({
      kind: "choices",
      text: "Which size?",
      options: [
        { id: "s", label: "Small" },
        { id: "m", label: "Medium" },
      ],
    });
    const queryId = world.ana.pressButton("Medium");
    expect(last().message.reply_markup).toEqual({
      inline_keyboard: [[{ text: "Small", callback_data: "s" }], [{ text: "Medium", callback_data: "m" }]],
    });
    expect(world.ana.answerTo(queryId)).toBeUndefined();
  });

  it("refuses option ids that Telegram cannot carry", async () => {
    const error = await failed(send({ kind: "choices", text: "?", options: [{ id: "ü".repeat(33), label: "x" }] }));
    expect(error?.failure).toEqual({ kind: "unsupported", feature: "long_option_id" });
  });
});

describe("telegram: files, places, people", () => {
  it.each([
    ["image", "sendPhoto", "photo"],
    ["audio", "sendAudio", "audio"],
    ["voice", "sendVoice", "voice"],
    ["video", "sendVideo", "video"],
    ["video_note", "sendVideoNote", "video_note"],
    ["animation", "sendAnimation", "animation"],
    ["document", "sendDocument", "document"],
    ["sticker", "sendSticker", "sticker"],
  ] as const)("sends %s by file id with %s", async (role, method, field) => {
    await send({ kind: "media", media: known(role) });
    expect(last()).toMatchObject({ method, message: { [field]: expect.anything() as unknown } });
  });

  it("uploads a file of ours, with a name that is safe in a header", async () => {
    const media: MediaRef = { role: "document", source: "upload:paper", name: 'a"b\r\n../c.pdf' };
    await send({ kind: "media", media, caption: "take", entities: [{ kind: "bold", offset: 0, length: 4 }] });
    expect(last().message).toMatchObject({
      caption: "take",
      caption_entities: [{ type: "bold", offset: 0, length: 4 }],
      document: { file_size: 10, file_name: "a_b_.._c.pdf" },
    });
  });

  it("answers with an upload", async () => {
    const question = world.ana.write("show me");
    const replyTo = { externalId: `420001/${question.message_id}` };
    await send({ kind: "media", media: { role: "image", source: "upload:picture" } }, { replyTo });
    expect(last().message).toMatchObject({ reply_to_message: { message_id: question.message_id } });
  });

  it("says that a file broke off while it was read, and that nothing was sent", async () => {
    const before = sent().length;
    const media: MediaRef = { role: "document", source: "upload:broken" };
    const error = await failed(send({ kind: "media", media }));
    expect(error?.failure).toEqual({ kind: "unreachable", mayHaveBeenSent: false });
    expect(sent()).toHaveLength(before);
  });

  it("says that it cannot upload where nobody can open files", async () => {
    const other = await connected();
    const work = other.channel.send(message({ kind: "media", media: { role: "document", source: "upload:x" } }));
    expect((await failed(work))?.failure).toEqual({ kind: "unsupported", feature: "upload" });
    await other.close();
  });

  it("sends a caption that is too long, or has no place, as a text of its own", async () => {
    const before = sent().length;
    const long = await send({ kind: "media", media: known("image"), caption: "c".repeat(1025) });
    await send({ kind: "media", media: known("sticker"), caption: "a wave" });
    expect(
      sent()
        .slice(before)
        .map(({ method, text }) => [method, text?.length]),
    ).toEqual([
      ["sendPhoto", undefined],
      ["sendMessage", 1025],
      ["sendSticker", undefined],
      ["sendMessage", 6],
    ]);
    expect(long.externalIds).toHaveLength(2);
  });

  it("sends albums, files and music apart from pictures, ten at most together", async () => {
    const before = sent().length;
    const items: MediaRef[] = [
      ...Array.from({ length: 11 }, () => known("image")),
      { role: "video", source: "upload:picture" },
      known("document"),
      known("voice"),
    ];
    const outcome = await send({ kind: "album", items, caption: "all of it" });
    const calls = sent().slice(before);
    expect(calls.map(({ method }) => method).filter((method) => method === "sendMediaGroup")).toHaveLength(12);
    expect(outcome.externalIds).toHaveLength(14);
    expect(new Set(calls.map(({ message: one }) => one.media_group_id)).size).toBe(3);
    expect(calls[0]!.message.caption).toBe("all of it");
    expect(calls.at(-1)!.method).toBe("sendVoice");
  });

  it("tries once more when a file is away for a moment, and only once", async () => {
    const description = "Bad Request: wrong file_id or the file is temporarily unavailable";
    const media = known("image");
    world.simulator.faults.next({ method: "sendPhoto", status: 400, description });
    await send({ kind: "media", media });
    world.simulator.faults.next({ method: "sendPhoto", status: 400, description, times: 2 });
    expect((await failed(send({ kind: "media", media })))?.failure).toEqual({ kind: "refused", why: "content" });
  });

  it("sends places and contacts", async () => {
    await send({ kind: "location", lat: 40.4, lng: -3.7 });
    expect(last().message.location).toEqual({ latitude: 40.4, longitude: -3.7 });
    await send({ kind: "location", lat: 40.4, lng: -3.7, label: "Café" });
    expect(last().message.venue).toMatchObject({ title: "Café", address: "40.4, -3.7" });
    await send({ kind: "contacts", contacts: [{ name: "Eva", phones: ["+341", "+342"] }] });
    expect(last().message.contact).toEqual({ phone_number: "+342", first_name: "Eva" });
    const card = { name: "Eva", phones: ["+341"], emails: ["eva@ruiz.example"], organization: "Ruiz SL" };
    await send({ kind: "contacts", contacts: [card] });
    expect(readCard(String((last().message.contact as { vcard?: unknown }).vcard))).toMatchObject(card);
    const error = await failed(send({ kind: "contacts", contacts: [{ name: "Eva", phones: [] }] }));
    expect(error?.failure.kind).toBe("unsupported");
  });
});

describe("telegram: changing what was sent", () => {
  const target = () => `420001/${last().message.message_id}`;
  const now = () => world.ana.messages().find((one) => one.message_id === last().message.message_id);

  it("changes a text; the same text again is a success", async () => {
    await send({ kind: "text", text: "helo" });
    await world.channel.edit!(world.chat, target(), { kind: "text", text: "hello" });
    await world.channel.edit!(world.chat, target(), { kind: "text", text: "hello" });
    expect(now()?.text).toBe("hello");
  });

  it("changes a caption", async () => {
    await send({ kind: "media", media: known("image"), caption: "one" });
    await world.channel.edit!(world.chat, target(), { kind: "media", media: known("image"), caption: "two" });
    expect(now()?.caption).toBe("two");
  });

  it("refuses texts that do not fit one message, kinds that cannot change, and targets that are no messages", async () => {
    const { channel, chat } = world;
    const tooLong = await failed(channel.edit!(chat, target(), { kind: "text", text: "x".repeat(4097) }));
    expect(tooLong?.failure).toEqual({ kind: "refused", why: "content" });
    const place = await failed(channel.edit!(chat, target(), { kind: "location", lat: 1, lng: 1 }));
    expect(place?.failure).toEqual({ kind: "unsupported", feature: "edit_location" });
    const noMessage = await failed(channel.edit!(chat, "callback/1", { kind: "text", text: "x" }));
    expect(noMessage?.failure).toEqual({ kind: "malformed", where: "target" });
    const gone = await failed(channel.edit!(chat, "420001/99999", { kind: "text", text: "x" }));
    expect(gone?.failure).toEqual({ kind: "refused", why: "content" });
  });

  it("deletes a message; one that is gone is a success", async () => {
    await send({ kind: "text", text: "oops" });
    await world.channel.remove!(world.chat, target());
    await world.channel.remove!(world.chat, target());
    expect(now()).toBeUndefined();
  });

  it("sets and takes back a reaction, and shows typing", async () => {
    await world.channel.react!(world.chat, "420001/1", "❤\uFE0F");
    await world.channel.react!(world.chat, "420001/1", null);
    const error = await failed(world.channel.react!(world.chat, "420001/1", "no emoji"));
    expect(error?.failure).toEqual({ kind: "refused", why: "content" });
    await world.channel.typing!(world.chat);
    const calls = world.simulator.calls().slice(-3);
    expect(calls.map(({ method, params }) => [method, params.reaction ?? params.action])).toEqual([
      ["setMessageReaction", '[{"type":"emoji","emoji":"❤"}]'],
      ["setMessageReaction", "[]"],
      ["sendChatAction", "typing"],
    ]);
  });

  it("answers, deletes and marks as read in a connected business account", async () => {
    const { channel } = world;
    const chat = "conn-1:420001";
    const { externalIds } = await channel.send(message({ kind: "text", text: "biz" }, { chat }));
    expect(last().params).toMatchObject({ chat_id: "420001", business_connection_id: "conn-1" });
    expect(externalIds).toEqual([`${chat}/${last().message.message_id}`]);
    await channel.markRead!(chat, `${chat}/1`);
    await channel.remove!(chat, externalIds[0]!);
    expect(now()).toBeUndefined();
    expect(
      world.simulator
        .calls()
        .slice(-2)
        .map(({ method }) => method),
    ).toEqual(["readBusinessMessage", "deleteBusinessMessages"]);
    expect((await failed(channel.react!(chat, `${chat}/1`, "👍")))?.failure.kind).toBe("unsupported");
  });

  it("marks nothing as read elsewhere: customers of a bot see no such marks", async () => {
    const before = world.simulator.calls().length;
    await world.channel.markRead!(world.chat, "420001/1");
    expect(world.simulator.calls()).toHaveLength(before);
  });

  it("names the topic in forums", async () => {
    const group = world.simulator.group({ id: -1001, title: "Forum", type: "supergroup" });
    group.member({ id: 7, firstName: "Bo" }).write("hi");
    const outcome = await world.channel.send(message({ kind: "text", text: "topic" }, { chat: "-1001#31" }));
    expect(last().params).toMatchObject({ chat_id: "-1001", message_thread_id: "31" });
    expect(outcome.externalIds).toEqual([`-1001/${last().message.message_id}`]);
  });

  it("names the person in direct messages to a channel", async () => {
    const group = world.simulator.group({ id: -1002, title: "Blue Shop", type: "supergroup" });
    group.member({ id: 7, firstName: "Bo" }).write("hi");
    const outcome = await world.channel.send(message({ kind: "text", text: "direct" }, { chat: "-1002#d7" }));
    expect(last().params).toMatchObject({ chat_id: "-1002", direct_messages_topic_id: "7" });
    expect(outcome.externalIds).toEqual([`-1002/${last().message.message_id}`]);
  });
});
