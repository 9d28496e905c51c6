import { Webhook } from "standardwebhooks";
import { schemaVersion } from "../../../wire/hooks.js";
import { outboundError } from "../../../platform/outbound/errors.js";
import type { AttemptError, DeliveryRow } from "../model.js";
import type { HookDeps } from "../ports.js";
import type { HookEndpoint } from "../repo.js";
import { failingMostMs, nextTry, offCauses, retryAfterOf, succeeded, type Outcome } from "../schedule.js";

const timeoutMs = 15_000;
/** Of an answer; nobody needs more to see what is wrong. */
const excerptMost = 1_000;
/** Of an answer that is read at all. */
const answerMost = 16_384;

/** How a request went. */
export interface Sent extends Outcome {
  ms: number;
  headers: Record<string, string>;
  error: string | null;
  errorCode: AttemptError | null;
  excerpt: string | null;
}

/** Standard Webhooks: the id stays, the time is that of the try, and every valid secret signs. */
export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly { value: string; until: Date | null }[],
  now: Date,
): Record<string, string> {
  const valid = secrets.filter(({ until }) => until === null || until > now);
  return {
    "content-type": "application/json",
    "user-agent": "Switchboard-Webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": valid.map(({ value }) => new Webhook(value).sign(id, now, body)).join(" "),
  };
}

/** Sends one body to an endpoint. Never rejects: what went wrong is in the answer. */
export function post({ outbound, bins, clock }: HookDeps) {
  return async (endpoint: HookEndpoint, id: string, body: string): Promise<Sent> => {
    const started = clock.now();
    const headers = signedHeaders(id, body, endpoint.secrets, started);
    const bin = bins.keyIn(endpoint.url);
    if (bin !== undefined) {
      const status = await bins.receive({ key: bin, headers, body });
      return { status, ms: 0, headers, error: null, errorCode: null, excerpt: null, retryAfterMs: null };
    }
    try {
      const answer = await outbound.request(endpoint.url, {
        method: "POST",
        headers: { ...endpoint.headers, ...headers },
        body,
        timeoutMs,
        maxBytes: answerMost,
      });
      return {
        status: answer.status,
        ms: answer.ms,
        headers,
        error: null,
        errorCode: null,
        excerpt: excerptOf(answer.body),
        retryAfterMs: retryAfterOf(answer.headers["retry-after"], clock.now()),
      };
    } catch (error) {
      const ms = clock.now().getTime() - started.getTime();
      const { kind, message } = outboundError(error);
      return { status: null, ms, headers, error: message, errorCode: kind, excerpt: null, retryAfterMs: null };
    }
  };
}

/** The beginning of an answer as plain text. */
const excerptOf = (body: Buffer): string =>
  body
    .toString("utf8")
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .slice(0, excerptMost);

/** Tries one claimed delivery and writes down how it went. */
export function deliver(deps: HookDeps) {
  const { repo, events, clock, log } = deps;
  const send = post(deps);

  /** The payload, composed once and the same at every try. */
  async function bodyOf(row: DeliveryRow): Promise<string | undefined> {
    const kept = await repo.body(row);
    if (kept !== undefined) return kept;
    const [event] = await events.after(row.workspaceId, row.seq - 1, 1);
    const data = event?.id === row.eventId ? await deps.payloadOf(event) : undefined;
    if (!event || !data) return undefined;
    const body = JSON.stringify({
      id: event.id,
      type: event.type,
      timestamp: event.at.toISOString(),
      schema_version: schemaVersion,
      workspace_id: event.workspaceId,
      sequence: event.seq,
      data,
    });
    await repo.keepBody(row, body);
    return body;
  }

  async function switchedOff(endpoint: HookEndpoint, cause: string): Promise<void> {
    if (!(await repo.disable(endpoint.id, cause))) return;
    log.warn("webhook_endpoint_disabled", { endpointId: endpoint.id, cause });
    const now = clock.now();
    await deps.publish([
      {
        id: `evt_${endpoint.id.slice(4)}_off_${now.getTime()}`,
        workspaceId: endpoint.workspaceId,
        type: "webhook.endpoint.disabled",
        at: now,
        data: { endpoint_id: endpoint.id, cause },
      },
    ]);
  }

  return async (endpoint: HookEndpoint, row: DeliveryRow): Promise<void> => {
    const n = row.attempts.length + 1;
    const body = await bodyOf(row);
    if (body === undefined) {
      const error = "What it was about is gone.";
      const attempt = { n, at: clock.now(), ms: 0, status: null, error, errorCode: "gone" as const };
      await repo.tried(row, attempt, { headers: {}, excerpt: null }, { state: "failed" });
      return;
    }
    const sent = await send(endpoint, row.eventId, body);
    const now = clock.now();
    const { status, error, errorCode } = sent;
    const attempt = { n, at: now, ms: Math.round(sent.ms), status, error, errorCode };
    if (succeeded(sent)) {
      await repo.tried(row, attempt, sent, { state: "delivered" });
      await repo.succeeded(endpoint.id, now);
      return;
    }
    const gone = sent.status === 410;
    const again = gone ? undefined : nextTry(n, sent, now, Math.random());
    await repo.tried(row, attempt, sent, again ? { state: "waiting", again } : { state: "failed" });
    const since = await repo.failed(endpoint.id, now);
    if (gone) await switchedOff(endpoint, offCauses.gone);
    else if (now.getTime() - since.getTime() > failingMostMs) {
      await switchedOff(endpoint, offCauses.failing);
    }
  };
}
