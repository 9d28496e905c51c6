/** Databases, collections and indexes, and what the server tells about itself. */
import { describe, expect, it } from "@jest/globals";
import { failure, useStore } from "./serverHarness.js";

const test = useStore();

describe("collections", () => {
  it("makes a collection on the first insert, upsert or index, and lists it", async () => {
    const db = test.db();
    await db.collection("a").insertOne({ x: 1 });
    await db.collection("b").updateOne({ x: 1 }, { $set: { y: 1 } }, { upsert: true });
    await db.collection("c").createIndex({ x: 1 }, {}, {});
    await db.collection("d").updateOne({ x: 1 }, { $set: { y: 1 } });
    await db.collection("e").deleteOne({});
    const rows = await db.listCollections().toArray();
    expect(rows.map((row) => row.name).sort()).toEqual(["a", "b", "c"]);
    expect(rows[0]).toMatchObject({
      type: "collection",
      options: {},
      info: { readOnly: false },
      idIndex: { v: 2, key: { _id: 1 }, name: "_id_" },
    });
    const names = await db.listCollections({ name: { $in: ["a", "c"] } }, { nameOnly: true }).toArray();
    expect(names.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: "a", type: "collection" },
      { name: "c", type: "collection" },
    ]);
  });

  it("keeps the collation of a collection and uses it for queries that name none", async () => {
    const db = test.db();
    const people = await db.createCollection("people", { collation: { locale: "en", strength: 2 } });
    await people.insertMany([{ name: "Ann" }, { name: "ANN" }, { name: "bob" }]);
    expect(await people.countDocuments({ name: "ann" })).toBe(2);
    expect(await people.find({ name: "ann" }).toArray()).toHaveLength(2);
    expect(await people.distinct("name")).toHaveLength(2);
    expect(await people.find({ name: "ann" }, { collation: { locale: "simple" } }).toArray()).toHaveLength(0);
    const [row] = await db.listCollections({ name: "people" }).toArray();
    expect(row).toMatchObject({ options: { collation: { locale: "en", strength: 2 } } });
  });

  it("accepts creating the same collection again, and refuses other options", async () => {
    const db = test.db();
    await db.createCollection("a");
    await db.createCollection("a");
    const error = await failure(db.createCollection("a", { collation: { locale: "fr" } }));
    expect(error.code).toBe(48);
  });

  it("drops collections and databases; dropping nothing is no error in 7.0", async () => {
    const db = test.db();
    await db.collection("a").insertOne({});
    expect(await db.command({ drop: "a" })).toMatchObject({ ok: 1, nIndexesWas: 1, ns: `${db.databaseName}.a` });
    expect(await db.command({ drop: "a" })).toEqual({ ok: 1 });
    await db.collection("b").insertOne({});
    expect(await db.command({ dropDatabase: 1 })).toMatchObject({ ok: 1, dropped: db.databaseName });
    expect(await db.command({ dropDatabase: 1 })).toEqual({ ok: 1 });
    expect(await db.listCollections().toArray()).toEqual([]);
  });

  it("renames collections", async () => {
    const db = test.db();
    await db.collection("a").insertOne({ x: 1 });
    await db.collection("a").createIndex({ x: 1 }, {}, {});
    await db.collection("b").insertOne({ x: 2 });
    expect((await failure(db.renameCollection("a", "b"))).code).toBe(48);
    expect((await failure(db.renameCollection("missing", "c"))).code).toBe(26);
    await db.renameCollection("a", "b", { dropTarget: true });
    expect(
      await db
        .collection("b")
        .find({}, { projection: { _id: 0 } })
        .toArray(),
    ).toEqual([{ x: 1 }]);
    expect((await db.collection("b").indexes()).map((index) => index.name)).toEqual(["_id_", "x_1"]);
    expect(await db.listCollections({ name: "a" }).toArray()).toEqual([]);
  });

  it("lists databases with their size", async () => {
    const db = test.db();
    await db.collection("a").insertOne({});
    const { databases, totalSize } = await test.client.db("admin").admin().listDatabases();
    expect(databases.find(({ name }) => name === db.databaseName)).toMatchObject({ empty: false });
    expect(totalSize).toBeGreaterThan(0);
    const filtered = await test.client
      .db("admin")
      .command({ listDatabases: 1, nameOnly: true, filter: { name: db.databaseName } });
    expect(filtered.databases).toEqual([{ name: db.databaseName }]);
  });
});

