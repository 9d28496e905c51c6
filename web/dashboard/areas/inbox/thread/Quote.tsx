import { useTranslation } from "react-i18next";
import { queryClient } from "../../../api/queryClient.js";
import { keys } from "../data/keys.js";
import type { Pages } from "../data/listCache.js";
import type { MessageDto } from "../data/types.js";
import { textOf } from "./content/Content.js";

/** What a message of ours answers is not repeated in it: it is looked up among what is here. */
function saidBefore(workspaceId: string, conversationId: string, id: string): string | undefined {
  for (const [, data] of queryClient.getQueriesData<Pages<MessageDto>>({
    queryKey: keys.thread(workspaceId, conversationId),
  })) {
    for (const page of data?.pages ?? []) {
      const found = page.data.find((message) => message.id === id);
      if (found) return textOf(found.content) || undefined;
    }
  }
  return undefined;
}

/** What a message answers; pressing it goes there. */
export function Quote({
  message,
  workspaceId,
  goTo,
}: {
  message: MessageDto;
  workspaceId: string;
  goTo: (messageId: string) => void;
}) {
  const { t } = useTranslation("inbox");
  const { reply_to: target } = message;
  if (!target) return null;
  const { message_id: id } = target;
  const said = target.quote ?? (id === null ? undefined : saidBefore(workspaceId, message.conversation_id, id));
  return (
    <button
      type="button"
      disabled={id === null}
      onClick={() => id && goTo(id)}
      className="mb-1.5 block w-full rounded-control border-s-2 border-current/40 bg-current/5 px-2 py-1 text-start text-meta"
    >
      <span className="sr-only">{t("message.replyTo")} </span>
      <bdi className="line-clamp-2 [overflow-wrap:anywhere]">
        {said ?? (id === null ? t("message.quoteGone") : t("message.quoteThere"))}
      </bdi>
    </button>
  );
}
