import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { useCan } from "../../api/session.js";
import { NoPermissionPage, NotFoundPage } from "../../app/pages.js";
import { ContactDrawer } from "./ContactDrawer.js";
import { ContactsPage } from "./ContactsPage.js";

const ImportDialog = lazy(async () => ({ default: (await import("./importing/ImportDialog.js")).ImportDialog }));

/** Everything below `/w/:workspaceId/contacts`. */
export function ContactsRoutes() {
  const can = useCan();
  if (!can("contacts:read")) return <NoPermissionPage needs="contacts:read" />;
  return (
    <Routes>
      <Route element={<ContactsPage />}>
        <Route index element={null} />
        <Route
          path="import"
          element={
            can("contacts:write") ? (
              <Suspense>
                <ImportDialog />
              </Suspense>
            ) : (
              <NoPermissionPage needs="contacts:write" />
            )
          }
        />
        <Route path=":contactId" element={<ContactDrawer />} />
      </Route>
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
