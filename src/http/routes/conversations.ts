import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError, refusalOf } from "../../core/errors.js";
import type { Author, Content } from "../../core/message.js";
import type { SequencedEvent } from "../../core/ports.js";
import type { Principal } from "../../identity/index.js";
import {
  conversationQueryOf,
  Overtaken,
  type BulkResult,
  type Conversation,
  type ConversationChange,
  type Inbox,
} from "../../inbox/index.js";
import {
  activityDto,
  blockRequest,
  bulkRequest,
  bulkResultDto,
  conversationChange,
  conversationDetailDto,
  conversationDto as conversationShape,
  conversationListQuery,
  listQuery,
  messageDto,
  newMessage,
  newNote,
  readMarkDto,
  readRequest,
  replyPolicyDto,
  threadPageDto,
  threadQuery,
  unreadRequest,
  type ActivityDto,
  type BulkResultDto,
} from "../../wire/inbox.js";
import { contentFromDto, conversationDto, type InboxPresenter } from "../presenters/inbox.js";

const tag = "Conversations";

interface Deps {
  inbox: Inbox;
  present: InboxPresenter;
  /** Members of the workspace, for mentions and read marks. */
  isMember(workspaceId: string, id: string): Promise<boolean>;
}

/** In whose name a caller acts. */
export const authorOf = (principal: Principal): Author =>
  principal.kind === "api" ? { kind: "api", id: principal.keyId } : { kind: "agent", id: principal.memberId };

/** The member who asks; null for a program. */
export const memberOf = (principal: Principal): string | null =>
  principal.kind === "member" ? principal.memberId : null;

const gone = () => new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
const date = (value: string | null | undefined) => (value ? new Date(value) : value === null ? null : undefined);

const activityOf = ({ id, at, data }: SequencedEvent): ActivityDto => ({
  id,
  at: at.toISOString(),
  changes: Array.isArray(data.changes) ? data.changes.filter((one) => typeof one === "string") : [],
  data,
});

const changeOf = (body: z.output<typeof conversationChange>): ConversationChange => ({
  status: body.status,
  snoozedUntil: date(body.snoozed_until),
  assigneeId: body.assignee_id,
  teamId: body.team_id,
  labels: body.labels,
  addLabels: body.add_labels,
  removeLabels: body.remove_labels,
  priority: body.priority,
});

function bulkDto(result: BulkResult): BulkResultDto {
  if (!result.ok) {
    const { id, problem } = result;
    return { id, ok: false, problem: problem.message, refusal: refusalOf(problem), before: null };
  }
  const { before } = result;
  return {
    id: result.id,
    ok: true,
    problem: null,
    refusal: null,
    before: before && {
      status: before.status,
      snoozed_until: before.snoozedUntil?.toISOString() ?? null,
      assignee_id: before.assigneeId,
      team_id: before.teamId,
      labels: before.labels,
      priority: before.priority ?? "none",
    },
  };
}

