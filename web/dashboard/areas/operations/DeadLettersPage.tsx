import { RotateCw, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Button } from "../../components/ui/Button.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { PagedTable } from "../../components/ui/PagedTable.js";
import { EmptyState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { DeadLetterDrawer } from "./DeadLetterDrawer.js";
import { useAccountNames, useDeadLetters, useRetryAll } from "./queries.js";

/** Work that failed for good after all its tries, to be tried again or given up. */
export function DeadLettersPage() {
  const { t } = useTranslation("operations");
  const nameOf = useAccountNames();
  const retryAll = useRetryAll();
  const [asking, setAsking] = useState(false);
  const [search, setSearch] = useSearchParams();
  const opened = search.get("open");
  const queueName = (queue: string) => t(`queue.${queue}`, { defaultValue: queue });
  return (
    <>
      <PagedTable
        list={useDeadLetters()}
        label={t("page.dead")}
        columns={[t("dead.work"), t("quarantine.why"), t("dead.attempts"), t("quarantine.at")]}
        openLabel={(row) => t("quarantine.openOne", { name: queueName(row.queue) })}
        onOpen={(id) => setSearch({ open: id })}
        empty={
          <EmptyState icon={ShieldCheck} title={t("dead.emptyTitle")}>
            {t("dead.lead")}
          </EmptyState>
        }
        above={
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-3xl text-text-2">{t("dead.lead")}</p>
            <Button onClick={() => setAsking(true)}>
              <RotateCw aria-hidden="true" />
              {t("dead.retryAll")}
            </Button>
          </div>
        }
        cells={(row) => [
          <>
            <div className="font-medium">{queueName(row.queue)}</div>
            <div dir="auto" className="text-meta text-text-3">
              {nameOf(row.channel_account_id)}
            </div>
          </>,
          <span dir="auto" className="[overflow-wrap:anywhere]">
            {row.reason}
          </span>,
          <span className="tabular">{row.attempts}</span>,
          <span className="whitespace-nowrap text-text-2">
            <Time at={row.failed_at} />
          </span>,
        ]}
      />
      {opened !== null && <DeadLetterDrawer id={opened} onClose={() => setSearch({}, { replace: true })} />}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        danger={false}
        title={t("dead.retryAll")}
        description={t("dead.retryAllText")}
        confirm={t("dead.retryAll")}
        onConfirm={() =>
          retryAll.mutateAsync().then(({ retried }) => toast.done(t("dead.retriedAll", { count: retried })))
        }
      />
    </>
  );
}
