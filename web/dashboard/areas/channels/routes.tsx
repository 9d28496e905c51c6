import { Route, Routes } from "react-router";
import { Guarded, NotFoundPage } from "../../app/pages.js";
import { ChannelPage } from "./ChannelPage.js";
import { ListPage } from "./ListPage.js";
import { PickPage } from "./wizard/PickPage.js";
import { WizardPage } from "./wizard/WizardPage.js";

/** Everything below `/w/:workspaceId/channels`. */
export function ChannelsRoutes() {
  return (
    <Guarded needs="channels:manage">
      <Routes>
        <Route index element={<ListPage />} />
        <Route path="new" element={<PickPage />} />
        <Route path=":channelId" element={<ChannelPage />} />
        <Route path=":channelId/connect/:step?" element={<WizardPage />} />
        <Route path=":channelId/:tab" element={<ChannelPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </Guarded>
  );
}
