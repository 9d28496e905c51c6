import type { TextUnit } from "../../core/capabilities.js";
import type { TextEntity } from "../../core/message.js";

/** A part of a longer text. The parts joined are the text, nothing added and nothing lost. */
export interface TextPart {
  text: string;
  entities: TextEntity[];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Places to cut, best first: after a paragraph, a line, a sentence, a word. */
const breaks = [/\n\s*\n/gu, /\n/gu, /[.!?…。！？]["')\]»”]*\s+/gu, /\s+/gu];

/**
 * Splits a text into parts of at most `max` units each, at the best place there is: between paragraphs, lines, sentences
 * or words, else between graphemes, never inside a surrogate pair. Entities that cross a cut go on in the next part;
 * their offsets count from the start of their part. A single grapheme longer than `max` is cut between code points.
 */
export function splitText(
  text: string,
  limit: { max: number; unit: TextUnit },
  entities: readonly TextEntity[] = [],
): TextPart[] {
  const parts: TextPart[] = [];
  let start = 0;
  while (start < text.length) {
    const rest = text.slice(start);
    const end = start + cutOf(rest, limit.max, limit.unit);
    parts.push({ text: text.slice(start, end), entities: clip(entities, start, end) });
    start = end;
  }
  return parts;
}

/** Length in the unit the provider counts. `characters` are Unicode code points. */
export function lengthIn(text: string, unit: TextUnit): number {
  switch (unit) {
    case "utf16":
      return text.length;
    case "characters":
      return Array.from(text).length;
    case "bytes":
      return Buffer.byteLength(text, "utf8");
  }
}

/** Where to end the first part of `text`, as an index of UTF-16 units; at least one code point. */
function cutOf(text: string, max: number, unit: TextUnit): number {
  const end = fitting(text, max, unit);
  if (end >= text.length) return text.length;

  const segments = graphemes.segment(text);
  const isBoundary = (index: number) => segments.containing(index)?.index === index;
  // A cut in the first half would make more parts than needed, only to please the eye.
  const from = Math.floor(end / 2);
  for (const pattern of breaks) {
    const at = lastBreak(text, pattern, from, end, isBoundary);
    if (at !== undefined) return at;
  }
  const boundary = segments.containing(end)?.index ?? end;
  return boundary > 0 ? boundary : end;
}

/** The end of the last match within [from, end] that is also between two graphemes. */
function lastBreak(
  text: string,
  pattern: RegExp,
  from: number,
  end: number,
  isBoundary: (index: number) => boolean,
): number | undefined {
  const window = text.slice(from, end);
  const ends = [...window.matchAll(pattern)].map((match) => from + match.index + match[0].length);
  return ends.reverse().find((at) => isBoundary(at));
}

/** The longest prefix that fits, as an index that is never inside a surrogate pair; at least one code point. */
function fitting(text: string, max: number, unit: TextUnit): number {
  let used = 0;
  let index = 0;
  while (index < text.length) {
    const codePoint = text.codePointAt(index) ?? 0;
    const width = codePoint > 0xffff ? 2 : 1;
    used += unit === "utf16" ? width : unit === "characters" ? 1 : utf8Bytes(codePoint);
    if (used > max && index > 0) return index;
    index += width;
  }
  return text.length;
}

/** Lone surrogates become U+FFFD in UTF-8, three bytes. */
function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

function clip(entities: readonly TextEntity[], start: number, end: number): TextEntity[] {
  return entities.flatMap((entity) => {
    const from = Math.max(entity.offset, start);
    const to = Math.min(entity.offset + entity.length, end);
    return from < to ? [{ ...entity, offset: from - start, length: to - from }] : [];
  });
}
