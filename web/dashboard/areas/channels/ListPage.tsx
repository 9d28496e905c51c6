import { Plus, Radio } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useTitle } from "../../app/title.js";
import { buttonLook } from "../../components/ui/Button.js";
import { Page, PageHeader } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../components/ui/states.js";
import { useActions } from "../../keyboard/actions.js";
import { ChannelRow } from "./ChannelRow.js";
import { usePaths } from "./paths.js";
import { useChannels } from "./queries.js";
import { SimulatorMenu } from "./SimulatorMenu.js";

function Connect() {
  const { t } = useTranslation("channels");
  return (
    <Link to={usePaths().pick} className={buttonLook({ variant: "primary" })}>
      <Plus aria-hidden="true" />
      {t("action.connect")}
    </Link>
  );
}

const Waiting = () => (
  <div className="divide-y rounded-card border">
    {[0, 1, 2].map((row) => (
      <div key={row} className="flex items-center gap-4 p-4">
        <Skeleton className="size-9 rounded-card" />
        <div className="flex-1">
          <Skeleton className="mb-2 h-4 w-40" />
          <Skeleton className="h-3 w-64 max-w-full" />
        </div>
        <Skeleton className="h-7 w-20" />
      </div>
    ))}
  </div>
);

/** All channel accounts of the workspace, with how each is doing. */
export function ListPage() {
  const { t } = useTranslation("channels");
  useTitle(t("title"));
  const navigate = useNavigate();
  const { pick } = usePaths();
  const { data, error, refetch } = useChannels();
  useActions([
    {
      id: "channels.connect",
      label: "channels:action.connect",
      group: "channels:title",
      keys: ["KeyC"],
      run: () => void navigate(pick),
    },
  ]);
  const there = data !== undefined && data.length > 0;
  return (
    <Page>
      <PageHeader
        title={t("title")}
        lead={t("list.lead")}
        actions={
          there && (
            <>
              <SimulatorMenu />
              <Connect />
            </>
          )
        }
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Waiting />}
      {data?.length === 0 && (
        <EmptyState icon={Radio} title={t("list.emptyTitle")} primary={<Connect />} secondary={<SimulatorMenu />}>
          {t("list.emptyText")}
        </EmptyState>
      )}
      {there && (
        <ul className="divide-y rounded-card border">
          {data.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} />
          ))}
        </ul>
      )}
    </Page>
  );
}
