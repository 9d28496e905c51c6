import { ChevronDown, Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Combobox } from "../../components/ui/Combobox.js";
import { JsonView } from "../../components/ui/Copy.js";
import { cx } from "../../components/ui/cx.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { EmptyState, ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { auditActions, auditActionText } from "./auditActions.js";
import { auditRows, useAudit, type AuditEntry, type AuditFilters } from "./auditData.js";
import { useRows, type Member } from "./data.js";
import { saveFile, toCsv } from "./files.js";
import { RowsSkeleton, SettingsPage } from "./parts.js";

/** Anybody, or anything. */
const everybody = "all";

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation("settings");
  const [open, setOpen] = useState(false);
  const who =
    entry.actor.name ?? (entry.actor.kind === "system" ? t("audit.system") : (entry.actor.id ?? t("audit.somebody")));
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-12 w-full flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-start hover:bg-surface-1"
      >
        <Time at={entry.at} as="short" className="w-16 shrink-0 text-meta text-text-3" />
        <span className="min-w-0 flex-1 basis-48">
          <span dir="auto" className="font-medium [overflow-wrap:anywhere]">
            {who}
          </span>{" "}
          <span className="text-text-2">{auditActionText(t, entry.action)}</span>
          {entry.target?.name && (
            <span className="text-text-2 [overflow-wrap:anywhere]">
              {": "}
              <bdi>{entry.target.name}</bdi>
            </span>
          )}
        </span>
        {entry.outcome !== "done" && <Badge tone="danger">{t("audit.refused")}</Badge>}
        <bdi dir="ltr" className="tabular hidden text-meta text-text-3 sm:inline">
          {entry.address}
        </bdi>
        <ChevronDown className={cx("size-4 text-text-3", open && "rotate-180")} aria-hidden="true" />
      </button>
      {open && (
        <div className="flex flex-col gap-3 border-t bg-surface-1 px-4 py-3">
          <p className="text-meta text-text-2">
            <Time at={entry.at} as="full" />
          </p>
          <JsonView value={entry} maxHeight={320} />
        </div>
      )}
    </li>
  );
}

function Filters({ filters, onChange }: { filters: AuditFilters; onChange: (filters: AuditFilters) => void }) {
  const { t, i18n } = useTranslation("settings");
  const members = useRows<Member>("/members");
  const actions = auditActions
    .map((value) => ({ value, label: auditActionText(t, value) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <Field label={t("audit.who")}>
        <Combobox
          label={t("audit.who")}
          value={[filters.actorId ?? everybody]}
          onChange={([id]) => onChange({ ...filters, actorId: id === everybody ? undefined : id })}
          options={[
            { value: everybody, label: t("audit.everybody") },
            ...(members.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label={t("audit.what")}>
        <Combobox
          label={t("audit.what")}
          value={[filters.action ?? everybody]}
          onChange={([action]) => onChange({ ...filters, action: action === everybody ? undefined : action })}
          options={[{ value: everybody, label: t("audit.anything") }, ...actions]}
        />
      </Field>
      <Field label={t("audit.since")}>
        <Input
          type="date"
          value={filters.since ?? ""}
          onChange={(event) => onChange({ ...filters, since: event.target.value || undefined })}
        />
      </Field>
      <Field label={t("audit.until")}>
        <Input
          type="date"
          value={filters.until ?? ""}
          onChange={(event) => onChange({ ...filters, until: event.target.value || undefined })}
        />
      </Field>
    </div>
  );
}

/** Who did what, when, from where. */
export function AuditPage() {
  const { t } = useTranslation("settings");
  const [filters, setFilters] = useState<AuditFilters>({});
  const { list, all } = useAudit(filters);
  const [exporting, setExporting] = useState<number>();
  const entries = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const exportAll = async () => {
    setExporting(0);
    try {
      const { entries: every, more } = await all(setExporting);
      saveFile(`switchboard-audit-${new Date().toISOString().slice(0, 10)}.csv`, toCsv(auditRows(every)), "text/csv");
      if (more) toast.done(t("audit.capped", { count: every.length }));
    } catch (error) {
      toast.failed(error);
    } finally {
      setExporting(undefined);
    }
  };
  return (
    <SettingsPage
      title={t("section.audit")}
      lead={t("audit.lead")}
      actions={
        <Button disabled={entries.length === 0 || exporting !== undefined} onClick={() => void exportAll()}>
          <Download aria-hidden="true" />
          {exporting === undefined ? t("audit.export") : t("audit.exporting", { count: exporting })}
        </Button>
      }
    >
      <Filters filters={filters} onChange={setFilters} />
      {list.isPending && <RowsSkeleton rows={8} />}
      {list.error && entries.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && entries.length === 0 && (
        <div className="rounded-card border">
          <EmptyState
            icon={ScrollText}
            title={filtered ? t("audit.noMatch") : t("audit.empty")}
            primary={filtered && <Button onClick={() => setFilters({})}>{t("audit.clear")}</Button>}
          />
        </div>
      )}
      {entries.length > 0 && (
        <ul aria-label={t("section.audit")} className="divide-y divide-hairline rounded-card border">
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </SettingsPage>
  );
}
