import { useEffect, useState } from "react";
import type { ChannelDetail, Kind } from "./queries.js";

export type FormValues = Readonly<Record<string, string | boolean>>;

const entryOf = (id: string) => `switchboard.channelForm.${id}`;

function kept(id: string): FormValues {
  try {
    return JSON.parse(sessionStorage.getItem(entryOf(id)) ?? "{}") as FormValues;
  } catch {
    return {};
  }
}

/**
 * What was typed into the form of an account. It survives a reload in this tab; secrets never leave the memory of the page.
 */
export function useFormValues(channel: ChannelDetail, kind: Kind) {
  const [values, setValues] = useState<FormValues>(() => ({
    ...Object.fromEntries(
      kind.fields.flatMap((field) => (field.default === null ? [] : [[field.name, field.default]])),
    ),
    ...kept(channel.id),
  }));
  const secrets = kind.fields.filter(({ secret }) => secret).map(({ name }) => name);
  const [dirty, setDirty] = useState(false);
  useEffect(() => {
    const open = Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.includes(name)));
    try {
      sessionStorage.setItem(entryOf(channel.id), JSON.stringify(open));
    } catch {
      // Without storage a reload starts anew.
    }
  });
  return {
    values,
    set(name: string, value: string | boolean) {
      setValues((before) => ({ ...before, [name]: value }));
      if (secrets.includes(name)) setDirty(value !== "");
    },
    /** A secret was typed and not saved: leaving would lose it. */
    dirty,
    /** What was typed is saved. */
    saved() {
      setDirty(false);
      setValues((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !secrets.includes(name))));
      sessionStorage.removeItem(entryOf(channel.id));
    },
  };
}
export type Form = ReturnType<typeof useFormValues>;

/** What copying leaves around a value: marks without width, and the quotes of whatever it stood in. */
const unseen = /[\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;
const quoted = /^(["'`“”‘’„«»])(.*)(["'`“”‘’«»])$/s;

/** The value as it was meant by whoever pasted it; the server reads it the same way. */
function asMeant(value: string): string {
  const seen = value.replace(unseen, "").trim();
  return quoted.exec(seen)?.[2]?.trim() ?? seen;
}

/** What is sent: without what was left empty. */
export const settingsOf = (values: FormValues): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, typeof value === "string" ? asMeant(value) : value] as const)
      .filter(([, value]) => value !== "" && value !== false),
  );

/** Fields that are not as they should be, with the sentence to show; found before anything is sent. */
export function invalidFields(
  kind: Kind,
  values: FormValues,
  say: { missing: string; wrong: (expects: string | null, key: string) => string },
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of kind.fields) {
    if (field.generated) continue;
    const value = values[field.name];
    const text = typeof value === "string" ? asMeant(value) : "";
    if (field.input === "consent") {
      if (field.required && value !== true) errors[field.name] = say.missing;
    } else if (text === "") {
      if (field.required) errors[field.name] = say.missing;
    } else if (field.pattern !== null && !matchesWhole(field.pattern, text)) {
      errors[field.name] = say.wrong(field.expects, field.key);
    }
  }
  return errors;
}

function matchesWhole(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    // A pattern of another dialect: the server checks it.
    return true;
  }
}
