import type { ReactNode } from "react";
import { NavLink, useLocation } from "react-router";
import { NumberBadge } from "./Badge.js";
import { cx } from "./cx.js";
import { Page, PageHeader } from "./layout.js";
import { useTabInSight } from "./tabInSight.js";

/** A part of an area: its address, its name, and how many things in it wait for somebody. */
export interface SectionTab {
  to: string;
  label: string;
  count?: number | undefined;
}

/** The frame of an area with several pages: what it is for, a tab for each page, the open one beneath. */
export function SectionPage({
  title,
  lead,
  actions,
  tabs,
  children,
}: {
  title: string;
  lead: string;
  actions?: ReactNode;
  tabs: readonly SectionTab[];
  children: ReactNode;
}) {
  const row = useTabInSight<HTMLElement>(useLocation().pathname);
  return (
    <Page wide>
      <PageHeader title={title} lead={lead} actions={actions} />
      <nav ref={row} aria-label={title} className="mb-5 flex gap-1 overflow-x-auto border-b">
        {tabs.map(({ to, label, count = 0 }) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) =>
              cx(
                "-mb-px flex items-center gap-2 border-b-2 px-3 py-2 font-medium whitespace-nowrap focus-visible:-outline-offset-2",
                isActive ? "border-brand text-text" : "border-transparent text-text-2 hover:text-text",
              )
            }
          >
            {label}
            <NumberBadge quiet count={count} />
          </NavLink>
        ))}
      </nav>
      {children}
    </Page>
  );
}
