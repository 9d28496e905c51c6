import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import { asSealed } from "../../platform/sealed.js";
import {
  cannedReplyChange,
  cannedReplyDto,
  newCannedReply,
  renderedDto,
  renderRequest,
  type CannedReplyDto,
} from "../../wire/desk.js";
import { rendered } from "./liquid.js";
import type { CannedReplyRow } from "./model.js";
import type { DeskDeps } from "./ports.js";
import { variablesOf } from "./variables.js";

/** Nobody finds one among more. */
const repliesMost = 1_000;
const place = (workspaceId: string) => ({ workspaceId, collection: "canned_replies", field: "text" });

/** Answers that are written once and used often. */
export function cannedReplyEndpoints(deps: DeskDeps): Endpoint[] {
  const { keyring, clock } = deps;
  const { cannedReplies } = deps.models;
  const tag = "Canned replies";
  const gone = () => new AppError("not_found", "There is no such canned reply.", { reason: "canned_unknown" });
  const sealedText = async (workspaceId: string, text: string) =>
    asSealed(await keyring.seal(place(workspaceId), text));
  const textOf = (row: CannedReplyRow) => keyring.open(place(row.workspaceId), row.text);

  const present = async (row: CannedReplyRow): Promise<CannedReplyDto> => ({
    id: row._id,
    shortcut: row.shortcut,
    name: row.name,
    text: await textOf(row),
    language: row.language === "" ? null : row.language,
    uses: row.uses,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });

  async function once<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw error;
      throw new AppError("conflict", "There is a canned reply with that shortcut in that language already.", {
        reason: "canned_shortcut_taken",
      });
    }
  }

  return [
    endpoint({
      method: "get",
      path: "/canned-replies",
      tag,
      summary: "List canned replies",
      scope: "conversations:read",
      answer: z.object({ data: z.array(cannedReplyDto) }),
      async handle({ principal: { workspaceId } }) {
        const rows = await cannedReplies.find({ workspaceId }).sort({ _id: 1 }).limit(repliesMost).lean();
        return { data: await Promise.all(rows.map(present)) };
      },
    }),
    endpoint({
      method: "post",
      path: "/canned-replies",
      tag,
      summary: "Add a canned reply",
      scope: "conversations:write",
      body: newCannedReply,
      status: 201,
      answer: cannedReplyDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal: { workspaceId }, body }) {
        // What cannot be read is refused while its writer is there.
        await rendered(body.text, {});
        if ((await cannedReplies.countDocuments({ workspaceId }, { limit: repliesMost })) >= repliesMost) {
          throw new AppError("unprocessable", `A workspace has at most ${repliesMost} canned replies.`, {
            reason: "canned_most",
            extensions: { most: repliesMost },
          });
        }
        const now = clock.now();
        const row: CannedReplyRow = {
          _id: newId("cannedReply"),
          workspaceId,
          shortcut: body.shortcut,
          name: body.name,
          text: await sealedText(workspaceId, body.text),
          language: body.language ?? "",
          uses: 0,
          createdAt: now,
          updatedAt: now,
        };
        await once(cannedReplies.create(row));
        return present(row);
      },
    }),
    endpoint({
      method: "patch",
      path: "/canned-replies/:id",
      tag,
      summary: "Change a canned reply",
      scope: "conversations:write",
      body: cannedReplyChange,
      answer: cannedReplyDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal: { workspaceId }, params, body }) {
        const { shortcut, name, text, language } = body;
        if (text !== undefined) await rendered(text, {});
        const set = {
          ...(shortcut === undefined ? {} : { shortcut }),
          ...(name === undefined ? {} : { name }),
          ...(text === undefined ? {} : { text: await sealedText(workspaceId, text) }),
          ...(language === undefined ? {} : { language: language ?? "" }),
          updatedAt: clock.now(),
        };
        const row = await once(
          cannedReplies
            .findOneAndUpdate({ _id: params.id!, workspaceId }, { $set: set }, { returnDocument: "after" })
            .lean(),
        );
        if (!row) throw gone();
        return present(row);
      },
    }),
    endpoint({
      method: "delete",
      path: "/canned-replies/:id",
      tag,
      summary: "Delete a canned reply",
      scope: "conversations:write",
      answer: null,
      async handle({ principal: { workspaceId }, params }) {
        const { deletedCount } = await cannedReplies.deleteOne({ _id: params.id!, workspaceId });
        if (deletedCount === 0) throw gone();
        return undefined;
      },
    }),
    endpoint({
      method: "post",
      path: "/canned-replies/render",
      tag,
      summary: "Put the variables of a conversation into a text",
      description:
        "Variables: `contact.name`, `contact.first_name`, `contact.attributes.…`, `agent.name`, `agent.first_name`, `workspace.name`, `channel.name`, `conversation.id`, with Liquid's filters `default`, `upcase` and a few more. What nothing is known for becomes nothing and is listed.",
      scope: "conversations:read",
      action: null,
      body: renderRequest,
      answer: renderedDto,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, body }) {
        const { workspaceId } = principal;
        const variables = await variablesOf(deps, principal, body.conversation_id);
        if (body.text !== undefined) return rendered(body.text, variables);
        const row = await cannedReplies
          .findOneAndUpdate({ _id: body.id!, workspaceId }, { $inc: { uses: 1 } }, { returnDocument: "after" })
          .lean();
        if (!row) throw gone();
        return rendered(await textOf(row), variables);
      },
    }),
  ];
}
