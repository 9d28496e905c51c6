import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Button } from "../../../components/ui/Button.js";
import { Menu } from "../../../components/ui/Menu.js";
import { PagedTable } from "../../../components/ui/PagedTable.js";
import { Select } from "../../../components/ui/Select.js";
import { Time } from "../../../components/ui/Time.js";
import { useDeliveries, useEventKinds, type HookEndpoint } from "../queries.js";
import { DeliveryDrawer } from "./DeliveryDrawer.js";
import { attemptErrorText, DeliveryBadge } from "./EndpointState.js";
import { RangeDialog } from "./RangeDialog.js";

const states = ["waiting", "delivered", "failed"] as const;

/** Every delivery to an endpoint, newest first; filters stand in the address. */
export function Deliveries({ endpoint }: { endpoint: HookEndpoint }) {
  const { t } = useTranslation("developers");
  const [search, setSearch] = useSearchParams();
  const state = states.find((one) => one === search.get("state"));
  const type = search.get("event") ?? "";
  const opened = search.get("delivery");
  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: name !== "delivery" },
    );
  const kinds = useEventKinds().data ?? [];
  const list = useDeliveries(endpoint.id, state, type);
  const [range, setRange] = useState<"recover" | "replay">();
  return (
    <>
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div className="flex flex-wrap gap-2">
          <Select
            label={t("deliveries.state")}
            className="w-40"
            value={state ?? "all"}
            onChange={(next) => set("state", next === "all" ? null : next)}
            options={[
              { value: "all", label: t("deliveries.all") },
              ...states.map((one) => ({ value: one, label: t(`delivery.${one}`) })),
            ]}
          />
          <Select
            label={t("deliveries.event")}
            className="w-56"
            value={type === "" ? "all" : type}
            onChange={(next) => set("event", next === "all" ? null : next)}
            options={[
              { value: "all", label: t("hooks.allEvents") },
              ...kinds.map((kind) => ({ value: kind.type, label: kind.type })),
            ]}
          />
        </div>
        <Menu
          align="end"
          sections={[
            {
              items: [
                { label: t("deliveries.recover"), onSelect: () => setRange("recover") },
                { label: t("deliveries.replay"), onSelect: () => setRange("replay") },
              ],
            },
          ]}
          trigger={<Button>{t("deliveries.again")}</Button>}
        />
      </div>
      <PagedTable
        list={list}
        label={t("deliveries.title")}
        columns={[
          t("deliveries.state"),
          t("deliveries.event"),
          t("deliveries.answer"),
          t("deliveries.took"),
          t("deliveries.attempts"),
          t("deliveries.at"),
        ]}
        openLabel={(row) => t("deliveries.openOne", { type: row.event_type })}
        onOpen={(id) => set("delivery", id)}
        empty={<p className="rounded-card border p-4 text-text-3">{t("deliveries.none")}</p>}
        cells={(row) => {
          const last = row.attempts.at(-1);
          return [
            <>
              <DeliveryBadge state={row.state} />
              {row.next_attempt_at !== null && row.state === "waiting" && (
                <div className="mt-1 text-meta text-text-3">
                  {t("deliveries.next")} <Time at={row.next_attempt_at} />
                </div>
              )}
            </>,
            <code dir="ltr">{row.event_type}</code>,
            <span className="tabular">{last ? (last.status ?? attemptErrorText(t, last)) : "–"}</span>,
            <span className="tabular">{last ? t("deliveries.ms", { ms: last.ms }) : "–"}</span>,
            <span className="tabular">{row.attempts.length}</span>,
            <span className="text-text-2">
              <Time at={row.created_at} />
            </span>,
          ];
        }}
      />
      {opened !== null && <DeliveryDrawer id={opened} url={endpoint.url} onClose={() => set("delivery", null)} />}
      {range && <RangeDialog endpointId={endpoint.id} what={range} onClose={() => setRange(undefined)} />}
    </>
  );
}
