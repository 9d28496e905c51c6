import { Clock } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../../api/clock.js";
import { cx } from "../../../components/ui/cx.js";

/** A day, and what clocks may differ: the line of a window that has just begun must not come and go. */
const shownMs = 24 * 3_600_000 + 120_000;
const soonMs = 2 * 3_600_000;

/** How long a free reply is still allowed; louder when it is nearly over. `onOver` when it is. */
export function WindowLine({ until, onOver }: { until: string; onOver: () => void }) {
  const { t, i18n } = useTranslation("inbox");
  const [now, setNow] = useState(serverNow);
  const left = Date.parse(until) - now;
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 15_000);
    return () => clearInterval(timer);
  }, []);
  const over = left <= 0;
  useEffect(() => {
    if (over) onOver();
  }, [over, onOver]);
  if (over || left > shownMs) return null;
  const minutes = Math.min(Math.max(1, Math.floor(left / 60_000)), 1_440);
  const unit = (value: number, name: "hour" | "minute") =>
    new Intl.NumberFormat(i18n.language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  const time = [
    minutes >= 60 ? unit(Math.floor(minutes / 60), "hour") : "",
    minutes % 60 > 0 ? unit(minutes % 60, "minute") : "",
  ]
    .filter(Boolean)
    .join(" ");
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1 text-meta",
        left < soonMs ? "font-medium text-warning" : "text-text-3",
      )}
    >
      <Clock className="size-3.5" aria-hidden="true" />
      {t("window.left", { time })}
    </span>
  );
}
