import { useMutation, useQuery } from "@tanstack/react-query";
import { LayoutTemplate } from "lucide-react";
import { useEffect, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { wrongText } from "../../../api/refusal.js";
import { useWorkspace } from "../../../api/session.js";
import { Badge } from "../../../components/ui/Badge.js";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import type { SendableContent, Template, TemplatePreview } from "../data/types.js";

type TemplateContent = Extract<SendableContent, { kind: "template" }>;
interface Place {
  key: string;
  in: "header" | "body" | "button";
  index?: number;
  name: string;
  /** A file of this kind, by its address, instead of words. */
  file?: FileKind;
}

const fileKinds = ["image", "video", "document"] as const;
type FileKind = (typeof fileKinds)[number];

/** The kind of file that the header of a template is. */
const headerFileOf = (template: Template): FileKind | undefined => {
  const header = (template.parts ?? []).find((part) => part.in === "header");
  return fileKinds.find((kind) => kind === header?.format);
};

/** The places of a template that want a value: {{1}}, {{name}}. */
function placesOf(template: Template): Place[] {
  const file = headerFileOf(template);
  const places = (template.parts ?? []).flatMap((part): Place[] => {
    if (part.in === "footer") return [];
    const text = part.in === "button" ? (part.url ?? "") : (part.text ?? "");
    const names = [...new Set([...text.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map((match) => match[1]!))];
    const where = part.in;
    return names.map((name) => ({
      key: `${where}-${part.index ?? 0}-${name}`,
      in: where,
      ...(part.index === undefined ? {} : { index: part.index }),
      name,
    }));
  });
  return file === undefined ? places : [{ key: "header-file", in: "header", name: file, file }, ...places];
}

function contentOf(
  template: Template,
  places: readonly Place[],
  values: Readonly<Record<string, string>>,
): TemplateContent {
  return {
    kind: "template",
    name: template.name,
    language: template.language,
    parameters: places.map((place) => ({
      value: values[place.key] ?? "",
      in: place.in,
      ...(place.index === undefined ? {} : { index: place.index }),
      ...(place.file === undefined ? {} : { type: place.file }),
      ...(place.file !== undefined || /^\d+$/.test(place.name) ? {} : { name: place.name }),
    })),
  };
}

function Fill({
  template,
  accountId,
  contactName,
  onBack,
  onSend,
}: {
  template: Template;
  accountId: string;
  contactName: string | null;
  onBack: () => void;
  onSend: (content: TemplateContent, text: string) => void;
}) {
  const { t } = useTranslation(["inbox", "problems"], { useSuspense: false });
  const { id: workspaceId } = useWorkspace();
  const headerFile = headerFileOf(template);
  const places = useMemo(() => placesOf(template), [template]);
  const [values, setValues] = useState<Record<string, string>>(() => {
    const first = places.find(({ in: where }) => where === "body");
    return first && contactName ? { [first.key]: contactName } : {};
  });
  const content = useMemo(() => contentOf(template, places, values), [template, places, values]);
  const preview = useMutation({
    mutationFn: (wanted: TemplateContent) => {
      const { kind: _kind, ...body } = wanted;
      return call<TemplatePreview>(`/channels/${accountId}/templates/preview`, { method: "POST", workspaceId, body });
    },
  });
  const { mutate } = preview;
  useEffect(() => {
    const timer = setTimeout(() => mutate(content), 250);
    return () => clearTimeout(timer);
  }, [content, mutate]);
  const shown = preview.data;
  const problems = shown?.problems ?? [];
  const empty = places.some(({ key }) => (values[key] ?? "").trim() === "");
  // What is shown must be what is sent.
  const ready = !empty && shown !== undefined && problems.length === 0 && preview.variables === content;
  const hintId = useId();
  return (
    <form
      className="flex flex-col gap-4 pt-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && shown) onSend(content, shown.body);
      }}
    >
      {places.map((place) => (
        <Field
          key={place.key}
          label={
            place.file === undefined
              ? t(`template.place.${place.in}`, { name: place.name })
              : t("template.fileAddress", { kind: t(`template.file.${place.file}`) })
          }
          {...(place.file === undefined ? {} : { hint: t("template.fileHint") })}
          required
        >
          <Input
            dir={place.file === undefined ? "auto" : "ltr"}
            value={values[place.key] ?? ""}
            onChange={(event) => setValues({ ...values, [place.key]: event.target.value })}
          />
        </Field>
      ))}
      <section
        aria-live="polite"
        aria-label={t("template.preview")}
        className="rounded-bubble bg-brand-soft px-3.5 py-2.5 text-message"
      >
        {shown ? (
          <>
            {headerFile !== undefined && <p className="text-meta text-text-2">{t(`template.file.${headerFile}`)}</p>}
            {headerFile === undefined && shown.header && (
              <p className="font-semibold" dir="auto">
                {shown.header}
              </p>
            )}
            <p className="whitespace-pre-wrap" dir="auto">
              {shown.body}
            </p>
            {shown.footer && (
              <p className="text-meta text-text-3" dir="auto">
                {shown.footer}
              </p>
            )}
            {shown.buttons.map((button, index) => (
              <p
                key={index}
                className="mt-1.5 rounded-control border border-current/25 px-2 py-1 text-center text-meta font-medium"
              >
                {button.label}
              </p>
            ))}
          </>
        ) : (
          <p className="text-text-3">{t("template.previewing")}</p>
        )}
      </section>
      {empty && (
        <p id={hintId} className="text-meta text-text-2">
          {t("template.fillIn")}
        </p>
      )}
      {!empty && problems.length > 0 && (
        <ul className="text-meta text-danger">
          {problems.map((problem) => (
            <li key={problem.pointer + problem.message}>{wrongText(problem)}</li>
          ))}
        </ul>
      )}
      {preview.error && <ErrorState inline error={preview.error} onRetry={() => mutate(content)} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onBack}>{t("action.back")}</Button>
        <Button type="submit" variant="primary" disabled={!ready} aria-describedby={empty ? hintId : undefined}>
          {t("template.send")}
        </Button>
      </div>
    </form>
  );
}

