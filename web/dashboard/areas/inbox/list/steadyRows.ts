import type { ConversationDto } from "../data/types.js";

/**
 * The rows in the order they stood in, while somebody looks at or points at them: what changed is shown in place, what is
 * gone goes, what was fetched below is added, and what would move up is only counted.
 */
export function steady(
  order: readonly string[],
  rows: readonly ConversationDto[],
): { rows: ConversationDto[]; waiting: number } {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const kept = order.flatMap((id) => byId.get(id) ?? []);
  if (kept.length === 0) return { rows: [...rows], waiting: 0 };
  const placed = new Set(kept.map(({ id }) => id));
  const lastPlace = rows.findLastIndex(({ id }) => placed.has(id));
  const below = rows.slice(lastPlace + 1);
  const waiting = rows.findIndex(({ id }) => id === kept[0]!.id);
  return { rows: [...kept, ...below], waiting };
}
