import { ProviderError, type Failure } from "../../core/errors.js";
import type { ExternalId } from "../../core/ids.js";
import type { OutboundMessage } from "../../core/message.js";

/**
 * Sends the parts of one message one after the other, leaving out those that went through in an earlier attempt. A failure
 * half way tells which did (`ProviderError.sentParts`). Where the caller cannot hand them back, a failure that could be
 * retried becomes "may have been sent": a retry would send the first parts again.
 */
export async function sendInParts<T>(
  { sentParts }: Pick<OutboundMessage, "sentParts">,
  parts: readonly T[],
  sendOne: (part: T, index: number) => Promise<ExternalId[]>,
): Promise<ExternalId[]> {
  const done: ExternalId[] = [...(sentParts ?? [])];
  for (const [index, part] of parts.entries()) {
    if (index < (sentParts?.length ?? 0)) continue;
    try {
      done.push(...(await sendOne(part, index)));
    } catch (error) {
      throw halfWay(error, done, sentParts !== undefined);
    }
  }
  return done;
}

/**
 * The error of a message of which these parts went through. For a caller that cannot hand them back (`resumable` false) one
 * that could be retried is one whose outcome is unknown.
 */
export function halfWay(error: unknown, sentParts: readonly ExternalId[], resumable: boolean): unknown {
  if (!(error instanceof ProviderError) || sentParts.length === 0) return error;
  const retryable = ["rate_limited", "unreachable", "moved"].includes(error.failure.kind);
  const failure: Failure = retryable && !resumable ? { kind: "unreachable", mayHaveBeenSent: true } : error.failure;
  const message = `Only the first ${sentParts.length} parts were sent. ${error.message}`;
  return new ProviderError(failure, message, error.providerCode, sentParts);
}
