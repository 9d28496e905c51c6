import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

/** Every language says everything, with the same placeholders; no text is missing in the code and none is left over. */
const folder = "web/dashboard/locales";
const languages = readdirSync(folder);
const namespaces = readdirSync(join(folder, "en")).map((file) => file.replace(/\.json$/, ""));
const pluralEnding = /_(zero|one|two|few|many|other)$/;

function flat(value: object, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, child]): [string, string][] =>
    typeof child === "string" ? [[prefix + key, child]] : flat(child as object, `${prefix}${key}.`),
  );
}
const textsOf = (language: string, namespace: string) =>
  new Map(flat(JSON.parse(readFileSync(join(folder, language, `${namespace}.json`), "utf8")) as object));

/** The keys a language must have: each plural of English in the forms of that language. */
function wanted(english: Iterable<string>, language: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = [...english].flatMap((key) =>
    pluralEnding.test(key) ? forms.map((form) => key.replace(pluralEnding, `_${form}`)) : [key],
  );
  return [...new Set(keys)].sort();
}
const placeholders = (text: string) => [...new Set(text.match(/\{\{[^}]+\}\}/g) ?? [])].sort();

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
  );
}
const sources = filesBelow("web/dashboard")
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));

/** All keys of English as "namespace:key", plurals without their ending. */
const known = new Set(
  namespaces.flatMap((ns) => [...textsOf("en", ns).keys()].map((key) => `${ns}:${key.replace(pluralEnding, "")}`)),
);

describe("the dashboard's languages", () => {
  it.each(languages.filter((language) => language !== "en"))("%s says all that English says", (language) => {
    for (const namespace of namespaces) {
      const english = textsOf("en", namespace);
      const texts = textsOf(language, namespace);
      expect([namespace, [...texts.keys()].sort()]).toEqual([namespace, wanted(english.keys(), language)]);
      for (const [key, text] of texts) {
        const original = english.get(key) ?? english.get(key.replace(pluralEnding, "_other"))!;
        // "One message" may leave the number out, in the forms that name one number.
        const allowed = placeholders(original);
        const found = placeholders(text);
        const few = /_(zero|one|two)$/.test(key);
        expect([language, key, few ? found.filter((name) => !allowed.includes(name)) : found]).toEqual([
          language,
          key,
          few ? [] : allowed,
        ]);
        expect([language, key, text.trim() === ""]).toEqual([language, key, false]);
      }
    }
  });

  it("has every text that the code asks for", () => {
    const missing = sources.flatMap(({ file, text }) => {
      const own = /useTranslation\("([\w-]+)"/.exec(text)?.[1] ?? "common";
      return [...text.matchAll(/\bt\(\s*"([^"]+)"/g)]
        .map(([, key]) => (key!.includes(":") ? key! : `${own}:${key!}`))
        .filter((key) => !known.has(key))
        .map((key) => `${file}: ${key}`);
    });
    expect(missing).toEqual([]);
  });

  it("has no text that nothing asks for", () => {
    const used = new Set<string>();
    const beginnings: string[] = [];
    for (const { text } of sources) {
      const own = /useTranslation\("([\w-]+)"/.exec(text)?.[1] ?? "common";
      const full = (key: string) => (key.includes(":") ? key : `${own}:${key}`);
      for (const [, key] of text.matchAll(/"([\w-]+:?[\w.-]+)"/g)) used.add(full(key!));
      for (const [, key] of text.matchAll(/`([\w-]*:?[\w.-]+\.)\$\{/g)) beginnings.push(full(key!));
    }
    const left = [...known].filter((key) => !used.has(key) && !beginnings.some((start) => key.startsWith(start)));
    expect(left).toEqual([]);
  });

  it("knows no language that the menu does not offer", () => {
    const offered = sources.find(({ file }) => file.endsWith("i18n/index.ts"))!.text.matchAll(/code: "([\w-]+)"/g);
    expect([...offered].map((match) => match[1]).sort()).toEqual([...languages].sort());
  });
});
