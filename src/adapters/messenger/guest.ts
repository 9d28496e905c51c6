import { id } from "../shared/read.js";

const mark = "user_ref:";

/**
 * The chat of somebody whom Meta names by a reference only: a guest of the chat plugin, or who ticked a checkbox on a web
 * site. Answers go to the reference; what the person writes later comes under an id of the page.
 */
export function guestRef(reference: unknown): string | undefined {
  const given = id(reference);
  return given === undefined ? undefined : `${mark}${given}`;
}

/** Whom the Send API is to write to in this chat. */
export function recipientOf(chat: string): { id: string } | { user_ref: string } {
  return chat.startsWith(mark) ? { user_ref: chat.slice(mark.length) } : { id: chat };
}
