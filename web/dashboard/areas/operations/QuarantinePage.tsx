import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Button } from "../../components/ui/Button.js";
import { channelName } from "../../components/ui/ChannelGlyph.js";
import { PagedTable } from "../../components/ui/PagedTable.js";
import { EmptyState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { QuarantineDrawer } from "./QuarantineDrawer.js";
import { useAccountNames, useQuarantine } from "./queries.js";
import { ReplayDialog } from "./ReplayDialog.js";

/** Deliveries that could not be read: nothing of them is lost. */
export function QuarantinePage() {
  const { t } = useTranslation("operations");
  const nameOf = useAccountNames();
  const [search, setSearch] = useSearchParams();
  const [replaying, setReplaying] = useState(false);
  const opened = search.get("open");
  const replay = <Button onClick={() => setReplaying(true)}>{t("replay.title")}</Button>;
  return (
    <>
      <PagedTable
        list={useQuarantine()}
        label={t("page.quarantine")}
        columns={[t("quarantine.channel"), t("quarantine.why"), t("quarantine.at")]}
        openLabel={(row) => t("quarantine.openOne", { name: nameOf(row.channel_account_id) })}
        onOpen={(id) => setSearch({ open: id })}
        empty={
          <EmptyState icon={ShieldCheck} title={t("quarantine.emptyTitle")} secondary={replay}>
            {t("quarantine.lead")}
          </EmptyState>
        }
        above={
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-3xl text-text-2">{t("quarantine.lead")}</p>
            {replay}
          </div>
        }
        cells={(row) => [
          <>
            <div dir="auto" className="font-medium">
              {nameOf(row.channel_account_id)}
            </div>
            <div className="text-meta text-text-3">{channelName(row.channel)}</div>
          </>,
          <span dir="auto" className="[overflow-wrap:anywhere]">
            {row.where}
          </span>,
          <span className="whitespace-nowrap text-text-2">
            <Time at={row.received_at} />
          </span>,
        ]}
      />
      {opened !== null && <QuarantineDrawer id={opened} onClose={() => setSearch({}, { replace: true })} />}
      {replaying && <ReplayDialog onClose={() => setReplaying(false)} />}
    </>
  );
}
