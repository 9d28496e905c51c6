import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { fieldReasons, reasons } from "../../src/core/reasons.js";

const folder = "web/dashboard/locales";
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

function sourcesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sourcesBelow(join(path, entry.name)) : [join(path, entry.name)],
  );
}

describe("what the server refuses, in words", () => {
  it.each(readdirSync(folder))("every reason has its sentence, with what it speaks of: %s", (language) => {
    const texts = JSON.parse(readFileSync(join(folder, language, "problems.json"), "utf8")) as Record<
      "reason" | "field",
      Record<string, string>
    >;
    for (const [part, catalogue] of [
      ["reason", reasons],
      ["field", fieldReasons],
    ] as const) {
      expect(Object.keys(texts[part]).sort()).toEqual(Object.keys(catalogue).sort());
      for (const [name, { params }] of Object.entries(catalogue)) {
        expect([name, placeholders(texts[part][name]!)]).toEqual([name, [...params].sort()]);
      }
    }
  });

  it("no reason of the catalogue is one that nothing gives", () => {
    const sources = [...sourcesBelow("src")]
      .filter((file) => file.endsWith(".ts") && !file.endsWith("reasons.ts"))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n");
    expect(Object.keys(reasons).filter((reason) => !sources.includes(`"${reason}"`))).toEqual([]);
  });
});
