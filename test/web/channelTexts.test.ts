import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ProviderError } from "../../src/core/errors.js";
import { channelSentences, reasonOf } from "../../src/core/channelSentences.js";
import { endings } from "../../src/adapters/whatsapp-web/failures.js";
import { adapters } from "../../src/adapters/registry.js";
import { channelKindDto } from "../../src/http/presenters/channels.js";

/** What the manifests say of each kind of channel, by the path of its translation. */
function textsOfManifests(): Record<string, string> {
  const texts: Record<string, string> = {};
  const put = (key: string, text: string | null) => {
    if (text) texts[key.replace("channels:", "")] = text;
  };
  for (const kind of adapters.map((adapter) => channelKindDto(adapter, true))) {
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

describe("what is proposed for a channel", () => {
  const modeOf = (https: boolean) =>
    adapters
      .map((adapter) => channelKindDto(adapter, https))
      .find(({ kind }) => kind === "telegram")!
      .fields.find(({ name }) => name === "mode")!;

  it("is what works from where this server is: without an https address it asks, and says why that is proposed", () => {
    expect(modeOf(true)).toMatchObject({ default: "webhook", default_reason: null });
    expect(modeOf(false)).toMatchObject({ default: "polling", default_reason: "no_https" });
  });
});

describe("what is said of channel accounts", () => {
  it("is in the dashboard's texts word for word, by its stable name", () => {
    const { reason } = JSON.parse(readFileSync("web/dashboard/locales/en/channels.json", "utf8")) as { reason: object };
    expect(reason).toEqual(channelSentences);
  });

  it("is known again with what stands in its places, and a provider's own words are not", () => {
    for (const [name, sentence] of Object.entries(channelSentences)) {
      expect(reasonOf(sentence)?.reason).toBe(name);
    }
    expect(reasonOf("Your system answered 410: there is nothing at this address. Compare its path.")).toEqual({
      reason: "http_nothing_there",
      parameters: { code: "410" },
    });
    expect(reasonOf("Meta: (#2200) Callback verification failed")).toBeUndefined();
  });

  it("covers what adapters explain and refuse, and what becomes of linked numbers", () => {
    const refused = (code: string, message = "refused", kind: "auth_expired" | "unreachable" = "auth_expired") =>
      new ProviderError(kind === "unreachable" ? { kind, mayHaveBeenSent: false } : { kind }, message, code);
    const errors = [
      refused("190"),
      refused("190/463"),
      refused("190/460"),
      refused("10"),
      refused("100/33"),
      refused("100", "Invalid appsecret_proof"),
      refused("0", "The token belongs to another page than the one named."),
      refused("401"),
      refused("404"),
      refused("0", "no answer", "unreachable"),
      new ProviderError({ kind: "refused", why: "policy" }, "private"),
    ];
    const explained = adapters.flatMap(({ explain }) => errors.map((error) => explain?.(error)?.sentence));
    const said = [...explained, ...Object.values(endings).map(({ cause }) => cause)].filter((one) => one !== undefined);
    expect(said.length).toBeGreaterThan(20);
    expect([...new Set(said)].filter((one) => reasonOf(one) === undefined)).toEqual([]);
  });
});
