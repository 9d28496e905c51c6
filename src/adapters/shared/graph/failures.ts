import { ProviderError, type Failure } from "../../../core/errors.js";
import { number, record, text } from "../read.js";

/** An error of the Graph API, whatever of it was there. */
export interface GraphError {
  status: number;
  code: number | undefined;
  subcode: number | undefined;
  message: string;
  transient: boolean;
  /** Meta's id of the request, which its support asks for. */
  trace: string | undefined;
}

/** What one channel knows about codes beyond those that mean the same everywhere; undefined: nothing. */
export type CodeTable = (error: Pick<GraphError, "code" | "subcode">) => Failure | undefined;

const hour = 3_600_000;

/** Reads the body of an answer that is not 2xx. */
export function graphErrorOf(status: number, body: unknown): GraphError {
  const error = record(record(body)?.error);
  const detail = text(record(error?.error_data)?.details);
  const said = text(error?.message) ?? text(error?.error_user_msg) ?? `HTTP ${status}`;
  return {
    status,
    code: number(error?.code),
    subcode: number(error?.error_subcode),
    message: detail && detail !== said ? `${said}: ${detail}` : said,
    transient: error?.is_transient === true,
    trace: text(error?.fbtrace_id),
  };
}

/**
 * What an error means, by its number; titles change. The channel's own table comes first, then what holds for all of the
 * Graph API. A code nobody knows is `unexpected`, unless Meta calls it passing.
 */
export function graphFailure(error: GraphError, table: CodeTable): Failure {
  const { status, code, transient } = error;
  // A secret of another app: with it every signature would be refused as well.
  if (code === 100 && /appsecret_proof/i.test(error.message)) return { kind: "auth_expired" };
  const own = table(error);
  if (own) return own;
  if (code !== undefined) {
    if (code === 0 || code === 190 || code === 102) return { kind: "auth_expired" };
    if (code === 4 || code === 17 || code === 32 || code === 613 || (code >= 80_000 && code <= 80_014)) {
      return { kind: "rate_limited", retryAfterMs: code === 613 ? 60_000 : hour / 12 };
    }
    if (code === 3 || code === 10 || (code >= 200 && code <= 299)) return { kind: "auth_expired" };
    if (code === 368) return { kind: "suspended" };
    if (code === 1 || code === 2 || transient) return { kind: "unreachable", mayHaveBeenSent: false, triesMost: 3 };
    return { kind: "unexpected" };
  }
  if (status === 401) return { kind: "auth_expired" };
  if (status === 429) return { kind: "rate_limited", retryAfterMs: 60_000 };
  if (status === 413) return { kind: "refused", why: "content" };
  // Without Meta's own words it may have been acted upon before the answer broke.
  if (status >= 500) return { kind: "unreachable", mayHaveBeenSent: true };
  return { kind: "unexpected" };
}

/** The error with Meta's own sentence, its code and its trace id for the agent and the log. */
export function graphProviderError(error: GraphError, table: CodeTable): ProviderError {
  const code = error.code === undefined ? String(error.status) : [error.code, error.subcode].filter(Boolean).join("/");
  const trace = error.trace === undefined ? "" : ` (trace ${error.trace})`;
  return new ProviderError(graphFailure(error, table), `Meta: ${error.message}${trace}`, code);
}
