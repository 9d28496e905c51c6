import { useTranslation } from "react-i18next";
import { NavLink, Navigate, Route, Routes } from "react-router";
import { NoPermissionPage, NotFoundPage } from "../../app/pages.js";
import { useTitle } from "../../app/title.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { cx } from "../../components/ui/cx.js";
import { Page, PageHeader } from "../../components/ui/layout.js";
import { BinsPage } from "./bins/BinsPage.js";
import { CataloguePage } from "./CataloguePage.js";
import { KeysPage } from "./keys/KeysPage.js";
import { VerifyPage } from "./VerifyPage.js";
import { EndpointPage } from "./webhooks/EndpointPage.js";
import { EndpointsPage } from "./webhooks/EndpointsPage.js";

const pages = ["keys", "webhooks", "bins", "events", "verify"] as const;

function Developers() {
  const { t } = useTranslation("developers");
  useTitle(t("title"));
  const can = useCan();
  const { id } = useWorkspace();
  const shown = pages.filter((page) => (page === "keys" ? can("workspace:manage") : can("webhooks:manage")));
  if (shown.length === 0) return <NoPermissionPage />;
  return (
    <Page wide>
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        actions={
          <a href="/docs" target="_blank" rel="noopener" className="link font-medium">
            {t("docs")}
          </a>
        }
      />
      <nav aria-label={t("title")} className="mb-5 flex gap-1 overflow-x-auto border-b">
        {shown.map((page) => (
          <NavLink
            key={page}
            to={`/w/${id}/developers/${page}`}
            className={({ isActive }) =>
              cx(
                "-mb-px border-b-2 px-3 py-2 font-medium whitespace-nowrap focus-visible:-outline-offset-2",
                isActive ? "border-brand text-text" : "border-transparent text-text-2 hover:text-text",
              )
            }
          >
            {t(`page.${page}`)}
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route index element={<Navigate to={shown[0]!} replace />} />
        <Route path="keys" element={can("workspace:manage") ? <KeysPage /> : <NoPermissionPage />} />
        <Route path="webhooks" element={<EndpointsPage />} />
        <Route path="webhooks/:endpointId" element={<EndpointPage />} />
        <Route path="bins" element={<BinsPage />} />
        <Route path="events" element={<CataloguePage />} />
        <Route path="verify" element={<VerifyPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </Page>
  );
}

/** Everything below `/w/:workspaceId/developers`. */
export const DevelopersRoutes = Developers;
