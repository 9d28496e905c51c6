import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { MongoClient, type Db } from "mongodb";
import { startGraphSimulator, type Account, type GraphSimulator } from "../../simulator/graph/index.js";
import { apiOf, eventually, startGateway } from "../support/gateway.js";
import { testStores } from "../support/stores.js";

interface Contact {
  id: string;
  name: string | null;
  updated_at: string;
}

/** Every row, along the index of ids. */
const all = { _id: { $gt: "" } as never };

/** Contacts as versions before there were segments left them, and what becomes of them. */
describe("contacts of earlier versions", () => {
  const stores = testStores();
  const masterKey = randomBytes(32).toString("base64");
  let graph: GraphSimulator;
  let number: Account;
  let mongo: MongoClient;
  let db: Db;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let api: ReturnType<typeof apiOf>;
  let apiKey: string;

  const start = async () => {
    gateway = await startGateway({ ...stores, masterKey, graphApiRoot: graph.apiRoot });
    apiKey ??= gateway.first!.apiKey;
    api = apiOf(gateway.url, apiKey);
  };
  const list = async (query: string) => {
    const { body } = await api<{ data: Contact[] }>("GET", `/api/v1/contacts?limit=100&${query}`);
    return body.data.map(({ name }) => name).sort();
  };
  const made = async (name: string, attributes: Record<string, string>) => {
    const { status, body } = await api<Contact>("POST", "/api/v1/contacts", { name, attributes });
    expect(status).toBe(201);
    return body;
  };
  const alike = async (id: string) => {
    const { body } = await api<{ data: Contact[] }>("GET", `/api/v1/contacts/${id}/duplicates`);
    return body.data.map(({ name }) => name).sort();
  };
  const idOf = async (name: string) =>
    eventually("the contact", async () => {
      const { body } = await api<{ data: Contact[] }>("GET", "/api/v1/contacts?limit=100");
      return body.data.find((one) => one.name === name)?.id;
    });

  beforeAll(async () => {
    graph = await startGraphSimulator({ port: 0, timeScale: 0.01 });
    number = graph.addNumber({ name: "Blue Shop" });
    mongo = await MongoClient.connect(stores.mongoUri);
    db = mongo.db(stores.database);
    await start();
    const { status } = await api("POST", "/api/v1/channels", {
      kind: "whatsapp",
      settings: {
        accessToken: number.token,
        appSecret: number.appSecret,
        phoneNumberId: number.id,
        businessAccountId: number.business,
      },
    });
    expect(status).toBe(201);
  }, 120_000);
  afterAll(async () => {
    await gateway.stop();
    await mongo.close();
    await graph.close();
    await stores.drop();
  }, 60_000);

  /** As they lay there before: neither forms of attributes, numbers and addresses, nor what follows from the identities. */
  async function age(): Promise<void> {
    const rows = await db.collection("contacts").find(all).toArray();
    const reaches = rows.flatMap((row) => row.reachKeys as string[]);
    expect(reaches).not.toEqual([]);
    await db.collection("contacts").updateMany(all, { $unset: { reachKeys: 1, facets: 1, kinds: 1, blocked: 1 } });
    const { modifiedCount } = await db
      .collection<{ _id: string; aliasKeys: string[] }>("identities")
      .updateMany(all, { $pull: { aliasKeys: { $in: reaches } } });
    expect(modifiedCount).toBe(1);
    await db.collection("walks").deleteMany(all);
  }

  it("are found by what is known of them once the gateway has gone through them, however many there are", async () => {
    for (let each = 0; each < 230; each++) await made(`Person ${String(each)}`, { tier: each % 2 ? "gold" : "blue" });
    const written = await made("Ada Written", { tier: "gold", phone: "+1 555 123 0001" });
    graph.customer({ id: "15551230001", name: "Ada Phone" }, number).write("Hello");
    const chatted = await idOf("Ada Phone");
    await eventually("the two are alike", async () => ((await alike(written.id)).length === 1 ? true : undefined));
    await gateway.stop();

    await age();
    const before = await db.collection("contacts").findOne({ _id: written.id as never });
    await start();
    await eventually(
      "all of the golden ones",
      async () => ((await list("attribute=tier&attribute_value=gold")).length === 100 ? true : undefined),
      60_000,
    );
    await eventually(
      "the end of the walk",
      async () => ((await db.collection("walks").findOne({ ...all, doneAt: { $type: "date" } })) ? true : undefined),
      60_000,
    );
    const golden = await db.collection("contacts").countDocuments({ ...all, facets: { $exists: true } });
    expect(golden).toBe(232);
    await expect(list("channel=whatsapp")).resolves.toEqual(["Ada Phone"]);
    await expect(alike(written.id)).resolves.toEqual(["Ada Phone"]);
    await expect(alike(chatted)).resolves.toEqual(["Ada Written"]);
    // Nobody changed them: they stand in lists where they stood.
    const after = await db.collection("contacts").findOne({ _id: written.id as never });
    expect(after!.updatedAt).toEqual(before!.updatedAt);
    const { body } = await api<{ data: unknown[] }>("GET", `/api/v1/contacts/${written.id}`);
    expect(body).toMatchObject({ name: "Ada Written", attributes: { tier: "gold", phone: "+1 555 123 0001" } });
  }, 240_000);

  it("are gone through once", async () => {
    const done = await db.collection("walks").findOne({ ...all, doneAt: { $type: "date" } });
    await gateway.stop();
    await start();
    const contact = await made("Somebody new", { tier: "green" });
    await expect(list("attribute=tier&attribute_value=green")).resolves.toEqual(["Somebody new"]);
    await expect(alike(contact.id)).resolves.toEqual([]);
    await expect(db.collection("walks").findOne({ ...all, doneAt: { $type: "date" } })).resolves.toEqual(done);
  }, 120_000);
});
