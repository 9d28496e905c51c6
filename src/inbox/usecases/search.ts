import type { ConversationStatus } from "../models/conversation.js";
import { soughtTextOf } from "../../core/message.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { MessageRepo } from "../repos/messages.js";
import type { SearchRepo } from "../repos/search.js";
import { holds, messageTokens } from "../repos/searchQuery.js";
import type { Seals } from "../repos/seals.js";
import type { Conversation, Message, Page } from "../types.js";

export interface SearchInput {
  workspaceId: string;
  q: string;
  contactId?: string | undefined;
  labelId?: string | undefined;
  accountId?: string | undefined;
  channel?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** As `until`; the earlier of the two counts. */
  before?: Date | undefined;
  /** Who wrote it: `contact`, `agent` (whoever of us), or the id of a member, a bot or a key. */
  from?: string | undefined;
  /** The state of its conversation. */
  status?: ConversationStatus | undefined;
  /** A kind of channel, or the id of a channel account. */
  place?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface Hit {
  message: Message;
  conversation: Conversation;
}

/** Candidates looked at for one page: a question that matches little must still end. */
const candidatesMost = 1_000;
const batch = 100;

/**
 * Messages that hold the words of a question, newest first. The index knows keyed hashes of words and of a few beginnings
 * only, so each candidate is opened and compared. A page may be shorter than asked for and still have a next one.
 */
export function search(deps: {
  messages: MessageRepo;
  conversations: ConversationRepo;
  found: SearchRepo;
  seals: Seals;
}): (input: SearchInput) => Promise<Page<Hit>> {
  const { messages, conversations, found, seals } = deps;

  return async (input) => {
    const { workspaceId, q, labelId, contactId, channel, status, place, limit } = input;
    const tokens = await messageTokens(seals, workspaceId, q);
    if (tokens.length === 0) return { items: [], next: null };
    const items: Hit[] = [];
    let { cursor } = input;
    for (let looked = 0; looked < candidatesMost; looked += batch) {
      const page = await found.candidates(workspaceId, tokens, { ...input, limit: batch, cursor });
      const shown = new Map(
        (await messages.findMany(workspaceId, [...new Set(page.items.map((one) => one.shownAs))])).map((one) => [
          one.id,
          one,
        ]),
      );
      const around = new Map(
        (
          await conversations.findMany(workspaceId, [...new Set([...shown.values()].map((one) => one.conversationId))])
        ).map((one) => [one.id, one]),
      );
      const there = new Set(items.map(({ message }) => message.id));
      for (const candidate of page.items) {
        const message = shown.get(candidate.shownAs);
        const conversation = message && around.get(message.conversationId);
        if (!message || !conversation || there.has(message.id)) continue;
        if (labelId !== undefined && !conversation.labels.includes(labelId)) continue;
        if (contactId !== undefined && conversation.contact.id !== contactId) continue;
        if (channel !== undefined && conversation.channel !== channel) continue;
        if (status !== undefined && conversation.status !== status) continue;
        if (place !== undefined && place !== conversation.channel && place !== conversation.accountId) continue;
        if (!holds(seals, soughtTextOf(message.content), q)) continue;
        there.add(message.id);
        items.push({ message, conversation });
        if (items.length === limit) return { items, next: found.cursorAfter(candidate) };
      }
      if (page.next === null) return { items, next: null };
      cursor = page.next;
    }
    return { items, next: cursor ?? null };
  };
}
