import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { adapters } from "../../src/adapters/registry.js";
import { channelKindDto } from "../../src/http/presenters/channels.js";

/** What the manifests say of each kind of channel, by the path of its translation. */
function textsOfManifests(): Record<string, string> {
  const texts: Record<string, string> = {};
  const put = (key: string, text: string | null) => {
    if (text) texts[key.replace("channels:", "")] = text;
  };
  for (const kind of adapters.map(channelKindDto)) {
    put(`${kind.kind}.warning`, kind.warning);
    put(`${kind.tile.key}.summary`, kind.tile.summary);
    put(`${kind.tile.key}.cost`, kind.tile.cost);
    for (const field of kind.fields.filter(({ generated }) => !generated)) {
      put(`${field.key}.title`, field.title);
      // What is consented to is the warning.
      if (field.input !== "consent") put(`${field.key}.help`, field.help);
      put(`${field.key}.expects`, field.expects);
      for (const option of field.options ?? []) put(option.key, option.label);
    }
    for (const step of kind.steps) put(step.key, step.text);
  }
  return texts;
}

function flat(value: object, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, child]): [string, string][] =>
    typeof child === "string" ? [[prefix + key, child]] : flat(child as object, `${prefix}${key}.`),
  );
}

describe("what the wizards say of each kind of channel", () => {
  it("is in the dashboard's texts word for word, so that the translations are of what the server says today", () => {
    const file = readFileSync("web/dashboard/locales/en/channels.json", "utf8");
    const { kinds } = JSON.parse(file) as { kinds: object };
    expect(Object.fromEntries(flat(kinds))).toEqual(textsOfManifests());
  });
});
