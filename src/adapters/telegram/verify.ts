import { matchesAny } from "../shared/constantTime.js";
import type { RawRequest, Verdict } from "../contract.js";
import type { TelegramSettings } from "./manifest.js";

const header = "x-telegram-bot-api-secret-token";

/**
 * Telegram proves itself with the secret we gave to setWebhook, in a header; the body is not signed. Every secret of
 * every given setting is accepted, so that a change of the secret loses nothing.
 */
export function verify(request: RawRequest, settings: readonly TelegramSettings[]): Verdict {
  const given = request.headers[header];
  if (given === undefined) return { kind: "refused", why: "The secret token header is missing." };
  if (typeof given !== "string") return { kind: "refused", why: "The secret token header was sent more than once." };
  const secrets = settings.flatMap(({ secretToken, previousSecretToken }) =>
    previousSecretToken === undefined ? [secretToken] : [secretToken, previousSecretToken],
  );
  return matchesAny(given, secrets) ? { kind: "accepted" } : { kind: "refused", why: "The secret token is not ours." };
}
