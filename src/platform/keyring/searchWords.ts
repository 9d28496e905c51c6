/** Distinct words of one text that are searchable; more would only serve to fill the index. */
const wordsMost = 512;
const wordLengthMost = 64;
const prefixes = { from: 3, to: 10 };

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** The words of a text as search sees them: lower case, accents folded, each once. Works for scripts without spaces. */
export function searchWords(text: string): string[] {
  const folded = text
    .slice(0, 100_000)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const words = new Set<string>();
  for (const { segment, isWordLike } of segmenter.segment(folded)) {
    if (isWordLike) words.add(segment.slice(0, wordLengthMost));
    if (words.size >= wordsMost) break;
  }
  return [...words];
}

/** The beginnings by which a word is found while it is typed. */
export function prefixesOf(word: string): string[] {
  const letters = Array.from(word);
  const found: string[] = [];
  for (let length = prefixes.from; length <= Math.min(prefixes.to, letters.length - 1); length++) {
    found.push(letters.slice(0, length).join(""));
  }
  return found;
}
