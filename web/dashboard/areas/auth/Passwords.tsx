import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { call } from "../../api/client.js";
import { Problem } from "../../api/problem.js";
import { queryClient } from "../../api/queryClient.js";
import { authStateQuery, meQuery, useAuthState } from "../../api/session.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { Banner } from "../../components/ui/states.js";
import { isEmail, useForm } from "../../components/ui/useForm.js";
import { AuthLayout } from "./AuthLayout.js";
import { NewPasswordField } from "./forms.js";
import { forgetToken, useLinkToken } from "./places.js";

/** A link that leads nowhere: says why, and the ways out. */
export function DeadLink({
  title,
  text,
  ways,
}: {
  title: string;
  text: string;
  ways: { to: string; label: string }[];
}) {
  return (
    <AuthLayout title={title} lead={text}>
      <div className="flex flex-col gap-2">
        {ways.map(({ to, label }, index) => (
          <Link key={to} to={to} className={buttonLook({ variant: index === 0 ? "primary" : "secondary", size: "lg" })}>
            {label}
          </Link>
        ))}
      </div>
    </AuthLayout>
  );
}

/** `/forgot` */
export function ForgotPage() {
  const { t } = useTranslation("auth");
  const { data: state } = useAuthState();
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const form = useForm({
    check: () => ({ email: isEmail(email) ? undefined : t("check.email") }),
    run: async () => {
      await call("/auth/password/forgot", { method: "POST", body: { email: email.trim() } });
      setSent(true);
    },
  });
  const back = (
    <Link to="/sign-in" className="link text-center">
      {t("way.signIn")}
    </Link>
  );
  if (sent) {
    return (
      <AuthLayout title={t("forgot.sentTitle")} lead={t("forgot.sent", { email: email.trim() })}>
        {back}
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t("forgot.title")} lead={t("forgot.lead")}>
      {state?.mail === false && <Banner tone="warning">{t("forgot.noMail")}</Banner>}
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote error={form.problem} />
        <Field label={t("field.email")} error={form.errors.email}>
          <Input
            type="email"
            name="email"
            autoComplete="username"
            dir="ltr"
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={form.busy}>
          {t("forgot.submit")}
        </Button>
      </form>
      {back}
    </AuthLayout>
  );
}

/** `/reset#<token>` */
export function ResetPage() {
  const { t } = useTranslation("auth");
  const token = useLinkToken();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ password: password.length >= 8 ? undefined : t("check.passwordShort") }),
    run: async () => {
      await call("/auth/password/reset", { method: "POST", body: { token, password } });
      forgetToken("/reset");
      // Every session has ended, this browser's too.
      queryClient.removeQueries({ queryKey: meQuery.queryKey });
      queryClient.removeQueries({ queryKey: authStateQuery.queryKey });
      void navigate("/sign-in?done=reset", { replace: true });
    },
  });
  const ways = [
    { to: "/forgot", label: t("way.newLink") },
    { to: "/sign-in", label: t("way.signIn") },
  ];
  if (token === null || form.problem?.errors.some(({ path }) => path === "token"))
    return <DeadLink title={t("reset.title")} text={t("link.broken")} ways={ways} />;
  if (form.problem?.code === "not_found")
    return <DeadLink title={t("reset.title")} text={t("link.used")} ways={ways} />;
  return (
    <AuthLayout title={t("reset.title")} lead={t("reset.lead")}>
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote error={form.problem} />
        <NewPasswordField value={password} onChange={setPassword} error={form.errors.password} />
        <Button type="submit" variant="primary" size="lg" busy={form.busy}>
          {t("reset.submit")}
        </Button>
      </form>
    </AuthLayout>
  );
}

const verifications = new Map<string, Promise<void>>();

/** The link works once, and pages may be drawn twice. */
function verifyOnce(token: string): Promise<void> {
  const there = verifications.get(token);
  if (there) return there;
  const asked = call<undefined>("/auth/email/verify", { method: "POST", body: { token } }).then(() => {
    forgetToken("/verify");
    void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  });
  verifications.set(token, asked);
  // Away from the server is no answer.
  asked.catch((error: unknown) => Problem.from(error).status < 400 && verifications.delete(token));
  return asked;
}

/** `/verify#<token>` */
export function VerifyPage() {
  const { t } = useTranslation("auth");
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (token === null || done) return;
    setProblem(undefined);
    verifyOnce(token).then(
      () => setDone(true),
      (error: unknown) => setProblem(Problem.from(error)),
    );
  }, [token, tries, done]);
  const ways = [{ to: "/", label: t("way.start") }];
  if (done) return <DeadLink title={t("verify.doneTitle")} text={t("verify.done")} ways={ways} />;
  if (token === null) return <DeadLink title={t("verify.title")} text={t("link.broken")} ways={ways} />;
  if (problem && problem.status >= 400 && problem.status < 500 && problem.code !== "rate_limited")
    return <DeadLink title={t("verify.title")} text={t("verify.used")} ways={ways} />;
  if (!problem) return <PageSpinner />;
  return (
    <AuthLayout title={t("verify.title")}>
      <ProblemNote error={problem} />
      <Button onClick={() => setTries(tries + 1)}>{t("common:action.retry")}</Button>
    </AuthLayout>
  );
}
