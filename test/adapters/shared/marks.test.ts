import { describe, expect, it } from "@jest/globals";
import { withMarks } from "../../../src/adapters/shared/marks.js";

describe("formatting by signs", () => {
  it("stands around the words, without the spaces at their edges", () => {
    expect(withMarks("one two three", [{ kind: "bold", offset: 3, length: 5 }])).toBe("one *two* three");
    expect(withMarks("one", [])).toBe("one");
    expect(withMarks("   ", [{ kind: "bold", offset: 0, length: 3 }])).toBe("   ");
  });

  it("closes what is nested in the order it was opened", () => {
    const text = "all of it here";
    expect(
      withMarks(text, [
        { kind: "italic", offset: 4, length: 5 },
        { kind: "bold", offset: 0, length: 9 },
        { kind: "strikethrough", offset: 10, length: 4 },
      ]),
    ).toBe("*all _of it_* ~here~");
  });

  it("leaves out what no sign can say: overlaps, and kinds without one", () => {
    expect(
      withMarks("abcdef", [
        { kind: "bold", offset: 0, length: 4 },
        { kind: "italic", offset: 2, length: 4 },
        { kind: "underline", offset: 0, length: 6 },
      ]),
    ).toBe("*abcd*ef");
    expect(withMarks("run()", [{ kind: "code", offset: 0, length: 5 }])).toBe("```run()```");
  });
});
