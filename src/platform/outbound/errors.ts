/**
 * Why a request to an address that a user gave came to nothing.
 * - `invalid_url`: the URL, a header or the method is none that is ever sent;
 * - `refused_address`: the target, or its port, is not one that users may reach through us;
 * - `unreachable`: no such name, no connection, or what answered does not speak HTTP;
 * - `timeout`: it did not answer whole in time;
 * - `tls`: the connection cannot be trusted.
 */
export type OutboundErrorKind = "refused_address" | "unreachable" | "timeout" | "tls" | "invalid_url";

/** Its sentence may be shown to whoever gave the address: it tells nothing of what answered, or where. */
export class OutboundError extends Error {
  constructor(
    readonly kind: OutboundErrorKind,
    message: string,
  ) {
    super(message);
    this.name = "OutboundError";
  }
}

/** One sentence for all refused targets, so that trying addresses tells nothing about what exists in our network. */
export const refusedAddress = () =>
  new OutboundError("refused_address", "the address is not one that can be reached from here");

const timeouts = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);
const unknownName = new Set(["ENOTFOUND", "ENODATA", "EAI_AGAIN"]);
/** OpenSSL's and Node's names: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const tls =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH|CRL_)/;

/** The error in our words. Whatever the library says is left out: it may quote addresses. */
export function outboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (cause instanceof OutboundError) return cause;
  const name = typeof code === "string" ? code : "";
  if (timeouts.has(name)) return timedOut();
  if (tls.test(name))
    return new OutboundError("tls", "the certificate or the TLS connection of the address cannot be trusted");
  if (unknownName.has(name)) return new OutboundError("unreachable", "the host name cannot be resolved");
  if (name === "UND_ERR_INVALID_ARG")
    return new OutboundError("invalid_url", "the request is not one that can be sent");
  return new OutboundError("unreachable", "the address could not be reached or did not answer in HTTP");
}

export const timedOut = () => new OutboundError("timeout", "the address did not answer in time");
