import type { z } from "zod";
import type { WaitingChange } from "../../inbox/index.js";
import type { waitingChangeDto } from "../../wire/inbox.js";
import type { InboxPresenter } from "./inbox.js";

/** A change that waits for its message, with what the channel said of it. */
export function waitingChange(
  present: InboxPresenter,
  { id, accountId, event, receivedAt, expiresAt }: WaitingChange,
): z.input<typeof waitingChangeDto> {
  const receipt = event.type === "receipt" ? event.receipt : undefined;
  const target = "target" in event ? event.target : undefined;
  return {
    id,
    channel: event.channel,
    channel_account_id: accountId,
    change: event.type as "edit" | "removal" | "reaction" | "receipt",
    provider_id: target ?? (receipt && "id" in receipt.target ? receipt.target.id : null),
    status: receipt?.status ?? null,
    failure: receipt?.error
      ? { detail: receipt.error.detail ?? null, provider_code: receipt.error.code ?? null }
      : null,
    emoji: event.type === "reaction" ? event.emoji : null,
    content: event.type === "edit" ? present.content(event.content, []) : null,
    at: event.at,
    received_at: receivedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}
