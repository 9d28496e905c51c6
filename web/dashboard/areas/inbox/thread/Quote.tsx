import { useTranslation } from "react-i18next";
import type { MessageDto } from "../data/types.js";

/** What a message answers; pressing it goes there. */
export function Quote({ message, goTo }: { message: MessageDto; goTo: (messageId: string) => void }) {
  const { t } = useTranslation("inbox");
  const { reply_to: target } = message;
  if (!target) return null;
  const { message_id: id } = target;
  return (
    <button
      type="button"
      disabled={id === null}
      onClick={() => id && goTo(id)}
      className="mb-1.5 block w-full rounded-control border-s-2 border-current/40 bg-current/5 px-2 py-1 text-start text-meta"
    >
      <span className="sr-only">{t("message.replyTo")} </span>
      <bdi className="line-clamp-2 [overflow-wrap:anywhere]">{target.quote ?? t("message.quoteGone")}</bdi>
    </button>
  );
}
