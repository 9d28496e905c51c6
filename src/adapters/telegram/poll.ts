import { ProviderError } from "../../core/errors.js";
import type { Log } from "../../core/ports.js";
import type { AccountState, SessionSink } from "../contract.js";
import type { Client } from "./client.js";
import { updateKinds } from "./normalize.js";
import type { UpdateEnvelope } from "./types.js";

/** Read when another program asked for them, and no news to an inbox. Who comes to a group and goes messages tell already. */
const notAskedFor: readonly string[] = [
  ...["chat_member", "chat_boost", "removed_chat_boost", "managed_bot"],
  ...["poll", "inline_query", "chosen_inline_result"],
];

/** Update kinds we ask for, also those that Telegram leaves out when nobody asks (`message_reaction` among them). */
export const allowedUpdates: readonly string[] = updateKinds.filter((kind) => !notAskedFor.includes(kind));

export interface PollOptions {
  /** How long Telegram may hold a request that has nothing to tell, in seconds. Its maximum is 50. */
  holdSeconds: number;
  /** Waiting after an error: grows from `first` to `most`, in milliseconds. */
  backoff: { first: number; most: number };
}

const usual: PollOptions = { holdSeconds: 30, backoff: { first: 1000, most: 60_000 } };

/**
 * Long polling until `stop`, which ends it at once. The offset goes forward only after the updates were delivered and the
 * cursor saved: a crash in between repeats updates and loses none. Rejects when the token is no longer accepted; waits
 * out everything else and tells it to `sink.state`.
 */
export async function poll(
  client: Client,
  log: Log,
  sink: SessionSink,
  stop: AbortSignal,
  options: PollOptions = usual,
): Promise<void> {
  let offset: number | undefined;
  let ready = false;
  let troubled = true;
  let failures = 0;

  /** The account's health is a courtesy: when it cannot be stored, polling goes on. */
  async function tell(state: AccountState["state"], cause?: string): Promise<void> {
    try {
      await sink.state(state, cause);
    } catch (error) {
      log.warn("telegram_state_not_told", { state, error: error instanceof Error ? error : undefined });
    }
  }

  while (!stop.aborted) {
    try {
      // Telegram refuses to be polled while a webhook is set. Whatever waits for the webhook is kept.
      if (!ready) {
        offset = offsetOf(await sink.loadCursor());
        await client.call("deleteWebhook", { drop_pending_updates: false }, { signal: stop });
        ready = true;
      }
      // After trouble Telegram answers at once, so that "ok" is told without waiting for news.
      const timeout = troubled ? 0 : options.holdSeconds;
      const updates = await client.call<UpdateEnvelope[]>(
        "getUpdates",
        { offset, limit: 100, timeout, allowed_updates: allowedUpdates },
        { signal: stop, timeoutMs: (options.holdSeconds + 15) * 1000 },
      );
      const next = await delivered(updates, sink);
      offset = next ?? offset;
      failures = 0;
      if (troubled) await tell("ok");
      troubled = false;
    } catch (error) {
      if (stop.aborted) return;
      if (isAuthError(error)) {
        await tell("needs_reauth", "Telegram does not accept the bot token any more.");
        throw error;
      }
      failures += 1;
      troubled = true;
      log.warn("telegram_poll_failed", { failures, why: error instanceof ProviderError ? error.message : "delivery" });
      // One lost connection is no trouble yet: the next request usually works.
      if (failures > 1 || isConflict(error)) await tell("degraded", causeOf(error));
      await sleep(waitAfter(error, failures, options), stop);
    }
  }
}

function offsetOf(cursor: string | null): number | undefined {
  return cursor !== null && /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
}

/** Hands the updates over; resolves to the offset that confirms them. */
async function delivered(updates: readonly UpdateEnvelope[], sink: SessionSink): Promise<number | undefined> {
  if (updates.length === 0) return undefined;
  await sink.deliver(updates);
  // Update ids are 32-bit numbers, and the offset is defined as the highest one plus one.
  const next = Math.max(...updates.map((update) => update.update_id)) + 1;
  await sink.saveCursor(String(next));
  return next;
}

function isAuthError(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.failure.kind === "auth_expired";
}

function isConflict(error: unknown): boolean {
  return error instanceof ProviderError && error.providerCode === "409";
}

function causeOf(error: unknown): string {
  if (!(error instanceof ProviderError)) return "Updates could not be taken in; Telegram keeps them meanwhile.";
  if (!isConflict(error)) return error.message;
  return /webhook/i.test(error.message)
    ? "A webhook was set for this bot elsewhere; Telegram tells news only to that."
    : "Another program polls with the same bot token; only one may.";
}

function waitAfter(error: unknown, failures: number, { backoff }: PollOptions): number {
  if (error instanceof ProviderError && error.failure.kind === "rate_limited") return error.failure.retryAfterMs;
  const most = Math.min(backoff.first * 2 ** (failures - 1), backoff.most);
  return most / 2 + (Math.random() * most) / 2;
}

/** Resolves after the time or at once on `stop`. */
function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done, { once: true });
  });
}
