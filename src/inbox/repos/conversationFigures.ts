import type { Author } from "../../core/message.js";
import type { Told } from "../models/told.js";
import { withParticipant } from "./conversationState.js";

/** Members mentioned in one conversation that are remembered. */
const mentionedMost = 100;

/** What one message changes in its conversation. */
export interface Counted {
  conversationId: string;
  workspaceId: string;
  messageId: string;
  direction: "in" | "out" | "note";
  kind: string;
  text: string;
  author: Author;
  mentions?: readonly string[];
  /** From before the account was connected. */
  history?: boolean;
  at: Date;
}

/** Who of us wrote, as one word. */
export const writerOf = (author: Author): string => ("id" in author ? `${author.kind}:${author.id}` : author.kind);

/** What a message changes in the figures of its conversation, as expressions over the row before it. */
export function figuresOf({
  direction,
  author,
  at,
  conversationId,
  messageId,
  mentions,
  kind,
  history,
}: Counted): Record<string, unknown> {
  const writer = author.kind === "agent" ? { participants: withParticipant(author.id) } : {};
  if (direction === "note") {
    const all = { $setUnion: [{ $ifNull: ["$mentioned", []] }, [...(mentions ?? [])]] };
    return { mentioned: { $slice: [all, mentionedMost] }, ...writer };
  }
  // What was said long ago changes nothing about who waits for whom now.
  if (history) return direction === "in" ? { lastInboundAt: { $max: ["$lastInboundAt", at] } } : {};
  if (direction === "out") {
    const later = { $gte: [at, { $ifNull: ["$lastOut.at", new Date(0)] }] };
    return {
      unread: 0,
      waitingSince: null,
      lastOut: { $cond: [later, { $literal: { by: writerOf(author), at } }, "$lastOut"] },
      ...writer,
    };
  }
  const asleep = { $in: ["$status", ["resolved", "snoozed"]] };
  const told: Told = {
    id: `${messageId.replace(/^msg_/, "evt_")}_reopened`,
    type: "conversation.updated",
    at,
    conversationId,
    data: { changes: ["status"], status: "open", snoozed_until: null, cause: "customer_wrote" },
  };
  return {
    unread: { $add: ["$unread", 1] },
    inbound: { $add: [{ $ifNull: ["$inbound", 0] }, 1] },
    unseen: true,
    // A notice of the service is nothing the customer said: it opens no reply window.
    ...(kind === "system" ? {} : { lastInboundAt: { $max: ["$lastInboundAt", at] } }),
    waitingSince: { $ifNull: ["$waitingSince", at] },
    // Who writes does not block us.
    blocked: false,
    // Whatever the customer does reopens what was put aside.
    status: { $cond: [asleep, "open", "$status"] },
    snoozedUntil: { $cond: [asleep, null, "$snoozedUntil"] },
    tell: {
      $cond: [
        asleep,
        { $concatArrays: [{ $ifNull: ["$tell", []] }, [{ $literal: told }]] },
        { $ifNull: ["$tell", "$$REMOVE"] },
      ],
    },
    tellAt: { $cond: [asleep, { $ifNull: ["$tellAt", at] }, { $ifNull: ["$tellAt", "$$REMOVE"] }] },
  };
}
