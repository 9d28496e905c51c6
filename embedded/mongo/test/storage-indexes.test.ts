import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Collection, Doc } from "../types.js";
import { find, index, insert, remove, request, temporaryEngine, update } from "./storageHarness.js";

const small = fc.integer({ min: 0, max: 4 });
const leaf = fc.oneof(small, fc.constantFrom(null, "x", "y", 1.5, true), fc.array(small, { maxLength: 3 }));
const field = fc.oneof(
  leaf,
  fc.record({ b: leaf }, { requiredKeys: [] }),
  fc.array(fc.record({ b: leaf }, { requiredKeys: [] }), { maxLength: 2 }),
);
const doc = fc.record({ a: field, c: leaf, d: small }, { requiredKeys: [] });
const condition = fc.oneof(
  leaf,
  fc.record({ $gt: small }),
  fc.record({ $gte: small, $lt: small }),
  fc.record({ $in: fc.array(leaf, { maxLength: 3 }) }),
  fc.record({ $lte: fc.constantFrom("x", 3, null) }),
  fc.constantFrom({ $exists: true }, { $exists: false }, { $ne: 2 }, { $type: "string" }, { $size: 2 }),
);
const path = fc.constantFrom("a", "a.b", "c", "d");
const clause = fc.dictionary(path, condition, { maxKeys: 3 });
const filter = fc.oneof(
  clause,
  fc.array(clause, { minLength: 1, maxLength: 2 }).map(($or) => ({ $or })),
  fc.array(clause, { minLength: 1, maxLength: 2 }).map(($and) => ({ $and })),
);
const way = fc.constantFrom<1 | -1>(1, -1);
const key = fc
  .uniqueArray(path, { minLength: 1, maxLength: 2 })
  .chain((paths) =>
    fc.tuple(...paths.map(() => way)).map((ways) => Object.fromEntries(paths.map((one, at) => [one, ways[at]!]))),
  );

