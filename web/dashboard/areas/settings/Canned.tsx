import { MessageSquareQuote } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CannedReplyDto } from "../../../../src/wire/desk.js";
import { useMe, useWorkspace } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input, Textarea } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useWrite } from "./data.js";
import { preview, variables } from "./variables.js";

const anyLanguage = "any";
const tags = ["en", "es", "de", "pt", "fr", "ar", "it", "nl", "pl", "tr", "ru", "uk", "hi", "ja", "ko", "zh"];

/** The name of a language, in the one of whoever reads. */
export function languageName(tag: string, reader: string): string {
  try {
    return new Intl.DisplayNames(reader, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function Preview({ text }: { text: string }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const { name: workspace } = useWorkspace();
  const { text: shown, unknown } = preview(text, {
    "contact.name": t("variables.sampleName"),
    "contact.first_name": t("variables.sampleFirst"),
    "contact.language": "en",
    "agent.name": me.name,
    "agent.first_name": me.name.split(/\s+/)[0] ?? me.name,
    "workspace.name": workspace,
    "channel.name": "Telegram",
    "conversation.id": "con_1",
  });
  return (
    <div className="flex flex-col gap-2">
      <div className="text-meta font-medium text-text-3">{t("variables.preview")}</div>
      <div
        dir="auto"
        className="max-w-md self-end rounded-bubble rounded-ee-[4px] bg-brand-soft px-3.5 py-2 text-message whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {shown || " "}
      </div>
      {unknown.length > 0 && (
        <p role="status" className="text-meta text-warning">
          {t("variables.unknown", { names: unknown.join(", ") })}
        </p>
      )}
    </div>
  );
}

function CannedEditor({ item, onDone }: EditorProps<CannedReplyDto>) {
  const { t, i18n } = useTranslation("settings");
  const write = useWrite();
  const area = useRef<HTMLDivElement>(null);
  const [shortcut, setShortcut] = useState(item?.shortcut ?? "");
  const [name, setName] = useState(item?.name ?? "");
  const [language, setLanguage] = useState(item?.language ?? anyLanguage);
  const [text, setText] = useState(item?.text ?? "");
  const form = useForm({
    check: () => ({
      shortcut: /^[\p{L}\p{N}_-]{1,40}$/u.test(shortcut.trim()) ? undefined : t("canned.shortcutWrong"),
      name: name.trim() === "" ? t("check.name") : undefined,
      text: text.trim() === "" ? t("check.text") : undefined,
    }),
    run: async () => {
      const body = {
        shortcut: shortcut.trim().toLowerCase(),
        name: name.trim(),
        text,
        language: language === anyLanguage ? null : language,
      };
      const path = "/canned-replies";
      await (item ? write("PATCH", `${path}/${item.id}`, body, [path]) : write("POST", path, body, [path]));
      onDone();
    },
  });
  const insert = (variable: string) => {
    const field = area.current?.querySelector("textarea");
    const start = field?.selectionStart ?? text.length;
    const end = field?.selectionEnd ?? start;
    const added = `{{ ${variable} }}`;
    setText(text.slice(0, start) + added + text.slice(end));
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(start + added.length, start + added.length);
    });
  };
  const known = language !== anyLanguage && !tags.includes(language) ? [language, ...tags] : tags;
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
      <ProblemNote error={form.problem} />
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label={t("canned.shortcut")} hint={t("canned.shortcutHint")} error={form.errors.shortcut}>
          <Input dir="auto" maxLength={40} value={shortcut} onChange={(event) => setShortcut(event.target.value)} />
        </Field>
        <Field label={t("canned.name")} error={form.errors.name}>
          <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("canned.language")}>
          <Select
            value={language}
            onChange={setLanguage}
            options={[
              { value: anyLanguage, label: t("canned.anyLanguage") },
              ...known.map((tag) => ({ value: tag, label: languageName(tag, i18n.language) })),
            ]}
          />
        </Field>
      </div>
      <div ref={area} className="flex flex-col gap-2">
        <Field label={t("canned.text")} error={form.errors.text}>
          <Textarea
            dir="auto"
            rows={5}
            maxLength={20_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-1.5" role="group" aria-label={t("variables.insert")}>
          <span className="text-meta text-text-3">{t("variables.insert")}</span>
          {variables.map((one) => (
            <button
              key={one}
              type="button"
              dir="ltr"
              onClick={() => insert(one)}
              className="min-h-6 rounded-control border bg-surface-1 px-1.5 font-mono text-meta text-text-2 hover:bg-surface-2 hover:text-text"
            >
              {one}
            </button>
          ))}
        </div>
        <p className="text-meta text-text-3">{t("variables.help")}</p>
      </div>
      {text.trim() !== "" && <Preview text={text} />}
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("action.save")}
      </Button>
    </form>
  );
}

/** Ready texts that agents put into their replies. */
export function CannedPage() {
  const { t, i18n } = useTranslation("settings");
  return (
    <CrudPage<CannedReplyDto>
      wide
      title={t("section.canned")}
      lead={t("canned.lead")}
      path="/canned-replies"
      icon={MessageSquareQuote}
      add={t("canned.add")}
      editTitle={t("canned.edit")}
      empty={t("canned.empty")}
      removal={t("canned.removal")}
      nameOf={({ name, shortcut }) => `${name} /${shortcut}`}
      Editor={CannedEditor}
      row={(reply) => (
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <bdi className="rounded bg-surface-2 px-1.5 font-mono text-meta">/{reply.shortcut}</bdi>
            <span dir="auto" className="font-medium [overflow-wrap:anywhere]">
              {reply.name}
            </span>
            {reply.language && <Badge>{languageName(reply.language, i18n.language)}</Badge>}
            <span className="text-meta text-text-3">{t("canned.uses", { count: reply.uses })}</span>
          </div>
          <div dir="auto" className="truncate text-text-2">
            {reply.text}
          </div>
        </div>
      )}
    />
  );
}
