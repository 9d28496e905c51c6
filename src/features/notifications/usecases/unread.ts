import type { Conversation } from "../../../inbox/index.js";
import type { NotificationEvent } from "../../../wire/identity.js";
import type { NotificationDeps } from "../ports.js";
import type { Notice } from "../repo.js";
import { nearestOf } from "../rule.js";

/** A notice that is still news to its member. */
export interface News {
  notice: Notice;
  kind: NotificationEvent;
  conversation: Conversation;
}

/** What is said of a conversation that its reader need not have read: it is over once they looked. */
const looked: readonly NotificationEvent[] = ["mention", "assigned"];

/**
 * What of a member's notices is still news: of a conversation that is there, of a kind they want told this way, and not seen
 * meanwhile. Three looks, whatever the number.
 */
export async function stillNews(
  { inbox }: Pick<NotificationDeps, "inbox">,
  workspaceId: string,
  memberId: string,
  notices: readonly Notice[],
  wanted: (kind: NotificationEvent) => boolean,
): Promise<News[]> {
  const ids = notices.map(({ conversationId }) => conversationId);
  const [found, looks] = await Promise.all([
    inbox.conversationsOf(workspaceId, ids).then((conversations) => inbox.reading.forReader(conversations, memberId)),
    inbox.reading.looksOf(ids, memberId),
  ]);
  const byId = new Map(found.map((conversation) => [conversation.id, conversation]));
  return notices.flatMap((notice) => {
    const conversation = byId.get(notice.conversationId);
    if (!conversation) return [];
    const seen = (looks.get(conversation.id)?.getTime() ?? 0) >= notice.at.getTime();
    const news = notice.kinds.filter(
      (kind) => wanted(kind) && !(looked.includes(kind) ? seen : conversation.unreadForMe === 0),
    );
    const kind = nearestOf(news);
    return kind === undefined ? [] : [{ notice, kind, conversation }];
  });
}
