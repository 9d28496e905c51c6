import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import { holds, type Principal } from "../../identity/index.js";
import { asSealed } from "../../platform/sealed.js";
import { macroChange, macroDto, macroRunDto, newMacro, type MacroAction, type MacroDto } from "../../wire/desk.js";
import { rendered } from "./liquid.js";
import type { MacroRow } from "./model.js";
import type { DeskDeps } from "./ports.js";
import { runMacro } from "./runMacro.js";

const macrosMost = 500;
const place = (workspaceId: string) => ({ workspaceId, collection: "macros", field: "actions" });

/** Several things done to a conversation at once. */
export function macroEndpoints(deps: DeskDeps): Endpoint[] {
  const { keyring, clock } = deps;
  const { macros } = deps.models;
  const tag = "Macros";
  const gone = () => new AppError("not_found", "There is no such macro.", { reason: "macro_unknown" });
  const run = runMacro(deps);
  /** What a caller sees: what is shared, and their own. */
  const seen = ({ workspaceId, callerId }: Principal) => ({
    workspaceId,
    $or: [{ shared: true }, { createdBy: callerId }],
  });
  const sealedActions = async (workspaceId: string, actions: readonly MacroAction[]) =>
    asSealed(await keyring.seal(place(workspaceId), JSON.stringify(actions)));
  const actionsOf = async (row: MacroRow) =>
    JSON.parse(await keyring.open(place(row.workspaceId), row.actions)) as MacroAction[];

  const present = async (row: MacroRow): Promise<MacroDto> => ({
    id: row._id,
    name: row.name,
    shared: row.shared,
    actions: await actionsOf(row),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
  });

  /** Texts that cannot be read are refused while their writer is there. */
  async function checked(actions: readonly MacroAction[]): Promise<void> {
    for (const action of actions) if ("text" in action) await rendered(action.text, {});
  }

  return [
    endpoint({
      method: "get",
      path: "/macros",
      tag,
      summary: "List macros",
      scope: "conversations:read",
      answer: z.object({ data: z.array(macroDto) }),
      async handle({ principal }) {
        const rows = await macros.find(seen(principal)).sort({ _id: 1 }).limit(macrosMost).lean();
        return { data: await Promise.all(rows.map(present)) };
      },
    }),
    endpoint({
      method: "post",
      path: "/macros",
      tag,
      summary: "Add a macro",
      scope: "conversations:write",
      body: newMacro,
      status: 201,
      answer: macroDto,
      errors: ["unprocessable"],
      async handle({ principal: { workspaceId, callerId }, body }) {
        await checked(body.actions);
        if ((await macros.countDocuments({ workspaceId }, { limit: macrosMost })) >= macrosMost) {
          throw new AppError("unprocessable", `A workspace has at most ${macrosMost} macros.`, {
            reason: "macros_most",
            extensions: { most: macrosMost },
          });
        }
        const row: MacroRow = {
          _id: newId("macro"),
          workspaceId,
          name: body.name,
          shared: body.shared,
          actions: await sealedActions(workspaceId, body.actions),
          createdBy: callerId,
          createdAt: clock.now(),
        };
        await macros.create(row);
        return present(row);
      },
    }),
    endpoint({
      method: "patch",
      path: "/macros/:id",
      tag,
      summary: "Change a macro",
      scope: "conversations:write",
      body: macroChange,
      answer: macroDto,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        if (body.actions) await checked(body.actions);
        const set = {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.shared === undefined ? {} : { shared: body.shared }),
          ...(body.actions ? { actions: await sealedActions(principal.workspaceId, body.actions) } : {}),
        };
        const row = await macros
          .findOneAndUpdate({ _id: params.id!, ...seen(principal) }, { $set: set }, { returnDocument: "after" })
          .lean();
        if (!row) throw gone();
        return present(row);
      },
    }),
    endpoint({
      method: "delete",
      path: "/macros/:id",
      tag,
      summary: "Delete a macro",
      scope: "conversations:write",
      answer: null,
      async handle({ principal, params }) {
        const { deletedCount } = await macros.deleteOne({ _id: params.id!, ...seen(principal) });
        if (deletedCount === 0) throw gone();
        return undefined;
      },
    }),
    endpoint({
      method: "post",
      path: "/conversations/:id/macros/:macro_id",
      tag,
      summary: "Run a macro on a conversation",
      description: "Its actions in order; after one that fails the others are not tried. `steps` says how each went.",
      scope: "conversations:write",
      answer: macroRunDto,
      async handle({ principal, params, requestId }) {
        const row = await macros.findOne({ _id: params.macro_id!, ...seen(principal) }).lean();
        if (!row) throw gone();
        const may = { reply: holds(principal.scopes, "messages:send") };
        return run(principal, params.id!, await actionsOf(row), { traceId: requestId, may });
      },
    }),
  ];
}
