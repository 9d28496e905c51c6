import { useTranslation } from "react-i18next";
import { NavLink, Navigate, Route, Routes } from "react-router";
import { NoPermissionPage, NotFoundPage } from "../../app/pages.js";
import { useTitle } from "../../app/title.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { NumberBadge } from "../../components/ui/Badge.js";
import { cx } from "../../components/ui/cx.js";
import { Page, PageHeader } from "../../components/ui/layout.js";
import { DeadLettersPage } from "./DeadLettersPage.js";
import { HealthPage } from "./HealthPage.js";
import { QuarantinePage } from "./QuarantinePage.js";
import { SettingsPage } from "./SettingsPage.js";
import { useHealth } from "./queries.js";

const pages = ["health", "quarantine", "dead", "settings"] as const;

/** Everything below `/w/:workspaceId/operations`. */
export function OperationsRoutes() {
  const can = useCan();
  return can("operations") ? <Operations /> : <NoPermissionPage />;
}

function Operations() {
  const { t } = useTranslation("operations");
  useTitle(t("title"));
  const { id } = useWorkspace();
  const { data } = useHealth();
  const counts: Partial<Record<(typeof pages)[number], number>> = data
    ? { quarantine: data.quarantine, dead: data.dead }
    : {};
  return (
    <Page wide>
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        actions={
          // The board is there when it has a token of its own.
          data?.settings.some(({ name, value }) => name === "ADMIN_TOKEN" && value !== null) && (
            <a href="/admin/queues" target="_blank" rel="noopener" className="link font-medium">
              {t("board")}
            </a>
          )
        }
      />
      <nav aria-label={t("title")} className="mb-5 flex gap-1 overflow-x-auto border-b">
        {pages.map((page) => (
          <NavLink
            key={page}
            to={`/w/${id}/operations/${page}`}
            className={({ isActive }) =>
              cx(
                "-mb-px flex items-center gap-2 border-b-2 px-3 py-2 font-medium whitespace-nowrap focus-visible:-outline-offset-2",
                isActive ? "border-brand text-text" : "border-transparent text-text-2 hover:text-text",
              )
            }
          >
            {t(`page.${page}`)}
            <NumberBadge quiet count={counts[page] ?? 0} />
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route index element={<Navigate to="health" replace />} />
        <Route path="health" element={<HealthPage />} />
        <Route path="quarantine" element={<QuarantinePage />} />
        <Route path="dead" element={<DeadLettersPage />} />
        <Route path="settings" element={<SettingsPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </Page>
  );
}
