import { ChevronDown } from "lucide-react";
import { useState, type ReactNode } from "react";

/** A card of the context panel that can be folded; folded stays folded on this device. */
export function Section({
  name,
  title,
  actions,
  children,
}: {
  name: string;
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const entry = `switchboard.inbox.folded.${name}`;
  const [open, setOpen] = useState(() => localStorage.getItem(entry) === null);
  const toggle = () => {
    if (open) localStorage.setItem(entry, "1");
    else localStorage.removeItem(entry);
    setOpen(!open);
  };
  return (
    <section className="border-b px-4 py-2.5">
      <header className="flex min-h-7 items-center justify-between gap-2">
        <h3 className="flex-1">
          <button
            type="button"
            aria-expanded={open}
            onClick={toggle}
            className="flex min-h-7 w-full items-center gap-1.5 text-meta font-semibold text-text-2 hover:text-text"
          >
            <ChevronDown className={open ? "size-3.5" : "size-3.5 -rotate-90 rtl:rotate-90"} aria-hidden="true" />
            {title}
          </button>
        </h3>
        {open && actions}
      </header>
      {open && <div className="pt-1 pb-1.5">{children}</div>}
    </section>
  );
}
