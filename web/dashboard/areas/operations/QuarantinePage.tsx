import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Button } from "../../components/ui/Button.js";
import { channelName } from "../../components/ui/ChannelGlyph.js";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { QuarantineDrawer } from "./QuarantineDrawer.js";
import { useAccountNames, useQuarantine } from "./queries.js";
import { ReplayDialog } from "./ReplayDialog.js";

/** Deliveries that could not be read: nothing of them is lost. */
export function QuarantinePage() {
  const { t } = useTranslation("operations");
  const list = useQuarantine();
  const nameOf = useAccountNames();
  const [search, setSearch] = useSearchParams();
  const [replaying, setReplaying] = useState(false);
  const opened = search.get("open");
  const rows = list.data?.pages.flatMap((page) => page.data);
  const replay = <Button onClick={() => setReplaying(true)}>{t("replay.title")}</Button>;
  return (
    <>
      {list.error && !rows && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-56 rounded-card" />}
      {rows?.length === 0 && (
        <EmptyState icon={ShieldCheck} title={t("quarantine.emptyTitle")} secondary={replay}>
          {t("quarantine.lead")}
        </EmptyState>
      )}
      {rows && rows.length > 0 && (
        <>
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-3xl text-text-2">{t("quarantine.lead")}</p>
            {replay}
          </div>
          <Card flush>
            <Table aria-label={t("page.quarantine")}>
              <thead>
                <tr>
                  <Th>{t("quarantine.channel")}</Th>
                  <Th>{t("quarantine.why")}</Th>
                  <Th>{t("quarantine.at")}</Th>
                  <Th>
                    <span className="sr-only">{t("quarantine.open")}</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <Td>
                      <div dir="auto" className="font-medium">
                        {nameOf(row.channel_account_id)}
                      </div>
                      <div className="text-meta text-text-3">{channelName(row.channel)}</div>
                    </Td>
                    <Td>
                      <span dir="auto" className="[overflow-wrap:anywhere]">
                        {row.where}
                      </span>
                    </Td>
                    <Td className="whitespace-nowrap text-text-2">
                      <Time at={row.received_at} />
                    </Td>
                    <Td className="text-end">
                      <Button size="sm" variant="ghost" onClick={() => setSearch({ open: row.id })}>
                        {t("quarantine.open")}
                      </Button>
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {list.hasNextPage && (
              <div className="border-t p-3 text-center">
                <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t("action.older")}
                </Button>
              </div>
            )}
          </Card>
        </>
      )}
      {opened !== null && <QuarantineDrawer id={opened} onClose={() => setSearch({}, { replace: true })} />}
      {replaying && <ReplayDialog onClose={() => setReplaying(false)} />}
    </>
  );
}
