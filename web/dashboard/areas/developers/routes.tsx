import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes } from "react-router";
import { NoPermissionPage, NotFoundPage } from "../../app/pages.js";
import { useTitle } from "../../app/title.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { SectionPage } from "../../components/ui/SectionPage.js";
import { BinsPage } from "./bins/BinsPage.js";
import { CataloguePage } from "./CataloguePage.js";
import { KeysPage } from "./keys/KeysPage.js";
import { VerifyPage } from "./VerifyPage.js";
import { EndpointPage } from "./webhooks/EndpointPage.js";
import { EndpointsPage } from "./webhooks/EndpointsPage.js";

const pages = ["keys", "webhooks", "bins", "events", "verify"] as const;

const permissionOf = (page: (typeof pages)[number]) => (page === "keys" ? "workspace:manage" : "webhooks:manage");

function Developers() {
  const { t } = useTranslation("developers");
  useTitle(t("title"));
  const can = useCan();
  const { id } = useWorkspace();
  const [opened] = useState(() => pages.filter((page) => can(permissionOf(page))));
  const shown = pages.filter((page) => opened.includes(page) || can(permissionOf(page)));
  if (shown.length === 0) return <NoPermissionPage needs="webhooks:manage" />;
  return (
    <SectionPage
      title={t("title")}
      lead={t("lead")}
      actions={
        <a href="/docs" target="_blank" rel="noopener" className="link font-medium">
          {t("docs")}
        </a>
      }
      tabs={shown.map((page) => ({ to: `/w/${id}/developers/${page}`, label: t(`page.${page}`) }))}
    >
      <Routes>
        <Route index element={<Navigate to={shown[0]!} replace />} />
        <Route
          path="keys"
          element={shown.includes("keys") ? <KeysPage /> : <NoPermissionPage needs={permissionOf("keys")} />}
        />
        <Route path="webhooks" element={<EndpointsPage />} />
        <Route path="webhooks/:endpointId" element={<EndpointPage />} />
        <Route path="bins" element={<BinsPage />} />
        <Route path="events" element={<CataloguePage />} />
        <Route path="verify" element={<VerifyPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </SectionPage>
  );
}

/** Everything below `/w/:workspaceId/developers`. */
export const DevelopersRoutes = Developers;
