import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes } from "react-router";
import { Guarded, NotFoundPage } from "../../app/pages.js";
import { useTitle } from "../../app/title.js";
import { useWorkspace } from "../../api/session.js";
import { SectionPage } from "../../components/ui/SectionPage.js";
import { DeadLettersPage } from "./DeadLettersPage.js";
import { HealthPage } from "./HealthPage.js";
import { QuarantinePage } from "./QuarantinePage.js";
import { SettingsPage } from "./SettingsPage.js";
import { useHealth } from "./queries.js";

const pages = ["health", "quarantine", "dead", "settings"] as const;

/** Everything below `/w/:workspaceId/operations`. */
export function OperationsRoutes() {
  return (
    <Guarded needs="operations">
      <Operations />
    </Guarded>
  );
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
    <SectionPage
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
      tabs={pages.map((page) => ({ to: `/w/${id}/operations/${page}`, label: t(`page.${page}`), count: counts[page] }))}
    >
      <Routes>
        <Route index element={<Navigate to="health" replace />} />
        <Route path="health" element={<HealthPage />} />
        <Route path="quarantine" element={<QuarantinePage />} />
        <Route path="dead" element={<DeadLettersPage />} />
        <Route path="settings" element={<SettingsPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </SectionPage>
  );
}
