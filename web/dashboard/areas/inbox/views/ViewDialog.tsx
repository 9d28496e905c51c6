import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { Button } from "../../../components/ui/Button.js";
import { Switch } from "../../../components/ui/choices.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Select } from "../../../components/ui/Select.js";
import { ErrorState } from "../../../components/ui/states.js";
import { filtersOf } from "../data/filters.js";
import { keys } from "../data/keys.js";
import { useChannels, useLabels, useMembers, useTeams } from "../data/lookups.js";
import type { ListQuery, Sort, ViewDto, ViewFilters } from "../data/types.js";
import type { InboxRoute } from "../route.js";

const any = "any";

/** Makes a view of what is on the screen, or changes one. */
export function ViewDialog({ route, view, onClose }: { route: InboxRoute; view?: ViewDto; onClose: () => void }) {
  const { t } = useTranslation("inbox");
  const { workspaceId } = route.place;
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [query, setQuery] = useState<ListQuery>(() =>
    view ? { ...view.filters, sort: view.sort } : { ...route.query },
  );
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const members = useMembers();
  const teams = useTeams();
  const labels = useLabels();
  const channels = useChannels();
  const set = (field: keyof ViewFilters, value: string) => {
    const next: Record<string, unknown> = { ...query };
    if (value === any) Reflect.deleteProperty(next, field);
    else next[field] = value;
    setQuery(next);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = { name: name.trim(), shared, filters: filtersOf(query), sort: query.sort ?? "newest" };
      const saved = await call<ViewDto>(view ? `/views/${view.id}` : "/views", {
        method: view ? "PATCH" : "POST",
        workspaceId,
        body,
        ...(view ? {} : { idempotencyKey: crypto.randomUUID() }),
      });
      await queryClient.invalidateQueries({ queryKey: keys.views(workspaceId) });
      void queryClient.invalidateQueries({ queryKey: keys.counts(workspaceId) });
      onClose();
      route.goTo(saved.id);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const whole = { value: any, label: t("filter.any") };
  const named = (list: readonly { id: string; name: string }[]) =>
    list.map((one) => ({ value: one.id, label: one.name }));
  const fields: { field: keyof ViewFilters; label: string; options: { value: string; label: string }[] }[] = [
    {
      field: "status",
      label: t("filter.status"),
      options: (["open", "pending", "snoozed", "resolved"] as const).map((value) => ({
        value,
        label: t(`status.${value}`),
      })),
    },
    {
      field: "assignee_id",
      label: t("filter.assignee"),
      options: [
        { value: "me", label: t("filter.me") },
        { value: "none", label: t("filter.nobody") },
        ...named(members.filter(({ active }) => active)),
      ],
    },
    { field: "team_id", label: t("filter.team"), options: named(teams) },
    { field: "label", label: t("filter.label"), options: named(labels) },
    { field: "channel_account_id", label: t("filter.channel"), options: named(channels) },
    {
      field: "priority",
      label: t("filter.priority"),
      options: (["urgent", "high", "medium", "low"] as const).map((value) => ({
        value,
        label: t(`priority.${value}`),
      })),
    },
  ];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={view ? t("views.editTitle") : t("views.newTitle")}
      description={view ? undefined : t("views.newText")}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button variant="primary" busy={busy} disabled={name.trim() === ""} onClick={save}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("views.name")} required>
          <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          {fields
            .filter(({ options }) => options.length > 0)
            .map(({ field, label, options }) => (
              <Field key={field} label={label}>
                <Select
                  value={String(query[field] ?? any)}
                  onChange={(value) => set(field, value)}
                  options={[whole, ...options]}
                />
              </Field>
            ))}
          <Field label={t("filter.sort")}>
            <Select<Sort>
              value={query.sort ?? "newest"}
              onChange={(sort) => setQuery({ ...query, sort })}
              options={(["newest", "oldest", "waiting", "priority"] as const).map((value) => ({
                value,
                label: t(`sort.${value}`),
              }))}
            />
          </Field>
        </div>
        <Switch checked={shared} onChange={setShared} label={t("views.share")} hint={t("views.shareHint")} />
        {error !== null && <ErrorState inline error={error} />}
      </div>
    </Dialog>
  );
}
