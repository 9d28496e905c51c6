import { ArrowDownLeft, ArrowUpRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../../components/ui/Badge.js";
import { JsonView } from "../../../components/ui/Copy.js";
import { cx } from "../../../components/ui/cx.js";
import { Card } from "../../../components/ui/layout.js";
import { Time } from "../../../components/ui/Time.js";
import type { Exchange } from "./simulatorQueries.js";

const pathOf = (url: string): string => {
  try {
    const { pathname } = new URL(url);
    // Covered parts are dots, which an address writes in percents.
    return decodeURIComponent(pathname);
  } catch {
    return url;
  }
};

/** The requests between us and the pretended provider, newest first; the chosen one is shown whole. */
export function Exchanges({
  exchanges,
  picked,
  onPick,
}: {
  exchanges: readonly Exchange[];
  picked: string | undefined;
  onPick: (id: string) => void;
}) {
  const { t } = useTranslation("channels");
  const shown = exchanges.find(({ id }) => id === picked);
  return (
    <>
      <Card title={t("simulator.wire")} flush>
        {exchanges.length === 0 && <p className="p-4 text-text-3">{t("simulator.noExchanges")}</p>}
        <ol className="max-h-64 divide-y overflow-y-auto">
          {exchanges.map((exchange) => {
            const Icon = exchange.direction === "in" ? ArrowDownLeft : ArrowUpRight;
            const ok = exchange.status !== null && exchange.status < 400;
            return (
              <li key={exchange.id}>
                <button
                  type="button"
                  aria-pressed={exchange.id === picked}
                  onClick={() => onPick(exchange.id)}
                  className={cx(
                    "flex w-full items-center gap-2 px-4 py-2 text-start hover:bg-surface-1 focus-visible:-outline-offset-2",
                    exchange.id === picked && "bg-brand-soft hover:bg-brand-soft",
                  )}
                >
                  <Icon className="size-4 shrink-0 text-text-3" aria-hidden="true" />
                  <span className="sr-only">
                    {exchange.direction === "in" ? t("simulator.in") : t("simulator.out")}
                  </span>
                  <span dir="ltr" className="min-w-0 flex-1 truncate text-start font-mono text-meta">
                    {exchange.method} {pathOf(exchange.url)}
                  </span>
                  <Badge tone={ok ? "success" : "danger"}>
                    {exchange.status === null ? t("simulator.noAnswer") : String(exchange.status)}
                  </Badge>
                  <Time at={exchange.at} as="time" className="text-meta text-text-3" />
                </button>
              </li>
            );
          })}
        </ol>
      </Card>
      {shown && (
        <Card title={shown.direction === "in" ? t("simulator.in") : t("simulator.out")}>
          <p dir="ltr" className="mb-3 font-mono text-meta [overflow-wrap:anywhere] text-text-2">
            {shown.method} {shown.url}
          </p>
          <h3 className="mb-1 text-meta font-medium text-text-3">{t("simulator.request")}</h3>
          <JsonView value={shown.request} maxHeight={260} />
          <h3 className="mt-3 mb-1 text-meta font-medium text-text-3">
            {t("simulator.response")} {shown.status}
          </h3>
          <JsonView value={shown.response} maxHeight={160} />
        </Card>
      )}
    </>
  );
}
