import { describe, expect, it } from "@jest/globals";
import { Double, Long } from "bson";
import fc from "fast-check";
import { compileFilter } from "../query/filter.js";
import type { Doc, Value } from "../types.js";
import { useStore } from "./serverHarness.js";

const context = { now: new Date(0), variables: { id: 7, list: [1, 2], none: undefined, nested: { x: 3 } } };

describe("what $expr implies", () => {
  it.each<[Value, Doc | undefined]>([
    [{ $eq: ["$a", 5] }, { a: { $eq: 5 } }],
    [{ $eq: [5, "$a.b"] }, { "a.b": { $eq: 5 } }],
    [{ $eq: ["$a", "$$id"] }, { a: { $eq: 7 } }],
    [{ $eq: ["$a", "$$nested.x"] }, { a: { $eq: 3 } }],
    [{ $eq: ["$a", { $literal: "$x" }] }, { a: { $eq: "$x" } }],
    [{ $in: ["$a", "$$list"] }, { a: { $in: [1, 2] } }],
    [
      { $and: [{ $eq: ["$a", 1] }, { $gt: ["$b", 2] }, { $eq: ["$c", 3] }] },
      { $and: [{ a: { $eq: 1 } }, { c: { $eq: 3 } }] },
    ],
    // Nothing certain follows from these.
    [{ $eq: ["$a", "$b"] }, undefined],
    [{ $eq: ["$a", [1]] }, undefined],
    [{ $eq: ["$$id", 7] }, undefined],
    [{ $gt: ["$a", 5] }, undefined],
    [{ $or: [{ $eq: ["$a", 1] }] }, undefined],
    [{ $eq: ["$a", { $add: [1, 1] }] }, undefined],
    [{ $in: [1, "$a"] }, undefined],
  ])("%j", (expression, expected) => {
    expect(compileFilter({ $expr: expression }, context).implied).toEqual(expected);
  });

  it("is found below $and, and leaves the filter itself as it was given", () => {
    const filter = { $and: [{ $expr: { $eq: ["$a", 1] } }, { b: 2 }] };
    const compiled = compileFilter(filter, context);
    expect(compiled.implied).toEqual({ a: { $eq: 1 } });
    expect(compiled.source).toBe(filter);
  });

  const scalars = fc.constantFrom<Value>(null, 0, 1, new Double(1), Long.fromNumber(2), "x", true, NaN);
  const values = fc.oneof(
    scalars,
    fc.array(scalars, { maxLength: 2 }),
    fc.record({ b: scalars }, { noNullPrototype: true }),
  );
  const docs = fc.record(
    { a: fc.oneof(values, fc.array(values, { maxLength: 2 })) },
    { requiredKeys: [], noNullPrototype: true },
  );

  it("holds for every document that matches", () => {
    let matched = 0;
    fc.assert(
      fc.property(docs, fc.constantFrom("$a", "$a.b"), values, fc.boolean(), (doc, path, value, byList) => {
        const operand = byList ? { $in: [path, [value, 1]] } : { $eq: [path, value] };
        const filter = compileFilter({ $expr: operand }, context);
        if (!filter.matches(doc) || !filter.implied) return;
        matched += 1;
        expect(compileFilter(filter.implied, context).matches(doc)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
    expect(matched).toBeGreaterThan(50);
  });
});

describe("indexes answer $expr", () => {
  const store = useStore();

  it("in find, and in $lookup with variables", async () => {
    const orders = store.db().collection<{ _id: number; customer: number }>("orders");
    await orders.createIndex({ customer: 1 }, {}, {});
    await orders.insertMany([1, 2, 2, 3].map((customer, _id) => ({ _id, customer })));
    const query = { $expr: { $eq: ["$customer", "$$wanted"] } };
    const explained = await orders.find(query, { let: { wanted: 2 } }).explain("queryPlanner");
    expect(JSON.stringify(explained)).toContain("IXSCAN");
    expect(await orders.find(query, { let: { wanted: 2 } }).toArray()).toHaveLength(2);
    const joined = await orders
      .aggregate([
        { $match: { _id: { $lt: 2 } } },
        { $sort: { _id: 1 } },
        {
          $lookup: {
            from: "orders",
            let: { mine: "$customer" },
            pipeline: [{ $match: { $expr: { $eq: ["$customer", "$$mine"] } } }, { $sort: { _id: 1 } }],
            as: "same",
          },
        },
      ])
      .toArray();
    expect(joined.map((doc) => (doc.same as Doc[]).map((one) => one._id))).toEqual([[0], [1, 2]]);
  });

  it("but an upsert takes no fields from it", async () => {
    const things = store.db().collection<Doc>("things");
    await things.updateOne({ $expr: { $eq: ["$a", 5] } }, { $set: { b: 1 } }, { upsert: true });
    expect(await things.findOne({}, { projection: { _id: 0 } })).toEqual({ b: 1 });
  });
});
