import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useTitle } from "../../../app/title.js";
import { Badge } from "../../../components/ui/Badge.js";
import { Button, buttonLook } from "../../../components/ui/Button.js";
import { ChannelGlyph } from "../../../components/ui/ChannelGlyph.js";
import { Page } from "../../../components/ui/layout.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { toast } from "../../../components/ui/toast.js";
import { BackTitle } from "../BackTitle.js";
import { usePaths } from "../paths.js";
import { useChannelActions, useChannels, useKinds, type Channel, type Kind } from "../queries.js";
import { isSimulated } from "../simulatedKinds.js";
import { useSimulate } from "../SimulatorMenu.js";
import { useKindTexts } from "../texts.js";

function Tile({ kind, draft }: { kind: Kind; draft: Channel | undefined }) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const navigate = useNavigate();
  const paths = usePaths();
  const simulate = useSimulate();
  const { draft: make } = useChannelActions();
  const begin = () => void make.mutateAsync(kind.kind).then(({ id }) => navigate(paths.wizard(id)), toast.failed);
  const { tile } = kind;
  return (
    <li className="flex flex-col gap-3 rounded-card border bg-bg p-4">
      <div className="flex items-start gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-card bg-surface-2 text-text-2">
          <ChannelGlyph kind={kind.kind} size={18} />
        </span>
        <div className="min-w-0">
          <h2 className="text-section font-semibold">{kind.label}</h2>
          <p className="text-text-2">{words(`${tile.key}.summary`, tile.summary)}</p>
        </div>
      </div>
      <div className="flex flex-wrap gap-1.5">
        <Badge tone={tile.needs_public_url ? "neutral" : "success"}>
          {tile.needs_public_url ? t("pick.needsUrl") : t("pick.noUrl")}
        </Badge>
        <Badge tone={tile.official ? "neutral" : "warning"}>
          {tile.official ? t("pick.official") : t("pick.unofficial")}
        </Badge>
        <Badge>{t("pick.minutes", { count: tile.minutes })}</Badge>
      </div>
      <p className="text-meta text-text-3">{words(`${tile.key}.cost`, tile.cost)}</p>
      <div className="mt-auto flex flex-wrap gap-2 pt-1">
        {draft ? (
          <>
            <Link to={paths.wizard(draft.id)} className={buttonLook({ variant: "primary", size: "sm" })}>
              {t("pick.continue")}
            </Link>
            <Button size="sm" variant="ghost" busy={make.isPending} onClick={begin}>
              {t("pick.another")}
            </Button>
          </>
        ) : (
          <Button variant="primary" size="sm" busy={make.isPending} onClick={begin}>
            {t("pick.connect")} <span className="sr-only">{kind.label}</span>
          </Button>
        )}
        {simulate && kind.simulated && isSimulated(kind.kind) && (
          <Button
            size="sm"
            variant="ghost"
            busy={simulate.busy === kind.kind}
            onClick={() => isSimulated(kind.kind) && simulate.start(kind.kind)}
          >
            <FlaskConical aria-hidden="true" />
            {t("action.simulate")} <span className="sr-only">{kind.label}</span>
          </Button>
        )}
      </div>
    </li>
  );
}

/** Step 1: which kind of channel. Those that work without a public address come first. */
export function PickPage() {
  const { t } = useTranslation("channels");
  useTitle(t("pick.title"));
  const { list } = usePaths();
  const kinds = useKinds();
  const { data: channels } = useChannels();
  const [now] = useState(() => Date.now());
  const draftOf = (kind: string) =>
    channels?.find(
      (one) =>
        one.kind === kind &&
        !one.connected &&
        one.provider_ref === null &&
        now - Date.parse(one.created_at) < 30 * 86_400_000,
    );
  const sorted = kinds.data?.toSorted(
    (a, b) => Number(a.needs_public_url) - Number(b.needs_public_url) || a.tile.minutes - b.tile.minutes,
  );
  return (
    <Page>
      <BackTitle to={list} back={t("title")} title={t("pick.title")} lead={t("pick.lead")} />
      {kinds.error && !kinds.data && <ErrorState error={kinds.error} onRetry={() => void kinds.refetch()} />}
      <ul className="grid gap-4 md:grid-cols-2">
        {sorted?.map((kind) => (
          <Tile key={kind.kind} kind={kind} draft={draftOf(kind.kind)} />
        ))}
        {kinds.isPending && [0, 1, 2, 3].map((one) => <Skeleton key={one} className="h-44 rounded-card" />)}
      </ul>
    </Page>
  );
}
