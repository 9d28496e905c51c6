import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import mongoose, { type Connection } from "mongoose";
import { systemClock } from "../../src/core/ports.js";
import { createKeyring, KeyGone, SealBroken } from "../../src/platform/keyring/index.js";
import { createLog } from "../../src/platform/log.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { testStores } from "../support/stores.js";

const stores = testStores();
const log = createLog({ level: "silent" });
const workspaceId = "wsp_a";
const place = { workspaceId, collection: "messages", field: "content" };
const oldMaster = randomBytes(32);
const newMaster = randomBytes(32);

describe("the keyring", () => {
  let connection: Connection;
  const keyring = (...masterKeys: Buffer[]) => createKeyring({ connection, masterKeys, clock: systemClock });

  beforeAll(async () => {
    connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log });
    await keyring(oldMaster).ensureIndexes();
  });
  afterAll(async () => {
    await connection.close();
    await stores.drop();
  });

  it("opens at its place what it sealed, and shows nothing of it", async () => {
    const ring = keyring(oldMaster);
    for (const text of ["", "hello", "🙂 – é", "x".repeat(100_000)]) {
      const sealed = await ring.seal(place, text);
      if (text) expect(sealed.includes(Buffer.from(text.slice(0, 5)))).toBe(false);
      expect(await ring.open(place, sealed)).toBe(text);
    }
    const twice = await Promise.all([ring.seal(place, "same"), ring.seal(place, "same")]);
    expect(twice[0].equals(twice[1])).toBe(false);
  });

  it("refuses what was changed, cut or moved", async () => {
    const ring = keyring(oldMaster);
    const sealed = await ring.seal(place, "secret");
    for (const at of [0, 20, 30, 40, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      await expect(ring.open(place, changed)).rejects.toThrow(SealBroken);
    }
    await expect(ring.open(place, sealed.subarray(0, sealed.length - 1))).rejects.toThrow(SealBroken);
    await expect(ring.open(place, Buffer.alloc(3))).rejects.toThrow(SealBroken);
    await expect(ring.open({ ...place, field: "preview" }, sealed)).rejects.toThrow(SealBroken);
    await expect(ring.open({ ...place, collection: "contacts" }, sealed)).rejects.toThrow(SealBroken);
    await expect(keyring(oldMaster).open({ ...place, workspaceId: "wsp_b" }, sealed)).rejects.toThrow(KeyGone);
    const byKeyId = Buffer.from(sealed);
    byKeyId[5]! ^= 1;
    await expect(ring.open(place, byKeyId)).rejects.toThrow(KeyGone);
  });

  it("names a master key that is missing, until what needs it is shredded", async () => {
    const own = "wsp_missing";
    const ring = keyring(newMaster);
    expect(await keyring(oldMaster, newMaster).missingMaster()).toBeUndefined();
    await ring.seal({ ...place, workspaceId: own }, "text");
    const id = (await ring.status()).find(({ current }) => current)!.masterId;
    expect(await keyring(oldMaster).missingMaster()).toBe(id);
    expect(await keyring(oldMaster, newMaster).missingMaster()).toBeUndefined();
    await ring.shred(own);
    expect(await keyring(oldMaster).missingMaster()).toBeUndefined();
    expect((await ring.status()).map(({ masterId }) => masterId)).not.toContain(id);
  });

  it("makes one first key when two processes want it at once", async () => {
    const [a, b] = [keyring(oldMaster), keyring(oldMaster)];
    const other = { ...place, workspaceId: "wsp_race" };
    const sealed = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? a : b).seal(other, `n ${n}`)));
    expect(await Promise.all(sealed.map((one, n) => (n % 2 ? b : a).open(other, one)))).toEqual(
      sealed.map((_, n) => `n ${n}`),
    );
    expect(await connection.collection("keys").countDocuments({ workspaceId: "wsp_race" })).toBe(1);
  });

  it("costs a crowd of new contacts one look and one write, and opening what was sealed for them one look", async () => {
    const crowd = Array.from({ length: 50 }, (_, n) => ({ ...place, workspaceId: "wsp_crowd", contactId: `ctc_${n}` }));
    const calls: string[] = [];
    mongoose.set("debug", (collection: string, method: string) => calls.push(`${collection}.${method}`));
    const ring = keyring(oldMaster);
    const sealed = await Promise.all(crowd.map((one, n) => ring.seal(one, `n ${n}`)));
    expect(calls).toEqual(["keys.find", "keys.insertMany"]);
    const elsewhere = keyring(oldMaster);
    calls.length = 0;
    const opened = await Promise.all(crowd.map((one, n) => elsewhere.open(one, sealed[n]!)));
    mongoose.set("debug", false);
    expect(opened).toEqual(crowd.map((_, n) => `n ${n}`));
    expect(calls).toEqual(["keys.find"]);
  });

  it("moves to a new master key without touching a value", async () => {
    const sealed = await keyring(oldMaster).seal(place, "kept");
    await expect(keyring(newMaster).open(place, sealed)).rejects.toThrow(KeyGone);
    const both = keyring(newMaster, oldMaster);
    expect(await both.open(place, sealed)).toBe("kept");
    expect(await both.rewrapAll()).toBeGreaterThan(0);
    expect(await both.rewrapAll()).toBe(0);
    expect(await keyring(newMaster).open(place, sealed)).toBe("kept");
    await expect(keyring(oldMaster).open(place, sealed)).rejects.toThrow(KeyGone);
    expect(await keyring(newMaster).status()).toEqual([expect.objectContaining({ current: true })]);
  });

  it("opens what older keys of a workspace sealed, and knows that it is old", async () => {
    const ring = keyring(newMaster);
    const before = await ring.seal(place, "before");
    expect(await ring.needsReseal(place, before)).toBe(false);
    await ring.rotateWorkspace(workspaceId);
    expect(await ring.needsReseal(place, before)).toBe(true);
    expect(await ring.open(place, before)).toBe("before");
    expect(await ring.needsReseal(place, await ring.seal(place, "after"))).toBe(false);
    expect(await keyring(newMaster).open(place, before)).toBe("before");
  });

  it("can never open again what was shredded, and leaves the rest alone", async () => {
    const ring = keyring(newMaster);
    const ofContact = { ...place, contactId: "ctc_1" };
    const theirs = await ring.seal(ofContact, "forget me");
    const others = await ring.seal(place, "stays");
    await ring.shred(workspaceId, "ctc_1");
    await expect(ring.open(ofContact, theirs)).rejects.toThrow(KeyGone);
    await expect(ring.seal(ofContact, "again")).rejects.toThrow(KeyGone);
    expect(await ring.open(place, others)).toBe("stays");
  });

  it("finds equal values by blind keys that tell workspaces and purposes apart", async () => {
    const ring = keyring(newMaster);
    const token = await ring.blind(workspaceId, "chat", "49170");
    expect(token).toMatch(/^[\w-]{22}$/);
    expect(await keyring(newMaster).blind(workspaceId, "chat", "49170")).toBe(token);
    expect(await ring.blind("wsp_b", "chat", "49170")).not.toBe(token);
    expect(await ring.blind(workspaceId, "message", "49170")).not.toBe(token);
    await ring.rotateWorkspace(workspaceId);
    expect(await ring.blind(workspaceId, "chat", "49170")).toBe(token);
  });

  it("folds words for search, in any script", async () => {
    const ring = keyring(newMaster);
    const of = (text: string) => ring.searchTokens(workspaceId, text);
    expect(await of("Übergröße! ÜBERGRÖSSE")).toHaveLength(2);
    expect(await of("Café")).toEqual(await of("CAFE"));
    expect((await of("你好世界")).length).toBeGreaterThan(0);
    expect(await of(" … ")).toEqual([]);
    expect((await of(Array.from({ length: 2000 }, (_, n) => `w${n}`).join(" "))).length).toBeLessThanOrEqual(512);
    const [prefix] = (await ring.searchTokens(workspaceId, "order", { prefixes: true })).slice(1);
    expect(prefix).toBeDefined();
    expect(await of("ord")).not.toContain(prefix);
  });
});
