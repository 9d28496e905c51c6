import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { lengthIn, splitText } from "../../../src/adapters/shared/splitText.js";
import type { TextUnit } from "../../../src/core/capabilities.js";
import type { TextEntity } from "../../../src/core/message.js";

const units: TextUnit[] = ["utf16", "characters", "bytes"];
const family = "👩‍👩‍👧‍👦";
const graphemes = (text: string) => Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
const parts = (text: string, max: number, unit: TextUnit = "utf16") =>
  splitText(text, { max, unit }).map((part) => part.text);

/** Words, line ends, emoji of many code points, combining marks, flags. */
const someText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.constantFrom(" ", "\n", "\n\n", ". ", family, "🇪🇸🇫🇷", "é", "日本語。", "https://a.example/path"),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""));

describe("splitting text", () => {
  it("leaves a text that fits alone, and makes nothing of nothing", () => {
    expect(parts("hello", 5)).toEqual(["hello"]);
    expect(parts("", 5)).toEqual([]);
  });

  it("cuts after a paragraph, else a line, a sentence, a word", () => {
    expect(parts("aaaa bb\n\ncc dd. ee ff", 16)).toEqual(["aaaa bb\n\n", "cc dd. ee ff"]);
    expect(parts("aaaa bb cc\ndd. ee ff", 16)).toEqual(["aaaa bb cc\n", "dd. ee ff"]);
    expect(parts("aaaa bb dd. ee ff gg", 16)).toEqual(["aaaa bb dd. ", "ee ff gg"]);
    expect(parts("aaaa bb dd ee ff gg", 16)).toEqual(["aaaa bb dd ee ", "ff gg"]);
  });

  it("keeps graphemes whole where no word ends", () => {
    expect(parts(family.repeat(3), family.length + 3)).toEqual([family, family, family]);
    expect(parts("🇪🇸🇫🇷🇩🇪", 6)).toEqual(["🇪🇸", "🇫🇷", "🇩🇪"]);
  });

  it("cuts a grapheme that is longer than a part between code points", () => {
    const zalgo = `a${"\u0301".repeat(20)}`;
    expect(parts(zalgo, 8).join("")).toBe(zalgo);
    expect(parts(family, 3).every((part) => !/\p{Surrogate}/u.test(part))).toBe(true);
  });

  it("splits long texts in a time that grows with their length", () => {
    const text = `${"a".repeat(99)} `.repeat(1000);
    expect(parts(text, 4096).join("")).toBe(text);
  });

  it.each(units)("loses nothing, fits, and breaks no grapheme that fits (%s)", (unit) => {
    fc.assert(
      fc.property(someText, fc.integer({ min: 30, max: 80 }), (text, max) => {
        const split = parts(text, max, unit);
        expect(split.join("")).toBe(text);
        for (const part of split) expect(lengthIn(part, unit)).toBeLessThanOrEqual(max);
        if (graphemes(text).every((one) => lengthIn(one, unit) <= max)) {
          expect(split.flatMap(graphemes)).toEqual(graphemes(text));
        }
      }),
    );
  });

  it("keeps lone surrogates, and makes none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.integer({ min: 4, max: 20 }), (text, max) => {
        const split = parts(text, max);
        expect(split.join("")).toBe(text);
        if (!/\p{Surrogate}/u.test(text)) expect(split.some((part) => /\p{Surrogate}/u.test(part))).toBe(false);
      }),
    );
    expect(parts("a\ud83d b", 3).join("")).toBe("a\ud83d b");
  });

  it("cuts entities where the text is cut", () => {
    const bold: TextEntity = { kind: "bold", offset: 2, length: 10 };
    expect(splitText("aaaa bbbb cccc", { max: 10, unit: "utf16" }, [bold])).toEqual([
      { text: "aaaa bbbb ", entities: [{ kind: "bold", offset: 2, length: 8 }] },
      { text: "cccc", entities: [{ kind: "bold", offset: 0, length: 2 }] },
    ]);
  });

  it("marks the same characters before and after", () => {
    const span = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(someText, fc.array(span, { maxLength: 5 }), fc.integer({ min: 30, max: 60 }), (text, spans, max) => {
        const entities = spans
          .filter(([offset, length]) => offset + length <= text.length)
          .map(([offset, length]): TextEntity => ({ kind: "bold", offset, length }));
        let start = 0;
        const marked = new Set<number>();
        for (const part of splitText(text, { max, unit: "utf16" }, entities)) {
          for (const { offset, length } of part.entities) {
            expect(offset + length).toBeLessThanOrEqual(part.text.length);
            for (let at = offset; at < offset + length; at += 1) marked.add(start + at);
          }
          start += part.text.length;
        }
        const wanted = new Set(
          entities.flatMap(({ offset, length }) => Array.from({ length }, (_, index) => offset + index)),
        );
        expect(marked).toEqual(wanted);
      }),
    );
  });
});
