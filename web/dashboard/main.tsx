import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { keepUpdated } from "./app/update.js";
import { router } from "./app/router.js";
import { Frame } from "./app/Frame.js";
import { queryClient } from "./api/queryClient.js";
import { startI18n } from "./i18n/index.js";
import { listenToKeys } from "./keyboard/actions.js";
import "./styles/main.css";

await startI18n();
listenToKeys();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Frame>
        <RouterProvider router={router} />
      </Frame>
    </QueryClientProvider>
  </StrictMode>,
);
keepUpdated();
// Somebody chose a notification: the worker says where it leads to.
navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<{ open?: unknown } | null>) => {
  if (typeof data?.open === "string" && data.open.startsWith("/")) void router.navigate(data.open);
});
