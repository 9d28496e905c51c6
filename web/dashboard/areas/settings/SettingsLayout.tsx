import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useLocation } from "react-router";
import { useCan, useWorkspace } from "../../api/session.js";
import { usePhone } from "../../app/preferences.js";
import { useTitle } from "../../app/title.js";
import { cx } from "../../components/ui/cx.js";
import { Input } from "../../components/ui/Input.js";
import { sections, type Section } from "./sections.js";

const groups: readonly Section["group"][] = ["mine", "workspace", "inbox", "records"];

function SectionList() {
  const { t } = useTranslation("settings");
  const { id } = useWorkspace();
  const can = useCan();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const seen = sections.filter(
    ({ path, needs }) =>
      (needs === undefined || can(needs)) &&
      `${t(`section.${path}`)} ${t(`words.${path}`)}`.toLocaleLowerCase().includes(wanted),
  );
  return (
    <nav aria-label={t("title")} className="flex flex-col gap-4">
      <Input
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {seen.length === 0 && (
        <p role="status" className="px-2 text-text-3">
          {t("common:state.noMatches")}
        </p>
      )}
      {groups.map((group) => {
        const mine = seen.filter((section) => section.group === group);
        if (mine.length === 0) return null;
        return (
          <div key={group}>
            <h2 className="px-2 pb-1 text-meta font-medium text-text-3">{t(`group.${group}`)}</h2>
            <ul>
              {mine.map(({ path, icon: Icon }) => (
                <li key={path}>
                  <NavLink
                    to={`/w/${id}/settings/${path}`}
                    className={({ isActive }) =>
                      cx(
                        "flex min-h-9 items-center gap-2.5 rounded-control px-2 max-md:min-h-11",
                        isActive
                          ? "bg-brand-soft font-medium text-brand"
                          : "text-text-2 hover:bg-surface-2 hover:text-text",
                      )
                    }
                  >
                    <Icon className="size-4 shrink-0" strokeWidth={1.75} aria-hidden="true" />
                    {t(`section.${path}`)}
                  </NavLink>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

/** The settings: their list, and the page that was chosen. On a phone one after the other. */
export function SettingsLayout() {
  const { t } = useTranslation("settings");
  const { id } = useWorkspace();
  const phone = usePhone();
  const { pathname } = useLocation();
  const atList = pathname.replace(/\/$/, "") === `/w/${id}/settings`;
  if (phone && atList) return <PhoneList />;
  return (
    <div className="flex h-full">
      {!phone && (
        <aside className="flex w-60 shrink-0 flex-col overflow-y-auto border-e bg-surface-1 px-3 py-5">
          <div className="px-2 pb-3 text-section font-semibold">{t("title")}</div>
          <SectionList />
        </aside>
      )}
      <div className="min-w-0 flex-1 overflow-y-auto">
        <Outlet />
      </div>
    </div>
  );
}

function PhoneList() {
  const { t } = useTranslation("settings");
  useTitle(t("title"));
  return (
    <div className="h-full overflow-y-auto px-4 py-5">
      <h1 className="pb-4 text-title font-semibold">{t("title")}</h1>
      <SectionList />
    </div>
  );
}
