import { describe, expect, it } from "@jest/globals";
import { checkFile, contentsOf, lengthOf } from "../../web/dashboard/areas/inbox/composer/limits.js";
import { markupOf, parseMarkup, toggled } from "../../web/dashboard/areas/inbox/composer/markup.js";
import { mentionsIn, tokenAt } from "../../web/dashboard/areas/inbox/composer/tokens.js";
import { baseOf, compare, matches, queryOf } from "../../web/dashboard/areas/inbox/data/filters.js";
import { applyRow, patchRows, rowsOf } from "../../web/dashboard/areas/inbox/data/listCache.js";
import { nextToSend, waitAfter } from "../../web/dashboard/areas/inbox/data/outboxOrder.js";
import { highlight, parseSearch } from "../../web/dashboard/areas/inbox/data/searchQuery.js";
import { parseWhen, presets } from "../../web/dashboard/areas/inbox/data/snooze.js";
import { applyMessage, messagesOf, place } from "../../web/dashboard/areas/inbox/data/threadCache.js";
import type { Capabilities, ConversationDto, MessageDto } from "../../web/dashboard/areas/inbox/data/types.js";
import { steady } from "../../web/dashboard/areas/inbox/list/steadyRows.js";
import { isQuiet, kindOf, waysOf } from "../../web/dashboard/areas/inbox/notify/decide.js";

const minute = (n: number) => new Date(Date.UTC(2026, 0, 5, 12, n)).toISOString();

const row = (id: string, at: number, more: Partial<ConversationDto> = {}): ConversationDto => ({
  id,
  channel: "telegram",
  channel_account_id: "cha_1",
  contact: { id: `con_${id}`, name: id },
  status: "open",
  snoozed_until: null,
  assignee_id: null,
  team_id: null,
  labels: [],
  priority: "none",
  blocked: false,
  blocked_by_us: false,
  unread: 0,
  unread_for_me: 0,
  participants: [],
  waiting_since: null,
  last_inbound_at: null,
  last_message: { direction: "in", kind: "text", preview: "", at: minute(at) },
  created_at: minute(0),
  ...more,
});
const pages = (...given: ConversationDto[][]) => ({
  pages: given.map((data, index) => ({ data, next_cursor: index === given.length - 1 ? null : String(index) })),
  pageParams: given.map(() => null),
});
const newest = (a: ConversationDto, b: ConversationDto) => compare("newest", a, b);
const ids = (data: Parameters<typeof rowsOf>[0]) => rowsOf(data).map(({ id }) => id);

const message = (id: string, at: number, more: Partial<MessageDto> = {}): MessageDto =>
  ({
    id,
    conversation_id: "c",
    direction: "in",
    author: { kind: "contact", id: "con", name: null },
    content: { kind: "text", text: id },
    status: "received",
    at: minute(at),
    created_at: minute(at),
    ...more,
  }) as MessageDto;

describe("when something is to come back", () => {
  // A Monday.
  const now = new Date(2026, 0, 5, 10, 30);
  it.each([
    ["tomorrow 9", new Date(2026, 0, 6, 9)],
    ["tomorrow", new Date(2026, 0, 6, 9)],
    ["mon", new Date(2026, 0, 12, 9)],
    ["fri 14:30", new Date(2026, 0, 9, 14, 30)],
    ["in 2h", new Date(2026, 0, 5, 12, 30)],
    ["30m", new Date(2026, 0, 5, 11)],
    ["3d", new Date(2026, 0, 8, 9)],
    ["next week", new Date(2026, 0, 12, 9)],
    ["9am", new Date(2026, 0, 6, 9)],
    ["5pm", new Date(2026, 0, 5, 17)],
    ["tonight", new Date(2026, 0, 5, 20)],
    ["2026-02-01 8:15", new Date(2026, 1, 1, 8, 15)],
    ["mañana 9", new Date(2026, 0, 6, 9)],
    ["morgen 14 Uhr", new Date(2026, 0, 6, 14)],
    ["nächste woche", new Date(2026, 0, 12, 9)],
    ["amanhã", new Date(2026, 0, 6, 9)],
    ["demain 17h30", new Date(2026, 0, 6, 17, 30)],
    ["غدا ٩", new Date(2026, 0, 6, 9)],
  ])("understands %s", (text, at) => {
    expect(parseWhen(text, now)).toEqual(at);
  });
  it.each(["", "soon", "tomorrow 25", "2020-01-01", "-3h", "99999999d x"])(
    "does not pretend to understand %j",
    (text) => {
      expect(parseWhen(text, now)).toBeUndefined();
    },
  );
  it("offers only what is to come", () => {
    for (const { at } of presets(new Date(2026, 0, 5, 23, 50))) expect(at > new Date(2026, 0, 5, 23, 50)).toBe(true);
  });
});

