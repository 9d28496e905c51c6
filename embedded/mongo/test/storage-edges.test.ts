/** Corners of indexes: numbers beyond doubles, keys beyond LMDB's limit, arrays beside an order, documents that move. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Decimal128, Long } from "bson";
import type { Collection, Doc } from "../types.js";
import { encodeDocument } from "../values/codec.js";
import { find, index, insert, remove, request, temporaryEngine, update } from "./storageHarness.js";

let test: Awaited<ReturnType<typeof temporaryEngine>>;
beforeAll(async () => {
  test = await temporaryEngine();
});
afterAll(() => test.remove());

let collections = 0;
const collection = (): Promise<Collection> => test.engine.createCollection("edges", `c${(collections += 1)}`, {});
const ids = (docs: Doc[]) => docs.map(({ _id }) => _id);

async function stages(of: Collection, filter: Doc, more: Parameters<typeof request>[1] = {}): Promise<unknown[]> {
  const { winningPlan } = await of.explain(request(filter, more), "queryPlanner");
  const found: unknown[] = [];
  for (let plan: Doc | undefined = winningPlan; plan; plan = plan.inputStage as Doc | undefined) found.push(plan.stage);
  return found;
}

describe("numbers beyond doubles", () => {
  it("have keys of their own, in order", async () => {
    const numbers = await collection();
    await numbers.createIndexes([index({ n: 1 }, { unique: true })]);
    const texts = ["Infinity", "1E+6001", "-1E+6000", "1E+6000", "-Infinity", "1E+308", "-1E+6001"];
    const outcomes = await insert(
      numbers,
      texts.map((text, _id) => ({ _id, n: Decimal128.fromString(text) })),
    );
    expect(outcomes).toEqual(texts.map(() => undefined));
    expect(ids(await find(numbers, {}, { sort: { n: 1 } }))).toEqual([4, 6, 2, 5, 3, 1, 0]);
    expect(ids(await find(numbers, { n: { $gt: Decimal128.fromString("1E+6000") } }))).toEqual([1, 0]);
  });
});

describe("dates beyond those of JavaScript", () => {
  it("can be stored and deleted in an indexed field", async () => {
    const rows = await collection();
    await rows.createIndexes([index({ at: 1 })]);
    const bytes = Buffer.from(encodeDocument({ _id: 1, at: Long.fromString("9000000000000000000") }));
    // The same eight bytes, called a date.
    bytes[bytes.indexOf("at") - 1] = 0x09;
    expect(await rows.insert([bytes], { ordered: true })).toEqual([undefined]);
    expect((await rows.validate()).errors).toEqual([]);
    expect(await remove(rows, { _id: 1 })).toMatchObject({ deleted: 1 });
    expect(await rows.validate()).toMatchObject({ valid: true, keysPerIndex: { at_1: 0 } });
  });
});

describe("values beyond the length of a key", () => {
  const long = "x".repeat(3_000);

  it("sort by all of their text", async () => {
    const texts = await collection();
    await texts.createIndexes([index({ a: 1 })]);
    await insert(
      texts,
      ["c", "a", "b", "d", "0"].map((end, _id) => ({ _id, a: long + end })),
    );
    expect(ids(await find(texts, {}, { sort: { a: 1 } }))).toEqual([4, 1, 2, 0, 3]);
    await test.reopen();
    const again = test.engine.collection("edges", texts.name)!;
    expect(ids(await find(again, { a: { $gte: "x" } }, { sort: { a: -1 } }))).toEqual([3, 0, 2, 1, 4]);
  });
});

describe("arrays", () => {
  it("do not hide the order of another field of the index", async () => {
    const posts = await collection();
    await posts.createIndexes([index({ tags: 1, at: -1 })]);
    await insert(
      posts,
      Array.from({ length: 20 }, (_, at) => ({ _id: at, tags: ["x", "y"], at })),
    );
    expect(await stages(posts, { tags: "x" }, { sort: { at: -1 } })).toEqual(["FETCH", "IXSCAN"]);
    expect(ids(await find(posts, { tags: "x" }, { sort: { at: -1 }, limit: 3 }))).toEqual([19, 18, 17]);
    expect(ids(await find(posts, { tags: "y", at: { $gte: 5, $lt: 8 } }, { sort: { at: 1 } }))).toEqual([5, 6, 7]);
  });

  it("sort by their least or greatest element, whatever they were found by", async () => {
    const lists = await collection();
    await lists.createIndexes([index({ a: 1 })]);
    await insert(lists, [
      { _id: 1, a: [5, 1] },
      { _id: 2, a: [5, 0] },
      { _id: 3, a: 5 },
    ]);
    expect(ids(await find(lists, { a: 5 }, { sort: { a: 1 } }))).toEqual([2, 1, 3]);
    expect(ids(await find(lists, { a: { $gte: 1 } }, { sort: { a: 1 } }))).toEqual([2, 1, 3]);
  });

  it("name in a duplicate key error the value that is taken", async () => {
    const lists = await collection();
    await lists.createIndexes([index({ a: 1 }, { unique: true })]);
    const [, refused] = await insert(lists, [
      { _id: 1, a: [3, 4] },
      { _id: 2, a: [1, 4] },
    ]);
    expect(refused).toMatchObject({ code: 11000, extra: { keyPattern: { a: 1 }, keyValue: { a: 4 } } });
    expect(refused?.message).toMatch(/dup key: { a: 4 }$/);
  });
});

describe("a document that moves in an index while it is read", () => {
  const start = async (): Promise<Collection> => {
    const rows = await collection();
    await rows.createIndexes([index({ a: 1 })]);
    await insert(
      rows,
      Array.from({ length: 1_000 }, (_, _id) => ({ _id, a: _id })),
    );
    return rows;
  };

  async function readAround(rows: Collection, sort: Record<string, 1 | -1>, between: () => Promise<unknown>) {
    const cursor = rows.find(request({ a: { $gte: 0 } }, { sort }));
    const seen: unknown[] = [];
    for (let n = 0; n < 100; n++) seen.push(((await cursor.next()).value as { doc(): Doc }).doc()._id);
    await between();
    for await (const found of cursor) seen.push(found.doc()._id);
    return seen;
  }

  it("is not shown twice", async () => {
    const rows = await start();
    const seen = await readAround(rows, { a: 1 }, () => update(rows, { _id: 5 }, { $set: { a: 5_000 } }));
    expect(seen.filter((id) => id === 5)).toHaveLength(1);
    expect(seen).toHaveLength(1_000);
  });

  it("is not shown twice backwards", async () => {
    const rows = await start();
    const seen = await readAround(rows, { a: -1 }, () => update(rows, { _id: 995 }, { $set: { a: 0.5 } }));
    expect(seen.filter((id) => id === 995)).toHaveLength(1);
  });

  it("is shown when it had not been reached", async () => {
    const rows = await start();
    const seen = await readAround(rows, { a: 1 }, () => update(rows, { _id: 900 }, { $set: { a: 5_000 } }));
    expect(seen.at(-1)).toBe(900);
    expect(seen).toHaveLength(1_000);
  });
});
