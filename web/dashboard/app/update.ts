import i18n from "i18next";
import { toast } from "../components/ui/toast.js";

/** Tells a new worker of the assets this page fetched before it was there, so that they are kept as those it sees are. */
async function tellOfAssets(): Promise<void> {
  if (navigator.serviceWorker.controller) return;
  const { active } = await navigator.serviceWorker.ready;
  new PerformanceObserver((list) => {
    const keep = list
      .getEntries()
      .map(({ name }) => new URL(name))
      .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"))
      .map(({ pathname }) => pathname);
    if (keep.length > 0) active?.postMessage({ keep });
  }).observe({ type: "resource", buffered: true });
}

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
  void tellOfAssets();
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
