import type { Message } from "../../inbox/index.js";
import type { TraceEntryDto } from "../../wire/inbox.js";

/** What an integrator was told of a message. */
export interface TracedDelivery {
  endpointId: string;
  eventType: string;
  createdAt: Date;
  attempts: readonly { n: number; at: Date; status: number | null; error: string | null }[];
}

type Entry = Omit<TraceEntryDto, "at"> & { at: Date };

/** The way of a message in order of time: facts only, never what it says. */
export function traceOf(message: Message, deliveries: readonly TracedDelivery[]): TraceEntryDto[] {
  const entry = (at: Date, step: Entry["step"], detail: string | null = null, ok = true): Entry => ({
    at,
    step,
    ok,
    detail,
  });
  const told = (
    one: TracedDelivery,
    at: Date,
    detail: string,
    ok: boolean,
    n: number | null,
    status: number | null,
  ) => ({
    ...entry(at, "webhook", `${one.eventType} to ${one.endpointId}${detail}`, ok),
    webhook: { endpoint_id: one.endpointId, event_type: one.eventType, attempt: n, status },
  });
  const came = message.direction === "in" || message.author.kind === "business";
  const entries: Entry[] = [
    ...(came ? arrival(message, entry) : departure(message, entry)),
    ...message.revisions.slice(1).map((revision) => entry(revision.at, "edited")),
    ...(message.editedAt ? [entry(message.editedAt, "edited")] : []),
    ...(message.removedAt ? [entry(message.removedAt, "removed")] : []),
    ...deliveries.flatMap((one) =>
      one.attempts.length === 0
        ? [told(one, one.createdAt, ": waits", true, null, null)]
        : one.attempts.map(({ n, at, status, error }) => {
            const ok = status !== null && status >= 200 && status < 300;
            return told(one, at, `, try ${n}: ${status ?? error ?? "no answer"}`, ok, n, status);
          }),
    ),
  ];
  // Stations of the same instant keep the order in which they follow from each other.
  return entries
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest }));
}

type Maker = (at: Date, step: Entry["step"], detail?: string | null, ok?: boolean) => Entry;

const arrival = (message: Message, entry: Maker): Entry[] => [
  entry(message.at, "provider"),
  ...(message.accepted ? [entry(message.accepted.at, "accepted")] : []),
  entry(message.createdAt, "recorded"),
];

/** Providers count whole seconds: what cannot have been before another station, and is so by less than one, is put to it. */
function notBefore(at: Date | undefined, earlier: Date | undefined): Date | undefined {
  if (!at || !earlier) return at;
  const ahead = earlier.getTime() - at.getTime();
  return ahead > 0 && ahead < 1_000 ? earlier : at;
}

function departure(message: Message, entry: Maker): Entry[] {
  const { scheduledAt, attempts, receipts, failure, status, createdAt, at } = message;
  if (message.direction === "note") return [entry(createdAt, "recorded")];
  const last = attempts.at(-1);
  const delivered = notBefore(receipts.delivered ?? undefined, receipts.sent ?? undefined);
  const read = notBefore(receipts.read ?? undefined, delivered ?? receipts.sent ?? undefined);
  const waiting = status === "scheduled" || (scheduledAt !== null && !last && ["cancelled", "failed"].includes(status));
  return [
    ...(scheduledAt ? [entry(createdAt, "scheduled", `for ${scheduledAt.toISOString()}`)] : []),
    ...(waiting ? [] : [entry(scheduledAt ? (last ? scheduledAt : at) : createdAt, "queued")]),
    ...attempts.map((attempt) => {
      const why = [attempt.reason, attempt.providerCode].filter((one) => one !== null).join(" ");
      return entry(
        attempt.at,
        "attempt",
        `${attempt.n}: ${attempt.outcome}${why ? ` (${why})` : ""}`,
        attempt.outcome === "sent",
      );
    }),
    ...(receipts.sent ? [entry(receipts.sent, "sent")] : []),
    ...(delivered ? [entry(delivered, "delivered")] : []),
    ...(read ? [entry(read, "read")] : []),
    ...(failure ? [entry(last?.at ?? at, "failed", failure.reason, false)] : []),
    ...(status === "cancelled" ? [entry(last?.at ?? at, "cancelled")] : []),
  ];
}
