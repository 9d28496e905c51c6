import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cx } from "../../../components/ui/cx.js";
import { usePhone } from "../../../app/preferences.js";
import type { StepName } from "./steps.js";

/** Where one is in the wizard; steps that may be opened are links. */
export function Progress({
  steps,
  at,
  reached,
  hrefOf,
}: {
  steps: readonly StepName[];
  at: number;
  reached: number;
  hrefOf: (step: StepName) => string;
}) {
  const { t } = useTranslation("channels");
  const phone = usePhone();
  return (
    <nav aria-label={t("wizard.steps")}>
      {phone && <p className="mb-2 text-text-2">{t("wizard.of", { at: at + 2, all: steps.length + 1 })}</p>}
      <ol className="flex flex-wrap gap-x-2 gap-y-1">
        <Step done label={t("step.pick")} number={1} />
        {steps.map((step, index) => (
          <Step
            key={step}
            number={index + 2}
            label={t(`step.${step}`)}
            done={index < at}
            current={index === at}
            href={index !== at && index < reached ? hrefOf(step) : undefined}
          />
        ))}
      </ol>
    </nav>
  );
}

function Step({
  number,
  label,
  done = false,
  current = false,
  href,
}: {
  number: number;
  label: string;
  done?: boolean;
  current?: boolean;
  href?: string | undefined;
}) {
  const phone = usePhone();
  const inner = (
    <>
      <span
        className={cx(
          "tabular grid size-5 place-items-center rounded-full text-[11px] leading-none font-semibold",
          current ? "bg-brand text-on-brand" : done ? "bg-brand-soft text-brand" : "bg-surface-2 text-text-3",
        )}
      >
        {done ? <Check className="size-3" strokeWidth={3} aria-hidden="true" /> : number}
      </span>
      <span className={cx(phone && !current && "sr-only")}>{label}</span>
    </>
  );
  const look = cx("inline-flex min-h-7 items-center gap-1.5 pe-2", current ? "font-medium" : "text-text-3");
  return (
    <li aria-current={current ? "step" : undefined}>
      {href === undefined ? (
        <span className={look}>{inner}</span>
      ) : (
        <Link to={href} className={cx(look, "rounded-control hover:text-text")}>
          {inner}
        </Link>
      )}
    </li>
  );
}
