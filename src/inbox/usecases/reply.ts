import { createHash } from "node:crypto";
import type { Capabilities } from "../../core/capabilities.js";
import { AppError } from "../../core/errors.js";
import { mediaOf, type Author, type Content } from "../../core/message.js";
import type { Clock, Enqueue, Log } from "../../core/ports.js";
import { maySend, mayWrite, type Verdict } from "../policy.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { ConversationRepo, Route } from "../repos/conversations.js";
import type { FileRepo } from "../repos/files.js";
import type { Fresh, MessageRepo } from "../repos/messages.js";
import type { Outbox } from "../repos/outbox.js";
import type { Schedule } from "../repos/schedule.js";
import type { Message } from "../types.js";
import { turnTaken } from "./overtaken.js";
import { checkedSendAt, releaseJob } from "./sendLater.js";
import type { Templates } from "./templates.js";
import { drainJob } from "./settle.js";

export interface ReplyInput {
  workspaceId: string;
  conversationId: string;
  author: Author;
  content: Content;
  /** When it is to leave; undefined: now. */
  sendAt?: Date | undefined;
  /** The last message its writer saw: nothing is sent when somebody else of us wrote after it. */
  seen?: string | undefined;
  /** Our id of a message of the same conversation. */
  replyTo?: string | undefined;
  /** The caller's Idempotency-Key: the same key and content give the same message. */
  idempotencyKey?: string | undefined;
  traceId?: string | undefined;
}

interface Deps {
  accounts: AccountRepo;
  conversations: ConversationRepo;
  messages: MessageRepo;
  files: FileRepo;
  schedule: Pick<Schedule, "waiting">;
  capabilitiesOf(kind: string): Capabilities | undefined;
  templates: Templates;
  settle(fresh: readonly Fresh[]): Promise<void>;
  /** Of the messages. */
  outbox: Outbox;
  enqueue: Enqueue;
  clock: Clock;
  log: Log;
}

/** In one conversation; more is a mistake of a program, or a list of mails. */
const scheduledMost = 50;
const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("base64url");
const gone = () => new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });

/**
 * Stores a reply as queued and asks the conversation's lane to send it, or keeps it until its time. Once this resolves the reply is not lost: when the
 * queue is down, the sweeper finds it. `replayed` is true when the same request was answered before.
 * Throws AppError: `not_found`, `unprocessable` (may not be said here and now, with the reason; a file or a message that is
 * not here, a time that is over), `idempotency_mismatch`, `overtaken` (as Overtaken, with the message of somebody else).
 */
