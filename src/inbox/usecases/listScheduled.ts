import type { ConversationRepo } from "../repos/conversations.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Schedule } from "../repos/schedule.js";
import type { Page } from "../types.js";
import type { Hit } from "./search.js";

/** What is to be sent later in the whole workspace, with the conversations it belongs to; what leaves first is first. */
export function listScheduled({
  schedule,
  messages,
  conversations,
}: {
  schedule: Schedule;
  messages: MessageRepo;
  conversations: ConversationRepo;
}) {
  return async (workspaceId: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<Hit>> => {
    const { items: ids, next } = await schedule.listed(workspaceId, query);
    const found = new Map((await messages.findMany(workspaceId, ids)).map((message) => [message.id, message]));
    const places = [...new Set([...found.values()].map((message) => message.conversationId))];
    const around = new Map((await conversations.findMany(workspaceId, places)).map((one) => [one.id, one]));
    const items = ids.flatMap((id): Hit[] => {
      const message = found.get(id);
      const conversation = message && around.get(message.conversationId);
      return message && conversation ? [{ message, conversation }] : [];
    });
    return { items, next };
  };
}
