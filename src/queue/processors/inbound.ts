import type { InboundEvent } from "../../core/events.js";
import type { Keyring } from "../../core/ports.js";
import { inboundPlace } from "../../adapters/intake.js";
import type { Inbox } from "../../inbox/index.js";
import type { InboundQuarantine, InboundRecord } from "../jobs.js";

/** Gives providers the quick answers they wait for; never rejects. */
type Acknowledge = (accountId: string, events: readonly InboundEvent[]) => Promise<void>;

/** Opens what intake sealed and records it. Concurrent jobs share the inbox's round trips. */
export const inboundRecord =
  (inbox: Inbox, keyring: Keyring, acknowledge: Acknowledge) => async (job: InboundRecord) => {
    const { workspaceId, accountId } = job;
    const opened = await keyring.open(inboundPlace(workspaceId), Buffer.from(job.events, "base64"));
    const events = JSON.parse(opened) as InboundEvent[];
    await inbox.recordInbound(events.map((event) => ({ workspaceId, accountId, event })));
    await acknowledge(accountId, events);
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
