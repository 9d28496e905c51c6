import i18n from "i18next";
import { toast } from "../components/ui/toast.js";

/** Installs the service worker, and offers a reload when a newer version is there. */
export function keepUpdated(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const offer = (worker: ServiceWorker | null) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    toast.ask(i18n.t("common:update.ready"), {
      label: i18n.t("common:update.reload"),
      onClick: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        worker.postMessage("activate");
      },
    });
  };
  navigator.serviceWorker.register("/sw.js").then(
    (registration) => {
      offer(registration.waiting);
      registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
      });
      setInterval(() => void registration.update().catch(() => undefined), 30 * 60_000);
    },
    () => undefined,
  );
}
