import { AppError, refusalOf, type Refusal } from "../../core/errors.js";
import type { Author } from "../../core/message.js";
import type { Principal } from "../../identity/index.js";
import type { ConversationChange } from "../../inbox/index.js";
import type { MacroAction } from "../../wire/desk.js";
import { rendered, type Variables } from "./liquid.js";
import { memberOf, type DeskDeps } from "./ports.js";
import { variablesOf } from "./variables.js";

interface Step {
  kind: string;
  ok: boolean;
  problem: string | null;
  refusal: Refusal | null;
}

/** In whose name somebody acts. */
const authorOf = (principal: Principal): Author =>
  principal.kind === "member" ? { kind: "agent", id: principal.memberId } : { kind: "api", id: principal.keyId };

/**
 * Does what a macro says, in order, and stops at what cannot be done: a conversation is not resolved when its answer did not
 * go out. Throws AppError `not_found` for the conversation; what an action is refused with stands in its step.
 */
export function runMacro(deps: DeskDeps) {
  const { inbox, clock } = deps;

  async function said(text: string, variables: Variables): Promise<string> {
    const { text: words, missing } = await rendered(text, variables);
    if (missing.length > 0)
      throw new AppError("unprocessable", `Nothing is known for ${missing.join(", ")}.`, {
        reason: "variables_unknown",
        extensions: { names: missing.join(", ") },
      });
    return words;
  }

  function changeOf(action: MacroAction, principal: Principal): ConversationChange {
    switch (action.kind) {
      case "assign": {
        if (action.assignee_id !== "me") return { assigneeId: action.assignee_id };
        const memberId = memberOf(principal);
        if (memberId === null) throw new AppError("unprocessable", "`me` is for members.");
        return { assigneeId: memberId };
      }
      case "team":
        return { teamId: action.team_id };
      case "labels":
        return { addLabels: action.add, removeLabels: action.remove };
      case "priority":
        return { priority: action.priority };
      case "status": {
        const { status, snooze_minutes: minutes } = action;
        if (status !== "snoozed") return { status };
        const until = new Date(clock.now().getTime() + (minutes ?? 24 * 60) * 60_000);
        return { status, snoozedUntil: until };
      }
      default:
        return {};
    }
  }

  return async (
    principal: Principal,
    conversationId: string,
    actions: readonly MacroAction[],
    { traceId, may }: { traceId: string; may: { reply: boolean } },
  ): Promise<{ steps: Step[] }> => {
    const { workspaceId } = principal;
    const author = authorOf(principal);
    const variables = await variablesOf(deps, principal, conversationId);

    async function act(action: MacroAction): Promise<void> {
      if (action.kind === "reply") {
        if (!may.reply)
          throw new AppError("forbidden", "You may not send messages.", {
            reason: "permission_missing",
            extensions: { permission: "messages:send" },
          });
        const content = { kind: "text" as const, text: await said(action.text, variables) };
        await inbox.reply({ workspaceId, conversationId, author, content, traceId });
      } else if (action.kind === "note") {
        const text = await said(action.text, variables);
        await inbox.note({ workspaceId, conversationId, author, text, mentions: [] });
      } else {
        await inbox.changeConversation(workspaceId, conversationId, changeOf(action, principal), author);
      }
    }

    const steps: Step[] = [];
    let stopped = false;
    for (const action of actions) {
      if (stopped) {
        const problem = "Not tried, because an action before it failed.";
        steps.push({ kind: action.kind, ok: false, problem, refusal: null });
        continue;
      }
      try {
        await act(action);
        steps.push({ kind: action.kind, ok: true, problem: null, refusal: null });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        stopped = true;
        steps.push({ kind: action.kind, ok: false, problem: error.message, refusal: refusalOf(error) });
      }
    }
    return { steps };
  };
}
