import { useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useWorkspace } from "../../../api/session.js";
import { useCall } from "../../../api/workspaceCall.js";
import { Badge } from "../../../components/ui/Badge.js";
import { Button, buttonLook } from "../../../components/ui/Button.js";
import { Code, CopyField } from "../../../components/ui/Copy.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Card } from "../../../components/ui/layout.js";
import { Select } from "../../../components/ui/Select.js";
import { Skeleton, Spinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { pretty } from "../curl.js";
import { useBins, useDevelopersKey, type Bin, type BinRequest } from "../queries.js";

function Requests({ bin }: { bin: Bin }) {
  const { t } = useTranslation("developers");
  const call = useCall();
  const { data, error, refetch } = useQuery({
    queryKey: [...useDevelopersKey(), "bin", bin.id],
    queryFn: ({ signal }) =>
      call<{ data: BinRequest[] }>(`/webhook-bins/${bin.id}/requests`, { signal }).then((answer) => answer.data),
    refetchInterval: 2_000,
  });
  if (error && !data) return <ErrorState inline error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-40 rounded-card" />;
  if (data.length === 0) {
    return (
      <div role="status" className="flex items-center gap-3 rounded-card bg-surface-1 p-4 text-text-2">
        <Spinner />
        {t("bins.waiting")}
      </div>
    );
  }
  return (
    <ol className="flex flex-col gap-3" aria-live="polite" aria-relevant="additions">
      {data.map((request) => (
        <li key={request.id}>
          <Card>
            <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
              <Badge tone={request.signature_valid ? "success" : "danger"} dot>
                {request.signature_valid ? t("bins.valid") : t("bins.invalid")}
              </Badge>
              <Time at={request.at} className="text-meta text-text-3" />
            </div>
            <Code maxHeight={260}>{pretty(request.body)}</Code>
            <details className="mt-2">
              <summary className="min-h-6 cursor-pointer text-text-2">{t("deliveries.headers")}</summary>
              <div className="mt-2">
                <Code maxHeight={160}>
                  {Object.entries(request.headers)
                    .map(([name, value]) => `${name}: ${value}`)
                    .join("\n")}
                </Code>
              </div>
            </details>
          </Card>
        </li>
      ))}
    </ol>
  );
}

/** Addresses that take webhooks and show them, so that nobody needs a server to try. */
export function BinsPage() {
  const { t, i18n } = useTranslation("developers");
  const { id: workspaceId } = useWorkspace();
  const { list, create, remove } = useBins();
  const [removing, setRemoving] = useState(false);
  const [search, setSearch] = useSearchParams();
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton className="h-56 rounded-card" />;
  const bins = list.data;
  const bin = bins.find(({ id }) => id === search.get("bin")) ?? bins[0];
  const timeOf = (at: string) =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
  const button = (
    <Button
      variant={bin ? "secondary" : "primary"}
      busy={create.isPending}
      onClick={() =>
        create.mutate(undefined, {
          onSuccess: (made) => setSearch({ bin: made.id }, { replace: true }),
          onError: toast.failed,
        })
      }
    >
      {t("bins.make")}
    </Button>
  );
  if (!bin) {
    return (
      <EmptyState icon={Inbox} title={t("bins.emptyTitle")} primary={button}>
        {t("bins.lead")}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-2xl text-text-2">{t("bins.lead")}</p>
        {button}
      </div>
      <Card
        actions={
          bins.length > 1 && (
            <Select
              label={t("page.bins")}
              className="w-64"
              value={bin.id}
              onChange={(next) => setSearch({ bin: next })}
              options={bins.map((one) => ({ value: one.id, label: t("bins.from", { at: timeOf(one.created_at) }) }))}
            />
          )
        }
      >
        <div className="grid gap-4 md:grid-cols-2">
          <Field label={t("bins.url")}>
            <CopyField value={bin.url} />
          </Field>
          <Field label={t("secret.current")}>
            <CopyField value={bin.secret} />
          </Field>
        </div>
        <div className="mt-4 flex flex-wrap items-center justify-between gap-3">
          <p className="text-meta text-text-3">{t("bins.until", { at: timeOf(bin.expires_at) })}</p>
          <div className="flex flex-wrap gap-2">
            <Button size="sm" variant="ghost" onClick={() => setRemoving(true)}>
              {t("bins.remove")}
            </Button>
            <Link
              to={`/w/${workspaceId}/developers/webhooks?url=${encodeURIComponent(bin.url)}`}
              className={buttonLook({ size: "sm" })}
            >
              {t("bins.use")}
            </Link>
          </div>
        </div>
      </Card>
      <Requests key={bin.id} bin={bin} />
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={t("bins.removeTitle")}
        description={t("bins.removeText")}
        confirm={t("bins.remove")}
        onConfirm={async () => {
          await remove.mutateAsync(bin.id);
          setSearch({}, { replace: true });
        }}
      />
    </div>
  );
}
