import { ChevronRight, Circle, CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { ProgressRing } from "../../components/ui/Copy.js";
import { cx } from "../../components/ui/cx.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { type Step } from "./data.js";

/** What is left to do until the inbox works for the team. */
export function Checklist({ steps, onDismiss }: { steps: readonly Step[] | undefined; onDismiss: () => void }) {
  const { t } = useTranslation("home");
  const { id } = useWorkspace();
  if (!steps) return <Skeleton className="h-72 w-full rounded-card" />;
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done);
  return (
    <section className="rounded-card border" aria-labelledby="checklist">
      <header className="flex flex-wrap items-center gap-4 border-b px-4 py-3.5">
        <ProgressRing value={done / steps.length} label={t("checklist.title")} size={40} />
        <div className="min-w-0 flex-1">
          <h2 id="checklist" className="text-section font-semibold">
            {next ? t("checklist.title") : t("checklist.complete")}
          </h2>
          <p className="text-text-2">{t("checklist.progress", { done, total: steps.length })}</p>
        </div>
        <Button size="sm" variant="ghost" onClick={onDismiss}>
          {t("checklist.dismiss")}
        </Button>
      </header>
      <ol className="divide-y divide-hairline">
        {steps.map((step) => {
          const Icon = step.done ? CircleCheck : Circle;
          const isNext = step === next;
          return (
            <li key={step.id} className={cx("flex flex-wrap items-center gap-3 px-4 py-3", isNext && "bg-surface-1")}>
              <Icon
                className={cx("size-5 shrink-0", step.done ? "text-success" : "text-text-3")}
                strokeWidth={1.75}
                role="img"
                aria-label={step.done ? t("checklist.done") : t("checklist.open")}
              />
              <div className="min-w-0 flex-1 basis-56">
                <div className={cx("font-medium", step.done && "text-text-2")}>{t(`step.${step.id}`)}</div>
                {!step.done && <div className="text-meta text-text-3">{t(`stepText.${step.id}`)}</div>}
              </div>
              {!step.done && (
                <Link
                  to={`/w/${id}/${step.to}`}
                  className={buttonLook({ size: "sm", variant: isNext ? "primary" : "secondary" })}
                >
                  {t(`stepGo.${step.id}`)}
                  <ChevronRight className="rtl:-scale-x-100" aria-hidden="true" />
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