describe("indexes", () => {
  let home: Awaited<ReturnType<typeof temporaryEngine>>;
  let serial = 0;
  beforeAll(async () => {
    home = await temporaryEngine();
  });
  afterAll(() => home.remove());

  const fresh = () => home.engine.createCollection("t", `c${serial++}`, {});

  it("give the answers that reading everything gives, in the same order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(doc, { maxLength: 25 }),
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(filter, fc.option(key, { nil: undefined })), { minLength: 3, maxLength: 6 }),
        async (docs, keys, reads) => {
          const [plain, indexed] = [await fresh(), await fresh()];
          const rows = docs.map((one, _id) => ({ _id, ...one }));
          const unsuited = await indexed
            .createIndexes([...new Map(keys.map((one) => [JSON.stringify(one), index(one)])).values()])
            .then(
              () => undefined,
              (error: unknown) => error as Error,
            );
          expect(unsuited).toBeUndefined();
          const outcomes = await insert(indexed, rows, false);
          // Two arrays side by side cannot be indexed together: those documents are refused by the one collection only.
          await insert(
            plain,
            rows.filter((_, at) => outcomes[at] === undefined),
          );
          for (const [source, order] of reads) {
            const sort = order && { ...order, _id: 1 as const };
            const [slow, fast] = [await find(plain, source, { sort }), await find(indexed, source, { sort })];
            const ids = (list: Doc[]) => list.map((one) => one._id as number);
            if (sort) expect(ids(fast)).toEqual(ids(slow));
            else expect(ids(fast).sort((a, b) => a - b)).toEqual(ids(slow).sort((a, b) => a - b));
            expect(await indexed.count(request(source))).toBe(slow.length);
            const page = await find(indexed, source, { sort, skip: 1, limit: 3 });
            if (sort) expect(ids(page)).toEqual(ids(slow).slice(1, 4));
            else expect(page).toHaveLength(Math.max(0, Math.min(3, slow.length - 1)));
          }
          expect(await indexed.validate()).toMatchObject({ valid: true, errors: [] });
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it("stay right through updates and deletes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ c: leaf, d: small }), { minLength: 1, maxLength: 15 }),
        fc.array(
          fc.oneof(
            fc.tuple(fc.constant("set"), small, leaf),
            fc.tuple(fc.constant("unset"), small, leaf),
            fc.tuple(fc.constant("remove"), small, leaf),
          ),
          { maxLength: 10 },
        ),
        async (docs, changes) => {
          const collection = await fresh();
          await collection.createIndexes([
            index({ c: 1, d: -1 }),
            index({ d: 1 }, { sparse: true }),
            index({ c: -1 }, { name: "p", partialFilterExpression: { d: { $gt: 1 } } }),
          ]);
          await insert(
            collection,
            docs.map((one, _id) => ({ _id, ...one })),
          );
          for (const [what, d, c] of changes) {
            if (what === "set") await update(collection, { d }, { $set: { c, d: 2 } }, { multi: true });
            else if (what === "unset") await update(collection, { d }, { $unset: { d: "" } });
            else await remove(collection, { c }, 1);
          }
          expect(await collection.validate()).toMatchObject({ valid: true, errors: [] });
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  describe("unique", () => {
    let collection: Collection;
    beforeAll(async () => {
      collection = await fresh();
      await collection.createIndexes([
        index({ a: 1 }, { unique: true }),
        index({ e: 1 }, { unique: true, partialFilterExpression: { e: { $type: "string" } } }),
      ]);
      await insert(collection, [
        { _id: 1, a: 1, e: "x" },
        { _id: 2, a: [2, 3] },
      ]);
    });

    it("refuses the second of equal keys and says which", async () => {
      const [error] = await insert(collection, [{ _id: 3, a: 1 }]);
      expect(error).toMatchObject({ code: 11000, extra: { keyPattern: { a: 1 }, keyValue: { a: 1 } } });
      expect(error!.message).toMatch(/^E11000 duplicate key error collection: t\.c\d+ index: a_1 dup key: \{ a: 1 \}$/);
      expect((await insert(collection, [{ _id: 4, a: 3 }]))[0]).toMatchObject({ code: 11000 });
      await expect(update(collection, { _id: 1 }, { $set: { a: 2 } })).rejects.toMatchObject({ code: 11000 });
      expect(await find(collection, { _id: 1 })).toEqual([{ _id: 1, a: 1, e: "x" }]);
    });

    it("looks only at what a partial index holds", async () => {
      expect(
        await insert(collection, [
          { _id: 5, a: 5, e: null },
          { _id: 6, a: 6, e: 1 },
          { _id: 7, a: 7, e: 1 },
        ]),
      ).toEqual([undefined, undefined, undefined]);
      expect((await insert(collection, [{ _id: 8, a: 8, e: "x" }]))[0]).toMatchObject({ code: 11000 });
      expect(await collection.validate()).toMatchObject({ valid: true });
    });

    it("goes on after a refusal only when unordered", async () => {
      const unordered = await insert(
        collection,
        [
          { _id: 20, a: 1 },
          { _id: 21, a: 21 },
        ],
        false,
      );
      expect(unordered.map((one) => one === undefined)).toEqual([false, true]);
      const ordered = await insert(collection, [
        { _id: 22, a: 1 },
        { _id: 23, a: 23 },
      ]);
      expect(ordered).toHaveLength(1);
      expect(await find(collection, { _id: 23 })).toEqual([]);
    });

    it("cannot be built over duplicates, and leaves nothing behind", async () => {
      const other = await fresh();
      await insert(other, [
        { _id: 1, a: 1 },
        { _id: 2, a: 1 },
      ]);
      await expect(other.createIndexes([index({ b: 1 }), index({ a: 1 }, { unique: true })])).rejects.toMatchObject({
        code: 11000,
      });
      expect(other.indexes().map((one) => one.name)).toEqual(["_id_"]);
      expect(await other.validate()).toMatchObject({ valid: true });
    });

    it("tells long keys apart and finds them", async () => {
      const other = await fresh();
      await other.createIndexes([index({ a: 1 }, { unique: true })]);
      const [x, y] = [`${"l".repeat(5_000)}x`, `${"l".repeat(5_000)}y`];
      expect(
        await insert(
          other,
          [
            { _id: 1, a: x },
            { _id: 2, a: y },
            { _id: 3, a: x },
          ],
          false,
        ),
      ).toEqual([undefined, undefined, expect.objectContaining({ code: 11000 })]);
      expect(await find(other, { a: y })).toEqual([{ _id: 2, a: y }]);
      expect(await find(other, { a: { $gt: x } })).toEqual([{ _id: 2, a: y }]);
    });
  });

  describe("chosen by the planner", () => {
    let collection: Collection;
    beforeAll(async () => {
      collection = await fresh();
      await collection.createIndexes([
        index({ w: 1, at: -1, _id: -1 }),
        index({ w: 1, s: 1, at: -1 }),
        index({ p: 1 }, { partialFilterExpression: { lane: true } }),
      ]);
      await insert(
        collection,
        Array.from({ length: 500 }, (_, n) => ({
          _id: n,
          w: n % 5,
          s: n % 2 ? "open" : "done",
          at: new Date(n * 1000),
          p: n,
          ...(n % 10 ? {} : { lane: true }),
        })),
      );
    });
    const explained = async (filterSource: Doc, more = {}) =>
      collection.explain(request(filterSource, more), "executionStats");
    const stages = (plan: unknown): string[] => {
      const { stage, inputStage } = plan as { stage: string; inputStage?: unknown };
      return inputStage ? [stage, ...stages(inputStage)] : [stage];
    };

    it("equality, then order, without a sort and without reading more than the page", async () => {
      for (const [source, sort] of [
        [{ w: 1 }, { at: -1, _id: -1 }],
        [{ w: 1 }, { at: 1, _id: 1 }],
        [{ w: 1, s: "open" }, { at: -1 }],
        [
          { w: 1, at: { $lte: new Date(400_000) } },
          { at: -1, _id: -1 },
        ],
      ] as [Doc, Record<string, 1 | -1>][]) {
        const { winningPlan, executionStats } = await explained(source, { sort, limit: 10 });
        expect(stages(winningPlan)).toEqual(["LIMIT", "FETCH", "IXSCAN"]);
        expect(executionStats).toMatchObject({ nReturned: 10, totalDocsExamined: 10 });
      }
    });

    it("no index where it would miss something", async () => {
      expect(stages((await explained({ p: 3 })).winningPlan)).toEqual(["COLLSCAN"]);
      expect(stages((await explained({ p: 30, lane: true })).winningPlan)).toEqual(["FETCH", "IXSCAN"]);
      expect(stages((await explained({ s: "open" }, { sort: { s: 1 } })).winningPlan)).toEqual(["SORT", "COLLSCAN"]);
    });

    it("counts by keys alone where keys tell enough", async () => {
      expect(await collection.count(request({ w: 2, s: "open" }))).toBe(
        (await find(collection, { w: 2, s: "open" })).length,
      );
      expect(await collection.count(request({}))).toBe(500);
    });

    it("follows a hint, and refuses one that means no index", async () => {
      expect(stages((await explained({ w: 1 }, { hint: { $natural: 1 } })).winningPlan)).toEqual(["COLLSCAN"]);
      expect(stages((await explained({}, { hint: "w_1_s_1_at_-1" })).winningPlan)).toEqual(["FETCH", "IXSCAN"]);
      await expect(explained({}, { hint: "nothing" })).rejects.toMatchObject({ code: 2 });
    });
  });
});
