import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { templateDto, templatePreviewDto } from "../../../../../src/wire/channels.js";
import { wrongText } from "../../../api/refusal.js";
import { useCan } from "../../../api/session.js";
import { useCall } from "../../../api/workspaceCall.js";
import { Badge, type Tone } from "../../../components/ui/Badge.js";
import { Button } from "../../../components/ui/Button.js";
import { Drawer } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Card, Table, Td, Th } from "../../../components/ui/layout.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { Banner, EmptyState, ErrorState } from "../../../components/ui/states.js";
import { toast } from "../../../components/ui/toast.js";
import { useEvents } from "../../../realtime/connection.js";
import { useChannelsKey, useEphemeral, type ChannelDetail } from "../queries.js";
import { placesOf, parametersOf } from "./templatePlaces.js";

export type Template = z.infer<typeof templateDto>;
type Preview = z.infer<typeof templatePreviewDto>;

const statusTones: Record<string, Tone> = {
  approved: "success",
  pending: "warning",
  in_appeal: "warning",
  rejected: "danger",
  disabled: "danger",
  paused: "danger",
};
const qualityTones: Record<string, Tone> = { green: "success", yellow: "warning", red: "danger" };

/** A template as the customer sees it, with values to try. */
function PreviewDrawer({
  channelId,
  template,
  onClose,
}: {
  channelId: string;
  template: Template;
  onClose: () => void;
}) {
  const { t } = useTranslation(["channels", "problems"], { useSuspense: false });
  const call = useCall();
  const places = placesOf(template.parts ?? []);
  const [values, setValues] = useState<Record<string, string>>({});
  const preview = useQuery({
    queryKey: ["templatePreview", channelId, template.id, values],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call<Preview>(`/channels/${channelId}/templates/preview`, {
        method: "POST",
        signal,
        body: { name: template.name, language: template.language, parameters: parametersOf(places, values) },
      }),
  });
  const { data } = preview;
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={template.name} description={template.language}>
      <div className="flex flex-col gap-5">
        {preview.error && !data && <ErrorState inline error={preview.error} onRetry={() => void preview.refetch()} />}
        {data && (
          <div className="rounded-card bg-surface-2 p-4">
            <div dir="auto" className="max-w-sm rounded-bubble rounded-es-sm bg-bg p-3 text-message">
              {data.header && <p className="mb-1 font-semibold">{data.header}</p>}
              <p className="whitespace-pre-wrap">{data.body}</p>
              {data.footer && <p className="mt-1 text-meta text-text-3">{data.footer}</p>}
              {data.buttons.map((button, index) => (
                <p key={index} className="mt-2 border-t pt-2 text-center font-medium text-brand">
                  {button.label}
                </p>
              ))}
            </div>
          </div>
        )}
        {places.map((place) => (
          <Field key={place.key} label={t("templates.place", { name: place.label })}>
            <Input
              dir="auto"
              value={values[place.key] ?? ""}
              onChange={(event) => setValues({ ...values, [place.key]: event.target.value })}
            />
          </Field>
        ))}
        {data?.problems.map((problem, index) => (
          <Banner key={index} tone="warning">
            {wrongText(problem)}
          </Banner>
        ))}
        {template.reason && <Banner tone="danger">{template.reason}</Banner>}
      </div>
    </Drawer>
  );
}

/** Message templates of an account: what the provider says of each, and how it looks. */
export function TemplatesTab({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const can = useCan();
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useChannelsKey(), "templates", channel.id];
  const path = `/channels/${channel.id}/templates`;
  useEvents("template.", () => void client.invalidateQueries({ queryKey }));
  const list = useQuery({
    queryKey,
    queryFn: ({ signal }) => call<{ data: Template[] }>(path, { signal }).then(({ data }) => data),
  });
  const [soFar, setSoFar] = useState<number>();
  useEphemeral("channel.templates", ({ data }) => {
    if (data.channel_account_id === channel.id) setSoFar(Number(data.so_far));
  });
  const sync = useMutation({
    onMutate: () => setSoFar(undefined),
    mutationFn: () => call<{ data: Template[] }>(`${path}/sync`, { method: "POST" }),
    onSuccess: ({ data }) => {
      client.setQueryData(queryKey, data);
      toast.done(t("templates.synced", { count: data.length }));
    },
  });
  const [shown, setShown] = useState<Template>();
  const syncButton = can("channels:manage") && (
    <Button busy={sync.isPending} onClick={() => sync.mutate()}>
      {t("templates.sync")}
    </Button>
  );
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton className="h-48 rounded-card" />;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-text-2">{t("templates.lead")}</p>
        {list.data.length > 0 && syncButton}
      </div>
      <p role="status" className="tabular text-text-2 empty:hidden">
        {sync.isPending && (soFar === undefined ? t("templates.asking") : t("templates.soFar", { count: soFar }))}
      </p>
      <ProblemNote error={sync.error} />
      {list.data.length === 0 ? (
        <EmptyState title={t("templates.emptyTitle")} primary={syncButton}>
          {t("templates.emptyText")}
        </EmptyState>
      ) : (
        <Card flush>
          <Table aria-label={t("tab.templates")}>
            <thead>
              <tr>
                <Th>{t("templates.name")}</Th>
                <Th>{t("templates.language")}</Th>
                <Th>{t("templates.status")}</Th>
                <Th>{t("templates.quality")}</Th>
                <Th>{t("templates.category")}</Th>
                <Th>
                  <span className="sr-only">{t("templates.preview")}</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((template) => (
                <tr key={template.id}>
                  <Td className="font-medium">{template.name}</Td>
                  <Td>{template.language}</Td>
                  <Td>
                    <Badge tone={statusTones[template.status] ?? "neutral"}>
                      {t(`templateStatus.${template.status}`, { defaultValue: template.status })}
                    </Badge>
                    {template.reason && <p className="mt-1 max-w-60 text-meta text-danger">{template.reason}</p>}
                  </Td>
                  <Td>
                    {template.quality && (
                      <Badge tone={qualityTones[template.quality.toLowerCase()] ?? "neutral"}>
                        {t(`templateQuality.${template.quality.toLowerCase()}`, { defaultValue: template.quality })}
                      </Badge>
                    )}
                  </Td>
                  <Td className="text-text-2">
                    {template.category !== null && (
                      <>
                        {t(`templateCategory.${template.category.toLowerCase()}`, { defaultValue: template.category })}
                      </>
                    )}
                  </Td>
                  <Td className="text-end">
                    <Button size="sm" variant="ghost" onClick={() => setShown(template)}>
                      {t("templates.preview")}
                    </Button>
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </Card>
      )}
      {shown && <PreviewDrawer channelId={channel.id} template={shown} onClose={() => setShown(undefined)} />}
    </div>
  );
}
