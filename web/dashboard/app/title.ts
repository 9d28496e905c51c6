import { useEffect, useSyncExternalStore } from "react";

let page = "";
let count = 0;
const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
const plain = icon?.href;

async function drawIcon(): Promise<void> {
  if (!icon || plain === undefined) return;
  const wanted = count;
  if (wanted === 0) {
    icon.href = plain;
    return;
  }
  const image = new Image();
  image.src = plain;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const context = canvas.getContext("2d");
  if (!context || wanted !== count) return;
  context.drawImage(image, 0, 0, 64, 64);
  context.beginPath();
  context.arc(47, 17, 17, 0, 2 * Math.PI);
  context.fillStyle = "#b42318";
  context.fill();
  context.fillStyle = "#ffffff";
  context.font = `600 ${wanted > 9 ? 20 : 26}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(wanted > 99 ? "99" : String(wanted), 47, 18.5);
  icon.href = canvas.toDataURL("image/png");
}

const showTitle = () => {
  document.title = `${count > 0 ? `(${count > 99 ? "99+" : count}) ` : ""}${page ? `${page} · ` : ""}Switchboard`;
};

/** Names the page in the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    page = title;
    showTitle();
  }, [title]);
}

const badgeListeners = new Set<() => void>();

/** Shows how much is unread in the tab's title, its icon and on the installed app. */
export function useBadge(unread: number): void {
  useEffect(() => {
    count = unread;
    showTitle();
    void drawIcon().catch(() => undefined);
    const app = navigator as { setAppBadge?: (count: number) => Promise<void> };
    void app.setAppBadge?.(unread).catch(() => undefined);
    for (const listener of badgeListeners) listener();
  }, [unread]);
}

/** What useBadge was told last. */
export const useBadgeCount = (): number =>
  useSyncExternalStore(
    (listener) => {
      badgeListeners.add(listener);
      return () => void badgeListeners.delete(listener);
    },
    () => count,
  );
