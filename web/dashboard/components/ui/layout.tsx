import { useEffect, useRef, useState, type ComponentProps, type ReactNode } from "react";
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

/** A plain table: use Th and Td in it, a caption or aria-label as its name. */
export const Table = ({ className, ...rest }: ComponentProps<"table">) => (
  <table className={cx("w-full border-collapse text-start", className)} {...rest} />
);
/** A heading cell. */
export const Th = ({ className, ...rest }: ComponentProps<"th">) => (
  <th
    scope="col"
    className={cx("border-b px-4 py-2 text-start text-meta font-medium text-text-3", className)}
    {...rest}
  />
);
/** A cell. */
export const Td = ({ className, ...rest }: ComponentProps<"td">) => (
  <td className={cx("border-b px-4 py-2.5 align-top [tr:last-child>&]:border-b-0", className)} {...rest} />
);
