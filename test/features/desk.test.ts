import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import type { Refusal } from "../../src/core/errors.js";
import { apiOf } from "../support/gateway.js";
import { openOffice, type Office, type Person, type SeenConversation } from "../support/desk.js";
import type { ConversationView, Page, ProblemView } from "../support/telegramShop.js";

describe("what agents keep at hand", () => {
  let office: Office;
  let ann: Person;
  let ben: Person;
  let viewer: Person;
  let conversation: ConversationView;
  let stranger: ReturnType<typeof apiOf>;

  beforeAll(async () => {
    office = await openOffice({ token: "210500:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "desk_bot" });
    ann = await office.hire("Ann Agent");
    ben = await office.hire("Ben Agent");
    viewer = await office.hire("Vic Viewer", "viewer");
    conversation = await office.writes(401, "Sina", "hello desk");
    const other = await office.gateway.services.identity.createWorkspace("Elsewhere");
    stranger = apiOf(office.gateway.url, other.apiKey);
  });
  afterAll(() => office.close());

  describe("saved views", () => {
    interface View {
      id: string;
      name: string;
      shared: boolean;
      filters: Record<string, unknown>;
    }
    const views = async (who: Person) =>
      (await who.call<{ data: View[] }>("GET", "/views")).body.data.map((one) => one.name);

    it("are seen by whom they are for, counted, changed and deleted", async () => {
      const made = await ann.call<View>("POST", "/views", {
        name: "Mine, urgent",
        filters: { assignee_id: "me", status: "open" },
        sort: "priority",
      });
      expect(made).toMatchObject({ status: 201, body: { shared: false } });
      const shared = await ann.call<View>("POST", "/views", {
        name: "Waiting",
        shared: true,
        filters: { unattended: true },
      });
      expect(await views(ann)).toEqual(["Mine, urgent", "Waiting"]);
      expect(await views(ben)).toEqual(["Waiting"]);
      interface Counts {
        views: Record<string, { count: number }>;
      }
      const counts = (await ann.call<Counts>("GET", "/inbox/counts")).body.views;
      expect(counts).toEqual({
        [made.body.id]: { count: 0, more: false },
        [shared.body.id]: { count: 1, more: false },
      });
      expect((await ben.call("PATCH", `/views/${made.body.id}`, { name: "x" })).status).toBe(404);
      expect((await ben.call<View>("PATCH", `/views/${shared.body.id}`, { name: "Waits" })).body.name).toBe("Waits");
      expect((await viewer.call("DELETE", `/views/${shared.body.id}`)).status).toBe(403);
      expect((await stranger("DELETE", `/api/v1/views/${shared.body.id}`)).status).toBe(404);
      expect((await ann.call("DELETE", `/views/${made.body.id}`)).status).toBe(204);
      expect(await views(ann)).toEqual(["Waits"]);
      const odd = await ann.call("POST", "/views", { name: "x", filters: { $where: "1" } });
      expect(odd.status).toBe(400);
    });
  });

  describe("canned replies", () => {
    interface Canned {
      id: string;
      uses: number;
      text: string;
    }
    interface Rendered {
      text: string;
      missing: string[];
    }
    const render = (body: Record<string, unknown>, who = ann) =>
      who.call<Rendered & ProblemView>("POST", "/canned-replies/render", { conversation_id: conversation.id, ...body });

    it("are kept once for a shortcut and language, and counted when used", async () => {
      const hi = {
        shortcut: "Hi",
        name: "Greeting",
        text: "Hi {{ contact.first_name }}, I am {{ agent.first_name }}.",
      };
      const made = await ann.call<Canned>("POST", "/canned-replies", hi);
      expect(made).toMatchObject({ status: 201, body: { shortcut: "hi", uses: 0, language: null } });
      expect((await ben.call("POST", "/canned-replies", hi)).status).toBe(409);
      expect((await ben.call("POST", "/canned-replies", { ...hi, language: "de" })).status).toBe(201);
      expect((await render({ id: made.body.id })).body).toEqual({ text: "Hi Sina, I am Ann.", missing: [] });
      expect((await render({ id: made.body.id }, ben)).body.text).toBe("Hi Sina, I am Ben.");
      const [first] = (await ann.call<{ data: Canned[] }>("GET", "/canned-replies")).body.data;
      expect(first!.uses).toBe(2);
      expect((await stranger("PATCH", `/api/v1/canned-replies/${made.body.id}`, { name: "x" })).status).toBe(404);
      expect(
        (
          await stranger("POST", "/api/v1/canned-replies/render", {
            id: made.body.id,
            conversation_id: conversation.id,
          })
        ).status,
      ).toBe(404);
      expect((await ann.call("DELETE", `/canned-replies/${made.body.id}`)).status).toBe(204);
      expect((await render({ id: made.body.id })).status).toBe(404);
    });

    it("name what nothing is known for, unless the text says what stands there instead", async () => {
      await ann.call("PATCH", `/contacts/${conversation.contact.id}`, { attributes: { plan: "gold" } });
      const text =
        "{{ contact.attributes.plan }} {{ contact.attributes.city }} {{ nobody.here }} {{ contact.attributes.x | default: 'there' }}";
      expect((await render({ text })).body).toEqual({
        text: "gold   there",
        missing: ["contact.attributes.city", "nobody"],
      });
      expect((await render({ text: "{% if contact.name == 'Sina' %}yes{% else %}no{% endif %}" })).body.text).toBe(
        "yes",
      );
    });

    it("do nothing but put words together", async () => {
      const hostile = [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% include 'x' %}",
        "{% render '/etc/passwd' %}",
        "{% layout 'x' %}",
        "{{ 'x' | repeat: 100000000 }}",
        "{{ contact.name | append: 'x' }}",
        "{{ 'a' | where: 'b' }}",
        "{{ contact",
        "{% if %}",
        "{{ (1..100000000) | size }}",
        "{{ (1..100000000) }}",
      ];
      for (const text of hostile) expect([text, (await render({ text })).status]).toEqual([text, 422]);
      for (const name of ["constructor", "__proto__", "constructor.constructor", "prototype", "toString", "values"]) {
        const { status, body } = await render({ text: `[{{ contact.${name} }}]` });
        expect([name, status, body.text, body.missing.length]).toEqual([name, 200, "[]", 1]);
      }
      const script = "<script>alert(1)</script>";
      expect((await render({ text: `${script}{{ contact.name }}` })).body.text).toBe(`${script}Sina`);
      expect((await ann.call("POST", "/canned-replies", { shortcut: "bad", name: "x", text: "{{ oops" })).status).toBe(
        422,
      );
    });
  });

  describe("macros", () => {
    interface Macro {
      id: string;
    }
    interface Run {
      steps: { kind: string; ok: boolean; problem: string | null; refusal: Refusal | null }[];
    }
    const make = async (actions: unknown[], more = {}) =>
      (await ann.call<Macro>("POST", "/macros", { name: "Do it", actions, ...more })).body.id;
    const run = async (id: string, who = ann) =>
      (await who.call<Run>("POST", `/conversations/${conversation.id}/macros/${id}`)).body.steps;

    it("do several things in order", async () => {
      const label = (await office.api<{ id: string }>("POST", "/api/v1/labels", { name: "done" })).body.id;
      const id = await make([
        { kind: "reply", text: "Bye {{ contact.first_name }}" },
        { kind: "note", text: "closed by {{ agent.name }}" },
        { kind: "assign", assignee_id: "me" },
        { kind: "labels", add: [label] },
        { kind: "priority", priority: "low" },
        { kind: "status", status: "snoozed", snooze_minutes: 60 },
      ]);
      const steps = await run(id);
      expect(steps.map(({ kind, ok }) => [kind, ok])).toEqual(
        ["reply", "note", "assign", "labels", "priority", "status"].map((kind) => [kind, true]),
      );
      const now = (await ann.call<SeenConversation>("GET", `/conversations/${conversation.id}`)).body;
      expect(now).toMatchObject({ assignee_id: ann.memberId, labels: [label], priority: "low", status: "snoozed" });
      const texts = (await office.thread(conversation.id)).map((one) => one.content.text);
      expect(texts).toEqual(expect.arrayContaining(["Bye Sina", "closed by Ann Agent"]));
    });

    it("stop at what cannot be done, and say why", async () => {
      const id = await make([
        { kind: "reply", text: "Dear {{ contact.attributes.title }}" },
        { kind: "status", status: "resolved" },
      ]);
      const steps = await run(id);
      expect(steps.map(({ ok }) => ok)).toEqual([false, false]);
      expect(steps[0]!.problem).toContain("contact.attributes.title");
      expect(steps.map(({ refusal }) => refusal)).toEqual([
        {
          code: "unprocessable",
          reason: "variables_unknown",
          params: { names: "contact.attributes.title" },
        },
        null,
      ]);
      expect((await ann.call<SeenConversation>("GET", `/conversations/${conversation.id}`)).body.status).toBe(
        "snoozed",
      );
    });

    it("are seen and run only by whom they are for", async () => {
      const id = await make([{ kind: "priority", priority: "none" }], { shared: false });
      const list = async (who: Person) => (await who.call<{ data: Macro[] }>("GET", "/macros")).body.data;
      expect((await list(ann)).some((one) => one.id === id)).toBe(true);
      expect((await list(ben)).some((one) => one.id === id)).toBe(false);
      const path = `/conversations/${conversation.id}/macros/${id}`;
      expect((await ben.call("POST", path)).status).toBe(404);
      expect((await viewer.call("POST", path)).status).toBe(403);
      expect((await stranger("POST", `/api/v1${path}`)).status).toBe(404);
      expect((await ann.call("PATCH", `/macros/${id}`, { shared: true })).status).toBe(200);
      expect((await list(ben)).some((one) => one.id === id)).toBe(true);
      expect((await ann.call("DELETE", `/macros/${id}`)).status).toBe(204);
    });
  });

  describe("drafts", () => {
    interface Draft {
      text: string;
      updated_at: string;
      mode: string;
    }
    const path = () => `/conversations/${conversation.id}/draft`;
    const put = (who: Person, text: string, more = {}) =>
      who.call<Draft & ProblemView & { draft?: Draft }>("PUT", path(), { mode: "reply", text, ...more });

    it("are each writer's own, sealed, and gone when thrown away", async () => {
      expect((await ann.call<Draft | null>("GET", path())).body).toBeNull();
      await put(ann, "a quiet zebra");
      await put(ben, "something else", { mode: "note" });
      expect((await ann.call<Draft>("GET", path())).body).toMatchObject({ text: "a quiet zebra", mode: "reply" });
      expect((await ben.call<Draft>("GET", path())).body).toMatchObject({ text: "something else", mode: "note" });
      const drafts = await ann.call<{ data: { conversation_id: string }[] }>("GET", "/drafts");
      expect(drafts.body.data.map((one) => one.conversation_id)).toEqual([conversation.id]);
      expect((await stranger("GET", `/api/v1${path()}`)).status).toBe(404);
      expect((await stranger("PUT", `/api/v1${path()}`, { mode: "reply", text: "x" })).status).toBe(404);

      const client = await MongoClient.connect(office.stores.mongoUri);
      for (const name of ["drafts", "canned_replies", "macros", "contact_notes"]) {
        const rows = await client.db(office.stores.database).collection(name).find().hint({ _id: 1 }).toArray();
        const bytes = Buffer.concat(rows.flatMap((row) => Object.values(row)).map((value: unknown) => plain(value)));
        for (const words of ["zebra", "Bye", "closed by", "I am"]) expect(bytes.includes(words)).toBe(false);
      }
      await client.close();
      expect(office.gateway.lines.join("")).not.toContain("zebra");
      expect((await ann.call("DELETE", path())).status).toBe(204);
      expect((await ann.call<Draft | null>("GET", path())).body).toBeNull();
      expect((await ben.call<Draft>("GET", path())).body.text).toBe("something else");
    });

    it("do not write over what another device wrote meanwhile, when they say from where they go on", async () => {
      const first = await put(ann, "on the phone", { updated_at: null });
      expect(first.status).toBe(200);
      const desk = await put(ann, "on the desk", { updated_at: first.body.updated_at });
      expect(desk.status).toBe(200);
      const late = await put(ann, "on the phone, later", { updated_at: "2020-01-01T00:00:00.000Z" });
      expect(late).toMatchObject({ status: 409, body: { reason: "newer_draft", draft: { text: "on the desk" } } });
      expect((await put(ann, "whatever")).status).toBe(200);
      expect((await put(ann, "x".repeat(100_001))).status).toBe(400);
      expect((await put(ann, "y".repeat(100_000))).status).toBe(200);
    });
  });

  it("is served page by page like everything else", async () => {
    const page = await ann.call<Page<ConversationView>>("GET", "/conversations?assignee_id=me");
    expect(page.body.data.map((one) => one.id)).toEqual([conversation.id]);
  });
});

/** What a value of a row holds, as bytes. */
function plain(value: unknown): Buffer {
  if (typeof value === "object" && value !== null && "buffer" in value) return Buffer.from(value.buffer as Uint8Array);
  return Buffer.from(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}
