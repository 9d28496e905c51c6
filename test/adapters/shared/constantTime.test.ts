import { describe, expect, it } from "@jest/globals";
import { equalInConstantTime, matchesAny } from "../../../src/adapters/shared/constantTime.js";

describe("comparing secrets", () => {
  it("tells equal from different, whatever their lengths", () => {
    expect(equalInConstantTime("secret", "secret")).toBe(true);
    expect(equalInConstantTime("secret", "secreT")).toBe(false);
    expect(equalInConstantTime("secret", "secret1")).toBe(false);
    expect(equalInConstantTime("", "secret")).toBe(false);
    expect(equalInConstantTime("ä", "a")).toBe(false);
  });

  it("finds one of several, and none among none", () => {
    expect(matchesAny("b", ["a", "b", "c"])).toBe(true);
    expect(matchesAny("d", ["a", "b", "c"])).toBe(false);
    expect(matchesAny("a", [])).toBe(false);
  });
});