export function reply(deps: Deps): (input: ReplyInput) => Promise<{ message: Message; replayed: boolean }> {
  const { conversations, messages, files, enqueue, settle, clock, log } = deps;

  async function repliedTo({ workspaceId, conversationId, replyTo }: ReplyInput) {
    if (replyTo === undefined) return null;
    const key = await messages.externalKeyOf(workspaceId, conversationId, replyTo);
    if (key === undefined) {
      throw new AppError(
        "unprocessable",
        "The message to answer is not in this conversation, or was never delivered.",
        { reason: "message_unknown", errors: [{ pointer: "/reply_to", message: "Unknown message" }] },
      );
    }
    return { key, messageId: replyTo };
  }

  /** The content with what we know about its files; they must be of this workspace and not sent yet. */
  async function withFiles(workspaceId: string, content: Content): Promise<Content> {
    const uploads = uploadsOf(content);
    if (uploads.length === 0) return content;
    const known = await files.byId(uploads);
    const filled = mediaOf(content).map((ref) => {
      const file = known.get(ref.source.slice("upload:".length));
      if (file?.workspaceId !== workspaceId || file.state !== "stored") {
        throw new AppError("unprocessable", "A file of the message is not here. Upload it first.", {
          reason: "attachment_missing",
          errors: [{ pointer: "/content", message: "Unknown attachment" }],
        });
      }
      return {
        ...ref,
        mime: file.mime ?? undefined,
        name: file.name ?? undefined,
        bytes: file.bytes ?? undefined,
        width: file.width ?? undefined,
        height: file.height ?? undefined,
        seconds: file.seconds ?? undefined,
      };
    });
    if (content.kind === "media") return { ...content, media: filled[0]! };
    return content.kind === "album" ? { ...content, items: filled } : content;
  }

  async function allowed(route: Route, author: Author, content: Content, requestKey: string | null): Promise<void> {
    const verdict = maySend(situation(deps, route, author), content);
    if (verdict.allowed) return;
    // What was accepted before stays accepted: its repetition must not read like a refusal.
    if (requestKey !== null && (await messages.hasRequest(requestKey))) return;
    throw new AppError("unprocessable", verdict.sentence, { reason: verdict.reason });
  }

  /** Whether one more may wait. Two at the same moment may both pass: the number is a brake, not a promise. */
  async function checkLater(
    { workspaceId, conversationId }: ReplyInput,
    sendAt: Date,
    now: Date,
    requestKey: string | null,
  ): Promise<void> {
    checkedSendAt(sendAt, now);
    if ((await deps.schedule.waiting(workspaceId, conversationId, scheduledMost)) < scheduledMost) return;
    if (requestKey !== null && (await messages.hasRequest(requestKey))) return;
    throw new AppError(
      "unprocessable",
      `${scheduledMost} messages of this conversation are to be sent later already. Send or cancel one of them first.`,
      { reason: "too_many_scheduled", extensions: { most: scheduledMost } },
    );
  }

  return async (input) => {
    const { workspaceId, conversationId, author, idempotencyKey } = input;
    const route = await conversations.route(workspaceId, conversationId);
    if (!route) throw gone();
    const filled = await withFiles(workspaceId, input.content);
    const requestKey = idempotencyKey === undefined ? null : hash({ workspaceId, author, idempotencyKey });
    await allowed(route, author, filled, requestKey);
    const now = clock.now();
    const { sendAt } = input;
    if (sendAt) await checkLater(input, sendAt, now, requestKey);
    const repeated = requestKey !== null && input.seen !== undefined && (await messages.hasRequest(requestKey));
    if (input.seen !== undefined && !repeated) {
      await turnTaken(deps, { workspaceId, conversationId, author, seen: input.seen });
    }
    const content =
      filled.kind === "template" ? await deps.templates.ready(workspaceId, route.accountId, filled) : filled;

    const requestHash = hash({ conversationId, content: input.content, replyTo: input.replyTo ?? null, sendAt });
    const { message, created, fresh, ...earlier } = await messages.insertReply({
      workspaceId,
      accountId: route.accountId,
      conversationId,
      author,
      content,
      replyTo: await repliedTo(input),
      requestKey,
      requestHash,
      traceId: input.traceId ?? null,
      sendAt,
      now,
    });
    if (!created && earlier.requestHash !== requestHash) {
      throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another request.", {
        reason: "key_used",
      });
    }
    if (created && sendAt) {
      await files.attach(workspaceId, uploadsOf(content), { id: message.id, conversationId });
      await deps.outbox.tell([{ _id: message.id, workspaceId, tell: [earlier.told!] }]);
      await enqueue.add([releaseJob(workspaceId, message.id, sendAt, now)]).catch((error: unknown) => {
        log.warn("message_waits_for_sweeper", { messageId: message.id, error: error as Error });
      });
    } else if (fresh) {
      await files.attach(workspaceId, uploadsOf(content), { id: message.id, conversationId });
      await settle([fresh]);
      await enqueue.add([drainJob(workspaceId, conversationId)]).catch((error: unknown) => {
        // The message is safe already; a queue that is down only makes it later: the sweeper finds it.
        log.warn("reply_waits_for_sweeper", { messageId: message.id, error: error as Error });
      });
    }
    return { message, replayed: !created };
  };
}

/** What the composer shows before a word is typed. Throws AppError `not_found`. */
export function replyPolicy(
  deps: Deps,
): (
  workspaceId: string,
  conversationId: string,
  author: Author,
) => Promise<Verdict & { capabilities: Capabilities | null }> {
  return async (workspaceId, conversationId, author) => {
    const route = await deps.conversations.route(workspaceId, conversationId);
    if (!route) throw gone();
    const account = await deps.accounts.find(workspaceId, route.accountId);
    const about = { ...situation(deps, route, author), accountEnabled: account?.enabled ?? false };
    return { ...mayWrite(about), capabilities: about.capabilities ?? null };
  };
}

/** May something that was written for later be said now? undefined when its conversation is gone. */
export function verdictOf(deps: Pick<Deps, "conversations" | "capabilitiesOf" | "clock">) {
  return async (message: {
    workspaceId: string;
    conversationId: string;
    author: Author;
    content: Content;
  }): Promise<Verdict | undefined> => {
    const route = await deps.conversations.route(message.workspaceId, message.conversationId);
    return route && maySend(situation(deps, route, message.author), message.content);
  };
}

function situation(deps: Pick<Deps, "capabilitiesOf" | "clock">, route: Route, author: Author) {
  return {
    capabilities: deps.capabilitiesOf(route.channel),
    // What is sent to a disabled account waits; it is no reason to refuse.
    accountEnabled: true,
    blocked: route.blocked,
    blockedByUs: route.blockedByUs,
    lastInboundAt: route.lastInboundAt,
    author: author.kind,
    now: deps.clock.now(),
  };
}

const uploadsOf = (content: Content): string[] =>
  mediaOf(content)
    .filter(({ source }) => source.startsWith("upload:"))
    .map(({ source }) => source.slice("upload:".length));
