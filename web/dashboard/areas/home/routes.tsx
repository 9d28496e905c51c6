import { Route, Routes } from "react-router";
import { NotFoundPage } from "../../app/pages.js";
import { HomePage } from "./HomePage.js";

/** Everything below `/w/:workspaceId/home`. */
export function HomeRoutes() {
  return (
    <Routes>
      <Route index element={<HomePage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
