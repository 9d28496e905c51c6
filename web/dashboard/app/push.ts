import type { PushDto, PushSubscriptionRequest } from "../../../src/wire/notifications.js";
import { call } from "../api/client.js";
import { isPushed, setPushed } from "./pushed.js";

/** How this browser can be told while no page is open, and whether it is. */
export type PushState = "on" | "off" | "denied" | "unsupported";

/** Who turned it on in this browser: whoever signs in after them is not told by it unasked. */
const keeper = "switchboard.push";

const supported = () => "Notification" in window;
const reachable = () => supported() && "serviceWorker" in navigator && "PushManager" in window;

async function subscriptionHere(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

const base64url = (bytes: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** True when the subscription was made for another key than the installation's: nothing sent to it would be taken. */
const isForeign = ({ options }: PushSubscription, key: string) =>
  options.applicationServerKey !== null && base64url(options.applicationServerKey) !== key;

async function tellServer(subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const body: PushSubscriptionRequest = {
    endpoint: endpoint ?? subscription.endpoint,
    keys: { p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" },
  };
  await call("/me/push", { method: "POST", body });
}

/** How it stands now. */
export async function pushState(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  if (Notification.permission !== "granted" || !reachable()) return "off";
  const [{ on }, subscription] = await Promise.all([call<PushDto>("/me/push"), subscriptionHere()]);
  setPushed(on && subscription !== null);
  return isPushed() ? "on" : "off";
}

/** Asks for permission and has this browser told from now on. Rejects when its push service cannot be reached. */
export async function turnPushOn(userId: string): Promise<PushState> {
  if (!supported()) return "unsupported";
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "off";
  if (!reachable()) throw new DOMException("This browser has no push service.", "NotSupportedError");
  const { public_key: key } = await call<PushDto>("/me/push");
  const registration = await navigator.serviceWorker.ready;
  const before = await registration.pushManager.getSubscription();
  if (before && isForeign(before, key)) await before.unsubscribe();
  await tellServer(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  localStorage.setItem(keeper, userId);
  setPushed(true);
  return "on";
}

/** Has this browser told no more. */
export async function turnPushOff(): Promise<PushState> {
  await call("/me/push", { method: "DELETE" });
  localStorage.removeItem(keeper);
  setPushed(false);
  await (await subscriptionHere())?.unsubscribe();
  return "off";
}

/** Somebody who had it on is back, with a new session perhaps, or the browser has another address now. */
export async function keepPush(userId: string): Promise<void> {
  setPushed(false);
  if (!reachable() || Notification.permission !== "granted" || localStorage.getItem(keeper) !== userId) return;
  const subscription = await subscriptionHere();
  if (!subscription) return;
  const { public_key: key } = await call<PushDto>("/me/push");
  if (isForeign(subscription, key)) {
    await turnPushOn(userId);
    return;
  }
  await tellServer(subscription);
  setPushed(true);
}
