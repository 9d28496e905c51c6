import type { z } from "zod";
import type { preferencesDto } from "../../../../../src/wire/identity.js";
import type { RealtimeEvent } from "../../../realtime/connection.js";

export type NotifyPreferences = Pick<
  z.infer<typeof preferencesDto>,
  "notifications" | "sound" | "sound_only_inactive" | "quiet_hours"
>;
export type NotifyKind = "created" | "assigned" | "mention" | "message_assigned" | "message_participating";

const usual: Record<NotifyKind, { app: boolean; sound: boolean; push: boolean }> = {
  created: { app: false, sound: true, push: false },
  assigned: { app: true, sound: true, push: true },
  mention: { app: true, sound: true, push: true },
  message_assigned: { app: true, sound: true, push: true },
  message_participating: { app: true, sound: true, push: false },
};

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
  const wanted = preferences.notifications[kind] ?? usual[kind];
  const close = kind === "assigned" || kind === "mention" || kind === "message_assigned";
  const audible = preferences.sound === "all" || (preferences.sound === "assigned" && close);
  return {
    app: wanted.app,
    sound: wanted.sound && audible && !quiet && !(preferences.sound_only_inactive && active),
    push: wanted.push && !quiet && !active,
  };
}
