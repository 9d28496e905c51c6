import { useTranslation } from "react-i18next";
import { serverNow } from "../../../api/clock.js";

/** The day of what follows, in words where it is near. */
export function DayDivider({ at }: { at: string }) {
  const { t, i18n } = useTranslation("inbox");
  const date = new Date(at);
  const today = new Date(serverNow());
  const days = Math.round(
    (new Date(today.toDateString()).getTime() - new Date(date.toDateString()).getTime()) / 86_400_000,
  );
  const text =
    days === 0
      ? t("day.today")
      : days === 1
        ? t("day.yesterday")
        : new Intl.DateTimeFormat(i18n.language, {
            weekday: "long",
            day: "numeric",
            month: "long",
            ...(date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" }),
          }).format(date);
  return (
    <div role="separator" aria-label={text} className="flex items-center gap-3 px-4 pt-4 pb-1 text-meta text-text-3">
      <span className="h-px flex-1 bg-hairline" />
      {text}
      <span className="h-px flex-1 bg-hairline" />
    </div>
  );
}

/** Above the first message that was not read when the conversation was opened. */
export function NewDivider() {
  const { t } = useTranslation("inbox");
  return (
    <div
      role="separator"
      aria-label={t("thread.newDivider")}
      className="flex items-center gap-3 px-4 pt-3 text-meta font-medium text-danger"
    >
      <span className="h-px flex-1 bg-danger/40" />
      {t("thread.newDivider")}
    </div>
  );
}
