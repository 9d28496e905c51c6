import { z } from "zod";

/** What copying leaves around a value, unseen: marks without width, and the quotes of whatever it stood in. */
const unseen = /[\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;
const quoted = /^(["'`“”‘’„«»])(.*)(["'`“”‘’«»])$/s;

/** The value as it was meant by whoever pasted it. */
export function asMeant(value: string): string {
  const seen = value.replace(unseen, "").trim();
  return quoted.exec(seen)?.[2]?.trim() ?? seen;
}

/** A text of a settings form. */
export const pasted = () => z.string().overwrite(asMeant);

/** A token or secret, which a mail or a page may have broken into lines. */
export const pastedSecret = () => z.string().overwrite((value) => asMeant(value).replace(/\s*[\r\n]+\s*/g, ""));
