import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMedia } from "../../../app/preferences.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { Banner, ErrorState } from "../../../components/ui/states.js";
import { Tabs } from "../../../components/ui/Tabs.js";
import type { ChannelDetail } from "../queries.js";
import { EventPane } from "./EventPane.js";
import { Exchanges } from "./Exchanges.js";
import { Faults } from "./Faults.js";
import { Phone } from "./Phone.js";
import { useSimulator } from "./simulatorQueries.js";

/** A customer's phone on one side; what goes over the wire and what becomes of it on the other. */
export function SimulatorTab({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const wide = useMedia("(min-width: 1180px)");
  const simulator = useSimulator(channel.id);
  const { data, error, refetch } = simulator.query;
  const [customerId, setCustomerId] = useState<string>();
  const [picked, setPicked] = useState<string>();
  const [pane, setPane] = useState<"wire" | "event" | "faults">("wire");
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className="flex flex-wrap gap-6">
        <Skeleton className="h-[620px] w-[330px] rounded-[28px]" />
        <Skeleton className="h-96 min-w-60 flex-1 rounded-card" />
      </div>
    );
  }
  const customer = data.customers.find(({ id }) => id === customerId) ?? data.customers[0];
  const exchange =
    data.exchanges.find(({ id }) => id === picked) ??
    data.exchanges.find(({ event }) => event !== null) ??
    data.exchanges[0];
  const wire = <Exchanges exchanges={data.exchanges} picked={exchange?.id} onPick={setPicked} />;
  const event = <EventPane channelId={channel.id} exchange={exchange} customer={customer} />;
  const faults = <Faults simulator={data} fault={simulator.fault} talk={simulator.talk} />;
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-3xl text-text-2">{t("simulator.lead")}</p>
      {!data.running && <Banner tone="warning">{t("simulator.notRunning")}</Banner>}
      <div className="flex flex-col gap-6 md:flex-row md:items-start">
        <Phone
          kind={channel.kind}
          business={channel.name}
          customers={data.customers}
          customer={customer}
          onCustomer={setCustomerId}
          write={simulator.write}
        />
        {wide ? (
          <div className="grid min-w-0 flex-1 grid-cols-2 gap-4">
            <div className="flex min-w-0 flex-col gap-4">{wire}</div>
            <div className="flex min-w-0 flex-col gap-4">
              {event}
              {faults}
            </div>
          </div>
        ) : (
          <div className="min-w-0 flex-1">
            <Tabs
              label={t("tab.simulator")}
              value={pane}
              onChange={setPane}
              tabs={[
                { value: "wire", label: t("simulator.wire"), content: wire },
                { value: "event", label: t("simulator.event"), content: event },
                { value: "faults", label: t("simulator.faults"), content: faults },
              ]}
            />
          </div>
        )}
      </div>
    </div>
  );
}
