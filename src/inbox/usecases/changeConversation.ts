import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Author } from "../../core/message.js";
import type { Clock } from "../../core/ports.js";
import type { Told } from "../models/told.js";
import type { ConversationChange, ConversationRepo } from "../repos/conversations.js";
import type { LabelRepo } from "../repos/labels.js";
import type { Outbox } from "../repos/outbox.js";
import type { Conversation } from "../types.js";

interface Deps {
  conversations: ConversationRepo;
  labels: LabelRepo;
  /** Of the conversations. */
  outbox: Outbox;
  /** The members and teams that a workspace has: nobody else can be given a conversation. */
  known: {
    member(workspaceId: string, id: string): Promise<boolean>;
    team(workspaceId: string, id: string): Promise<boolean>;
  };
  clock: Clock;
}

/** Longer is a mistake: nobody remembers why. */
const snoozeMostMs = 366 * 86_400_000;

/**
 * Assigns, labels, snoozes, resolves. Throws AppError `not_found` (conversation), `unprocessable` (a member, team or label
 * that is not of this workspace, a moment in the past).
 */
export function changeConversation(
  deps: Deps,
): (workspaceId: string, id: string, change: ConversationChange, by: Author) => Promise<Conversation> {
  const { conversations, labels, outbox, known, clock } = deps;

  const refuse = (pointer: string, message: string) =>
    new AppError("unprocessable", message, { errors: [{ pointer, message }] });

  async function checked(workspaceId: string, change: ConversationChange, now: Date): Promise<ConversationChange> {
    const { assigneeId, teamId, snoozedUntil, status } = change;
    if (assigneeId && !(await known.member(workspaceId, assigneeId))) {
      throw refuse("/assignee_id", "There is no such member in this workspace.");
    }
    if (teamId && !(await known.team(workspaceId, teamId))) {
      throw refuse("/team_id", "There is no such team in this workspace.");
    }
    if (change.labels) {
      const missing = await labels.missing(workspaceId, change.labels);
      if (missing.length > 0) throw refuse("/labels", `There is no label ${missing[0]!} in this workspace.`);
    }
    if (snoozedUntil) {
      const ahead = snoozedUntil.getTime() - now.getTime();
      if (status !== undefined && status !== "snoozed") {
        throw refuse("/snoozed_until", "Only a snoozed conversation has a time to wake up.");
      }
      if (ahead <= 0) throw refuse("/snoozed_until", "That moment is over.");
      if (ahead > snoozeMostMs) throw refuse("/snoozed_until", "A conversation sleeps for a year at most.");
      return { ...change, status: "snoozed" };
    }
    if (status === "snoozed") throw refuse("/snoozed_until", "Say until when it sleeps.");
    return change;
  }

  return async (workspaceId, id, wanted, by) => {
    const now = clock.now();
    const change = await checked(workspaceId, wanted, now);
    const changed = Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => wireNames[name] ?? name);
    const told = (type: string): Told => ({
      id: newId("event"),
      type,
      at: now,
      conversationId: id,
      data: { changes: changed, by: by.kind, ...("id" in by ? { by_id: by.id } : {}) },
    });
    const events = [
      ...(changed.length > 0 ? [told("conversation.updated")] : []),
      ...(change.assigneeId !== undefined || change.teamId !== undefined ? [told("conversation.assigned")] : []),
      ...(change.status === "resolved" ? [told("conversation.resolved")] : []),
    ];
    const row = await conversations.change(workspaceId, id, change, events, now);
    if (!row) throw new AppError("not_found", "There is no such conversation.");
    await outbox.tell([row]);
    return (await conversations.find(workspaceId, id))!;
  };
}

const wireNames: Readonly<Record<string, string>> = {
  snoozedUntil: "snoozed_until",
  assigneeId: "assignee_id",
  teamId: "team_id",
};
