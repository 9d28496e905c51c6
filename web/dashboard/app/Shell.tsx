import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useNavigate, useParams } from "react-router";
import { queryClient } from "../api/queryClient.js";
import { allows, useMe, useMyWorkspace, type MyWorkspace } from "../api/session.js";
import { PageSpinner } from "../components/ui/Spinner.js";
import { Banner } from "../components/ui/states.js";
import { useActions } from "../keyboard/actions.js";
import { KeyboardWindows } from "../keyboard/Windows.js";
import { connect, disconnect, onResync, useConnection } from "../realtime/connection.js";
import { InboxBackground } from "../areas/inbox/Background.js";
import { useBrand } from "./brand.js";
import { BottomBar, Rail } from "./Navigation.js";
import { places } from "./places.js";
import { usePreferencesOfAccount } from "./myPreferences.js";
import { LeftWorkspacePage, NotFoundPage, rememberWorkspace } from "./pages.js";
import { usePhone } from "./preferences.js";
import { RoleChanges, SessionWatch } from "./SessionWatch.js";

const TwoFactorGate = lazy(async () => ({
  default: (await import("../areas/settings/TwoFactorGate.js")).TwoFactorGate,
}));

/** Says so when events do not arrive; a blink of the network stays unmentioned. */
function ConnectionBanner() {
  const { t } = useTranslation("common");
  const state = useConnection();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(state !== "online"), state === "online" ? 0 : 2_500);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div aria-live="polite">
      {shown && (
        <Banner tone="warning">{state === "offline" ? t("connection.offline") : t("connection.connecting")}</Banner>
      )}
    </div>
  );
}

function Workspace({ workspace }: { workspace: MyWorkspace }) {
  const { t } = useTranslation("common");
  const navigate = useNavigate();
  const phone = usePhone();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const me = useMe();
  const { pathname } = useLocation();
  // The workspace asks for a second factor: only one's own settings are left until there is one.
  const locked =
    workspace.two_factor_required &&
    !me.two_factor &&
    !/\/settings\/(profile|security|appearance|keyboard)$/.test(pathname);
  useBrand(workspace.brand_color);
  usePreferencesOfAccount();
  useEffect(() => {
    rememberWorkspace(workspace.id);
    connect(workspace.id);
    return disconnect;
  }, [workspace.id]);
  useEffect(() => onResync(() => void queryClient.invalidateQueries()), []);
  const seen = places.filter(({ needs }) => needs === undefined || allows(workspace.permissions, needs));
  useActions([
    {
      id: "palette",
      label: "common:palette.title",
      group: "common:shortcuts.general",
      keys: ["Mod+KeyK"],
      inText: true,
      hidden: true,
      run: () => setPalette(true),
    },
    {
      id: "shortcuts",
      label: "common:shortcuts.title",
      group: "common:shortcuts.general",
      keys: ["?"],
      run: () => setSheet(true),
    },
    ...seen.map((place) => ({
      id: `go.${place.path}`,
      label: place.label,
      group: "common:shortcuts.go",
      keys: place.keys,
      run: () => void navigate(`/w/${workspace.id}/${place.path}`),
    })),
  ]);
  const main = (
    <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
      <ConnectionBanner />
      <RoleChanges workspace={workspace} />
      <div className="min-h-0 flex-1">
        <Suspense fallback={<PageSpinner />}>{locked ? <TwoFactorGate workspace={workspace} /> : <Outlet />}</Suspense>
      </div>
    </main>
  );
  return (
    <div className={phone ? "flex h-dvh flex-col" : "flex h-dvh"}>
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-brand px-3 py-2 text-on-brand focus:not-sr-only focus:fixed focus:start-2 focus:top-2"
      >
        {t("label.skip")}
      </a>
      {!phone && <Rail workspace={workspace} places={seen} onShortcuts={() => setSheet(true)} />}
      {main}
      {phone && <BottomBar workspace={workspace} places={seen} onShortcuts={() => setSheet(true)} />}
      <SessionWatch
        onBack={() => {
          disconnect();
          connect(workspace.id);
        }}
      />
      {allows(workspace.permissions, "conversations:read") && <InboxBackground />}
      <KeyboardWindows
        workspaceId={workspace.id}
        contacts={allows(workspace.permissions, "contacts:read")}
        palette={palette}
        sheet={sheet}
        onPalette={setPalette}
        onSheet={setSheet}
      />
    </div>
  );
}

/** What surrounds the pages of a workspace. One that is not mine looks like one that does not exist. */
export function Shell() {
  const { workspaceId } = useParams();
  useMe();
  const workspace = useMyWorkspace();
  const last = useRef<MyWorkspace>(undefined);
  useEffect(() => {
    if (workspace) last.current = workspace;
  });
  if (workspace) return <Workspace key={workspaceId} workspace={workspace} />;
  return last.current?.id === workspaceId ? <LeftWorkspacePage name={last.current?.name ?? ""} /> : <NotFoundPage />;
}
