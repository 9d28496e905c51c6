/** What is being typed right before the caret that a list can complete. */
export interface Token {
  kind: "canned" | "mention" | "emoji";
  query: string;
  from: number;
}

/** Finds a `/`, `@` (in notes) or `:` that is being typed. */
export function tokenAt(text: string, caret: number, note: boolean): Token | undefined {
  const before = text.slice(0, caret);
  const canned = /(?:^|\n)\/([\p{L}\p{N}_-]*)$/u.exec(before);
  if (canned) return { kind: "canned", query: canned[1]!, from: caret - canned[1]!.length - 1 };
  const mention = note ? /(?:^|\s)@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u.exec(before) : null;
  if (mention) return { kind: "mention", query: mention[1]!, from: caret - mention[1]!.length - 1 };
  const emoji = /(?:^|\s):([\p{L}_+-][\p{L}\p{N}_+-]+)$/u.exec(before);
  if (emoji) return { kind: "emoji", query: emoji[1]!, from: caret - emoji[1]!.length - 1 };
  return undefined;
}

/** Members a note names with @. Longer names first, so that "@Ana Maria" is not "@Ana". */
export function mentionsIn(text: string, members: readonly { id: string; name: string }[]): string[] {
  let rest = text;
  const found: string[] = [];
  for (const { id, name } of [...members].sort((a, b) => b.name.length - a.name.length)) {
    if (!rest.includes(`@${name}`)) continue;
    found.push(id);
    rest = rest.replaceAll(`@${name}`, " ");
  }
  return found;
}
