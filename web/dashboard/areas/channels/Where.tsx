import { ChevronRight } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Skeleton } from "../../components/ui/Spinner.js";
import { sketches } from "./sketches.js";

const Sketch = lazy(() => import("./Sketch.js").then((part) => ({ default: part.Sketch })));

/** A drawing of where a credential is found, once it is asked for. Nothing for credentials that need none. */
export function Where({ name, what }: { name: string; what: string }) {
  const { t } = useTranslation("channels");
  const [open, setOpen] = useState(false);
  const sketch = sketches[name];
  if (!sketch) return null;
  return (
    <details className="group mt-1.5 text-meta" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="inline-flex min-h-6 cursor-pointer items-center gap-1 text-text-2 hover:text-text">
        <ChevronRight
          className="size-3.5 group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:-rotate-90"
          aria-hidden="true"
        />
        {t("sketch.show")} <span className="sr-only">{what}</span>
      </summary>
      {open && (
        <div className="pt-1.5">
          <Suspense fallback={<Skeleton className="h-36 max-w-md rounded-card" />}>
            <Sketch sketch={sketch} what={what} />
          </Suspense>
        </div>
      )}
    </details>
  );
}
