/** Distinct words of one text that are searchable; more would only serve to fill the index. */
const wordsMost = 512;
const wordLengthMost = 64;
/** Lengths of beginnings that are kept: few, because each is an entry of the index for every word. */
const prefixLengths = [3, 5, 8];

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

/** The beginnings by which a word is found while it is typed; the whole word counts as one when it is that short. */
export function prefixesOf(word: string): string[] {
  const letters = Array.from(word);
  return prefixLengths.filter((length) => length <= letters.length).map((length) => letters.slice(0, length).join(""));
}
