import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { z } from "zod";
import type { invitationShown, joinedDto } from "../../../../src/wire/identity.js";
import { call } from "../../api/client.js";
import { Problem } from "../../api/problem.js";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useAuthState, type Me } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input, PasswordInput } from "../../components/ui/Input.js";
import { ProblemNote, useWait } from "../../components/ui/ProblemNote.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { useForm } from "../../components/ui/useForm.js";
import { roleKey } from "../settings/permissions.js";
import { AuthLayout } from "./AuthLayout.js";
import { enter } from "./entering.js";
import { NewPasswordField } from "./forms.js";
import { DeadLink } from "./Passwords.js";
import { forgetToken, useLinkToken } from "./places.js";

type Shown = z.infer<typeof invitationShown>;
const here = "/invitation";

function useAccept(token: string) {
  const navigate = useNavigate();
  return async (more: { name?: string; password?: string; language?: string }) => {
    const { joined_workspace_id: joined, ...me } = await call<z.infer<typeof joinedDto>>("/auth/invitations/accept", {
      method: "POST",
      body: { token, ...more },
    });
    enter(me);
    forgetToken(here);
    void navigate(`/w/${joined}/inbox`, { replace: true });
  };
}

function Join({ token }: { token: string }) {
  const { t } = useTranslation("auth");
  const accept = useAccept(token);
  const form = useForm({ run: () => accept({}) });
  return (
    <form onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote error={form.problem} />
      <Button type="submit" variant="primary" size="lg" busy={form.busy}>
        {t("invite.join")}
      </Button>
    </form>
  );
}

function OtherPerson({ shown, me, onSignedOut }: { shown: Shown; me: Me; onSignedOut: () => void }) {
  const { t } = useTranslation("auth");
  const form = useForm({
    run: async () => {
      await call("/auth/sign-out", { method: "POST" });
      queryClient.clear();
      onSignedOut();
    },
  });
  return (
    <form onSubmit={form.submit} className="flex flex-col gap-4">
      <p>{t("invite.other", { invited: shown.email, me: me.email })}</p>
      <ProblemNote error={form.problem} />
      <Button type="submit" variant="primary" size="lg" busy={form.busy}>
        {t("invite.signOut")}
      </Button>
      <Link to="/" className="link text-center">
        {t("invite.stay", { email: me.email })}
      </Link>
    </form>
  );
}

function Existing({ shown, token }: { shown: Shown; token: string }) {
  const { t } = useTranslation("auth");
  const accept = useAccept(token);
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ password: password === "" ? t("check.passwordMissing") : undefined }),
    run: () => accept({ password }),
  });
  const wait = useWait(form.problem);
  const elsewhere = form.problem?.code === "two_factor_required" || form.problem?.code === "conflict";
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <p>{t("invite.existing")}</p>
      <ProblemNote
        error={form.problem}
        sentence={
          form.problem?.code === "unauthenticated" ? t("invite.wrong") : elsewhere ? t("invite.signInFirst") : undefined
        }
      />
      {elsewhere ? (
        <Link to={`/sign-in?next=${encodeURIComponent(here)}`} className="link">
          {t("way.signIn")}
        </Link>
      ) : (
        <>
          <Field label={t("field.email")}>
            <Input type="email" name="email" autoComplete="username" dir="ltr" readOnly value={shown.email} />
          </Field>
          <Field
            label={t("field.password")}
            error={form.errors.password}
            aside={
              <Link to="/forgot" className="link text-meta">
                {t("signIn.forgot")}
              </Link>
            }
          >
            <PasswordInput
              name="password"
              autoComplete="current-password"
              autoFocus
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          <Button type="submit" variant="primary" size="lg" busy={form.busy} disabled={wait > 0}>
            {t("invite.signInJoin")}
          </Button>
          <Link to={`/sign-in?next=${encodeURIComponent(here)}`} className="link text-center">
            {t("invite.otherWay")}
          </Link>
        </>
      )}
    </form>
  );
}

function NewAccount({ shown, token }: { shown: Shown; token: string }) {
  const { t, i18n } = useTranslation("auth");
  const accept = useAccept(token);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({
      name: name.trim() === "" ? t("check.name") : undefined,
      password: password.length < 8 ? t("check.passwordShort") : undefined,
    }),
    run: () => accept({ name: name.trim(), password, language: i18n.language }),
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote error={form.problem} />
      <Field label={t("field.name")} error={form.errors.name}>
        <Input
          name="name"
          autoComplete="name"
          dir="auto"
          maxLength={100}
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label={t("field.email")}>
        <Input type="email" name="email" autoComplete="username" dir="ltr" readOnly value={shown.email} />
      </Field>
      <NewPasswordField value={password} onChange={setPassword} error={form.errors.password} />
      <Button type="submit" variant="primary" size="lg" busy={form.busy}>
        {t("invite.create")}
      </Button>
    </form>
  );
}

/** `/invitation#<token>` */
export function InvitationPage() {
  const { t } = useTranslation(["auth", "settings"]);
  const token = useLinkToken();
  const state = useAuthState();
  const me = useQuery({ ...meQuery, enabled: state.data?.signed_in === true, retry: false });
  const look = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => call<Shown>("/auth/invitations/look", { method: "POST", body: { token } }),
    enabled: token !== null,
    staleTime: Infinity,
  });
  const ways = [{ to: "/", label: t("way.start") }];
  if (token === null) return <DeadLink title={t("invite.title")} text={t("link.broken")} ways={ways} />;
  if (look.error) {
    const { code, status } = Problem.from(look.error);
    if (code === "not_found" || code === "invalid_request" || status === 410)
      return <DeadLink title={t("invite.title")} text={t("invite.used")} ways={ways} />;
    return <ErrorState error={look.error} onRetry={() => void look.refetch()} />;
  }
  if (state.error) return <ErrorState error={state.error} onRetry={() => void state.refetch()} />;
  if (!look.data || !state.data || (state.data.signed_in && me.isPending)) return <PageSpinner />;
  const shown = look.data;
  const role = roleKey(shown.role_id);
  let form: ReactNode;
  if (me.data && state.data.signed_in) {
    form =
      me.data.email.toLowerCase() === shown.email.toLowerCase() ? (
        <Join token={token} />
      ) : (
        <OtherPerson shown={shown} me={me.data} onSignedOut={() => void state.refetch()} />
      );
  } else
    form = shown.account_exists ? <Existing shown={shown} token={token} /> : <NewAccount shown={shown} token={token} />;
  return (
    <AuthLayout
      title={t("invite.to", { workspace: shown.workspace_name })}
      lead={
        <>
          <p>{t("invite.lead", { name: shown.invited_by, role: role === undefined ? shown.role_name : t(role) })}</p>
          <p className="mt-1 text-meta text-text-3">
            {t("invite.until")} <Time at={shown.expires_at} as="full" />
          </p>
        </>
      }
    >
      {form}
    </AuthLayout>
  );
}
