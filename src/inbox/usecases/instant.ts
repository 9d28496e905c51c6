import type { AcceptedEvent } from "./recordInbound.js";

/**
 * When something happened: the provider's time, unless it says none or nonsense; then the time of acceptance, so that what
 * lay in the queue keeps its place. A clock that runs ahead by more than a day would pin the chat to the top.
 */
export function instantOf({ event, accepted }: Pick<AcceptedEvent, "event" | "accepted">, now: Date): Date {
  const time = Date.parse(event.at);
  const nonsense = Number.isNaN(time) || time < 0 || time > now.getTime() + 86_400_000;
  return event.timeUnknown || nonsense ? (accepted?.at ?? now) : new Date(time);
}
