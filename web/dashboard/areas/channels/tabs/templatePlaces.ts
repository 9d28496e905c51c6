import type { z } from "zod";
import type { templateDto } from "../../../../../src/wire/channels.js";

type Parts = NonNullable<z.infer<typeof templateDto>["parts"]>;

/** One place of a template that takes a value. */
export interface Place {
  key: string;
  label: string;
  in: "header" | "body" | "button";
  index?: number;
  name?: string;
}

/** The places of a template, `{{1}}` or `{{name}}`, in the order of its parts. */
export function placesOf(parts: Parts): Place[] {
  const places: Place[] = [];
  for (const part of parts) {
    if (part.in === "footer") continue;
    for (const [, name] of (part.text ?? part.url ?? "").matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)) {
      const key = `${part.in}/${part.index ?? 0}/${name}`;
      if (places.some((place) => place.key === key)) continue;
      places.push({
        key,
        label: `{{${name}}}`,
        in: part.in,
        ...(part.index === undefined ? {} : { index: part.index }),
        ...(/^\d+$/.test(name!) ? {} : { name: name! }),
      });
    }
  }
  return places;
}

/** Values as the API takes them; what is empty stays empty so that it is named as missing. */
export const parametersOf = (places: readonly Place[], values: Readonly<Record<string, string>>) =>
  places
    .filter(({ key }) => values[key])
    .map(({ key, in: where, index, name }) => ({
      in: where,
      value: values[key]!,
      ...(index === undefined ? {} : { index }),
      ...(name === undefined ? {} : { name }),
    }));
