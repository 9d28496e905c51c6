import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { AppError, ProviderError, type ErrorCode } from "../core/errors.js";
import type { Log } from "../core/ports.js";

/** The one place where refusals get their HTTP status. */
const statuses: Record<ErrorCode, number> = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  two_factor_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  overtaken: 409,
  idempotency_mismatch: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};

/** The HTTP status of a refusal. */
export const statusOf = (code: ErrorCode): number => statuses[code];

/** Answers with a problem document (RFC 9457). `instance` is the request id: what a user can quote and the log knows. */
export function sendProblem(response: Response, error: AppError): void {
  const status = statuses[error.code];
  if (error.retryAfterSeconds !== undefined) response.set("Retry-After", String(error.retryAfterSeconds));
  if (status === 401) response.set("WWW-Authenticate", "Bearer");
  response
    .status(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `/docs/errors#${error.code}`,
        title: STATUS_CODES[status],
        status,
        detail: error.message,
        instance: response.locals.requestId as string,
        code: error.code,
        ...(error.reason === undefined ? {} : { reason: error.reason }),
        ...(error.errors ? { errors: error.errors.map((one) => ({ ...one, code: one.code ?? "invalid" })) } : {}),
        ...error.extensions,
      }),
    );
}

/** Refusals of the body parsers and of the router, in our words. undefined: it is none of those. */
function fromFramework(error: unknown): AppError | undefined {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === "entity.too.large") return new AppError("payload_too_large", "The body is larger than allowed.");
  if (type === "entity.parse.failed") return new AppError("invalid_request", "The body is not valid JSON.");
  if (type === "encoding.unsupported" || type === "charset.unsupported") {
    return new AppError("unsupported_media_type", "The body's encoding is not supported.");
  }
  if (error instanceof URIError) return new AppError("invalid_request", "The address is not properly encoded.");
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new AppError("invalid_request", "The request could not be read.");
  }
  return undefined;
}

/** A provider that refuses or cannot be reached, asked while somebody waits for the answer. */
function fromProvider(error: ProviderError): AppError {
  const { failure, message } = error;
  if (failure.kind === "unreachable") return new AppError("unavailable", message, { retryAfterSeconds: 30 });
  if (failure.kind === "rate_limited") {
    return new AppError("rate_limited", message, { retryAfterSeconds: Math.ceil(failure.retryAfterMs / 1000) });
  }
  return new AppError("unprocessable", message, { reason: failure.kind === "refused" ? failure.why : failure.kind });
}

/** Whatever a handler throws. What is not a refusal of ours is told to the log only. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const ours = error instanceof ProviderError ? fromProvider(error) : error;
    const known = ours instanceof AppError ? ours : fromFramework(ours);
    if (!known) log.error("request_failed", { requestId: String(response.locals.requestId), error: error as Error });
    sendProblem(
      response,
      known ?? new AppError("internal", "Something went wrong on our side. Quote the instance when you ask for help."),
    );
  };
}

export const notFound: RequestHandler = (_request, response) => {
  sendProblem(response, new AppError("not_found", "There is nothing at this address."));
};
