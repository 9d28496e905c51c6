import type { InboundEvent } from "../../core/events.js";
import { coalesce } from "../../core/coalesce.js";
import { newId } from "../../core/ids.js";
import type { Clock, Keyring } from "../../core/ports.js";
import { inboundPlace } from "../../adapters/intake.js";
import type { Inbox } from "../../inbox/index.js";
import type { InboundQuarantine, InboundRecord } from "../jobs.js";

interface RecordDeps {
  inbox: Inbox;
  keyring: Keyring;
  /** Gives providers the quick answers they wait for; never rejects. */
  acknowledge(accountId: string, events: readonly InboundEvent[]): Promise<void>;
  /** How far apart the stations of an event are, in seconds. */
  observe(stage: "accepted" | "recorded", channel: string, seconds: number): void;
  clock: Clock;
}

/** A stand-in delivers within this what it plays now; what is older belongs to a story it tells. */
const playedLiveMs = 30_000;

const rawOf = (job: InboundRecord) => ({
  id: job.id ?? newId("accepted"),
  workspaceId: job.workspaceId,
  accountId: job.accountId,
  traceId: job.traceId,
  acceptedAt: new Date(job.acceptedAt),
  events: Buffer.from(job.events, "base64"),
});

/** Opens what intake sealed and records it. Concurrent jobs share the inbox's round trips. */
export function inboundRecord({ inbox, keyring, acknowledge, observe, clock }: RecordDeps) {
  const keep = coalesce<ReturnType<typeof rawOf>, undefined>(
    async (raw) => {
      await inbox.rawEvents.keep(raw);
      return raw.map(() => undefined);
    },
    { maxBatch: 200 },
  );
  /** Only what came just now says how fast things are. */
  function measure({ acceptedAt, again, simulated }: InboundRecord, events: readonly InboundEvent[]): void {
    if (again) return;
    const accepted = Date.parse(acceptedAt);
    const now = clock.now().getTime();
    for (const event of events) {
      const onTheWayMs = accepted - Date.parse(event.at);
      if (simulated && onTheWayMs > playedLiveMs) continue;
      if (!event.timeUnknown) observe("accepted", event.channel, onTheWayMs / 1000);
      observe("recorded", event.channel, (now - accepted) / 1000);
    }
  }
  return async (job: InboundRecord) => {
    const { workspaceId, accountId, traceId } = job;
    const raw = rawOf(job);
    const events = JSON.parse(await keyring.open(inboundPlace(workspaceId), raw.events)) as InboundEvent[];
    const accepted = { id: raw.id, at: raw.acceptedAt };
    await Promise.all([
      inbox.recordInbound(events.map((event) => ({ workspaceId, accountId, event, traceId, accepted }))),
      keep(raw),
    ]);
    measure(job, events);
    await acknowledge(accountId, events);
  };
}

/** Keeps what came for an account that is off. It may have been switched on meanwhile: then it is recorded right away. */
export const inboundHold =
  (inbox: Inbox, record: (job: InboundRecord) => Promise<void>) => async (job: InboundRecord) => {
    const account = await inbox.accounts.findById(job.accountId);
    if (account?.enabled) await record(job);
    else await inbox.rawEvents.hold(rawOf(job));
  };

/** Keeps a payload nobody could read, still sealed. */
export const inboundQuarantine = (inbox: Inbox) => async (job: InboundQuarantine) => {
  const { workspaceId, accountId, channel, where, key } = job;
  const raw = Buffer.from(job.raw, "base64");
  await inbox.quarantine.add({
    workspaceId,
    accountId,
    channel,
    where,
    key,
    raw,
    receivedAt: new Date(job.receivedAt),
  });
};
