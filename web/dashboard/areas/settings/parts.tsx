import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { usePhone } from "../../app/preferences.js";
import { useTitle } from "../../app/title.js";
import { Skeleton } from "../../components/ui/Spinner.js";

/** A page of the settings: its heading, what it is for, what can be added. */
export function SettingsPage({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation("settings");
  const { id } = useWorkspace();
  const phone = usePhone();
  useTitle(title);
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-5 px-4 py-6 md:px-8">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          {phone && (
            <Link
              to={`/w/${id}/settings`}
              className="-ms-1 mb-2 inline-flex min-h-8 items-center gap-1.5 px-1 text-text-2"
            >
              <ArrowLeft className="size-4 rtl:-scale-x-100" aria-hidden="true" />
              {t("title")}
            </Link>
          )}
          <h1 className="text-title font-semibold tracking-[-0.01em]">{title}</h1>
          {lead && <div className="mt-1 max-w-xl text-text-2">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Rows to come. */
export function RowsSkeleton({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation("settings");
  return (
    <div role="status" aria-label={t("common:state.loading")} className="divide-y divide-hairline rounded-card border">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-3 px-4 py-3.5">
          <Skeleton className="size-7 rounded-full" />
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="ms-auto h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}

/** One setting: what it is on one side, its control on the other; beneath each other where it is narrow. */
export function Setting({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2 sm:flex-row sm:items-center sm:justify-between sm:gap-6">
      <div className="min-w-0">
        <div className="font-medium">{label}</div>
        {hint && <div className="text-meta text-text-3">{hint}</div>}
      </div>
      <div className="shrink-0">{children}</div>
    </div>
  );
}
