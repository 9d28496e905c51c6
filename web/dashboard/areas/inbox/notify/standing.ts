import type { ConversationDto } from "../data/types.js";
import type { NotifyKind } from "./decide.js";

/** What is to be told of one conversation: the latest of it, and how often each thing happened. */
export interface Told {
  kind: NotifyKind;
  row: ConversationDto;
  counts: Partial<Record<NotifyKind, number>>;
}

/** The conversations that have a notice of their own, and those told of together; the latest last. */
export interface Standing {
  singly: readonly Told[];
  folded: readonly Told[];
}

export const nothingStands: Standing = { singly: [], folded: [] };

const written = ({ last_message: last }: ConversationDto): number => (last ? Date.parse(last.at) : 0);

/** One told of after another of the same conversation: both are counted, and the row that knows of more is kept. */
export function joined(before: Told | undefined, news: Told): Told {
  if (!before) return news;
  const counts = { ...before.counts };
  for (const [kind, count] of Object.entries(news.counts) as [NotifyKind, number][])
    counts[kind] = (counts[kind] ?? 0) + count;
  return { kind: news.kind, row: written(before.row) > written(news.row) ? before.row : news.row, counts };
}

const otherThan =
  (id: string) =>
  ({ row }: Told): boolean =>
    row.id !== id;

/** What stands once there is news of a conversation: one notice for each, `most` of them at once, the oldest folded into one. */
export function withNews({ singly, folded }: Standing, news: Told, most: number): Standing {
  const others = otherThan(news.row.id);
  const before = [...singly, ...folded].find(({ row }) => row.id === news.row.id);
  const all = [...singly.filter(others), joined(before, news)];
  const rest = folded.filter(others);
  const room = rest.length === 0 && all.length <= most ? most : Math.max(1, most - 1);
  const over = Math.max(0, all.length - room);
  return { singly: all.slice(over), folded: [...rest, ...all.slice(0, over)] };
}

/** What stands when a conversation is no longer told of. */
export function without({ singly, folded }: Standing, conversationId: string): Standing {
  const others = otherThan(conversationId);
  return { singly: singly.filter(others), folded: folded.filter(others) };
}
