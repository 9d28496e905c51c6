import { CircleAlert, CircleHelp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { toast } from "../../../components/ui/toast.js";

const known = new Set([
  "window_closed",
  "recipient",
  "invalid_recipient",
  "blocked",
  "blocked_by_us",
  "auth_expired",
  "rate_limited",
  "unreachable",
  "provider_down",
  "suspended",
  "content",
  "content_rejected",
  "policy",
  "unsupported",
  "too_long",
  "too_many_scheduled",
  "channel_gone",
  "media_rejected",
  "malformed",
  "unknown",
  "worker_lost",
  "offline",
  "unexpected",
]);

/** Why something did not arrive, and what can be done: again, otherwise, or taken along. */
export function Failure({
  reason,
  detail,
  code,
  uncertain = false,
  text,
  onRetry,
  onEdit,
  onDiscard,
  onTemplate,
  onDetails,
}: {
  reason: string;
  detail: string | null;
  code?: string | null;
  /** It may have arrived all the same. */
  uncertain?: boolean;
  text: string;
  onRetry?: (() => void) | undefined;
  onEdit?: (() => void) | undefined;
  onDiscard?: (() => void) | undefined;
  /** The legal way when the reply window is closed. */
  onTemplate?: (() => void) | undefined;
  /** All attempts, with what came of each. */
  onDetails?: (() => void) | undefined;
}) {
  const { t } = useTranslation("inbox");
  const sentence = t(`failure.${known.has(reason) ? reason : "unexpected"}`);
  const copy = () => void navigator.clipboard.writeText(text).then(() => toast.done(t("message.copied")), toast.failed);
  const Icon = uncertain ? CircleHelp : CircleAlert;
  return (
    <div
      role="group"
      aria-label={t("failure.title")}
      className={`mt-1 max-w-lg rounded-card px-3 py-2 text-start text-meta ${uncertain ? "bg-warning-soft text-warning" : "bg-danger-soft text-danger"}`}
    >
      <p className="flex items-start gap-1.5 font-medium">
        <Icon className="mt-px size-3.5 shrink-0" aria-hidden="true" />
        {sentence}
      </p>
      {(detail || code) && (
        <p className="ms-5 [overflow-wrap:anywhere]" dir="auto">
          {detail}
          {code && <code className="ms-1 font-mono">({code})</code>}
        </p>
      )}
      <div className="ms-3.5 mt-1 flex flex-wrap gap-1">
        {onRetry && (
          <Button size="sm" variant="ghost" className="text-current" onClick={onRetry}>
            {uncertain ? t("failure.sendAgain") : t("action.retry")}
          </Button>
        )}
        {onTemplate && (
          <Button size="sm" variant="ghost" className="text-current" onClick={onTemplate}>
            {t("failure.useTemplate")}
          </Button>
        )}
        {onEdit && text && (
          <Button size="sm" variant="ghost" className="text-current" onClick={onEdit}>
            {t("action.edit")}
          </Button>
        )}
        {text && (
          <Button size="sm" variant="ghost" className="text-current" onClick={copy}>
            {t("action.copy")}
          </Button>
        )}
        {onDetails && (
          <Button size="sm" variant="ghost" className="text-current" onClick={onDetails}>
            {t("failure.attempts")}
          </Button>
        )}
        {onDiscard && (
          <Button size="sm" variant="ghost" className="text-current" onClick={onDiscard}>
            {t("action.discard")}
          </Button>
        )}
      </div>
    </div>
  );
}
