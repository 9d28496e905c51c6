import { useTranslation } from "react-i18next";
import { cx } from "./cx.js";

/** Something is under way. `label` is read out; without it the surrounding element has to say it. */
export function Spinner({ label, className }: { label?: string | undefined; className?: string | undefined }) {
  return (
    <span role={label ? "status" : undefined} className={cx("inline-flex", className)}>
      <svg viewBox="0 0 16 16" className="size-4 animate-spin" fill="none" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" stroke="currentColor" strokeOpacity="0.25" strokeWidth="2" />
        <path d="M14.5 8A6.5 6.5 0 0 0 8 1.5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}

/** A grey block with the shape of what is to come. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return <span aria-hidden="true" className={cx("block animate-pulse rounded-control bg-surface-2", className)} />;
}

/** Fills its place while a page is fetched. */
export function PageSpinner() {
  const { t } = useTranslation("common");
  return (
    <div className="grid h-full min-h-40 place-items-center text-text-3">
      <Spinner label={t("state.loading")} />
    </div>
  );
}
