import { record, records, text, type Raw } from "../shared/read.js";

/** Parts of a rich message that hold words, in reading order. Pictures and layout are left out. */
const parts = [
  "label",
  "summary",
  "text",
  "expression",
  "alternative_text",
  "items",
  "cells",
  "blocks",
  "caption",
  "credit",
];

/** More than any real message nests: what is deeper is left out instead of exhausting the stack. */
const deepest = 64;

/** The words of a rich message (Bot API 10), a line for each block; undefined when it has none. */
export function richMessageText(message: unknown): string | undefined {
  const blocks = record(message)?.blocks;
  if (!Array.isArray(blocks)) return undefined;
  return text(linesOf(blocks, 0).join("\n"));
}

/** The blocks of a rich message that hold a file or a place, also those within others. */
export function richMessageFiles(message: unknown): Raw[] {
  const within = (blocks: unknown, depth: number): Raw[] =>
    depth > deepest
      ? []
      : records(blocks).flatMap((block) => [
          block,
          ...within(block.blocks, depth + 1),
          ...within(block.items, depth + 1),
        ]);
  return within(record(message)?.blocks, 0);
}

/** Blocks stand below each other. */
function linesOf(blocks: readonly unknown[], depth: number): string[] {
  return blocks.map((block) => wordsOf(block, depth, "\n")).filter((line) => line !== "");
}

/** A rich text is a string, a row of rich texts, or an object around one. */
function wordsOf(value: unknown, depth: number, between: string): string {
  if (depth > deepest) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item) => wordsOf(item, depth + 1, "")).join(between);
  const object = record(value);
  if (!object) return "";
  return parts
    .filter((part) => object[part] !== undefined)
    .map((part) => partOf(part, object[part], depth + 1))
    .filter((words) => words !== "")
    .join(between === "" ? " " : between);
}

function partOf(part: string, value: unknown, depth: number): string {
  if (part !== "cells" || !Array.isArray(value)) {
    return wordsOf(value, depth, ["blocks", "items"].includes(part) ? "\n" : "");
  }
  return value.map((row) => wordsOf(row, depth, " | ")).join("\n");
}
