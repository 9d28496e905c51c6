import type { MyPreferences } from "../../../app/myPreferences.js";
import { notifyOf, type NotificationEvent } from "../../../app/notificationChoices.js";
import type { RealtimeEvent } from "../../../realtime/connection.js";

export type NotifyPreferences = Pick<MyPreferences, "notifications" | "sound" | "sound_only_inactive" | "quiet_hours">;
export type NotifyKind = NotificationEvent;

/** What an event means to a member, if anything. Of several meanings the nearest counts. */
export function kindOf(
  event: RealtimeEvent,
  me: string,
  row: { assignee_id: string | null; participants: readonly string[] } | undefined,
): NotifyKind | undefined {
  const { type, data } = event;
  const mentions = Array.isArray(data.mentions) ? data.mentions : [];
  if (mentions.includes(me) && data.by_id !== me) return "mention";
  if (type === "conversation.assigned") return data.assignee_id === me && data.by_id !== me ? "assigned" : undefined;
  if (type === "message.received") {
    if (row?.assignee_id === me) return "message_assigned";
    return row?.participants.includes(me) ? "message_participating" : undefined;
  }
  return type === "conversation.created" ? "created" : undefined;
}

/** Whether the clock stands within quiet hours, which may go over midnight. */
export function isQuiet(hours: { from: string; to: string } | null, now: Date): boolean {
  if (!hours) return false;
  const at = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return hours.from <= hours.to ? at >= hours.from && at < hours.to : at >= hours.from || at < hours.to;
}

/** In which ways it is told. */
export function waysOf(
  kind: NotifyKind,
  preferences: NotifyPreferences,
  { active, quiet }: { active: boolean; quiet: boolean },
): { app: boolean; sound: boolean; push: boolean } {
  const wanted = notifyOf(preferences, kind);
  const close = kind === "assigned" || kind === "mention" || kind === "message_assigned";
  const audible = preferences.sound === "all" || (preferences.sound === "assigned" && close);
  return {
    app: wanted.app,
    sound: wanted.sound && audible && !quiet && !(preferences.sound_only_inactive && active),
    push: wanted.push && !quiet && !active,
  };
}
