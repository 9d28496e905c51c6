import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Author } from "../../core/message.js";
import type { Principal } from "../../identity/index.js";
import type { Inbox } from "../../inbox/index.js";
import {
  blockRequest,
  conversationChange,
  conversationDto as conversationShape,
  conversationListQuery,
  listQuery,
  messageDto,
  newMessage,
  newNote,
  readMarkDto,
  readRequest,
  replyPolicyDto,
} from "../../wire/inbox.js";
import { contentFromDto, conversationDto, type InboxPresenter } from "../presenters/inbox.js";

const tag = "Conversations";

interface Deps {
  inbox: Inbox;
  present: InboxPresenter;
  /** Members of the workspace, for mentions and read marks. */
  isMember(workspaceId: string, id: string): Promise<boolean>;
}

/** In whose name a key acts. */
export const authorOf = (principal: Principal): Author => ({ kind: "api", id: principal.keyId });

const gone = () => new AppError("not_found", "There is no such conversation.");
const date = (value: string | null | undefined) => (value ? new Date(value) : value === null ? null : undefined);

/** Conversations, what is written into them, and their state. */
export function conversationEndpoints({ inbox, present, isMember }: Deps): Endpoint[] {
  async function memberOrRefuse(workspaceId: string, id: string, pointer: string): Promise<void> {
    if (await isMember(workspaceId, id)) return;
    const message = "There is no such member in this workspace.";
    throw new AppError("unprocessable", message, { errors: [{ pointer, message }] });
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
        const { assignee_id, team_id, label, channel_account_id, contact_id, ...rest } = query;
        const page = await inbox.conversations(principal.workspaceId, {
          ...rest,
          assigneeId: assignee_id === "none" ? null : assignee_id,
          teamId: team_id,
          labelId: label,
          accountId: channel_account_id,
          contactId: contact_id,
        });
        return pageDto(page, conversationDto);
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id",
      tag,
      summary: "Get a conversation",
      scope: "conversations:read",
      answer: conversationShape,
      async handle({ principal, params }) {
        const conversation = await inbox.conversation(principal.workspaceId, params.id!);
        if (!conversation) throw gone();
        return conversationDto(conversation);
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
        const changed = await inbox.changeConversation(
          principal.workspaceId,
          params.id!,
          {
            status: body.status,
            snoozedUntil: date(body.snoozed_until),
            assigneeId: body.assignee_id,
            teamId: body.team_id,
            labels: body.labels,
            priority: body.priority,
          },
          authorOf(principal),
        );
        return conversationDto(changed);
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/messages",
      tag,
      summary: "List the messages of a conversation, newest first",
      scope: "conversations:read",
      query: listQuery,
      answer: pageOf(messageDto),
      async handle({ principal, params, query }) {
        if (!(await inbox.hasConversation(principal.workspaceId, params.id!))) throw gone();
        return pageDto(await inbox.messages(principal.workspaceId, params.id!, query), present.message);
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/messages",
      tag,
      summary: "Reply",
      description: "The message is stored as `queued` and sent in the order of its conversation.",
      scope: "messages:send",
      body: newMessage,
      status: 201,
      answer: messageDto,
      errors: ["unprocessable"],
      idempotency: "own",
      async handle({ principal, params, body, idempotencyKey, requestId, header }) {
        const { workspaceId } = principal;
        const content = await contentFromDto(body.content, async (fileId) => {
          return (await inbox.files.find(workspaceId, fileId))?.role ?? "document";
        });
        const { message, replayed } = await inbox.reply({
          workspaceId,
          conversationId: params.id!,
          author: authorOf(principal),
          content,
          replyTo: body.reply_to,
          idempotencyKey,
          traceId: requestId,
        });
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
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        if (body.member_id !== undefined) await memberOrRefuse(workspaceId, body.member_id, "/member_id");
        const read = await inbox.read({
          workspaceId,
          conversationId: params.id!,
          readerId: body.member_id ?? principal.keyId,
          upTo: body.up_to,
        });
        if (read) await inbox.commands.showRead(read);
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
      description: "At the provider, where the channel can.",
      scope: "conversations:write",
      body: blockRequest,
      answer: null,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        await inbox.commands.block(principal.workspaceId, params.id!, body.blocked);
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
      idempotency: "none",
      async handle({ principal, params }) {
        await inbox.commands.showTyping(principal.workspaceId, params.id!);
        return undefined;
      },
    }),
  ];
}