describe("indexes", () => {
  it("makes, lists and drops them", async () => {
    const db = test.db();
    const a = db.collection("a");
    const made = await db.command({
      createIndexes: "a",
      indexes: [
        { key: { x: 1, y: -1 }, name: "xy", unique: true },
        { key: { z: 1 }, name: "z", sparse: true, background: true },
        { key: { at: 1 }, name: "at", expireAfterSeconds: 60 },
        { key: { p: 1 }, name: "p", partialFilterExpression: { p: { $gt: 1 } } },
        { key: { c: 1 }, name: "c", collation: { locale: "en", strength: 2 }, hidden: true },
      ],
    });
    expect(made).toMatchObject({
      numIndexesBefore: 1,
      numIndexesAfter: 6,
      createdCollectionAutomatically: true,
      ok: 1,
    });
    const again = await db.command({ createIndexes: "a", indexes: [{ key: { z: 1 }, name: "z", sparse: true }] });
    expect(again).toMatchObject({ numIndexesBefore: 6, numIndexesAfter: 6, note: "all indexes already exist" });
    const listed = await a.indexes();
    expect(listed.slice(0, 5)).toEqual([
      { v: 2, key: { _id: 1 }, name: "_id_" },
      { v: 2, key: { x: 1, y: -1 }, name: "xy", unique: true },
      { v: 2, key: { z: 1 }, name: "z", sparse: true },
      { v: 2, key: { at: 1 }, name: "at", expireAfterSeconds: 60 },
      { v: 2, key: { p: 1 }, name: "p", partialFilterExpression: { p: { $gt: 1 } } },
    ]);
    expect(listed[5]).toMatchObject({ name: "c", hidden: true, collation: { locale: "en", strength: 2 } });
    expect(Object.keys(listed[1]!.key)).toEqual(["x", "y"]);
    expect(await db.command({ dropIndexes: "a", index: "xy" })).toMatchObject({ nIndexesWas: 6 });
    expect(await db.command({ dropIndexes: "a", index: { z: 1 } })).toMatchObject({ nIndexesWas: 5 });
    expect((await failure(db.command({ dropIndexes: "a", index: "xy" }))).code).toBe(27);
    expect((await failure(db.command({ dropIndexes: "a", index: { none: 1 } }))).code).toBe(27);
    expect((await failure(db.command({ dropIndexes: "a", index: "_id_" }))).code).toBe(72);
    expect(await db.command({ dropIndexes: "a", index: "*" })).toMatchObject({ nIndexesWas: 4 });
    expect(await a.indexes()).toHaveLength(1);
  });

  it("refuses another index of the same name or of the same key", async () => {
    const a = test.db().collection("a");
    await a.createIndex({ x: 1 }, { name: "x" }, {});
    expect((await failure(a.createIndex({ y: 1 }, { name: "x" }, {}))).code).toBe(86);
    expect((await failure(a.createIndex({ x: 1 }, { name: "other" }, {}))).code).toBe(85);
    expect((await failure(a.createIndex({ x: 1 }, { name: "x", unique: true }, {}))).code).toBe(86);
  });

  it("refuses to build a unique index over duplicates, and leaves nothing behind", async () => {
    const a = test.db().collection("a");
    await a.insertMany([{ x: 1 }, { x: 1 }]);
    const error = await failure(a.createIndex({ x: 1 }, { unique: true }, {}));
    expect(error).toMatchObject({ code: 11000, keyPattern: { x: 1 }, keyValue: { x: 1 } });
    expect(await a.indexes()).toHaveLength(1);
  });

  it("changes expiry and visibility with collMod", async () => {
    const db = test.db();
    await db.collection("a").createIndex({ at: 1 }, { expireAfterSeconds: 60 }, {});
    const changed = await db.command({ collMod: "a", index: { keyPattern: { at: 1 }, expireAfterSeconds: 5 } });
    expect(changed).toMatchObject({ expireAfterSeconds_old: 60, expireAfterSeconds_new: 5 });
    expect(await db.command({ collMod: "a", index: { name: "at_1", hidden: true } })).toMatchObject({
      hidden_old: false,
      hidden_new: true,
    });
    expect((await db.collection("a").indexes())[1]).toMatchObject({ expireAfterSeconds: 5, hidden: true });
    expect((await failure(db.command({ collMod: "a", index: { name: "none", hidden: true } }))).code).toBe(27);
  });
});

