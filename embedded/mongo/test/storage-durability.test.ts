import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import { openEngine } from "../storage/engine.js";
import { find, index, insert, temporaryEngine, update } from "./storageHarness.js";

describe("what was acknowledged", () => {
  it("is there after kill -9 at any moment, with indexes that agree", async () => {
    const dir = mkdtempSync(join(tmpdir(), "store-kill-"));
    const main = "dist/embedded/mongo/main.js";
    const acknowledged = new Map<number, number>();
    try {
      for (let round = 0; round < 4; round++) {
        const child = fork(main, ["serve", "--dir", dir, "--port", "0"], {
          stdio: ["ignore", "pipe", "inherit", "ipc"],
        });
        const uri = await new Promise<string>((resolve) => {
          let text = "";
          child.stdout!.on("data", (chunk) => {
            text += String(chunk);
            const found = /mongodb:\/\/\S+/.exec(text);
            if (found) resolve(found[0]);
          });
        });
        const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 2_000 });
        const rows = client.db("t").collection<{ _id: number; n: number; tag: string }>("rows");
        await rows.createIndex({ tag: 1, n: -1 }, {}, {});
        let running = true;
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          for (let at = 0; running; at++) {
            const _id = round * 1_000_000 + writer * 100_000 + at;
            try {
              await rows.insertOne({ _id, n: 0, tag: `t${_id % 7}` });
              acknowledged.set(_id, 0);
              await rows.updateOne({ _id }, { $inc: { n: 1 }, $set: { tag: `u${_id % 7}` } });
              acknowledged.set(_id, 1);
            } catch {
              return;
            }
          }
        });
        await sleep(300 + round * 137);
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        running = false;
        await gone;
        await Promise.all(writers);
        await client.close(true);
      }
      expect(acknowledged.size).toBeGreaterThan(20);
      const engine = await openEngine({ dir, ttlIntervalMs: 0 });
      const rows = engine.collection("t", "rows")!;
      const stored = new Map((await find(rows, {})).map((row) => [row._id as number, row.n as number]));
      const lost = [...acknowledged].filter(([id, n]) => (stored.get(id) ?? -1) < n);
      expect(lost).toEqual([]);
      expect(await rows.validate()).toMatchObject({ valid: true, errors: [] });
      await engine.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }, 60_000);

  it("survives closing and opening, with counts and indexes", async () => {
    const home = await temporaryEngine();
    const rows = await home.engine.createCollection("t", "rows", {});
    await rows.createIndexes([index({ a: 1 }), index({ b: 1 }, { sparse: true, expireAfterSeconds: 60 })]);
    await insert(
      rows,
      Array.from({ length: 100 }, (_, n) => ({ _id: n, a: [n, n + 1] })),
    );
    await home.reopen();
    const again = home.engine.collection("t", "rows")!;
    expect(again.indexes()).toEqual(rows.indexes());
    expect(await find(again, { a: 50 })).toHaveLength(2);
    await insert(again, [{ _id: "new", a: 50 }]);
    expect(again.stats().count).toBe(101);
    expect(await again.validate()).toMatchObject({ valid: true });
    await home.remove();
  });

  it("loses no increment of many at once", async () => {
    const home = await temporaryEngine();
    const rows = await home.engine.createCollection("t", "rows", {});
    await insert(rows, [{ _id: 1, n: 0 }]);
    await Promise.all(Array.from({ length: 300 }, () => update(rows, { _id: 1 }, { $inc: { n: 1 } })));
    expect(await find(rows, { _id: 1 })).toEqual([{ _id: 1, n: 300 }]);
    const upserts = await Promise.all(
      Array.from({ length: 50 }, () => update(rows, { k: "one" }, { $inc: { n: 1 } }, { upsert: true })),
    );
    expect(upserts.filter((one) => one.upsertedId !== undefined)).toHaveLength(1);
    expect(await find(rows, { k: "one" })).toMatchObject([{ n: 50 }]);
    await home.remove();
  });

  it("deletes what a TTL index says is over, and nothing else", async () => {
    const home = await temporaryEngine();
    const rows = await home.engine.createCollection("t", "rows", {});
    await rows.createIndexes([index({ at: 1 }, { expireAfterSeconds: 60 })]);
    const now = new Date("2026-01-01T00:10:00Z");
    const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
    await insert(rows, [
      { _id: "old", at: ago(61) },
      { _id: "young", at: ago(59) },
      { _id: "list", at: [ago(10), ago(100)] },
      { _id: "text", at: "2020" },
      { _id: "none" },
    ]);
    expect(await home.engine.sweepExpired(now)).toBe(2);
    expect((await find(rows, {})).map((row) => row._id)).toEqual(["young", "text", "none"]);
    await home.remove();
  });

  it("forgets dropped collections and keeps renamed ones", async () => {
    const home = await temporaryEngine();
    const a = await home.engine.createCollection("t", "a", {});
    await insert(a, [{ _id: 1 }]);
    await home.engine.renameCollection({ db: "t", name: "a" }, { db: "t", name: "b" }, false);
    await home.engine.createCollection("t", "c", {});
    expect(await home.engine.dropCollection("t", "c")).toBe(true);
    await home.reopen();
    expect(home.engine.collections("t").map((one) => one.name)).toEqual(["b"]);
    expect(await find(home.engine.collection("t", "b")!, {})).toEqual([{ _id: 1 }]);
    const fresh = await home.engine.createCollection("t", "c", {});
    expect(await find(fresh, {})).toEqual([]);
    await home.remove();
  });
});
