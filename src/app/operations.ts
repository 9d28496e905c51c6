import { randomUUID } from "node:crypto";
import { inboundPlace, parsed, type Intake } from "../adapters/intake.js";
import { AppError } from "../core/errors.js";
import type { ChannelAdapter } from "../adapters/contract.js";
import type { Enqueue, Keyring } from "../core/ports.js";
import type { DeadLetter, Operations } from "../http/routes/operations.js";
import type { Inbox } from "../inbox/index.js";
import type { DeadJob, DeadLetters } from "../queue/deadLetters.js";
import type { Channels } from "./channels.js";

interface Deps {
  inbox: Inbox;
  intake: Intake;
  channels: Channels;
  adapterFor(kind: string): ChannelAdapter | undefined;
  dead: DeadLetters;
  enqueue: Enqueue;
  keyring: Keyring;
  health: Operations["health"];
}

/** Dead letters that are tried again at once: more need more than a button. */
const retriedMost = 5_000;
/** Requests that are put in again at once. */
const replayPage = 200;

/** What operators do about work that did not go through. */
export function createOperations(deps: Deps): Operations {
  const { inbox, intake, channels, adapterFor, dead, enqueue, keyring } = deps;

  return {
    async replayQuarantined(workspaceId, id) {
      const entry = await inbox.quarantine.find(workspaceId, id);
      const account = entry && (await inbox.accounts.find(workspaceId, entry.accountId));
      if (!entry || !account) return false;
      const payload = readable(adapterFor(account.kind), entry.raw, account.accountRef ?? "");
      if (payload === undefined) return false;
      await intake.session(channels.intakeAccount(account), [payload], `req_${randomUUID()}`);
      await inbox.quarantine.remove(workspaceId, id);
      return true;
    },

    async replayRaw(workspaceId, range) {
      let count = 0;
      let after: { acceptedAt: Date; id: string } | undefined;
      for (;;) {
        const page = await inbox.rawEvents.between(workspaceId, range, replayPage, after);
        const last = page.at(-1);
        if (!last) return count;
        await enqueue.add(page.map((raw) => ({ name: "inbound.record", payload: recordOf(raw) })));
        count += page.length;
        after = last;
      }
    },

    async deadLetters(workspaceId, { limit, cursor }) {
      const { items, more } = await dead.list(workspaceId, limit, cursor);
      return { items: items.map(letter), next: more ? (items.at(-1)?.id ?? null) : null };
    },

    async deadLetter(workspaceId, id) {
      const job = await dead.find(workspaceId, id);
      if (!job) return undefined;
      const { events, ...rest } = job.payload;
      if (typeof events !== "string") return { ...letter(job), payload: rest };
      const opened = await keyring.open(inboundPlace(workspaceId), Buffer.from(events, "base64")).then(
        (text) => JSON.parse(text) as unknown,
        // What cannot be opened may be why the work failed.
        () => "<cannot be opened>",
      );
      return { ...letter(job), payload: { ...rest, events: opened } };
    },

    async editDeadLetter(workspaceId, id, events) {
      const job = await dead.find(workspaceId, id);
      if (!job) return false;
      if (typeof job.payload.events !== "string") {
        throw new AppError("unprocessable", "This work carries nothing that could be mended.", {
          reason: "nothing_to_mend",
        });
      }
      const sealed = await keyring.seal(inboundPlace(workspaceId), JSON.stringify(events));
      return dead.edit(workspaceId, id, { ...job.payload, events: sealed.toString("base64") });
    },

    retryDeadLetter: (workspaceId, id) => dead.retry(workspaceId, id),
    async retryDeadLetters(workspaceId) {
      let count = 0;
      const { items } = await dead.list(workspaceId, retriedMost);
      for (const { id } of items) if (await dead.retry(workspaceId, id)) count += 1;
      return count;
    },
    health: deps.health,
    discardDeadLetter: (workspaceId, id) => dead.discard(workspaceId, id),
  };
}

/** The job that records what was accepted. */
export const recordOf = (raw: Awaited<ReturnType<Inbox["rawEvents"]["between"]>>[number]) => ({
  v: 1,
  workspaceId: raw.workspaceId,
  accountId: raw.accountId,
  id: raw.id,
  acceptedAt: raw.acceptedAt.toISOString(),
  traceId: raw.traceId,
  again: true,
  events: raw.events.toString("base64"),
});

/** The payload when the adapter can read it now; undefined when it still cannot. */
function readable(adapter: ChannelAdapter | undefined, raw: string, self: string): unknown {
  try {
    const payload = parsed(raw);
    if (payload !== undefined) adapter?.normalize(payload, self);
    return adapter ? payload : undefined;
  } catch {
    return undefined;
  }
}

function letter(job: DeadJob): DeadLetter {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    id: job.id,
    queue: job.queue,
    job: job.job,
    attempts: job.attempts,
    reason: job.reason,
    failedAt: job.failedAt,
    traceId: text(job.payload.traceId),
    accountId: text(job.payload.accountId),
    conversationId: text(job.payload.conversationId),
  };
}
