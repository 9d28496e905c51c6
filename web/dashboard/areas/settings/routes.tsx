import type { ComponentType } from "react";
import { Navigate, Route, Routes } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { Guarded, NotFoundPage } from "../../app/pages.js";
import { usePhone } from "../../app/preferences.js";
import { AppearancePage } from "./Appearance.js";
import { AuditPage } from "./Audit.js";
import { CannedPage } from "./Canned.js";
import { KeyboardPage } from "./Keyboard.js";
import { LabelsPage } from "./Labels.js";
import { MacrosPage } from "./Macros.js";
import { MembersPage } from "./Members.js";
import { NotificationsPage } from "./Notifications.js";
import { ProfilePage } from "./Profile.js";
import { RolesPage } from "./Roles.js";
import { SecurityPage } from "./Security.js";
import { sections } from "./sections.js";
import { SettingsLayout } from "./SettingsLayout.js";
import { TeamsPage } from "./Teams.js";
import { ViewsPage } from "./Views.js";
import { WorkspacePage } from "./Workspace.js";

const pages: Record<string, ComponentType> = {
  profile: ProfilePage,
  security: SecurityPage,
  appearance: AppearancePage,
  keyboard: KeyboardPage,
  notifications: NotificationsPage,
  workspace: WorkspacePage,
  members: MembersPage,
  roles: RolesPage,
  teams: TeamsPage,
  labels: LabelsPage,
  canned: CannedPage,
  macros: MacrosPage,
  views: ViewsPage,
  audit: AuditPage,
};

function Start() {
  const { id } = useWorkspace();
  return usePhone() ? null : <Navigate to={`/w/${id}/settings/profile`} replace />;
}

/** Everything below `/w/:workspaceId/settings`. */
export function SettingsRoutes() {
  return (
    <Routes>
      <Route element={<SettingsLayout />}>
        <Route index element={<Start />} />
        {sections.map(({ path, needs }) => {
          const Page = pages[path]!;
          return (
            <Route
              key={path}
              path={path}
              element={
                <Guarded key={path} needs={needs}>
                  <Page />
                </Guarded>
              }
            />
          );
        })}
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