/** Conversations, what is written into them, and their state. */
export function conversationEndpoints({ inbox, present, isMember }: Deps): Endpoint[] {
  async function memberOrRefuse(workspaceId: string, id: string, pointer: string): Promise<void> {
    if (await isMember(workspaceId, id)) return;
    const message = "There is no such member in this workspace.";
    throw new AppError("unprocessable", message, { reason: "member_unknown", errors: [{ pointer, message }] });
  }

  const seenBy = async (principal: Principal, conversation: Conversation): Promise<Conversation> =>
    (await inbox.reading.forReader([conversation], memberOf(principal)))[0]!;

  async function contentOf(workspaceId: string, body: z.output<typeof newMessage>): Promise<Content> {
    if (body.content === undefined) return inbox.forward(workspaceId, body.forward_of!);
    return contentFromDto(body.content, async (fileId) => {
      return (await inbox.files.find(workspaceId, fileId))?.role ?? "document";
    });
  }

  /** Who was overtaken is shown by what. */
  function inWords(error: unknown): never {
    if (!(error instanceof Overtaken)) throw error;
    throw new AppError(error.code, error.message, { extensions: { message: present.message(error.by) } });
  }

  return [
    endpoint({
      method: "get",
      path: "/conversations",
      tag,
      summary: "List conversations",
      description: "Every view of the inbox is a combination of these filters; all of them are served by an index.",
      scope: "conversations:read",
      query: conversationListQuery,
      answer: pageOf(conversationShape),
      async handle({ principal, query }) {
        const { limit, cursor, sort, ...filters } = query;
        const asked = conversationQueryOf(filters, sort, memberOf(principal));
        const page = await inbox.conversations(principal.workspaceId, { ...asked, limit, cursor });
        return pageDto(
          { ...page, items: await inbox.reading.forReader(page.items, memberOf(principal)) },
          conversationDto,
        );
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id",
      tag,
      summary: "Get a conversation",
      scope: "conversations:read",
      answer: conversationDetailDto,
      async handle({ principal, params }) {
        const { workspaceId } = principal;
        const found = await inbox.conversation(workspaceId, params.id!);
        if (!found) throw gone();
        const conversation = await seenBy(principal, found);
        const first = await inbox.reading.firstUnread(workspaceId, found.id, conversation.unreadForMe ?? 0);
        return { ...conversationDto(conversation), first_unread_id: first };
      },
    }),
    endpoint({
      method: "patch",
      path: "/conversations/:id",
      tag,
      summary: "Assign, label, snooze, resolve",
      scope: "conversations:write",
      body: conversationChange,
      answer: conversationShape,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const changed = await inbox.changeConversation(workspaceId, params.id!, changeOf(body), authorOf(principal));
        return conversationDto(await seenBy(principal, changed));
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/bulk",
      tag,
      summary: "Change many conversations at once",
      description: "Each by itself: `data` says of every one whether it went well, and what it was before.",
      scope: "conversations:write",
      body: bulkRequest,
      answer: z.object({ data: z.array(bulkResultDto) }),
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        const { workspaceId, callerId } = principal;
        const results = await inbox.changeConversations(
          workspaceId,
          body.ids,
          changeOf(body.change ?? {}),
          authorOf(principal),
        );
        const there = results.filter((one) => one.ok).map((one) => one.id);
        if (body.read) await inbox.reading.readMany(workspaceId, there, callerId);
        return { data: results.map(bulkDto) };
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/messages",
      tag,
      summary: "List the messages of a conversation, newest first",
      scope: "conversations:read",
      description: "From the newest on, from a cursor on, or around one of them: a jump to what was found far back.",
      query: threadQuery,
      answer: threadPageDto,
      async handle({ principal, params, query }) {
        if (!(await inbox.hasConversation(principal.workspaceId, params.id!))) throw gone();
        const page = await inbox.messages(principal.workspaceId, params.id!, query);
        return { ...pageDto(page, present.message), previous_cursor: page.previous };
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/activity",
      tag,
      summary: "How a conversation was changed, newest first",
      description: "Who gave it to whom, resolved it, labelled it. What was said stands in its messages.",
      scope: "conversations:read",
      query: listQuery,
      answer: pageOf(activityDto),
      async handle({ principal, params, query }) {
        if (!(await inbox.hasConversation(principal.workspaceId, params.id!))) throw gone();
        return pageDto(await inbox.events.changesOf(principal.workspaceId, params.id!, query), activityOf);
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/messages",
      tag,
      summary: "Reply",
      description:
        "The message is stored as `queued` and sent in the order of its conversation; with `send_at` it waits as `scheduled` and is checked again at its time.",
      scope: "messages:send",
      body: newMessage,
      status: 201,
      answer: messageDto,
      errors: ["unprocessable", "overtaken"],
      idempotency: "own",
      async handle({ principal, params, body, idempotencyKey, requestId, header }) {
        const { workspaceId } = principal;
        const content = await contentOf(workspaceId, body);
        const { message, replayed } = await inbox
          .reply({
            workspaceId,
            conversationId: params.id!,
            author: authorOf(principal),
            content,
            replyTo: body.reply_to,
            sendAt: date(body.send_at) ?? undefined,
            seen: body.force ? undefined : body.seen_message_id,
            idempotencyKey,
            traceId: requestId,
          })
          .catch(inWords);
        if (replayed) header("Idempotent-Replayed", "true");
        return present.message(message);
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/reply-policy",
      tag,
      summary: "May a reply be sent now, and until when",
      scope: "conversations:read",
      answer: replyPolicyDto,
      async handle({ principal, params }) {
        const verdict = await inbox.replyPolicy(principal.workspaceId, params.id!, authorOf(principal));
        return {
          allowed: verdict.allowed,
          reason: verdict.allowed ? null : verdict.reason,
          sentence: verdict.allowed ? verdict.notice : verdict.sentence,
          until: verdict.allowed ? (verdict.until?.toISOString() ?? null) : null,
          capabilities: verdict.capabilities,
        };
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/notes",
      tag,
      summary: "Write a private note",
      scope: "conversations:write",
      body: newNote,
      status: 201,
      answer: messageDto,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const mentions = [...new Set(body.mentions ?? [])];
        for (const [index, id] of mentions.entries()) await memberOrRefuse(workspaceId, id, `/mentions/${index}`);
        const note = await inbox.note({
          workspaceId,
          conversationId: params.id!,
          author: authorOf(principal),
          text: body.text,
          mentions,
        });
        return present.message(note);
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/read",
      tag,
      summary: "Mark as read",
      scope: "conversations:write",
      body: readRequest,
      bodyOptional: true,
      answer: null,
      action: null,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        if (body.member_id !== undefined) await memberOrRefuse(workspaceId, body.member_id, "/member_id");
        const read = await inbox.reading.read({
          workspaceId,
          conversationId: params.id!,
          // Integrators speak for their members; members only for themselves.
          readerId: principal.kind === "member" ? principal.memberId : (body.member_id ?? principal.keyId),
          upTo: body.up_to,
        });
        if (read) await inbox.commands.showRead(read);
        return undefined;
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/unread",
      tag,
      summary: "Mark as unread, from a message on",
      description: "For whoever asks; nobody else's marks move.",
      scope: "conversations:write",
      action: null,
      body: unreadRequest,
      bodyOptional: true,
      answer: null,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal: { workspaceId, callerId }, params, body }) {
        const from = body.from_message_id;
        await inbox.reading.unread({ workspaceId, conversationId: params.id!, readerId: callerId, from });
        return undefined;
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/read-marks",
      tag,
      summary: "How far everybody has read",
      scope: "conversations:read",
      answer: z.object({ data: z.array(readMarkDto) }),
      async handle({ principal, params }) {
        if (!(await inbox.hasConversation(principal.workspaceId, params.id!))) throw gone();
        const marks = await inbox.readMarks(principal.workspaceId, params.id!);
        return {
          data: marks.map(({ readerId, messageId, at, readAt }) => ({
            reader_id: readerId,
            message_id: messageId,
            at: at.toISOString(),
            read_at: readAt.toISOString(),
          })),
        };
      },
    }),
    endpoint({
      method: "put",
      path: "/conversations/:id/block",
      tag,
      summary: "Keep the customer from writing, or let them again",
      description:
        "At the provider, where the channel can. Until they are unblocked, replies are refused with the reason `blocked_by_us`.",
      scope: "conversations:write",
      body: blockRequest,
      answer: null,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        await inbox.commands.block(principal.workspaceId, params.id!, body.blocked, authorOf(principal));
        return undefined;
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/typing",
      tag,
      summary: "Show the customer that somebody writes",
      scope: "messages:send",
      answer: null,
      action: null,
      idempotency: "none",
      async handle({ principal, params }) {
        await inbox.commands.showTyping(principal.workspaceId, params.id!);
        return undefined;
      },
    }),
  ];
}
