import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { newId } from "../../core/ids.js";
import { holds } from "../../identity/index.js";
import { asSealed } from "../../platform/sealed.js";
import { macroChange, macroDto, macroRunDto, newMacro, type MacroAction, type MacroDto } from "../../wire/desk.js";
import { rendered } from "./liquid.js";
import type { MacroRow } from "./model.js";
import type { DeskDeps } from "./ports.js";
import { runMacro } from "./runMacro.js";
import { sharedRows } from "./sharedRows.js";

const place = (workspaceId: string) => ({ workspaceId, collection: "macros", field: "actions" });

/** Several things done to a conversation at once. */
export function macroEndpoints(deps: DeskDeps): Endpoint[] {
  const { keyring, clock } = deps;
  const tag = "Macros";
  const kept = sharedRows(deps.models.macros, {
    one: "macro",
    many: "macros",
    unknown: "macro_unknown",
    full: "macros_most",
    most: 500,
  });
  const run = runMacro(deps);
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
        return { data: await Promise.all((await kept.list(principal)).map(present)) };
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
        const row: MacroRow = {
          _id: newId("macro"),
          workspaceId,
          name: body.name,
          shared: body.shared,
          actions: await sealedActions(workspaceId, body.actions),
          createdBy: callerId,
          createdAt: clock.now(),
        };
        await kept.add(row);
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
        return present(await kept.change(principal, params.id!, set));
      },
    }),
    endpoint({
      method: "delete",
      path: "/macros/:id",
      tag,
      summary: "Delete a macro",
      scope: "conversations:write",
      answer: null,
      handle: ({ principal, params }) => kept.remove(principal, params.id!),
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
        const row = await kept.find(principal, params.macro_id!);
        const may = { reply: holds(principal.scopes, "messages:send") };
        return run(principal, params.id!, await actionsOf(row), { traceId: requestId, may });
      },
    }),
  ];
}
