import { Compass, LockKeyhole } from "lucide-react";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate, useRouteError } from "react-router";
import { signOut, useAuthState, useCan, useMe, workspacesOf } from "../api/session.js";
import { Problem } from "../api/problem.js";
import { Button, buttonLook } from "../components/ui/Button.js";
import { PageSpinner } from "../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../components/ui/states.js";
import { toast } from "../components/ui/toast.js";
import { NewWorkspaceButton } from "./NewWorkspace.js";
import { useTitle } from "./title.js";

/** There is no such page. */
export function NotFoundPage() {
  const { t } = useTranslation("common");
  useTitle(t("notFound.title"));
  return (
    <EmptyState
      icon={Compass}
      title={t("notFound.title")}
      primary={
        <Link to="/" className={buttonLook({ variant: "primary" })}>
          {t("notFound.home")}
        </Link>
      }
    >
      {t("notFound.text")}
    </EmptyState>
  );
}

const WhoMay = lazy(async () => ({ default: (await import("../areas/settings/WhoMay.js")).WhoMay }));

/** The page exists, and is not for this person: says which permission it needs, and who has it. */
export function NoPermissionPage({ needs }: { needs: string }) {
  const { t } = useTranslation("common");
  useTitle(t("noPermission.title"));
  return (
    <EmptyState icon={LockKeyhole} title={t("noPermission.title")}>
      <Suspense>
        <WhoMay permission={needs} />
      </Suspense>
      <p className="mt-3">{t("noPermission.text")}</p>
    </EmptyState>
  );
}

/**
 * A page for those who hold a permission. Who loses it while the page is open keeps what stands on it: the server refuses what
 * they may no longer do, and nothing typed is lost.
 */
export function Guarded({ needs, children }: { needs: string | undefined; children: ReactNode }) {
  const can = useCan();
  const [opened] = useState(needs === undefined || can(needs));
  return needs === undefined || can(needs) || opened ? children : <NoPermissionPage needs={needs} />;
}

/** One was in the workspace a moment ago, and is not any more. */
export function LeftWorkspacePage({ name }: { name: string }) {
  const { t } = useTranslation("common");
  useTitle(t("left.title", { name }));
  return (
    <EmptyState
      icon={LockKeyhole}
      title={t("left.title", { name })}
      primary={
        <Link to="/" className={buttonLook({ variant: "primary" })}>
          {t("notFound.home")}
        </Link>
      }
    >
      {t("left.text")}
    </EmptyState>
  );
}

/** Whatever a page did not catch. */
export function ErrorPage() {
  const error = useRouteError();
  const navigate = useNavigate();
  const signedOut = Problem.from(error).status === 401;
  useEffect(() => {
    if (!signedOut) return;
    const here = location.pathname + location.search;
    void navigate(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`, { replace: true });
  }, [signedOut, navigate]);
  if (signedOut) return <PageSpinner />;
  return <ErrorState error={error} onRetry={() => location.reload()} />;
}

const lastWorkspace = "switchboard.workspace";

/** Remembers where to go next time. */
export function rememberWorkspace(id: string): void {
  try {
    localStorage.setItem(lastWorkspace, id);
  } catch {
    // Then the first workspace it is.
  }
}

/** Signed in, and member of nothing: a way to make something of one's own, and a way out. */
function NoWorkspacePage() {
  const { t } = useTranslation("common");
  const me = useMe();
  useTitle(t("noWorkspace.title"));
  return (
    <EmptyState
      icon={Compass}
      title={t("noWorkspace.title")}
      primary={<NewWorkspaceButton />}
      secondary={<Button onClick={() => void signOut().catch(toast.failed)}>{t("action.signOut")}</Button>}
    >
      {t("noWorkspace.text", { email: me.email })}
    </EmptyState>
  );
}

function MyStart() {
  const workspaces = workspacesOf(useMe());
  const last = localStorage.getItem(lastWorkspace);
  const workspace = workspaces.find(({ id }) => id === last) ?? workspaces[0];
  return workspace ? <Navigate to={`/w/${workspace.id}/inbox`} replace /> : <NoWorkspacePage />;
}

/** `/`: set-up, sign-in or the inbox of the last workspace. */
export function StartPage() {
  const { data, error, refetch } = useAuthState();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSpinner />;
  if (data.setup_needed) return <Navigate to="/setup" replace />;
  return data.signed_in ? <MyStart /> : <Navigate to="/sign-in" replace />;
}
