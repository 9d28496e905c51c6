import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Switch } from "../../../components/ui/choices.js";
import { Card } from "../../../components/ui/layout.js";
import { Select } from "../../../components/ui/Select.js";
import { LogList } from "../LogList.js";
import type { ChannelDetail, LogEntry } from "../queries.js";

const kinds = [
  "handshake",
  "refused",
  "event",
  "quarantined",
  "sent",
  "send_failed",
  "health",
  "settings",
] as const satisfies readonly LogEntry["kind"][];

/** What happened to an account in the last days. The address holds the filters. */
export function LogTab({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const [search, setSearch] = useSearchParams();
  const errors = search.get("errors") === "1";
  const kind = kinds.find((one) => one === search.get("kind"));
  const show = (next: { errors: boolean; kind: LogEntry["kind"] | undefined }) =>
    setSearch(
      { ...(next.errors ? { errors: "1" } : {}), ...(next.kind ? { kind: next.kind } : {}) },
      { replace: true },
    );
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <p className="text-text-2">{t("log.lead")}</p>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Select
          label={t("log.kind")}
          value={kind ?? "all"}
          onChange={(next) => show({ errors, kind: kinds.find((one) => one === next) })}
          options={[
            { value: "all", label: t("log.allKinds") },
            ...kinds.map((one) => ({ value: one, label: t(`logKind.${one}`) })),
          ]}
          className="w-52"
        />
        <Switch checked={errors} onChange={(on) => show({ errors: on, kind })} label={t("log.onlyErrors")} />
      </div>
      <Card flush>
        <LogList id={channel.id} errors={errors} kind={kind} />
      </Card>
    </div>
  );
}