describe("the list", () => {
  const data = pages([row("a", 9), row("b", 8)], [row("c", 7), row("d", 6)]);

  it("moves a row to its place, once", () => {
    expect(ids(applyRow(data, row("d", 10), true, newest))).toEqual(["d", "a", "b", "c"]);
    expect(ids(applyRow(data, row("x", 7.5), true, newest))).toEqual(["a", "b", "x", "c", "d"]);
  });
  it("takes out what does not belong any more, and keeps other pages as they are", () => {
    const after = applyRow(data, row("c", 7), false, newest);
    expect(ids(after)).toEqual(["a", "b", "d"]);
    expect(after.pages[0]).toBe(data.pages[0]);
    expect(applyRow(data, row("z", 1), false, newest)).toBe(data);
  });
  it("leaves what is older than the fetched pages to the next page", () => {
    const more = { ...data, pages: data.pages.map((page) => ({ ...page, next_cursor: "more" })) };
    expect(ids(applyRow(more, row("z", 1), true, newest))).toEqual(["a", "b", "c", "d"]);
    expect(ids(applyRow(data, row("z", 1), true, newest))).toEqual(["a", "b", "c", "d", "z"]);
  });
  it("adds nothing where a row does not tell whether it belongs", () => {
    expect(applyRow(data, row("z", 20), undefined, newest)).toBe(data);
    expect(ids(applyRow(data, row("b", 20), undefined, newest))).toEqual(["b", "a", "c", "d"]);
  });
  it("changes rows in place", () => {
    const after = patchRows(data, new Set(["c"]), (one) => ({ ...one, unread_for_me: 3 }));
    expect(rowsOf(after)[2]!.unread_for_me).toBe(3);
    expect(after.pages[0]).toBe(data.pages[0]);
  });
  it("knows what belongs into a view", () => {
    const mine = row("a", 1, { assignee_id: "me1", waiting_since: minute(1) });
    expect(matches(baseOf("mine"), mine, "me1")).toBe(true);
    expect(matches(baseOf("mine"), mine, "other")).toBe(false);
    expect(matches(baseOf("unassigned"), mine, "me1")).toBe(false);
    expect(matches(baseOf("unattended"), { ...mine, status: "resolved" }, "me1")).toBe(false);
    expect(matches(baseOf("waiting"), row("b", 1), "me1")).toBe(false);
    expect(matches(baseOf("mentions"), mine, "me1")).toBeUndefined();
  });
  it("reads filters from the address, and lets it widen the view", () => {
    expect(queryOf(baseOf("mine"), new URLSearchParams("status=any&label=l&sort=oldest&foo=1"))).toEqual({
      assignee_id: "me",
      label: "l",
      sort: "oldest",
    });
  });
  it("stands still while somebody looks: news are counted, not shown above", () => {
    const rows = [row("x", 12), row("b", 11), row("a", 9), row("c", 7), row("d", 6)];
    const { rows: shown, waiting } = steady(["a", "b", "c"], rows);
    expect(shown.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
    expect(waiting).toBe(2);
    expect(steady(["gone"], rows).rows).toHaveLength(5);
    // Whatever comes in between is counted too, and shown where it belongs when somebody brought it back.
    expect(steady(["b", "d"], rows).waiting).toBe(3);
    expect(steady(["b", "d"], rows, new Set(["a", "c"]))).toMatchObject({ rows: rows.slice(1), waiting: 1 });
  });
});

describe("the thread", () => {
  const data = { pages: [{ data: [message("c", 3), message("b", 2)], next_cursor: "x" }], pageParams: [null] };

  it("puts messages where they belong, once, and nothing above the oldest page", () => {
    const after = applyMessage(applyMessage(data, message("d", 4)), message("d", 4, { status: "read" }));
    expect(messagesOf(after).map(({ id }) => id)).toEqual(["b", "c", "d"]);
    expect(messagesOf(after)[2]!.status).toBe("read");
    expect(messagesOf(applyMessage(data, message("a", 1))).map(({ id }) => id)).toEqual(["b", "c"]);
  });
  it("moves a message whose time changed", () => {
    expect(messagesOf(applyMessage(data, message("b", 9))).map(({ id }) => id)).toEqual(["c", "b"]);
  });
  it("groups what one person wrote within three minutes", () => {
    const placed = place([message("a", 0), message("b", 2), message("c", 6), message("d", 6, { direction: "out" })]);
    expect(placed.map(({ day, first, last }) => [day, first, last])).toEqual([
      [true, true, false],
      [false, false, true],
      [false, true, true],
      [false, true, true],
    ]);
  });
});

describe("the outbox", () => {
  const entry = (
    id: string,
    conversationId: string,
    createdAt: number,
    state: "waiting" | "sending" | "failed" | "overtaken",
  ) => ({
    id,
    conversationId,
    createdAt,
    state,
  });
  it("sends in order within a conversation, and side by side otherwise", () => {
    const next = nextToSend([
      entry("2", "a", 2, "waiting"),
      entry("1", "a", 1, "waiting"),
      entry("3", "b", 3, "waiting"),
      entry("4", "c", 1, "sending"),
      entry("5", "c", 2, "waiting"),
    ]);
    expect(next.map(({ id }) => id)).toEqual(["1", "3"]);
  });
  it("lets what failed be passed, and waits for an answer where somebody else replied", () => {
    const next = nextToSend([
      entry("1", "a", 1, "failed"),
      entry("2", "a", 2, "waiting"),
      entry("3", "b", 1, "overtaken"),
      entry("4", "b", 2, "waiting"),
    ]);
    expect(next.map(({ id }) => id)).toEqual(["2"]);
  });
  it("waits longer with every try, to a limit", () => {
    expect([1, 2, 3, 20].map(waitAfter)).toEqual([2_000, 4_000, 8_000, 30_000]);
  });
});

describe("search", () => {
  const known = {
    members: [{ id: "mem_1", name: "Ána Silva", active: true }],
    labels: [{ id: "lbl_1", name: "Very important", color: "#000000", created_at: minute(0) }],
    channels: [{ id: "cha_1", name: "Shop bot", kind: "telegram" }],
  };
  it("reads operators, by name, with quotes, and says what it does not know", () => {
    const now = new Date(2026, 0, 8, 12);
    expect(
      parseSearch(
        'refund from:ana in:telegram is:open label:"very important" after:2026-01-02 from:nobody order',
        known,
        now,
      ),
    ).toEqual({
      q: "refund order",
      from: "mem_1",
      in: "telegram",
      is: "open",
      label: "lbl_1",
      since: new Date(2026, 0, 2).toISOString(),
      unknown: ["from:nobody"],
    });
    expect(parseSearch("https://x.test in:Shop", known, now)).toMatchObject({ q: "https://x.test", in: "cha_1" });
  });
  it("marks words without reading them as a pattern", () => {
    expect(highlight("a (b) c", "(b)")).toEqual([
      { text: "a ", hit: false },
      { text: "(b)", hit: true },
      { text: " c", hit: false },
    ]);
  });
});

describe("the composer", () => {
  const can = {
    text: { max: 10, unit: "utf16", entities: false },
    caption: { max: 5 },
    sends: ["text", "media", "album"],
    media: { image: { maxBytes: 100, mimes: ["image/png"] }, document: { maxBytes: 1_000 } },
    album: { min: 2, max: 3 },
  } as unknown as Capabilities;
  const file = (role: "image" | "document") =>
    ({ role, attachment: { id: role, name: null, mime: null } }) as unknown as Parameters<typeof contentsOf>[1][number];

  it("counts as the channel does", () => {
    expect([lengthOf("é👍", "utf16"), lengthOf("é👍", "characters"), lengthOf("é👍", "bytes")]).toEqual([3, 2, 6]);
  });
  it("checks files before they go up, and falls back to a document", () => {
    expect(checkFile({ type: "image/png", size: 50 }, can)).toEqual({ ok: true, role: "image" });
    expect(checkFile({ type: "image/tiff", size: 50 }, can)).toEqual({ ok: true, role: "document" });
    expect(checkFile({ type: "video/mp4", size: 5_000 }, can)).toEqual({ ok: false, why: "size", maxBytes: 1_000 });
    expect(checkFile({ type: "image/png", size: 0 }, can)).toEqual({ ok: false, why: "empty" });
  });
  it("makes an album of pictures, a caption where it fits, and messages of the rest", () => {
    const kinds = (text: string, files: Parameters<typeof contentsOf>[1]) =>
      contentsOf(text, files, can).map(({ send }) => `${send.kind}${"caption" in send && send.caption ? "+" : ""}`);
    expect(kinds("hi", [])).toEqual(["text"]);
    expect(kinds("hi", [file("image"), file("image")])).toEqual(["album+"]);
    expect(kinds("longer text", [file("image")])).toEqual(["text", "media"]);
    expect(kinds("hi", [file("document"), file("image")])).toEqual(["media+", "media"]);
    expect(kinds("", [])).toEqual([]);
  });
  it("finds what is being typed, and only there", () => {
    expect(tokenAt("/he", 3, false)).toEqual({ kind: "canned", query: "he", from: 0 });
    expect(tokenAt("and/or", 6, false)).toBeUndefined();
    expect(tokenAt("hi @An", 6, true)).toEqual({ kind: "mention", query: "An", from: 3 });
    expect(tokenAt("hi @An", 6, false)).toBeUndefined();
    expect(tokenAt("at 10:30", 8, false)).toBeUndefined();
    expect(tokenAt("so :smi", 7, false)).toEqual({ kind: "emoji", query: "smi", from: 3 });
  });
  it("mentions whom the note names, the longer name first", () => {
    const members = [
      { id: "1", name: "Ana" },
      { id: "2", name: "Ana Maria" },
    ];
    expect(mentionsIn("hey @Ana Maria", members)).toEqual(["2"]);
    expect(mentionsIn("hey @Ana and @Ana Maria", members).sort()).toEqual(["1", "2"]);
  });
});

describe("notifications", () => {
  const event = (type: string, data: Record<string, unknown>) => ({
    seq: 1,
    id: "e",
    type,
    at: minute(0),
    conversation_id: "c",
    data,
  });
  const preferences = { notifications: {}, sound: "assigned" as const, sound_only_inactive: true, quiet_hours: null };

  it("tells what concerns me, and not what I did myself", () => {
    const mine = { assignee_id: "me", participants: [] };
    expect(kindOf(event("message.received", {}), "me", mine)).toBe("message_assigned");
    expect(kindOf(event("message.received", {}), "me", { assignee_id: null, participants: ["me"] })).toBe(
      "message_participating",
    );
    expect(kindOf(event("message.received", {}), "me", { assignee_id: null, participants: [] })).toBeUndefined();
    expect(kindOf(event("conversation.assigned", { assignee_id: "me", by_id: "x" }), "me", undefined)).toBe("assigned");
    expect(kindOf(event("conversation.assigned", { assignee_id: "me", by_id: "me" }), "me", undefined)).toBeUndefined();
    expect(kindOf(event("note.created", { mentions: ["me"], by_id: "x" }), "me", undefined)).toBe("mention");
  });
  it("keeps quiet when it should", () => {
    expect(waysOf("mention", preferences, { active: true, quiet: false })).toEqual({
      app: true,
      sound: false,
      push: false,
    });
    expect(waysOf("mention", preferences, { active: false, quiet: false })).toEqual({
      app: true,
      sound: true,
      push: true,
    });
    expect(waysOf("mention", preferences, { active: false, quiet: true })).toEqual({
      app: true,
      sound: false,
      push: false,
    });
    expect(waysOf("created", preferences, { active: false, quiet: false }).sound).toBe(false);
  });
  it("knows quiet hours over midnight", () => {
    const at = (hours: number) => new Date(2026, 0, 5, hours);
    expect([22, 3, 12].map((hour) => isQuiet({ from: "20:00", to: "07:00" }, at(hour)))).toEqual([true, true, false]);
    expect([9, 18].map((hour) => isQuiet({ from: "08:00", to: "17:00" }, at(hour)))).toEqual([true, false]);
  });
});

describe("formatting", () => {
  it("is read from what is written, and written again for an edit", () => {
    const written = "**Bold _and more_** ~~gone~~ `x_y_z` snake_case_name https://a.example/_b_ 2 ** 3 ** 4";
    const { text, entities } = parseMarkup(written);
    expect(text).toBe("Bold and more gone x_y_z snake_case_name https://a.example/_b_ 2 ** 3 ** 4");
    expect(entities.map(({ kind, offset, length }) => [kind, text.slice(offset, offset + length)])).toEqual([
      ["bold", "Bold and more"],
      ["italic", "and more"],
      ["strikethrough", "gone"],
      ["code", "x_y_z"],
    ]);
    expect(markupOf(text, entities)).toBe(written);
  });

  it("goes around what is selected, and away again", () => {
    const once = toggled("a word here", 2, 6, "bold");
    expect(once).toEqual({ text: "a **word** here", start: 4, end: 8 });
    expect(toggled(once.text, once.start, once.end, "bold")).toEqual({ text: "a word here", start: 2, end: 6 });
  });

  it("is sent only where the channel shows it", () => {
    const can = {
      text: { max: 100, unit: "utf16", entities: true },
      caption: null,
      album: null,
    } as unknown as Capabilities;
    expect(contentsOf("a **b**", [], can)[0]!.send).toEqual({
      kind: "text",
      text: "a b",
      entities: [{ kind: "bold", offset: 2, length: 1 }],
    });
    const plain = { ...can, text: { ...can.text, entities: false } };
    expect(contentsOf("a **b**", [], plain)[0]!.send).toEqual({ kind: "text", text: "a **b**" });
  });
});
