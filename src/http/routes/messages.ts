import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Principal } from "../../identity/index.js";
import type { Hit, Inbox, Message, Page } from "../../inbox/index.js";
import {
  listQuery,
  messageDetailDto,
  messageEdit,
  rawMessageDto,
  reactionChange,
  searchHitDto,
  searchQuery,
  traceEntryDto,
  waitingChangeDto,
} from "../../wire/inbox.js";
import { contentFromDto, type InboxPresenter } from "../presenters/inbox.js";
import { traceOf, type TracedDelivery } from "../presenters/trace.js";
import { waitingChange } from "../presenters/waitingChange.js";
import { authorOf, memberOf } from "./conversations.js";

const tag = "Messages";

interface Deps {
  inbox: Inbox;
  present: InboxPresenter;
  /** What integrators were told of a message. */
  deliveriesOf(workspaceId: string, messageId: string): Promise<TracedDelivery[]>;
  /** What the provider said of a message, as intake read it and without secrets; undefined when it is not kept any more. */
  providerEvent(message: Message): Promise<{ normalized: unknown; provider: unknown } | undefined>;
}

/** Single messages, what can be done to them, and search. */
export function messageEndpoints({ inbox, present, deliveriesOf, providerEvent }: Deps): Endpoint[] {
  const { commands } = inbox;
  async function found(workspaceId: string, id: string): Promise<Message> {
    const message = await inbox.message(workspaceId, id);
    if (!message) throw new AppError("not_found", "There is no such message.", { reason: "message_unknown" });
    return message;
  }
  /** With what the member who asks has read. */
  async function read(principal: Principal, page: Page<Hit>): Promise<Page<Hit>> {
    const around = await inbox.reading.forReader(
      page.items.map((hit) => hit.conversation),
      memberOf(principal),
    );
    return { ...page, items: page.items.map((hit, index) => ({ ...hit, conversation: around[index]! })) };
  }
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
      path: "/waiting-changes",
      tag,
      summary: "List edits, removals, reactions and statuses whose message is not here",
      description:
        "They are applied when their message comes, within a week: nothing a provider says is dropped unseen.",
      scope: "conversations:read",
      query: listQuery,
      answer: pageOf(waitingChangeDto),
      handle: async ({ principal, query }) =>
        pageDto(await inbox.waitingChanges(principal.workspaceId, query), (one) => waitingChange(present, one)),
    }),
    endpoint({
      method: "get",
      path: "/messages/:id",
      tag,
      summary: "Get a message, with its attempts and earlier versions",
      scope: "conversations:read",
      answer: messageDetailDto,
      handle: async ({ principal, params }) => present.messageDetail(await found(principal.workspaceId, params.id!)),
    }),
    endpoint({
      method: "get",
      path: "/messages/:id/trace",
      tag,
      summary: "The way of a message, station by station",
      scope: "conversations:read",
      answer: z.object({ data: z.array(traceEntryDto) }),
      async handle({ principal, params }) {
        const message = await found(principal.workspaceId, params.id!);
        return { data: traceOf(message, await deliveriesOf(principal.workspaceId, message.id)) };
      },
    }),
    endpoint({
      method: "get",
      path: "/messages/:id/raw",
      tag,
      summary: "A message as the program holds it, and as the provider said it",
      scope: "operations",
      answer: rawMessageDto,
      async handle({ principal, params }) {
        const message = await found(principal.workspaceId, params.id!);
        return (await providerEvent(message)) ?? { normalized: present.messageDetail(message), provider: null };
      },
    }),
    endpoint({
      method: "patch",
      path: "/messages/:id",
      tag,
      summary: "Edit a message or a note",
      description:
        "What was sent is changed at the provider, where the channel can. Of a file only the caption changes. What is to be sent later can get another time.",
      scope: "messages:send",
      body: messageEdit,
      answer: messageDetailDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, params, body }) {
        const { content } = body;
        if (content?.kind === "media" || content?.kind === "album") {
          throw new AppError(
            "unprocessable",
            "A message cannot be edited into a file. Send the file as a new message.",
            { reason: "edit_into_file" },
          );
        }
        const edited = content && (await contentFromDto(content, () => Promise.resolve("document")));
        const { workspaceId } = principal;
        const changed =
          body.send_at === undefined
            ? await commands.edit(workspaceId, params.id!, edited!)
            : await commands.reschedule(workspaceId, params.id!, new Date(body.send_at), edited);
        return present.messageDetail(changed);
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
    change({ path: "/messages/:id/send-now", summary: "Send at once what was to be sent later" }, (workspaceId, id) =>
      commands.sendNow(workspaceId, id),
    ),
    endpoint({
      method: "get",
      path: "/scheduled-messages",
      tag,
      summary: "List what is to be sent later, what leaves first at the top",
      description: "Of all conversations. It is edited, sent at once or cancelled as any message.",
      scope: "conversations:read",
      query: listQuery,
      answer: pageOf(searchHitDto),
      async handle({ principal, query }) {
        const page = await inbox.scheduled(principal.workspaceId, query);
        return pageDto(await read(principal, page), present.hit);
      },
    }),
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
          before: query.before === undefined ? undefined : new Date(query.before),
          from: query.from === "me" ? (memberOf(principal) ?? undefined) : query.from,
          status: query.is,
          place: query.in,
          limit: query.limit,
          cursor: query.cursor,
        });
        return pageDto(await read(principal, page), present.hit);
      },
    }),
  ];
}
