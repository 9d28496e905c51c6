import type { ContentDto } from "../data/types.js";

type Entity = NonNullable<Extract<ContentDto, { kind: "text" }>["entities"]>[number];
export type Format = "bold" | "italic" | "strikethrough" | "code";

/** What stands around formatted words while they are written. */
export const signs: Readonly<Record<Format, string>> = { bold: "**", italic: "_", strikethrough: "~~", code: "`" };

const found =
  /```\n?([\s\S]{1,4000}?)\n?```|`([^`\n]{1,1000})`|\*\*(?=\S)([\s\S]{1,4000}?)(?<=\S)\*\*|~~(?=\S)([\s\S]{1,4000}?)(?<=\S)~~|(?<![\p{L}\p{N}_])_(?=\S)([^\n]{1,1000}?)(?<=\S)_(?![\p{L}\p{N}_])/gu;
const kinds = ["pre", "code", "bold", "strikethrough", "italic"] as const;
/** Signs within an address belong to it. */
const inAddress = /(?:^|\s)(?:https?:\/\/|www\.)\S*$/i;

/** What was written with signs, as words and their formatting. */
export function parseMarkup(written: string): { text: string; entities: Entity[] } {
  let text = "";
  let end = 0;
  const entities: Entity[] = [];
  for (const match of written.matchAll(found)) {
    if (match.index < end || inAddress.test(written.slice(Math.max(0, match.index - 2_000), match.index))) continue;
    const at = match.slice(1).findIndex((group) => group !== undefined);
    const kind = kinds[at]!;
    const said = match[at + 1]!;
    const inner = kind === "pre" || kind === "code" ? { text: said, entities: [] } : parseMarkup(said);
    text += written.slice(end, match.index);
    entities.push(
      { kind, offset: text.length, length: inner.text.length },
      ...inner.entities.map((one) => ({ ...one, offset: one.offset + text.length })),
    );
    text += inner.text;
    end = match.index + match[0].length;
  }
  return { text: text + written.slice(end), entities };
}

/** A formatted text as it would be written, for editing it. */
export function markupOf(text: string, entities: readonly Entity[] = []): string {
  const edges = entities.flatMap(({ kind, offset, length }) => {
    const sign = kind === "pre" ? "```" : kind in signs ? signs[kind as Format] : undefined;
    return sign === undefined
      ? []
      : [
          { at: offset, sign, order: -length },
          { at: offset + length, sign, order: length - 1e9 },
        ];
  });
  // At one place what ends there closes first, the innermost before the others; then the outermost opens.
  edges.sort((a, b) => a.at - b.at || a.order - b.order);
  let out = "";
  let at = 0;
  for (const edge of edges) {
    out += text.slice(at, edge.at) + edge.sign;
    at = edge.at;
  }
  return out + text.slice(at);
}

/** Puts signs around what is selected, or takes them away when they are there. */
export function toggled(
  text: string,
  start: number,
  end: number,
  format: Format,
): { text: string; start: number; end: number } {
  const sign = signs[format];
  const has = text.slice(start - sign.length, start) === sign && text.slice(end, end + sign.length) === sign;
  if (has)
    return {
      text: text.slice(0, start - sign.length) + text.slice(start, end) + text.slice(end + sign.length),
      start: start - sign.length,
      end: end - sign.length,
    };
  return {
    text: text.slice(0, start) + sign + text.slice(start, end) + sign + text.slice(end),
    start: start + sign.length,
    end: end + sign.length,
  };
}
