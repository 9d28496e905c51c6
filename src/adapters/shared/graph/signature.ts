import { createHmac } from "node:crypto";
import type { RawRequest, Verdict } from "../../contract.js";
import { matchesAny } from "../constantTime.js";

/** The secrets of one connected account, as far as webhooks are concerned. */
export interface GraphSecrets {
  appSecret: string;
  previousAppSecret?: string | undefined;
  /** A token of the owner's own choice, beside the one we make. */
  verifyToken?: string | undefined;
}

const header = "x-hub-signature-256";

/** What Meta puts into `X-Hub-Signature-256` for this body. */
export function signatureOf(body: Buffer, appSecret: string): string {
  return `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;
}

/**
 * Meta's proof of origin: a handshake (GET with `hub.challenge`) by token, everything else by an HMAC over the raw bytes.
 * `verifyToken` is the token that we made for this endpoint.
 */
export function verifyGraph(request: RawRequest, settings: readonly GraphSecrets[], verifyToken?: string): Verdict {
  return request.method === "GET" ? handshake(request, settings, verifyToken) : signed(request, settings);
}

function handshake({ query }: RawRequest, settings: readonly GraphSecrets[], verifyToken?: string): Verdict {
  const refuse = (why: string): Verdict => ({ kind: "refused", why, status: 403 });
  const tokens = [verifyToken, ...settings.map((one) => one.verifyToken)].filter((token) => token !== undefined);
  const challenge = query["hub.challenge"];
  if (query["hub.mode"] !== "subscribe" || !challenge) return refuse("The address was opened without a handshake.");
  const given = query["hub.verify_token"] ?? "";
  if (!matchesAny(given, tokens)) {
    return {
      kind: "refused",
      why: "A handshake came with another verify token. Compare the token in Meta's app settings with ours.",
      status: 403,
      compared: { got: beginningOf(given), expected: tokens.map(beginningOf).join(" or ") },
    };
  }
  // Meta sends digits; whatever else it is, it goes back as plain text and cannot become a page.
  return { kind: "handshake", answer: challenge.slice(0, 500) };
}

/** Enough to tell two tokens apart, too little to use one. */
const beginningOf = (token: string) => (token === "" ? "nothing" : `${token.slice(0, 2)}…`);

function signed({ headers, body }: RawRequest, settings: readonly GraphSecrets[]): Verdict {
  const given = headers[header];
  if (typeof given !== "string" || given === "") {
    return { kind: "refused", why: "A request came without X-Hub-Signature-256, or with two of them." };
  }
  const secrets = settings.flatMap((one) => [one.appSecret, one.previousAppSecret]).filter((one) => one !== undefined);
  const expected = secrets.map((secret) => signatureOf(body, secret));
  if (!matchesAny(given, expected)) {
    return { kind: "refused", why: "A request came with a wrong signature. Compare the app secret with Meta's." };
  }
  return { kind: "accepted" };
}
