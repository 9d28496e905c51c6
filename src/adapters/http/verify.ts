import { Webhook } from "standardwebhooks";
import type { RawRequest, Verdict } from "../contract.js";
import { matchesAny } from "../shared/constantTime.js";
import type { HttpSettings } from "./manifest.js";

/** A request older, or more ahead, than this may be one that somebody recorded. */
const toleranceMs = 5 * 60_000;

/** Standard Webhooks: one of the signatures must be made over id, time and raw bytes with one of the secrets. */
export function verify({ headers, body }: RawRequest, settings: readonly HttpSettings[]): Verdict {
  const refuse = (why: string): Verdict => ({ kind: "refused", why });
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
  if (typeof id !== "string" || typeof time !== "string" || typeof signatures !== "string" || id === "") {
    return refuse("A request came without webhook-id, webhook-timestamp and webhook-signature, each once.");
  }
  const given = signatures.split(" ");
  if (!/^\d{1,12}$/.test(time) || !given.every((one) => /^v\d+a?,[A-Za-z0-9+/=]+$/.test(one))) {
    return refuse("A request came with a webhook-timestamp or webhook-signature that is none.");
  }
  const at = new Date(Number(time) * 1000);
  const secrets = settings.flatMap((one) => [one.signingSecret, one.previousSigningSecret]);
  const expected = secrets
    .filter((secret) => secret !== undefined)
    .map((secret) => new Webhook(secret).sign(id, at, body.toString("utf8")));
  if (!given.some((one) => matchesAny(one, expected))) return refuse("A request came with a wrong signature.");
  if (Math.abs(Date.now() - at.getTime()) > toleranceMs) {
    return refuse("A request came that was signed more than 5 minutes ago, or ahead. Compare the clocks.");
  }
  return { kind: "accepted" };
}
