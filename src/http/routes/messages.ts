import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Inbox } from "../../inbox/index.js";
import { messageDetailDto, messageEdit, reactionChange, searchHitDto, searchQuery } from "../../wire/inbox.js";
import { contentFromDto, type InboxPresenter } from "../presenters/inbox.js";
import { authorOf } from "./conversations.js";

const tag = "Messages";

/** Single messages, what can be done to them, and search. */
export function messageEndpoints({ inbox, present }: { inbox: Inbox; present: InboxPresenter }): Endpoint[] {
  const { commands } = inbox;
  const change = (
    definition: Pick<Endpoint, "summary"> & { path: string; description?: string },
    act: (workspaceId: string, id: string) => ReturnType<typeof commands.cancel>,
  ) =>
    endpoint({
      method: "post",
      tag,
      scope: "messages:send",
      answer: messageDetailDto,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      ...definition,
      handle: async ({ principal, params }) => present.messageDetail(await act(principal.workspaceId, params.id!)),
    });

  return [
    endpoint({
      method: "get",
      path: "/messages/:id",
      tag,
      summary: "Get a message, with its attempts and earlier versions",
      scope: "conversations:read",
      answer: messageDetailDto,
      async handle({ principal, params }) {
        const message = await inbox.message(principal.workspaceId, params.id!);
        if (!message) throw new AppError("not_found", "There is no such message.");
        return present.messageDetail(message);
      },
    }),
    endpoint({
      method: "patch",
      path: "/messages/:id",
      tag,
      summary: "Edit a message or a note",
      description:
        "What was sent is changed at the provider, where the channel can. Of a file only the caption changes.",
      scope: "messages:send",
      body: messageEdit,
      answer: messageDetailDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, params, body }) {
        const { content } = body;
        if (content.kind === "media" || content.kind === "album") {
          throw new AppError(
            "unprocessable",
            "A message cannot be edited into a file. Send the file as a new message.",
          );
        }
        const edited = await contentFromDto(content, () => Promise.resolve("document"));
        return present.messageDetail(await commands.edit(principal.workspaceId, params.id!, edited));
      },
    }),
    endpoint({
      method: "delete",
      path: "/messages/:id",
      tag,
      summary: "Delete a message of ours for everyone, or a note",
      scope: "messages:send",
      answer: null,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, params }) {
        await commands.remove(principal.workspaceId, params.id!);
        return undefined;
      },
    }),
    endpoint({
      method: "put",
      path: "/messages/:id/reaction",
      tag,
      summary: "React to a message",
      scope: "messages:send",
      body: reactionChange,
      answer: messageDetailDto,
      errors: ["conflict", "unprocessable"],
      handle: async ({ principal, params, body }) =>
        present.messageDetail(await commands.react(principal.workspaceId, params.id!, authorOf(principal), body.emoji)),
    }),
    change({ path: "/messages/:id/cancel", summary: "Take back a message that was not sent yet" }, (workspaceId, id) =>
      commands.cancel(workspaceId, id),
    ),
    change(
      {
        path: "/messages/:id/retry",
        summary: "Try again what was not delivered",
        description:
          "A new attempt with an id of its own. A message whose outcome is `unknown` may reach the customer twice; only people should decide that.",
      },
      (workspaceId, id) => commands.retry(workspaceId, id),
    ),
    endpoint({
      method: "get",
      path: "/search/messages",
      tag,
      summary: "Search messages, newest first",
      description:
        "Messages are stored sealed; the index knows keyed hashes of words only. A page may be shorter than `limit` and still have a next one.",
      scope: "conversations:read",
      query: searchQuery,
      answer: pageOf(searchHitDto),
      async handle({ principal, query }) {
        const page = await inbox.search({
          workspaceId: principal.workspaceId,
          q: query.q,
          contactId: query.contact_id,
          labelId: query.label,
          channel: query.channel,
          accountId: query.channel_account_id,
          since: query.since === undefined ? undefined : new Date(query.since),
          until: query.until === undefined ? undefined : new Date(query.until),
          limit: query.limit,
          cursor: query.cursor,
        });
        return pageDto(page, present.hit);
      },
    }),
  ];
}
