import { Router } from "express";
import { AppError } from "../../core/errors.js";
import { requireScope } from "../../identity/index.js";
import type { Inbox } from "../../inbox/index.js";
import { conversationListQuery, listQuery, newMessage } from "../../wire/inbox.js";
import { contentFromDto, conversationDto, messageDto } from "../presenters/inbox.js";
import { idempotencyKeyOf, parse, principalOf } from "../request.js";

/** Conversations and their messages. */
export function conversationRoutes(inbox: Inbox): Router {
  const routes = Router();

  const notFound = () => new AppError("not_found", "There is no such conversation.");

  routes.get("/conversations", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "conversations:read");
    const page = await inbox.conversations(principal.workspaceId, parse(conversationListQuery, request.query, "query"));
    response.json({ data: page.items.map(conversationDto), next_cursor: page.next, has_more: page.next !== null });
  });

  routes.get("/conversations/:id", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "conversations:read");
    const conversation = await inbox.conversation(principal.workspaceId, request.params.id);
    if (!conversation) throw notFound();
    response.json(conversationDto(conversation));
  });

  routes.get("/conversations/:id/messages", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "conversations:read");
    const query = parse(listQuery, request.query, "query");
    const { id } = request.params;
    if (!(await inbox.hasConversation(principal.workspaceId, id))) throw notFound();
    const page = await inbox.messages(principal.workspaceId, id, query);
    response.json({ data: page.items.map(messageDto), next_cursor: page.next, has_more: page.next !== null });
  });

  routes.post("/conversations/:id/messages", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "messages:send");
    const body = parse(newMessage, request.body, "body");
    const { message, replayed } = await inbox.reply({
      workspaceId: principal.workspaceId,
      conversationId: request.params.id,
      author: { kind: "api", id: principal.keyId },
      content: contentFromDto(body.content),
      replyTo: body.reply_to,
      idempotencyKey: idempotencyKeyOf(request),
    });
    if (replayed) response.set("Idempotent-Replayed", "true");
    response.status(201).json(messageDto(message));
  });

  routes.get("/messages/:id", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "conversations:read");
    const message = await inbox.message(principal.workspaceId, request.params.id);
    if (!message) throw new AppError("not_found", "There is no such message.");
    response.json(messageDto(message));
  });

  return routes;
}
