import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Switch } from "../../../components/ui/choices.js";
import { Card } from "../../../components/ui/layout.js";
import { LogList } from "../LogList.js";
import type { ChannelDetail } from "../queries.js";

/** What happened to an account in the last days. */
export function LogTab({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const [search, setSearch] = useSearchParams();
  const errors = search.get("errors") === "1";
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-text-2">{t("log.lead")}</p>
        <Switch
          checked={errors}
          onChange={(on) => setSearch(on ? { errors: "1" } : {}, { replace: true })}
          label={t("log.onlyErrors")}
        />
      </div>
      <Card flush>
        <LogList id={channel.id} errors={errors} />
      </Card>
    </div>
  );
}
