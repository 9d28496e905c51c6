import { pino, type DestinationStream, type Logger } from "pino";
import { AppError, ProviderError } from "../core/errors.js";
import type { Log, LogFields } from "../core/ports.js";

export interface LogOptions {
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** Where lines go; standard output when absent. */
  destination?: DestinationStream;
}

/** A log line is for facts; whatever is longer than this is not one. */
const lengthMost = 300;

/** Tokens of the kinds we know: Telegram's, ours, bearer values, webhook secrets. */
const secrets = /\d{6,}:[A-Za-z0-9_-]{30,}|sb_live_[\w-]+|whsec_[\w+/=-]+|\bBearer\s+\S+|:\/\/[^/\s:@]*:[^@\s]+@/gi;

function safeText(text: string): string {
  return text
    .slice(0, lengthMost)
    .replace(secrets, "[secret]")
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}

/** What of an error may be told: our own sentences are safe, anybody else's may quote private text. */
function safeError(error: Error, detailed: boolean): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const ours = error instanceof AppError || error instanceof ProviderError;
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return {
    name: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(error instanceof ProviderError ? { failure: error.failure.kind, providerCode: error.providerCode } : {}),
    ...(ours ? { message: safeText(error.message) } : {}),
    at: frames.slice(0, detailed ? 10 : 2).map((line) => line.trim()),
  };
}

/** Lets facts through and nothing else: objects, buffers and whatever a cast smuggled in are dropped. */
function allowed(fields: LogFields | undefined, detailed: boolean): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (typeof value === "string") safe[name] = safeText(value);
    else if (typeof value === "number" || typeof value === "boolean" || value === null) safe[name] = value;
    else if (value instanceof Error) safe[name] = safeError(value, detailed);
    else if (Array.isArray(value)) safe[name] = value.slice(0, 20).map((item) => safeText(String(item)));
  }
  return safe;
}

/** Structured lines through pino, by allow-list. */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    options.destination ?? pino.destination(1),
  );
  return wrap(logger, options.level === "debug");
}

function wrap(logger: Logger, detailed: boolean): Log {
  return {
    debug: (event, fields) => logger.debug(allowed(fields, detailed), event),
    info: (event, fields) => logger.info(allowed(fields, detailed), event),
    warn: (event, fields) => logger.warn(allowed(fields, detailed), event),
    error: (event, fields) => logger.error(allowed(fields, detailed), event),
    with: (fields) => wrap(logger.child(allowed(fields, detailed)), detailed),
  };
}
