import { useTranslation } from "react-i18next";
import { Link, Navigate, useLocation, useNavigate } from "react-router";
import { useAuthState } from "../../api/session.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { Banner } from "../../components/ui/states.js";
import { AuthLayout } from "./AuthLayout.js";
import { Elsewhere, SignInForm, TwoFactorForm } from "./forms.js";
import { nextOf, withNext } from "./places.js";

const troubles = [
  "oidc_no_email",
  "oidc_email_unverified",
  "oidc_no_account",
  "oidc_denied",
  "oidc_unavailable",
  "oidc_state",
  "rate_limited",
];

/** What went wrong at the provider one came back from. */
function Trouble({ code }: { code: string }) {
  const { t } = useTranslation("auth");
  const known = troubles.includes(code) ? code : "oidc_failed";
  return <Banner tone="danger">{t(`trouble.${known}`)}</Banner>;
}

/** `/sign-in` */
export function SignInPage() {
  const { t } = useTranslation("auth");
  const { search } = useLocation();
  const navigate = useNavigate();
  const { data: state } = useAuthState();
  const query = new URLSearchParams(search);
  const error = query.get("error");
  const next = nextOf(search);
  if (query.get("step") === "two-factor") return <Navigate to={withNext("/two-factor", search)} replace />;
  if (state?.setup_needed) return <Navigate to="/setup" replace />;
  if (state?.signed_in && error === null) return <Navigate to={next} replace />;
  if (!state) return <PageSpinner />;
  return (
    <AuthLayout title={t("signIn.title")}>
      {error !== null && <Trouble code={error} />}
      {query.get("done") === "reset" && <Banner tone="success">{t("reset.done")}</Banner>}
      <SignInForm
        onDone={(result) => void navigate(result === "signed_in" ? next : withNext("/two-factor", search))}
        aside={
          <Link to="/forgot" className="link text-meta">
            {t("signIn.forgot")}
          </Link>
        }
      />
      {state.providers.length > 0 && (
        <div className="flex flex-col gap-3">
          <div className="flex items-center gap-3 text-meta text-text-3 before:h-px before:flex-1 before:bg-hairline after:h-px after:flex-1 after:bg-hairline">
            {t("signIn.or")}
          </div>
          <Elsewhere providers={state.providers} next={next} />
        </div>
      )}
    </AuthLayout>
  );
}

/** `/two-factor` */
export function TwoFactorPage() {
  const { t } = useTranslation("auth");
  const { search } = useLocation();
  const navigate = useNavigate();
  return (
    <AuthLayout title={t("twoFactor.title")}>
      <TwoFactorForm onDone={() => void navigate(nextOf(search), { replace: true })} />
      <Link to={withNext("/sign-in", search)} className="link text-center">
        {t("twoFactor.back")}
      </Link>
    </AuthLayout>
  );
}
