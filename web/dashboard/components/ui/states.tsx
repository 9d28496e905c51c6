import { CircleAlert, CircleCheck, Info, TriangleAlert, X, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem.js";
import { reasonText, refusalNamespaces } from "../../api/refusal.js";
import { Button } from "./Button.js";
import { cx } from "./cx.js";
import { toneLook } from "./Badge.js";

/** Nothing here: one sentence, one thing to do, perhaps another. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  primary,
  secondary,
}: {
  icon?: LucideIcon;
  title: string;
  children?: ReactNode;
  primary?: ReactNode;
  secondary?: ReactNode;
}) {
  return (
    <div className="mx-auto flex h-full min-h-60 max-w-sm flex-col items-center justify-center gap-2 p-6 text-center">
      {Icon && <Icon className="mb-1 size-6 text-text-3" strokeWidth={1.5} aria-hidden="true" />}
      <p className="text-section font-semibold">{title}</p>
      {children && <div className="text-text-2">{children}</div>}
      {(primary ?? secondary) && (
        <div className="mt-3 flex flex-wrap justify-center gap-2">
          {primary}
          {secondary}
        </div>
      )}
    </div>
  );
}

/** What went wrong, whether data is safe, what to do, and the number to quote. */
export function ErrorState({
  error,
  onRetry,
  inline = false,
}: {
  error: unknown;
  onRetry?: () => void;
  inline?: boolean;
}) {
  const { t } = useTranslation(["common", ...refusalNamespaces], { useSuspense: false });
  const problem = Problem.from(error);
  const offline = problem.code === "offline";
  return (
    <div
      role="alert"
      className={cx(
        inline
          ? "flex flex-col gap-1 rounded-card border border-danger p-3"
          : "mx-auto flex h-full min-h-60 max-w-sm flex-col items-center justify-center gap-2 p-6 text-center",
      )}
    >
      {!inline && <CircleAlert className="mb-1 size-6 text-danger" strokeWidth={1.5} aria-hidden="true" />}
      <p className={cx("font-semibold", !inline && "text-section")}>
        {offline ? t("error.offline") : t("error.title")}
      </p>
      {!offline && <p className="text-text-2">{reasonText(problem) ?? (problem.detail || t("error.unknown"))}</p>}
      <p className="text-text-2">{t("error.safe")}</p>
      {problem.requestId && (
        <p className="text-meta text-text-3">
          {t("error.requestId")} <code className="font-mono select-all">{problem.requestId}</code>
        </p>
      )}
      {onRetry && (
        <div className="mt-2">
          <Button onClick={onRetry} size={inline ? "sm" : "md"}>
            {t("action.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}

const bannerIcons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert } as const;

/** A line that holds for the whole page or panel. */
export function Banner({
  tone = "info",
  children,
  action,
  onDismiss,
}: {
  tone?: keyof typeof bannerIcons;
  children: ReactNode;
  action?: ReactNode;
  onDismiss?: () => void;
}) {
  const { t } = useTranslation("common");
  const Icon = bannerIcons[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cx("flex min-h-9 items-center gap-2.5 rounded-control px-3 py-1.5", toneLook[tone])}
    >
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
      {onDismiss && (
        <button
          type="button"
          aria-label={t("action.dismiss")}
          onClick={onDismiss}
          className="grid size-6 place-items-center rounded-control"
        >
          <X className="size-4" aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
