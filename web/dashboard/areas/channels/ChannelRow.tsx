import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { buttonLook, IconButton } from "../../components/ui/Button.js";
import { channelName, ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { cx } from "../../components/ui/cx.js";
import { Menu } from "../../components/ui/Menu.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { formatNumber } from "../../i18n/format.js";
import { HealthBadge, SimulatedBadge } from "./Health.js";
import { usePaths } from "./paths.js";
import { useChannelActions, type Channel } from "./queries.js";
import { useSaid } from "./texts.js";

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="w-20 md:w-22">
      <dt className="text-meta text-text-3">{label}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

const atOrNever = (at: string | null, never: string) =>
  at === null ? <span className="text-text-3">{never}</span> : <Time at={at} />;

/** What has to be done about an account, if anything. */
function NextStep({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const paths = usePaths();
  const look = buttonLook({ size: "sm", variant: "primary" });
  if (!channel.connected) {
    return (
      <Link to={paths.wizard(channel.id)} className={look}>
        {t("action.finish")}
      </Link>
    );
  }
  if (channel.enabled && channel.address_changed) {
    return (
      <Link to={paths.channel(channel.id)} className={look}>
        {t("action.registerAgain")}
      </Link>
    );
  }
  if (channel.enabled && ["needs_reauth", "degraded", "suspended"].includes(channel.health.state)) {
    return (
      <Link to={paths.channel(channel.id)} className={look}>
        {t("action.reconnect")}
      </Link>
    );
  }
  return null;
}

/** One account in the list: who it is, how it is doing and why, and what to do. */
export function ChannelRow({ channel }: { channel: Channel }) {
  const { t, i18n } = useTranslation("channels");
  const navigate = useNavigate();
  const paths = usePaths();
  const said = useSaid();
  const { change } = useChannelActions();
  const toggle = () =>
    change.mutate(
      { id: channel.id, enabled: !channel.enabled },
      {
        onSuccess: () => toast.done(t(channel.enabled ? "danger.disabled" : "danger.enabled", { name: channel.name })),
        onError: toast.failed,
      },
    );
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-3 p-4 md:gap-x-6">
      <span className="grid size-9 shrink-0 place-items-center rounded-card bg-surface-2 text-text-2">
        <ChannelGlyph kind={channel.kind} size={18} />
      </span>
      <div className="min-w-0 flex-1 basis-56">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to={channel.connected ? paths.channel(channel.id) : paths.wizard(channel.id)}
            dir="auto"
            className="min-w-0 truncate font-medium hover:underline"
          >
            {channel.name}
          </Link>
          <HealthBadge state={channel.enabled || !channel.connected ? channel.health.state : "off"} />
          {channel.simulated && <SimulatedBadge />}
        </div>
        <div className="text-text-3">
          {channelName(channel.kind)}
          {channel.provider_ref && (
            <>
              {" · "}
              <bdi className="tabular">{channel.provider_ref}</bdi>
            </>
          )}
        </div>
        {channel.address_changed && <p className="mt-1 text-warning">{t("list.addressChanged")}</p>}
        {channel.health.cause && (
          <p className={cx("mt-1", channel.health.state === "ok" ? "text-text-2" : "text-text")}>
            <bdi>{said({ ...channel.health, sentence: channel.health.cause })}</bdi>
          </p>
        )}
      </div>
      <dl className="flex gap-2">
        <Figure label={t("list.lastIn")}>{atOrNever(channel.last_inbound_at, t("list.never"))}</Figure>
        <Figure label={t("list.lastOut")}>{atOrNever(channel.last_outbound_at, t("list.never"))}</Figure>
        <Figure label={t("list.errors")}>
          {channel.errors_24h === 0 ? (
            "0"
          ) : (
            <Link to={`${paths.channel(channel.id, "log")}?errors=1`} className="font-medium text-danger underline">
              {formatNumber(channel.errors_24h, i18n.language)}
              {channel.errors_24h >= 1000 ? "+" : ""}
            </Link>
          )}
        </Figure>
      </dl>
      <div className="ms-auto flex items-center justify-end gap-2 md:min-w-42">
        <NextStep channel={channel} />
        <Menu
          align="end"
          sections={[
            {
              items: [
                { label: t("tab.connection"), onSelect: () => void navigate(paths.channel(channel.id)) },
                { label: t("tab.log"), onSelect: () => void navigate(paths.channel(channel.id, "log")) },
                ...(channel.connected
                  ? [{ label: channel.enabled ? t("danger.disable") : t("danger.enable"), onSelect: toggle }]
                  : []),
              ],
            },
            {
              items: [
                {
                  label: t("danger.deleteMenu"),
                  danger: true,
                  onSelect: () => void navigate(paths.channel(channel.id, "danger")),
                },
              ],
            },
          ]}
          trigger={<IconButton label={t("list.more", { name: channel.name })} icon={<Ellipsis aria-hidden="true" />} />}
        />
      </div>
    </li>
  );
}
