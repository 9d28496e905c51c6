import { Navigate, Route, Routes } from "react-router";
import { NotFoundPage } from "../../app/pages.js";
import { InboxPage } from "./InboxPage.js";

/** Everything below `/w/:workspaceId/inbox`: the view, and the open conversation in it. */
export function InboxRoutes() {
  return (
    <Routes>
      <Route index element={<Navigate to="all" replace />} />
      <Route path=":view/:conversationId?" element={<InboxPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