describe("what clients ask when they connect", () => {
  const shell: { title: string; command: Record<string, unknown>; has: Record<string, unknown> }[] = [
    { title: "hello", command: { hello: 1 }, has: { isWritablePrimary: true, maxWireVersion: 21, ok: 1 } },
    { title: "isMaster", command: { isMaster: 1 }, has: { ismaster: true } },
    { title: "ping", command: { ping: 1 }, has: { ok: 1 } },
    { title: "buildInfo", command: { buildInfo: 1 }, has: { bits: 64, maxBsonObjectSize: 16777216 } },
    { title: "connectionStatus", command: { connectionStatus: 1, showPrivileges: true }, has: { ok: 1 } },
    {
      title: "getParameter",
      command: { getParameter: 1, featureCompatibilityVersion: 1 },
      has: { featureCompatibilityVersion: { version: "7.0" } },
    },
    { title: "getCmdLineOpts", command: { getCmdLineOpts: 1 }, has: { ok: 1 } },
    { title: "hostInfo", command: { hostInfo: 1 }, has: { ok: 1 } },
    { title: "getLog", command: { getLog: "startupWarnings" }, has: { totalLinesWritten: 0, log: [] } },
    { title: "whatsmyuri", command: { whatsmyuri: 1 }, has: { ok: 1 } },
    { title: "serverStatus", command: { serverStatus: 1 }, has: { process: "mongod", ok: 1 } },
    { title: "currentOp", command: { currentOp: 1 }, has: { ok: 1 } },
    { title: "listDatabases", command: { listDatabases: 1 }, has: { ok: 1 } },
  ];

  it.each(shell)("answers $title", async ({ command, has }) => {
    expect(await test.client.db("admin").command(command)).toMatchObject(has);
  });

  it("claims neither a replica set nor sharding", async () => {
    const hello = await test.client.db("admin").command({ hello: 1 });
    expect(hello).not.toHaveProperty("setName");
    expect(hello).not.toHaveProperty("msg");
    expect(hello).not.toHaveProperty("topologyVersion");
    expect(hello.logicalSessionTimeoutMinutes).toBe(30);
    expect((await test.client.db("admin").command({ buildInfo: 1 })).version).toMatch(/^7\.0\.\d+$/);
  });

  it("measures collections and databases, and proves them whole", async () => {
    const db = test.db();
    const a = db.collection("a");
    await a.createIndex({ x: 1 }, {}, {});
    await a.insertMany(Array.from({ length: 50 }, (_, x) => ({ x })));
    expect(await db.command({ collStats: "a" })).toMatchObject({ count: 50, nindexes: 2, capped: false });
    expect(await db.command({ dbStats: 1 })).toMatchObject({ collections: 1, objects: 50, indexes: 2 });
    expect(await db.command({ validate: "a" })).toMatchObject({
      valid: true,
      nrecords: 50,
      keysPerIndex: { _id_: 50, x_1: 50 },
      errors: [],
    });
    expect(await a.estimatedDocumentCount()).toBe(50);
    expect((await a.aggregate([{ $collStats: { count: {} } }]).toArray())[0]).toMatchObject({ count: 50 });
    expect((await a.aggregate([{ $indexStats: {} }]).toArray()).map((row) => row.name).sort()).toEqual(["_id_", "x_1"]);
    expect(await db.command({ collStats: "missing" })).toMatchObject({ count: 0, ok: 1 });
  });

  it("shows running operations to $currentOp", async () => {
    const rows = await test.client
      .db("admin")
      .aggregate([{ $currentOp: {} }])
      .toArray();
    expect(rows.some((row) => row.op === "command" && row.active === true)).toBe(true);
  });
});
