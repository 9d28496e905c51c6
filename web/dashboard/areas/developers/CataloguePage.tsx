import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Input } from "../../components/ui/Input.js";
import { JsonView } from "../../components/ui/Copy.js";
import { Card } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { useEventKinds, type EventKind } from "./queries.js";

function Kind({ kind }: { kind: EventKind }) {
  const { t } = useTranslation("developers");
  const [open, setOpen] = useState(false);
  return (
    <details className="px-4 py-2.5" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-6 cursor-pointer">
        <code dir="ltr" className="font-medium">
          {kind.type}
        </code>
        <span className="ms-3 text-text-2">
          {t(`event.${kind.type.replaceAll(".", "_")}`, { defaultValue: kind.summary })}
        </span>
      </summary>
      {open && (
        <div className="mt-3 mb-1">
          <h3 className="mb-1 text-meta font-medium text-text-3">{t("catalogue.schema")}</h3>
          <JsonView value={kind.schema} />
        </div>
      )}
    </details>
  );
}

/** Every event there is, with the shape of its payload. */
export function CataloguePage() {
  const { t } = useTranslation("developers");
  const { data, error, refetch } = useEventKinds();
  const [text, setText] = useState("");
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-96 rounded-card" />;
  const wanted = text.trim().toLowerCase();
  const shown = data.filter(({ type, summary }) => `${type} ${summary}`.toLowerCase().includes(wanted));
  return (
    <div className="flex max-w-4xl flex-col gap-3">
      <p className="text-text-2">{t("catalogue.lead")}</p>
      <Input
        type="search"
        aria-label={t("catalogue.search")}
        placeholder={t("catalogue.search")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="max-w-sm"
      />
      <Card flush>
        <div className="divide-y">
          {shown.map((kind) => (
            <Kind key={kind.type} kind={kind} />
          ))}
          {shown.length === 0 && <p className="p-4 text-text-3">{t("common:state.noMatches")}</p>}
        </div>
      </Card>
    </div>
  );
}
