import { Ellipsis, Keyboard, LogOut, Plus, UserRound, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation, useNavigate } from "react-router";
import { allows, signOut, useMe, workspacesOf, type MyWorkspace } from "../api/session.js";
import { Avatar, initialsOf } from "../components/ui/Avatar.js";
import { NumberBadge } from "../components/ui/Badge.js";
import { cx } from "../components/ui/cx.js";
import { Menu, type MenuSection } from "../components/ui/Menu.js";
import { toast } from "../components/ui/toast.js";
import { Tooltip } from "../components/ui/Tooltip.js";
import { languages } from "../i18n/index.js";
import { keysOf, useAllActions } from "../keyboard/actions.js";
import { showKeys } from "../keyboard/keys.js";
import { saveMyLanguage } from "./myPreferences.js";
import { NewWorkspace } from "./NewWorkspace.js";
import { phonePlaces, type Place } from "./places.js";
import { preferences, usePreferences } from "./preferences.js";
import { useBadgeCount } from "./title.js";

interface Props {
  workspace: MyWorkspace;
  places: readonly Place[];
  onShortcuts: () => void;
}

function useProfileSections(workspaceId: string, onShortcuts: () => void): MenuSection[] {
  const { t, i18n } = useTranslation("common");
  const navigate = useNavigate();
  const { theme, density } = usePreferences();
  const themes = { system: t("theme.system"), light: t("theme.light"), dark: t("theme.dark") };
  const densities = { comfortable: t("density.comfortable"), compact: t("density.compact") };
  return [
    {
      title: t("theme.title"),
      items: (["system", "light", "dark"] as const).map((one) => ({
        label: themes[one],
        checked: theme === one,
        onSelect: () => preferences.set({ theme: one }),
      })),
    },
    {
      title: t("density.title"),
      items: (["comfortable", "compact"] as const).map((one) => ({
        label: densities[one],
        checked: density === one,
        onSelect: () => preferences.set({ density: one }),
      })),
    },
    {
      title: t("label.language"),
      items: languages.map(({ code, name }) => ({
        label: name,
        checked: i18n.language === code,
        onSelect: () => void saveMyLanguage(code).catch(toast.failed),
      })),
    },
    {
      items: [
        {
          label: t("label.mySettings"),
          icon: <UserRound aria-hidden="true" />,
          onSelect: () => void navigate(`/w/${workspaceId}/settings/profile`),
        },
        { label: t("shortcuts.title"), icon: <Keyboard aria-hidden="true" />, keys: "?", onSelect: onShortcuts },
        {
          label: t("action.signOut"),
          icon: <LogOut aria-hidden="true" />,
          onSelect: () => void signOut().catch(toast.failed),
        },
      ],
    },
  ];
}

function useWorkspaceSections(current: MyWorkspace, onNew: () => void): MenuSection[] {
  const { t } = useTranslation("common");
  const workspaces = workspacesOf(useMe());
  const navigate = useNavigate();
  return [
    {
      title: t("label.workspaces"),
      items: workspaces.map(({ id, name }) => ({
        label: name,
        checked: id === current.id,
        onSelect: () => void navigate(`/w/${id}/inbox`),
      })),
    },
    {
      items: [
        ...(allows(current.permissions, "members:manage")
          ? [
              {
                label: t("label.invite"),
                icon: <UserPlus aria-hidden="true" />,
                onSelect: () => void navigate(`/w/${current.id}/settings/members?invite=1`),
              },
            ]
          : []),
        { label: t("workspace.new"), icon: <Plus aria-hidden="true" />, onSelect: onNew },
      ],
    },
  ];
}

function ProfileHeader() {
  const user = useMe();
  return (
    <div>
      <div className="font-medium">{user.name}</div>
      <div className="text-meta text-text-3">{user.email}</div>
    </div>
  );
}