/** Picks an approved template of the account, fills its places and shows what the customer will read. */
export function TemplateDialog({
  open,
  onOpenChange,
  accountId,
  contactName,
  onSend,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  accountId: string;
  contactName: string | null;
  onSend: (content: TemplateContent, text: string) => void;
}) {
  const { t } = useTranslation("inbox");
  const { id: workspaceId } = useWorkspace();
  const [chosen, setChosen] = useState<Template | null>(null);
  const [search, setSearch] = useState("");
  const list = useQuery({
    queryKey: ["w", workspaceId, "templates", accountId],
    queryFn: ({ signal }) => call<{ data: Template[] }>(`/channels/${accountId}/templates`, { workspaceId, signal }),
    enabled: open,
  });
  const wanted = search.toLocaleLowerCase();
  const templates = (list.data?.data ?? [])
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => Number(b.status === "approved") - Number(a.status === "approved"));
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={chosen ? chosen.name : t("template.title")}>
      {chosen ? (
        <Fill
          template={chosen}
          accountId={accountId}
          contactName={contactName}
          onBack={() => setChosen(null)}
          onSend={(content, text) => {
            onSend(content, text);
            setChosen(null);
            onOpenChange(false);
          }}
        />
      ) : (
        <div className="flex flex-col gap-3 pt-1">
          <Input
            type="search"
            aria-label={t("template.search")}
            placeholder={t("template.search")}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {list.isPending && <PageSpinner />}
          {list.error && <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />}
          {list.data && templates.length === 0 && (
            <EmptyState icon={LayoutTemplate} title={t("template.none")}>
              {t("template.noneHint")}
            </EmptyState>
          )}
          <ul className="flex flex-col gap-1.5">
            {templates.map((template) => {
              const usable = template.status === "approved";
              const body = template.parts?.find((part) => part.in === "body")?.text;
              return (
                <li key={template.id}>
                  <button
                    type="button"
                    disabled={!usable}
                    onClick={() => setChosen(template)}
                    className="w-full rounded-card border px-3 py-2 text-start enabled:hover:bg-surface-1 disabled:opacity-60"
                  >
                    <span className="flex items-center gap-2">
                      <span className="font-medium">{template.name}</span>
                      <span className="text-meta text-text-3">{template.language}</span>
                      {!usable && (
                        <Badge tone="warning">
                          {t(`template.status.${template.status}`, { defaultValue: t("template.status.other") })}
                        </Badge>
                      )}
                    </span>
                    {body && (
                      <span className="line-clamp-2 text-meta text-text-2" dir="auto">
                        {body}
                      </span>
                    )}
                  </button>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </Dialog>
  );
}
