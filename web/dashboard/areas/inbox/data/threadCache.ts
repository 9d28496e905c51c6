import type { Pages } from "./listCache.js";
import type { MessageDto } from "./types.js";

/** What is still on its way gets its time by being sent: one that was sent before it must not pass it meanwhile. */
const timeOf = ({ at, status }: MessageDto): number =>
  status === "queued" || status === "sending" ? Number.MAX_SAFE_INTEGER : Date.parse(at);

/** Newer first: by the provider's clock, then by when we made it. */
export const newerFirst = (a: MessageDto, b: MessageDto): number =>
  timeOf(b) - timeOf(a) || Date.parse(b.created_at) - Date.parse(a.created_at) || (a.id < b.id ? 1 : -1);

/** Puts a message at its place, or brings the one that is there up to date. What is older than the fetched pages stays out. */
export function applyMessage(data: Pages<MessageDto>, message: MessageDto): Pages<MessageDto> {
  const at = data.pages.findIndex((page) => page.data.some(({ id }) => id === message.id));
  if (at >= 0) {
    const before = data.pages[at]!.data.find(({ id }) => id === message.id)!;
    const moved = timeOf(before) !== timeOf(message);
    const rows = data.pages[at]!.data.map((one) => (one.id === message.id ? message : one));
    const pages = [...data.pages];
    pages[at] = { ...pages[at]!, data: moved ? rows.sort(newerFirst) : rows };
    return { ...data, pages };
  }
  for (const [index, page] of data.pages.entries()) {
    const place = page.data.findIndex((other) => newerFirst(message, other) < 0);
    const last = index === data.pages.length - 1;
    if (place < 0 && !(last && page.next_cursor === null)) continue;
    const rows = [...page.data];
    rows.splice(place < 0 ? rows.length : place, 0, message);
    const pages = [...data.pages];
    pages[index] = { ...page, data: rows };
    return { ...data, pages };
  }
  return data;
}

/** A part of a thread further back, with a message of it brought up to date. What is not in it stays out. */
export function refreshMessage(data: Pages<MessageDto>, message: MessageDto): Pages<MessageDto> {
  if (!data.pages.some((page) => page.data.some(({ id }) => id === message.id))) return data;
  return applyMessage(data, message);
}

/** Messages in the order they are read, each once. */
export function messagesOf(data: Pages<MessageDto> | undefined): MessageDto[] {
  const seen = new Set<string>();
  const rows: MessageDto[] = [];
  for (const page of data?.pages ?? [])
    for (const message of page.data) {
      if (seen.has(message.id)) continue;
      seen.add(message.id);
      rows.push(message);
    }
  return rows.reverse();
}
const groupMs = 3 * 60_000;

/** Where a message stands among its neighbours. */
export interface Placed {
  message: MessageDto;
  /** First of its day: the day is written above it. */
  day: boolean;
  /** First and last of what one person wrote within three minutes. */
  first: boolean;
  last: boolean;
}

const sameWriter = (a: MessageDto, b: MessageDto) =>
  a.direction === b.direction &&
  a.author.kind === b.author.kind &&
  a.author.id === b.author.id &&
  a.author.name === b.author.name;
const dayOf = (message: MessageDto) => new Date(message.at).toDateString();

/** Groups what one person wrote within three minutes of a day. */
export function place(messages: readonly MessageDto[]): Placed[] {
  const together = (a: MessageDto | undefined, b: MessageDto | undefined) =>
    a !== undefined &&
    b !== undefined &&
    sameWriter(a, b) &&
    dayOf(a) === dayOf(b) &&
    Math.abs(Date.parse(b.at) - Date.parse(a.at)) < groupMs;
  return messages.map((message, index) => {
    const before = messages[index - 1];
    return {
      message,
      day: before === undefined || dayOf(before) !== dayOf(message),
      first: !together(before, message),
      last: !together(message, messages[index + 1]),
    };
  });
}
