import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ChannelAccountDto } from "../../../../src/wire/channels.js";
import { useCan, useMe, useWorkspace } from "../../api/session.js";
import { useTitle } from "../../app/title.js";
import { Badge, type Tone } from "../../components/ui/Badge.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { Page, PageHeader } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { formatNumber } from "../../i18n/format.js";
import { Checklist } from "./Checklist.js";
import { DemoCard } from "./DemoCard.js";
import { useDismissed, useHome, useSteps, type Home } from "./data.js";

const numbers = ["mine", "unassigned", "waiting", "mentions", "all"] as const;

function Numbers({ counts }: { counts: Home["counts"] }) {
  const { t, i18n } = useTranslation("home");
  const { id } = useWorkspace();
  if (counts.error) return <ErrorState inline error={counts.error} onRetry={() => void counts.refetch()} />;
  return (
    <section aria-label={t("now.title")}>
      <h2 className="mb-2 font-semibold">{t("now.title")}</h2>
      <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-card border bg-hairline sm:grid-cols-5 [&>li:last-child]:max-sm:col-span-2">
        {numbers.map((name) => {
          const one = counts.data?.[name];
          return (
            <li key={name} className="bg-bg">
              <Link
                to={`/w/${id}/inbox/${name}`}
                className="flex h-full flex-col gap-0.5 px-4 py-3 hover:bg-surface-1 focus-visible:-outline-offset-2"
              >
                {one ? (
                  <span className="tabular text-figure font-semibold tracking-tight">
                    {formatNumber(one.count, i18n.language)}
                    {one.more && "+"}
                  </span>
                ) : (
                  <Skeleton className="my-1 h-6.5 w-10" />
                )}
                <span className="text-text-2">{t(`now.${name}`)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const tones: Record<ChannelAccountDto["health"]["state"], Tone> = {
  ok: "success",
  draft: "neutral",
  degraded: "warning",
  needs_reauth: "danger",
  suspended: "danger",
  off: "neutral",
};

function Channels({ channels }: { channels: Home["channels"] }) {
  const { t } = useTranslation("home");
  const { id } = useWorkspace();
  const can = useCan();
  const manages = can("channels:manage");
  if (channels.error) return <ErrorState inline error={channels.error} onRetry={() => void channels.refetch()} />;
  return (
    <section aria-label={t("channels.title")}>
      <div className="mb-2 flex items-center justify-between gap-3">
        <h2 className="font-semibold">{t("channels.title")}</h2>
        {manages && (
          <Link to={`/w/${id}/channels/new`} className={buttonLook({ size: "sm" })}>
            <Plus aria-hidden="true" />
            {t("channels.add")}
          </Link>
        )}
      </div>
      {channels.isPending && <Skeleton className="h-16 w-full rounded-card" />}
      {channels.data?.length === 0 && <p className="rounded-card border px-4 py-4 text-text-2">{t("channels.none")}</p>}
      <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
        {channels.data?.map((account) => {
          const inner = (
            <>
              <span className="flex items-center gap-2">
                <ChannelGlyph kind={account.kind} />
                <span dir="auto" className="min-w-0 flex-1 truncate font-medium">
                  {account.name}
                </span>
                {account.simulated && <Badge tone="info">{t("channels.simulated")}</Badge>}
              </span>
              <span className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-meta text-text-3">
                <Badge tone={tones[account.health.state]} dot>
                  {t(`health.${account.health.state}`)}
                </Badge>
                {account.last_inbound_at ? <Time at={account.last_inbound_at} /> : t("channels.nothingYet")}
                {account.errors_24h > 0 && (
                  <span className="text-danger">{t("channels.errors", { count: account.errors_24h })}</span>
                )}
              </span>
            </>
          );
          const look = "block h-full rounded-card border px-3.5 py-3";
          return (
            <li key={account.id}>
              {manages ? (
                <Link to={`/w/${id}/channels/${account.id}`} className={`${look} hover:bg-surface-1`}>
                  {inner}
                </Link>
              ) : (
                <div className={look}>{inner}</div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The start of the day: what is to be set up, what waits, whether the channels work. */
export function HomePage() {
  const { t } = useTranslation("home");
  const me = useMe();
  const { name } = useWorkspace();
  const can = useCan();
  const home = useHome();
  const steps = useSteps(home);
  const [dismissed, setDismissed] = useDismissed();
  useTitle(t("title"));
  return (
    <Page>
      <PageHeader
        title={t("greeting", { name: me.name })}
        lead={<span dir="auto">{name}</span>}
        actions={
          dismissed && (
            <Button size="sm" variant="ghost" onClick={() => setDismissed(false)}>
              {t("checklist.show")}
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-7">
        {!dismissed && <Checklist steps={steps} onDismiss={() => setDismissed(true)} />}
        {can("conversations:read") && <Numbers counts={home.counts} />}
        {can("conversations:read") && <Channels channels={home.channels} />}
        <DemoCard />
      </div>
    </Page>
  );
}
