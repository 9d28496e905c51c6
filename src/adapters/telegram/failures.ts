import { ProviderError, type Failure } from "../../core/errors.js";
import type { ApiError } from "./types.js";

/** Telegram's sentence → what it means. First match wins; the sentences are those of Telegram's own server. */
const rules: readonly { code: 400 | 403; says: RegExp; failure: Failure }[] = [
  { code: 403, says: /bot was blocked by the user/i, failure: { kind: "refused", why: "blocked" } },
  {
    code: 403,
    says: /user is deactivated|was kicked|not a member|group chat was deleted|messages to (bots|the bot)/i,
    failure: { kind: "refused", why: "recipient" },
  },
  // "bot can't initiate conversation with a user", "not enough rights to send …" and the like.
  { code: 403, says: /./s, failure: { kind: "refused", why: "policy" } },
  {
    code: 400,
    says: /chat not found|user not found|have no access to the user|PEER_ID_INVALID|chat_id is empty|chat identifier|CHAT_ID_INVALID|USER_ID_INVALID|INPUT_USER_DEACTIVATED|group chat was (upgraded|deactivated)/i,
    failure: { kind: "refused", why: "recipient" },
  },
  { code: 400, says: /USER_IS_BLOCKED|YOU_BLOCKED_USER/, failure: { kind: "refused", why: "blocked" } },
  {
    code: 400,
    says: /not enough rights|have no rights|need administrator rights|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED|CHAT_ADMIN_REQUIRED|CHAT_SEND_\w+_FORBIDDEN|VOICE_MESSAGES_FORBIDDEN|TOPIC_CLOSED|can't be (deleted|edited)|query is too old|BUSINESS_CONNECTION_\w+|BUSINESS_PEER_\w+/i,
    failure: { kind: "refused", why: "policy" },
  },
  {
    code: 400,
    says: /too long|too big|can't parse|must be non-empty|is empty|must be encoded in UTF-8|wrong (file[_ ]|remote file|type of the web page|HTTP URL|padding)|failed to get HTTP URL|invalid (file|dimensions|webp)|file must be|_INVALID|_EMPTY\b|_TOO_(LONG|MANY|BIG)|IMAGE_PROCESS_FAILED|message is not modified|(message|thread|media|reply|text|caption)\b.* not found|there is no \w+|can't (use the media|upload)|unsupported type/i,
    failure: { kind: "refused", why: "content" },
  },
];

/** What an error answer of the Bot API means. A sentence we do not know is `unexpected`, never a guess. */
export function failureOf(error: ApiError): Failure {
  const { error_code: code, description, parameters } = error;
  if (parameters?.migrate_to_chat_id !== undefined)
    return { kind: "moved", newChat: String(parameters.migrate_to_chat_id) };
  if (code === 429) return { kind: "rate_limited", retryAfterMs: (parameters?.retry_after ?? 1) * 1000 };
  if (code === 401) return { kind: "auth_expired" };
  // A malformed or unknown token makes the path unknown. An unknown method has a longer sentence.
  if (code === 404) return /method not found/i.test(description) ? { kind: "unexpected" } : { kind: "auth_expired" };
  // Another poller or a webhook is in the way: nothing was done, later it may work.
  if (code === 409) return { kind: "unreachable", mayHaveBeenSent: false };
  if (code === 413) return { kind: "refused", why: "content" };
  if (code >= 500) return { kind: "unreachable", mayHaveBeenSent: true };
  return rules.find((rule) => rule.code === code && rule.says.test(description))?.failure ?? { kind: "unexpected" };
}

/** The error of an answer, with Telegram's own sentence for the agent and the log. */
export function providerError(error: ApiError): ProviderError {
  return new ProviderError(failureOf(error), `Telegram: ${error.description}`, String(error.error_code));
}

/** True when Telegram said `pattern` in an error answer of code 400: nothing was done. */
export function rejected(error: unknown, pattern: RegExp): boolean {
  return error instanceof ProviderError && error.providerCode === "400" && pattern.test(error.message);
}
