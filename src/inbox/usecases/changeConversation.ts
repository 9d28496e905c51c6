import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Author } from "../../core/message.js";
import type { Clock } from "../../core/ports.js";
import type { Reason } from "../../core/reasons.js";
import type { Told } from "../models/told.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { ConversationBefore, ConversationChange } from "../repos/conversationState.js";
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
  /** A member was given a conversation. */
  given(workspaceId: string, id: string, memberId: string): Promise<void>;
  clock: Clock;
}

/** What became of one conversation of many. */
export type BulkResult =
  { id: string; ok: true; before: ConversationBefore | null } | { id: string; ok: false; problem: AppError };

export interface ChangeConversation {
  /**
   * Assigns, labels, snoozes, resolves. Throws AppError `not_found` (conversation), `unprocessable` (a member, team or label
   * that is not of this workspace, a moment in the past).
   */
  one(workspaceId: string, id: string, change: ConversationChange, by: Author): Promise<Conversation>;
  /**
   * The same change for many, each by itself: one that is not there does not keep the others back. Gives what each was
   * before. Throws AppError `unprocessable` when the change itself is wrong; then nothing was changed.
   */
  many(workspaceId: string, ids: readonly string[], change: ConversationChange, by: Author): Promise<BulkResult[]>;
}

/** Longer is a mistake: nobody remembers why. */
const snoozeMostMs = 366 * 86_400_000;
/** Conversations of a bulk change that are under way at once. */
const atOnce = 25;

export function changeConversation(deps: Deps): ChangeConversation {
  const { conversations, labels, outbox, known, given, clock } = deps;

  const refuse = (pointer: string, message: string, reason: Reason) =>
    new AppError("unprocessable", message, { errors: [{ pointer, message }], reason });

  const nowhere = () => new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });

  async function checked(workspaceId: string, change: ConversationChange, now: Date): Promise<ConversationChange> {
    const { assigneeId, teamId, snoozedUntil, status } = change;
    if (assigneeId && !(await known.member(workspaceId, assigneeId))) {
      throw refuse("/assignee_id", "There is no such member in this workspace.", "member_unknown");
    }
    if (teamId && !(await known.team(workspaceId, teamId))) {
      throw refuse("/team_id", "There is no such team in this workspace.", "team_unknown");
    }
    for (const [pointer, given] of [
      ["/labels", change.labels],
      ["/add_labels", change.addLabels],
    ] as const) {
      const missing = given?.length ? await labels.missing(workspaceId, given) : [];
      if (missing.length > 0)
        throw refuse(pointer, `There is no label ${missing[0]!} in this workspace.`, "label_unknown");
    }
    if (snoozedUntil) {
      const ahead = snoozedUntil.getTime() - now.getTime();
      if (status !== undefined && status !== "snoozed") {
        throw refuse("/snoozed_until", "Only a snoozed conversation has a time to wake up.", "snooze_without_state");
      }
      if (ahead <= 0) throw refuse("/snoozed_until", "That moment is over.", "moment_over");
      if (ahead > snoozeMostMs)
        throw refuse("/snoozed_until", "A conversation sleeps for a year at most.", "moment_too_far");
      return { ...change, status: "snoozed" };
    }
    if (status === "snoozed") throw refuse("/snoozed_until", "Say until when it sleeps.", "snooze_until_missing");
    return change;
  }

  async function apply(
    workspaceId: string,
    id: string,
    change: ConversationChange,
    by: Author,
    now: Date,
  ): Promise<ConversationBefore | undefined> {
    const told = toldOf(id, change, by, now);
    const before = await conversations.change(workspaceId, id, change, told, now);
    if (before && change.assigneeId && change.assigneeId !== before.assigneeId) {
      await given(workspaceId, id, change.assigneeId);
    }
    if (before) await outbox.tell([{ _id: id, workspaceId, tell: told }]);
    return before;
  }

  return {
    async one(workspaceId, id, wanted, by) {
      const now = clock.now();
      const change = await checked(workspaceId, wanted, now);
      if (!(await apply(workspaceId, id, change, by, now))) {
        throw nowhere();
      }
      return (await conversations.find(workspaceId, id))!;
    },
    async many(workspaceId, ids, wanted, by) {
      const now = clock.now();
      const change = await checked(workspaceId, wanted, now);
      const unique = [...new Set(ids)];
      const results: BulkResult[] = [];
      for (let start = 0; start < unique.length; start += atOnce) {
        const some = unique.slice(start, start + atOnce).map(async (id): Promise<BulkResult> => {
          const before = await apply(workspaceId, id, change, by, now);
          return before ? { id, ok: true, before } : { id, ok: false, problem: nowhere() };
        });
        results.push(...(await Promise.all(some)));
      }
      return results;
    },
  };
}

/** What others are told: which things changed, what they are now, and by whom. */
function toldOf(id: string, change: ConversationChange, by: Author, now: Date): Told[] {
  const { status, snoozedUntil, assigneeId, teamId, priority, labels, addLabels, removeLabels } = change;
  const values = {
    ...(status === undefined
      ? {}
      : { status, snoozed_until: status === "snoozed" ? (snoozedUntil?.toISOString() ?? null) : null }),
    ...(assigneeId === undefined ? {} : { assignee_id: assigneeId }),
    ...(teamId === undefined ? {} : { team_id: teamId }),
    ...(priority === undefined ? {} : { priority }),
    ...(labels === undefined ? {} : { labels: [...labels] }),
    ...(addLabels?.length ? { labels_added: [...addLabels] } : {}),
    ...(removeLabels?.length ? { labels_removed: [...removeLabels] } : {}),
  };
  const changes = [...new Set(Object.keys(values).map((name) => (name.startsWith("labels") ? "labels" : name)))].filter(
    (name) => name !== "snoozed_until" || status === "snoozed",
  );
  const told = (type: string): Told => ({
    id: newId("event"),
    type,
    at: now,
    conversationId: id,
    data: { changes, ...values, by: by.kind, ...("id" in by ? { by_id: by.id } : {}) },
  });
  return [
    ...(changes.length > 0 ? [told("conversation.updated")] : []),
    ...(assigneeId !== undefined || teamId !== undefined ? [told("conversation.assigned")] : []),
    ...(status === "resolved" ? [told("conversation.resolved")] : []),
  ];
}
