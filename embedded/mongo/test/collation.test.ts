import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import { compileFilter } from "../query/filter.js";
import { compileSort } from "../query/sort.js";
import type { Collator, Doc } from "../types.js";
import { canonicalKey, compareValues, valuesEqual } from "../values/compare.js";

function collator(spec: Doc): Collator {
  const compiled = compileCollation(spec);
  if (!compiled) throw new Error("no collator");
  return compiled;
}

function codeOf(action: () => unknown): number | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof MongoError) return error.code;
    throw error;
  }
  return undefined;
}

describe("collation strengths", () => {
  it.each<[Doc, string, string, number]>([
    [{ locale: "en", strength: 1 }, "cote", "CÔTÉ", 0],
    [{ locale: "en", strength: 2 }, "cote", "COTE", 0],
    [{ locale: "en", strength: 2 }, "cote", "coté", -1],
    [{ locale: "en", strength: 3 }, "cote", "COTE", -1],
    [{ locale: "en" }, "a", "A", -1],
    [{ locale: "en", caseFirst: "upper" }, "a", "A", 1],
    [{ locale: "en", strength: 1, caseLevel: true }, "é", "e", 0],
    [{ locale: "en", strength: 1, caseLevel: true }, "e", "E", -1],
    [{ locale: "en", numericOrdering: true }, "item10", "item9", 1],
    [{ locale: "en" }, "item10", "item9", -1],
    [{ locale: "en", strength: 2, alternate: "shifted" }, "black-bird", "blackbird", 0],
    [{ locale: "sv" }, "z", "ö", -1],
    [{ locale: "de" }, "z", "ö", 1],
    [{ locale: "de@collation=phonebook", strength: 1 }, "ä", "ae", 0],
  ])("%j: %s and %s", (spec, a, b, expected) => {
    expect(Math.sign(collator(spec).compare(a, b))).toBe(expected);
    expect(Math.sign(collator(spec).compare(b, a))).toBe(expected === 0 ? 0 : -expected);
    expect(collator(spec).equalityKey(a) === collator(spec).equalityKey(b)).toBe(expected === 0);
  });

  it("is none for the simple locale", () => {
    expect(compileCollation({ locale: "simple" })).toBeUndefined();
  });

  it("fills in the server's defaults", () => {
    expect(collator({ locale: "en", strength: 2 }).spec).toEqual({
      locale: "en",
      caseLevel: false,
      caseFirst: "off",
      strength: 2,
      numericOrdering: false,
      alternate: "non-ignorable",
      maxVariable: "punct",
      normalization: false,
      backwards: false,
    });
  });

  const letters = fc.constantFrom(
    "a",
    "A",
    "á",
    "Á",
    "b",
    "ß",
    "s",
    "æ",
    "1",
    "01",
    "-",
    " ",
    "é",
    "e\u0301",
    "ö",
    "漢",
  );
  const words = fc.array(letters, { maxLength: 4 }).map((parts) => parts.join(""));

  it.each([1, 2, 3])("has equal keys for equal strings at strength %d", (strength) => {
    const compiled = collator({ locale: "en", strength });
    fc.assert(
      fc.property(words, words, (a, b) => {
        if (compiled.compare(a, b) === 0) expect(compiled.equalityKey(a)).toBe(compiled.equalityKey(b));
        else expect(compiled.equalityKey(a)).not.toBe(compiled.equalityKey(b));
      }),
      { numRuns: 1500 },
    );
  });
});

describe("collation in values, filters and sorts", () => {
  const insensitive = collator({ locale: "en", strength: 2 });
  const context = { collator: insensitive, now: new Date() };
  const matches = (filter: Doc, doc: Doc): boolean => compileFilter(filter, context).matches(doc);

  it("reaches strings inside documents and arrays, and nothing else", () => {
    expect(valuesEqual({ a: ["X"] }, { a: ["x"] }, insensitive)).toBe(true);
    expect(canonicalKey({ a: ["X"] }, insensitive)).toBe(canonicalKey({ a: ["x"] }, insensitive));
    expect(compareValues({ A: 1 }, { a: 1 }, insensitive)).not.toBe(0);
  });

  it.each<[Doc, Doc, boolean]>([
    [{ a: "ping" }, { a: "PING" }, true],
    [{ a: { $in: ["x", "PING"] } }, { a: "ping" }, true],
    [{ a: { $in: ["1", "2", "3", "4", "5", "6", "7", "PING"] } }, { a: "ping" }, true],
    [{ a: { $nin: ["PING"] } }, { a: "ping" }, false],
    [{ a: { $ne: "PING" } }, { a: "ping" }, false],
    [{ a: { $gt: "ping" } }, { a: "PING" }, false],
    [{ a: { $all: ["A", "B"] } }, { a: ["b", "a"] }, true],
    [{ a: { $elemMatch: { $eq: "A" } } }, { a: ["a"] }, true],
    [{ $expr: { $eq: ["$a", "PING"] } }, { a: "ping" }, true],
    // Regular expressions know no collation.
    [{ a: /^ping$/ }, { a: "PING" }, false],
  ])("%j matches %j: %p", (filter, doc, expected) => {
    expect(matches(filter, doc)).toBe(expected);
  });

  it("orders documents", () => {
    const docs = ["b", "A", "a", "C", "B"].map((a) => ({ a }));
    const sorted = docs.sort(compileSort({ a: 1 }, collator({ locale: "en" })));
    expect(sorted.map((doc) => doc.a)).toEqual(["a", "A", "b", "B", "C"]);
  });
});

describe("malformed collations", () => {
  it.each<[number, Doc]>([
    [40414, { strength: 1 }],
    [14, { locale: 1 }],
    [2, { locale: "xx_not_a_locale" }],
    [2, { locale: "en", strength: 6 }],
    [14, { locale: "en", strength: "1" }],
    [14, { locale: "en", caseLevel: 1 }],
    [2, { locale: "en", caseFirst: "first" }],
    [40415, { locale: "en", strengt: 1 }],
    [2, { locale: "simple", strength: 1 }],
  ])("refused with %d: %j", (code, spec) => {
    expect(codeOf(() => compileCollation(spec))).toBe(code);
  });
});
