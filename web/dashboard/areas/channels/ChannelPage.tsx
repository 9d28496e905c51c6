import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useParams } from "react-router";
import { useTitle } from "../../app/title.js";
import { useCan } from "../../api/session.js";
import { channelName, ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { Page } from "../../components/ui/layout.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { Banner, ErrorState } from "../../components/ui/states.js";
import { Tabs, type Tab } from "../../components/ui/Tabs.js";
import { BackTitle } from "./BackTitle.js";
import { HealthBadge, SimulatedBadge } from "./Health.js";
import { SaidText } from "./SaidText.js";
import { hasSession } from "./wizard/steps.js";
import { usePaths, type ChannelTab } from "./paths.js";
import { useChannel, useKinds, type ChannelDetail, type Kind } from "./queries.js";
import { ConnectionTab } from "./tabs/ConnectionTab.js";
import { DangerTab } from "./tabs/DangerTab.js";
import { LogTab } from "./tabs/LogTab.js";
import { TemplatesTab } from "./tabs/TemplatesTab.js";
import { SimulatorTab } from "./simulator/SimulatorTab.js";

const sendsTemplates = (kind: Kind): boolean => {
  const { sends } = (kind.capabilities ?? {}) as { sends?: readonly string[] };
  return sends?.includes("template") ?? false;
};

function useTabs(channel: ChannelDetail, kind: Kind): Tab<ChannelTab>[] {
  const { t } = useTranslation("channels");
  const can = useCan();
  return [
    { value: "connection", label: t("tab.connection"), content: <ConnectionTab channel={channel} kind={kind} /> },
    { value: "log", label: t("tab.log"), content: <LogTab channel={channel} /> },
    ...(sendsTemplates(kind) && can("messages:send")
      ? [{ value: "templates" as const, label: t("tab.templates"), content: <TemplatesTab channel={channel} /> }]
      : []),
    ...(channel.simulated && can("simulator")
      ? [{ value: "simulator" as const, label: t("tab.simulator"), content: <SimulatorTab channel={channel} /> }]
      : []),
    { value: "danger", label: t("tab.danger"), content: <DangerTab channel={channel} /> },
  ];
}

function Channel({ channel, kind, tab }: { channel: ChannelDetail; kind: Kind; tab: string }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const paths = usePaths();
  const tabs = useTabs(channel, kind);
  const shown = tabs.find(({ value }) => value === tab);
  useTitle(channel.name);
  if (!shown) return <Navigate to={paths.channel(channel.id)} replace />;
  const { state, cause } = channel.health;
  const key = hasSession(kind) ? waysToLink[state] : waysOut[state];
  const way = key && t(key);
  return (
    <Page wide>
      <BackTitle
        to={paths.list}
        back={t("title")}
        title={
          <>
            <ChannelGlyph kind={channel.kind} size={20} />
            <span dir="auto">{channel.name}</span>
            <HealthBadge state={channel.enabled || !channel.connected ? state : "off"} />
            {channel.simulated && <SimulatedBadge />}
          </>
        }
        lead={
          <>
            {channelName(channel.kind)}
            {channel.provider_ref && (
              <>
                {" · "}
                <bdi className="tabular">{channel.provider_ref}</bdi>
              </>
            )}
          </>
        }
      />
      {channel.connected && cause && state !== "ok" && (
        <div className="mb-4">
          <Banner tone={state === "needs_reauth" || state === "suspended" ? "danger" : "warning"}>
            {way && <p className="font-medium">{way}</p>}
            <SaidText said={{ ...channel.health, sentence: cause }} />
          </Banner>
        </div>
      )}
      <Tabs
        tabs={tabs.map((one) => (one.value === shown.value ? one : { ...one, content: null }))}
        value={shown.value}
        onChange={(next) => void navigate(paths.channel(channel.id, next))}
        label={channel.name}
      />
    </Page>
  );
}

/** What can be done about it, by state. */
const waysOut: Partial<Record<ChannelDetail["health"]["state"], string>> = {
  needs_reauth: "health.needs_reauth",
  suspended: "health.suspended",
  degraded: "health.degraded",
};

/** The same of a number that is linked on a phone; what to do about one that is banned is said where it is linked. */
const waysToLink: typeof waysOut = { needs_reauth: "health.relink", degraded: "health.degraded" };

/** One account, with tabs; the address holds which. */
export function ChannelPage() {
  const { channelId = "", tab = "connection" } = useParams();
  const kinds = useKinds();
  const channel = useChannel(channelId);
  const kind = kinds.data?.find((one) => one.kind === channel.data?.kind);
  const error = channel.error ?? kinds.error;
  if (error && (!channel.data || !kinds.data)) {
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          void channel.refetch();
          void kinds.refetch();
        }}
      />
    );
  }
  if (!channel.data || !kind) return <PageSpinner />;
  return <Channel channel={channel.data} kind={kind} tab={tab} />;
}
