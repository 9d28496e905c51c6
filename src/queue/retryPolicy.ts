import type { Failure } from "../core/errors.js";

/** What to do with a message after a failed send. */
export type Step =
  | { step: "retry"; afterMs: number }
  /** The provider may have it: show it, never send it again blindly. */
  | { step: "unknown" }
  | { step: "fail"; reason: FailureReason };

/** Why a message failed, in the words of the dashboard's catalogue. */
export type FailureReason =
  | "window_closed"
  | "invalid_recipient"
  | "blocked"
  | "content_rejected"
  | "policy"
  | "auth_expired"
  | "unsupported"
  | "provider_down"
  | "rate_limited"
  | "unexpected";

const refusals: Record<Extract<Failure, { kind: "refused" }>["why"], FailureReason> = {
  recipient: "invalid_recipient",
  content: "content_rejected",
  blocked: "blocked",
  window_closed: "window_closed",
  policy: "policy",
};

/** Why a message failed, for a failure that a provider told us of later. */
export function reasonOf(failure: Failure): FailureReason {
  const step = nextStep(failure, Number.MAX_SAFE_INTEGER);
  return step.step === "fail" ? step.reason : "unexpected";
}

/** Attempts before a message that never left is given up. */
const maxAttempts = 8;
const maxRateLimitedAttempts = 50;

/**
 * The only place that decides about sending again. `attempt` counts from 1. Retrying is safe only when the provider
 * surely did not take the message; otherwise the outcome is `unknown`.
 */
export function nextStep(failure: Failure, attempt: number): Step {
  switch (failure.kind) {
    case "rate_limited":
      if (attempt >= maxRateLimitedAttempts) return { step: "fail", reason: "rate_limited" };
      return { step: "retry", afterMs: waitOf(failure, attempt) };
    case "unreachable":
      if (failure.mayHaveBeenSent) return { step: "unknown" };
      return attempt < Math.min(maxAttempts, failure.triesMost ?? maxAttempts)
        ? { step: "retry", afterMs: backoff(attempt) }
        : { step: "fail", reason: "provider_down" };
    case "moved":
      return attempt < maxAttempts ? { step: "retry", afterMs: 0 } : { step: "fail", reason: "invalid_recipient" };
    case "auth_expired":
      return { step: "fail", reason: "auth_expired" };
    case "suspended":
      return { step: "fail", reason: "policy" };
    case "refused":
      return { step: "fail", reason: refusals[failure.why] };
    case "unsupported":
      return { step: "fail", reason: "unsupported" };
    case "malformed":
    case "unexpected":
      return { step: "fail", reason: "unexpected" };
  }
}

/** A chat that gets too much asks for four times as long with every try. */
function waitOf({ retryAfterMs, scope }: Extract<Failure, { kind: "rate_limited" }>, attempt: number): number {
  const longer = scope === "chat" ? retryAfterMs * 4 ** (attempt - 1) : retryAfterMs;
  return Math.max(Math.min(longer, scope === "chat" ? 600_000 : longer), 1000);
}

/** 1 s, 2 s, 4 s … up to 5 minutes. Jitter is not needed: lanes are spread by themselves. */
function backoff(attempt: number): number {
  return Math.min(1000 * 2 ** (attempt - 1), 300_000);
}
