import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatInstant, formatRelative } from "../../i18n/format.js";

/** An instant: relative ("5 min ago"), as a time of day, a date or both; the whole of it as title. */
export function Time({
  at,
  as = "relative",
  className,
}: {
  at: string | Date;
  as?: "relative" | "time" | "date" | "full" | "short";
  className?: string;
}) {
  const { i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (as !== "relative" && as !== "short") return;
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, [as]);
  const date = typeof at === "string" ? new Date(at) : at;
  const text =
    as === "relative" ? formatRelative(date, now, i18n.language) : formatInstant(date, as, i18n.language, now);
  return (
    <time dateTime={date.toISOString()} title={formatInstant(date, "full", i18n.language, now)} className={className}>
      {text}
    </time>
  );
}
