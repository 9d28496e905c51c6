import { describe, expect, it } from "@jest/globals";
import { Double, Long } from "bson";
import fc from "fast-check";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import type { Doc, Updater, Value } from "../types.js";
import { compileUpdate } from "../update/update.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import { valuesIdentical } from "../values/compare.js";

const context = { now: new Date("2024-01-01T00:00:00Z") };

const scalars = fc.constantFrom<Value>(0, 1, 2, 5, new Double(1), Long.fromNumber(2), 1.5, "a", "b", null, true);
const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    scalars,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const docs: fc.Arbitrary<Doc> = fc
  .dictionary(fc.constantFrom("a", "b", "c", "d"), values, { noNullPrototype: true })
  .map((fields) => ({ _id: 1, ...fields }));
const paths = fc.constantFrom(
  "a",
  "b",
  "c",
  "d",
  "e",
  "a.b",
  "a.0",
  "b.c",
  "b.1",
  "c.a.b",
  "a.$[]",
  "b.$[].a",
  "d.$[e]",
);
const operators = fc.oneof(
  fc.tuple(fc.constantFrom("$set", "$min", "$max", "$push", "$addToSet", "$pull"), values),
  fc.tuple(fc.constantFrom("$inc", "$mul"), fc.constantFrom<Value>(1, 0, 1.5, Long.fromNumber(1))),
  fc.tuple(fc.constantFrom("$unset"), fc.constant<Value>("")),
  fc.tuple(fc.constantFrom("$pop"), fc.constantFrom<Value>(1, -1)),
  fc.tuple(fc.constantFrom("$pullAll"), fc.array(scalars, { maxLength: 2 })),
  fc.tuple(fc.constantFrom("$rename"), fc.constantFrom<Value>("f", "g.h")),
);
const updates: fc.Arbitrary<Doc> = fc
  .array(fc.tuple(paths, operators), { minLength: 1, maxLength: 3 })
  .map((changes) => {
    const update: Record<string, Doc> = {};
    for (const [path, [operator, operand]] of changes) {
      update[operator] = { ...update[operator], [path]: operand };
    }
    return update;
  });

/** Undefined when MongoDB's rules refuse the update; any other error fails the test. */
function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof MongoError) return undefined;
    throw error;
  }
}

function compile(update: Doc): Updater | undefined {
  const usesFilter = JSON.stringify(update).includes("$[e]");
  return unlessRefused(() => compileUpdate(update, { context, arrayFilters: usesFilter ? [{ e: { $gte: 1 } }] : [] }));
}

describe("updates", () => {
  it("never touch the old document, and give it back when nothing changed", () => {
    let applied = 0;
    fc.assert(
      fc.property(docs, updates, (doc, update) => {
        const updater = compile(update);
        const before = encodeDocument(doc);
        const after = updater && unlessRefused(() => updater.apply(doc, {}));
        expect(Buffer.from(encodeDocument(doc)).equals(before)).toBe(true);
        if (after === undefined) return;
        applied += 1;
        expect(after === doc).toBe(valuesIdentical(after, doc));
        expect(after._id).toBe(1);
        expect(valuesIdentical(decodeDocument(encodeDocument(after)), after)).toBe(true);
      }),
      { numRuns: 4000 },
    );
    // The property would say nothing if nearly all of them were refused.
    expect(applied).toBeGreaterThan(1000);
  });

  it("of one field keep all others in their place", () => {
    fc.assert(
      fc.property(docs, fc.constantFrom("a", "b", "x"), values, (doc, name, value) => {
        const after = compileUpdate({ $set: { [name]: value } }, { context }).apply(doc, {});
        const names = Object.keys(doc);
        expect(Object.keys(after)).toEqual(name in doc ? names : [...names, name]);
        for (const other of names) if (other !== name) expect(after[other]).toBe(doc[other]);
        expect(valuesIdentical(after[name], value)).toBe(true);
      }),
    );
  });

  it("that set a value make the document match it, and make no second change", () => {
    fc.assert(
      fc.property(docs, fc.constantFrom("a", "x", "a.b", "b.c", "x.y"), values, (doc, path, value) => {
        const updater = compileUpdate({ $set: { [path]: value } }, { context });
        const after = unlessRefused(() => updater.apply(doc, {}));
        if (!after) return;
        expect(compileFilter({ [path]: { $eq: value } }, context).matches(after)).toBe(true);
        expect(updater.apply(after, {})).toBe(after);
      }),
      { numRuns: 1500 },
    );
  });

  it("by $pull leave nothing that the condition matches, by $addToSet leave exactly one", () => {
    fc.assert(
      fc.property(fc.array(scalars, { maxLength: 6 }), scalars, (list, value) => {
        const pulled = compileUpdate({ $pull: { a: value } }, { context }).apply({ a: list }, {});
        expect(compileFilter({ a: { $elemMatch: { $eq: value } } }, context).matches(pulled)).toBe(false);
        const added = compileUpdate({ $addToSet: { a: value } }, { context }).apply(pulled, {});
        expect((added.a as Value[]).length).toBe((pulled.a as Value[]).length + 1);
        expect(compileUpdate({ $addToSet: { a: value } }, { context }).apply(added, {})).toBe(added);
      }),
    );
  });

  it("by replacement and by pipeline come to the same", () => {
    fc.assert(
      fc.property(docs, docs, (doc, next) => {
        const replaced = compileUpdate(next, { context }).apply(doc, {});
        const piped = compileUpdate([{ $replaceWith: { $literal: next } }], { context }).apply(doc, {});
        expect(valuesIdentical(replaced, piped)).toBe(true);
        expect(valuesIdentical(replaced, next)).toBe(true);
      }),
    );
  });

  it("of an upsert hold what the filter fixes", () => {
    fc.assert(
      fc.property(scalars, scalars, (first, second) => {
        const filter = { a: first, "b.c": { $eq: second }, d: { $gt: 1 } };
        const made = compileUpdate({ $set: { x: 1 } }, { context }).upsert(filter);
        expect(Object.keys(made)).toEqual(["_id", "a", "b", "x"]);
        expect(compileFilter({ a: first, "b.c": { $eq: second } }, context).matches(made)).toBe(true);
      }),
    );
  });
});
