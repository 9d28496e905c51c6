import { Route, Routes } from "react-router";
import { NoPermissionPage, NotFoundPage } from "../../app/pages.js";
import { useCan } from "../../api/session.js";
import { ChannelPage } from "./ChannelPage.js";
import { ListPage } from "./ListPage.js";
import { PickPage } from "./wizard/PickPage.js";
import { WizardPage } from "./wizard/WizardPage.js";

/** Everything below `/w/:workspaceId/channels`. */
export function ChannelsRoutes() {
  const can = useCan();
  if (!can("channels:manage")) return <NoPermissionPage />;
  return (
    <Routes>
      <Route index element={<ListPage />} />
      <Route path="new" element={<PickPage />} />
      <Route path=":channelId" element={<ChannelPage />} />
      <Route path=":channelId/connect/:step?" element={<WizardPage />} />
      <Route path=":channelId/:tab" element={<ChannelPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
