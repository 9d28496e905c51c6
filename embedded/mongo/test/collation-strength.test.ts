/** Collations: order, equality keys and what is refused. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileCollation } from "../collation.js";
import { MongoError } from "../errors.js";
import type { Collator, Doc } from "../types.js";

function collator(spec: Doc): Collator {
  const compiled = compileCollation(spec);
  if (!compiled) throw new Error("a collator was expected");
  return compiled;
}

const letters = fc.string({
  unit: fc.constantFrom(
    "a",
    "A",
    "á",
    "Á",
    "a\u0301",
    "e",
    "é",
    "ß",
    "ss",
    "s",
    "æ",
    "ae",
    "ø",
    "o",
    "ü",
    "u",
    "ue",
    "1",
    "01",
    "10",
    "-",
    " ",
    "ﬁ",
    "fi",
    "i",
    "I",
    "ı",
    "İ",
    "中",
    "\u0000",
    "å",
    "aa",
  ),
  maxLength: 4,
});

describe("equality keys", () => {
  it.each<[Doc]>([
    [{ locale: "en", strength: 1 }],
    [{ locale: "en", strength: 2 }],
    [{ locale: "en", strength: 3 }],
    [{ locale: "en", strength: 1, caseLevel: true }],
    [{ locale: "en", strength: 2, numericOrdering: true }],
    [{ locale: "en", strength: 1, alternate: "shifted" }],
    [{ locale: "sv", strength: 1 }],
    [{ locale: "tr", strength: 1 }],
    [{ locale: "de@collation=phonebook", strength: 1 }],
    [{ locale: "fr_CA", strength: 2 }],
  ])("are equal exactly for equal strings by %j", (spec) => {
    const compiled = collator(spec);
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const same = compiled.equalityKey(a) === compiled.equalityKey(b);
        expect([a, b, same]).toEqual([a, b, compiled.compare(a, b) === 0]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("two letters for one", () => {
  it.each<[string, string, string, boolean]>([
    ["da", "Århus", "Aarhus", true],
    ["da", "aa", "a", false],
    ["en", "Århus", "Aarhus", false],
    ["de@collation=phonebook", "Müller", "Mueller", true],
    ["de", "Müller", "Muller", true],
    ["de", "Müller", "Mueller", false],
  ])("%s: %s, %s", (locale, a, b, equal) => {
    const compiled = collator({ locale, strength: 1 });
    expect(compiled.compare(a, b) === 0).toBe(equal);
    expect(compiled.equalityKey(a) === compiled.equalityKey(b)).toBe(equal);
  });
});

describe("order", () => {
  it.each<[Doc, string, string, number]>([
    [{ locale: "en" }, "a", "B", -1],
    [{ locale: "en" }, "a", "A", -1],
    [{ locale: "en", caseFirst: "upper" }, "a", "A", 1],
    [{ locale: "en", strength: 2 }, "a", "A", 0],
    [{ locale: "en", strength: 1 }, "é", "E", 0],
    [{ locale: "sv" }, "z", "å", -1],
    [{ locale: "en" }, "z", "å", 1],
    [{ locale: "en", numericOrdering: true }, "2", "10", -1],
  ])("%j: %s, %s", (spec, a, b, expected) => {
    expect(Math.sign(collator(spec).compare(a, b))).toBe(expected);
  });

  it("knows the simple collation", () => {
    expect(compileCollation({ locale: "simple" })).toBeUndefined();
  });

  it("fills in what was not said", () => {
    expect(collator({ locale: "en", strength: 2 }).spec).toEqual({
      locale: "en",
      strength: 2,
      caseLevel: false,
      caseFirst: "off",
      numericOrdering: false,
      alternate: "non-ignorable",
      maxVariable: "punct",
      normalization: false,
      backwards: false,
    });
  });
});

describe("refused collations", () => {
  it.each<[number, Doc]>([
    [40414, { strength: 2 }],
    [2, { locale: "xx_nope" }],
    [2, { locale: "en", strength: 6 }],
    [14, { locale: "en", strength: "2" }],
    [14, { locale: 1 }],
    [14, { locale: "en", caseLevel: 1 }],
    [2, { locale: "en", caseFirst: "none" }],
    [40415, { locale: "en", nope: 1 }],
    [2, { locale: "simple", strength: 1 }],
  ])("%i: %j", (code, spec) => {
    let thrown: unknown;
    try {
      compileCollation(spec);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MongoError);
    expect((thrown as MongoError).code).toBe(code);
  });
});
