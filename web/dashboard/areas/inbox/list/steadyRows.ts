import type { ConversationDto } from "../data/types.js";

/**
 * The rows in the order they stood in, while somebody looks at or points at them: what changed is shown in place, what is
 * gone goes, what was fetched below is added, what they brought back themselves (`welcome`) returns to its place, and what
 * would come above or in between is only counted.
 */
export function steady(
  order: readonly string[],
  rows: readonly ConversationDto[],
  welcome: ReadonlySet<string> = new Set(),
): { rows: ConversationDto[]; waiting: number } {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const kept = order.flatMap((id) => byId.get(id) ?? []);
  if (kept.length === 0) return { rows: [...rows], waiting: 0 };
  const placed = new Set(kept.map(({ id }) => id));
  const lastPlace = rows.findLastIndex(({ id }) => placed.has(id));
  const below = rows.slice(lastPlace + 1);
  let before: string | undefined;
  for (const row of rows.slice(0, lastPlace)) {
    if (!placed.has(row.id)) {
      if (!welcome.has(row.id)) continue;
      kept.splice(kept.findIndex(({ id }) => id === before) + 1, 0, row);
      placed.add(row.id);
    }
    before = row.id;
  }
  const top = rows.findIndex(({ id }) => id === kept[0]!.id);
  const between = rows.slice(top, lastPlace).filter(({ id }) => !placed.has(id));
  return { rows: [...kept, ...below], waiting: top + between.length };
}
