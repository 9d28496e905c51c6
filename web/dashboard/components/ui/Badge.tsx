import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "./cx.js";

export type Tone = "neutral" | "brand" | "success" | "warning" | "danger" | "info" | "note";

/** Text and ground of each meaning. */
export const toneLook: Record<Tone, string> = {
  neutral: "bg-surface-2 text-text-2",
  brand: "bg-brand-soft text-brand",
  success: "bg-success-soft text-success",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
  info: "bg-info-soft text-info",
  note: "bg-note text-on-note",
};

/** A state in one or two words. `dot` puts a mark before it. */
export function Badge({
  tone = "neutral",
  dot = false,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1.5 rounded-full px-2 text-meta font-medium whitespace-nowrap",
        toneLook[tone],
      )}
    >
      {dot && <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />}
      {children}
    </span>
  );
}

/** Something chosen, such as a label or a filter; `color` is a dot before it, `onRemove` a button after it. */
export function Chip({ children, color, onRemove }: { children: string; color?: string; onRemove?: () => void }) {
  const { t } = useTranslation("common");
  return (
    <span className="inline-flex h-6 max-w-48 items-center gap-1.5 rounded-full border bg-bg ps-2 pe-2 text-meta">
      {color && <span className="size-2 shrink-0 rounded-full" style={{ background: color }} aria-hidden="true" />}
      <span className="truncate">{children}</span>
      {onRemove && (
        <button
          type="button"
          aria-label={t("action.removeOne", { name: children })}
          onClick={onRemove}
          className="-me-1.5 grid size-6 place-items-center rounded-full text-text-3 hover:text-text"
        >
          <X className="size-3" aria-hidden="true" />
        </button>
      )}
    </span>
  );
}

/** A count of something new; nothing at zero, "99+" above. `label` is read out with it. */
export function NumberBadge({ count, label, quiet = false }: { count: number; label?: string; quiet?: boolean }) {
  if (count <= 0) return null;
  return (
    <span
      className={cx(
        "tabular inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-full px-1 text-[11px] leading-none font-semibold",
        quiet ? "bg-surface-2 text-text-2" : "bg-brand text-on-brand",
      )}
    >
      {count > 99 ? "99+" : count}
      {label && <span className="sr-only"> {label}</span>}
    </span>
  );
}
