import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate } from "react-router";
import type { z } from "zod";
import type { setupRequest } from "../../../../src/wire/identity.js";
import type { DemoDto } from "../../../../src/wire/simulator.js";
import { call } from "../../api/client.js";
import { Problem } from "../../api/problem.js";
import { useAuthState, type Me } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { Checkbox } from "../../components/ui/choices.js";
import { ProgressRing } from "../../components/ui/Copy.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { isEmail, useForm } from "../../components/ui/useForm.js";
import { languages, setLanguage, type Language } from "../../i18n/index.js";
import { AuthLayout } from "./AuthLayout.js";
import { enter } from "./entering.js";
import { NewPasswordField } from "./forms.js";
import { DeadLink } from "./Passwords.js";
import { forgetToken, useLinkToken } from "./places.js";

interface Values {
  name: string;
  email: string;
  password: string;
  workspace: string;
  language: Language;
  demo: boolean;
}
type Change = (change: Partial<Values>) => void;
const here = "/setup";

function Steps({ at, of }: { at: number; of: number }) {
  const { t } = useTranslation("auth");
  return <p className="-mb-4 text-meta text-text-3">{t("setup.step", { at, of })}</p>;
}

function OwnerStep({ values, change, onNext }: { values: Values; change: Change; onNext: () => void }) {
  const { t } = useTranslation("auth");
  const form = useForm({
    check: () => ({
      name: values.name.trim() === "" ? t("check.name") : undefined,
      email: isEmail(values.email) ? undefined : t("check.email"),
      password: values.password.length < 8 ? t("check.passwordShort") : undefined,
    }),
    run: () => Promise.resolve(onNext()),
  });
  return (
    <AuthLayout title={t("setup.title")} lead={t("setup.lead")}>
      <Steps at={1} of={2} />
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <Field label={t("field.name")} error={form.errors.name}>
          <Input
            name="name"
            autoComplete="name"
            dir="auto"
            maxLength={100}
            autoFocus
            value={values.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        <Field label={t("field.email")} error={form.errors.email}>
          <Input
            type="email"
            name="email"
            autoComplete="username"
            dir="ltr"
            value={values.email}
            onChange={(event) => change({ email: event.target.value })}
          />
        </Field>
        <NewPasswordField
          label={t("field.password")}
          value={values.password}
          onChange={(password) => change({ password })}
          error={form.errors.password}
        />
        <Button type="submit" variant="primary" size="lg">
          {t("setup.next")}
        </Button>
      </form>
    </AuthLayout>
  );
}

interface WorkspaceStepProps {
  values: Values;
  change: Change;
  demo: boolean;
  onBack: () => void;
  run: () => Promise<void>;
}

function WorkspaceStep({ values, change, demo, onBack, run }: WorkspaceStepProps) {
  const { t } = useTranslation("auth");
  const form = useForm({
    check: () => ({ workspace_name: values.workspace.trim() === "" ? t("check.workspace") : undefined }),
    run,
  });
  return (
    <AuthLayout title={t("setup.workspaceTitle")} lead={t("setup.workspaceLead")}>
      <Steps at={2} of={2} />
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote error={form.problem} />
        <Field label={t("field.workspace")} error={form.errors.workspace_name}>
          <Input
            name="organization"
            autoComplete="organization"
            dir="auto"
            maxLength={100}
            autoFocus
            value={values.workspace}
            onChange={(event) => change({ workspace: event.target.value })}
          />
        </Field>
        <Field label={t("field.language")} hint={t("setup.languageHint")}>
          <Select
            value={values.language}
            onChange={(language) => {
              change({ language });
              void setLanguage(language).catch(toast.failed);
            }}
            options={languages.map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Field>
        {demo && (
          <Checkbox
            checked={values.demo}
            onChange={(next) => change({ demo: next })}
            label={t("setup.demo")}
            hint={t("setup.demoHint")}
          />
        )}
        <Button type="submit" variant="primary" size="lg" busy={form.busy}>
          {t("setup.submit")}
        </Button>
        <Button variant="ghost" onClick={onBack}>
          {t("setup.back")}
        </Button>
      </form>
    </AuthLayout>
  );
}

/** Demo data arrive; the inbox opens by itself when they are there. */
function DemoStep({ workspaceId }: { workspaceId: string }) {
  const { t } = useTranslation("auth");
  const navigate = useNavigate();
  const { data, error } = useQuery({
    queryKey: ["w", workspaceId, "demo"],
    queryFn: () => call<DemoDto>("/demo", { workspaceId }),
    refetchInterval: 700,
    retry: 3,
  });
  const over = error !== null || data?.state === "ready" || data?.state === "none";
  useEffect(() => {
    if (over) void navigate(`/w/${workspaceId}/inbox`, { replace: true });
  }, [over, navigate, workspaceId]);
  const total = data?.total ?? 25;
  const count = data?.conversations ?? 0;
  return (
    <AuthLayout title={t("setup.loadingTitle")} lead={t("setup.loadingLead")}>
      <div className="flex items-center gap-4">
        <ProgressRing value={total > 0 ? count / total : 0} label={t("setup.loadingTitle")} size={44} />
        <p role="status" className="tabular">
          {t("setup.progress", { done: count, total })}
        </p>
      </div>
      <Button size="lg" onClick={() => void navigate(`/w/${workspaceId}/inbox`, { replace: true })}>
        {t("setup.goNow")}
      </Button>
    </AuthLayout>
  );
}

/** `/setup#<token>`: the first owner, the first workspace, demo data, and on to the inbox. */
export function SetupPage() {
  const { t, i18n } = useTranslation("auth");
  const token = useLinkToken();
  const state = useAuthState();
  const navigate = useNavigate();
  const second = new URLSearchParams(useLocation().search).get("step") === "workspace";
  const [values, setValues] = useState<Values>({
    name: "",
    email: "",
    password: "",
    workspace: "",
    language: i18n.language as Language,
    demo: true,
  });
  const [workspaceId, setWorkspaceId] = useState<string>();
  const [dead, setDead] = useState<"used" | "broken">();
  const change: Change = (part) => setValues((now) => ({ ...now, ...part }));
  const demoAvailable = state.data?.demo_available === true;

  const run = async () => {
    const demo = demoAvailable && values.demo;
    const body: z.input<typeof setupRequest> = {
      token: token ?? "",
      name: values.name.trim(),
      email: values.email.trim(),
      password: values.password,
      workspace_name: values.workspace.trim(),
      language: values.language,
      ...(demo ? { demo: true } : {}),
    };
    try {
      const me = await call<Me>("/auth/setup", { method: "POST", body });
      forgetToken(here);
      enter(me);
      const first = me.memberships[0]?.workspace.id;
      if (demo && first !== undefined) setWorkspaceId(first);
      else void navigate(first === undefined ? "/" : `/w/${first}/inbox`, { replace: true });
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.reason === "used" || (problem.code === "conflict" && !(await state.refetch()).data?.setup_needed))
        setDead("used");
      else if (problem.code === "not_found" || problem.errors.some(({ path }) => path === "token")) setDead("broken");
      throw error;
    }
  };

  const ways = [{ to: "/sign-in", label: t("way.signIn") }];
  if (workspaceId !== undefined) return <DemoStep workspaceId={workspaceId} />;
  if (dead === "used") return <DeadLink title={t("setup.usedTitle")} text={t("setup.used")} ways={ways} />;
  if (dead === "broken") return <DeadLink title={t("setup.brokenTitle")} text={t("setup.broken")} ways={ways} />;
  if (state.error && !state.data) return <ErrorState error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return <PageSpinner />;
  if (!state.data.setup_needed) {
    if (state.data.signed_in) return <Navigate to="/" replace />;
    return <DeadLink title={t("setup.usedTitle")} text={t("setup.used")} ways={ways} />;
  }
  if (token === null) return <AuthLayout title={t("setup.title")} lead={t("setup.needLink")} />;
  // After a reload the password is gone, so the first step is asked again.
  if (second && values.password.length >= 8) {
    return (
      <WorkspaceStep values={values} change={change} demo={demoAvailable} onBack={() => void navigate(-1)} run={run} />
    );
  }
  return <OwnerStep values={values} change={change} onNext={() => void navigate(`${here}?step=workspace`)} />;
}
