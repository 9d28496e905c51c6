import { useEffect, useLayoutEffect, useRef, useState, type ComponentProps, type ReactNode } from "react";
import { cx } from "./cx.js";

/** The head of a page: its one h1, a line about it, and what can be done. */
export function PageHeader({ title, lead, actions }: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pb-5">
      <div className="min-w-0">
        <h1 className="text-title font-semibold tracking-[-0.01em]">{title}</h1>
        {lead && <div className="mt-1 max-w-2xl text-text-2">{lead}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}

/** The plain page of lists and settings: scrolls, with a sensible width. */
export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className="h-full overflow-y-auto">
      <div className={cx("mx-auto px-4 py-6 md:px-8", wide ? "max-w-7xl" : "max-w-4xl")}>{children}</div>
    </div>
  );
}

/** What may be wider than the page; while it is, it can be reached and moved by keys. */
function Scrolling({ children }: { children: ReactNode }) {
  const [wider, setWider] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const observer = new ResizeObserver(() => setWider(current.scrollWidth > current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} className="relative overflow-x-auto" {...(wider ? { tabIndex: 0, role: "group" } : {})}>
      {children}
    </div>
  );
}

/** A bordered group, with a heading or without. */
export function Card({
  title,
  actions,
  className,
  children,
  flush = false,
}: {
  title?: string;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
  /** Without inner space, for a table. */
  flush?: boolean;
}) {
  return (
    <section className={cx("rounded-card border bg-bg", className)}>
      {(title ?? actions) && (
        <header className="flex min-h-11 items-center justify-between gap-3 border-b px-4 py-2">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      {flush ? <Scrolling>{children}</Scrolling> : <div className="p-4">{children}</div>}
    </section>
  );
}

const roles = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" } as const;

/** What a column is called in the cards of a phone; one whose heading is for ears only has no label there. */
const labelOf = (heading: Element | undefined) =>
  heading === undefined || heading.firstElementChild?.classList.contains("sr-only") === true
    ? ""
    : heading.textContent.trim();

/** Tells each cell what its column is called, and keeps roles that a table laid out as cards would lose. */
function describeCells(table: HTMLTableElement): void {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody, tr, td"))
    part.setAttribute("role", roles[part.tagName as keyof typeof roles]);
  for (const heading of table.querySelectorAll("th"))
    heading.setAttribute("role", heading.scope === "row" ? "rowheader" : "columnheader");
  for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
    for (const [index, cell] of [...row.cells].entries()) cell.dataset.label = labelOf(headings[index]);
  }
}

/**
 * A plain table: use Th and Td in it, a caption or aria-label as its name. On a phone each row is a card, its first cell the
 * title and the headings the labels of the others; with `cards={false}` it stays a grid of few narrow columns.
 */
export function Table({ className, cards = true, ...rest }: ComponentProps<"table"> & { cards?: boolean }) {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    const { current } = table;
    if (!current || !cards) return;
    const describe = () => describeCells(current);
    describe();
    const observer = new MutationObserver(describe);
    observer.observe(current, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [cards]);
  return (
    <table
      ref={table}
      className={cx("w-full border-collapse text-start", cards && "table-cards", className)}
      {...rest}
    />
  );
}
/** A heading cell. */
export const Th = ({ className, ...rest }: ComponentProps<"th">) => (
  <th
    scope="col"
    className={cx("border-b px-4 py-2 text-start text-meta font-medium text-text-3", className)}
    {...rest}
  />
);
/** A cell. */
export const Td = ({ className, children, ...rest }: ComponentProps<"td">) => (
  <td className={cx("border-b px-4 py-2.5 align-top [tr:last-child>&]:border-b-0", className)} {...rest}>
    <div className="min-w-0">{children}</div>
  </td>
);
