import { ListFilter, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactFilters } from "../../../../src/wire/contacts.js";
import { useCan } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { channelName } from "../../components/ui/ChannelGlyph.js";
import { cx } from "../../components/ui/cx.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Select } from "../../components/ui/Select.js";
import { useForm } from "../../components/ui/useForm.js";
import { useSegments } from "./data.js";
import { dateFilters, sameFilters, type ListFilters } from "./filters.js";
import { languageTags } from "./languages.js";
import { SegmentMenu, SegmentNameDialog } from "./SegmentMenu.js";

const any = "any";
const channels = ["whatsapp", "whatsapp-web", "telegram", "messenger", "http"] as const;

/** A day of the calendar here as an instant, and the other way round. */
const instantOf = (day: string) => new Date(`${day}T00:00:00`).toISOString();
const dayOf = (instant: string) => {
  const date = new Date(instant);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

function FilterDialog({
  filters,
  onChange,
  onClose,
}: {
  filters: ListFilters;
  onChange: (filters: ListFilters) => void;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation("contacts");
  const [draft, setDraft] = useState(filters);
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const set = (name: keyof ListFilters, value: string | boolean | undefined) => {
    const { [name]: _old, ...rest } = draft;
    setDraft(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  const badName = draft.attribute !== undefined && !/^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$/.test(draft.attribute);
  const form = useForm({
    check: () => ({ attribute: badName ? t("attributes.badName") : undefined }),
    run: async () => {
      const { attribute_value: _value, ...without } = draft;
      onChange(draft.attribute === undefined ? without : draft);
      onClose();
      await Promise.resolve();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("filter.title")}
      description={t("filter.text")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" onClick={() => void form.submit()}>
            {t("filter.yes")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={form.submit} className="grid gap-4 sm:grid-cols-2">
        <Field label={t("filter.channel")}>
          <Select
            value={draft.channel ?? any}
            onChange={(value) => set("channel", value === any ? undefined : value)}
            options={[
              { value: any, label: t("filter.any") },
              ...channels.map((kind) => ({ value: kind, label: channelName(kind) })),
            ]}
          />
        </Field>
        <Field label={t("column.language")}>
          <Select
            value={draft.language ?? any}
            onChange={(value) => set("language", value === any ? undefined : value)}
            options={[
              { value: any, label: t("filter.any") },
              ...languageTags.map((tag) => ({ value: tag, label: names.of(tag) ?? tag })),
            ]}
          />
        </Field>
        <Field label={t("filter.attribute")} error={form.errors.attribute}>
          <Input
            dir="ltr"
            maxLength={64}
            value={draft.attribute ?? ""}
            onChange={(event) => set("attribute", event.target.value.trim())}
          />
        </Field>
        <Field label={t("filter.value")} hint={t("filter.valueHint")}>
          <Input
            dir="auto"
            maxLength={2_000}
            disabled={draft.attribute === undefined}
            value={draft.attribute_value ?? ""}
            onChange={(event) => set("attribute_value", event.target.value)}
          />
        </Field>
        {dateFilters.map((name) => (
          <Field key={name} label={t(`filter.${name}`)}>
            <Input
              type="date"
              value={draft[name] === undefined ? "" : dayOf(draft[name])}
              onChange={(event) => set(name, event.target.value === "" ? undefined : instantOf(event.target.value))}
            />
          </Field>
        ))}
        <Field label={t("blocked")} className="sm:col-span-2">
          <Select
            value={draft.blocked === undefined ? any : String(draft.blocked)}
            onChange={(value) => set("blocked", value === any ? undefined : value === "true")}
            options={[
              { value: any, label: t("filter.any") },
              { value: "true", label: t("filter.blockedOnly") },
              { value: "false", label: t("filter.notBlocked") },
            ]}
          />
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

const chipLook =
  "inline-flex h-7 max-w-64 shrink-0 items-center gap-1.5 rounded-full border px-3 text-meta font-medium hover:bg-surface-1 aria-pressed:border-brand aria-pressed:bg-brand-soft";

/** Saved filters, those that hold now, and how to change and keep them. */
export function Segments({
  q,
  filters,
  onChange,
}: {
  q: string;
  filters: ListFilters;
  onChange: (filters: ListFilters, q?: string) => void;
}) {
  const { t, i18n } = useTranslation("contacts");
  const segments = useSegments();
  const may = useCan()("contacts:write");
  const [asking, setAsking] = useState<"filter" | "save">();
  const now: ContactFilters = { ...filters, ...(q === "" ? {} : { q }) };
  const current = segments.data?.find((one) => sameFilters(one.filters, now));
  const days = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" });
  const said = Object.entries(filters).flatMap(([name, value]): [keyof ListFilters, string][] => {
    const key = name as keyof ListFilters;
    if (key === "attribute_value") return [];
    if (key === "blocked") return [[key, t(value === true ? "filter.blockedOnly" : "filter.notBlocked")]];
    if (key === "channel") return [[key, channelName(String(value))]];
    if (key === "language")
      return [[key, new Intl.DisplayNames(i18n.language, { type: "language" }).of(String(value)) ?? String(value)]];
    if (key === "attribute")
      return [
        [key, filters.attribute_value === undefined ? String(value) : `${String(value)}: ${filters.attribute_value}`],
      ];
    return [[key, `${t(`filter.${key}`)} ${days.format(new Date(String(value)))}`]];
  });
  const without = (name: keyof ListFilters) => {
    const gone = new Set<string>(name === "attribute" ? [name, "attribute_value"] : [name]);
    onChange(Object.fromEntries(Object.entries(filters).filter(([key]) => !gone.has(key))), q);
  };
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 md:px-8">
      <Button size="sm" onClick={() => setAsking("filter")}>
        <ListFilter aria-hidden="true" />
        {t("filter.open")}
      </Button>
      <div role="group" aria-label={t("segment.title")} className="flex flex-wrap gap-2">
        <button
          type="button"
          className={chipLook}
          aria-pressed={Object.keys(now).length === 0}
          onClick={() => onChange({}, "")}
        >
          {t("segment.all")}
        </button>
        {segments.data?.map((segment) => {
          const { q: words, ...rest } = segment.filters;
          return (
            <button
              key={segment.id}
              type="button"
              className={chipLook}
              aria-pressed={segment === current}
              onClick={() => onChange(rest, words ?? "")}
            >
              <bdi className="truncate">{segment.name}</bdi>
            </button>
          );
        })}
      </div>
      {said.map(([name, text]) => (
        <span key={name} className={cx(chipLook, "bg-surface-2 pe-1")}>
          <bdi className="truncate">{text}</bdi>
          <button
            type="button"
            className="rounded-full p-1 hover:bg-surface-1"
            aria-label={t("filter.remove", { name: text })}
            onClick={() => without(name)}
          >
            <X className="size-4" aria-hidden="true" />
          </button>
        </span>
      ))}
      {may && Object.keys(now).length > 0 && !current && segments.data && (
        <Button size="sm" variant="ghost" onClick={() => setAsking("save")}>
          {t("segment.save")}
        </Button>
      )}
      {may && current && <SegmentMenu key={current.id} segment={current} />}
      {asking === "filter" && (
        <FilterDialog filters={filters} onChange={(next) => onChange(next, q)} onClose={() => setAsking(undefined)} />
      )}
      {asking === "save" && <SegmentNameDialog filters={now} onClose={() => setAsking(undefined)} />}
    </div>
  );
}
