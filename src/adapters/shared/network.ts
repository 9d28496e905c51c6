import type { Failure } from "../../core/errors.js";

/** Codes of errors that happen before a request is written: name lookup, connecting, agreeing on encryption. */
const neverLeft = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ENETDOWN",
  "EPROTO",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * The failure of a request that got no answer. Only errors that surely came before the request was written count as
 * "not sent"; a reset, a time-out or an unreadable answer may all come after the provider acted.
 */
export function networkFailure(error: unknown): Failure {
  const code = networkCode(error);
  const connecting = code === "ETIMEDOUT" && error instanceof Error && /connect ETIMEDOUT/.test(error.message);
  return { kind: "unreachable", mayHaveBeenSent: !(connecting || (code !== undefined && neverLeft.has(code))) };
}

/** The system's code of a network error, also when it is wrapped (`cause`). */
export function networkCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : networkCode(cause);
}
