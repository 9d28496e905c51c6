import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuthState } from "../../api/session.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input, PasswordInput } from "../../components/ui/Input.js";
import { ProblemNote, useWait } from "../../components/ui/ProblemNote.js";
import { isEmail, useForm } from "../../components/ui/useForm.js";
import { secondStep, signIn } from "./entering.js";

/** E-mail and password. `email` given: it is that person's, and stays. */
export function SignInForm({
  email: given,
  aside,
  onDone,
}: {
  email?: string;
  aside?: React.ReactNode;
  onDone: (state: "signed_in" | "two_factor_needed") => void;
}) {
  const { t } = useTranslation("auth");
  const [email, setEmail] = useState(given ?? "");
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({
      email: isEmail(email) ? undefined : t("check.email"),
      password: password === "" ? t("check.passwordMissing") : undefined,
    }),
    run: async () => onDone(await signIn(email.trim(), password)),
  });
  const wait = useWait(form.problem);
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote
        error={form.problem}
        sentence={form.problem?.code === "unauthenticated" ? t("signIn.wrong") : undefined}
      />
      <Field label={t("field.email")} error={form.errors.email}>
        <Input
          type="email"
          name="email"
          autoComplete="username"
          inputMode="email"
          dir="ltr"
          readOnly={given !== undefined}
          autoFocus={given === undefined}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label={t("field.password")} error={form.errors.password} aside={aside}>
        <PasswordInput
          name="password"
          autoComplete="current-password"
          autoFocus={given !== undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={form.busy} disabled={wait > 0}>
        {t("signIn.submit")}
      </Button>
    </form>
  );
}

/** Ways to sign in with an account elsewhere; `next` is where one wants to go, and comes back to. */
export function Elsewhere({ providers, next }: { providers: AuthState["providers"]; next: string }) {
  const { t } = useTranslation("auth");
  return providers.map(({ id, label }) => (
    <a
      key={id}
      href={`/api/v1/auth/oidc/${encodeURIComponent(id)}${next === "/" ? "" : `?next=${encodeURIComponent(next)}`}`}
      className={buttonLook({ size: "lg" })}
    >
      <KeyRound aria-hidden="true" />
      <bdi>{t("signIn.with", { name: label })}</bdi>
    </a>
  ));
}

/** The second step: a code of the app, or one of the recovery codes. */
export function TwoFactorForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("auth");
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const digits = code.replace(/\s/g, "");
  const form = useForm({
    check: () => ({
      code: (recovery ? digits.length >= 8 : /^\d{6}$/.test(digits))
        ? undefined
        : recovery
          ? t("check.recoveryCode")
          : t("check.code"),
    }),
    run: async () => {
      await secondStep(recovery ? { recovery_code: code.trim() } : { code: digits });
      onDone();
    },
  });
  const wait = useWait(form.problem);
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote
        error={form.problem}
        sentence={form.problem?.code === "unauthenticated" ? t("twoFactor.wrong") : undefined}
      />
      <Field
        label={recovery ? t("field.recoveryCode") : t("field.code")}
        hint={recovery ? t("twoFactor.recoveryHint") : t("twoFactor.hint")}
        error={form.errors.code}
      >
        <Input
          key={String(recovery)}
          name="code"
          autoFocus
          dir="ltr"
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          inputMode={recovery ? "text" : "numeric"}
          className="font-mono text-message tracking-wider"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={form.busy} disabled={wait > 0}>
        {t("twoFactor.submit")}
      </Button>
      <Button
        variant="ghost"
        onClick={() => {
          setRecovery(!recovery);
          setCode("");
          form.clear();
        }}
      >
        {recovery ? t("twoFactor.useApp") : t("twoFactor.useRecovery")}
      </Button>
    </form>
  );
}

/** A new password, long enough; what it has to be is said before it is wrong. */
export function NewPasswordField({
  value,
  onChange,
  error,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  label?: string;
}) {
  const { t } = useTranslation("auth");
  return (
    <Field label={label ?? t("field.newPassword")} hint={t("field.newPasswordHint")} error={error}>
      <PasswordInput
        name="new-password"
        autoComplete="new-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
