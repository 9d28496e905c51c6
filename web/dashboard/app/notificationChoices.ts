import type { MyPreferences } from "./myPreferences.js";

/** What somebody can be told of. */
export const notificationEvents = [
  "created",
  "assigned",
  "mention",
  "message_assigned",
  "message_participating",
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];
/** In the page, by a sound, by the browser, by e-mail. */
export type NotificationWay = "app" | "sound" | "push" | "email";

/** How somebody is told of an event: their choice, else everything but mail; of new conversations only in the page. */
export const notifyOf = (
  mine: Pick<MyPreferences, "notifications">,
  event: NotificationEvent,
): Record<NotificationWay, boolean> =>
  mine.notifications[event] ?? { app: true, sound: event !== "created", push: event !== "created", email: false };
