import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cx } from "../../../components/ui/cx.js";
import { useConnection } from "../../../realtime/connection.js";
import { discard, resend, type Entry } from "../data/outbox.js";
import { Content, textOf } from "./content/Content.js";
import { Failure } from "./Failure.js";
import type { ThreadContext } from "./MessageItem.js";

/** Something written here that the server has not confirmed: paler, with what is known of it. */
export function OutboxItem({ entry, context }: { entry: Entry; context: ThreadContext }) {
  const { t } = useTranslation("inbox");
  const connection = useConnection();
  const text = textOf(entry.shown);
  const waiting = entry.state === "waiting" && (entry.tries > 0 || connection === "offline");
  return (
    <article
      aria-label={t("message.by", { name: t("author.you") })}
      className="flex flex-row-reverse gap-2 px-4 pt-2.5"
    >
      <div className="flex max-w-[90%] md:max-w-[82%] min-w-0 flex-col items-end">
        <div
          className={cx(
            "min-w-0 rounded-bubble rounded-ee-[4px] px-3 py-1.5 text-message",
            entry.kind === "note" ? "bg-note text-on-note" : "bg-brand-soft",
            (entry.state === "waiting" || entry.state === "sending") && "opacity-60",
          )}
        >
          <Content content={entry.shown} conversationId={entry.conversationId} />
        </div>
        {(entry.state === "waiting" || entry.state === "sending") && (
          <span className="flex items-center gap-1 px-1 pt-0.5 text-meta text-text-3">
            <Clock className="size-3.5" aria-hidden="true" />
            {waiting ? t("outbox.waiting") : t("delivery.sending")}
            {waiting && (
              <button type="button" className="min-h-6 ps-1 underline" onClick={() => void discard(entry.id)}>
                {t("action.cancelSend")}
              </button>
            )}
          </span>
        )}
        {entry.state === "failed" && (
          <Failure
            reason={entry.problem?.reason ?? entry.problem?.code ?? "unexpected"}
            detail={entry.problem?.detail ?? null}
            text={text}
            onRetry={() => void resend(entry.id)}
            onEdit={() => {
              context.takeText(text);
              void discard(entry.id);
            }}
            onDiscard={() => void discard(entry.id)}
            onTemplate={entry.problem?.reason === "window_closed" ? context.useTemplate : undefined}
          />
        )}
        {entry.state === "overtaken" && (
          <span className="px-1 pt-0.5 text-meta text-warning">{t("outbox.overtaken")}</span>
        )}
      </div>
    </article>
  );
}
