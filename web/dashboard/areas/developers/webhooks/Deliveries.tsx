import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Button } from "../../../components/ui/Button.js";
import { Card, Table, Td, Th } from "../../../components/ui/layout.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Select } from "../../../components/ui/Select.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { useDeliveries, useEventKinds, type Delivery, type HookEndpoint } from "../queries.js";
import { DeliveryDrawer } from "./DeliveryDrawer.js";
import { DeliveryBadge } from "./EndpointState.js";
import { RangeDialog } from "./RangeDialog.js";

const states = ["waiting", "delivered", "failed"] as const;

function Row({ delivery, onOpen }: { delivery: Delivery; onOpen: () => void }) {
  const { t } = useTranslation("developers");
  const last = delivery.attempts.at(-1);
  return (
    <tr>
      <Td>
        <DeliveryBadge state={delivery.state} />
        {delivery.next_attempt_at !== null && delivery.state === "waiting" && (
          <div className="mt-1 text-meta text-text-3">
            {t("deliveries.next")} <Time at={delivery.next_attempt_at} />
          </div>
        )}
      </Td>
      <Td>
        <code dir="ltr">{delivery.event_type}</code>
      </Td>
      <Td className="tabular">{last ? (last.status ?? last.error ?? t("hooks.noAnswer")) : "–"}</Td>
      <Td className="tabular">{last ? t("deliveries.ms", { ms: last.ms }) : "–"}</Td>
      <Td className="tabular">{delivery.attempts.length}</Td>
      <Td className="text-text-2">
        <Time at={delivery.created_at} />
      </Td>
      <Td className="text-end">
        <Button
          size="sm"
          variant="ghost"
          aria-label={t("deliveries.openOne", { type: delivery.event_type })}
          onClick={onOpen}
        >
          {t("deliveries.open")}
        </Button>
      </Td>
    </tr>
  );
}

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
  const list = useDeliveries(endpoint.id, state);
  const [range, setRange] = useState<"recover" | "replay">();
  const rows = list.data?.pages.flatMap((page) => page.data).filter((one) => type === "" || one.event_type === type);
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
      {list.error && !list.data && <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-56 rounded-card" />}
      {rows && (
        <Card flush>
          {rows.length === 0 ? (
            <p className="p-4 text-text-3">
              {type !== "" && list.hasNextPage ? t("deliveries.noneLoaded") : t("deliveries.none")}
            </p>
          ) : (
            <Table aria-label={t("deliveries.title")}>
              <thead>
                <tr>
                  <Th>{t("deliveries.state")}</Th>
                  <Th>{t("deliveries.event")}</Th>
                  <Th>{t("deliveries.answer")}</Th>
                  <Th>{t("deliveries.took")}</Th>
                  <Th>{t("deliveries.attempts")}</Th>
                  <Th>{t("deliveries.at")}</Th>
                  <Th>
                    <span className="sr-only">{t("deliveries.open")}</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {rows.map((delivery) => (
                  <Row key={delivery.id} delivery={delivery} onOpen={() => set("delivery", delivery.id)} />
                ))}
              </tbody>
            </Table>
          )}
          {list.hasNextPage && (
            <div className="border-t p-3 text-center">
              <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t("action.older")}
              </Button>
            </div>
          )}
        </Card>
      )}
      {opened !== null && <DeliveryDrawer id={opened} url={endpoint.url} onClose={() => set("delivery", null)} />}
      {range && <RangeDialog endpointId={endpoint.id} what={range} onClose={() => setRange(undefined)} />}
    </>
  );
}
