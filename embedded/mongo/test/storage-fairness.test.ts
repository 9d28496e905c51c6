/** Long writes leave room for others, and what is built or checked meanwhile stays whole. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Collection, Doc } from "../types.js";
import { find, index, insert, request, temporaryEngine, update } from "./storageHarness.js";

let test: Awaited<ReturnType<typeof temporaryEngine>>;
beforeAll(async () => {
  test = await temporaryEngine();
});
afterAll(() => test.remove());

let collections = 0;

async function filled(count: number): Promise<Collection> {
  const rows = await test.engine.createCollection("fair", `c${(collections += 1)}`, {});
  await insert(
    rows,
    Array.from({ length: count }, (_, _id) => ({ _id, a: _id % 100, text: "x".repeat(100) })),
  );
  return rows;
}

describe("an index build", () => {
  it("lets other collections write and this one be read before it is over", async () => {
    const rows = await filled(20_000);
    const other = await filled(1);
    const order: string[] = [];
    const building = rows.createIndexes([index({ a: 1 })]).then(() => order.push("built"));
    await insert(other, [{ _id: "new" }]);
    order.push("wrote");
    expect(await find(rows, { _id: 7 })).toHaveLength(1);
    order.push("read");
    await building;
    expect(order).toEqual(["wrote", "read", "built"]);
  });

  it("takes in writes that were asked for meanwhile", async () => {
    const rows = await filled(5_000);
    const building = rows.createIndexes([index({ a: 1 })]);
    const writing = [
      update(rows, { _id: 4_999 }, { $set: { a: -1 } }),
      update(rows, {}, { $inc: { a: 1 } }, { multi: true }),
      insert(rows, [{ _id: "new", a: 0 }]),
    ];
    await Promise.all([building, ...writing]);
    expect((await rows.validate()).errors).toEqual([]);
    const found = await find(rows, { a: 0 }, { hint: "a_1" });
    expect(found.map(({ _id }) => _id)).toEqual([4_999, "new"]);
  });

  it("leaves nothing behind when it meets a duplicate", async () => {
    const rows = await filled(3_000);
    const refused = rows.createIndexes([index({ text: 1 }), index({ a: 1 }, { unique: true })]);
    await expect(refused).rejects.toMatchObject({ code: 11000, extra: { keyValue: { a: 0 } } });
    expect(rows.indexes().map(({ name }) => name)).toEqual(["_id_"]);
    await insert(rows, [{ _id: "new", a: 0 }]);
    await test.reopen();
    const again = test.engine.collection("fair", rows.name)!;
    expect(await again.validate()).toMatchObject({ valid: true, nrecords: 3_001, keysPerIndex: { _id_: 3_001 } });
  });

  it("is seen by readers only once all of it is there", async () => {
    const rows = await filled(5_000);
    let built = false;
    const building = rows.createIndexes([index({ a: 1 })]).then(() => (built = true));
    const counts: number[] = [];
    do {
      counts.push((await find(rows, { a: 3 })).length);
      await new Promise((resolve) => setImmediate(resolve));
    } while (!built);
    await building;
    expect(new Set(counts)).toEqual(new Set([50]));
  });
});

describe("writes", () => {
  it("of many callers keep the order in which they were asked for", async () => {
    const rows = await filled(1);
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, n) => update(rows, { _id: 0, a: n }, { $set: { a: n + 1 } })),
    );
    expect(outcomes.every(({ matched }) => matched === 1)).toBe(true);
    expect(await find(rows, { _id: 0 })).toMatchObject([{ a: 500 }]);
  });

  it("never lose an increment", async () => {
    const rows = await filled(1);
    await Promise.all(Array.from({ length: 400 }, () => update(rows, { _id: 0 }, { $inc: { a: 1 } })));
    expect(await find(rows, { _id: 0 })).toMatchObject([{ a: 400 }]);
  });

  it("that fail take nothing with them", async () => {
    const rows = await filled(1);
    const [first, failing, last] = await Promise.allSettled([
      update(rows, { _id: 0 }, { $set: { n: 1 } }),
      update(rows, { _id: 0 }, { $set: { "text.deep": 1 } }),
      update(rows, { _id: 0 }, { $inc: { n: 1 } }),
    ]);
    expect([first.status, failing.status, last.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await find(rows, { _id: 0 })).toMatchObject([{ n: 2 }]);
  });

  it("that are long let a short one pass", async () => {
    const rows = await filled(1);
    const other = await filled(1);
    const docs: Doc[] = Array.from({ length: 30_000 }, (_, n) => ({ _id: `many${n}`, text: "x".repeat(300) }));
    const order: string[] = [];
    const long = insert(rows, docs).then(() => order.push("long"));
    await insert(other, [{ _id: "short" }]);
    order.push("short");
    await long;
    expect(order).toEqual(["short", "long"]);
    expect(await rows.count(request({}))).toBe(30_001);
  });

  it("are all there when validate and they run at once", async () => {
    const rows = await filled(3_000);
    await rows.createIndexes([index({ a: 1 })]);
    const writing = Array.from({ length: 200 }, (_, _id) => update(rows, { _id }, { $inc: { a: 7 } }));
    const checks = await Promise.all([rows.validate(), ...writing, rows.validate()]);
    expect((checks[0] as { errors: string[] }).errors).toEqual([]);
    expect((checks.at(-1) as { errors: string[] }).errors).toEqual([]);
  });
});
