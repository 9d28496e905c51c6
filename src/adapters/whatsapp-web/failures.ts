import { ProviderError, type Failure } from "../../core/errors.js";
import { PageUnavailable } from "./lookIn.js";
import type { EndReason, Outcome } from "./protocol.js";

/** What the library, the page or the browser says → what it means. First match wins. */
const rules: readonly { says: RegExp; failure: Failure }[] = [
  // The browser or the page went away under the call: what it did before that nobody knows.
  {
    says: /target closed|session closed|execution context|detached frame|protocol error|connection closed|browser has disconnected|navigating frame|promise was collected/i,
    failure: { kind: "unreachable", mayHaveBeenSent: true },
  },
  { says: /no lid for user|wid error|invalid wid|not a contact/i, failure: { kind: "refused", why: "recipient" } },
  {
    says: /media-fault|upload failed|invalid media|quoted message|unsupported media/i,
    failure: { kind: "refused", why: "content" },
  },
  { says: /rate-?overlimit|too many/i, failure: { kind: "rate_limited", retryAfterMs: 60_000 } },
  { says: /not-?authorized|forbidden|read-?only/i, failure: { kind: "refused", why: "policy" } },
];

/** The error of something that failed in the page. A sentence we do not know is `unexpected`, never a guess. */
export function pageError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const says = error instanceof Error ? error.message : typeof error === "string" ? error : "";
  const failure = rules.find((rule) => rule.says.test(says))?.failure ?? { kind: "unexpected" };
  // The page's own sentence may quote what was written; ours says enough.
  return new ProviderError(failure, "WhatsApp Web could not do it.", error instanceof Error ? error.name : undefined);
}

/** Whether a call failed only because its document is gone; there is another one, or the browser's end is told. */
export function contextGone(error: unknown): boolean {
  return (
    error instanceof Error && /context was destroyed|cannot find context|same javascript world/i.test(error.message)
  );
}

/** Why a session could not begin, or not go on in a new document. */
export function startFailure(error: unknown): EndReason {
  const says = error instanceof Error ? error.message : String(error);
  return error instanceof PageUnavailable || /net::ERR_|auth timeout|navigation timeout/i.test(says)
    ? "page"
    : "browser";
}

/** The error of a session that is not there to be asked; nothing was sent. */
export function notReady(why: string): ProviderError {
  return new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, why);
}

/** An error in a form that can cross between processes. */
export function outcomeOf(error: unknown): Outcome {
  const { failure, message, providerCode, sentParts } = pageError(error);
  return {
    ok: false,
    failure,
    message,
    ...(providerCode === undefined ? {} : { code: providerCode }),
    ...(sentParts.length === 0 ? {} : { sentParts: [...sentParts] }),
  };
}

/** What a session's end means for the account, and whether it can go on by itself. */
export const endings: Readonly<
  Record<EndReason, { state: "degraded" | "needs_reauth" | "suspended"; cause: string; failure: Failure }>
> = {
  logged_out: {
    state: "needs_reauth",
    cause: "The number was unlinked on the phone. Link it again.",
    failure: { kind: "auth_expired" },
  },
  other_number: {
    state: "needs_reauth",
    cause: "Another number was linked than the one in the settings. It was unlinked again.",
    failure: { kind: "auth_expired" },
  },
  not_linked_in_time: {
    state: "needs_reauth",
    cause: "The number was not linked in time.",
    failure: { kind: "auth_expired" },
  },
  banned: {
    state: "suspended",
    cause: "WhatsApp banned the number.",
    failure: { kind: "suspended" },
  },
  conflict: {
    state: "degraded",
    cause: "WhatsApp Web was opened elsewhere with the same link.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  connection: {
    state: "degraded",
    cause: "WhatsApp Web lost its connection.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  page: {
    state: "degraded",
    cause: "The page of WhatsApp Web could not be loaded.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  stuck: {
    state: "degraded",
    cause: "WhatsApp Web did not finish loading.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  no_code: {
    state: "needs_reauth",
    cause: "WhatsApp gave no code for this number. Wait some minutes, or link it with a QR code.",
    failure: { kind: "auth_expired" },
  },
  outdated: {
    state: "degraded",
    cause: "WhatsApp Web has a new version that is not understood yet.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  browser: {
    state: "degraded",
    cause: "The browser of this number ended unexpectedly.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  hung: {
    state: "degraded",
    cause: "The browser of this number did not answer any more.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
  memory: {
    state: "degraded",
    cause: "The browser of this number needed too much memory and was started anew.",
    failure: { kind: "unreachable", mayHaveBeenSent: false },
  },
};

/** WhatsApp's states that end a session. Everything else passes by itself. */
export const ends: Readonly<Record<string, EndReason>> = {
  UNPAIRED: "logged_out",
  UNPAIRED_IDLE: "logged_out",
  LOGOUT: "logged_out",
  TOS_BLOCK: "banned",
  SMB_TOS_BLOCK: "banned",
  CONFLICT: "conflict",
  DEPRECATED_VERSION: "outdated",
};

/** The error that ends `listen`. */
export function endError(reason: EndReason): ProviderError {
  return new ProviderError(endings[reason].failure, endings[reason].cause, reason);
}
