import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { useWorkspace } from "../../../api/session.js";
import { Badge } from "../../../components/ui/Badge.js";
import { Button } from "../../../components/ui/Button.js";
import { Checkbox } from "../../../components/ui/choices.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { Banner, ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { useEndpoint, useEndpointActions, type HookEndpoint, type Secrets } from "../queries.js";
import { Deliveries } from "./Deliveries.js";
import { attemptErrorText, causeText, EndpointBadge } from "./EndpointState.js";
import { EndpointForm } from "./EndpointForm.js";
import { SecretDialog } from "./SecretDialog.js";

type Asking = "rotate" | "remove" | "enable" | "edit";

function Actions({ endpoint, onAsk }: { endpoint: HookEndpoint; onAsk: (what: Asking) => void }) {
  const { t } = useTranslation("developers");
  const { test, change } = useEndpointActions();
  const sendTest = () =>
    test.mutate(endpoint.id, {
      onSuccess: ({ delivered, status, ...why }) => {
        if (delivered) toast.done(t("hooks.tested", { status }));
        else if (status === null) toast.wrong(why.error === null ? t("hooks.noAnswer") : attemptErrorText(t, why));
        else toast.wrong(t("hooks.testFailed", { status }));
      },
      onError: toast.failed,
    });
  return (
    <div className="flex flex-wrap gap-2">
      <Button busy={test.isPending} onClick={sendTest}>
        {t("hooks.test")}
      </Button>
      <Button onClick={() => onAsk("edit")}>{t("hooks.edit")}</Button>
      <Menu
        align="end"
        sections={[
          {
            items: [
              { label: t("hooks.rotate"), onSelect: () => onAsk("rotate") },
              endpoint.enabled
                ? {
                    label: t("hooks.disable"),
                    onSelect: () =>
                      change.mutate(
                        { id: endpoint.id, enabled: false },
                        { onSuccess: () => toast.done(t("hooks.disabled")), onError: toast.failed },
                      ),
                  }
                : { label: t("hooks.enable"), onSelect: () => onAsk("enable") },
            ],
          },
          { items: [{ label: t("hooks.remove"), danger: true, onSelect: () => onAsk("remove") }] },
        ]}
        trigger={<Button>{t("action.more")}</Button>}
      />
    </div>
  );
}

function Dialogs({
  endpoint,
  asking,
  onClose,
}: {
  endpoint: HookEndpoint;
  asking: Asking | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation("developers");
  const navigate = useNavigate();
  const { id: workspaceId } = useWorkspace();
  const { rotate, remove, change } = useEndpointActions();
  const [skip, setSkip] = useState(false);
  const [secrets, setSecrets] = useState<Secrets>();
  const closing = (open: boolean) => {
    if (!open) onClose();
  };
  return (
    <>
      {asking === "edit" && <EndpointForm endpoint={endpoint} onClose={onClose} />}
      <ConfirmDialog
        open={asking === "rotate"}
        onOpenChange={closing}
        title={t("hooks.rotate")}
        description={t("hooks.rotateText")}
        confirm={t("hooks.rotate")}
        danger={false}
        onConfirm={() =>
          rotate.mutateAsync({ id: endpoint.id, hours: 24 }).then((answer) => setSecrets(answer.secrets), toast.failed)
        }
      />
      <ConfirmDialog
        open={asking === "enable"}
        onOpenChange={closing}
        title={t("hooks.enable")}
        description={t("hooks.enableText")}
        confirm={t("hooks.enable")}
        danger={false}
        onConfirm={() =>
          change
            .mutateAsync({ id: endpoint.id, enabled: true, skip_missed: skip })
            .then(() => toast.done(t("hooks.enabled")), toast.failed)
        }
      >
        <Checkbox checked={skip} onChange={setSkip} label={t("hooks.skip")} />
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "remove"}
        onOpenChange={closing}
        title={t("hooks.remove")}
        description={t("hooks.removeText")}
        confirm={t("hooks.remove")}
        onConfirm={() =>
          remove.mutateAsync(endpoint.id).then(() => {
            toast.done(t("hooks.removed"));
            void navigate(`/w/${workspaceId}/developers/webhooks`, { replace: true });
          }, toast.failed)
        }
      />
      {secrets && <SecretDialog secrets={secrets} onClose={() => setSecrets(undefined)} />}
    </>
  );
}

/** One endpoint: how it is doing, and every delivery to it. */
export function EndpointPage() {
  const { t } = useTranslation("developers");
  const { endpointId = "" } = useParams();
  const { id } = useWorkspace();
  const { data: endpoint, error, refetch } = useEndpoint(endpointId);
  const [asking, setAsking] = useState<Asking>();
  if (error && !endpoint) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!endpoint) return <Skeleton className="h-64 rounded-card" />;
  return (
    <>
      <Link
        to={`/w/${id}/developers/webhooks`}
        className="-ms-1 mb-1 inline-flex min-h-6 items-center gap-1 px-1 text-text-2 hover:text-text"
      >
        <ArrowLeft className="size-4 rtl:rotate-180" aria-hidden="true" />
        {t("page.webhooks")}
      </Link>
      <div className="mb-4 flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="flex flex-wrap items-center gap-2 text-section font-semibold">
            <span dir="ltr" className="[overflow-wrap:anywhere]">
              {endpoint.url}
            </span>
            <EndpointBadge endpoint={endpoint} />
          </h2>
          {endpoint.description && (
            <p dir="auto" className="text-text-2">
              {endpoint.description}
            </p>
          )}
          <div className="mt-2 flex flex-wrap gap-1">
            {endpoint.events.map((event) => (
              <Badge key={event}>{event === "*" ? t("hooks.allEvents") : <bdi dir="ltr">{event}</bdi>}</Badge>
            ))}
          </div>
        </div>
        <Actions endpoint={endpoint} onAsk={setAsking} />
      </div>
      {!endpoint.enabled && (
        <div className="mb-4">
          <Banner
            tone="danger"
            action={
              <Button size="sm" onClick={() => setAsking("enable")}>
                {t("hooks.enable")}
              </Button>
            }
          >
            {causeText(t, endpoint)} {t("hooks.missedKept")}
          </Banner>
        </div>
      )}
      {endpoint.enabled && endpoint.failing_since !== null && (
        <div className="mb-4">
          <Banner tone="warning">
            {t("hooks.failingSince")} <Time at={endpoint.failing_since} />
          </Banner>
        </div>
      )}
      <Deliveries endpoint={endpoint} />
      <Dialogs endpoint={endpoint} asking={asking} onClose={() => setAsking(undefined)} />
    </>
  );
}
