import type { Seals } from "./seals.js";

/** Beginnings of words that are in the index; a longer beginning is found by the longest of these and then compared. */
export const indexedPrefixes = [3, 5, 8] as const;

/** More words than this in one question do not make it clearer. */
const wordsMost = 8;

/**
 * The blind tokens that a message must carry to answer a question: of each word its longest indexed beginning, or the word
 * itself when it is shorter. What carries them is yet to be compared with `holds`. Empty when there is nothing to look for.
 */
export async function messageTokens(seals: Seals, workspaceId: string, question: string): Promise<string[]> {
  const words = seals.wordsOf(question).slice(0, wordsMost);
  return Promise.all(words.map((word) => begun(seals, workspaceId, word)));
}

/**
 * The blind tokens that a contact must carry: every word as a whole, and the last one, which is perhaps still being typed,
 * as a beginning when it has three letters or more. Of several words a shorter last one is not asked for yet.
 */
export async function contactTokens(seals: Seals, workspaceId: string, question: string): Promise<string[]> {
  const words = seals.wordsOf(question).slice(0, wordsMost);
  const last = words.at(-1);
  if (last === undefined) return [];
  const typing = words.length > 1 && Array.from(last).length < indexedPrefixes[0];
  const whole = words.slice(0, -1).map((word) => seals.blind(workspaceId, "word", word));
  return Promise.all(typing ? whole : [...whole, begun(seals, workspaceId, last)]);
}

function begun(seals: Seals, workspaceId: string, word: string): Promise<string> {
  const letters = Array.from(word);
  const length = [...indexedPrefixes].reverse().find((one) => letters.length >= one);
  return length === undefined
    ? seals.blind(workspaceId, "word", word)
    : seals.blind(workspaceId, "prefix", letters.slice(0, length).join(""));
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