/** The rail at the start of the page: the workspace, its places, and who is signed in. */
export function Rail({ workspace, places, onShortcuts }: Props) {
  const { t } = useTranslation("common");
  const user = useMe();
  const { pathname } = useLocation();
  const isIn = (path: string) => `${pathname}/`.startsWith(`/w/${workspace.id}/${path}/`);
  const unread = useBadgeCount();
  const actions = useAllActions();
  const profile = useProfileSections(workspace.id, onShortcuts);
  const [making, setMaking] = useState(false);
  const keysFor = (path: string) => {
    const action = actions.find(({ id }) => id === `go.${path}`);
    const keys = action && keysOf(action)[0];
    return keys ? showKeys(keys) : undefined;
  };
  return (
    <nav
      aria-label={t("label.main")}
      className="flex w-14 shrink-0 flex-col items-center gap-1 border-e bg-surface-1 py-2.5"
    >
      <Menu
        side="right"
        sections={useWorkspaceSections(workspace, () => setMaking(true))}
        trigger={
          <button
            type="button"
            className="mb-2 grid size-9 place-items-center rounded-card bg-brand font-semibold text-on-brand"
          >
            {initialsOf(workspace.name)}
            <span className="sr-only">{t("label.workspace", { name: workspace.name })}</span>
          </button>
        }
      />
      {places.map(({ path, label, icon: Icon }) => (
        <Tooltip key={path} label={t(label)} keys={keysFor(path)} side={document.dir === "rtl" ? "left" : "right"}>
          <Link
            to={`/w/${workspace.id}/${path}`}
            aria-current={isIn(path) ? "page" : undefined}
            className={cx(
              "relative grid size-10 place-items-center rounded-card text-text-2 transition-colors hover:bg-surface-2 hover:text-text",
              isIn(path) && "bg-brand-soft text-brand hover:bg-brand-soft hover:text-brand",
              path === "settings" && "mt-auto",
            )}
          >
            <Icon className="size-5" strokeWidth={1.75} aria-hidden="true" />
            <span className="sr-only">{t(label)}</span>
            {path === "inbox" && (
              <span className="absolute -end-0.5 -top-0.5">
                <NumberBadge count={unread} label={t("label.unread")} />
              </span>
            )}
          </Link>
        </Tooltip>
      ))}
      <Menu
        side="right"
        align="end"
        header={<ProfileHeader />}
        sections={profile}
        trigger={
          <button type="button" className="mt-1 rounded-full">
            <Avatar name={user.name} seed={user.id} size={32} />
            <span className="sr-only">{t("label.profile", { name: user.name })}</span>
          </button>
        }
      />
      <NewWorkspace open={making} onOpenChange={setMaking} />
    </nav>
  );
}

const tabLook = "relative flex min-h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] leading-4";

/** The bar at the bottom of a phone. */
export function BottomBar({ workspace, places, onShortcuts }: Props) {
  const { t } = useTranslation("common");
  const navigate = useNavigate();
  const unread = useBadgeCount();
  const [making, setMaking] = useState(false);
  const more = places.filter(({ path }) => !phonePlaces.some((place) => place.path === path));
  const tabs = phonePlaces.filter(({ needs }) => places.some((place) => place.needs === needs));
  const sections = [
    {
      items: more.map(({ path, label, icon: Icon }) => ({
        label: t(label),
        icon: <Icon aria-hidden="true" />,
        onSelect: () => void navigate(`/w/${workspace.id}/${path}`),
      })),
    },
    ...useWorkspaceSections(workspace, () => setMaking(true)),
    ...useProfileSections(workspace.id, onShortcuts),
  ];
  return (
    <nav aria-label={t("label.main")} className="flex border-t bg-surface-1 pb-[env(safe-area-inset-bottom)]">
      {tabs.map(({ path, label, icon: Icon }) => (
        <NavLink
          key={path}
          to={`/w/${workspace.id}/${path}`}
          end={path === "inbox"}
          className={({ isActive }) => cx(tabLook, isActive ? "font-medium text-brand" : "text-text-2")}
        >
          <Icon className="size-5" strokeWidth={1.75} aria-hidden="true" />
          {t(label)}
          {path === "inbox" && (
            <span className="absolute start-1/2 top-1 ms-1.5">
              <NumberBadge count={unread} label={t("label.unread")} />
            </span>
          )}
        </NavLink>
      ))}
      <Menu
        side="top"
        align="end"
        header={<ProfileHeader />}
        sections={sections}
        trigger={
          <button type="button" className={cx(tabLook, "text-text-2")}>
            <Ellipsis className="size-5" strokeWidth={1.75} aria-hidden="true" />
            {t("nav.more")}
          </button>
        }
      />
      <NewWorkspace open={making} onOpenChange={setMaking} />
    </nav>
  );
}
