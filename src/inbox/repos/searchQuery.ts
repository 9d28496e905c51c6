import type { Seals } from "./seals.js";

/** Beginnings of words that are in the index; a longer beginning is found by the longest of these and then compared. */
export const indexedPrefixes = [3, 5, 8] as const;

/** More words than this in one question do not make it clearer. */
const wordsMost = 8;

/**
 * The blind tokens that a row must carry to match a question: every word as a whole, and the last one, which is perhaps
 * still being typed, as a beginning when it has three letters or more. Empty when there is nothing to look for.
 */
export async function queryTokens(seals: Seals, workspaceId: string, question: string): Promise<string[]> {
  const words = seals.wordsOf(question).slice(0, wordsMost);
  const last = words.at(-1);
  if (last === undefined) return [];
  const letters = Array.from(last);
  const length = [...indexedPrefixes].reverse().find((one) => letters.length >= one);
  const whole = words.slice(0, -1).map((word) => seals.blind(workspaceId, "word", word));
  const begun =
    length === undefined
      ? seals.blind(workspaceId, "word", last)
      : seals.blind(workspaceId, "prefix", letters.slice(0, length).join(""));
  return Promise.all([...whole, begun]);
}

/** True when a text really holds what was asked: all words, the last one as a beginning. */
export function holds(seals: Seals, text: string, question: string): boolean {
  const asked = seals.wordsOf(question).slice(0, wordsMost);
  const last = asked.at(-1);
  const words = seals.wordsOf(text);
  const there = new Set(words);
  const begun = last !== undefined && Array.from(last).length >= indexedPrefixes[0];
  return asked.every((word, index) =>
    index === asked.length - 1 && begun ? words.some((one) => one.startsWith(word)) : there.has(word),
  );
}
