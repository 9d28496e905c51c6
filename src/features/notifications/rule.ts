import type { SequencedEvent } from "../../core/ports.js";
import type { Concern } from "../../inbox/index.js";
import { notificationEvents, type NotificationEvent } from "../../wire/identity.js";

/** How a member is told outside of the page. */
export type Way = "mail" | "push";

/** Who is to be told of an event, and of what; `memberId` null: everybody it is not told to otherwise. */
export interface Told {
  memberId: string | null;
  kind: NotificationEvent;
}

/** Later than this nobody is told of what was written: it is history that was loaded, or demo data. */
const historyMs = 10 * 60_000;

/** Of several meanings the nearest counts. */
const nearest: readonly NotificationEvent[] = [
  "mention",
  "assigned",
  "message_assigned",
  "message_participating",
  "created",
];

/** The nearest of several kinds. */
export const nearestOf = (kinds: readonly NotificationEvent[]): NotificationEvent | undefined =>
  nearest.find((kind) => kinds.includes(kind));

const mentionsOf = ({ data }: SequencedEvent): string[] =>
  Array.isArray(data.mentions) ? data.mentions.filter((one): one is string => typeof one === "string") : [];

/** Whether anybody could be concerned: what need not be looked at any further is most of a log. */
export const isWorth = (event: SequencedEvent): boolean =>
  event.type === "message.received" ||
  event.type === "conversation.assigned" ||
  event.type === "conversation.created" ||
  mentionsOf(event).length > 0;

/** What was written long before it came here concerns nobody now. */
export function isHistory(event: SequencedEvent, writtenAt: Date | null | undefined): boolean {
  if (event.type === "conversation.assigned" || !writtenAt) return false;
  return event.at.getTime() - writtenAt.getTime() > historyMs;
}

/** Whom an event concerns, as pages decide it for their member. */
export function toldOf(event: SequencedEvent, row: Concern | undefined): Told[] {
  const { type, data } = event;
  const mentioned = mentionsOf(event).filter((id) => id !== data.by_id);
  const told: Told[] = mentioned.map((memberId) => ({ memberId, kind: "mention" }));
  const others = (ids: readonly string[], kind: NotificationEvent) =>
    told.push(
      ...ids
        .filter((id) => !told.some(({ memberId }) => memberId === id))
        .map((memberId): Told => ({ memberId, kind })),
    );
  if (type === "conversation.assigned") {
    const { assignee_id: assignee } = data;
    if (typeof assignee === "string" && assignee !== data.by_id) others([assignee], "assigned");
  }
  if (type === "message.received" && row) {
    if (row.assigneeId !== null) others([row.assigneeId], "message_assigned");
    others(row.participants, "message_participating");
  }
  if (type === "conversation.created") told.push({ memberId: null, kind: "created" });
  return told;
}

type Choice = Record<"app" | "sound" | "push" | "email", boolean>;

/** Whether a choice of preferences wants a kind told in a way. What was never chosen is what pages take it for. */
export function wants(
  notifications: Partial<Record<NotificationEvent, Choice>>,
  kind: NotificationEvent,
  way: Way,
): boolean {
  const chosen = notifications[kind] ?? { push: kind !== "created", email: false };
  return way === "mail" ? chosen.email : chosen.push;
}

/** Whether anything at all is wanted in a way. */
export const wantsAny = (notifications: Partial<Record<NotificationEvent, Choice>>, way: Way): boolean =>
  notificationEvents.some((kind) => wants(notifications, kind, way));
