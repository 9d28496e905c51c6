import type { FieldReason } from "./reasons.js";

/** What went wrong at a provider, in the only words the rest of the program knows. */
export type Failure =
  /** `chat`: only this chat must wait, longer with every try; otherwise the whole account. */
  | { kind: "rate_limited"; retryAfterMs: number; scope?: "chat" }
  /**
   * No answer, or one that says "try later". `mayHaveBeenSent` false: the provider surely did not take it. `triesMost`:
   * after so many tries it is for good.
   */
  | { kind: "unreachable"; mayHaveBeenSent: boolean; triesMost?: number }
  | { kind: "auth_expired" }
  /** The provider closed the account itself, for now or for good: nothing can be sent over it. */
  | { kind: "suspended" }
  | { kind: "refused"; why: "recipient" | "content" | "blocked" | "window_closed" | "policy" }
  | { kind: "unsupported"; feature: string }
  | { kind: "malformed"; where: string }
  /** The group moved: the same send succeeds with this chat id. */
  | { kind: "moved"; newChat: string }
  | { kind: "unexpected" };

/** An adapter's error: the failure in our words, the provider's own code and sentence for the log and the agent. */
export class ProviderError extends Error {
  readonly failure: Failure;
  readonly providerCode: string | undefined;
  /**
   * The provider's ids of the parts of a message that went through before this error, in order. A retry must hand them
   * back as `OutboundMessage.sentParts`, or the customer gets them twice.
   */
  readonly sentParts: readonly string[];

  constructor(failure: Failure, message: string, providerCode?: string, sentParts: readonly string[] = []) {
    super(message);
    this.name = "ProviderError";
    this.failure = failure;
    this.providerCode = providerCode;
    this.sentParts = sentParts;
  }
}

/** Stable machine-readable codes of everything the product refuses. Each maps to one HTTP status in `http/problems.ts`. */
export type ErrorCode =
  | "invalid_request"
  | "unauthenticated"
  | "forbidden"
  | "two_factor_required"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  /** Somebody else answered the customer meanwhile. */
  | "overtaken"
  | "idempotency_mismatch"
  | "payload_too_large"
  | "unsupported_media_type"
  | "unprocessable"
  | "rate_limited"
  | "unavailable"
  | "internal";

/** One field that is wrong, by RFC 6901 pointer into the body (or `?name` for a query parameter). */
export interface FieldProblem {
  pointer: string;
  message: string;
  /** Stable, for programs and for texts in other languages; "invalid" when left out. */
  code?: FieldReason;
  /** What the sentence of the code speaks of, such as the fewest characters. */
  params?: Readonly<Record<string, string | number>>;
}

/** A refusal that stands among other outcomes: what programs, and sentences in other languages, need of it. */
export interface Refusal {
  code: ErrorCode;
  reason: string | null;
  /** What the sentence of the reason speaks of. */
  params: Record<string, string | number>;
}

/** What is told of a refusal that is not an answer of its own. */
export function refusalOf({ code, reason, extensions = {} }: AppError): Refusal {
  const params = Object.entries(extensions).filter(
    (entry): entry is [string, string | number] => typeof entry[1] === "string" || typeof entry[1] === "number",
  );
  return { code, reason: reason ?? null, params: Object.fromEntries(params) };
}

/** A refusal with a reason that may be shown to whoever asked. Anything else that is thrown is an internal error. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldProblem[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** A finer reason within the code: one of `reasons`, or what a provider or a channel's rules say, such as `window_closed`. */
  readonly reason: string | undefined;
  /** Further members of the problem document. */
  readonly extensions: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: {
      errors?: readonly FieldProblem[];
      retryAfterSeconds?: number;
      reason?: string;
      cause?: unknown;
      extensions?: Record<string, unknown>;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "AppError";
    this.code = code;
    this.errors = more.errors;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.reason = more.reason;
    this.extensions = more.extensions;
  }
}
