import { Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useWorkspace } from "../../../api/session.js";
import { Button } from "../../../components/ui/Button.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { useActions } from "../../../keyboard/actions.js";
import { useEndpoints, type CreatedEndpoint } from "../queries.js";
import { EndpointForm } from "./EndpointForm.js";
import { causeText, EndpointBadge } from "./EndpointState.js";
import { SecretDialog } from "./SecretDialog.js";

/** The webhook endpoints of the workspace, with how each is doing. */
export function EndpointsPage() {
  const { t } = useTranslation("developers");
  const navigate = useNavigate();
  const { id } = useWorkspace();
  const { data, error, refetch } = useEndpoints();
  const [search, setSearch] = useSearchParams();
  const proposed = search.get("url");
  const [making, setMaking] = useState(proposed !== null);
  const [made, setMade] = useState<CreatedEndpoint>();
  useActions([
    {
      id: "developers.newEndpoint",
      label: "developers:hooks.new",
      group: "developers:title",
      keys: ["KeyC"],
      run: () => setMaking(true),
    },
  ]);
  const add = (
    <Button variant="primary" onClick={() => setMaking(true)}>
      {t("hooks.new")}
    </Button>
  );
  const close = () => {
    setMaking(false);
    setSearch({}, { replace: true });
  };
  return (
    <>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton className="h-40 rounded-card" />}
      {data?.length === 0 && (
        <EmptyState
          icon={Webhook}
          title={t("hooks.emptyTitle")}
          primary={add}
          secondary={<Button onClick={() => void navigate(`/w/${id}/developers/bins`)}>{t("hooks.tryBin")}</Button>}
        >
          {t("hooks.lead")}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <>
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-2xl text-text-2">{t("hooks.lead")}</p>
            {add}
          </div>
          <ul className="divide-y rounded-card border">
            {data.map((endpoint) => (
              <li key={endpoint.id} className="relative flex flex-wrap items-start gap-x-6 gap-y-2 p-4">
                <div className="min-w-0 flex-1 basis-72">
                  <div className="flex flex-wrap items-center gap-2">
                    <Link
                      to={`/w/${id}/developers/webhooks/${endpoint.id}`}
                      dir="ltr"
                      className="min-w-0 font-medium [overflow-wrap:anywhere] hover:underline"
                    >
                      {endpoint.url}
                    </Link>
                    <EndpointBadge endpoint={endpoint} />
                  </div>
                  {endpoint.description && (
                    <p dir="auto" className="text-text-2">
                      {endpoint.description}
                    </p>
                  )}
                  {!endpoint.enabled && <p className="mt-1 text-danger">{causeText(t, endpoint)}</p>}
                  <p className="mt-1 text-meta text-text-3">
                    {endpoint.events.includes("*")
                      ? t("hooks.allEvents")
                      : t("hooks.someEvents", { count: endpoint.events.length })}
                  </p>
                </div>
                <div>
                  <div className="text-meta text-text-3">{t("hooks.lastSuccess")}</div>
                  {endpoint.last_success_at === null ? t("hooks.never") : <Time at={endpoint.last_success_at} />}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {making && (
        <EndpointForm
          {...(proposed === null ? {} : { proposed })}
          onClose={close}
          onMade={(endpoint) => {
            close();
            setMade(endpoint);
          }}
        />
      )}
      {made && (
        <SecretDialog
          secrets={[{ secret: made.secret, valid_until: null }]}
          onClose={() => void navigate(`/w/${id}/developers/webhooks/${made.id}`)}
        />
      )}
    </>
  );
}
