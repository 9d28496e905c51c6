import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Reason } from "../../core/reasons.js";
import { redacted, redactedText } from "../../core/redacted.js";
import type { SequencedEvent } from "../../core/ports.js";
import type { Inbox, Page, Quarantined } from "../../inbox/index.js";
import type { Principal } from "../../identity/index.js";
import {
  deadLetterDetailDto,
  deadLetterDto,
  deadLetterEdit,
  eventPage,
  operationsHealthDto,
  type OperationsHealthDto,
  eventQuery,
  openQuery,
  quarantineDetailDto,
  quarantineDto,
  quarantineEdit,
  replayDto,
  replayRequest,
  retriedDto,
} from "../../wire/operations.js";
import { listQuery } from "../../wire/inbox.js";

/** A job that failed for good, without what it carries. */
export interface DeadLetter {
  id: string;
  queue: string;
  job: string;
  attempts: number;
  reason: string;
  failedAt: Date;
  traceId: string | null;
  accountId: string | null;
  conversationId: string | null;
}

/** What operators do about work that did not go through; implemented by the composition root. */
export interface Operations {
  /** Reads a quarantined payload again; true when it could be read now and is on its way. */
  replayQuarantined(workspaceId: string, id: string): Promise<boolean>;
  /** Puts what a provider said in a time into the inbox again; what is there already stays once. */
  replayRaw(workspaceId: string, range: { accountId: string; since: Date; until: Date }): Promise<number>;
  deadLetters(workspaceId: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<DeadLetter>>;
  /** undefined when there is none; its payload is opened when `open`. */
  deadLetter(workspaceId: string, id: string): Promise<(DeadLetter & { payload: unknown }) | undefined>;
  /** Puts other events in the place of those it carries. Throws AppError `unprocessable` for work that carries none. */
  editDeadLetter(workspaceId: string, id: string, events: readonly unknown[]): Promise<boolean>;
  retryDeadLetter(workspaceId: string, id: string): Promise<boolean>;
  /** All that there is when it is called; resolves to how many. */
  retryDeadLetters(workspaceId: string): Promise<number>;
  discardDeadLetter(workspaceId: string, id: string): Promise<boolean>;
  /** How the server is doing; quarantine and dead letters are the workspace's own. */
  health(workspaceId: string): Promise<OperationsHealthDto>;
}

const tag = "Operations";

export const eventDto = (event: SequencedEvent) => ({
  id: event.id,
  seq: event.seq,
  type: event.type,
  at: event.at.toISOString(),
  conversation_id: event.conversationId ?? null,
  data: event.data,
});

const quarantined = ({ id, channel, accountId, where, receivedAt }: Quarantined) => ({
  id,
  channel,
  channel_account_id: accountId,
  where,
  received_at: receivedAt.toISOString(),
});

const deadLetter = (letter: DeadLetter) => ({
  id: letter.id,
  queue: letter.queue,
  job: letter.job,
  attempts: letter.attempts,
  reason: letter.reason,
  failed_at: letter.failedAt.toISOString(),
  trace_id: letter.traceId,
  channel_account_id: letter.accountId,
  conversation_id: letter.conversationId,
});

const unknown = {
  "payload in quarantine": "payload_unknown",
  "dead letter": "letter_unknown",
} satisfies Record<string, Reason>;

/** The event sequence, and what did not go through: quarantine, dead letters, playing again. */
export function operationsEndpoints({ inbox, operations }: { inbox: Inbox; operations: Operations }): Endpoint[] {
  const there = (done: boolean, what: keyof typeof unknown) => {
    if (!done) throw new AppError("not_found", `There is no such ${what}.`, { reason: unknown[what] });
    return undefined;
  };
  /** Looking after the machine is one right, reading what customers write another. */
  const mayRead = ({ scopes }: Principal) => scopes.includes("*") || scopes.includes("conversations:read");
  const operator = { tag, scope: "operations" } as const;
  return [
    endpoint({
      method: "get",
      path: "/events",
      tag: "Events",
      summary: "Events of the workspace after a sequence number, in order",
      description: "The sequence has no gaps: whoever has read up to a number has missed nothing before it.",
      scope: "conversations:read",
      query: eventQuery,
      answer: eventPage,
      async handle({ principal, query }) {
        const { workspaceId } = principal;
        const events = await inbox.events.after(workspaceId, query.after, query.limit);
        const last = await inbox.events.last(workspaceId);
        const seen = events.at(-1)?.seq ?? query.after;
        return { data: events.map(eventDto), last_seq: last, has_more: seen < last };
      },
    }),
    endpoint({
      ...operator,
      method: "get",
      path: "/operations/health",
      summary: "See how the server is doing",
      description: "Stores, queues, lag and settings are those of the whole server; secrets are never shown.",
      answer: operationsHealthDto,
      handle: ({ principal }) => operations.health(principal.workspaceId),
    }),
    endpoint({
      ...operator,
      method: "get",
      path: "/quarantine",
      summary: "List payloads that could not be read",
      query: listQuery,
      answer: pageOf(quarantineDto),
      handle: async ({ principal, query }) =>
        pageDto(await inbox.quarantine.list(principal.workspaceId, query), quarantined),
    }),
    endpoint({
      ...operator,
      method: "get",
      path: "/quarantine/:id",
      summary: "Look at a payload that could not be read",
      description: "Its shape only, unless it is opened.",
      query: openQuery,
      answer: quarantineDetailDto,
      async handle({ principal, params, query }) {
        const entry = await inbox.quarantine.find(principal.workspaceId, params.id!);
        if (!entry)
          throw new AppError("not_found", "There is no such payload in quarantine.", { reason: "payload_unknown" });
        const open = query.open && mayRead(principal);
        return { ...quarantined(entry), raw: open ? entry.raw : redactedText(entry.raw), redacted: !open };
      },
    }),
    endpoint({
      ...operator,
      method: "put",
      path: "/quarantine/:id",
      summary: "Mend a payload, to replay it",
      body: quarantineEdit,
      answer: null,
      handle: async ({ principal, params, body }) =>
        there(await inbox.quarantine.edit(principal.workspaceId, params.id!, body.raw), "payload in quarantine"),
    }),
    endpoint({
      ...operator,
      method: "post",
      path: "/quarantine/:id/replay",
      summary: "Read a payload again",
      description: "When it can be read now it goes into the inbox and leaves quarantine.",
      answer: null,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, params }) {
        if (!(await inbox.quarantine.find(principal.workspaceId, params.id!))) there(false, "payload in quarantine");
        if (!(await operations.replayQuarantined(principal.workspaceId, params.id!))) {
          throw new AppError("unprocessable", "The payload still cannot be read. It stays in quarantine.", {
            reason: "still_unreadable",
          });
        }
        return undefined;
      },
    }),
    endpoint({
      ...operator,
      method: "delete",
      path: "/quarantine/:id",
      summary: "Discard a payload",
      answer: null,
      handle: async ({ principal, params }) =>
        there(await inbox.quarantine.remove(principal.workspaceId, params.id!), "payload in quarantine"),
    }),
    endpoint({
      ...operator,
      method: "post",
      path: "/replay",
      summary: "Put what a provider said in a time into the inbox again",
      description: "What was accepted is kept for seven days. What is in the inbox already stays once.",
      body: replayRequest,
      answer: replayDto,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, body }) {
        const { workspaceId } = principal;
        const accountId = body.channel_account_id;
        if (!(await inbox.accounts.find(workspaceId, accountId))) {
          throw new AppError("unprocessable", "There is no such channel account.", {
            reason: "channel_unknown",
            errors: [{ pointer: "/channel_account_id", message: "Unknown channel account" }],
          });
        }
        const until = body.until === undefined ? new Date() : new Date(body.until);
        return { replayed: await operations.replayRaw(workspaceId, { accountId, since: new Date(body.since), until }) };
      },
    }),
    endpoint({
      ...operator,
      method: "get",
      path: "/dead-letters",
      summary: "List work that failed for good",
      query: listQuery,
      answer: pageOf(deadLetterDto),
      handle: async ({ principal, query }) =>
        pageDto(await operations.deadLetters(principal.workspaceId, query), deadLetter),
    }),
    endpoint({
      ...operator,
      method: "get",
      path: "/dead-letters/:id",
      summary: "Look at work that failed for good",
      description: "The shape of what it carries only, unless it is opened.",
      query: openQuery,
      answer: deadLetterDetailDto,
      async handle({ principal, params, query }) {
        const letter = await operations.deadLetter(principal.workspaceId, params.id!);
        if (!letter) throw new AppError("not_found", "There is no such dead letter.", { reason: "letter_unknown" });
        const open = query.open && mayRead(principal);
        return { ...deadLetter(letter), payload: open ? letter.payload : redacted(letter.payload), redacted: !open };
      },
    }),
    endpoint({
      ...operator,
      method: "put",
      path: "/dead-letters/:id",
      summary: "Mend what it carries, to try it again",
      description: "Only work that records what a provider said carries something that can be mended.",
      body: deadLetterEdit,
      answer: null,
      errors: ["unprocessable"],
      handle: async ({ principal, params, body }) =>
        there(await operations.editDeadLetter(principal.workspaceId, params.id!, body.events), "dead letter"),
    }),
    endpoint({
      ...operator,
      method: "post",
      path: "/dead-letters/:id/retry",
      summary: "Try it again",
      answer: null,
      idempotency: "none",
      handle: async ({ principal, params }) =>
        there(await operations.retryDeadLetter(principal.workspaceId, params.id!), "dead letter"),
    }),
    endpoint({
      ...operator,
      method: "post",
      path: "/dead-letters/retry",
      summary: "Try all of it again",
      answer: retriedDto,
      idempotency: "none",
      handle: async ({ principal }) => ({ retried: await operations.retryDeadLetters(principal.workspaceId) }),
    }),
    endpoint({
      ...operator,
      method: "delete",
      path: "/dead-letters/:id",
      summary: "Discard it",
      answer: null,
      handle: async ({ principal, params }) =>
        there(await operations.discardDeadLetter(principal.workspaceId, params.id!), "dead letter"),
    }),
  ];
}
