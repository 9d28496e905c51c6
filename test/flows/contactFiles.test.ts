import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { ImportLineDto, ImportPreviewDto } from "../../src/wire/contactFiles.js";
import { eventually } from "../support/gateway.js";
import { openMetaShop, type MetaShop } from "../support/metaShop.js";

interface Contact {
  id: string;
  name: string | null;
  language: string | null;
  attributes: Record<string, string | number | boolean>;
  identities: { aliases: { kind: string; value: string }[] }[];
}
interface Problem {
  code: string;
  reason?: string;
  line?: number;
}
type Sum = Omit<ImportLineDto, "finished"> & { status: number; problem: Problem };

const columns = ["name", "phone", "email", "language", "attribute:tier"];
const heading = "Name,Phone,E-mail,Language,Tier\n";

/** Contacts from a file and into one, through the API. */
describe("a file of contacts", () => {
  let shop: MetaShop;
  beforeAll(async () => {
    shop = await openMetaShop();
  }, 60_000);
  afterAll(() => shop.close());

  async function post(path: string, body: string | Uint8Array, type = "text/csv") {
    const response = await fetch(`${shop.gateway.url}/api/v1/contacts/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${shop.gateway.first!.apiKey}`, "content-type": type },
      body: body as string,
    });
    return { status: response.status, text: await response.text() };
  }
  async function load(file: string | Uint8Array, given: readonly string[] = columns, more = ""): Promise<Sum> {
    const query = given.map((one) => `column=${encodeURIComponent(one)}`).join("&");
    const { status, text } = await post(`imports?${query}${more}`, file);
    if (status !== 200) return { status, problem: JSON.parse(text) as Problem } as Sum;
    const lines = text.trim().split("\n");
    const said = lines.map((line) => JSON.parse(line) as ImportLineDto);
    expect(said.at(-1)!.finished).toBe(true);
    return { ...said.at(-1)!, status, refused: said.flatMap((line) => line.refused) } as unknown as Sum;
  }
  const look = async (file: string | Uint8Array) => {
    const { status, text } = await post("imports/preview", file);
    return { status, body: JSON.parse(text) as ImportPreviewDto & Problem };
  };
  const file = async (filters: unknown = {}) => {
    const { status, text } = await post("exports", JSON.stringify({ filters }), "application/json");
    expect(status).toBe(200);
    return text;
  };
  const contacts = async (query = "") => {
    const { body } = await shop.api<{ data: Contact[] }>("GET", `/api/v1/contacts?limit=100${query}`);
    return body.data;
  };
  const named = async (name: string) => (await contacts()).filter((one) => one.name === name);

  it("is looked at first: what separates its cells, what its columns seem to hold, whether it has headings", async () => {
    const { body } = await look(
      "\uFEFFVollständiger Name;Handy;E-Mail-Adresse;Kunden Stufe;Name\nAda;+49 30 901820;ada@example.org;gold;x\n",
    );
    expect(body).toMatchObject({ delimiter: ";", headings: true, rows: 1 });
    expect(body.columns.map(({ target }) => target)).toEqual([
      "name",
      "phone",
      "email",
      "attribute:Kunden_Stufe",
      "skip",
    ]);
    const bare = await look("Ada\t+49 30 901820\tada@example.org\nBo\t+49 30 901821\tbo@example.org\n");
    expect(bare.body).toMatchObject({ delimiter: "\t", headings: false, rows: 2 });
    expect(bare.body.columns.map(({ target }) => target)).toEqual(["skip", "phone", "email"]);
  });

  it("says in a dry run what would happen, and writes nothing", async () => {
    const rows = `${heading}Ada,+49 30 901820,ada@example.org,de,gold\n"Bo\nLind",,bo@example.org,,\nCy,12,,,\nDee,,,en,\nEve,,nobody,,\nAda again,+4930901820,,,\nFay,+49 30 901829,,German!,\n`;
    const said = await load(rows, columns, "&dry_run=true");
    expect(said).toMatchObject({ rows: 7, done: 7, created: 2, changed: 0, unchanged: 0 });
    expect(said.refused).toEqual([
      { row: 4, reason: "phone_unreadable", column: 1 },
      { row: 5, reason: "not_reachable", column: null },
      { row: 6, reason: "email_unreadable", column: 2 },
      { row: 7, reason: "repeats_row", column: null },
      { row: 8, reason: "language_unreadable", column: 3 },
    ]);
    expect(await contacts()).toEqual([]);
    expect(await load(rows)).toMatchObject({ created: 2 });
    expect(await named("Bo\nLind")).toMatchObject([{ attributes: { email: "bo@example.org" } }]);
    // The same file again changes nothing.
    expect(await load(rows)).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    expect(await contacts()).toHaveLength(2);
  });

  it("changes who is known by a number or an address, whoever wrote to us or was added by hand", async () => {
    shop.graph.customer({ id: "4930901830", name: "Gil" }, shop.number).write("hello from Gil");
    await shop.conversationSaying("hello from Gil");
    expect((await named("Gil"))[0]!.identities).toHaveLength(1);
    const added = await shop.api<Contact>("POST", "/api/v1/contacts", {
      name: "Hal",
      attributes: { phone: "+49 (30) 901-840", visits: 3 },
    });
    const rows = `Name,Phone,Visits,Note\nHal Berg,004930901840,3,"=1+1"\nGil Moss,+49 30 901830,,\n`;
    const mapping = ["name", "phone", "attribute:visits", "attribute:note"];
    expect(await load(rows, mapping)).toMatchObject({ created: 0, changed: 2 });
    // The number they write from is known already: it is not written down a second time.
    expect(await named("Gil Moss")).toMatchObject([{ attributes: {}, identities: [{}] }]);
    const [hal] = await named("Hal Berg");
    expect(hal).toMatchObject({
      id: added.body.id,
      attributes: { phone: "+49 (30) 901-840", visits: 3, note: "=1+1" },
    });
    expect(await load(rows, mapping)).toMatchObject({ changed: 0, unchanged: 2 });
    // Nobody ever wrote from it, and yet the number is found.
    expect((await contacts("&q=840")).map(({ name }) => name)).toEqual(["Hal Berg"]);
  });

  it("is refused row by row where two are meant, or nobody", async () => {
    await load(`${heading}Ida,+49 30 901850,,,\nJon,,jon@example.org,,\n`);
    const said = await load(`${heading}Both,+49 30 901850,jon@example.org,,\n`);
    expect(said.refused).toEqual([{ row: 2, reason: "several_contacts", column: null }]);
    const unknown = await load("ID,Name\nctc_nobody,Kit\n", ["id", "name"]);
    expect(unknown.refused).toEqual([{ row: 2, reason: "id_unknown", column: 0 }]);
    const [ida] = await named("Ida");
    expect(await load(`ID,Name\n${ida!.id},Ida Bell\n`, ["id", "name"])).toMatchObject({ changed: 1 });
  });

  it("comes out as it goes in: a round trip changes nothing, and no cell is a formula", async () => {
    const odd = [
      "=cmd|' /C calc'!A0",
      "+1+1",
      "-2",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      "'=quoted",
      "''=twice",
      '<script>alert("1")</script>',
      " spaced ",
    ];
    for (const [index, value] of odd.entries()) {
      await shop.api("POST", "/api/v1/contacts", {
        name: index % 2 ? null : "=HYPERLINK(1)",
        attributes: { email: `odd${index}@example.org`, odd: value },
      });
    }
    const before = await contacts();
    const text = await file();
    const cells = text.slice(1).split(/\r\n|,|;/);
    expect(cells.filter((cell) => /^"?[=+\-@\t\r]/.test(cell))).toEqual([]);
    const { body } = await look(text);
    const mapping = body.columns.map(({ target }) => (target === "attribute:channels" ? "skip" : target));
    expect(mapping).toContain("id");
    expect(await load(text, mapping)).toMatchObject({ created: 0, changed: 0, unchanged: before.length, refused: [] });
    // In another workspace nobody is known by our ids; without them everybody is made anew, to the letter.
    const other = await shop.gateway.services.identity.createWorkspace("Elsewhere");
    const query = mapping.map((one) => `column=${encodeURIComponent(one === "id" ? "skip" : one)}`).join("&");
    const there = { authorization: `Bearer ${other.apiKey}` };
    await fetch(`${shop.gateway.url}/api/v1/contacts/imports?${query}`, {
      method: "POST",
      headers: there,
      body: text,
    }).then((one) => one.text());
    const list = (await (await fetch(`${shop.gateway.url}/api/v1/contacts?limit=100`, { headers: there })).json()) as {
      data: Contact[];
    };
    for (const [index, value] of odd.entries()) {
      const copy = list.data.find(({ attributes }) => attributes.email === `odd${index}@example.org`);
      expect([value, copy?.attributes.odd]).toEqual([value, value]);
    }
  });

  it("is found again by segments: attributes, language, channel, time, words, each by an index", async () => {
    const by = async (query: string) => (await contacts(query)).map(({ name }) => name);
    expect(await by("&attribute=tier&attribute_value=GOLD")).toEqual(["Ada"]);
    expect(await by("&attribute=tier&attribute_value=silver")).toEqual([]);
    expect(await by("&attribute=tier&language=de&q=ada")).toEqual(["Ada"]);
    expect(await by("&language=de")).toEqual(["Ada"]);
    expect(await by("&channel=telegram")).toEqual([]);
    expect(await by("&channel=whatsapp")).toEqual(["Gil Moss"]);
    expect(await by("&blocked=true")).toEqual([]);
    expect((await by("&blocked=false")).length).toBe((await by("")).length);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect(await by(`&added_after=${soon}`)).toEqual([]);
    expect((await by(`&added_before=${soon}&changed_before=${soon}`)).length).toBe((await by("")).length);
    const refused = await shop.api<Problem>("GET", "/api/v1/contacts?attribute_value=x");
    expect(refused.status).toBe(422);
    const kept = await shop.api<{ id: string }>("POST", "/api/v1/contact-segments", {
      name: "Gold",
      filters: { attribute: "tier", attribute_value: "gold" },
    });
    expect(kept.status).toBe(201);
    const list = await shop.api<{ data: { name: string; filters: unknown }[] }>("GET", "/api/v1/contact-segments");
    expect(list.body.data).toMatchObject([{ name: "Gold", filters: { attribute: "tier", attribute_value: "gold" } }]);
    const gold = await file({ attribute: "tier", attribute_value: "gold" });
    expect(gold.trim().split("\r\n")).toHaveLength(2);
  });

  it("shows who shares a number or an address with somebody", async () => {
    const make = async (name: string) =>
      (await shop.api<Contact>("POST", "/api/v1/contacts", { name, attributes: { email: "Twin@example.org" } })).body
        .id;
    const [one, two] = [await make("Twin One"), await make("Twin Two")];
    const alike = async (id: string) =>
      (await shop.api<{ data: Contact[] }>("GET", `/api/v1/contacts/${id}/duplicates`)).body.data.map(
        (other) => other.id,
      );
    expect(await alike(one)).toEqual([two]);
    await shop.api("POST", `/api/v1/contacts/${one}/merge`, { from: two });
    expect(await alike(one)).toEqual([]);
    // Whoever was merged away stands for who they were found to be.
    const said = await load(`${heading}Twin,,twin@example.org,,\n`);
    expect(said).toMatchObject({ created: 0, changed: 1, refused: [] });
    expect(await named("Twin")).toMatchObject([{ id: one }]);
  });

  const text = (value: string) => new TextEncoder().encode(value);
  const hostile: [string, string | Uint8Array, string][] = [
    ["in UTF-16", new Uint8Array([0xff, 0xfe, ...Buffer.from(`${heading}A,,a@b.co,,\n`, "utf16le")]), "csv_not_utf8"],
    ["in Latin-1", Buffer.from(`${heading}Zoë,,z@b.co,,\n`, "latin1"), "csv_not_utf8"],
    ["with NUL bytes", text(`${heading}A\u0000,,a@b.co,,\n`), "csv_not_text"],
    [
      "that is a picture",
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
      "csv_not_text",
    ],
    ["with a cell of a megabyte", `${heading}${"x".repeat(1_048_576)},,a@b.co,,\n`, "csv_row_too_long"],
    ["with a quotation mark left open", `${heading}A,,a@b.co,,\n"B,,b@b.co,,\n`, "csv_unreadable"],
    [
      "of 20,001 rows",
      heading + Array.from({ length: 20_001 }, (_, n) => `N,,n${n}@b.co,,\n`).join(""),
      "csv_rows_most",
    ],
    ["of 101 columns", `${",".repeat(100)}x\n`, "csv_columns_most"],
    ["with headings only", heading, "csv_empty"],
    ["of nothing but empty lines", "\n\n\n", "csv_empty"],
  ];
  it.each(hostile)(
    "is refused as a whole %s, with the reason, and nothing is written",
    async (_what, bytes, reason) => {
      const before = (await contacts()).length;
      const { status, problem } = await load(bytes);
      expect([status, problem.reason]).toEqual([422, reason]);
      expect((await contacts()).length).toBe(before);
    },
    60_000,
  );

  it("is refused when it is larger than 10 MB, when columns are meant twice, and when nobody could be told apart", async () => {
    const { status } = await look(new Uint8Array(10 * 1024 * 1024 + 1).fill(65));
    expect(status).toBe(413);
    const rows = `${heading}A,,a@b.co,,\n`;
    for (const wrong of [
      ["name", "email", "email", "skip", "skip"],
      ["name", "skip", "skip", "skip", "skip"],
      ["email"],
    ]) {
      expect((await load(rows, wrong)).problem).toMatchObject({ code: "unprocessable", reason: "csv_columns_wrong" });
    }
    expect((await load(rows, ["attribute:__proto__", "email", "skip", "skip", "skip"])).status).toBe(400);
  });

  it("of 5,000 rows goes in once, also when it is sent twice at the same time, and is written down", async () => {
    const rows = heading + Array.from({ length: 5_000 }, (_, n) => `Many ${n},,many${n}@example.org,,\n`).join("");
    const [one, two] = await Promise.all([load(rows), load(rows)]);
    expect(one.created + two.created).toBe(5_000);
    expect([one.refused, two.refused]).toEqual([[], []]);
    expect(await load(rows)).toMatchObject({ created: 0, changed: 0, unchanged: 5_000 });
    // Written down once the stream has ended, which its reader may know a moment earlier.
    const entry = await eventually("the line in the audit log", async () => {
      const { body } = await shop.api<{ data: { action: string; details: Record<string, unknown> }[] }>(
        "GET",
        "/api/v1/audit-log?action=contacts.imports",
      );
      return body.data.find(({ details }) => details.rows === 5_000 && details.created === 0);
    });
    expect(entry).toMatchObject({ action: "contacts.imports", details: { done: 5_000, changed: 0 } });
  }, 240_000);
});
