import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { useCan, useWorkspace } from "../../../api/session.js";
import { Button } from "../../../components/ui/Button.js";
import { CopyField, JsonView } from "../../../components/ui/Copy.js";
import { cx } from "../../../components/ui/cx.js";
import { Drawer } from "../../../components/ui/Dialog.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { Tabs } from "../../../components/ui/Tabs.js";
import { Time } from "../../../components/ui/Time.js";
import { formatDuration } from "../../../i18n/format.js";
import { keys } from "../data/keys.js";
import type { MessageDetailDto, TraceEntryDto } from "../data/types.js";
import { ui } from "../data/ui.js";
import { Content } from "./content/Content.js";
import { messageActions } from "./messageActions.js";

type Tab = "trace" | "versions" | "normalized" | "provider" | "ids";

const detailLook = "text-meta text-text-2 [overflow-wrap:anywhere]";

/** What a webhook was told, and how it took it; leads to the webhook. */
function Told({ endpoint_id: endpoint, event_type: event, attempt, status }: NonNullable<TraceEntryDto["webhook"]>) {
  const { t } = useTranslation("inbox");
  const { id } = useWorkspace();
  const may = useCan()("webhooks:manage");
  const answer = status === null ? t("trace.hookNone") : t("trace.hookAnswer", { status });
  const name = <bdi dir="ltr">{event}</bdi>;
  return (
    <p className={detailLook}>
      {may ? (
        <Link
          className="link"
          to={`/w/${id}/developers/webhooks/${endpoint}`}
          onClick={() => ui.set({ details: null })}
        >
          {name}
        </Link>
      ) : (
        name
      )}
      {" · "}
      {attempt === null ? t("trace.hookWaits") : t("trace.hookTry", { attempt, answer })}
    </p>
  );
}

