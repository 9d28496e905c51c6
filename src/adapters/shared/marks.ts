import type { TextEntity } from "../../core/message.js";

/** The signs that a channel reads as formatting, around what is formatted. */
export type Marks = Readonly<Partial<Record<TextEntity["kind"], string>>>;

/** As WhatsApp reads them. */
export const whatsappMarks: Marks = { bold: "*", italic: "_", strikethrough: "~", code: "```", pre: "```" };

/** The text with its formatting written into it. What is nested closes in the order it was opened; spaces stay outside. */
export function withMarks(text: string, entities: readonly TextEntity[] = [], marks: Marks = whatsappMarks): string {
  const spans = entities
    .flatMap(({ kind, offset, length }) => {
      const mark = marks[kind];
      const said = text.slice(offset, offset + length);
      const inner = said.trim();
      if (mark === undefined || inner === "") return [];
      const start = offset + said.indexOf(inner);
      return [{ mark, start, end: start + inner.length }];
    })
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let out = "";
  let at = 0;
  const open: typeof spans = [];
  const closeUntil = (place: number) => {
    while (open.length > 0 && open.at(-1)!.end <= place) {
      const { mark, end } = open.pop()!;
      out += text.slice(at, end) + mark;
      at = end;
    }
  };
  for (const span of spans) {
    closeUntil(span.start);
    // What reaches beyond what it began in cannot be said with signs.
    if (open.length > 0 && span.end > open.at(-1)!.end) continue;
    out += text.slice(at, span.start) + span.mark;
    at = span.start;
    open.push(span);
  }
  closeUntil(text.length);
  return out + text.slice(at);
}
