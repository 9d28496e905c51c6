import type { ConversationDto, PageOf } from "./types.js";

/** A list as the query cache holds it. */
export interface Pages<T> {
  pages: PageOf<T>[];
  pageParams: unknown[];
}

/** All rows of the pages, each once. */
export function rowsOf(data: Pages<ConversationDto> | undefined): ConversationDto[] {
  const seen = new Set<string>();
  return (data?.pages ?? []).flatMap((page) =>
    page.data.filter(({ id }) => {
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    }),
  );
}

/**
 * The list with a conversation as it is now: at its place, or gone. `belongs` undefined: it stays where it is, if it is
 * there. What lies beyond the fetched pages is left to the next page. Pages that do not change stay the same objects.
 */
export function applyRow(
  data: Pages<ConversationDto>,
  row: ConversationDto,
  belongs: boolean | undefined,
  compare: (a: ConversationDto, b: ConversationDto) => number,
): Pages<ConversationDto> {
  const at = data.pages.findIndex((page) => page.data.some(({ id }) => id === row.id));
  if (belongs === undefined && at < 0) return data;
  const pages = data.pages.map((page, index) =>
    index === at ? { ...page, data: page.data.filter(({ id }) => id !== row.id) } : page,
  );
  if (belongs === false) return at < 0 ? data : { ...data, pages };
  for (const [index, page] of pages.entries()) {
    const place = page.data.findIndex((other) => compare(row, other) < 0);
    const last = index === pages.length - 1;
    if (place < 0 && !(last && (page.next_cursor === null || at === index))) continue;
    const rows = [...page.data];
    rows.splice(place < 0 ? rows.length : place, 0, row);
    pages[index] = { ...page, data: rows };
    return { ...data, pages };
  }
  return { ...data, pages };
}

/** The list with some rows changed in place; nothing moves. */
export function patchRows(
  data: Pages<ConversationDto>,
  ids: ReadonlySet<string>,
  change: (row: ConversationDto) => ConversationDto,
): Pages<ConversationDto> {
  if (!data.pages.some((page) => page.data.some(({ id }) => ids.has(id)))) return data;
  return {
    ...data,
    pages: data.pages.map((page) =>
      page.data.some(({ id }) => ids.has(id))
        ? { ...page, data: page.data.map((row) => (ids.has(row.id) ? change(row) : row)) }
        : page,
    ),
  };
}
