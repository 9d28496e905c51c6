import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** The head of a page below another one: a way back, its name and what can be done. */
export function BackTitle({
  to,
  back,
  title,
  lead,
  actions,
}: {
  to: string;
  back: string;
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="pb-5">
      <Link to={to} className="-ms-1 mb-1 inline-flex min-h-6 items-center gap-1 px-1 text-text-2 hover:text-text">
        <ArrowLeft className="size-4 rtl:rotate-180" aria-hidden="true" />
        {back}
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-title font-semibold tracking-[-0.01em]">
            {title}
          </h1>
          {lead && <div className="mt-1 max-w-2xl text-text-2">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
    </header>
  );
}
