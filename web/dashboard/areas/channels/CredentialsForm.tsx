import { ExternalLink } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Problem } from "../../api/problem.js";
import { Button } from "../../components/ui/Button.js";
import { RadioGroup } from "../../components/ui/choices.js";
import { Field } from "../../components/ui/Field.js";
import { Input, PasswordInput } from "../../components/ui/Input.js";
import { Banner } from "../../components/ui/states.js";
import { invalidFields, settingsOf, type Form } from "./formState.js";
import { usePaths } from "./paths.js";
import { useChannelActions, type ChannelDetail, type Kind, type TestResult } from "./queries.js";
import { Where } from "./Where.js";
import { hasSession } from "./wizard/steps.js";
import { SaidText } from "./SaidText.js";
import { useKindTexts, useSaid, type Said } from "./texts.js";

type KindField = Kind["fields"][number];

/** A link to a page of the provider, in a new tab. */
export function ProviderLink({ href, children }: { href: string; children: string }) {
  if (!/^https:\/\//.test(href)) return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="link inline-flex items-center gap-1 font-medium"
    >
      {children}
      <ExternalLink className="size-3.5" aria-hidden="true" />
    </a>
  );
}

function Control({ field, form, error }: { field: KindField; form: Form; error: string | undefined }) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const value = form.values[field.name];
  const text = typeof value === "string" ? value : "";
  const title = words(`${field.key}.title`, field.title);
  const help = words(`${field.key}.help`, field.help);
  if (field.input === "choice") {
    return (
      <fieldset>
        <legend className="mb-1.5 font-medium">{title}</legend>
        <RadioGroup
          label={title}
          value={text === "" ? undefined : text}
          onChange={(next) => form.set(field.name, next)}
          options={(field.options ?? []).map((option) => ({
            value: option.value,
            label: words(option.key, option.label),
          }))}
        />
        {help && <p className="mt-1.5 text-meta text-text-3">{help}</p>}
        {field.default_reason !== null && <p className="mt-1.5 text-meta text-text-2">{t("form.noHttps")}</p>}
        <Where name={field.key.replace(/^channels:/, "")} what={title} />
      </fieldset>
    );
  }
  const Line = field.secret ? PasswordInput : Input;
  return (
    <div>
      <Field
        label={field.required ? title : t("form.optional", { name: title })}
        hint={help}
        required={field.required}
        error={error}
        aside={field.link && <ProviderLink href={field.link}>{t("form.open")}</ProviderLink>}
      >
        <Line
          name={field.name}
          dir="ltr"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => form.set(field.name, event.target.value)}
        />
      </Field>
      <Where name={field.key.replace(/^channels:/, "")} what={title} />
    </div>
  );
}

/** What a refusal says, by its stable name, and the provider's own words. */
function refusalOf(error: unknown): { said: Said; words: string | null } {
  const { detail, document } = Problem.from(error);
  const { said, words } = document as { said?: Omit<Said, "sentence"> | null; words?: string };
  const { reason = null, parameters = {} } = said ?? {};
  return { said: { sentence: detail.replace(/ Nothing was saved\.$/, ""), reason, parameters }, words: words ?? null };
}

/** A provider answers within a second or so; when it does not, somebody should know that it is asked still. */
function Patience({ name }: { name: string }) {
  const { t } = useTranslation("channels");
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 4_000);
    return () => clearTimeout(timer);
  }, []);
  return late && <Banner tone="info">{t("form.slow", { name })}</Banner>;
}

/** The credentials of an account: fields as the kind asks, a test that saves nothing, and saving. */
export function CredentialsForm({
  channel,
  kind,
  form,
  submit,
  onSaved,
}: {
  channel: ChannelDetail;
  kind: Kind;
  form: Form;
  submit: string;
  onSaved: (channel: ChannelDetail) => void;
}) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const said = useSaid();
  const paths = usePaths();
  const { tryOut, configure } = useChannelActions();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [result, setResult] = useState<TestResult>();
  const fields = kind.fields.filter(({ generated, input }) => !generated && input !== "consent");
  const plain = fields.filter(({ advanced }) => !advanced);
  const advanced = fields.filter((field) => field.advanced);
  const check = (): boolean => {
    const found = invalidFields(kind, form.values, {
      missing: t("form.missing"),
      wrong: (expects, key) =>
        expects === null ? t("form.wrong") : t("form.expects", { what: words(`${key}.expects`, expects) }),
    });
    setErrors(found);
    const first = Object.keys(found)[0];
    if (first) document.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
    return first === undefined;
  };
  const wrong = (
    problems: readonly { pointer?: string; path?: string; message: string }[],
    about: Pick<Said, "reason" | "parameters">,
  ) =>
    setErrors(
      Object.fromEntries(
        problems.map(({ pointer = "", path = "", message }) => [
          (pointer || path).split(/[/.]/).at(-1)!,
          said({ ...about, sentence: message }),
        ]),
      ),
    );
  const test = async () => {
    setResult(undefined);
    configure.reset();
    if (!check()) return;
    const found = await tryOut
      .mutateAsync({ kind: kind.kind, settings: settingsOf(form.values) })
      .catch(() => undefined);
    setResult(found);
    if (found) wrong(found.problems, found);
  };
  const save = () => {
    tryOut.reset();
    if (!check()) return;
    setResult(undefined);
    // Not a callback of mutate(): a connected account shows something else in place of this form.
    void configure.mutateAsync({ id: channel.id, settings: settingsOf(form.values) }).then(
      (saved) => {
        form.saved();
        onSaved(saved);
      },
      (error: unknown) => wrong(Problem.from(error).errors, refusalOf(error).said),
    );
  };
  const failure = configure.error ?? tryOut.error;
  const there = failure && (Problem.from(failure).document as { channel_id?: string }).channel_id;
  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {plain.map((field) => (
        <Control key={field.name} field={field} form={form} error={errors[field.name]} />
      ))}
      {advanced.length > 0 && (
        <details className="rounded-card border p-3">
          <summary className="cursor-pointer font-medium text-text-2">{t("form.advanced")}</summary>
          <div className="mt-4 flex flex-col gap-5">
            {advanced.map((field) => (
              <Control key={field.name} field={field} form={form} error={errors[field.name]} />
            ))}
          </div>
        </details>
      )}
      <div aria-live="polite" className="empty:hidden">
        {result && (
          <Banner tone={result.ok ? "success" : result.state === "degraded" ? "warning" : "danger"}>
            {result.ok && result.display_name ? (
              <>
                {t("form.found")} <strong dir="auto">{result.display_name}</strong>
              </>
            ) : (
              <SaidText said={result} words={result.words} />
            )}
          </Banner>
        )}
        {!result && failure && (
          <Banner tone="danger">
            {Problem.from(failure).code === "offline" ? (
              t("common:error.offline")
            ) : (
              <SaidText {...refusalOf(failure)} />
            )}{" "}
            {t("form.nothingSaved")}
            {there && (
              <Link to={paths.channel(there)} className="link mt-1 block font-medium">
                {t("form.openThere")}
              </Link>
            )}
          </Banner>
        )}
        {(tryOut.isPending || configure.isPending) && <Patience name={kind.label} />}
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {/* A number that is not linked yet cannot be asked. */}
        {!hasSession(kind) && (
          <Button busy={tryOut.isPending} onClick={test}>
            {t("form.test")}
          </Button>
        )}
        <Button type="submit" variant="primary" busy={configure.isPending}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
