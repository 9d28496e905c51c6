import { CircleAlert, CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/ui/Button.js";
import { cx } from "../../components/ui/cx.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { useSaid } from "./texts.js";
import { useLog, type LogEntry, type LogFilter } from "./queries.js";

function Details({ details }: { details: LogEntry["details"] }) {
  const { t } = useTranslation("channels");
  const facts = Object.entries(details).filter(([name]) => name !== "times");
  if (facts.length === 0) return null;
  return (
    <details className="mt-1 text-meta text-text-3">
      <summary className="inline-block min-h-6 cursor-pointer py-1">{t("log.details")}</summary>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 font-mono" dir="ltr">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd className="[overflow-wrap:anywhere] text-text-2">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** One thing that happened to an account. */
function Entry({ entry }: { entry: LogEntry }) {
  const { t } = useTranslation("channels");
  const said = useSaid();
  const Icon = entry.ok ? CircleCheck : CircleAlert;
  const times = Number(entry.details.times ?? 1);
  return (
    <li className="flex gap-3 px-4 py-2.5">
      <Icon className={cx("mt-0.5 size-4 shrink-0", entry.ok ? "text-success" : "text-danger")} aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="text-meta font-medium text-text-3">
            {t(`logKind.${entry.kind}`)}
            {!entry.ok && <span className="text-danger"> · {t("log.failed")}</span>}
            {times > 1 && <span className="tabular"> · {t("log.times", { count: times })}</span>}
          </span>
          <Time at={entry.at} className="text-meta text-text-3" />
        </div>
        <p className={cx("[overflow-wrap:anywhere]", !entry.ok && "font-medium")}>
          <bdi>{said(entry)}</bdi>
        </p>
        <Details details={entry.details} />
      </div>
    </li>
  );
}

/** What happened to an account, newest first, as it happens. */
export function LogList({ id, errors = false, kind, most }: LogFilter & { id: string; most?: number }) {
  const { t } = useTranslation("channels");
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useLog(id, { errors, kind });
  if (error && !data) return <ErrorState inline error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className="flex flex-col gap-3 p-4">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} className="h-9" />
        ))}
      </div>
    );
  }
  const entries = data.pages.flatMap((page) => page.data).slice(0, most);
  if (entries.length === 0)
    return (
      <p className="p-4 text-text-3">{kind ? t("log.noneOfKind") : errors ? t("log.noErrors") : t("log.empty")}</p>
    );
  return (
    <>
      <ol className="divide-y" aria-live="polite" aria-relevant="additions" aria-label={t("tab.log")}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {most === undefined && hasNextPage && (
        <div className="border-t p-3 text-center">
          <Button size="sm" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("log.more")}
          </Button>
        </div>
      )}
    </>
  );
}
