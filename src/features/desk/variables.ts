import { AppError } from "../../core/errors.js";
import type { Principal } from "../../identity/index.js";
import type { Variables } from "./liquid.js";
import { memberOf, type DeskDeps } from "./ports.js";

const firstOf = (name: string | null | undefined) => name?.trim().split(/\s+/u)[0];

/** What is known for the variables of a text in a conversation. Throws AppError `not_found`. */
export async function variablesOf(
  { inbox, names }: DeskDeps,
  principal: Principal,
  conversationId: string,
): Promise<Variables> {
  const { workspaceId } = principal;
  const conversation = await inbox.conversation(workspaceId, conversationId);
  if (!conversation)
    throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
  const memberId = memberOf(principal);
  const [contact, account, agent, workspace] = await Promise.all([
    inbox.contacts.find(workspaceId, conversation.contact.id),
    inbox.accounts.find(workspaceId, conversation.accountId),
    memberId === null ? undefined : names.member(workspaceId, memberId),
    names.workspace(workspaceId),
  ]);
  return {
    contact: {
      name: contact?.name,
      first_name: firstOf(contact?.name),
      language: contact?.language,
      attributes: contact?.attributes ?? {},
    },
    agent: { name: agent, first_name: firstOf(agent) },
    workspace: { name: workspace },
    channel: { name: account?.name },
    conversation: { id: conversation.id },
  };
}