function Trace({ steps }: { steps: readonly TraceEntryDto[] }) {
  const { t, i18n } = useTranslation("inbox");
  const clock = new Intl.DateTimeFormat(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
  if (steps.length === 0) return <p className="text-text-3">{t("drawer.noTrace")}</p>;
  return (
    <ol className="flex flex-col">
      {steps.map((step, index) => {
        const Icon = step.ok ? CircleCheck : CircleAlert;
        const after = index > 0 ? Date.parse(step.at) - Date.parse(steps[index - 1]!.at) : null;
        return (
          <li key={index} className="relative flex gap-3 pb-4 last:pb-0">
            {index < steps.length - 1 && (
              <span className="absolute start-2 top-5 bottom-0 w-px bg-hairline" aria-hidden="true" />
            )}
            <Icon
              className={cx("mt-0.5 size-4 shrink-0", step.ok ? "text-success" : "text-danger")}
              aria-label={step.ok ? t("drawer.ok") : t("drawer.notOk")}
            />
            <div className="min-w-0 flex-1">
              <div className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span className="font-medium">{t(`trace.${step.step}`)}</span>
                <span className="tabular text-meta text-text-3">
                  {clock.format(new Date(step.at))}
                  {after !== null && after >= 0 && <bdi className="ms-2">+{formatDuration(after, i18n.language)}</bdi>}
                </span>
              </div>
              {step.webhook ? <Told {...step.webhook} /> : step.detail && <p className={detailLook}>{step.detail}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function attemptsAsSteps(message: MessageDetailDto): TraceEntryDto[] {
  return message.attempts.map((attempt) => ({
    at: attempt.at,
    step: "attempt",
    ok: attempt.outcome === "sent",
    detail: [String(attempt.number), attempt.outcome, attempt.reason, attempt.provider_code]
      .filter(Boolean)
      .join(" · "),
  }));
}

/** A further attempt of what was not delivered. */
function Resend({ message, workspaceId }: { message: MessageDetailDto; workspaceId: string }) {
  const { t } = useTranslation("inbox");
  const may = useCan()("messages:send");
  const [busy, setBusy] = useState(false);
  if (!may || !["failed", "unknown", "cancelled"].includes(message.status)) return null;
  const resend = async () => {
    setBusy(true);
    if (await messageActions.retry(workspaceId, message.id))
      await queryClient.invalidateQueries({ queryKey: keys.message(workspaceId, message.id) });
    setBusy(false);
  };
  return (
    <div className="mb-5 flex flex-wrap items-center gap-3 rounded-card border px-3 py-2.5">
      <p className="min-w-48 flex-1 text-meta text-text-2">
        {message.status === "unknown" ? t("failure.unknown") : t("drawer.resendText")}
      </p>
      <Button size="sm" busy={busy} onClick={() => void resend()}>
        {t("drawer.resend")}
      </Button>
    </div>
  );
}

function Details({ id }: { id: string }) {
  const { t } = useTranslation("inbox");
  const { id: workspaceId } = useWorkspace();
  const operator = useCan()("operations");
  const [tab, setTab] = useState<Tab>("trace");
  const message = useQuery({
    queryKey: keys.message(workspaceId, id),
    queryFn: ({ signal }) => call<MessageDetailDto>(`/messages/${id}`, { workspaceId, signal }),
  });
  const trace = useQuery({
    queryKey: [...keys.message(workspaceId, id), "trace"],
    queryFn: ({ signal }) => call<{ data: TraceEntryDto[] }>(`/messages/${id}/trace`, { workspaceId, signal }),
    retry: false,
  });
  const raw = useQuery({
    queryKey: [...keys.message(workspaceId, id), "raw"],
    queryFn: ({ signal }) =>
      call<{ normalized: unknown; provider: unknown }>(`/messages/${id}/raw`, { workspaceId, signal }),
    enabled: operator && (tab === "normalized" || tab === "provider"),
    retry: false,
  });
  if (message.error) return <ErrorState error={message.error} onRetry={() => void message.refetch()} />;
  if (!message.data) return <PageSpinner />;
  const { revisions, provider_id: providerId, trace_id: traceId, pricing, referral } = message.data;
  const details = message.data.referral_details;
  const rawView = (pick: "normalized" | "provider") => {
    if (raw.error) return <ErrorState inline error={raw.error} onRetry={() => void raw.refetch()} />;
    if (!raw.data) return <PageSpinner />;
    return raw.data[pick] === null ? (
      <p className="text-text-3">{t("drawer.noPayload")}</p>
    ) : (
      <JsonView value={raw.data[pick]} maxHeight={560} />
    );
  };
  const tabs: { value: Tab; label: string; content: React.ReactNode }[] = [
    {
      value: "trace",
      label: t("drawer.trace"),
      content: (
        <>
          <Resend message={message.data} workspaceId={workspaceId} />
          {trace.isPending ? <PageSpinner /> : <Trace steps={trace.data?.data ?? attemptsAsSteps(message.data)} />}
        </>
      ),
    },
    ...(revisions.length > 0
      ? [
          {
            value: "versions" as const,
            label: t("drawer.versions"),
            content: (
              <ol className="flex flex-col gap-3">
                {[...revisions].reverse().map((revision, index) => (
                  <li key={index} className="rounded-card border p-3">
                    <p className="pb-1 text-meta text-text-3">
                      <Time at={revision.at} as="full" />
                    </p>
                    <Content content={revision.content} conversationId={message.data.conversation_id} />
                  </li>
                ))}
              </ol>
            ),
          },
        ]
      : []),
    ...(operator
      ? [
          { value: "normalized" as const, label: t("drawer.normalized"), content: rawView("normalized") },
          { value: "provider" as const, label: t("drawer.provider"), content: rawView("provider") },
        ]
      : []),
    {
      value: "ids",
      label: t("drawer.ids"),
      content: (
        <div className="flex flex-col gap-3">
          {(
            [
              [t("drawer.messageId"), message.data.id],
              [t("drawer.conversationId"), message.data.conversation_id],
              [t("drawer.providerId"), providerId],
              [t("drawer.traceId"), traceId],
              [t("drawer.referral"), referral === details?.source_id ? null : referral],
              [t("drawer.referralSource"), details?.source_id],
              [t("drawer.referralClick"), details?.click_id],
              [t("drawer.referralUrl"), details?.url],
              [t("drawer.referralMedia"), details?.media_url],
            ] as const
          ).map(([label, value]) =>
            value ? (
              <div key={label}>
                <p className="pb-1 text-meta text-text-3">{label}</p>
                <CopyField value={value} label={label} />
              </div>
            ) : null,
          )}
          {pricing && (
            <p className="text-meta text-text-2">
              {t("drawer.pricing", { model: pricing.model ?? "–", category: pricing.category ?? "–" })}
            </p>
          )}
        </div>
      ),
    },
  ];
  return <Tabs tabs={tabs} value={tab} onChange={setTab} label={t("drawer.title")} />;
}

/** Everything about one message: its way, its versions, how the program and the provider say it, its ids. */
export function MessageDrawer() {
  const { t } = useTranslation("inbox");
  const id = ui.use(({ details }) => details);
  return (
    <Drawer
      open={id !== null}
      onOpenChange={(open) => !open && ui.set({ details: null })}
      title={t("drawer.title")}
      wide
    >
      {id && <Details key={id} id={id} />}
    </Drawer>
  );
}
