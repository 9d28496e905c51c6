import { createHash } from "node:crypto";
import type { AccountNotice, InboundEvent } from "../../core/events.js";
import type { Clock, Enqueue, Publish } from "../../core/ports.js";
import type { HealthState } from "../models/channelAccount.js";
import type { TemplateRepo } from "../repos/templates.js";
import type { AcceptedEvent } from "./recordInbound.js";

interface Deps {
  templates: TemplateRepo;
  setHealth(accountId: string, state: HealthState, cause: string | null, from?: readonly HealthState[]): Promise<void>;
  publish: Publish;
  enqueue: Enqueue;
  clock: Clock;
}

/** Has all templates of an account brought here. */
export const templatesJob = (workspaceId: string, accountId: string) => ({
  name: "channels.templates",
  payload: { v: 1, workspaceId, accountId },
  key: `templates/${accountId}`,
});

/** Takes what a provider says about an account: its templates, its standing, anything else. All of it is told. Idempotent. */
export function noteAccount({ templates, setHealth, publish, enqueue, clock }: Deps) {
  return async ({
    workspaceId,
    accountId,
    event,
  }: AcceptedEvent & { event: Extract<InboundEvent, { type: "account" }> }): Promise<void> => {
    const { notice, eventKey } = event;
    if (notice.about === "template") {
      const known = await templates.heard({ id: accountId, workspaceId }, notice, clock.now());
      const { status, quality, category } = notice;
      const reworded = status === undefined && quality === undefined && category === undefined;
      // Its words are asked for, and with them those of all others.
      if (!known || reworded) await enqueue.add([templatesJob(workspaceId, accountId)]);
    }
    if (notice.about === "health") {
      // The provider lifts what it imposed; a token that it does not take any more is another matter.
      if (notice.state === "ok") await setHealth(accountId, "ok", null, ["degraded", "suspended"]);
      else await setHealth(accountId, notice.state, notice.cause);
    }
    const id = createHash("sha256").update(`${accountId}/${eventKey}`).digest("hex").slice(0, 32);
    await publish([
      {
        id: `evt_${id}`,
        workspaceId,
        type: notice.about === "template" ? "template.updated" : "channel.notice",
        at: clock.now(),
        data: { channel_account_id: accountId, ...toldOf(notice) },
      },
    ]);
  };
}

function toldOf(notice: AccountNotice): Record<string, unknown> {
  if (notice.about === "health") return { summary: notice.cause };
  if (notice.about === "other") return { summary: notice.summary };
  const { name, language, status = null, quality = null, category = null, reason = null } = notice;
  return { name, language, status, quality, category, reason };
}
