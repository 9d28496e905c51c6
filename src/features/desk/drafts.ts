import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { asSealed } from "../../platform/sealed.js";
import { draftDto, draftListDto, draftWrite, type DraftDto } from "../../wire/desk.js";
import type { DraftRow } from "./model.js";
import type { DeskDeps } from "./ports.js";

/** Drafts that a list shows. */
const listMost = 200;
const place = (workspaceId: string) => ({ workspaceId, collection: "drafts", field: "body" });

interface Body {
  text: string;
  replyTo: string | null;
  attachmentIds: string[];
}

/** What callers have begun to write: one draft for each in each conversation, theirs alone. */
export function draftEndpoints({ models: { drafts }, inbox, keyring, clock }: DeskDeps): Endpoint[] {
  const tag = "Drafts";
  const idOf = (conversationId: string, callerId: string) => `${conversationId}/${callerId}`;

  async function present(row: DraftRow): Promise<DraftDto> {
    const body = JSON.parse(await keyring.open(place(row.workspaceId), row.body)) as Body;
    return {
      conversation_id: row.conversationId,
      mode: row.mode,
      text: body.text,
      reply_to: body.replyTo,
      attachment_ids: body.attachmentIds,
      updated_at: row.updatedAt.toISOString(),
    };
  }

  async function inConversation(workspaceId: string, id: string): Promise<void> {
    if (!(await inbox.hasConversation(workspaceId, id))) {
      throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
    }
  }

  const find = (workspaceId: string, conversationId: string, callerId: string) =>
    drafts.findOne({ _id: idOf(conversationId, callerId), workspaceId }).lean();

  return [
    endpoint({
      method: "get",
      path: "/drafts",
      tag,
      summary: "In which conversations the caller has drafts, the latest first",
      scope: "conversations:read",
      answer: draftListDto,
      async handle({ principal: { workspaceId, callerId } }) {
        const rows = await drafts
          .find({ workspaceId, callerId }, { conversationId: 1, mode: 1, updatedAt: 1 })
          .sort({ updatedAt: -1 })
          .limit(listMost)
          .lean();
        return {
          data: rows.map(({ conversationId, mode, updatedAt }) => ({
            conversation_id: conversationId,
            mode,
            updated_at: updatedAt.toISOString(),
          })),
        };
      },
    }),
    endpoint({
      method: "get",
      path: "/conversations/:id/draft",
      tag,
      summary: "What the caller has begun to write here; null when nothing",
      scope: "conversations:read",
      answer: draftDto.nullable(),
      async handle({ principal: { workspaceId, callerId }, params }) {
        await inConversation(workspaceId, params.id!);
        const row = await find(workspaceId, params.id!, callerId);
        return row ? present(row) : null;
      },
    }),
    endpoint({
      method: "put",
      path: "/conversations/:id/draft",
      tag,
      summary: "Keep what the caller has begun to write",
      description:
        "The last one wins, by the server's clock. With `updated_at` of the draft it goes on from, it is refused with `conflict` when another device wrote a newer one; `draft` of the problem document is that one.",
      scope: "conversations:write",
      action: null,
      body: draftWrite,
      answer: draftDto,
      errors: ["conflict"],
      async handle({ principal: { workspaceId, callerId }, params, body }) {
        const conversationId = params.id!;
        await inConversation(workspaceId, conversationId);
        const content: Body = { text: body.text, replyTo: body.reply_to, attachmentIds: body.attachment_ids };
        const sealed = asSealed(await keyring.seal(place(workspaceId), JSON.stringify(content)));
        const _id = idOf(conversationId, callerId);
        const row: DraftRow = {
          _id,
          workspaceId,
          conversationId,
          callerId,
          mode: body.mode,
          body: sealed,
          updatedAt: clock.now(),
        };
        const from = body.updated_at;
        const expected = from === undefined ? {} : { updatedAt: { $lte: new Date(from ?? 0) } };
        try {
          const { _id: _, ...set } = row;
          await drafts.updateOne({ _id, workspaceId, ...expected }, { $set: set }, { upsert: true });
        } catch (error) {
          if ((error as { code?: unknown }).code !== 11000) throw error;
          const newer = await find(workspaceId, conversationId, callerId);
          throw new AppError("conflict", "Another device wrote a newer draft.", {
            reason: "newer_draft",
            extensions: { draft: newer ? await present(newer) : null },
          });
        }
        return present(row);
      },
    }),
    endpoint({
      method: "delete",
      path: "/conversations/:id/draft",
      tag,
      summary: "Throw away what the caller has begun to write",
      scope: "conversations:write",
      action: null,
      answer: null,
      async handle({ principal: { workspaceId, callerId }, params }) {
        await inConversation(workspaceId, params.id!);
        await drafts.deleteOne({ _id: idOf(params.id!, callerId), workspaceId });
        return undefined;
      },
    }),
  ];
}
